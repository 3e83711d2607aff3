//! A witness (C2SP tlog-witness): whoever does not have to trust the party keeps the last head of its log that they saw, and
//! cosigns only heads that go on from it. Run by `countersign-server witness`; shares nothing with a party server but code.

mod http;
mod store;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use countersign_core::crypto::SigningKey;
use countersign_core::id::PublicKey;
use countersign_core::log::{Checkpoint, LogKey, NotAVerifierKey, WitnessKey, cosign};
use countersign_core::witness::{AddCheckpoint, Last, Refused, authentic, judge, origin_hash};

use crate::clock::SharedClock;
use crate::folder::{Folder, FolderError, FolderLock};
use crate::keys::{KeyError, generate, make_folder, read_key, write_secret};
use crate::store::StoreError;
use store::{RefusedNote, Store};

pub use http::router;

/// A witness that cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum WitnessError {
    /// Its folder cannot be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// Its key cannot be made, written or read.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// What it keeps cannot be opened.
    #[error("{path}: {source}")]
    Store {
        /// The file.
        path: PathBuf,
        /// What the database says.
        source: StoreError,
    },
    /// The name cannot be a witness's.
    #[error(
        "--name {name:?}: {source}. A name is like an address without https://: witness.example.org"
    )]
    Name {
        /// What was given.
        name: String,
        /// What is wrong with it.
        source: NotAVerifierKey,
    },
    /// Its folder belongs to a witness of another name.
    #[error("{folder} belongs to the witness {kept:?}: give that --name, or a new folder")]
    OtherName {
        /// The folder.
        folder: PathBuf,
        /// The name it has had.
        kept: String,
    },
    /// Its key is there, and what it had cosigned is not.
    #[error(
        "{0} is gone and the key that cosigned is still there. A witness that has forgotten what it cosigned would cosign a \
         second view. Put the file back; if it is lost, begin a new witness in a new folder and give its new key to everyone"
    )]
    Forgotten(PathBuf),
}

impl WitnessError {
    /// Whether trying again can help without a person mending something.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Folder(error) => error.is_transient(),
            Self::Key(error) => error.is_transient(),
            Self::Store { source, .. } => source.is_transient(),
            Self::Name { .. } | Self::OtherName { .. } | Self::Forgotten(_) => false,
        }
    }
}

/// A witness, ready to be asked.
pub struct Witness {
    key: SigningKey,
    public: WitnessKey,
    /// Keys by origin.
    logs: BTreeMap<String, Vec<PublicKey>>,
    store: Store,
    clock: SharedClock,
    _lock: FolderLock,
}

/// How far a log was cosigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// Its origin.
    pub origin: String,
    /// Entries of the last checkpoint that was cosigned; `None` before the first.
    pub size: Option<u64>,
    /// Signed checkpoints that were refused because they do not go on from what was cosigned.
    pub refused: usize,
    /// Those of them that prove two views: the size of a cosigned one and another root.
    pub other_views: usize,
}

impl Witness {
    /// Opens the witness of a folder; the first time, makes folder and key (readable by its owner only).
    ///
    /// # Errors
    /// [`WitnessError`].
    pub fn open(
        folder: &Path,
        name: &str,
        logs: &[LogKey],
        clock: SharedClock,
    ) -> Result<Self, WitnessError> {
        // Said before anything is made.
        let wrong_name = |source| WitnessError::Name { name: name.to_owned(), source };
        WitnessKey::new(name, PublicKey([0; 32])).map_err(wrong_name)?;
        make_folder(folder)?;
        let lock = Folder(folder.to_owned()).lock()?;
        let (key_path, store_path) = (folder.join("witness.key"), folder.join("witness.db"));
        if key_path.exists() && !store_path.exists() {
            return Err(WitnessError::Forgotten(store_path));
        }
        let failed = |source| WitnessError::Store { path: store_path.clone(), source };
        let (store, kept) = Store::open(&store_path, name).map_err(failed)?;
        if kept != name {
            return Err(WitnessError::OtherName { folder: folder.to_owned(), kept });
        }
        // The key last: as long as it is not there, nothing was cosigned.
        if !key_path.exists() {
            write_secret(&key_path, &generate()?)?;
        }
        sync_folder(folder).map_err(|source| failed(StoreError::Disk(source)))?;
        let key = read_key(&key_path)?;
        let public = WitnessKey::new(name, key.public()).map_err(wrong_name)?;
        let mut by_origin: BTreeMap<String, Vec<PublicKey>> = BTreeMap::new();
        for log in logs {
            by_origin.entry(log.origin.clone()).or_default().push(log.key);
        }
        Ok(Self { key, public, logs: by_origin, store, clock, _lock: lock })
    }

