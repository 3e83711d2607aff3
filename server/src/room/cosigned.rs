//! Checkpoints with the cosignatures that witnesses gave so far, as a room shows them. The log itself goes on without them: a
//! receipt never waits for a witness.

use std::sync::Arc;

use super::Projection;

/// A checkpoint of the log with cosignatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CosignedHead {
    /// Number of entries.
    pub size: u64,
    /// The signed note, with a line for each witness that cosigned it.
    pub note: String,
}

/// What was cosigned of a room's log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cosigned {
    /// The newest checkpoint that was offered, with the cosignatures that it has so far, if any.
    pub offered: Option<Arc<CosignedHead>>,
    /// The newest one that as many witnesses as needed have cosigned.
    pub witnessed: Option<Arc<CosignedHead>>,
    /// Whether that one was the newest so recently that it is published in the head's place.
    pub recent: bool,
}

impl Cosigned {
    /// The head, with its cosignatures where it has any.
    pub(super) fn head(&self, projection: &Projection) -> String {
        let head = projection.head();
        let cosigned = self.offered.iter().chain(&self.witnessed);
        let of_head = cosigned.into_iter().find(|cosigned| cosigned.size == head.size);
        of_head.map_or_else(|| head.checkpoint.clone(), |cosigned| cosigned.note.clone())
    }

    /// The checkpoint to publish: the newest one with enough cosignatures, or the head where witnesses are behind.
    pub(super) fn published(&self, projection: &Projection) -> String {
        match &self.witnessed {
            Some(witnessed) if self.recent && witnessed.size < projection.head().size => {
                witnessed.note.clone()
            }
            _ => self.head(projection),
        }
    }

    /// A witnessed checkpoint that proves the entry at `index` to somebody who has seen the log of size `seen`.
    pub(super) fn proving(&self, index: u64, seen: u64) -> Option<&CosignedHead> {
        self.witnessed.as_deref().filter(|head| index < head.size && seen <= head.size)
    }
}
