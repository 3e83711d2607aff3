//! What witnesses cosigned before the server started, as far as the log leads to it and the witnesses are the same.

use countersign_core::log::{Checkpoint, cosignatures};
use countersign_core::room::Room;

use crate::node::Node;
use crate::room::{CosignedHead, Projection};
use crate::store::KeptCosignatures;

/// Size of the checkpoint in a kept note, when the log leads to it.
pub(crate) fn leads_to(log: &Projection, note: &str) -> Option<u64> {
    let claim = Checkpoint::claim(note)?;
    let leads = claim.origin == log.origin()
        && (1..=log.size()).contains(&claim.size)
        && log.tree.root(claim.size) == claim.root;
    leads.then_some(claim.size)
}

/// Takes what was kept of a room. Without it the witnesses are asked anew, and nothing else.
pub(super) fn recall(node: &Node, room: Room) {
    let witnesses = &node.witnesses;
    let log = node.admission.room(room).read();
    let kept = match node.private.cosigned(room, log.origin()) {
        Ok(kept) => kept,
        Err(error) => {
            tracing::warn!(%room, %error, "kept cosignatures cannot be read; witnesses are asked anew");
            return;
        }
    };
    let KeptCosignatures { each, witnessed } = kept;
    let mut collected = witnesses.collected(room);
    for (at, key) in witnesses.keys.iter().enumerate() {
        let Some(cosigned) = each.get(&key.to_string()) else { continue };
        let by_it = cosignatures(&cosigned.note, std::slice::from_ref(key));
        if by_it.is_ok_and(|found| found.len() == 1)
            && let Some(size) = leads_to(&log, &cosigned.note)
        {
            collected.recall(at, size, cosigned.at_ms);
        }
    }
    let Some(note) = witnessed else { return };
    // The list, or the number that is needed, may be another one now.
    let enough = cosignatures(&note, &witnesses.keys);
    if enough.is_ok_and(|found| !found.is_empty() && found.len() >= witnesses.needed())
        && let Some(size) = leads_to(&log, &note)
    {
        collected.recall_witnessed(CosignedHead { size, note });
    }
}
