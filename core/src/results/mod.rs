//! Results as a function of entries and messages: who may say what ([`RoomState`]), which report counts, and the
//! sums of what was received ([`Received`]). Anyone with the public log computes the same.

mod across;
mod change;
mod persons;
mod publication;
mod questions;
mod received;
mod released;
mod reports;
mod review;
mod room_state;
mod side_by_side;
mod standing;

pub use across::Across;
pub use change::Change;
pub use persons::Persons;
pub use publication::{Audience, Publication, Unpublished};
pub use questions::{Asked, Closed, Replied};
pub use received::{CountTotal, LogBegunAgain, PrecinctState, Received, ReceivedPrecinct, Tally};
pub use released::{
    AnotherContest, ChangedCell, ChangedPrecinct, Compared, ComparedCell, ComparedPrecinct,
    ComparedRegion, Measure, Numbers, ReadingsCompared, Region, Released, ReleasedPrecinct, Step,
    Totals, TwoReadings, award_of, changes,
};
pub use reports::{ReceivedReport, Reports};
pub use review::{
    Approval, Awaited, Decided, EarlyEnd, Inquired, Noticed, Objected, Previewed, ProposedRelease,
    RecordedCopy, Review, Signed, Stopped, Withdrawal,
};
pub use room_state::{Begun, Candidate, Device, RoomState, RulesInForce};
pub use side_by_side::SideBySide;
pub use standing::{Flag, Source, Standing, findings_of};
