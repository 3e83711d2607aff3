//! State delegate equivalents (SDE): what a county delegate is worth at the state convention.

use std::fmt;
use std::iter::Sum;
use std::ops::Add;

use num_rational::Ratio;

use crate::contest::County;

/// A number with four decimals, exact, as the party publishes state delegate equivalents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct TenThousandths(pub u64);

impl TenThousandths {
    /// One.
    pub const ONE: Self = Self(10_000);

    /// Reads a decimal number of at most four decimals, such as `1.399`. `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || decimals.len() > 4 || !digits(whole) || !digits(decimals) {
            return None;
        }
        let scale = 10_u64.pow(4 - u32::try_from(decimals.len()).ok()?);
        let part = if decimals.is_empty() { 0 } else { decimals.parse::<u64>().ok()? * scale };
        Some(Self(whole.parse::<u64>().ok()?.checked_mul(10_000)?.checked_add(part)?))
    }
}

impl fmt::Display for TenThousandths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:04}", self.0 / 10_000, self.0 % 10_000)
    }
}

impl Add for TenThousandths {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sum for TenThousandths {
    fn sum<I: Iterator<Item = Self>>(values: I) -> Self {
        values.fold(Self::default(), Add::add)
    }
}

/// SDE of one group in one precinct of a county: delegates × state delegates ÷ convention delegates, rounded half up.
/// `None` for a pool of satellites, for a county without delegates, and where its state delegates are not known.
#[must_use]
pub fn sde(county: &County, delegates: u32) -> Option<TenThousandths> {
    let convention = county.convention_delegates.filter(|&convention| convention > 0)?;
    if county.state_delegates == 0 {
        return None;
    }
    let exact = u64::from(delegates) * u64::from(county.state_delegates) * 10_000;
    Some(TenThousandths(Ratio::new(exact, u64::from(convention)).round().to_integer()))
}

/// The county delegates that a published SDE stands for: sde × convention delegates ÷ state delegates, to the nearest
/// whole. `None` for a pool of satellites, and for a county without state delegates.
#[must_use]
pub fn whole_delegates(county: &County, sde: TenThousandths) -> Option<u32> {
    let convention = county.convention_delegates?;
    if county.state_delegates == 0 {
        return None;
    }
    let exact = sde.0.checked_mul(u64::from(convention))?;
    let whole = Ratio::new(exact, u64::from(county.state_delegates) * 10_000).round().to_integer();
    u32::try_from(whole).ok()
}

/// SDE of each group at a satellite site: the pool's SDE × the site's attendees ÷ attendees of all sites, split by the
/// delegates its groups won, rounded half up. Provisional until every site of the pool has reported.
#[must_use]
pub fn satellite_sde(
    pool: &County,
    site_attendees: u32,
    pool_attendees: u64,
    won: &[u32],
) -> Vec<TenThousandths> {
    let total: u64 = won.iter().map(|&won| u64::from(won)).sum();
    won.iter()
        .map(|&won| {
            let numerator = u128::from(pool.state_delegates)
                * u128::from(site_attendees)
                * u128::from(won)
                * 10_000;
            let denominator = u128::from(pool_attendees) * u128::from(total);
            if denominator == 0 {
                return TenThousandths::default();
            }
            let rounded = Ratio::new(numerator, denominator).round().to_integer();
            TenThousandths(u64::try_from(rounded).unwrap_or(u64::MAX))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contest::CountyKind;

    fn county(state_delegates: u32, convention_delegates: Option<u32>) -> County {
        County {
            id: "polk".into(),
            name: "Polk".into(),
            kind: CountyKind::County,
            congressional_district: Some(3),
            state_delegates,
            convention_delegates,
        }
    }

    #[test]
    fn decimals_are_read_and_written_exactly() {
        for text in ["0.0000", "1.3990", "562.0214", "2150.8321"] {
            assert_eq!(
                TenThousandths::parse(text).map(|value| value.to_string()).as_deref(),
                Some(text)
            );
        }
        assert_eq!(TenThousandths::parse("1.399"), Some(TenThousandths(13_990)));
        assert_eq!(TenThousandths::parse("7"), Some(TenThousandths(70_000)));
        for text in ["", ".5", "1.23456", "-1", "+1", "1,5", "1e3", "99999999999999999999"] {
            assert_eq!(TenThousandths::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_county_delegate_and_its_sde_lead_to_each_other() {
        let polk = county(382, Some(1_365));
        assert_eq!(sde(&polk, 5).map(|value| value.to_string()).as_deref(), Some("1.3993"));
        assert_eq!(whole_delegates(&polk, TenThousandths(13_993)), Some(5));
        assert_eq!(sde(&county(18, None), 5), None);
    }

    #[test]
    fn a_site_shares_its_pool_by_attendance_and_won_delegates() {
        let pool = county(6, None);
        let sde = satellite_sde(&pool, 50, 200, &[3, 0, 2]);
        assert_eq!(sde, [TenThousandths(9_000), TenThousandths(0), TenThousandths(6_000)]);
        assert_eq!(satellite_sde(&pool, 0, 0, &[0, 0]), [TenThousandths(0); 2]);
    }
}
