//! Where people caucus, and what is decided above the precinct.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// A county, a city that is treated as one, or a pool of satellite sites that share state delegates.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct County {
    /// Stable id, such as `polk`.
    #[n(1)]
    pub id: String,
    /// Name without the word county, such as `Polk`.
    #[n(2)]
    pub name: String,
    /// County or pool.
    #[n(3)]
    pub kind: CountyKind,
    /// Congressional district; absent for satellites outside the state, which count statewide only, and for a county that
    /// lies in several, whose precincts name theirs. See [`Contest::district_of`](super::Contest::district_of).
    #[n(4)]
    pub congressional_district: Option<u8>,
    /// State delegates of the county; for a pool, its state delegate equivalents. 0 where they are not known, which a
    /// contest permits whose national delegates do not follow them.
    #[n(5)]
    pub state_delegates: u32,
    /// Delegates at the county convention: the sum over its precincts, or more where it is not known how many some of them
    /// elect. Absent for a pool.
    #[n(6)]
    pub convention_delegates: Option<u32>,
}

/// Whether a [`County`] is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum CountyKind {
    /// A county.
    #[n(1)]
    County,
    /// A pool of satellite sites.
    #[n(2)]
    SatellitePool,
    /// A city that belongs to no county and is treated as one, such as Carson City.
    #[n(3)]
    City,
}

/// A precinct or a satellite site.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Precinct {
    /// Stable id, such as `polk-dm-055`.
    #[n(1)]
    pub id: String,
    /// Name as people say it, such as `Des Moines 55`.
    #[n(2)]
    pub name: String,
    /// Index of its county or pool.
    #[n(3)]
    pub county: u16,
    /// Kind of place.
    #[n(4)]
    pub kind: PrecinctKind,
    /// County convention delegates it elects; absent for a satellite site, where attendance decides, and where nobody knows.
    #[n(5)]
    pub delegates: Option<u16>,
    /// More attendees than this are looked at twice; absent where nothing is known.
    #[n(6)]
    pub plausible_max: Option<u32>,
    /// Congressional district, in a county that lies in several; absent where it is the county's, or where the place counts
    /// statewide only.
    #[n(7)]
    pub congressional_district: Option<u8>,
}

/// Kind of place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum PrecinctKind {
    /// An ordinary precinct.
    #[n(1)]
    Precinct,
    /// A satellite site.
    #[n(2)]
    Satellite,
}

/// National delegates at stake.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct National {
    /// Seats of each congressional district.
    #[n(1)]
    pub districts: Vec<DistrictSeats>,
    /// At-large seats, shared by the statewide result.
    #[n(2)]
    pub at_large: u32,
    /// Seats of pledged party leaders and elected officials, shared by the statewide result.
    #[n(3)]
    pub pleo: u32,
    /// What is summed in a region; absent: state delegate equivalents.
    #[n(4)]
    pub basis: Option<NationalBasis>,
}

/// What a region's national delegates follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "kebab-case")]
pub enum NationalBasis {
    /// Delegates to the county conventions, as they are (Nevada).
    #[n(1)]
    CountyDelegates,
}

/// National delegates of a congressional district.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DistrictSeats {
    /// Number of the district.
    #[n(1)]
    pub district: u8,
    /// Its seats.
    #[n(2)]
    pub seats: u32,
}
