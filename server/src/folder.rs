//! The server's data folder: which files it has, who may use it, and what it once held.
//!
//! | file | what |
//! | --- | --- |
//! | `server.json` | contest, party key and the origins of the logs; written last by `init` |
//! | `official.db`, `rehearsal.db` | the logs; a room's log that was begun again is `official-2.db` and so on, and the ones before it stay |
//! | `private.db` | quarantine, how far the logs had come, proof that one is behind, and accounts of headquarters |
//! | `keys/` | the logs' keys, and those that sign the lists of hashes of published documents |
//! | `lock` | held by whoever writes |
//! | `room`, `official.room`, `rehearsal.room` | there for a moment, to see that the disk has room |
//! | `addresses.json` | where the running server listens |

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use countersign_core::crypto::SigningKey;
use countersign_core::id::PublicKey;
use countersign_core::log::Origin;
use countersign_core::room::Room;
use serde::{Deserialize, Serialize};

use crate::keys::{KeyError, log_key_name, read_key, results_key_name};
use crate::room::LoadError;
use crate::store::{StoreError, try_room};

/// A data folder.
#[derive(Debug, Clone)]
pub struct Folder(pub PathBuf);

/// What `server.json` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// Version of the folder's layout: 1.
    pub version: u32,
    /// Id of the contest.
    pub contest: String,
    /// The party key, hexadecimal.
    pub party: String,
    /// The rooms' logs.
    pub logs: Vec<LogIdentity>,
}

/// A room's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogIdentity {
    /// The room.
    pub room: Room,
    /// Origin of its checkpoints.
    pub origin: String,
    /// Keys that may sign its checkpoints, hexadecimal: the one in use, then the spare.
    pub keys: Vec<String>,
}

/// Where a running server listens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addresses {
    /// For tablets.
    pub reporting: String,
    /// For everyone.
    pub public: String,
    /// For headquarters' machines.
    pub private: String,
}

/// A folder that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// It was never set up.
    #[error("{0} is not a server's data folder: run `countersign-server init --data {0}` first")]
    NotSetUp(PathBuf),
    /// It is set up already.
    #[error("{0} is not empty: name a new folder, or move the old one away")]
    NotEmpty(PathBuf),
    /// Another process writes it.
    #[error("another countersign-server uses {0}")]
    InUse(PathBuf),
    /// Its disk is full.
    #[error(
        "there is no room left on the disk of {0}. Nothing that was acknowledged is lost. Make room on that disk, then \
         start again"
    )]
    NoRoom(PathBuf),
    /// It is there to be read only.
    #[error(
        "{folder} cannot be written ({source}), and the logs are kept there. Nothing was started and nothing was \
         changed. Mount its disk for writing, or give the folder to the user who starts this, then start again"
    )]
    ReadOnly {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A log that was there is gone.
    #[error(
        "the log of the {room} room is missing: {path} was there and is gone. Nothing was started and nothing was \
         changed. Put the file back, or restore the whole folder from a backup (docs/operations.md, \"To restore\")"
    )]
    LogMissing {
        /// The room.
        room: Room,
        /// Where it should lie.
        path: PathBuf,
    },
    /// A log has fewer entries than it once had.
    #[error(
        "the log of the {room} room went back: it has {size} entries and had {furthest}. Nothing was started and \
         nothing was changed. Put the newer file back; tablets would notice an older one. If there is none any more, \
         restore the whole folder from its newest backup (docs/operations.md, \"To restore\")"
    )]
    LogWentBack {
        /// The room.
        room: Room,
        /// Entries it has.
        size: u64,
        /// Entries it had.
        furthest: u64,
    },
    /// A log that had been begun again is not the one that `server.json` names any more.
    #[error(
        "server.json names {named} for the {room} room, and {begun} had begun already. Nothing was started and nothing \
         was changed. Put the newer server.json and its log back, or restore the whole folder from its newest backup"
    )]
    LogReplaced {
        /// The room.
        room: Room,
        /// Origin that the folder's identity names.
        named: String,
        /// Origin that had begun.
        begun: String,
    },
    /// A tablet showed a signed checkpoint that the log does not lead to.
    #[error(
        "the log of the {room} room is an older copy: it has {size} entries, and a tablet has shown a checkpoint of \
         {shown_size} entries that its own key signed and that it does not lead to. Nothing was started and nothing was \
         changed. Put the newer folder back; if there is none, begin the log again: `countersign-server log begin-again \
         --room {room} --reason restored` (docs/operations.md, \"To restore\")"
    )]
    LogBehind {
        /// The room.
        room: Room,
        /// Entries it has.
        size: u64,
        /// Entries of the checkpoint that was shown.
        shown_size: u64,
    },
    /// The key that shall sign checkpoints is not one that the package names.
    #[error(
        "{0} is not a key that the package names for this log: put the log key or the spare there"
    )]
    ForeignLogKey(PathBuf),
    /// A file does not say what it should.
    #[error("{path}: {what}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// A log cannot be read.
    #[error("the log of the {room} room: {source}")]
    Log {
        /// The room.
        room: Room,
        /// What is wrong.
        source: LoadError,
    },
    /// A store cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A key cannot be read or written.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The file system refuses.
    #[error("{path}: {source}")]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

