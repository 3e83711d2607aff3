//! An award being worked out, seat by seat.

use num_rational::Ratio;

use super::award::{Award, AwardRow, Change};
use super::lots::{LotOutcome, Tie};
use super::share::Share;
use super::viability_number;
use crate::contest::{DelegateRule, OneDelegateRule, Rules};

/// Changes kept for a screen to show.
const CHANGES_MAX: usize = 1_000;

/// An award being worked out. There is never more than one tie: a lot arises only for the last seats to move.
pub(super) struct Working {
    awarded: Vec<u32>,
    rows: Vec<AwardRow>,
    changes: Vec<Change>,
    tie: Option<Tie>,
    undetermined: bool,
}

impl Working {
    pub(super) fn new(rules: &Rules, delegates: u32, attendees: u32, people: &[u32]) -> Self {
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
    pub(super) fn elect_one(&mut self, rule: OneDelegateRule, attendees: u32) {
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
            let first: Vec<usize> =
                self.rows_where(|row| row.people == largest).iter().map(|row| row.group).collect();
            self.move_seats(&first, 1, true);
        }
    }

    /// Takes or adds delegates until as many are awarded as the precinct elects.
    pub(super) fn settle(&mut self, rule: DelegateRule, delegates: u32) {
        let target = u64::from(delegates);
        let viable = self.rows_where(|row| row.viable);
        if viable.is_empty() {
            return;
        }
        while self.tie.is_none() && self.total() > target {
            let spared = self.awarded.iter().any(|&awarded| awarded >= 2);
            if !spared && rule == DelegateRule::Nevada2020 {
                return;
            }
            let fewest = if spared { 2 } else { 1 };
            let may_lose = self.rows_where(|row| self.awarded[row.group] >= fewest);
            let seats = self.total() - target;
            if !(spared && self.move_rounds(&may_lose, seats, false)) {
                self.move_seats(&self.foremost(&may_lose, false), seats, false);
            }
        }
        while self.tie.is_none() && self.total() < target {
            let seats = target - self.total();
            if !self.move_rounds(&viable, seats, true) {
                self.move_seats(&self.foremost(&viable, true), seats, true);
            }
        }
    }

    /// How strong a group's claim is: to gain a delegate, how far it is below its share; to lose one, how far above.
    fn claim(&self, row: &AwardRow, gains: bool) -> Ratio<i128> {
        let excess = row.share.excess(self.awarded[row.group]);
        if gains { -excess } else { excess }
    }

    /// The groups with the strongest claim.
    fn foremost(&self, rows: &[AwardRow], gains: bool) -> Vec<usize> {
        let strongest = rows.iter().map(|row| self.claim(row, gains)).max();
        rows.iter()
            .filter(|row| Some(self.claim(row, gains)) == strongest)
            .map(|row| row.group)
            .collect()
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

    /// Moves seats of all rows at once, as often as each of them would move in turn, and says whether it could. That is so
    /// while their claims lie less than a delegate apart: everyone moves before anyone moves again. It keeps counts far
    /// above or below the attendance from taking a step for each of thousands of seats.
    fn move_rounds(&mut self, rows: &[AwardRow], seats: u64, gains: bool) -> bool {
        let mut order: Vec<(Ratio<i128>, usize)> =
            rows.iter().map(|row| (-self.claim(row, gains), row.group)).collect();
        order.sort();
        let (Some((strongest, _)), Some((weakest, _))) = (order.first(), order.last()) else {
            return false;
        };
        if *weakest - *strongest >= Ratio::from_integer(1) {
            return false;
        }
        let mut rounds = seats / order.len() as u64;
        if !gains {
            // Nobody may fall below two within the rounds: from then on an only delegate is spared.
            let fewest = order.iter().map(|&(_, group)| self.awarded[group]).min().unwrap_or(0);
            rounds = rounds.min(u64::from(fewest.saturating_sub(2)));
        }
        let rounds = u32::try_from(rounds).unwrap_or(u32::MAX);
        for &(_, group) in &order {
            let awarded = &mut self.awarded[group];
            *awarded = if gains { *awarded + rounds } else { *awarded - rounds };
        }
        let room = CHANGES_MAX.saturating_sub(self.changes.len());
        let moves = (rounds as usize).saturating_mul(order.len()).min(room);
        let turns = order.into_iter().cycle().take(moves);
        self.changes.extend(turns.map(|(_, group)| Change { group, gains, by_lot: false }));
        rounds > 0
    }

    fn change(&mut self, group: usize, gains: bool, by_lot: bool) {
        let awarded = &mut self.awarded[group];
        *awarded = if gains { *awarded + 1 } else { *awarded - 1 };
        if self.changes.len() < CHANGES_MAX {
            self.changes.push(Change { group, gains, by_lot });
        }
    }

    pub(super) fn finish(mut self, lots: &[LotOutcome]) -> Award {
        let before_lots = self.awarded.clone();
        let mut used = None;
        if let Some(mut tie) = self.tie.take() {
            used = lots.iter().position(|lot| lot.settles(&tie));
            if let Some(used) = used {
                tie.settled = true;
                for group in tie.moved_by(&lots[used].winners) {
                    self.change(group, tie.gains, true);
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
            before_lots,
            needless_lots: (0..lots.len()).filter(|&lot| Some(lot) != used).collect(),
        }
    }

    fn rows_where(&self, wanted: impl Fn(&AwardRow) -> bool) -> Vec<AwardRow> {
        self.rows.iter().filter(|row| wanted(row)).copied().collect()
    }

    fn total(&self) -> u64 {
        self.awarded.iter().map(|&awarded| u64::from(awarded)).sum()
    }
}
