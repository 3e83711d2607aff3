//! Verifies what a party publishes as a stranger would: from public files alone, believing the party key and nothing else.
//!
//! `source` reads files, `public_log` proves that the entries are those that the log signed, `replay` judges every public
//! message as the server did, `published`, `tables`, `pages` and `moment` compare the numbers of what is published, `made_from` and
//! `words` everything else that stands there, `hash_lists` and `receipts` verify what is signed beside them. The first difference
//! is named, and what it means, and whatever could not be compared.

mod difference;
mod hash_lists;
mod made_from;
mod moment;
mod pages;
mod public_log;
mod published;
mod receipts;
mod replay;
mod source;
mod tables;
mod verdict;
mod witnesses;
mod words;

use countersign_core::id::KeyId;
use countersign_core::log::{LogKey, WitnessKey};
use countersign_core::message::Layer;
use countersign_core::results::{Released, RoomState, changes};
use countersign_core::room::Room;
use data_encoding::BASE64;

pub use difference::Difference;
pub use source::{Address, Source, Unread, Wanted};
pub use verdict::{
    Change, ComparedFile, ComparedPages, CopySaid, Counted, GroupResults, Known as ComparedKnown,
    LayerResults, Said, Verdict, VerifiedHashLists, VerifiedReceipts, WithheldMessage,
};
pub use witnesses::{ContestWitness, ContestWitnesses, CosignedBy, NotWitnessed};
pub use words::{ComparedWords, OtherWords};

use public_log::PublicLog;
use replay::Replayed;

/// Times that a log which goes on meanwhile is read again before a difference is believed.
const READ_AGAIN: u32 = 3;

/// What is to be verified, and what is believed.
#[derive(Debug, Clone)]
pub struct Order {
    /// The room.
    pub room: Room,
    /// Id of the party key.
    pub party: KeyId,
    /// Keys of the log that are believed in the place of those that the party's package names; empty for the package's.
    pub log_keys: Vec<LogKey>,
    /// Witnesses beside the contest's own, of which one at least has to have cosigned; none where nobody is asked for.
    pub witnesses: Vec<WitnessKey>,
    /// Older checkpoints and receipts from which the log has to go on.
    pub known: Vec<Known>,
    /// The time of whoever verifies, milliseconds since the Unix epoch: no page was made later.
    pub now_ms: u64,
}

/// A checkpoint or a receipt that somebody kept.
#[derive(Debug, Clone)]
pub struct Known {
    /// What the person calls it.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Bundles of entries are read.
    Entries,
    /// Hash tiles are read.
    Tiles,
    /// Messages are read.
    Messages,
    /// Messages are judged and their signatures verified.
    Signatures,
    /// Published numbers are read and compared.
    Published,
    /// Lists of hashes are read and verified.
    HashLists,
    /// Receipts are read and verified.
    Receipts,
    /// Pages are read and compared.
    Pages,
    /// Two layers side by side are read and compared.
    Layers,
    /// Pages are looked for that ought not to be there.
    Leftovers,
}

impl Step {
    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Entries => "reading entries",
            Self::Tiles => "reading hash tiles",
            Self::Messages => "reading messages",
            Self::Signatures => "verifying signatures",
            Self::Published => "comparing published data",
            Self::HashLists => "verifying lists of hashes",
            Self::Receipts => "verifying receipts",
            Self::Pages => "comparing pages",
            Self::Layers => "comparing layers",
            Self::Leftovers => "looking for pages that ought not to be there",
        }
    }
}

/// Is told what is being done, how far it is, and how far it goes.
pub type Watch<'a> = &'a dyn Fn(Step, usize, usize);

/// The id of a party key as people pass it on: its 32 hexadecimal digits, or the 64 of the key itself.
#[must_use]
pub fn party_key(text: &str) -> Option<KeyId> {
    public_log::party_key(text)
}

/// Why it does not go on.
enum Stop {
    Unread(Unread),
    Difference(Difference),
}

impl From<Unread> for Stop {
    fn from(unread: Unread) -> Self {
        Self::Unread(unread)
    }
}

impl From<Difference> for Stop {
    fn from(difference: Difference) -> Self {
        Self::Difference(difference)
    }
}

