//! Kind 20, "copy compared": somebody else's copy of the results was held against the party's own, and what was decided.

use minicbor::{Decode, Encode};

use super::release::NAME_MAX;
use super::words::{is_line, is_why};
use crate::id::{CopyDigest, MessageId};

/// What was decided after a copy was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum CopyDecision {
    /// Releases go on.
    #[n(1)]
    GoOn,
    /// Releases are to stop. The stop itself is a message of its own, which a second person approves.
    #[n(2)]
    Stop,
}

impl CopyDecision {
    /// Both.
    pub const ALL: [Self; 2] = [Self::GoOn, Self::Stop];

    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::GoOn => "go-on",
            Self::Stop => "stop",
        }
    }
}

/// Somebody else's copy of the results was compared; signed by a release manager or an admin.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CopyCompared {
    /// SHA-256 of the copy's bytes, so that whoever has it can compare it again.
    #[n(1)]
    pub copy: CopyDigest,
    /// Whose copy it is, one line of 1 to [`NAME_MAX`] characters that everyone will read.
    #[n(2)]
    pub whose: String,
    /// Id of the release or preview that it was compared with; absent for what counted in each precinct, released or not.
    #[n(3)]
    pub compared_with: Option<MessageId>,
    /// Precincts that differ in at least one cell.
    #[n(4)]
    pub precincts: u32,
    /// Cells that differ: at least one in each of the precincts.
    #[n(5)]
    pub cells: u32,
    /// What was decided.
    #[n(6)]
    pub decision: CopyDecision,
    /// Why, one line of 1 to 200 characters that everyone will read.
    #[n(7)]
    pub why: String,
}

impl CopyCompared {
    /// Whether its words and its numbers are within their limits.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        is_line(&self.whose, NAME_MAX)
            && is_why(&self.why)
            && self.precincts <= self.cells
            && (self.precincts == 0) == (self.cells == 0)
    }
}
