//! What the precincts of a region are worth for national delegates.

use super::national::{National, national_delegates};
use super::state::{TenThousandths, sde};
use crate::contest::{Contest, NationalBasis};

/// What is counted for national delegates, by region; lists are in ballot order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Regions {
    /// Each congressional district in which a precinct counted, the smallest number first.
    pub districts: Vec<(u8, Vec<TenThousandths>)>,
    /// The whole state, with places that belong to no district.
    pub statewide: Vec<TenThousandths>,
}

impl Regions {
    /// Adds up what each precinct is worth: its number, and one value for each group in ballot order. A precinct that the
    /// contest does not have is left out.
    pub fn sum<'a>(
        contest: &Contest,
        precincts: impl IntoIterator<Item = (u32, &'a [TenThousandths])>,
    ) -> Self {
        let none = || vec![TenThousandths::default(); contest.groups.len()];
        let mut regions = Self { districts: Vec::new(), statewide: none() };
        for (number, worth) in precincts {
            let Some(precinct) = contest.precinct(number) else { continue };
            add(&mut regions.statewide, worth);
            let Some(district) = contest.district_of(precinct) else { continue };
            let at = regions.districts.partition_point(|(known, _)| *known < district);
            if regions.districts.get(at).is_none_or(|(known, _)| *known != district) {
                regions.districts.insert(at, (district, none()));
            }
            add(&mut regions.districts[at].1, worth);
        }
        regions
    }

    /// The national delegates that follow. `None` where the contest decides none.
    #[must_use]
    pub fn national_delegates(&self, contest: &Contest) -> Option<National> {
        national_delegates(contest, &self.districts, &self.statewide)
    }
}

fn add(totals: &mut [TenThousandths], worth: &[TenThousandths]) {
    for (total, &worth) in totals.iter_mut().zip(worth) {
        *total = *total + worth;
    }
}

/// What so many delegates of a precinct count for national delegates: their state delegate equivalents, or themselves where
/// the contest says so (Nevada), which then has no satellite sites ([`Contest::check_shape`]). `None` for a satellite site, which is
/// worth what its whole pool's attendance makes it (see [`satellite_sde`](super::satellite_sde)), and where the contest has no such
/// precinct.
#[must_use]
pub fn national_worth(contest: &Contest, precinct: u32, delegates: u32) -> Option<TenThousandths> {
    let county = contest.county_of(contest.precinct(precinct)?)?;
    match contest.national.as_ref().and_then(|national| national.basis) {
        None => sde(county, delegates),
        Some(NationalBasis::CountyDelegates) => {
            county.convention_delegates?;
            Some(TenThousandths(u64::from(delegates) * TenThousandths::ONE.0))
        }
    }
}
