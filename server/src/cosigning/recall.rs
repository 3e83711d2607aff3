//! What witnesses cosigned before the server started, or before the list of them changed, as far as the log leads to it.

use countersign_core::log::{Checkpoint, WitnessKey, cosignatures};

use super::Witnesses;
use super::panel::Panel;
use crate::room::{CosignedHead, Projection, RoomDesk};
use crate::store::{KeptCosignatures, PrivateStore};

/// Size of the checkpoint in a kept note, when the log leads to it.
pub(crate) fn leads_to(log: &Projection, note: &str) -> Option<u64> {
    let claim = Checkpoint::claim(note)?;
    let leads = claim.origin == log.origin()
        && (1..=log.size()).contains(&claim.size)
        && log.tree.root(claim.size) == claim.root;
    leads.then_some(claim.size)
}

/// Gives a panel what was kept of a room, and notes what any other witness cosigned before. Without it the witnesses are asked
/// anew, and nothing else.
pub(super) fn recall(
    witnesses: &Witnesses,
    panel: &Panel,
    private: &PrivateStore,
    desk: &RoomDesk,
) {
    let room = desk.room();
    let origin = desk.read().origin().to_owned();
    let KeptCosignatures { each, witnessed } = match private.cosigned(room, &origin) {
        Ok(kept) => kept,
        Err(error) => {
            tracing::warn!(%room, %error, "kept cosignatures cannot be read; witnesses are asked anew");
            return;
        }
    };
    let log = desk.read();
    let mut collected = panel.collected(room);
    for (key, cosigned) in &each {
        let Ok(key) = key.parse::<WitnessKey>() else { continue };
        let by_it = cosignatures(&cosigned.note, std::slice::from_ref(&key));
        if by_it.is_ok_and(|found| found.len() == 1)
            && let Some(size) = leads_to(&log, &cosigned.note)
        {
            witnesses.hear(room, &key, size, cosigned.at_ms);
            if let Some(at) = panel.all.iter().position(|one| one.key == key) {
                collected.recall(at, size, cosigned.at_ms);
            }
        }
    }
    let Some(note) = witnessed else { return };
    // The list, or the number that is needed, may be another one now.
    let keys: Vec<WitnessKey> = panel.all.iter().map(|one| one.key.clone()).collect();
    let enough = cosignatures(&note, &keys);
    if enough.is_ok_and(|found| !found.is_empty() && found.len() >= panel.needed)
        && let Some(size) = leads_to(&log, &note)
    {
        collected.recall_witnessed(CosignedHead { size, note });
    }
}
