//! Kind 5: what happens to a room as a whole.

use minicbor::{Decode, Encode};

use super::{Kind, Payload};

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum RoomChange {
    /// Reports are taken from now on.
    #[n(1)]
    Open,
    /// Rehearsal only: a new round begins; projections start afresh, the log goes on.
    #[n(2)]
    Round,
}

/// Kind 5, signed by an admin.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct RoomAct {
    /// What happens.
    #[n(1)]
    pub change: RoomChange,
    /// Number of the round that begins; 1 when the room opens.
    #[n(2)]
    pub round: u32,
}

impl Payload for RoomAct {
    const KIND: Kind = Kind::Room;
}
