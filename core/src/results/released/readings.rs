//! Two readings of the rules side by side on the same reports, before anything is released by either.

use super::{Released, award_of};
use crate::contest::{Contest, CountKind};
use crate::id::PrecinctNumber;
use crate::results::room_state::RoomState;

/// A contest that is not the same one with other rules; the text says how.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is not the same contest with other rules: {0}")]
pub struct AnotherContest(&'static str);

impl AnotherContest {
    /// Trying the same again never helps.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        false
    }
}

/// The delegates of a group in a precinct, where two readings differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TwoReadings {
    /// The precinct.
    pub precinct: PrecinctNumber,
    /// Ballot index of the group.
    pub group: usize,
    /// As they were announced in the room.
    pub announced: u32,
    /// As the rules in force give them; `None` where they leave it open, such as an unsettled tie.
    pub in_force: Option<u32>,
    /// As the other reading gives them.
    pub other: Option<u32>,
}

/// Two readings of the rules on the same reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadingsCompared {
    /// Precincts of which both readings say what they give.
    pub precincts: usize,
    /// Every difference, by precinct and group.
    pub differences: Vec<TwoReadings>,
    /// Delegates of each group in ballot order over those precincts: by the rules in force, and by the other reading.
    pub totals: Vec<(u64, u64)>,
}

impl ReadingsCompared {
    /// What the rules in force and those of `other` give for the reports that `released` was worked out from. Linear in the
    /// cells.
    ///
    /// # Errors
    /// [`AnotherContest`] where `other` has another id, other groups, counts or precincts.
    pub fn of(
        state: &RoomState,
        released: &Released,
        other: &Contest,
    ) -> Result<Self, AnotherContest> {
        let contest = &released.package.contest;
        is_the_same(contest, other)?;
        let mut compared = Self {
            precincts: 0,
            differences: Vec::new(),
            totals: vec![(0, 0); contest.groups.len()],
        };
        let Some(announced) = contest.count_index(CountKind::Delegates) else {
            return Ok(compared);
        };
        for one in &released.precincts {
            let precinct = one.precinct;
            let mut reports = state.reports(precinct).iter();
            let Some(received) = reports.find(|report| report.id == one.report) else { continue };
            let report = received.report();
            let delegates = |contest| award_of(contest, &report).and_then(|award| award.delegates);
            let (in_force, by_other) = (delegates(contest), delegates(other));
            if let (Some(in_force), Some(other)) = (&in_force, &by_other) {
                compared.precincts += 1;
                for (total, (a, b)) in compared.totals.iter_mut().zip(in_force.iter().zip(other)) {
                    total.0 += u64::from(*a);
                    total.1 += u64::from(*b);
                }
            }
            if in_force == by_other {
                continue;
            }
            let of = |given: &Option<Vec<u32>>, group: usize| given.as_ref().map(|it| it[group]);
            let groups = report.counts[announced].iter().enumerate();
            let differences = groups.map(|(group, &announced)| TwoReadings {
                precinct,
                group,
                announced,
                in_force: of(&in_force, group),
                other: of(&by_other, group),
            });
            compared.differences.extend(differences.filter(|one| one.in_force != one.other));
        }
        Ok(compared)
    }
}

fn is_the_same(contest: &Contest, other: &Contest) -> Result<(), AnotherContest> {
    let same = |same: bool, what| if same { Ok(()) } else { Err(AnotherContest(what)) };
    same(contest.id == other.id, "it has another id")?;
    let keys = |contest: &Contest| {
        contest.groups.iter().map(|group| group.key.clone()).collect::<Vec<_>>()
    };
    same(keys(contest) == keys(other), "it has other groups")?;
    same(contest.counts == other.counts, "it counts something else")?;
    let ids = |contest: &Contest| {
        contest.precincts.iter().map(|precinct| precinct.id.clone()).collect::<Vec<_>>()
    };
    same(ids(contest) == ids(other), "it has other precincts")
}
