//! Rules where they are data: thresholds, bands, and which of the written algorithms applies.

use std::fmt;

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// The rules of a contest. What they do is in [`crate::rules`].
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Rules {
    /// How delegates are shared where a precinct elects two or more.
    #[n(1)]
    pub delegates: DelegateRule,
    /// How a single delegate is elected.
    #[n(2)]
    pub one_delegate: OneDelegateRule,
    /// Viability by number of delegates, the fewest delegates first.
    #[n(3)]
    pub viability: Vec<ViabilityStep>,
    /// How a lot is drawn.
    #[n(4)]
    pub lot: LotMethod,
    /// Delegates of a satellite site; absent where the contest has none.
    #[n(5)]
    pub satellite: Option<SatelliteRule>,
    /// Final alignment under this part of first alignment is unusual (check C09).
    #[n(6)]
    pub final_share_min: Fraction,
    /// Part of a region's state delegate equivalents that a group needs for national delegates there.
    #[n(7)]
    pub national_threshold: Fraction,
}

/// How delegates are shared (design section 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "kebab-case")]
pub enum DelegateRule {
    /// Iowa 2020: while too many are awarded even a group's only delegate can be taken, last of all.
    #[n(1)]
    #[serde(rename = "iowa-2020")]
    Iowa2020,
    /// Nevada 2020: a viable group's only delegate is never taken, seats are added instead.
    #[n(2)]
    #[serde(rename = "nevada-2020")]
    Nevada2020,
}

/// How a single delegate is elected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "lowercase")]
pub enum OneDelegateRule {
    /// The largest final group; equal ones by lot.
    #[n(1)]
    Plurality,
    /// A group with more than half of the attendees; without one the counts do not say who was elected.
    #[n(2)]
    Majority,
}

/// Viability from a number of delegates on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ViabilityStep {
    /// Fewest delegates to which it applies; at least 2, for one delegate knows no viability.
    #[n(1)]
    pub delegates_from: u32,
    /// Part of the attendees that a group needs.
    #[n(2)]
    pub share: Fraction,
}

/// How a lot is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "kebab-case")]
pub enum LotMethod {
    /// A coin.
    #[n(1)]
    Coin,
    /// The higher card.
    #[n(2)]
    HighCard,
    /// Names from a hat, straws, or another way the room agreed on.
    #[n(3)]
    Other,
}

/// How many delegates a satellite site elects.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SatelliteRule {
    /// Bands of attendance, the smallest first.
    #[n(1)]
    pub bands: Vec<Band>,
    /// Delegates above the last band.
    #[n(2)]
    pub above: u32,
}

/// A band of attendance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Band {
    /// Most attendees in the band.
    #[n(1)]
    pub attendees_to: u32,
    /// Delegates it elects.
    #[n(2)]
    pub delegates: u32,
}

impl SatelliteRule {
    /// Delegates of a site with so many attendees; none where nobody came.
    #[must_use]
    pub fn delegates(&self, attendees: u32) -> u32 {
        if attendees == 0 {
            return 0;
        }
        self.bands
            .iter()
            .find(|band| attendees <= band.attendees_to)
            .map_or(self.above, |band| band.delegates)
    }
}

/// A fraction from 0 to 1. Percentages are written as one: 15 % is 15/100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Fraction {
    /// Numerator, at most the denominator.
    #[n(1)]
    pub numerator: u32,
    /// Denominator, not 0.
    #[n(2)]
    pub denominator: u32,
}

impl Fraction {
    /// The smallest whole number that is at least this part of `whole`.
    #[must_use]
    pub fn ceil_of(self, whole: u32) -> u32 {
        let exact = u64::from(whole) * u64::from(self.numerator);
        let ceil = exact.div_ceil(u64::from(self.denominator).max(1));
        // A fraction is at most 1, so the result is at most `whole`; `read` and `check_definition` see to it.
        u32::try_from(ceil).unwrap_or(u32::MAX)
    }

    /// Whether `part` is less than this part of `whole`.
    #[must_use]
    pub fn is_more_than(self, part: u64, whole: u64) -> bool {
        u128::from(part) * u128::from(self.denominator)
            < u128::from(whole) * u128::from(self.numerator)
    }
}

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hundredths = u64::from(self.numerator) * 100;
        let denominator = u64::from(self.denominator).max(1);
        if hundredths.is_multiple_of(denominator) {
            write!(f, "{} %", hundredths / denominator)
        } else {
            write!(f, "{}/{}", self.numerator, self.denominator)
        }
    }
}
