//! A server without its listeners: the folder it holds, both rooms, admission.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use countersign_core::crypto::SigningKey;
use countersign_core::id::PublicKey;
use countersign_core::log::Origin;
use countersign_core::message::Message;
use countersign_core::refusal::Refusal;
use countersign_core::room::Room;

use crate::admission::{Admission, Limits, Quarantine};
use crate::clock::SharedClock;
use crate::cosigning::Witnesses;
use crate::folder::{Folder, FolderError, FolderLock, Identity, LogIdentity};
use crate::keys::read_key;
use crate::metrics::Metrics;
use crate::room::{Outcome, Projection, RoomDesk, RoomParts, Sight, look};
use crate::store::{LogStore, PrivateStore, QuarantineLimits, SqliteLog, StoreError};

/// What can be set.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Limits of admission.
    pub limits: Limits,
    /// Size of the quarantine.
    pub quarantine: QuarantineLimits,
}

/// A server without its listeners.
pub struct Node {
    /// Both rooms behind their admission.
    pub admission: Arc<Admission>,
    /// The private store.
    pub private: Arc<PrivateStore>,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// Logs whose place a later one took, to be read.
    pub earlier: Arc<Vec<Projection>>,
    /// Who cosigns the logs: nobody, until somebody is put here, before HTTP is put before the node.
    pub witnesses: Arc<Witnesses>,
    /// What the folder is for.
    pub identity: Identity,
    /// The folder.
    pub folder: Folder,
    /// Server time.
    pub clock: SharedClock,
    threads: Vec<JoinHandle<()>>,
    _lock: FolderLock,
}

/// Where the log lies that a room's identity names.
fn path_of(folder: &Folder, identity: &Identity, room: Room) -> Result<PathBuf, FolderError> {
    let log = identity.log(room).ok_or_else(|| no_log(folder, room))?;
    Ok(folder.numbered_log(room, log.number()))
}

/// Opens a room's log for writing, or refuses when it is not the one that was there.
fn open_log(folder: &Folder, identity: &Identity, room: Room) -> Result<SqliteLog, FolderError> {
    let path = path_of(folder, identity, room)?;
    match SqliteLog::open(&path) {
        Err(StoreError::Missing(_)) => Err(FolderError::LogMissing { room, path }),
        other => Ok(other?),
    }
}

impl Node {
    /// Takes the folder, reads both logs and starts the rooms.
    ///
    /// # Errors
    /// [`FolderError`]: the folder is not set up, in use, a log is missing, went back, or is damaged.
    pub fn open(
        folder: &Folder,
        options: &Options,
        clock: SharedClock,
    ) -> Result<Self, FolderError> {
        Self::open_with(folder, options, clock, |_, log| Arc::new(log))
    }

    /// The same with something between the rooms and their logs.
    ///
    /// # Errors
    /// As [`Node::open`].
    pub fn open_with(
        folder: &Folder,
        options: &Options,
        clock: SharedClock,
        wrap: impl Fn(Room, SqliteLog) -> Arc<dyn LogStore>,
    ) -> Result<Self, FolderError> {
        let identity = folder.identity()?;
        let lock = folder.lock()?;
        // Missing logs are noticed before the private store could be made anew.
        let official = open_log(folder, &identity, Room::Official)?;
        let rehearsal = open_log(folder, &identity, Room::Rehearsal)?;
        let private = Arc::new(PrivateStore::open(&folder.private(), options.quarantine)?);
        let metrics = Arc::new(Metrics::default());
        let mut threads = Vec::new();
        let stores = [wrap(Room::Official, official), wrap(Room::Rehearsal, rehearsal)];
        let mut start = |loaded: Loaded| -> Result<RoomDesk, FolderError> {
            let Loaded { store, projection, key, keys } = loaded;
            notice_going_back(&private, &projection)?;
            notice_beyond(&private, &projection, &keys)?;
            let (clock, metrics) = (Arc::clone(&clock), Arc::clone(&metrics));
            let parts = RoomParts { store, projection, key, keys, clock, metrics };
            let failed = |source| FolderError::File { path: folder.0.clone(), source };
            let (desk, thread) = RoomDesk::start(parts).map_err(failed)?;
            threads.push(thread);
            Ok(desk)
        };
        let [official, rehearsal] = load_both(folder, &identity, stores);
        let rooms = [start(official?)?, start(rehearsal?)?];
        let (quarantine, thread) = Quarantine::start(Arc::clone(&private), Arc::clone(&metrics))
            .map_err(|source| FolderError::File { path: folder.private(), source })?;
        threads.push(thread);
        let earlier = Arc::new(earlier_logs(folder, &identity)?);
        let admission = Admission::new(
            rooms,
            options.limits,
            quarantine,
            Arc::clone(&clock),
            Arc::clone(&metrics),
        );
        Ok(Self {
            admission: Arc::new(admission),
            private,
            metrics,
            earlier,
            witnesses: Arc::default(),
            identity,
            folder: folder.clone(),
            clock,
            threads,
            _lock: lock,
        })
    }

