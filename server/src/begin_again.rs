//! Begins a room's log again after a disaster: log n+1, whose first entry an admin signs and which names the old log
//! (design section 6, "The log").
//!
//! What the copy at hand still holds is entered again in its old order, each message judged anew, so that the new log
//! gives the same results as the copy did. The old log's file stays where it is. Until `server.json` names the new log, which is
//! the last step, the folder is as it was.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use countersign_core::crypto::SigningKey;
use countersign_core::id::PublicKey;
use countersign_core::log::{Checkpoint, Entry, Origin};
use countersign_core::message::{
    BeginReason, BegunAgain, Carried, Kind, Message, NotBegunAgain, People, Role,
};
use countersign_core::room::Room;

use crate::clock::SharedClock;
use crate::folder::{Folder, FolderError, Identity, rename, replace};
use crate::fsck::{self, Trouble};
use crate::keys::{KeyError, read_key};
use crate::node::{self, Closed};
use crate::room::{LoadError, Projection, Sight, look};
use crate::store::{
    Batch, CommitError, Head, LogStore as _, PrivateStore, QuarantineLimits, SqliteLog, StoreError,
};

/// Most entries in one commit.
const BATCH: usize = 1024;

/// What an admin orders.
pub struct Order<'a> {
    /// Which room's log.
    pub room: Room,
    /// Why. It is checked against what is found.
    pub reason: BeginReason,
    /// Why, in words, with [`BeginReason::Other`].
    pub why: Option<String>,
    /// A signed checkpoint of the old log that somebody holds.
    pub known: Option<String>,
    /// The admin's key.
    pub admin: &'a SigningKey,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// Origin of the new log.
    pub origin: String,
    /// Origin of the old one.
    pub from: String,
    /// Entries of the old log that were entered again.
    pub carried: u64,
    /// Reports among them.
    pub reports: usize,
    /// The largest signed checkpoint that is known of the old log.
    pub known: Option<Checkpoint>,
    /// Whether the room takes reports in the new log.
    pub open: bool,
    /// The old log's file.
    pub old_file: PathBuf,
}

/// A log that was not begun again. The folder is as it was.
#[derive(Debug, thiserror::Error)]
pub enum BeginAgainError {
    /// The folder cannot be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A store cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A key cannot be read.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The new log cannot be written.
    #[error("the new log cannot be written: {0}")]
    Commit(#[from] CommitError),
    /// Nothing shows that anybody holds more than this log.
    #[error(
        "the log of the {0} room is sound, and nothing shows that anybody holds more of it: it can simply be started. A server \
         stops by itself when a tablet shows a newer checkpoint. To begin the log again before that, give a checkpoint or a \
         receipt that somebody holds with --known, or say why in words: --reason other --why \"...\""
    )]
    Sound(Room),
    /// The checkpoint given is one that the log leads to.
    #[error(
        "the log of the {room} room leads to the checkpoint of {size} entries that --known names: nothing that its holder saw is \
         missing"
    )]
    KnownWithin {
        /// The room.
        room: Room,
        /// Its size.
        size: u64,
    },
    /// What was given as a checkpoint is none of this log.
    #[error(
        "what --known names is no checkpoint, or no receipt, that a key of the {0} room's log signed"
    )]
    KnownForeign(Room),
    /// A log that is not damaged was said to be.
    #[error(
        "the log of the {0} room is not damaged: every entry, the tree and the checkpoint are good (see `fsck`)"
    )]
    NotDamaged(Room),
    /// A log that is not lost was said to be.
    #[error(
        "the log of the {room} room is not lost: {tablets} of its {entries} entries are tablets'. Use the reason that fits: \
         restored or damaged"
    )]
    NotLost {
        /// The room.
        room: Room,
        /// Its entries.
        entries: u64,
        /// Enrolments and reports among them.
        tablets: usize,
    },
    /// A log is damaged and was said to be something else.
    #[error(
        "the log of the {room} room is damaged ({trouble}): begin it again with --reason damaged, or --reason other and --why"
    )]
    Damaged {
        /// The room.
        room: Room,
        /// What is wrong.
        trouble: String,
    },
    /// The admin is none that the party named here.
    #[error(
        "the party did not name this admin in what can be read of the {0} room's log: use the key that `init` was given. If \
         the log is too damaged for that, restore another copy, or make a new folder by `init` and begin again there with \
         --reason lost"
    )]
    NotAnAdmin(Room),
    /// What the new log would begin with could not be believed by anyone.
    #[error("the new log cannot begin like this: {0}")]
    Beginning(#[from] NotBegunAgain),
    /// A message of the old log cannot stand in the new one.
    #[error("the new log cannot be made: {0}")]
    Carrying(#[from] Trouble),
    /// The key that shall sign checkpoints is not one that the package names.
    #[error(
        "{0} is not a key that the package names for this log: put the log key or the spare there"
    )]
    ForeignLogKey(PathBuf),
    /// The new log's database was not closed whole.
    #[error("{0} was not written whole; try again")]
    NotWhole(PathBuf),
}

