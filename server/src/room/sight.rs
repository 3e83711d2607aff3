//! A signed checkpoint that somebody shows, held against the log.

use countersign_core::id::PublicKey;
use countersign_core::log::{Checkpoint, Origin};

use super::Projection;

/// What a checkpoint that was shown says of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// The log leads to it, or it is of a log whose place this one took.
    Within,
    /// The log does not lead to it, and no key of the log signed it: it says nothing.
    Unproven,
    /// The log does not lead to it, and a key of the log signed it: the log is an older copy, or forked.
    Beyond(Checkpoint),
}

/// Looks at a signed checkpoint. A signature is checked only of one that the log does not lead to.
#[must_use]
pub fn look(projection: &Projection, keys: &[PublicKey], note: &str) -> Sight {
    let Some(shown) = Checkpoint::claim(note) else { return Sight::Unproven };
    let (Some(of), Some(ours)) = (Origin::parse(&shown.origin), Origin::parse(projection.origin()))
    else {
        return Sight::Unproven;
    };
    if of.series() != ours.series() {
        return Sight::Unproven;
    }
    let leads_to_it = if of.number() == ours.number() {
        shown.size <= projection.size() && projection.tree.root(shown.size) == shown.root
    } else {
        ours.is_after(&of)
    };
    if leads_to_it {
        return Sight::Within;
    }
    match Checkpoint::open(note, &shown.origin, keys) {
        Ok(checkpoint) => Sight::Beyond(checkpoint),
        Err(_) => Sight::Unproven,
    }
}
