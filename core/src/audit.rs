//! An audit: published results of every precinct against the rules and the checks.
//!
//! It is a pure function of the contest and a results file. Where attendance was not published it takes the first
//! alignment's total. It says what fits the rules and what does not, never whose fault that is.

mod inconsistency;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::checks::statewide::{
    Numbers, PrecinctSources, Scope, Source, SourceName, StatewideFinding, StatewideRule,
    check_statewide,
};
use crate::checks::{self, Figures, Finding, RuleId};
use crate::contest::{
    Contest, CountKind, DelegateRule, Limits, Mistake, OneDelegateRule, OverLimit, PrecinctKind,
    Published, Rules, read_published,
};
use crate::rules;

pub use inconsistency::Inconsistency;
pub use text::render;

/// An audit of a results file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// Every precinct of the contest that the file names, in the order of the roster.
    pub rows: Vec<AuditRow>,
    /// Ids of precincts that the file does not name.
    pub absent: Vec<String>,
}

/// One precinct of an audit. As JSON it has the fields up to `same_as`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditRow {
    /// The precinct's stable id.
    pub precinct_id: String,
    /// The published award is one that the contest's rules and a lot permit; `null` where it cannot be known.
    pub agrees: Option<bool>,
    /// The same, with a single delegate elected by majority.
    pub agrees_majority: Option<bool>,
    /// Every award that the contest's rules and a lot permit.
    pub awards: Vec<Delegates>,
    /// Published delegates; `null` where they cannot be known.
    pub published: Option<Delegates>,
    /// Attendance that the audit took, early votes among it; `null` only for a total beyond every limit.
    pub attendees: Option<u32>,
    /// Checks that found something, in order.
    pub checks: Vec<RuleId>,
    /// Checks against other precincts and the roster that found something, in order: H01 and H04. The others need other
    /// sources, which one file has not.
    pub statewide: Vec<StatewideRule>,
    /// What is inconsistent, finer than the checks.
    pub inconsistencies: Vec<Inconsistency>,
    /// Ids of the precincts with the same first or final alignment, in the order of the roster.
    pub same_as: Vec<String>,
    /// The findings of `statewide`.
    #[serde(skip)]
    pub statewide_findings: Vec<StatewideFinding>,
    /// The findings themselves.
    #[serde(skip)]
    pub findings: Vec<Finding>,
    /// Delegates that the precinct elects.
    #[serde(skip)]
    pub elects: Option<u32>,
    /// A lot decides among the awards.
    #[serde(skip)]
    pub lot: bool,
    /// What a published award that does not agree would fit.
    #[serde(skip)]
    pub fits: Vec<Reading>,
    /// How many of the attendees voted early; absent where the contest has no early votes of the precinct.
    #[serde(skip)]
    pub early: Option<u32>,
    /// Nobody attended, nobody was counted and nobody was elected.
    #[serde(skip)]
    pub nobody: bool,
    /// Published numbers that no report may hold.
    #[serde(skip)]
    pub over_limit: Vec<OverLimit>,
}

/// Another reading of the same counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reading {
    /// A single delegate by plurality instead of majority.
    Plurality,
    /// A single delegate by majority instead of plurality.
    Majority,
    /// Attendance taken from the first alignment's total.
    FirstTotal,
    /// Attendance taken from the final alignment's total.
    FinalTotal,
    /// People taken from the first alignment, as where no final alignment was held or kept.
    FirstAlignment,
    /// A group's only delegate taken while too many are awarded, instead of seats added.
    NoAddedSeats,
}

impl Reading {
    /// It as a part of a sentence.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plurality => "one delegate by plurality",
            Self::Majority => "one delegate by majority",
            Self::FirstTotal => "attendance taken from the first alignment's total",
            Self::FinalTotal => "attendance taken from the final alignment's total",
            Self::FirstAlignment => "people taken from the first alignment",
            Self::NoAddedSeats => "no seats added for groups with one delegate",
        }
    }
}

/// Delegates of a precinct by group. As JSON an object with a member for each group, in ballot order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delegates {
    /// Key of the group and its delegates, for every group in ballot order.
    pub groups: Vec<(String, u32)>,
}

impl Delegates {
    fn new(contest: &Contest, delegates: &[u32]) -> Self {
        let keys = contest.groups.iter().map(|group| group.key.clone());
        Self { groups: keys.zip(delegates.iter().copied()).collect() }
    }

