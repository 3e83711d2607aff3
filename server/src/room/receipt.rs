//! What a tablet gets for an entered message: a receipt against the newest checkpoint that enough witnesses cosigned, where that
//! one has the entry already, else against the head.

use countersign_core::log::Hash;
use countersign_core::receipt::Receipt;

use super::{Cosigned, Projection};

/// A receipt, and what leads to it from what the tablet has seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// C2SP tlog-proof.
    pub receipt: String,
    /// Consistency proof from the tablet's checkpoint to the receipt's; `None` when the tablet has seen a larger log
    /// than this one.
    pub consistency: Option<Vec<Hash>>,
}

/// The proof that a log was begun again: its first message, and a receipt for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beginning {
    /// The message's bytes.
    pub message: Vec<u8>,
    /// C2SP tlog-proof of entry 0.
    pub receipt: String,
}

pub(super) fn answer(
    projection: &Projection,
    cosigned: &Cosigned,
    index: u64,
    seen: u64,
) -> Option<Answer> {
    let entry = *projection.entry(index)?;
    let head_size = projection.head().size;
    let (size, checkpoint) = match cosigned.proving(index, seen) {
        Some(witnessed) if witnessed.size < head_size => (witnessed.size, witnessed.note.clone()),
        _ => (head_size, cosigned.head(projection)),
    };
    let proof = projection.tree.inclusion(index, size)?;
    Some(Answer {
        receipt: Receipt::write(entry, index, &proof, &checkpoint),
        consistency: projection.tree.consistency(seen, size),
    })
}