impl BeginAgainError {
    /// Whether trying again can help without a person mending something.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Folder(error) => error.is_transient(),
            Self::Store(error) => error.is_transient(),
            Self::Key(error) => error.is_transient(),
            Self::Commit(error) => error.is_transient(),
            Self::Carrying(error) => error.is_transient(),
            Self::NotWhole(_) => true,
            _ => false,
        }
    }
}

/// As much of the old log as is good.
struct Old {
    log: Projection,
    messages: Vec<Arc<Message>>,
    keys: Vec<PublicKey>,
    /// The stored checkpoint, where there is one.
    note: String,
    trouble: Option<Trouble>,
}

/// A checkpoint that a key of the log signed.
struct Known {
    /// Whether the old log does not lead to it.
    beyond: bool,
    /// Number of the log it is of.
    number: u32,
    note: String,
    checkpoint: Checkpoint,
}

/// Begins a room's log again. No server may be using the folder; durable on return.
///
/// # Errors
/// [`BeginAgainError`]; the folder is as it was then.
pub fn begin_again(
    folder: &Folder,
    order: &Order<'_>,
    clock: &SharedClock,
) -> Result<Done, BeginAgainError> {
    let room = order.room;
    let identity = folder.identity()?;
    let _lock = folder.lock()?;
    let private = PrivateStore::open(&folder.private(), QuarantineLimits::default())?;
    let key = read_key(&folder.log_key(room))?;
    let old = read_old(folder, room)?;
    if !old.keys.contains(&key.public()) {
        return Err(BeginAgainError::ForeignLogKey(folder.log_key(room)));
    }
    let shown = private.beyond(room)?;
    let known = known(&old, order, shown.as_deref())?;
    check_reason(&old, order, known.as_ref())?;
    let from = old.log.origin().to_owned();
    let origin = next_origin(folder, &private, &old, known.as_ref())?;
    let size = old.log.size();
    let begun_again = BegunAgain {
        begins: origin.clone(),
        from: from.clone(),
        known: known.as_ref().map(|known| known.note.clone()),
        carried: Carried { size, root: old.log.tree.root(size) },
        reason: order.reason,
        why: order.why.clone(),
        people: people(&old, order.admin)?,
    };
    let state = &old.log.state;
    let (contest, party) = (state.contest(), state.party());
    let act = begun_again.sign(contest, room, order.admin);
    BegunAgain::read(&act, contest, room, &party, &old.keys)?;
    let number = Origin::parse(&origin).map_or(1, |origin| origin.number());
    let path = folder.numbered_log(room, number);
    let empty = Projection::new(contest, room, party, &origin);
    let new = write_log(&path, empty, act, &old, &key, clock)?;
    name_it(folder, &identity, room, &origin)?;
    private.note_furthest(room, &origin, new.size())?;
    let old_number = Origin::parse(&from).map_or(1, |origin| origin.number());
    Ok(Done {
        origin,
        carried: size,
        reports: old.messages.iter().filter(|message| message.kind() == Kind::Report).count(),
        known: known.map(|known| known.checkpoint),
        open: new.state.is_open(),
        old_file: folder.numbered_log(room, old_number),
        from,
    })
}