    /// `sanders 5, warren 4`.
    #[must_use]
    pub fn summary(&self) -> String {
        let named: Vec<String> = self
            .groups
            .iter()
            .filter(|(_, delegates)| *delegates > 0)
            .map(|(key, delegates)| format!("{key} {delegates}"))
            .collect();
        if named.is_empty() { "none".to_owned() } else { named.join(", ") }
    }
}

impl Serialize for Delegates {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.groups.len()))?;
        for (key, delegates) in &self.groups {
            map.serialize_entry(key, delegates)?;
        }
        map.end()
    }
}

/// Audits the results in `text` (see [`read_published`] for its columns); `file` is its name in mistakes.
///
/// # Errors
/// Every mistake in the file, each with its line.
pub fn audit(contest: &Contest, file: &str, text: &[u8]) -> Result<Audit, Vec<Mistake>> {
    let published = read_published(contest, file, text)?;
    let readings = Readings::new(contest);
    let mut rows: Vec<AuditRow> =
        published.iter().filter_map(|row| readings.row(contest, row)).collect();
    add_statewide(contest, &published, &mut rows);
    let named: BTreeSet<&str> = rows.iter().map(|row| row.precinct_id.as_str()).collect();
    let absent = contest
        .precincts
        .iter()
        .filter(|precinct| !named.contains(precinct.id.as_str()))
        .map(|precinct| precinct.id.clone())
        .collect();
    Ok(Audit { rows, absent })
}

/// The contest's rules, and other readings of them.
struct Readings {
    own: Rules,
    plurality: Rules,
    majority: Rules,
    no_added_seats: Rules,
}

impl Readings {
    fn new(contest: &Contest) -> Self {
        let with = |one_delegate| Rules { one_delegate, ..contest.rules.clone() };
        Self {
            own: contest.rules.clone(),
            plurality: with(OneDelegateRule::Plurality),
            majority: with(OneDelegateRule::Majority),
            no_added_seats: Rules { delegates: DelegateRule::Iowa2020, ..contest.rules.clone() },
        }
    }

    /// Works on what was published together with the early votes, which were counted apart.
    fn row(&self, contest: &Contest, in_person: &Published) -> Option<AuditRow> {
        let published = &in_person.with_early_votes(contest);
        let precinct = contest.precinct(published.precinct)?;
        let possible = |number: &u32| *number <= Limits::WIDEST.count_max;
        let attendees = published.attendance().filter(possible);
        // Counts that no report may hold would keep the rules busy for nothing.
        let counted = |people: &[u32]| people.iter().all(possible);
        let elects = contest.delegates_to_elect(published.precinct, attendees);
        let awards = |rules: &Rules, attendees: Option<u32>, people: &[u32]| {
            let numbers = elects.zip(attendees).filter(|_| counted(people));
            numbers.map_or_else(Vec::new, |(elects, attendees)| {
                rules::all_awards(rules, elects, attendees, people)
            })
        };
        let awarded = published.awarded(contest);
        let known = elects.is_some() && attendees.is_some() && counted(&published.last);
        let agrees_with = |rules: &Rules, attendees: Option<u32>, people: &[u32]| {
            let awarded = awarded.as_ref().filter(|_| known)?;
            Some(awards(rules, attendees, people).contains(awarded))
        };
        let last = published.last.as_slice();
        let permitted = awards(&self.own, attendees, last);
        let agrees = agrees_with(&self.own, attendees, last);
        let agrees_majority = agrees_with(&self.majority, attendees, last);
        let mut fits = Vec::new();
        if agrees == Some(false) {
            let total = |people: &[u32]| crate::contest::total(people).filter(possible);
            let (first, printed) = (published.first.as_slice(), published.attendees.is_some());
            let fixed = precinct.kind == PrecinctKind::Precinct;
            let readings = [
                (true, Reading::Majority, &self.majority, attendees, last),
                (true, Reading::Plurality, &self.plurality, attendees, last),
                (printed && fixed, Reading::FirstTotal, &self.own, total(first), last),
                (fixed, Reading::FinalTotal, &self.own, total(last), last),
                (true, Reading::FirstAlignment, &self.own, attendees, first),
                (true, Reading::NoAddedSeats, &self.no_added_seats, attendees, last),
            ];
            let fitting = readings.into_iter().filter(|&(applies, _, rules, attendees, people)| {
                applies && agrees_with(rules, attendees, people) == Some(true)
            });
            fits.extend(fitting.map(|(_, reading, ..)| reading));
        }
        let findings = findings(contest, published, attendees, awarded.as_deref());
        let without_viability = inconsistency::without_viability(
            contest,
            published,
            elects,
            attendees,
            awarded.as_deref(),
        );
        let mut checks: Vec<RuleId> = findings.iter().map(|finding| finding.rule).collect();
        checks.sort_unstable();
        checks.dedup();
        Some(AuditRow {
            precinct_id: precinct.id.clone(),
            agrees,
            agrees_majority,
            lot: permitted.len() > 1,
            awards: permitted.iter().map(|award| Delegates::new(contest, award)).collect(),
            published: awarded.map(|awarded| Delegates::new(contest, &awarded)),
            attendees,
            checks,
            statewide: Vec::new(),
            inconsistencies: without_viability
                .then_some(Inconsistency::DelegatesWithoutViability)
                .into_iter()
                .collect(),
            same_as: Vec::new(),
            statewide_findings: Vec::new(),
            findings,
            elects,
            fits,
            early: contest.early_votes_of(published.precinct).map(|early| early.attendees),
            nobody: published.says_nobody_came(),
            over_limit: published.over_limit.clone(),
        })
    }
}

