//! Sums of released numbers.

use super::ReleasedPrecinct;
use crate::contest::Contest;
use crate::rules::TenThousandths;

/// What a sum is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Region {
    /// Every precinct, satellite sites outside the state included.
    Statewide,
    /// A county or pool, by its index in the contest.
    County(usize),
    /// A congressional district.
    District(u8),
}

/// Sums over the released precincts of a region. Every total is the sum of rounded values, as the party published them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totals {
    /// The region.
    pub region: Region,
    /// Its precincts.
    pub precincts_total: u32,
    /// Those that are released.
    pub precincts_released: u32,
    /// People who attended.
    pub attendees: u64,
    /// One list for each count of the contest, each in ballot order: as signed in the room.
    pub counts: Vec<Vec<u64>>,
    /// People who voted early.
    pub early_attendees: u64,
    /// Their votes in the same form: kept and published apart from the room's.
    pub early: Vec<Vec<u64>>,
    /// Delegates that count, in ballot order.
    pub delegates: Vec<u64>,
    /// State delegate equivalents in ballot order.
    pub sde: Vec<TenThousandths>,
    /// A satellite site among them whose pool is not complete.
    pub provisional: bool,
}

impl Totals {
    pub(super) fn none(contest: &Contest, region: Region) -> Self {
        let groups = contest.groups.len();
        Self {
            region,
            precincts_total: 0,
            precincts_released: 0,
            attendees: 0,
            counts: vec![vec![0; groups]; contest.counts.len()],
            early_attendees: 0,
            early: vec![vec![0; groups]; contest.counts.len()],
            delegates: vec![0; groups],
            sde: vec![TenThousandths::default(); groups],
            provisional: false,
        }
    }

    /// Counts a precinct of the region, released or not.
    pub(super) fn add(&mut self, contest: &Contest, precinct: Option<&ReleasedPrecinct>) {
        self.precincts_total += 1;
        let Some(precinct) = precinct else { return };
        self.precincts_released += 1;
        self.attendees += u64::from(precinct.numbers.attendees);
        if let Some(early) = contest.early_votes_of(precinct.precinct.0) {
            self.early_attendees += u64::from(early.attendees);
            for (sums, &kind) in self.early.iter_mut().zip(&contest.counts) {
                add(sums, (0..contest.groups.len()).map(|group| early.votes(kind, group).into()));
            }
        }
        for (sums, count) in self.counts.iter_mut().zip(&precinct.numbers.counts) {
            add(sums, count.iter().map(|&people| u64::from(people)));
        }
        add(&mut self.delegates, precinct.numbers.official.iter().map(|&won| u64::from(won)));
        for (sum, &sde) in self.sde.iter_mut().zip(&precinct.sde) {
            *sum = *sum + sde;
        }
        self.provisional |= precinct.provisional;
    }
}

fn add(sums: &mut [u64], values: impl Iterator<Item = u64>) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += value;
    }
}
