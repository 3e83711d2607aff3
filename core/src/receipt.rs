//! Receipts (C2SP tlog-proof): what the server answers with, verified offline against the pinned log keys.

use data_encoding::BASE64;

use crate::id::{MessageId, PublicKey};
use crate::log::{Checkpoint, CheckpointError, Entry, Hash, verify_inclusion};
use crate::message::Kind;

/// First line of the format.
const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// Largest receipt in bytes: 64 proof hashes, a checkpoint and a dozen cosignatures fit.
const SIZE_MAX: usize = 8 << 10;

/// A receipt that was verified. There is no other way to have one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Index of the entry.
    pub index: u64,
    /// The entry.
    pub entry: Entry,
    /// The head that the proof leads to.
    pub checkpoint: Checkpoint,
}

/// A text that is no receipt for this message. Another answer may be one, the same text never.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// Not the format.
    #[error("this is not a receipt")]
    Format,
    /// The entry is another message's, or another kind's.
    #[error("the receipt is for another message")]
    OtherMessage,
    /// The checkpoint is not signed by a known key of this log.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The proof does not lead from entry to checkpoint.
    #[error("the proof does not lead from the entry to the checkpoint")]
    Proof,
}

impl Receipt {
    /// Writes a receipt; `checkpoint` is the signed note.
    #[must_use]
    pub fn write(entry: Entry, index: u64, proof: &[Hash], checkpoint: &str) -> String {
        let mut text =
            format!("{HEADER}\nextra {}\nindex {index}\n", BASE64.encode(&entry.to_bytes()));
        for hash in proof {
            BASE64.encode_append(hash, &mut text);
            text.push('\n');
        }
        text.push('\n');
        text.push_str(checkpoint);
        text
    }

    /// Index and entry that a receipt names, *unproven*: for finding out which message it is about.
    #[must_use]
    pub fn claim(text: &str) -> Option<(u64, Entry)> {
        parse(text).map(|(index, entry, ..)| (index, entry))
    }

    /// The signed checkpoint that a receipt leads to, as it stands in it, *unproven*.
    #[must_use]
    pub fn checkpoint_note(text: &str) -> Option<&str> {
        parse(text).map(|(.., checkpoint)| checkpoint)
    }

    /// Verifies that `text` proves the entry of `message` in the log of `origin`, signed by one of `keys`.
    ///
    /// # Errors
    /// [`ReceiptError`].
    pub fn verify(
        text: &str,
        message: MessageId,
        kind: Kind,
        origin: &str,
        keys: &[PublicKey],
    ) -> Result<Self, ReceiptError> {
        let (index, entry, proof, checkpoint) = parse(text).ok_or(ReceiptError::Format)?;
        if entry.message != message || entry.kind != kind {
            return Err(ReceiptError::OtherMessage);
        }
        let checkpoint = Checkpoint::open(checkpoint, origin, keys)?;
        if verify_inclusion(index, checkpoint.size, entry.leaf(), &proof, &checkpoint.root) {
            Ok(Self { index, entry, checkpoint })
        } else {
            Err(ReceiptError::Proof)
        }
    }
}

fn parse(text: &str) -> Option<(u64, Entry, Vec<Hash>, &str)> {
    if text.len() > SIZE_MAX {
        return None;
    }
    let (head, checkpoint) = text.split_once("\n\n")?;
    let mut lines = head.split('\n');
    (lines.next()? == HEADER).then_some(())?;
    let extra = BASE64.decode(lines.next()?.strip_prefix("extra ")?.as_bytes()).ok()?;
    let entry = Entry::from_bytes(&extra).ok()?;
    let index = crate::log::decimal(lines.next()?.strip_prefix("index ")?)?;
    let proof = lines
        .map(|line| BASE64.decode(line.as_bytes()).ok()?.try_into().ok())
        .collect::<Option<Vec<Hash>>>()?;
    (proof.len() <= 64).then_some((index, entry, proof, checkpoint))
}