/// Reads the old log as far as it is good, checking everything as `fsck` does.
fn read_old(folder: &Folder, room: Room) -> Result<Old, BeginAgainError> {
    let Closed { store, keys, empty } = node::open_read_only(folder, room)?;
    let (mut log, mut messages, mut trouble) = (empty.clone(), Vec::new(), None);
    let read = store.read(&mut |index, stored| {
        match fsck::check_message(&mut log, &keys, index, &stored) {
            Ok(message) => messages.push(Arc::new(message)),
            Err(found) => trouble = Some(found),
        }
        trouble.is_none()
    });
    if let Err(error) = read {
        trouble = Some(Trouble::Log(LoadError::Store(error)));
    }
    if trouble.is_none() {
        trouble = Projection::load(empty, &store, &keys).err().map(Trouble::Log);
    }
    let note = store.head().map(|head| head.checkpoint).unwrap_or_default();
    Ok(Old { log, messages, keys, note, trouble })
}

/// The largest checkpoint that a key of the log signed: of the one given, the one that a tablet showed, and the stored one.
/// One that the log does not lead to comes before any other, for it is what the new log has to answer for.
fn known(
    old: &Old,
    order: &Order<'_>,
    shown: Option<&str>,
) -> Result<Option<Known>, BeginAgainError> {
    let ours = Origin::parse(old.log.origin());
    let open = |note: &str| {
        let claim = Checkpoint::claim(note)?;
        let checkpoint = Checkpoint::open(note, &claim.origin, &old.keys).ok()?;
        let number = Origin::parse(&checkpoint.origin)
            .filter(|of| ours.is_some_and(|ours| ours.series() == of.series()))?
            .number();
        let beyond = matches!(look(&old.log, &old.keys, note), Sight::Beyond(_));
        Some(Known { beyond, number, note: note.to_owned(), checkpoint })
    };
    let given = match &order.known {
        Some(note) => {
            let given = open(note).ok_or(BeginAgainError::KnownForeign(order.room))?;
            if order.reason == BeginReason::Restored && !given.beyond {
                let size = given.checkpoint.size;
                return Err(BeginAgainError::KnownWithin { room: order.room, size });
            }
            Some(given)
        }
        None => None,
    };
    let all = [given, shown.and_then(open), open(&old.note)];
    let by_weight = |known: &Known| (known.beyond, known.number, known.checkpoint.size);
    Ok(all.into_iter().flatten().max_by_key(by_weight))
}

/// Holds the reason against what was found, so that the log never gives one that was not so.
fn check_reason(
    old: &Old,
    order: &Order<'_>,
    known: Option<&Known>,
) -> Result<(), BeginAgainError> {
    let room = order.room;
    let tablets = |messages: &[Arc<Message>]| {
        let of_tablet =
            |message: &&Arc<Message>| matches!(message.kind(), Kind::Enrolment | Kind::Report);
        messages.iter().filter(of_tablet).count()
    };
    match (order.reason, &old.trouble) {
        (BeginReason::Other, _) | (BeginReason::Damaged, Some(_)) => Ok(()),
        (BeginReason::Damaged, None) => Err(BeginAgainError::NotDamaged(room)),
        (_, Some(trouble)) => Err(BeginAgainError::Damaged { room, trouble: trouble.to_string() }),
        (BeginReason::Lost, None) => match tablets(&old.messages) {
            0 => Ok(()),
            tablets => Err(BeginAgainError::NotLost { room, entries: old.log.size(), tablets }),
        },
        (BeginReason::Restored, None) if known.is_some_and(|known| known.beyond) => Ok(()),
        (BeginReason::Restored, None) => Err(BeginAgainError::Sound(room)),
    }
}

/// The first number that no log of the series can have had: neither one that lies here, nor one that anything names.
fn next_origin(
    folder: &Folder,
    private: &PrivateStore,
    old: &Old,
    known: Option<&Known>,
) -> Result<String, BeginAgainError> {
    let ours = Origin::parse(old.log.origin()).ok_or(NotBegunAgain::Origins)?;
    let room = old.log.state.room();
    let furthest = private.furthest(room)?.map(|(origin, _)| origin);
    let named = [furthest.as_deref(), known.map(|known| known.checkpoint.origin.as_str())];
    let mut last = named
        .into_iter()
        .flatten()
        .filter_map(Origin::parse)
        .filter(|origin| origin.series() == ours.series())
        .map(|origin| origin.number())
        .fold(ours.number(), u32::max);
    // What a try that did not come to its end left is not written over.
    loop {
        last = last.checked_add(1).ok_or(NotBegunAgain::Origins)?;
        if !folder.numbered_log(room, last).exists() {
            return Ok(ours.numbered(last));
        }
    }
}

