//! The proof that a log was begun again: its first entry, and a receipt for it. Who holds the package needs nothing else to
//! believe the new log in the old one's place.

use crate::contest::RoomLog;
use crate::id::{MessageId, PublicKey};
use crate::log::{Checkpoint, Origin};
use crate::message::{BegunAgain, Message, NotBegunAgain};
use crate::receipt::{Receipt, ReceiptError};

/// A log that was begun again, proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BegunLog {
    /// Id of its first message.
    pub message: MessageId,
    /// What that says.
    pub begun_again: BegunAgain,
    /// Server time of its entry.
    pub entered_ms: u64,
    /// The head that the receipt leads to.
    pub checkpoint: Checkpoint,
}

/// What was shown proves no log that was begun again. Trying again with the same cannot help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BegunLogError {
    /// The first message.
    #[error(transparent)]
    Message(#[from] NotBegunAgain),
    /// The receipt for it.
    #[error(transparent)]
    Receipt(#[from] ReceiptError),
    /// It is not the first entry of the log it names, or not of the log that the package names or one after it.
    #[error("it is not the first entry of a log of this series")]
    NotFirst,
}

impl BegunLog {
    /// Verifies message and receipt for the log that the package of `contest`, signed by `party`, names.
    ///
    /// # Errors
    /// [`BegunLogError`].
    pub fn verify(
        message: &[u8],
        receipt: &str,
        contest: &str,
        party: &PublicKey,
        log: &RoomLog,
    ) -> Result<Self, BegunLogError> {
        let message = Message::parse(message).map_err(|_| NotBegunAgain::NotCanonical)?;
        let begun_again = BegunAgain::read(&message, contest, log.room, party, &log.keys)?;
        let after = Origin::parse(&begun_again.begins)
            .zip(Origin::parse(&log.origin))
            .is_some_and(|(begins, packed)| begins.is_after(&packed));
        let origin = &begun_again.begins;
        let receipt = Receipt::verify(receipt, message.id(), message.kind(), origin, &log.keys)?;
        if !after || receipt.index != 0 {
            return Err(BegunLogError::NotFirst);
        }
        Ok(Self {
            message: message.id(),
            entered_ms: receipt.entry.time_ms,
            checkpoint: receipt.checkpoint,
            begun_again,
        })
    }
}
