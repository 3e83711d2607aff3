//! What does not add up across sources and precincts: checks H01 to H05 (design section 5).
//!
//! They are for headquarters. A tablet does not make them, no secretary can acknowledge them, and no message carries
//! their numbers: hence a [`StatewideRule`] of their own beside [`RuleId`](super::RuleId).
//!
//! | check | what exactly |
//! | --- | --- |
//! | H01 | A count of people is, group by group, that of another precinct; more than [`FEW`] people attended both. Each count of people is looked at by itself: a column that was pasted into another precinct is the more likely the longer it is. Delegates are not, they are alike everywhere. |
//! | H02 | Another source of the precinct, or a later report of the same one, has another number in any cell, attendance included. |
//! | H03 | *Swapped*: exchanging two groups in every count that differs makes the candidate another source, or the last release's numbers. *Shifted*: so does moving the numbers of three or more groups by one group; the group at whose end they leave had nobody, so nobody is lost. *History* and *share*: see `history.rs`. |
//! | H04 | More people attended than the roster's `plausible_max`. Nothing is said where the roster has none. |
//! | H05 | A correction changes the delegates of a group. |
//!
//! All of it together is n log n in the precincts and linear in the cells.

mod asked;
mod found;
mod history;
mod same;
mod sentence;
mod source;
mod sources;

use std::fmt;

use serde::{Serialize, Serializer};

pub use asked::asked;
pub use found::{Against, Change, Found, Scope, StatewideFinding};
pub use source::{Source, SourceName};

use crate::contest::{Contest, CountKind};

/// Up to so many people are alike by chance: H01 and *grew* (H03) look at more than these.
pub const FEW: u32 = 10;

/// Stable id of a check across sources and precincts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StatewideRule {
    /// The same numbers as another precinct.
    H01,
    /// Two sources of one precinct disagree, or one with what it said before.
    H02,
    /// Columns were swapped or shifted.
    H03,
    /// More attendees than is plausible.
    H04,
    /// A correction changes the outcome.
    H05,
}

impl StatewideRule {
    /// All of them, in order.
    pub const ALL: [Self; 5] = [Self::H01, Self::H02, Self::H03, Self::H04, Self::H05];

    /// Its number, 101 to 105, as decisions name it.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8 + 101
    }

    /// `H01` … `H05`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::H01 => "H01",
            Self::H02 => "H02",
            Self::H03 => "H03",
            Self::H04 => "H04",
            Self::H05 => "H05",
        }
    }
}

impl fmt::Display for StatewideRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for StatewideRule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// The numbers of a precinct as one source has them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Numbers {
    /// People who attended.
    pub attendees: u32,
    /// One list for each count of the contest, in its order, each in ballot order. An empty list is a count that is
    /// not known; nothing is concluded from it.
    pub counts: Vec<Vec<u32>>,
}

impl Numbers {
    /// A count, where it is known.
    fn count(&self, contest: &Contest, kind: CountKind) -> Option<&[u32]> {
        let count = self.counts.get(contest.count_index(kind)?)?;
        (count.len() == contest.groups.len()).then_some(count.as_slice())
    }
}

/// All that is known of a precinct.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrecinctSources {
    /// Number of the precinct. Each precinct is given once.
    pub precinct: u32,
    /// The source that would be released.
    pub candidate: Source,
    /// Its other, independent sources, and later reports of the same source that somebody has to look at.
    pub others: Vec<Source>,
    /// The precinct's numbers in the last release; absent where it was not in it.
    pub last_release: Option<Numbers>,
    /// The numbers that the candidate corrects; absent where it corrects none.
    pub corrects: Option<Numbers>,
    /// Whether the candidate's numbers count among those of its county and of the batch. Those of a report that is impossible
    /// by itself do not: it is kept from release anyway, and would speak for every batch until somebody sets it aside.
    pub in_batch: bool,
}

/// The counts of people of a contest, in its order.
fn people_counts(contest: &Contest) -> impl Iterator<Item = CountKind> + '_ {
    contest.counts.iter().copied().filter(|kind| *kind != CountKind::Delegates)
}

/// Sum of a count. Sums of many precincts are taken in 64 bits.
fn sum(count: &[u32]) -> u64 {
    count.iter().map(|&people| u64::from(people)).sum()
}

/// Checks precincts against one another, their other sources, and the last release. `precincts` are all that are or
/// would be released, so that H01 sees every pair; their order does not matter.
///
/// Findings come in the order of precincts, then counties, then the batch as a whole, each by check.
#[must_use]
pub fn check_statewide(contest: &Contest, precincts: &[PrecinctSources]) -> Vec<StatewideFinding> {
    let mut ordered: Vec<&PrecinctSources> = precincts.iter().collect();
    ordered.sort_by_key(|sources| sources.precinct);
    let mut out = Vec::new();
    same::same_numbers(contest, &ordered, &mut out);
    for sources in &ordered {
        sources::check(contest, sources, &mut out);
    }
    history::check(contest, &ordered, &mut out);
    // Stable: within a check the order is that in which it looks.
    out.sort_by_key(|finding| (finding.scope, finding.rule()));
    out
}

/// What of the above other sources of one precinct find in it, whatever is known of the rest: where they have another number (H02),
/// and where that is the same numbers under other groups (H03).
#[must_use]
pub fn check_sources(
    contest: &Contest,
    precinct: u32,
    candidate: &Source,
    others: &[Source],
) -> Vec<StatewideFinding> {
    let found = others.iter().flat_map(|other| sources::against_other(contest, candidate, other));
    let scope = Scope::Precinct(precinct);
    let mut out: Vec<_> = found.map(|found| StatewideFinding { scope, found }).collect();
    out.sort_by_key(StatewideFinding::rule);
    out
}
