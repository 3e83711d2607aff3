//! How a precinct's delegates are shared among its groups.

use super::lots::{LotOutcome, Tie, choices};
use super::share::Share;
use super::viability_number;
use crate::contest::{DelegateRule, OneDelegateRule, Rules};

/// What the rules give for the counts of a precinct, with the working.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Award {
    /// Delegates of each group in ballot order; `None` while a tie is not settled, or where the counts do not say.
    pub delegates: Option<Vec<u32>>,
    /// Groups with people at final alignment, in ballot order.
    pub rows: Vec<AwardRow>,
    /// Delegates given or taken after rounding, in order, as far as they are known.
    pub changes: Vec<Change>,
    /// Ties that need a lot, settled or not.
    pub ties: Vec<Tie>,
    /// One delegate by majority, and no group has one: any group may be named.
    pub undetermined: bool,
    /// Indices of the lots brought that settle no tie.
    pub needless_lots: Vec<usize>,
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
    } else if working.rows.iter().any(|row| row.viable) {
        working.settle(rules.delegates, delegates);
    }
    working.finish(lots)
}

/// Every award that the rules and a lot permit, in ballot order of the favoured groups; just one without a tie.
///
/// Where the counts do not say who was elected (see [`Award::undetermined`]) these are all groups, one after another.
/// There are at most 3,432 (7 of 14 groups) for fourteen groups.
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
    choices(&tie.groups, usize::try_from(tie.seats).unwrap_or(usize::MAX))
        .into_iter()
        .filter_map(|winners| {
            let lot = LotOutcome { groups: tie.groups.clone(), seats: tie.seats, winners };
            award(rules, delegates, attendees, people, &[lot]).delegates
        })
        .collect()
}

/// An award being worked out. There is never more than one tie: a lot arises only for the last seats to move.
struct Working {
    awarded: Vec<u32>,
    rows: Vec<AwardRow>,
    changes: Vec<Change>,
    tie: Option<Tie>,
    undetermined: bool,
}

impl Working {
    fn new(rules: &Rules, delegates: u32, attendees: u32, people: &[u32]) -> Self {
        let need = viability_number(rules, delegates, attendees);
        let rows: Vec<AwardRow> = people
            .iter()
            .enumerate()
            .filter(|&(_, &people)| people > 0)
            .map(|(group, &people)| {
                let share = Share::new(people, delegates, attendees);
                let viable = match need {
                    Some(need) => people >= need,
                    None => delegates == 1,
                };
                let rounded = if viable && delegates > 1 {
                    u32::try_from(share.rounded()).unwrap_or(u32::MAX).max(1)
                } else {
                    0
                };
                AwardRow { group, people, share, viable, rounded }
            })
            .collect();
        let mut awarded = vec![0; people.len()];
        for row in &rows {
            awarded[row.group] = row.rounded;
        }
        Self { awarded, rows, changes: Vec::new(), tie: None, undetermined: false }
    }

    /// The single delegate. Its rows are not rounded: the winner gains it.
    fn elect_one(&mut self, rule: OneDelegateRule, attendees: u32) {
        let largest = match rule {
            OneDelegateRule::Plurality => self.rows.iter().map(|row| row.people).max(),
            OneDelegateRule::Majority => {
                let most = self.rows.iter().map(|row| row.people).max().unwrap_or(0);
                if u64::from(most) * 2 > u64::from(attendees) {
                    Some(most)
                } else {
                    self.undetermined = attendees > 0;
                    None
                }
            }
        };
        if let Some(largest) = largest {
            let first = self.groups_where(|row| row.people == largest);
            self.move_seats(&first, 1, true);
        }
    }

    /// Takes or adds delegates until as many are awarded as the precinct elects.
    fn settle(&mut self, rule: DelegateRule, delegates: u32) {
        let target = u64::from(delegates);
        while self.tie.is_none() && self.total() > target {
            let spared = self.awarded.iter().any(|&awarded| awarded >= 2);
            if !spared && rule == DelegateRule::Nevada2020 {
                return;
            }
            let fewest = if spared { 2 } else { 1 };
            let eligible: Vec<AwardRow> =
                self.rows.iter().filter(|row| self.awarded[row.group] >= fewest).copied().collect();
            let excess = |row: &AwardRow| row.share.excess(self.awarded[row.group]);
            let Some(most) = eligible.iter().map(excess).max() else { return };
            let equal: Vec<usize> = eligible
                .iter()
                .filter(|row| excess(row) == most)
                .map(|row| row.group)
                .collect();
            self.move_seats(&equal, self.total() - target, false);
        }
        while self.tie.is_none() && self.total() < target {
            let lack = |row: &AwardRow| -row.share.excess(self.awarded[row.group]);
            let Some(most) = self.rows.iter().filter(|row| row.viable).map(lack).max() else {
                return;
            };
            let equal = self.groups_where(|row| row.viable && lack(row) == most);
            self.move_seats(&equal, target - self.total(), true);
        }
    }

    /// Groups with an equal claim each gain or lose one delegate. Where only some can, that is a tie. Taking the others
    /// of an equal set one by one changes nothing: whoever moved is a whole delegate away from the claim.
    fn move_seats(&mut self, equal: &[usize], seats: u64, gains: bool) {
        let claims = equal.len() as u64;
        if claims <= seats {
            for &group in equal {
                self.change(group, gains, false);
            }
            return;
        }
        let favoured = if gains { seats } else { claims - seats };
        self.tie = Some(Tie {
            groups: equal.to_vec(),
            seats: u32::try_from(favoured).unwrap_or(u32::MAX),
            gains,
            settled: false,
        });
    }

    fn change(&mut self, group: usize, gains: bool, by_lot: bool) {
        let awarded = &mut self.awarded[group];
        *awarded = if gains { *awarded + 1 } else { *awarded - 1 };
        self.changes.push(Change { group, gains, by_lot });
    }

    fn finish(mut self, lots: &[LotOutcome]) -> Award {
        let mut used = None;
        if let Some(mut tie) = self.tie.take() {
            used = lots.iter().position(|lot| lot.settles(&tie));
            if let Some(used) = used {
                tie.settled = true;
                for &group in &tie.groups {
                    if lots[used].winners.contains(&group) == tie.gains {
                        self.change(group, tie.gains, true);
                    }
                }
            }
            self.tie = Some(tie);
        }
        let open = self.undetermined || self.tie.as_ref().is_some_and(|tie| !tie.settled);
        Award {
            delegates: (!open).then_some(self.awarded),
            rows: self.rows,
            changes: self.changes,
            ties: self.tie.into_iter().collect(),
            undetermined: self.undetermined,
            needless_lots: (0..lots.len()).filter(|&lot| Some(lot) != used).collect(),
        }
    }

    fn groups_where(&self, wanted: impl Fn(&AwardRow) -> bool) -> Vec<usize> {
        self.rows.iter().filter(|row| wanted(row)).map(|row| row.group).collect()
    }

    fn total(&self) -> u64 {
        self.awarded.iter().map(|&awarded| u64::from(awarded)).sum()
    }
}
