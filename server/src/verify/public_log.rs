//! The log itself: its signed head, its entries, and that the one is of the others.

use std::collections::HashMap;

use countersign_core::contest::RoomLog;
use countersign_core::id::{KeyId, MessageId, PublicKey};
use countersign_core::log::tile::{Tile, hash_tile, read_entry_bundle};
use countersign_core::log::{
    Checkpoint, CheckpointError, Entry, LogKey, Origin, Tree, WitnessKey, cosignatures,
};
use countersign_core::message::{Kind, Message, Package};
use countersign_core::receipt::Receipt;
use countersign_core::room::Room;

use super::difference::Difference;
use super::source::{Source, Unread, Wanted};
use super::verdict::Known as Compared;
use super::{Known, Order, Step, Stop, Watch};
use crate::public_folder;

/// Most bytes of a checkpoint: one with dozens of cosignatures.
const CHECKPOINT_MAX: usize = 32 << 10;

/// Most bytes of a tile or bundle: 256 entries, each after its length.
const TILE_MAX: usize = 256 * 44;

/// Bundles that are asked for before it is looked whether they are there: a checkpoint may claim any size.
const BUNDLES_AT_ONCE: usize = 256;

/// Most entries of a log, and packages in it, that are read before anything proves that they are the party's.
const ENTRIES_MAX: u64 = 1 << 24;
const PACKAGES_MAX: usize = 64;

/// How messages are named where they are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Names {
    /// As a server answers them.
    Server,
    /// As a folder has them.
    Folder,
}

impl Names {
    fn of(self, room: Room, id: MessageId) -> String {
        match self {
            Self::Server => format!("v1/{room}/messages/{id}"),
            Self::Folder => public_folder::message(id),
        }
    }
}

/// A signed head with the lines of witnesses.
struct Head {
    size: u64,
    note: String,
}

/// What a witness cosigned last, as far as it is shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct SeenBy {
    /// Entries of that checkpoint.
    pub(super) size: u64,
    /// When, by the witness's clock, seconds since the Unix epoch.
    pub(super) time_s: u64,
}

/// A log whose entries are those that its signed head is of.
pub(super) struct PublicLog {
    pub(super) contest: String,
    pub(super) party: PublicKey,
    pub(super) room: Room,
    /// Keys that may sign it.
    pub(super) keys: Vec<PublicKey>,
    /// The signed head, as it was read.
    pub(super) note: String,
    pub(super) checkpoint: Checkpoint,
    /// The newest checkpoint that enough witnesses cosigned, where one is shown beside it.
    witnessed: Option<Head>,
    pub(super) entries: Vec<Entry>,
    tree: Tree,
    names: Names,
    packages: HashMap<MessageId, Vec<u8>>,
}

/// The signed head as it is published now.
fn published(source: &Source, room: Room) -> Result<Option<Vec<u8>>, Unread> {
    source.read_one(&public_folder::checkpoint(room), CHECKPOINT_MAX)
}

/// How many entries the log has now, as its head claims.
pub(super) fn size_now(source: &Source, room: Room) -> Result<Option<u64>, Unread> {
    let note = published(source, room)?.and_then(|note| String::from_utf8(note).ok());
    Ok(note.and_then(|note| Checkpoint::claim(&note)).map(|now| now.size))
}

impl PublicLog {
    /// Reads a log and checks that its head is signed by a key that the party named, and is of its entries.
    pub(super) fn read(source: &Source, order: &Order, watch: Watch<'_>) -> Result<Self, Stop> {
        // Before the head, which then goes on from it.
        let beside = public_folder::witnessed(order.room);
        let witnessed = source.read_one(&beside, CHECKPOINT_MAX)?;
        let name = public_folder::checkpoint(order.room);
        let bytes = published(source, order.room)?.ok_or(Unread::NoLog(name.clone()))?;
        let note = String::from_utf8(bytes).ok();
        let claim = note.as_deref().and_then(Checkpoint::claim);
        let (note, claim) = note.zip(claim).ok_or(Difference::NotACheckpoint(name))?;
        if claim.size > ENTRIES_MAX {
            return Err(Unread::TooMuch(format!("{} entries", claim.size)).into());
        }
        let (entries, tree) = entries(source, order.room, claim.size, watch)?;

        let (names, packages) = packages(source, order.room, &entries)?;
        let (contest, party, log) = newest(&packages, order)?;
        let keys = if order.log_keys.is_empty() {
            log.keys
        } else {
            let of_this_log = |key: &&LogKey| is_of(&claim.origin, &key.origin);
            order.log_keys.iter().filter(of_this_log).map(|log| log.key).collect()
        };
        if !is_of(&claim.origin, &log.origin) {
            let (found, expected) = (claim.origin, log.origin);
            return Err(Difference::OtherLog { found, expected }.into());
        }
        let checkpoint =
            Checkpoint::open(&note, &claim.origin, &keys).map_err(|error| match error {
                CheckpointError::Signature => Difference::CheckpointSignature(claim.origin.clone()),
                CheckpointError::Text => Difference::NotACheckpoint(claim.origin.clone()),
            })?;
        let room = order.room;
        let mut log = Self {
            contest,
            party,
            room,
            keys,
            note,
            checkpoint,
            witnessed: None,
            entries,
            tree,
            names,
            packages,
        };
        log.leads_to_its_root(source)?;
        if let Some(bytes) = witnessed {
            log.witnessed = log.goes_on_from(beside, bytes)?;
        }
        log.is_in_order()?;
        log.hash_tiles(source, watch)?;
        Ok(log)
    }