impl FolderError {
    /// Whether trying again can help without a person mending something.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::InUse(_) | Self::NoRoom(_) | Self::File { .. } => true,
            Self::Store(error) => error.is_transient(),
            Self::Log { source, .. } => source.is_transient(),
            _ => false,
        }
    }
}

/// Keeps every other writer out while it lives.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}

impl Folder {
    /// A file in it.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// A room's first log.
    #[must_use]
    pub fn log(&self, room: Room) -> PathBuf {
        self.numbered_log(room, 1)
    }

    /// A room's log of this number.
    #[must_use]
    pub fn numbered_log(&self, room: Room, number: u32) -> PathBuf {
        match number {
            1 => self.file(&format!("{room}.db")),
            _ => self.file(&format!("{room}-{number}.db")),
        }
    }

    /// Numbers of a room's logs that lie here, from the first to `last`.
    pub(crate) fn numbers(&self, room: Room, last: u32) -> impl Iterator<Item = u32> {
        (1..=last).filter(move |&number| self.numbered_log(room, number).exists())
    }

    /// The private store.
    #[must_use]
    pub fn private(&self) -> PathBuf {
        self.file("private.db")
    }

    /// The key that signs a room's checkpoints.
    #[must_use]
    pub fn log_key(&self, room: Room) -> PathBuf {
        self.file("keys").join(log_key_name(room))
    }

    /// The key that signs the lists of hashes of a room's published documents.
    #[must_use]
    pub fn results_key(&self, room: Room) -> PathBuf {
        self.file("keys").join(results_key_name(room))
    }

    /// Reads that key; `None` where the folder has none.
    ///
    /// # Errors
    /// [`KeyError`] for one that is there and cannot be read.
    pub fn read_results_key(&self, room: Room) -> Result<Option<SigningKey>, KeyError> {
        let path = self.results_key(room);
        path.exists().then(|| read_key(&path)).transpose()
    }

