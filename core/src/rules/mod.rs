//! The rules of a caucus: viability, delegates, lots, state delegate equivalents, national delegates (design section 4).
//!
//! Whole numbers and fractions only. Everything here is a pure function of the contest's [`Rules`] and of counts.

mod award;
mod lots;
mod national;
mod region;
mod share;
mod state;
mod working;

pub use award::{Award, AwardRow, Change, all_awards, award};
pub use lots::{LotOutcome, Tie};
pub use national::{National, Split, national_delegates, split_seats};
pub use region::{Regions, national_worth};
pub use share::Share;
pub use state::{TenThousandths, satellite_sde, sde, whole_delegates};

use crate::contest::{Fraction, Rules};

/// The part of the attendees that a group needs to be viable. `None` where viability does not apply: a precinct that
/// elects one delegate, or none.
#[must_use]
pub fn viability_fraction(rules: &Rules, delegates: u32) -> Option<Fraction> {
    if delegates < 2 {
        return None;
    }
    rules
        .viability
        .iter()
        .rev()
        .find(|step| step.delegates_from <= delegates)
        .map(|step| step.share)
}

/// People that a group needs to be viable: the smallest whole number that is at least the [`viability_fraction`] of the
/// attendees. `None` where viability does not apply, and where nobody attended.
#[must_use]
pub fn viability_number(rules: &Rules, delegates: u32, attendees: u32) -> Option<u32> {
    if attendees == 0 {
        return None;
    }
    Some(viability_fraction(rules, delegates)?.ceil_of(attendees))
}