/// Verifies a room's log and what is published of it.
///
/// # Errors
/// [`Unread`] when it cannot be read. What does not hold is part of the verdict.
pub fn verify(source: &Source, order: &Order, watch: Watch<'_>) -> Result<Verdict, Unread> {
    let mut verdict = Verdict::default();
    for last in (0..READ_AGAIN).map(|time| time + 1 == READ_AGAIN) {
        verdict = Verdict { party_key: order.party.to_string(), ..Verdict::default() };
        let difference = match look(source, order, watch, &mut verdict) {
            // Pages are read last, and may be of entries that came meanwhile.
            Ok(()) if !last && !verdict.newer.is_empty() => continue,
            Ok(()) => {
                verdict.holds = true;
                verdict.complete = verdict.is_complete();
                return Ok(verdict);
            }
            Err(Stop::Unread(unread)) => return Err(unread),
            Err(Stop::Difference(difference)) => difference,
        };
        verdict.difference = Some(Said::from(&difference));
        // A release in between publishes messages, some of which were asked for before it.
        if last || !difference.may_be_passing() || !has_gone_on(source, order, &verdict)? {
            break;
        }
    }
    Ok(verdict)
}

/// Whether the log has more entries than those that were read.
fn has_gone_on(source: &Source, order: &Order, verdict: &Verdict) -> Result<bool, Unread> {
    let now = public_log::size_now(source, order.room)?;
    Ok(now.is_some_and(|now| now > verdict.log_size))
}

fn look(
    source: &Source,
    order: &Order,
    watch: Watch<'_>,
    verdict: &mut Verdict,
) -> Result<(), Stop> {
    let log = PublicLog::read(source, order, watch)?;
    verdict.contest = Some(log.contest.clone());
    verdict.room = Some(log.room);
    verdict.origin = Some(log.checkpoint.origin.clone());
    verdict.log_size = log.checkpoint.size;
    verdict.root = Some(BASE64.encode(&log.checkpoint.root));
    verdict.last_entry_ms = log.entries.last().map(|entry| entry.time_ms);
    (verdict.cosigned_by, verdict.not_cosigned_by) =
        witnesses::cosigned(&log.note, &order.witnesses)?;
    if verdict.cosigned_by.is_empty() && !order.witnesses.is_empty() {
        return Err(Difference::NotWitnessed.into());
    }
    for known in &order.known {
        verdict.known.push(log.compare(known)?);
    }
    let messages = log.messages(source, watch)?;
    let replayed = replay::replay(&log, &messages, watch)?;
    for message in messages.iter().flatten() {
        verdict.messages.entry(message.kind().as_str()).or_default().public += 1;
    }
    drop(messages);
    verdict.witnesses = witnesses::of_contest(&log, &replayed.state)?;
    verdict.not_witnessed = witnesses::not_witnessed(&log, &replayed.state)?;
    withheld(verdict, &replayed);
    results(source, order, &log, verdict, &replayed, watch)
}

fn withheld(verdict: &mut Verdict, replayed: &Replayed) {
    for entry in &replayed.unreleased {
        verdict.messages.entry(entry.kind.as_str()).or_default().unreleased += 1;
    }
    for (index, entry) in &replayed.withheld {
        let (kind, id) = (entry.kind.as_str(), entry.message.to_string());
        verdict.messages.entry(kind).or_default().withheld += 1;
        verdict.withheld.push(WithheldMessage { entry: *index, kind, id });
    }
    verdict.unjudged = replayed.unjudged.iter().map(|(index, _)| *index).collect();
    verdict.beyond_the_rules = replayed.beyond_the_rules;
    if let Some(package) = replayed.state.package() {
        let contest = &package.contest;
        let precincts = replayed.not_worked_out.iter();
        let ids = precincts.filter_map(|precinct| contest.precinct(precinct.0));
        verdict.not_worked_out = ids.map(|precinct| precinct.id.clone()).collect();
    }
}

/// Works out every layer, and compares with what is published of it.
fn results(
    source: &Source,
    order: &Order,
    log: &PublicLog,
    verdict: &mut Verdict,
    replayed: &Replayed,
    watch: Watch<'_>,
) -> Result<(), Stop> {
    let state = &replayed.state;
    for layer in layers(state) {
        let Some(released) = Released::of(state, layer) else { continue };
        verdict.layers.push(LayerResults::of(&released));
    }
    if let Some(package) = state.package() {
        let changed = changes(state);
        verdict.changes =
            changed.iter().map(|changed| Change::of(&package.contest, changed)).collect();
    }
    verdict.copies = state.review().copies().iter().map(CopySaid::of).collect();
    published::compare(source, order.now_ms, log, replayed, verdict, watch)
}

/// Layers in which something was ever released.
fn layers(state: &RoomState) -> impl Iterator<Item = Layer> {
    let review = state.review();
    let has = |layer: &Layer| review.effective().any(|release| review.layer(release) == *layer);
    Layer::ALL.into_iter().filter(has)
}