/// What the checks find in published figures. Lots were not published, so every tie shows as one without a lot.
fn findings(
    contest: &Contest,
    published: &Published,
    attendees: Option<u32>,
    awarded: Option<&[u32]>,
) -> Vec<Finding> {
    let cells = |kind: &CountKind| -> Vec<Option<u32>> {
        let known = match kind {
            CountKind::FirstAlignment => Some(published.first.as_slice()),
            CountKind::FinalAlignment => {
                // The rules work on these; a number that no report may hold is as good as none.
                let possible = |people: &u32| *people <= Limits::WIDEST.count_max;
                Some(published.last.as_slice()).filter(|people| people.iter().all(possible))
            }
            CountKind::Delegates => awarded,
        };
        known.map_or_else(
            || vec![None; contest.groups.len()],
            |count| count.iter().copied().map(Some).collect(),
        )
    };
    let figures = Figures { attendees, counts: contest.counts.iter().map(cells).collect() };
    checks::check(contest, published.precinct, &figures, &[]).findings
}

/// A published row as the one source of its precinct. Delegates that cannot be known are an empty list.
fn source(contest: &Contest, published: &Published) -> PrecinctSources {
    let counts = contest
        .counts
        .iter()
        .map(|kind| match kind {
            CountKind::FirstAlignment => published.first.clone(),
            CountKind::FinalAlignment => published.last.clone(),
            CountKind::Delegates => published.awarded(contest).unwrap_or_default(),
        })
        .collect();
    let attendees = published.attendance().unwrap_or(u32::MAX);
    PrecinctSources {
        precinct: published.precinct,
        candidate: Source { name: SourceName::Published, numbers: Numbers { attendees, counts } },
        others: Vec::new(),
        last_release: None,
        corrects: None,
        in_batch: true,
    }
}

/// Adds what the checks across precincts find, and what all findings together make inconsistent.
fn add_statewide(contest: &Contest, published: &[Published], rows: &mut [AuditRow]) {
    let sources: Vec<PrecinctSources> = published.iter().map(|row| source(contest, row)).collect();
    let mut by_scope: BTreeMap<Scope, Vec<StatewideFinding>> = BTreeMap::new();
    for finding in check_statewide(contest, &sources) {
        by_scope.entry(finding.scope).or_default().push(finding);
    }
    // A row for each published precinct: both are in the order of the roster.
    for (row, published) in rows.iter_mut().zip(published) {
        row.statewide_findings =
            by_scope.remove(&Scope::Precinct(published.precinct)).unwrap_or_default();
        row.statewide = row.statewide_findings.iter().map(StatewideFinding::rule).collect();
        row.statewide.dedup();
        let others: BTreeSet<u32> =
            row.statewide_findings.iter().flat_map(StatewideFinding::other_precincts).collect();
        row.same_as = others
            .into_iter()
            .filter_map(|other| contest.precinct(other))
            .map(|other| other.id.clone())
            .collect();
        row.inconsistencies = inconsistency::of_row(row);
    }
}
