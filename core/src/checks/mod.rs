//! What does not add up in a precinct's figures: checks C01 to C10 (design section 5). Checks across sources and
//! precincts, H01 to H05, are [`statewide`]'s.
//!
//! A check never blocks. It says what it found, in numbers; the sentence for the secretary is the screen's, the one for
//! headquarters is [`Finding::headquarters_sentence`].

mod run;
mod sentence;
pub mod statewide;

use std::fmt;

use serde::{Serialize, Serializer};

pub use run::check;

use crate::contest::{Contest, CountKind};

/// Stable id of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RuleId {
    /// First alignment against attendance.
    C01,
    /// Final alignment adds up to more than first alignment.
    C02,
    /// A viable group shrank.
    C03,
    /// A group below viability has people at final alignment.
    C04,
    /// Delegates do not add up to what the precinct elects.
    C05,
    /// Delegates differ from what the rules give.
    C06,
    /// Delegates without people, or a viable group without the delegate it is owed.
    C07,
    /// A tie without a lot, or a lot without a tie.
    C08,
    /// Far fewer people at final alignment than at first.
    C09,
    /// More people but fewer delegates than another group.
    C10,
}

impl RuleId {
    /// All of them, in order.
    pub const ALL: [Self; 10] = [
        Self::C01,
        Self::C02,
        Self::C03,
        Self::C04,
        Self::C05,
        Self::C06,
        Self::C07,
        Self::C08,
        Self::C09,
        Self::C10,
    ];

    /// Its number, 1 to 10, as messages carry it.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8 + 1
    }

    /// The check with a number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.number() == number)
    }

    /// `C01` … `C10`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::C01 => "C01",
            Self::C02 => "C02",
            Self::C03 => "C03",
            Self::C04 => "C04",
            Self::C05 => "C05",
            Self::C06 => "C06",
            Self::C07 => "C07",
            Self::C08 => "C08",
            Self::C09 => "C09",
            Self::C10 => "C10",
        }
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for RuleId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// How bad a finding is, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Asks for a second look and a reason.
    Impossible,
    /// Asks for a reason.
    Unusual,
    /// Only shown.
    Note,
}

impl Severity {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Impossible => "impossible",
            Self::Unusual => "unusual",
            Self::Note => "note",
        }
    }

    /// Whether the secretary has to give a reason.
    #[must_use]
    pub const fn asks_for_a_reason(self) -> bool {
        matches!(self, Self::Impossible | Self::Unusual)
    }
}

/// Which of a check's sentences a finding needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Variant {
    /// The only one: C02, C03, C04, C05, C09, C10.
    Found,
    /// C01: more at first alignment than attended.
    More,
    /// C01: fewer.
    Fewer,
    /// C06.
    Differs,
    /// C07: delegates, but nobody at final alignment.
    DelegatesWithoutPeople,
    /// C07: viable and owed a delegate, but without one.
    ViableWithoutDelegate,
    /// C08: a tie without a lot.
    Missing,
    /// C08: a lot without a tie.
    Needless,
}

impl Variant {
    /// The word for it in the commands of a screen.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::More => "more",
            Self::Fewer => "fewer",
            Self::Differs => "differs",
            Self::DelegatesWithoutPeople => "delegatesWithoutPeople",
            Self::ViableWithoutDelegate => "viableWithoutDelegate",
            Self::Missing => "missing",
            Self::Needless => "needless",
        }
    }
}

/// Cells that a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cells {
    /// The number of people who attended.
    Attendees,
    /// A count.
    Count(CountKind),
}

/// Something that does not add up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The check.
    pub rule: RuleId,
    /// Which of its sentences.
    pub variant: Variant,
    /// How bad.
    pub severity: Severity,
    /// Group concerned (ballot index).
    pub group: Option<usize>,
    /// Second group concerned: C10 (the smaller group with more delegates), C08 (the next group in the tie).
    pub other_group: Option<usize>,
    /// The numbers that disagree, what was entered first:
    ///
    /// | check | numbers |
    /// | --- | --- |
    /// | C01 | people at first alignment, attendees |
    /// | C02 | people at final alignment, at first alignment |
    /// | C03 | people of the group at final alignment, at first alignment |
    /// | C04 | people of the group at final alignment, the viability number |
    /// | C05 | delegates entered, delegates to elect |
    /// | C06 | delegates entered for each group in ballot order, then what the rules give for each |
    /// | C07 | delegates of the group as entered, then: people of the group; or delegates that the rules give it |
    /// | C08 | `missing`: groups in the tie, how many of them the lot favours; `needless`: lots without a tie |
    /// | C09 | people at final alignment, at first alignment |
    /// | C10 | delegates of the group, of the other group, people of the group, of the other group |
    pub numbers: Vec<u32>,
    /// Where it can be put right, the likeliest first.
    pub cells: Vec<Cells>,
}

impl Finding {
    /// Stable while the same thing is wrong, and unlike the key of any other finding of a precinct: `C03:4`.
    #[must_use]
    pub fn key(&self) -> String {
        match (self.rule, self.group) {
            (RuleId::C08, _) => format!("{}:{}", self.rule, self.variant.as_str()),
            (_, Some(group)) => format!("{}:{group}", self.rule),
            (_, None) => self.rule.to_string(),
        }
    }
}

/// What the checks said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Findings {
    /// What does not add up, the worst first, then in the order of the checks.
    pub findings: Vec<Finding>,
    /// Checks that could be made and found nothing. A check whose numbers are not all there is in neither list.
    pub passed: Vec<RuleId>,
}

/// The figures of a precinct, as far as they are known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Figures {
    /// People who attended.
    pub attendees: Option<u32>,
    /// One list for each count of the contest, each in ballot order. An empty cell is not zero.
    pub counts: Vec<Vec<Option<u32>>>,
}

impl Figures {
    /// A count, if every one of its cells is filled.
    #[must_use]
    pub fn complete(&self, contest: &Contest, kind: CountKind) -> Option<Vec<u32>> {
        let count = self.counts.get(contest.count_index(kind)?)?;
        if count.len() != contest.groups.len() {
            return None;
        }
        count.iter().copied().collect()
    }
}
