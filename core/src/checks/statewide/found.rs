//! What was found.

use std::sync::Arc;

use super::{SourceName, StatewideRule};
use crate::checks::{Cells, Severity};
use crate::contest::CountKind;

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// A precinct, by its number.
    Precinct(u32),
    /// The precincts of a county that are new or changed since the last release, by the county's index. Those that nothing
    /// impossible in their own report holds back, as for the batch.
    County(u16),
    /// All precincts that are new or changed since the last release, in whose own report nothing impossible is open.
    Batch,
}

/// What a candidate's numbers were compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Against {
    /// Another source of the precinct.
    Source(SourceName),
    /// The precinct's own numbers in the last release.
    LastRelease,
    /// What the last release's statewide share of the group would give for so many people.
    LastShare,
}

/// A cell with two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Change {
    /// Attendance or a count.
    pub cells: Cells,
    /// The group (ballot index); absent for attendance.
    pub group: Option<usize>,
    /// The number of the candidate.
    pub candidate: u32,
    /// The other number.
    pub other: u32,
}

/// What was found, with its numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// H01: a count that other precincts have as well.
    SameNumbers {
        /// The count.
        count: CountKind,
        /// People in it.
        people: u64,
        /// Every precinct that has it, this one included, ascending. Shared between their findings, so that any number
        /// of equal precincts takes linear room while every pair is named.
        precincts: Arc<[u32]>,
    },
    /// H02: another source has other numbers.
    SourcesDisagree {
        /// Which source the candidate is.
        candidate: SourceName,
        /// Which other source it is.
        other: SourceName,
        /// Every cell that differs.
        cells: Vec<Change>,
    },
    /// H03: two groups changed places.
    Swapped {
        /// What has them the other way round.
        against: Against,
        /// The two groups (ballot indexes), ascending.
        groups: [usize; 2],
        /// The counts in which they changed places.
        counts: Vec<CountKind>,
    },
    /// H03: the numbers of several groups stand one group further on, or further back.
    Shifted {
        /// What has them where they were.
        against: Against,
        /// The first and the last group that differs (ballot indexes). What is between them moved as well.
        groups: [usize; 2],
        /// The counts in which they moved.
        counts: Vec<CountKind>,
    },
    /// H03: a group that had people, or should have, has none.
    FellToZero {
        /// With what it was compared.
        against: Against,
        /// The count.
        count: CountKind,
        /// The group (ballot index).
        group: usize,
        /// People before; for a share, the people it would give, rounded down.
        before: u64,
    },
    /// H03: a group of under one per cent has tenfold.
    Grew {
        /// With what it was compared.
        against: Against,
        /// The count.
        count: CountKind,
        /// The group (ballot index).
        group: usize,
        /// People before; for a share, the people it would give, rounded down.
        before: u64,
        /// People now.
        now: u64,
    },
    /// H04: more attended than is plausible.
    ManyAttendees {
        /// People who attended.
        attendees: u32,
        /// The roster's `plausible_max`.
        plausible_max: u32,
    },
    /// H05: the correction changes delegates.
    OutcomeChanged {
        /// Delegates of each group before, in ballot order.
        before: Vec<u32>,
        /// Delegates of each group now.
        now: Vec<u32>,
    },
}

/// A finding of headquarters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatewideFinding {
    /// What it is about.
    pub scope: Scope,
    /// What was found.
    pub found: Found,
}

impl StatewideFinding {
    /// The check.
    #[must_use]
    pub const fn rule(&self) -> StatewideRule {
        match self.found {
            Found::SameNumbers { .. } => StatewideRule::H01,
            Found::SourcesDisagree { .. } => StatewideRule::H02,
            Found::Swapped { .. }
            | Found::Shifted { .. }
            | Found::FellToZero { .. }
            | Found::Grew { .. } => StatewideRule::H03,
            Found::ManyAttendees { .. } => StatewideRule::H04,
            Found::OutcomeChanged { .. } => StatewideRule::H05,
        }
    }

    /// How bad: H01 to H03 keep what they are about from release until a decision answers them.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        match self.rule() {
            StatewideRule::H01 | StatewideRule::H02 | StatewideRule::H03 => Severity::Impossible,
            StatewideRule::H04 | StatewideRule::H05 => Severity::Unusual,
        }
    }

    /// Groups concerned (ballot indexes), ascending. None for H01 and H04, which are about whole columns.
    #[must_use]
    pub fn groups(&self) -> Vec<usize> {
        let mut groups: Vec<usize> = match &self.found {
            Found::SameNumbers { .. } | Found::ManyAttendees { .. } => Vec::new(),
            Found::SourcesDisagree { cells, .. } => {
                cells.iter().filter_map(|cell| cell.group).collect()
            }
            Found::Swapped { groups, .. } => groups.to_vec(),
            Found::Shifted { groups: [first, last], .. } => (*first..=*last).collect(),
            Found::FellToZero { group, .. } | Found::Grew { group, .. } => vec![*group],
            Found::OutcomeChanged { before, now } => {
                (0..now.len()).filter(|&group| before.get(group) != now.get(group)).collect()
            }
        };
        groups.sort_unstable();
        groups.dedup();
        groups
    }

    /// The cells concerned.
    #[must_use]
    pub fn cells(&self) -> Vec<Cells> {
        match &self.found {
            Found::SameNumbers { count, .. }
            | Found::FellToZero { count, .. }
            | Found::Grew { count, .. } => vec![Cells::Count(*count)],
            Found::SourcesDisagree { cells, .. } => {
                let mut out: Vec<Cells> = cells.iter().map(|cell| cell.cells).collect();
                out.dedup();
                out
            }
            Found::Swapped { counts, .. } | Found::Shifted { counts, .. } => {
                counts.iter().copied().map(Cells::Count).collect()
            }
            Found::ManyAttendees { .. } => vec![Cells::Attendees],
            Found::OutcomeChanged { .. } => vec![Cells::Count(CountKind::Delegates)],
        }
    }

    /// The other precincts with the same numbers (H01).
    pub fn other_precincts(&self) -> impl Iterator<Item = u32> + '_ {
        let all: &[u32] = match &self.found {
            Found::SameNumbers { precincts, .. } => precincts,
            _ => &[],
        };
        all.iter().copied().filter(|&other| Scope::Precinct(other) != self.scope)
    }
}
