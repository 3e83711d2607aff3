//! The log: one append-only Merkle tree for each contest and room, in the formats of C2SP (signed-note,
//! tlog-checkpoint, tlog-tiles) over RFC 6962 hashes.

mod checkpoint;
mod entry;
mod merkle;
mod note;
mod origin;
pub mod tile;

pub(crate) use checkpoint::decimal;
pub use checkpoint::{Checkpoint, CheckpointError};
pub use entry::{ENTRY_BYTES, Entry, NotAnEntry};
pub use merkle::{Hash, Tree, leaf_hash, verify_consistency, verify_inclusion};
pub use note::{note_key_id, verifier_key};
pub use origin::Origin;