    /// The checkpoint beside the head, if it is of this log and the log goes on from it.
    fn goes_on_from(&self, name: String, bytes: Vec<u8>) -> Result<Option<Head>, Difference> {
        let text =
            String::from_utf8(bytes).map_err(|_| Difference::NotACheckpoint(name.clone()))?;
        let known = Known { name, text };
        let Compared { size, of_an_earlier_log, .. } = self.compare(&known)?;
        Ok((!of_an_earlier_log).then_some(Head { size, note: known.text }))
    }

    /// What each of these witnesses cosigned last of what is shown.
    pub(super) fn seen_by(&self, keys: &[WitnessKey]) -> Result<Vec<Option<SeenBy>>, Difference> {
        let mut seen = vec![None; keys.len()];
        let beside = self.witnessed.iter().map(|head| (head.size, &head.note));
        for (size, note) in beside.chain([(self.checkpoint.size, &self.note)]) {
            let found = cosignatures(note, keys).map_err(|_| Difference::Cosignature)?;
            for one in found {
                // The head comes last and has most entries.
                seen[one.witness] = Some(SeenBy { size, time_s: one.time_s });
            }
        }
        Ok(seen)
    }

    fn leads_to_its_root(&self, source: &Source) -> Result<(), Stop> {
        let size = self.checkpoint.size;
        if self.tree.root(size) == self.checkpoint.root {
            return Ok(());
        }
        Err(Difference::Root { size, first: self.first_other_leaf(source)? }.into())
    }

    /// The first entry whose hash is not the one that stands in the hash tiles: where the entries were changed.
    fn first_other_leaf(&self, source: &Source) -> Result<Option<u64>, Unread> {
        let tiles: Vec<Tile> =
            Tile::hashes(self.checkpoint.size).filter(|tile| tile.level == Some(0)).collect();
        let wanted = tiles.iter().map(|tile| self.wanted(tile)).collect();
        let found = source.read(wanted, &mut |_| ())?;
        for (tile, bytes) in tiles.iter().zip(found) {
            let (Some(ours), Some(theirs)) = (self.hashes(tile), bytes) else { continue };
            if let Some(at) = first_other(&ours, &theirs) {
                return Ok(Some(tile.index * 256 + at));
            }
        }
        Ok(None)
    }

    /// Whether times never go back and no message is entered twice.
    fn is_in_order(&self) -> Result<(), Difference> {
        let mut seen = HashMap::with_capacity(self.entries.len());
        let mut now_ms = 0;
        for (index, entry) in (0..).zip(&self.entries) {
            if entry.time_ms < now_ms {
                return Err(Difference::Time { index });
            }
            now_ms = entry.time_ms;
            if seen.insert(entry.message, index).is_some() {
                return Err(Difference::Twice { index });
            }
        }
        Ok(())
    }

    /// Whether the published hash tiles are those of the entries. Nothing here rests on them; others do.
    fn hash_tiles(&self, source: &Source, watch: Watch<'_>) -> Result<(), Stop> {
        let tiles: Vec<Tile> = Tile::hashes(self.checkpoint.size).collect();
        let wanted = tiles.iter().map(|tile| self.wanted(tile)).collect();
        let all = tiles.len();
        let found = source.read(wanted, &mut |read| watch(Step::Tiles, read, all))?;
        for (tile, bytes) in tiles.iter().zip(found) {
            let name = public_folder::tile(self.room, tile);
            let Some(bytes) = bytes else { return Err(Difference::TileMissing(name).into()) };
            let ours = self.hashes(tile).unwrap_or_default();
            if let Some(at) = first_other(&ours, &bytes) {
                return Err(Difference::Tile { name, at }.into());
            }
        }
        Ok(())
    }