    /// Notes how far the logs have come, so that one that goes back is noticed at the next start.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn note_furthest(&self) -> Result<(), StoreError> {
        for room in Room::ALL {
            let (origin, size) = {
                let projection = self.admission.room(room).read();
                (projection.origin().to_owned(), projection.head().size)
            };
            self.private.note_furthest(room, &origin, size)?;
        }
        Ok(())
    }

    /// Whether every thread that a room needs is alive.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.threads.iter().all(|thread| !thread.is_finished())
    }

    /// Ends the rooms in order, everything that was accepted answered and stored. Waits only for as long as nobody else
    /// holds the admission.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be noted how far the logs came; they are complete all the same.
    pub fn close(self) -> Result<(), StoreError> {
        let noted = self.note_furthest();
        if let Some(admission) = Arc::into_inner(self.admission) {
            drop(admission);
            for thread in self.threads {
                // A thread that panicked has said so in the log of the program.
                let _ = thread.join();
            }
        }
        noted
    }
}

/// A room whose log was read.
struct Loaded {
    store: Arc<dyn LogStore>,
    projection: Projection,
    key: SigningKey,
    keys: Vec<PublicKey>,
}

/// Reads both rooms' logs at the same time.
fn load_both(
    folder: &Folder,
    identity: &Identity,
    [official, rehearsal]: [Arc<dyn LogStore>; 2],
) -> [Result<Loaded, FolderError>; 2] {
    let loaded = |room, store: Arc<dyn LogStore>| {
        let key = read_key(&folder.log_key(room))?;
        let keys = log_keys(folder, identity, room)?;
        if !keys.contains(&key.public()) {
            return Err(FolderError::ForeignLogKey(folder.log_key(room)));
        }
        let projection = load(empty(folder, identity, room)?, &*store, &keys)?;
        Ok(Loaded { store, projection, key, keys })
    };
    std::thread::scope(|scope| {
        let rehearsal = scope.spawn(|| loaded(Room::Rehearsal, rehearsal));
        let official = loaded(Room::Official, official);
        [official, rehearsal.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))]
    })
}

/// Replays a room's log, the same for whoever asks: the server at start, and each command that reads a room.
fn load(
    empty: Projection,
    store: &dyn LogStore,
    keys: &[PublicKey],
) -> Result<Projection, FolderError> {
    let room = empty.state.room();
    Projection::load(empty, store, keys).map_err(|source| FolderError::Log { room, source })
}

fn no_log(folder: &Folder, room: Room) -> FolderError {
    FolderError::Damaged {
        path: folder.file("server.json"),
        what: format!("it names no log for the {room} room"),
    }
}

/// Keys that may sign a room's checkpoints.
///
/// # Errors
/// [`FolderError::Damaged`] when the folder's identity is incomplete.
pub fn log_keys(
    folder: &Folder,
    identity: &Identity,
    room: Room,
) -> Result<Vec<PublicKey>, FolderError> {
    identity.log(room).map(LogIdentity::public_keys).ok_or_else(|| no_log(folder, room))
}

/// A room of this folder before its first entry.
///
/// # Errors
/// [`FolderError::Damaged`] when the folder's identity is incomplete.
pub fn empty(folder: &Folder, identity: &Identity, room: Room) -> Result<Projection, FolderError> {
    match (identity.party_key(), identity.log(room)) {
        (Some(party), Some(log)) => {
            Ok(Projection::new(&identity.contest, room, party, &log.origin))
        }
        _ => Err(no_log(folder, room)),
    }
}

/// A room's log as it lies in a folder, before it is read.
pub(crate) struct Closed {
    pub(crate) store: SqliteLog,
    pub(crate) keys: Vec<PublicKey>,
    /// What it is read into.
    pub(crate) empty: Projection,
}