/// The newest message by which the party named this admin.
fn people(old: &Old, admin: &SigningKey) -> Result<Vec<u8>, BeginAgainError> {
    let party = old.log.state.party();
    let names_the_admin = |message: &&Arc<Message>| {
        message.key() == party.id()
            && message.decode::<People>().is_ok_and(|people| {
                people
                    .people
                    .iter()
                    .any(|person| person.role == Role::Admin && person.key == admin.public())
            })
    };
    let found = old.messages.iter().rev().find(names_the_admin);
    let room = old.log.state.room();
    Ok(found.ok_or(BeginAgainError::NotAnAdmin(room))?.bytes().to_vec())
}

/// Writes the new log under another name, and gives it its own once it is whole and durable.
fn write_log(
    path: &Path,
    empty: Projection,
    act: Message,
    old: &Old,
    key: &SigningKey,
    clock: &SharedClock,
) -> Result<Projection, BeginAgainError> {
    let making = path.with_extension("making");
    remove(&making);
    let written = fill(&making, empty, act, old, key, clock).and_then(|new| {
        let whole = || BeginAgainError::NotWhole(making.clone());
        // Closing it has brought everything into the one file.
        if std::fs::metadata(beside(&making, "-wal")).is_ok_and(|wal| wal.len() > 0) {
            return Err(whole());
        }
        std::fs::File::open(&making).and_then(|file| file.sync_all()).map_err(|_| whole())?;
        rename(&making, path)?;
        Ok(new)
    });
    if written.is_err() {
        remove(&making);
    }
    written
}

fn fill(
    making: &Path,
    empty: Projection,
    act: Message,
    old: &Old,
    key: &SigningKey,
    clock: &SharedClock,
) -> Result<Projection, BeginAgainError> {
    let store = SqliteLog::create(making)?;
    let mut new = empty;
    let act = Arc::new(act);
    // What began the old log, its first entry, begins no other.
    let began_itself = old.log.state.begun().is_some();
    let carried = old.messages.iter().skip(usize::from(began_itself));
    let messages: Vec<&Arc<Message>> = std::iter::once(&act).chain(carried).collect();
    for batch in messages.chunks(BATCH) {
        let mut rows: Vec<(Entry, &[u8])> = Vec::with_capacity(batch.len());
        for message in batch {
            let index = new.size();
            let refused = |refusal| Trouble::Entry { index, refusal };
            let authority = new.state.authority(message).map_err(refused)?;
            new.state.verify(message, &authority).map_err(refused)?;
            let time_ms = clock.now_ms().max(new.state.now_ms()).max(old.log.state.now_ms());
            new.judge(message, time_ms).map_err(refused)?;
            let entry = Entry { kind: message.kind(), time_ms, message: message.id() };
            new.enter(entry, message).map_err(Trouble::Log)?;
            rows.push((entry, message.bytes()));
        }
        let size = new.size();
        let root = new.tree.root(size);
        let checkpoint = Checkpoint { origin: new.origin().to_owned(), size, root }.sign(key);
        let head = Arc::new(Head { size, root, checkpoint });
        store.commit(&Batch { onto: new.head(), entries: &rows, head: &head })?;
        new.set_head(head);
    }
    Ok(new)
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// What a try of this very step left; nothing ever used it.
fn remove(making: &Path) {
    for ending in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(beside(making, ending));
    }
}

/// From here on the folder's log is the new one.
fn name_it(
    folder: &Folder,
    identity: &Identity,
    room: Room,
    origin: &str,
) -> Result<(), FolderError> {
    let mut identity = identity.clone();
    for log in identity.logs.iter_mut().filter(|log| log.room == room) {
        origin.clone_into(&mut log.origin);
    }
    let text = serde_json::to_vec_pretty(&identity).expect("texts always encode");
    replace(&folder.file("server.json"), &text)
}
