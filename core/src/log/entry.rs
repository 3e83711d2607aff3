//! A log entry: 42 bytes that say which message was entered when.

use crate::id::MessageId;
use crate::log::merkle::{Hash, leaf_hash};
use crate::message::Kind;

/// Bytes of an entry.
pub const ENTRY_BYTES: usize = 42;

/// The only version there is.
const VERSION: u8 = 1;

/// What the log says of one message. Encoded: version (1), kind (1), time (8, big-endian), message id (32).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Kind of the message.
    pub kind: Kind,
    /// Server time, milliseconds since the Unix epoch; never goes back within a log.
    pub time_ms: u64,
    /// The message.
    pub message: MessageId,
}

/// The bytes are not an entry of a known version and kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("these bytes are not a log entry of version 1")]
pub struct NotAnEntry;

impl Entry {
    /// The 42 bytes.
    #[must_use]
    pub fn to_bytes(self) -> [u8; ENTRY_BYTES] {
        let mut bytes = [0; ENTRY_BYTES];
        bytes[0] = VERSION;
        bytes[1] = self.kind.number();
        bytes[2..10].copy_from_slice(&self.time_ms.to_be_bytes());
        bytes[10..].copy_from_slice(&self.message.0);
        bytes
    }

    /// Reads the 42 bytes.
    ///
    /// # Errors
    /// [`NotAnEntry`] for another length, version or kind.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotAnEntry> {
        let bytes: &[u8; ENTRY_BYTES] = bytes.try_into().map_err(|_| NotAnEntry)?;
        if bytes[0] != VERSION {
            return Err(NotAnEntry);
        }
        let kind = Kind::from_number(bytes[1]).ok_or(NotAnEntry)?;
        let mut time = [0; 8];
        time.copy_from_slice(&bytes[2..10]);
        let mut message = [0; 32];
        message.copy_from_slice(&bytes[10..]);
        Ok(Self { kind, time_ms: u64::from_be_bytes(time), message: MessageId(message) })
    }

    /// Its leaf in the tree.
    #[must_use]
    pub fn leaf(self) -> Hash {
        leaf_hash(&self.to_bytes())
    }
}
