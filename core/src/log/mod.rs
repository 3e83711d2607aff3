//! The log: one append-only Merkle tree for each contest and room, in the formats of C2SP (signed-note,
//! tlog-checkpoint, tlog-cosignature, tlog-tiles) over RFC 6962 hashes.

mod checkpoint;
mod cosignature;
mod entry;
mod hash_list;
mod merkle;
mod note;
mod origin;
pub mod tile;
mod verifier_key;

pub(crate) use checkpoint::decimal;
pub use checkpoint::{Checkpoint, CheckpointError};
pub use cosignature::{Cosignature, CosignatureError, answered, cosign, cosignatures};
pub use entry::{ENTRY_BYTES, Entry, NotAnEntry};
pub use hash_list::HashList;
pub use merkle::{Hash, Tree, leaf_hash, verify_consistency, verify_inclusion};
pub use note::note_key_id;
pub use origin::Origin;
pub use verifier_key::{LogKey, NotAVerifierKey, WitnessKey};
