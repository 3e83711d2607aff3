//! Sums of what was received. They are never results: those are what a release names.

use std::sync::Arc;

use data_encoding::BASE64;
use serde::Serialize;

use super::reports::Reports;
use super::room_state::{Begun, Candidate, RoomState};
use crate::id::PrecinctNumber;
use crate::message::Package;
use crate::room::Room;

/// Where a precinct stands, as far as received reports say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PrecinctState {
    /// Nothing was received.
    Missing,
    /// A candidate counts.
    Received,
    /// Sources disagree; it adds nothing to the sums.
    InConflict,
    /// A reviewer decided that none of its reports counts; it adds nothing to the sums.
    SetAside,
}

/// One precinct.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReceivedPrecinct {
    /// Its id.
    pub precinct: String,
    /// Where it stands.
    pub state: PrecinctState,
    /// Reports in the log, corrections included.
    pub reports: usize,
    /// Id of the candidate, hexadecimal.
    pub report: Option<String>,
    /// Index of its entry.
    pub log_index: Option<u64>,
    /// Server time of its entry, milliseconds since the Unix epoch.
    pub entered_ms: Option<u64>,
    /// People who attended.
    pub attendees: Option<u32>,
    /// Its numbers, by count and group.
    pub counts: Option<Vec<Vec<u32>>>,
}

/// One count over all candidates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CountTotal {
    /// What it counts.
    pub count: crate::contest::CountKind,
    /// Sum for each group, in ballot order.
    pub groups: Vec<u64>,
}

/// That a room's log took another one's place after a disaster, as pages and documents say it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogBegunAgain {
    /// Server time of the log's first entry, milliseconds since the Unix epoch.
    pub at_ms: u64,
    /// Origin of the log.
    pub origin: String,
    /// Origin of the one whose place it took.
    pub from: String,
    /// Code of the reason.
    pub reason: &'static str,
    /// The reason in words, where the code says `other`.
    pub why: Option<String>,
    /// Entries of the old log whose messages were entered again.
    pub carried: u64,
    /// Size of the largest checkpoint known of the old log; absent where none was known.
    pub known_size: Option<u64>,
    /// Its root, base 64.
    pub known_root: Option<String>,
    /// Id of the log's first message, hexadecimal.
    pub message: String,
}

impl LogBegunAgain {
    /// What the first entry of a log says.
    #[must_use]
    pub fn of(begun: &Begun) -> Self {
        let Begun { message, entered_ms, begun_again } = begun;
        let known = begun_again.known_checkpoint();
        Self {
            at_ms: *entered_ms,
            origin: begun_again.begins.clone(),
            from: begun_again.from.clone(),
            reason: begun_again.reason.code(),
            why: begun_again.why.clone(),
            carried: begun_again.carried.size,
            known_size: known.as_ref().map(|known| known.size),
            known_root: known.map(|known| BASE64.encode(&known.root)),
            message: message.to_string(),
        }
    }
}

/// What was received in a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Received {
    /// Id of the contest.
    pub contest: String,
    /// The room.
    pub room: Room,
    /// Entries of the log that this is a function of.
    pub log_size: u64,
    /// Time of the last of them.
    pub now_ms: u64,
    /// That the log was begun again; absent for a room's first log.
    pub begun_again: Option<LogBegunAgain>,
    /// Always false here: nobody reviewed or released these numbers.
    pub reviewed: bool,
    /// Group keys in ballot order.
    pub groups: Vec<String>,
    /// Precincts in the package.
    pub precincts_total: usize,
    /// Precincts with a candidate.
    pub precincts_received: usize,
    /// Precincts whose sources disagree.
    pub precincts_in_conflict: usize,
    /// Sums of candidates.
    pub totals: Vec<CountTotal>,
    /// Every precinct with at least one report, in roster order.
    pub precincts: Vec<ReceivedPrecinct>,
}

impl Received {
    /// Sums a room up. Without a package there is nothing to sum: `None`.
    #[must_use]
    pub fn of(state: &RoomState) -> Option<Self> {
        state.tally().map(|tally| tally.sum_up())
    }
}

/// What was received in a room: everything that [`Received`] is a function of. Cheap to take out of a room, so that
/// summing up keeps nobody waiting who enters.
#[derive(Debug, Clone)]
pub struct Tally {
    pub(super) contest: String,
    pub(super) room: Room,
    pub(super) package: Arc<Package>,
    pub(super) reports: Reports,
    pub(super) log_size: u64,
    pub(super) now_ms: u64,
    pub(super) begun: Option<Arc<Begun>>,
}

impl Tally {
    /// Sums it up.
    #[must_use]
    pub fn sum_up(&self) -> Received {
        let contest = &self.package.contest;
        let mut totals: Vec<CountTotal> = contest
            .counts
            .iter()
            .map(|&count| CountTotal { count, groups: vec![0; contest.groups.len()] })
            .collect();
        let mut precincts = Vec::new();
        let (mut received, mut in_conflict) = (0, 0);
        for (number, precinct) in (0..).zip(&contest.precincts) {
            let number = PrecinctNumber(number);
            let candidate = self.reports.candidate(number);
            let (place, counted) = match candidate {
                Candidate::Missing => continue,
                Candidate::InConflict => {
                    in_conflict += 1;
                    (PrecinctState::InConflict, None)
                }
                Candidate::SetAside => (PrecinctState::SetAside, None),
                Candidate::Report(report) => {
                    received += 1;
                    (PrecinctState::Received, Some((report, report.report())))
                }
            };
            if let Some((_, report)) = &counted {
                for (total, count) in totals.iter_mut().zip(&report.counts) {
                    for (sum, &people) in total.groups.iter_mut().zip(count) {
                        *sum += u64::from(people);
                    }
                }
            }
            let reports = self.reports.of(number).len();
            let (counted, report) = counted.unzip();
            precincts.push(ReceivedPrecinct {
                precinct: precinct.id.clone(),
                state: place,
                reports,
                report: counted.map(|counted| counted.id.to_string()),
                log_index: counted.map(|counted| counted.index),
                entered_ms: counted.map(|counted| counted.entered_ms),
                attendees: report.as_ref().map(|report| report.attendees),
                counts: report.map(|report| report.counts),
            });
        }
        Received {
            contest: self.contest.clone(),
            room: self.room,
            log_size: self.log_size,
            now_ms: self.now_ms,
            begun_again: self.begun.as_deref().map(LogBegunAgain::of),
            reviewed: false,
            groups: contest.groups.iter().map(|group| group.key.clone()).collect(),
            precincts_total: contest.precincts.len(),
            precincts_received: received,
            precincts_in_conflict: in_conflict,
            totals,
            precincts,
        }
    }
}