    fn hashes(&self, tile: &Tile) -> Option<Vec<u8>> {
        hash_tile(&self.tree, tile.level?, tile.index, tile.width)
    }

    fn wanted(&self, tile: &Tile) -> Wanted {
        Wanted { name: public_folder::tile(self.room, tile), size_max: TILE_MAX }
    }

    /// Holds what somebody kept of this log against it.
    pub(super) fn compare(&self, known: &Known) -> Result<Compared, Difference> {
        let name = known.name.clone();
        let text = known.text.as_str();
        let note = Receipt::checkpoint_note(text).unwrap_or(text);
        let claim =
            Checkpoint::claim(note).ok_or_else(|| Difference::NotACheckpoint(name.clone()))?;
        let ours = self.checkpoint.origin.clone();
        let earlier = Origin::parse(&ours)
            .zip(Origin::parse(&claim.origin))
            .is_some_and(|(ours, known)| ours.is_after(&known));
        if claim.origin != ours && !earlier {
            return Err(Difference::KnownOther { name, found: claim.origin, expected: ours });
        }
        let forged = |_| Difference::KnownSignature(name.clone());
        let head = Checkpoint::open(note, &claim.origin, &self.keys).map_err(forged)?;
        if let Some((_, entry)) = Receipt::claim(text) {
            let (id, kind) = (entry.message, entry.kind);
            Receipt::verify(text, id, kind, &head.origin, &self.keys)
                .map_err(|_| Difference::KnownSignature(name.clone()))?;
        }
        if earlier {
            return Ok(Compared { name, size: head.size, of_an_earlier_log: true });
        }
        let size = self.checkpoint.size;
        if head.size > size {
            return Err(Difference::Shorter { name, known: head.size, size });
        }
        self.has_head(&name, &head)?;
        Ok(Compared { name, size: head.size, of_an_earlier_log: false })
    }

    /// Whether a signed head is one of these entries'. One of more entries, which came meanwhile, says nothing against them.
    pub(super) fn has_head(&self, name: &str, head: &Checkpoint) -> Result<(), Difference> {
        if head.size <= self.checkpoint.size && self.tree.root(head.size) != head.root {
            return Err(Difference::Fork { name: name.to_owned(), known: head.size });
        }
        Ok(())
    }

    /// Every message that can be read, by entry, each the one that was entered.
    pub(super) fn messages(
        &self,
        source: &Source,
        watch: Watch<'_>,
    ) -> Result<Vec<Option<Message>>, Stop> {
        let wanted = |entry: &Entry| Wanted {
            name: self.names.of(self.room, entry.message),
            size_max: entry.kind.size_max(),
        };
        let have = |entry: &&Entry| !self.packages.contains_key(&entry.message);
        let wanted: Vec<Wanted> = self.entries.iter().filter(have).map(wanted).collect();
        let all = wanted.len();
        let found = source.read(wanted, &mut |read| watch(Step::Messages, read, all))?;
        let mut found = found.into_iter();
        let mut messages = Vec::with_capacity(self.entries.len());
        for (index, entry) in (0..).zip(&self.entries) {
            let bytes = match self.packages.get(&entry.message) {
                Some(package) => Some(package.clone()),
                None => found.next().flatten(),
            };
            messages.push(bytes.map(|bytes| entered(index, entry, bytes)).transpose()?);
        }
        Ok(messages)
    }
}

/// The message of an entry, if these bytes are it.
fn entered(index: u64, entry: &Entry, bytes: Vec<u8>) -> Result<Message, Difference> {
    let other = Difference::OtherBytes { index, kind: entry.kind, id: entry.message };
    match Message::read_again(bytes, entry.message) {
        Ok(message) if message.kind() == entry.kind => Ok(message),
        _ => Err(other),
    }
}

/// The first hash in which two tiles differ.
fn first_other(ours: &[u8], theirs: &[u8]) -> Option<u64> {
    if ours == theirs {
        return None;
    }
    let same = ours.iter().zip(theirs).take_while(|(ours, theirs)| ours == theirs).count();
    Some(same as u64 / 32)
}

/// Whether a log is the one that the package names, or one that took its place.
fn is_of(origin: &str, packed: &str) -> bool {
    let after = Origin::parse(origin).zip(Origin::parse(packed));
    origin == packed || after.is_some_and(|(origin, packed)| origin.is_after(&packed))
}

