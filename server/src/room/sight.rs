//! A signed checkpoint that somebody shows, held against the log.

use countersign_core::id::PublicKey;
use countersign_core::log::{Checkpoint, Origin};
use countersign_core::room::Room;

use super::Projection;
use crate::store::PrivateStore;

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

/// Keeps a checkpoint that a log was found not to lead to, so that it is known after a restart as well.
pub fn keep(private: &PrivateStore, room: Room, beyond: &Checkpoint, note: &str) {
    let number = Origin::parse(&beyond.origin).map_or(1, |of| of.number());
    if let Err(error) = private.note_beyond(room, number, beyond.size, note) {
        tracing::error!(%room, %error, "the checkpoint that was shown cannot be kept");
    }
}
