//! What a tablet gets for an entered message.

use countersign_core::log::Hash;
use countersign_core::receipt::Receipt;

use super::Projection;

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

pub(super) fn answer(projection: &Projection, index: u64, seen: u64) -> Option<Answer> {
    let head = projection.head();
    let entry = *projection.entry(index)?;
    let proof = projection.tree.inclusion(index, head.size)?;
    Some(Answer {
        receipt: Receipt::write(entry, index, &proof, &head.checkpoint),
        consistency: projection.tree.consistency(seen, head.size),
    })
}
