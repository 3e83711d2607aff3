//! The reports of a room, by precinct.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::room_state::Candidate;
use crate::id::{KeyId, MessageId, PrecinctNumber};
use crate::log::Entry;
use crate::message::{Message, Report};
use crate::room::Room;

/// A report in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedReport {
    /// Its id.
    pub id: MessageId,
    /// The key that signed it.
    pub key: KeyId,
    /// The report of the same key that it replaces.
    pub supersedes: Option<MessageId>,
    /// Index of its entry.
    pub index: u64,
    /// Server time of its entry.
    pub entered_ms: u64,
    /// As it was signed, which takes much less memory than the same decoded.
    content: Box<[u8]>,
}

impl ReceivedReport {
    /// The report that the message of an entry decodes to.
    pub(super) fn new(index: u64, entry: &Entry, message: &Message, report: &Report) -> Self {
        Self {
            id: message.id(),
            key: message.key(),
            supersedes: report.supersedes,
            index,
            entered_ms: entry.time_ms,
            content: message.content().into(),
        }
    }

    /// What it says.
    ///
    /// # Panics
    /// Never: what cannot be decoded was not received.
    #[must_use]
    pub fn report(&self) -> Report {
        minicbor::decode(&self.content).expect("it was decoded when it was received")
    }
}

/// The reports of every precinct, in log order. A copy is cheap: it shares them.
#[derive(Debug, Clone)]
pub struct Reports {
    room: Room,
    by_precinct: BTreeMap<PrecinctNumber, Arc<Vec<ReceivedReport>>>,
    /// What the last decision of a precinct named.
    decided: BTreeMap<PrecinctNumber, Option<MessageId>>,
}

impl Reports {
    /// None yet.
    pub(super) const fn new(room: Room) -> Self {
        Self { room, by_precinct: BTreeMap::new(), decided: BTreeMap::new() }
    }

    /// Adds a report.
    pub(super) fn add(&mut self, precinct: PrecinctNumber, report: ReceivedReport) {
        let reports = Arc::make_mut(self.by_precinct.entry(precinct).or_default());
        if reports.is_empty() {
            // Most precincts report once.
            reports.reserve_exact(1);
        }
        reports.push(report);
    }

    /// Forgets them all: a round begins.
    pub(super) fn clear(&mut self) {
        self.by_precinct.clear();
        self.decided.clear();
    }

    /// Notes what a decision of a precinct names.
    pub(super) fn decide(&mut self, precinct: PrecinctNumber, report: Option<MessageId>) {
        self.decided.insert(precinct, report);
    }

    /// Reports of a precinct, in log order.
    #[must_use]
    pub fn of(&self, precinct: PrecinctNumber) -> &[ReceivedReport] {
        self.by_precinct.get(&precinct).map_or(&[], |reports| reports.as_slice())
    }

    /// The heads of a precinct: reports that no report of their key supersedes, in log order.
    ///
    /// Whoever rehearses again begins again: in the rehearsal room a later first report of a key stands for all that the key
    /// reported before. An official report is replaced only by a correction that names it.
    pub fn heads(&self, precinct: PrecinctNumber) -> impl Iterator<Item = &ReceivedReport> {
        self.heads_in(precinct, u64::MAX)
    }

    /// What were the heads of a precinct when the log had so many entries.
    pub(super) fn heads_in(
        &self,
        precinct: PrecinctNumber,
        size: u64,
    ) -> impl Iterator<Item = &ReceivedReport> {
        let reports = self.of(precinct);
        let reports = &reports[..reports.partition_point(|report| report.index < size)];
        let begun_again = |head: &ReceivedReport, later: &ReceivedReport| {
            self.room == Room::Rehearsal && later.supersedes.is_none() && later.index > head.index
        };
        reports.iter().filter(move |head| {
            !reports
                .iter()
                .filter(|later| later.key == head.key)
                .any(|later| later.supersedes == Some(head.id) || begun_again(head, later))
        })
    }

    /// Which report counts (design section 9): the one that the precinct's last decision names; without a decision the
    /// earliest head, if all heads carry the same numbers.
    #[must_use]
    pub fn candidate(&self, precinct: PrecinctNumber) -> Candidate<'_> {
        if let Some(named) = self.decided.get(&precinct) {
            let report = named.and_then(|id| self.of(precinct).iter().find(|one| one.id == id));
            return report.map_or(Candidate::SetAside, Candidate::Report);
        }
        let mut heads = self.heads(precinct);
        let Some(first) = heads.next() else {
            return Candidate::Missing;
        };
        let numbers = |of: &ReceivedReport| {
            let report = of.report();
            (report.attendees, report.counts)
        };
        let mut others = heads.peekable();
        if others.peek().is_none() {
            return Candidate::Report(first);
        }
        let those_of_the_first = numbers(first);
        if others.all(|other| numbers(other) == those_of_the_first) {
            Candidate::Report(first)
        } else {
            Candidate::InConflict
        }
    }
}