    /// What others verify its cosignatures with.
    #[must_use]
    pub const fn verifier_key(&self) -> &WitnessKey {
        &self.public
    }

    /// Answers a request to cosign: the signature line once the checkpoint is durably the last one. Blocks for the disk.
    ///
    /// # Errors
    /// What the database says; nothing was cosigned then.
    pub fn add_checkpoint(&self, body: &str) -> Result<Result<String, Refused>, StoreError> {
        let Some(request) = AddCheckpoint::parse(body) else { return Ok(Err(Refused::Malformed)) };
        let keys = |origin: &str| self.logs.get(origin).map(Vec::as_slice);
        let checkpoint = match authentic(&request, keys) {
            Ok(checkpoint) => checkpoint,
            Err(refused) => return Ok(Err(refused)),
        };
        let origin = checkpoint.origin.as_str();
        let time_s = self.clock.now_ms() / 1000;
        let own = keys(origin).and_then(|keys| Checkpoint::by_its_log(request.note, origin, keys));
        let line = cosign(request.note, self.public.name(), &self.key, time_s);
        let (Some(own), Some(line)) = (own, line) else { return Ok(Err(Refused::Malformed)) };
        let note = own.clone() + &line;
        let decided =
            self.store.advance(origin, &note, |last| judge(&request, &checkpoint, last))?;
        match decided {
            Ok(_) => {
                tracing::info!(origin, size = checkpoint.size, "cosigned");
                Ok(Ok(line))
            }
            Err(refused) => {
                if matches!(refused, Refused::OtherRoot | Refused::Proof) {
                    self.keep(&checkpoint, own, refused, time_s)?;
                }
                Ok(Err(refused))
            }
        }
    }

    /// Keeps a checkpoint that does not go on from what was cosigned, and says so once.
    fn keep(
        &self,
        checkpoint: &Checkpoint,
        note: String,
        refused: Refused,
        time_s: u64,
    ) -> Result<(), StoreError> {
        let other_view = refused == Refused::OtherRoot;
        let kept = RefusedNote { note, other_view, time_s };
        let at = Last { size: checkpoint.size, root: checkpoint.root };
        if self.store.keep_refused(&checkpoint.origin, &at, &kept)? {
            let cosigned = self.store.last(&checkpoint.origin)?.map_or(0, |(size, _)| size);
            tracing::error!(
                origin = %checkpoint.origin, size = checkpoint.size, cosigned, why = %refused,
                "INCONSISTENT: a checkpoint that the log signed does not go on from the one that was cosigned. It was not \
                 cosigned, and both are kept. Ask the party, and compare with the other witnesses"
            );
        }
        Ok(())
    }

    /// The last checkpoint of a log that was cosigned, with the log's signature and the cosignature, by the hash of its origin.
    ///
    /// # Errors
    /// What the database says.
    pub fn last_checkpoint(&self, hash: &str) -> Result<Option<String>, StoreError> {
        let Some(origin) = self.origin(hash) else { return Ok(None) };
        Ok(self.store.last(origin)?.map(|(_, note)| note))
    }

    fn origin(&self, hash: &str) -> Option<&str> {
        self.logs.keys().find(|origin| origin_hash(origin) == hash).map(String::as_str)
    }

    /// Every log that is watched, and how far it was cosigned.
    ///
    /// # Errors
    /// What the database says.
    pub fn watched(&self) -> Result<Vec<Watched>, StoreError> {
        let watched = |origin: &String| {
            let refused = self.store.refused(origin)?;
            Ok(Watched {
                origin: origin.clone(),
                size: self.store.last(origin)?.map(|(size, _)| size),
                refused: refused.len(),
                other_views: refused.iter().filter(|refused| refused.other_view).count(),
            })
        };
        self.logs.keys().map(watched).collect()
    }
}

/// So that new files are found after the power failed.
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    // Only Unix lets a folder be opened.
    #[cfg(unix)]
    std::fs::File::open(folder)?.sync_all()?;
    let _ = folder;
    Ok(())
}
