//! How a precinct's delegates are shared among its groups.

use super::lots::{LotOutcome, Tie, choices};
use super::share::Share;
use super::working::Working;
use crate::contest::Rules;

/// What the rules give for the counts of a precinct, with the working.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Award {
    /// Delegates of each group in ballot order; `None` while a tie is not settled, or where the counts do not say.
    pub delegates: Option<Vec<u32>>,
    /// Groups with people at final alignment, in ballot order.
    pub rows: Vec<AwardRow>,
    /// Delegates given or taken after rounding, in order, as far as they are known; the first 1,000 of them, which only
    /// counts far above the attendance exceed.
    pub changes: Vec<Change>,
    /// Ties that need a lot, settled or not.
    pub ties: Vec<Tie>,
    /// One delegate by majority, and no group has one: any group may be named.
    pub undetermined: bool,
    /// Indices of the lots brought that settle no tie.
    pub needless_lots: Vec<usize>,
    /// Delegates of each group in ballot order before any lot.
    pub before_lots: Vec<u32>,
}

/// A group's line in the working.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AwardRow {
    /// Ballot index.
    pub group: usize,
    /// People at final alignment.
    pub people: u32,
    /// Its exact share of the delegates.
    pub share: Share,
    /// It reaches the viability number; `true` where viability does not apply.
    pub viable: bool,
    /// The share rounded half up, at least 1 for a viable group, 0 for another.
    pub rounded: u32,
}

/// A delegate given or taken after rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// Ballot index.
    pub group: usize,
    /// Given (`true`) or taken.
    pub gains: bool,
    /// A lot decided it.
    pub by_lot: bool,
}

impl Award {
    /// Whether a room may have announced these delegates: what the rules give, however an open tie falls.
    #[must_use]
    pub fn permits(&self, announced: &[u32]) -> bool {
        if announced.len() != self.before_lots.len() {
            return false;
        }
        if self.undetermined {
            return announced.iter().map(|&delegates| u64::from(delegates)).sum::<u64>() == 1;
        }
        self.nearest(announced) == announced
    }

    /// The permitted award that is nearest to the delegates announced; where the counts do not say who was elected, the
    /// award to nobody.
    #[must_use]
    pub fn nearest(&self, announced: &[u32]) -> Vec<u32> {
        if let Some(delegates) = &self.delegates {
            return delegates.clone();
        }
        let Some(tie) = self.ties.iter().find(|tie| !tie.settled) else {
            return self.before_lots.clone();
        };
        let more = |group: usize| {
            let announced = announced.get(group).copied().unwrap_or(0);
            i64::from(announced) - i64::from(self.before_lots[group])
        };
        let mut order = tie.groups.clone();
        order.sort_by_key(|&group| std::cmp::Reverse(more(group)));
        order.truncate(usize::try_from(tie.seats).unwrap_or(usize::MAX));
        self.with_favoured(tie, &order)
    }

    /// The award if a tie's lot favours these of its groups.
    fn with_favoured(&self, tie: &Tie, favoured: &[usize]) -> Vec<u32> {
        let mut award = self.before_lots.clone();
        for group in tie.moved_by(favoured) {
            award[group] = if tie.gains { award[group] + 1 } else { award[group] - 1 };
        }
        award
    }

    /// Delegates that a group gets however an open tie falls.
    #[must_use]
    pub fn at_least(&self, group: usize) -> u32 {
        let award = self.delegates.as_ref().unwrap_or(&self.before_lots);
        let open = |tie: &Tie| !tie.settled && !tie.gains && tie.groups.contains(&group);
        let delegates = award.get(group).copied().unwrap_or(0);
        delegates - u32::from(self.ties.iter().any(open))
    }
}

/// Awards that [`all_awards`] lists.
const AWARDS_MAX: usize = 10_000;

/// What the rules give.
///
/// `delegates` is what the precinct elects, `people` its final alignment in ballot order, `lots` what was drawn. The
/// result does not depend on the order of the lots.
#[must_use]
pub fn award(
    rules: &Rules,
    delegates: u32,
    attendees: u32,
    people: &[u32],
    lots: &[LotOutcome],
) -> Award {
    let mut working = Working::new(rules, delegates, attendees, people);
    if delegates == 1 {
        working.elect_one(rules.one_delegate, attendees);
    } else {
        working.settle(rules.delegates, delegates);
    }
    working.finish(lots)
}

/// Every award that the rules and a lot permit, in ballot order of the favoured groups; just one without a tie.
///
/// Where the counts do not say who was elected (see [`Award::undetermined`]) these are all groups, one after another.
/// Fourteen groups make at most 3,432 (7 of 14); with more groups the first 10,000 are listed. [`Award::permits`] asks
/// about one award without listing any.
#[must_use]
pub fn all_awards(rules: &Rules, delegates: u32, attendees: u32, people: &[u32]) -> Vec<Vec<u32>> {
    let first = award(rules, delegates, attendees, people, &[]);
    if first.undetermined {
        return (0..people.len())
            .map(|elected| (0..people.len()).map(|group| u32::from(group == elected)).collect())
            .collect();
    }
    let Some(tie) = first.ties.first() else {
        return first.delegates.into_iter().collect();
    };
    choices(&tie.groups, usize::try_from(tie.seats).unwrap_or(usize::MAX), AWARDS_MAX)
        .into_iter()
        .map(|favoured| first.with_favoured(tie, &favoured))
        .collect()
}
