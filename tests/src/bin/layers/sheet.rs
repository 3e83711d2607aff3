//! What stands on a precinct's worksheet, and the report of it.

use countersign_core::contest::{Contest, CountKind};
use countersign_core::id::{MessageId, PrecinctNumber};
use countersign_core::message::{
    Attestation, Attester, Channel, Lot, LotDrawer, LotMethod, Reason, Report,
};
use countersign_core::rules::{award, viability_number};

use crate::Outcome;

/// A worksheet: everything follows from who stood where at first alignment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sheet {
    pub(crate) precinct: PrecinctNumber,
    pub(crate) first: Vec<u32>,
}

/// By which road a report comes, and what it replaces.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Road {
    pub(crate) channel: Channel,
    pub(crate) supersedes: Option<MessageId>,
    /// Of the signing key.
    pub(crate) sequence: u64,
}

impl Sheet {
    /// The same after `people` of the largest group were found in the next one; where there is no other, they were too many.
    pub(crate) fn with_moved(&self, people: u32) -> Self {
        let mut order: Vec<usize> = (0..self.first.len()).collect();
        order.sort_by_key(|&group| std::cmp::Reverse(self.first[group]));
        let mut first = self.first.clone();
        let moved = people.min(first[order[0]].saturating_sub(1));
        first[order[0]] -= moved;
        if first[order[1]] > 0 {
            first[order[1]] += moved;
        }
        Self { precinct: self.precinct, first }
    }

    fn attendees(&self) -> u32 {
        self.first.iter().sum()
    }

    /// Final alignment: whoever is not viable goes to the largest group.
    fn last(&self, contest: &Contest, elects: u32) -> Vec<u32> {
        let mut last = self.first.clone();
        let Some(needed) = viability_number(&contest.rules, elects, self.attendees()) else {
            return last;
        };
        let Some(largest) = (0..last.len()).max_by_key(|&group| last[group]) else { return last };
        let mut moved = 0;
        for (group, people) in last.iter_mut().enumerate() {
            if *people < needed && group != largest {
                moved += std::mem::take(people);
            }
        }
        last[largest] += moved;
        last
    }

    /// The report of it, with lots wherever the rules need them.
    pub(crate) fn report(
        &self,
        contest: &Contest,
        package: MessageId,
        road: Road,
    ) -> Outcome<Report> {
        let attendees = self.attendees();
        let elects = contest.delegates_to_elect(self.precinct.0, Some(attendees));
        let elects = elects.ok_or("nobody knows what a precinct elects")?;
        let last = self.last(contest, elects);
        let mut lots: Vec<Lot> = Vec::new();
        let found = award(&contest.rules, elects, attendees, &last, &[]);
        for tie in &found.ties {
            let groups: Vec<u8> =
                tie.groups.iter().map(|&group| u8::try_from(group)).collect::<Result<_, _>>()?;
            let winners = groups[..tie.seats as usize].to_vec();
            let (method, drawn_by) = (LotMethod::Coin, LotDrawer::Chair);
            lots.push(Lot { seats: tie.seats, groups, method, winners, drawn_by });
        }
        let outcomes: Vec<_> = lots.iter().map(Lot::outcome).collect();
        let delegates = award(&contest.rules, elects, attendees, &last, &outcomes).delegates;
        let delegates = delegates.ok_or("the rules give no award")?;
        let counts = contest.counts.iter().map(|kind| match kind {
            CountKind::FirstAlignment => self.first.clone(),
            CountKind::FinalAlignment => last.clone(),
            CountKind::Delegates => delegates.clone(),
        });
        Ok(report(package, self.precinct, attendees, counts.collect(), lots, road))
    }
}

/// A report of these numbers.
pub(crate) fn report(
    package: MessageId,
    precinct: PrecinctNumber,
    attendees: u32,
    counts: Vec<Vec<u32>>,
    lots: Vec<Lot>,
    road: Road,
) -> Report {
    Report {
        package,
        precinct,
        revision: 1 + u32::from(road.supersedes.is_some()),
        supersedes: road.supersedes,
        reason: road.supersedes.map(|_| Reason { code: "recount".to_owned(), text: None }),
        attendees,
        counts,
        lots,
        acknowledged: Vec::new(),
        attestations: [Attester::Chair, Attester::Secretary]
            .map(|who| Attestation { who, group: None, objection: None })
            .to_vec(),
        photos: Vec::new(),
        channel: road.channel,
        device_sequence: road.sequence,
        device_time_ms: 1_580_780_000_000 + road.sequence * 1_000,
        app_version: "layers".to_owned(),
    }
}