fn entries(
    source: &Source,
    room: Room,
    size: u64,
    watch: Watch<'_>,
) -> Result<(Vec<Entry>, Tree), Stop> {
    let mut bundles = Tile::bundles(size).peekable();
    let all = usize::try_from(size.div_ceil(256)).unwrap_or(usize::MAX);
    let (mut entries, mut tree, mut before) = (Vec::new(), Tree::default(), 0);
    while bundles.peek().is_some() {
        let part: Vec<Tile> = bundles.by_ref().take(BUNDLES_AT_ONCE).collect();
        let name = |bundle: &Tile| public_folder::tile(room, bundle);
        let wanted = part.iter().map(|one| Wanted { name: name(one), size_max: TILE_MAX });
        let found =
            source.read(wanted.collect(), &mut |read| watch(Step::Entries, before + read, all))?;
        before += part.len();
        for (bundle, bytes) in part.iter().zip(found) {
            let bytes = bytes.ok_or_else(|| Difference::BundleMissing(name(bundle)))?;
            let read = read_entry_bundle(&bytes, bundle.width)
                .map_err(|what| Difference::Bundle { name: name(bundle), what })?;
            read.iter().for_each(|entry| tree.push(entry.leaf()));
            entries.extend(read);
        }
    }
    Ok((entries, tree))
}

/// The packages of a log, as far as they can be read and are those that were entered, and how messages are named there.
fn packages(
    source: &Source,
    room: Room,
    entries: &[Entry],
) -> Result<(Names, HashMap<MessageId, Vec<u8>>), Unread> {
    let ids: Vec<MessageId> = entries
        .iter()
        .filter(|entry| entry.kind == Kind::Package)
        .map(|entry| entry.message)
        .collect();
    if ids.len() > PACKAGES_MAX {
        return Err(Unread::TooMuch(format!("{} packages", ids.len())));
    }
    let names = match source {
        Source::Folder(_) => vec![Names::Folder],
        Source::Address(_) => vec![Names::Server, Names::Folder],
    };
    for names in names {
        let size_max = Kind::Package.size_max();
        let wanted = ids.iter().map(|&id| Wanted { name: names.of(room, id), size_max });
        let found = source.read(wanted.collect(), &mut |_| ())?;
        let found: HashMap<_, _> =
            ids.iter().copied().zip(found).filter_map(|(id, bytes)| Some((id, bytes?))).collect();
        if !found.is_empty() {
            return Ok((names, found));
        }
    }
    Ok((Names::Folder, HashMap::new()))
}

/// Contest, party key and the room's log, as the newest package names them that the party key signed.
fn newest(
    packages: &HashMap<MessageId, Vec<u8>>,
    order: &Order,
) -> Result<(String, PublicKey, RoomLog), Difference> {
    let by_the_party = |(id, bytes): (&MessageId, &Vec<u8>)| {
        let (message, package) = Package::read(bytes).ok()?;
        (message.id() == *id && package.party_key.id() == order.party).then_some(package)
    };
    let known: Vec<Package> = packages.iter().filter_map(by_the_party).collect();
    let others = packages.len() - known.len();
    let newest = known.into_iter().max_by_key(|package| package.number);
    let none = || Difference::NoPackage { party: order.party, others };
    let Package { contest, party_key, .. } = newest.ok_or_else(none)?;
    let log = contest.log(order.room).ok_or_else(none)?.clone();
    Ok((contest.id, party_key, log))
}

/// The party key's id, as people pass it on: 32 hexadecimal digits, in groups or not, or the key itself in 64.
pub(super) fn party_key(text: &str) -> Option<KeyId> {
    let digits: String = text.split_whitespace().collect();
    let digits = digits.to_ascii_lowercase();
    KeyId::from_hex(&digits).or_else(|| Some(PublicKey::from_hex(&digits)?.id()))
}

#[cfg(test)]
mod tests {
    use countersign_core::crypto::SigningKey;

    use super::*;
    use crate::genesis::fingerprint;

    #[test]
    fn the_party_key_is_taken_in_every_form_in_which_it_is_shown() {
        let key = SigningKey::from_seed(&[1; 32]).public();
        let id = key.id().to_string();
        let forms =
            [id.clone(), id.to_uppercase(), format!("{id}\n"), fingerprint(&key), key.to_string()];
        for form in forms {
            assert_eq!(party_key(&form), Some(key.id()), "{form}");
        }
        for bad in ["", "xyz", &id[1..], "3fa9 4c0e"] {
            assert_eq!(party_key(bad), None, "{bad}");
        }
    }
}