    /// What the folder is for.
    ///
    /// # Errors
    /// [`FolderError::NotSetUp`], or [`FolderError::Damaged`].
    pub fn identity(&self) -> Result<Identity, FolderError> {
        let path = self.file("server.json");
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(FolderError::NotSetUp(self.0.clone()));
            }
            Err(source) => return Err(FolderError::File { path, source }),
        };
        let damaged = |what: String| FolderError::Damaged { path: path.clone(), what };
        let identity: Identity =
            serde_json::from_slice(&text).map_err(|error| damaged(error.to_string()))?;
        if identity.version != 1 {
            return Err(damaged("made by a newer version of this program".to_owned()));
        }
        identity.party_key().ok_or_else(|| damaged("it names no party key".to_owned()))?;
        if let Some(log) = identity.logs.iter().find(|log| Origin::parse(&log.origin).is_none()) {
            return Err(damaged(format!("{} is no origin of a log", log.origin)));
        }
        Ok(identity)
    }

    /// Takes the folder for writing, once that is possible at all.
    ///
    /// # Errors
    /// [`FolderError::InUse`], [`FolderError::NoRoom`] or [`FolderError::ReadOnly`].
    pub fn lock(&self) -> Result<FolderLock, FolderError> {
        let path = self.file("lock");
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|source| self.not_written(&path, source))?;
        match file.try_lock() {
            Ok(()) => {
                let room = self.file("room");
                try_room(&room).map_err(|source| self.not_written(&room, source))?;
                Ok(FolderLock { _file: file })
            }
            Err(TryLockError::WouldBlock) => Err(FolderError::InUse(self.0.clone())),
            Err(TryLockError::Error(source)) => Err(FolderError::File { path, source }),
        }
    }

    /// Why a file here could not be written, in words for whoever runs the server.
    fn not_written(&self, file: &Path, source: std::io::Error) -> FolderError {
        use std::io::ErrorKind::{
            PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull,
        };
        match source.kind() {
            StorageFull | QuotaExceeded => FolderError::NoRoom(self.0.clone()),
            ReadOnlyFilesystem | PermissionDenied => {
                FolderError::ReadOnly { folder: self.0.clone(), source }
            }
            _ => FolderError::File { path: file.to_owned(), source },
        }
    }

    /// Where the server that uses this folder listens; `None` when none says so.
    #[must_use]
    pub fn addresses(&self) -> Option<Addresses> {
        let text = std::fs::read(self.file("addresses.json")).ok()?;
        serde_json::from_slice(&text).ok()
    }

    /// Says where the server listens.
    ///
    /// # Errors
    /// [`FolderError::File`].
    pub fn set_addresses(&self, addresses: &Addresses) -> Result<(), FolderError> {
        let text = serde_json::to_vec_pretty(addresses).expect("three texts always encode");
        replace(&self.file("addresses.json"), &text)
    }

    /// Says that no server listens any more.
    pub fn clear_addresses(&self) {
        // A left-over file is harmless: the lock tells whether a server runs.
        let _ = std::fs::remove_file(self.file("addresses.json"));
    }
}

impl Identity {
    /// The party key; `None` when the text is none.
    #[must_use]
    pub fn party_key(&self) -> Option<PublicKey> {
        PublicKey::from_hex(&self.party)
    }

    /// A room's log; `None` when the folder has no such room.
    #[must_use]
    pub fn log(&self, room: Room) -> Option<&LogIdentity> {
        self.logs.iter().find(|log| log.room == room)
    }
}

impl LogIdentity {
    /// Number of the log: 1, and one more each time it had to be begun again.
    #[must_use]
    pub fn number(&self) -> u32 {
        Origin::parse(&self.origin).map_or(1, |origin| origin.number())
    }

    /// Keys that may sign its checkpoints. What is no key is left out.
    #[must_use]
    pub fn public_keys(&self) -> Vec<PublicKey> {
        self.keys.iter().filter_map(|key| PublicKey::from_hex(key)).collect()
    }
}

/// Writes a file whole or not at all, durably.
///
/// # Errors
/// [`FolderError::File`].
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), FolderError> {
    let failed = |source| FolderError::File { path: path.to_owned(), source };
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let new = PathBuf::from(name);
    let file = File::create(&new).map_err(failed)?;
    std::io::Write::write_all(&mut &file, bytes).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    rename(&new, path)
}

/// Renames a file or folder durably.
///
/// # Errors
/// [`FolderError::File`].
pub fn rename(from: &Path, to: &Path) -> Result<(), FolderError> {
    let failed = |source| FolderError::File { path: to.to_owned(), source };
    std::fs::rename(from, to).map_err(failed)?;
    // Only Unix lets a folder be opened and its names be made durable.
    #[cfg(unix)]
    {
        let parent = to.parent().filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.unwrap_or_else(|| Path::new("."));
        File::open(parent).and_then(|folder| folder.sync_all()).map_err(failed)?;
    }
    Ok(())
}
