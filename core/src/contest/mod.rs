//! What is being decided, where, by whom and by which rules (design section 4).
//!
//! A [`Contest`] is read from a folder of TOML and CSV text by [`read`] and travels inside the signed package as
//! deterministic CBOR: integer keys, no floating point. Reading does no I/O; the caller brings the files.

mod definition;
mod early;
mod mistake;
mod place;
mod published;
mod read;
mod regulation;
mod release_rules;
mod section;
mod sound;
mod table;
mod witness_list;
mod worksheet;

pub use definition::{
    Contest, CountKind, Data, Group, GroupKind, GroupName, Label, Limits, Publish, Reason,
    ResultsKey, RoomLog, Server, Span,
};
pub use early::EarlyVotes;
pub use mistake::Mistake;
pub use place::{
    County, CountyKind, DistrictSeats, National, NationalBasis, Precinct, PrecinctKind,
};
pub(crate) use published::total;
pub use published::{OverLimit, Published, read_published};
pub use read::{Files, read};
pub use regulation::{
    Band, DelegateRule, Fraction, LotMethod, OneDelegateRule, Rules, SatelliteRule, ViabilityStep,
};
pub use release_rules::{OfficialDelegates, ReleaseRules};
pub use sound::Unsound;
pub use witness_list::{NotWitnesses, WitnessList};
pub use worksheet::{Worksheet, choose_worksheets, worksheet};