/// Opens a room's log for reading. A server may be using the folder.
pub(crate) fn open_read_only(folder: &Folder, room: Room) -> Result<Closed, FolderError> {
    let identity = folder.identity()?;
    open_identified(folder, &identity, room)
}

fn open_identified(
    folder: &Folder,
    identity: &Identity,
    room: Room,
) -> Result<Closed, FolderError> {
    let path = path_of(folder, identity, room)?;
    let store = match SqliteLog::open_read_only(&path) {
        Err(StoreError::Missing(_)) => return Err(FolderError::LogMissing { room, path }),
        other => other?,
    };
    let keys = log_keys(folder, identity, room)?;
    Ok(Closed { store, keys, empty: empty(folder, identity, room)? })
}

/// A log whose place a later one took, by its origin, as far as it can be opened.
pub(crate) struct Earlier {
    pub(crate) origin: String,
    pub(crate) opened: Result<Closed, FolderError>,
}

/// Opens the logs of a room whose place a later one took, for reading. A number is skipped where no file lies.
pub(crate) fn open_earlier(folder: &Folder, room: Room) -> Result<Vec<Earlier>, FolderError> {
    let identity = folder.identity()?;
    let log = identity.log(room).ok_or_else(|| no_log(folder, room))?;
    let of_number = |number| {
        let (mut then, mut named) = (identity.clone(), log.origin.clone());
        if let Some(origin) = Origin::parse(&log.origin) {
            named = origin.numbered(number);
        }
        for log in then.logs.iter_mut().filter(|log| log.room == room) {
            log.origin.clone_from(&named);
        }
        Earlier { origin: named, opened: open_identified(folder, &then, room) }
    };
    Ok(folder.numbers(room, log.number() - 1).map(of_number).collect())
}

/// Logs that are only read any more. One that cannot be read is said and left out: it is why a later one began.
fn earlier_logs(folder: &Folder, identity: &Identity) -> Result<Vec<Projection>, FolderError> {
    let mut logs = Vec::new();
    for log in &identity.logs {
        for Earlier { origin, opened } in open_earlier(folder, log.room)? {
            match opened.and_then(|closed| load(closed.empty, &closed.store, &closed.keys)) {
                Ok(projection) => logs.push(projection),
                Err(error) => tracing::warn!(%origin, %error, "an earlier log cannot be shown"),
            }
        }
    }
    Ok(logs)
}

/// Reads a room of a folder that a server may be using.
///
/// # Errors
/// [`FolderError`].
pub fn read_room(folder: &Folder, room: Room) -> Result<Projection, FolderError> {
    let Closed { store, keys, empty } = open_read_only(folder, room)?;
    load(empty, &store, &keys)
}

fn notice_going_back(private: &PrivateStore, projection: &Projection) -> Result<(), FolderError> {
    let room = projection.state.room();
    match private.furthest(room)? {
        Some((origin, furthest))
            if origin == projection.origin() && projection.size() < furthest =>
        {
            Err(FolderError::LogWentBack { room, size: projection.size(), furthest })
        }
        Some((begun, _)) if is_after(&begun, projection.origin()) => {
            Err(FolderError::LogReplaced { room, named: projection.origin().to_owned(), begun })
        }
        _ => Ok(()),
    }
}

fn is_after(one: &str, other: &str) -> bool {
    Origin::parse(one).zip(Origin::parse(other)).is_some_and(|(one, other)| one.is_after(&other))
}

/// What a tablet once showed still stands after a start.
fn notice_beyond(
    private: &PrivateStore,
    projection: &Projection,
    keys: &[PublicKey],
) -> Result<(), FolderError> {
    let room = projection.state.room();
    match private.beyond(room)?.map(|note| look(projection, keys, &note)) {
        Some(Sight::Beyond(shown)) => {
            Err(FolderError::LogBehind { room, size: projection.size(), shown_size: shown.size })
        }
        _ => Ok(()),
    }
}

/// Enters a message of headquarters, after the same looks that admission takes.
///
/// # Errors
/// The [`Refusal`].
pub fn enter(desk: &RoomDesk, message: &Arc<Message>) -> Result<u64, Refusal> {
    {
        let projection = desk.read();
        if let Some(index) = projection.find(message.id()) {
            return Ok(index);
        }
        let authority = projection.state.authority(message)?;
        projection.state.verify(message, &authority)?;
    }
    match desk.submit_blocking(Arc::clone(message))? {
        Outcome::Entered(index) | Outcome::Already(index) => Ok(index),
        Outcome::Refused(refusal) => Err(refusal),
    }
}
