//! National delegates: a region's seats among the groups that reach the threshold there.

use super::state::TenThousandths;
use crate::contest::Contest;

/// The seats of one region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// Seats of each group in ballot order. Seats that a tie leaves open are given to nobody.
    pub seats: Vec<u32>,
    /// Groups whose remainders are equal, and how many of them get one more seat; absent without a tie.
    pub tie: Option<(Vec<usize>, u32)>,
}

/// National delegates of a contest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct National {
    /// Each congressional district in the contest's order.
    pub districts: Vec<(u8, Split)>,
    /// At-large seats.
    pub at_large: Split,
    /// Party leaders and elected officials.
    pub pleo: Split,
}

impl National {
    /// All seats of each group.
    #[must_use]
    pub fn totals(&self) -> Vec<u32> {
        let mut totals = vec![0; self.at_large.seats.len()];
        let parts = self.districts.iter().map(|(_, split)| split);
        for split in parts.chain([&self.at_large, &self.pleo]) {
            for (total, seats) in totals.iter_mut().zip(&split.seats) {
                *total += seats;
            }
        }
        totals
    }
}

/// Works out the national delegates from SDE by group (or from what else the contest counts, see
/// [`national_worth`](super::national_worth)): one list for each district that the contest names, and the whole
/// state (with satellites outside it). `None` where the contest decides no national delegates; a district without SDE
/// gets nothing.
#[must_use]
pub fn national_delegates(
    contest: &Contest,
    districts: &[(u8, Vec<TenThousandths>)],
    statewide: &[TenThousandths],
) -> Option<National> {
    let national = contest.national.as_ref()?;
    let none = vec![TenThousandths::default(); contest.groups.len()];
    let split = |seats, sde: &[TenThousandths]| split_seats(contest, seats, sde);
    Some(National {
        districts: national
            .districts
            .iter()
            .map(|wanted| {
                let sde = districts
                    .iter()
                    .find(|(district, _)| *district == wanted.district)
                    .map_or(&none, |(_, sde)| sde);
                (wanted.district, split(wanted.seats, sde))
            })
            .collect(),
        at_large: split(national.at_large, statewide),
        pleo: split(national.pleo, statewide),
    })
}

/// Shares seats among the groups that reach the contest's threshold, by largest remainder. Nobody reaching it, no
/// seat is given: what the party's rules then say is no datum of the contest.
#[must_use]
pub fn split_seats(contest: &Contest, seats: u32, sde: &[TenThousandths]) -> Split {
    let whole: u64 = sde.iter().map(|value| value.0).sum();
    let threshold = contest.rules.national_threshold;
    let qualified: Vec<usize> = (0..sde.len())
        .filter(|&group| sde[group].0 > 0 && !threshold.is_more_than(sde[group].0, whole))
        .collect();
    let base: u128 = qualified.iter().map(|&group| u128::from(sde[group].0)).sum();
    let mut split = Split { seats: vec![0; sde.len()], tie: None };
    if base == 0 {
        return split;
    }
    let mut remainders: Vec<(u128, usize)> = Vec::new();
    let mut left = u128::from(seats);
    for &group in &qualified {
        let quota = u128::from(sde[group].0) * u128::from(seats);
        split.seats[group] = u32::try_from(quota / base).unwrap_or(u32::MAX);
        left -= quota / base;
        remainders.push((quota % base, group));
    }
    remainders.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut at = 0;
    while left > 0 && at < remainders.len() {
        let equal: Vec<usize> = remainders[at..]
            .iter()
            .take_while(|(remainder, _)| *remainder == remainders[at].0)
            .map(|(_, group)| *group)
            .collect();
        if equal.len() as u128 > left {
            split.tie = Some((equal, u32::try_from(left).unwrap_or(u32::MAX)));
            break;
        }
        left -= equal.len() as u128;
        at += equal.len();
        for group in equal {
            split.seats[group] += 1;
        }
    }
    split
}
