//! Where a room's log lives, at the level of our operations.
//!
//! Promises that every implementation keeps:
//! - *Durable on return*: what [`LogStore::commit`] reported as done is there after any crash.
//! - *All or nothing*: a batch is there whole, with its head, or not at all.
//! - *Serialisable per room*: a batch is committed only onto the head that it names (compare and swap).
//! - *Honest about not knowing*: when it cannot tell whether a batch was committed, it says so
//!   ([`CommitError::Unknown`]) and the caller reads the log again.

mod accounts;
mod cosigned;
mod feed_tokens;
mod passkeys;
mod private;
mod space;
mod sqlite;

use countersign_core::id::MessageId;
use countersign_core::log::{Entry, Hash};

pub use accounts::{Account, MakeAccountError};
pub use cosigned::{Cosigned, KeptCosignatures, kept_cosignatures};
pub use feed_tokens::{FEED_TOKENS, FeedToken, MakeTokenError};
pub use passkeys::{AddPasskeyError, NewPasskey, PASSKEYS, Passkey};
pub use private::{Held, Kept, PrivateStore, QuarantineLimits, Quarantined, Why};
pub use space::try_room;
pub use sqlite::SqliteLog;

/// A log's head as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Number of entries.
    pub size: u64,
    /// Root of the tree.
    pub root: Hash,
    /// Signed checkpoint; empty before the first entry.
    pub checkpoint: String,
}

/// An entry with the bytes of its message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The entry.
    pub entry: Entry,
    /// The message, as it was signed.
    pub message: Vec<u8>,
}

/// What is committed at once.
#[derive(Debug)]
pub struct Batch<'a> {
    /// The head that the batch is put onto.
    pub onto: &'a Head,
    /// New entries, the first of index `onto.size`.
    pub entries: &'a [(Entry, &'a [u8])],
    /// The head after it.
    pub head: &'a Head,
}

/// The store failed, or what it holds is damaged.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such log.
    #[error("there is no log at {0}")]
    Missing(String),
    /// The log exists already.
    #[error("there is already a log at {0}")]
    Exists(String),
    /// Made by a newer version of this program.
    #[error("the log at {0} was made by a newer version of this program")]
    Newer(String),
    /// The stored bytes do not make sense.
    #[error("the log is damaged: {0}")]
    Damaged(String),
    /// SQLite or the disk reports an error.
    #[error("the database failed: {0}")]
    Database(#[from] rusqlite::Error),
    /// The disk takes nothing more.
    #[error("the disk takes nothing: {0}")]
    Disk(#[from] std::io::Error),
}

impl StoreError {
    /// Whether trying again can help.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Database(_) | Self::Disk(_))
    }
}

/// A commit that did not return success.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// Nothing was committed.
    #[error("nothing was committed: {0}")]
    NotCommitted(StoreError),
    /// Nothing was committed: the stored head is another one, so somebody else writes this log.
    #[error("the stored head is another one: somebody else writes this log")]
    HeadMoved,
    /// It may have been committed or not. Only reading the log again tells.
    #[error("it is not known whether the batch was committed: {0}")]
    Unknown(StoreError),
}

impl CommitError {
    /// Whether trying again, after reading the log again, can help.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::NotCommitted(error) | Self::Unknown(error) => error.is_transient(),
            Self::HeadMoved => true,
        }
    }
}

/// One room's log. See the module for its promises.
pub trait LogStore: Send + Sync {
    /// The head.
    ///
    /// # Errors
    /// [`StoreError`].
    fn head(&self) -> Result<Head, StoreError>;

    /// Commits a batch. Durable on return.
    ///
    /// # Errors
    /// [`CommitError`]; after [`CommitError::Unknown`] the log has to be read again.
    fn commit(&self, batch: &Batch<'_>) -> Result<(), CommitError>;

    /// Whether the next batch can be expected to find room. Asked before anything is taken again after a failure.
    ///
    /// # Errors
    /// [`StoreError`] when it would not.
    fn has_room(&self) -> Result<(), StoreError>;

    /// Hands every entry with its message to `visit`, in order, until it says stop by `false`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn read(&self, visit: &mut dyn FnMut(u64, Stored) -> bool) -> Result<(), StoreError>;

    /// The message of an entry, whose id the caller knows; `None` when there is no such entry.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when other bytes lie there.
    fn message(&self, index: u64, id: MessageId) -> Result<Option<Vec<u8>>, StoreError>;
}
