//! Every check in plain words, with how many precincts passed it, in which it is open or was answered, and in how many it could
//! not be asked at all.

use std::collections::BTreeSet;

use askama::Template;
use countersign_core::checks::statewide::StatewideRule;
use countersign_core::checks::{self, RuleId};
use countersign_core::id::PrecinctNumber;
use countersign_core::language::Language;
use countersign_core::message::{FindingName, Layer, Lot};
use countersign_core::results::{Across, Candidate, Flag, ReceivedReport, findings_of};

use super::said::CHECK;
use super::words::{Words as _, read_whole, whole};
use super::{Frame, Night};
use crate::publish::cells::Cells;

/// Most precincts that each list of a check names; how many more there are is said behind it.
const LISTED_MAX: usize = 100;

/// How a check went over every precinct in which something counts.
#[derive(Debug, Clone, Default)]
pub(super) struct Counted {
    /// The check, by its number.
    check: u8,
    /// Precincts in which it had something to look at, and found nothing.
    passed: usize,
    /// Precincts in which it had nothing to look at.
    not_asked: usize,
    /// Precincts in which it found something impossible that nobody answered.
    open: Vec<PrecinctNumber>,
    /// Precincts in which a person answered what it found.
    answered: Vec<PrecinctNumber>,
    /// Precincts in which it finds nothing, and found something in a report that does not count. Empty for checks across
    /// precincts and sources, which look at what counts only.
    corrected: Vec<PrecinctNumber>,
    /// Precincts in which it found something that keeps nothing back.
    noted: usize,
}

/// What was found in a precinct, at its worst.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Worst {
    Noted,
    Answered,
    Open,
}

impl Worst {
    fn of(flag: &Flag) -> Self {
        match (flag.is_open(), flag.answered.is_some()) {
            (true, _) => Self::Open,
            (_, true) => Self::Answered,
            _ => Self::Noted,
        }
    }
}

/// Counts every check over every precinct.
pub(super) fn count(night: &Night<'_>) -> Vec<Counted> {
    let numbers = RuleId::ALL.map(RuleId::number).into_iter();
    let statewide = StatewideRule::ALL.map(StatewideRule::number);
    let mut counted: Vec<Counted> =
        numbers.chain(statewide).map(|check| Counted { check, ..Counted::default() }).collect();
    let across = night.state.across(Layer::Certified);
    for precinct in night.contest.precinct_numbers() {
        let Candidate::Report(received) = night.state.candidate(precinct) else { continue };
        let silent = silent(night, &across, precinct, received);
        let before = found_before(night, precinct, received);
        let flags = night.state.flags(precinct, across.of(precinct));
        for one in &mut counted {
            let found = flags.iter().filter(|flag| flag.name.check == one.check).map(Worst::of);
            match found.max() {
                Some(Worst::Open) => one.open.push(precinct),
                Some(Worst::Answered) => one.answered.push(precinct),
                Some(Worst::Noted) => one.noted += 1,
                None if silent.contains(&one.check) => {
                    one.passed += 1;
                    if before.contains(&one.check) {
                        one.corrected.push(precinct);
                    }
                }
                None => one.not_asked += 1,
            }
        }
    }
    counted
}

/// How many precincts have something impossible that nobody answered, whatever found it but that sources disagree (H02), which is
/// counted by itself.
pub(super) fn flagged(counted: &[Counted]) -> usize {
    let sources = StatewideRule::H02.number();
    let others = counted.iter().filter(|one| one.check != sources);
    others.flat_map(|one| &one.open).collect::<BTreeSet<_>>().len()
}

/// Checks that had something to look at in the report that counts and, where nothing else is said of them, passed.
fn silent(
    night: &Night<'_>,
    across: &Across,
    precinct: PrecinctNumber,
    received: &ReceivedReport,
) -> BTreeSet<u8> {
    let report = received.report();
    let figures = night.contest.with_early_votes(precinct.0, &report.figures());
    let lots: Vec<_> = report.lots.iter().map(Lot::outcome).collect();
    let passed = checks::check(night.contest, precinct.0, &figures, &lots).passed;
    let asked = across.asked(precinct).iter().map(|rule| rule.number());
    passed.into_iter().map(RuleId::number).chain(asked).collect()
}

/// Checks that found something in the precinct's reports that do not count.
fn found_before(
    night: &Night<'_>,
    precinct: PrecinctNumber,
    counts: &ReceivedReport,
) -> BTreeSet<u8> {
    let others = night.state.reports(precinct).iter().filter(|report| report.id != counts.id);
    let findings = others.flat_map(|report| findings_of(night.contest, &report.report()));
    findings.map(|finding| finding.rule.number()).collect()
}

#[derive(Template)]
#[template(path = "results/checks.html")]
pub(super) struct ChecksPage<'a> {
    f: Frame<'a>,
    window_minutes: u32,
    /// Number of the package that brought the rules, its entry, and since when they have been in force.
    rules: Option<(u32, u64, String)>,
    checks: Vec<Check<'a>>,
    /// Whether any check has precincts to name.
    lists: bool,
}

impl<'a> ChecksPage<'a> {
    /// Takes over what rests on what came in from a page that was made by somebody who has all of it: how many precincts each check
    /// is about, and which it names. Everything else stays, as does whatever cannot be right.
    pub(super) fn take_what_came_in(&mut self, night: &'a Night<'_>, published: &Cells) {
        for check in &mut self.checks {
            check.take(night, self.f.language, published);
        }
        self.lists = self.checks.iter().any(|check| !check.lists.is_empty());
    }

    /// What it has to say.
    pub(super) fn said(&self) -> Cells {
        let mut cells = Cells::default();
        cells.put("rules", "windowMinutes", self.window_minutes);
        if let Some((package, entry, since)) = &self.rules {
            cells.put("rules", "package", package);
            cells.put("rules", "entry", entry);
            cells.put("rules", "since", since);
        }
        for check in &self.checks {
            let region = format!("{CHECK}{}", check.id);
            cells.put(&region, "passed", &check.passed);
            cells.put(&region, "open", &check.open);
            cells.put(&region, "answered", &check.answered);
            if let Some(corrected) = &check.corrected {
                cells.put(&region, "corrected", corrected);
            }
            cells.put(&region, "noted", &check.noted);
            cells.put(&region, "notAsked", &check.not_asked);
            for list in &check.lists {
                for named in &list.precincts {
                    cells.put(&region, format!("{}:{}", list.of, named.id), named.name);
                }
                if let Some(more) = &list.more {
                    cells.put(&region, format!("{}:more", list.of), more);
                }
            }
        }
        cells
    }
}

impl<'a> Check<'a> {
    fn take(&mut self, night: &'a Night<'_>, language: Language, published: &Cells) {
        let region = format!("{CHECK}{}", self.id);
        let most = night.contest.precincts.len() as u64;
        // A number that is nought is not among cells.
        let number = |measure: &str| match published.get(&region, measure) {
            None => Some(0),
            Some(text) => read_whole(text).filter(|&number| number <= most),
        };
        let take = |measure, into: &mut String| {
            if let Some(number) = number(measure) {
                *into = whole(number);
            }
        };
        take("passed", &mut self.passed);
        take("noted", &mut self.noted);
        take("notAsked", &mut self.not_asked);
        let mut lists = Vec::new();
        for (of, title) in titles(language) {
            let column = match of {
                "open" => Some(&mut self.open),
                "answered" => Some(&mut self.answered),
                _ => self.corrected.as_mut(),
            };
            let Some(column) = column else { continue };
            let is_named = |one: &PrecinctNumber| {
                let id = night.contest.precinct(one.0).map(|precinct| &precinct.id);
                id.is_some_and(|id| published.get(&region, &format!("{of}:{id}")).is_some())
            };
            let named: Vec<_> = night.contest.precinct_numbers().filter(is_named).collect();
            let count = number(of).and_then(|number| usize::try_from(number).ok());
            // As many are named as are counted, up to the most that a list names.
            if let Some(all) = count.filter(|all| *all.min(&LISTED_MAX) == named.len()) {
                *column = whole(all);
                lists.extend(list(night, (of, title), &named, all));
            } else {
                lists.extend(self.lists.extract_if(.., |list| list.of == of));
            }
        }
        self.lists = lists;
    }
}

struct Check<'a> {
    id: String,
    title: &'static str,
    words: &'static str,
    passed: String,
    not_asked: String,
    open: String,
    answered: String,
    /// Absent for checks that look at what counts only.
    corrected: Option<String>,
    noted: String,
    lists: Vec<List<'a>>,
}

/// Columns whose precincts are listed, and what these lists are called.
fn titles(language: Language) -> [(&'static str, &'static str); 3] {
    [
        ("open", language.say("Open", "Abiertos")),
        ("answered", language.say("Answered", "Respondidos")),
        ("corrected", language.say("Corrected", "Corregidos")),
    ]
}

/// Precincts of one kind.
struct List<'a> {
    title: &'static str,
    /// The column whose precincts it names.
    of: &'static str,
    precincts: Vec<Named<'a>>,
    /// How many more there are; absent where all are named.
    more: Option<String>,
}

struct Named<'a> {
    id: &'a str,
    name: &'a str,
    has_page: bool,
}

fn list<'a>(
    night: &Night<'a>,
    (of, title): (&'static str, &'static str),
    precincts: &[PrecinctNumber],
    all: usize,
) -> Option<List<'a>> {
    let named = precincts.iter().take(LISTED_MAX).filter_map(|&number| {
        let precinct = night.contest.precinct(number.0)?;
        let has_page = night.has_page(number);
        Some(Named { id: &precinct.id, name: &precinct.name, has_page })
    });
    let more = all.saturating_sub(LISTED_MAX);
    let more = (more > 0).then(|| whole(more));
    (all > 0).then(|| List { title, of, precincts: named.collect(), more })
}

pub(super) fn page<'a>(
    night: &'a Night<'a>,
    language: Language,
    counted: &[Counted],
) -> ChecksPage<'a> {
    let check = |one: &Counted| {
        let (id, title) = language.check(FindingName { check: one.check, group: None });
        let statewide = StatewideRule::ALL.into_iter().find(|rule| rule.number() == one.check);
        let words = match (RuleId::from_number(one.check), statewide) {
            (Some(rule), _) => language.rule(rule).1,
            (None, Some(rule)) => language.statewide(rule).1,
            (None, None) => "",
        };
        let lists = titles(language).into_iter().zip([&one.open, &one.answered, &one.corrected]);
        Check {
            id,
            title,
            words,
            passed: whole(one.passed),
            not_asked: whole(one.not_asked),
            open: whole(one.open.len()),
            answered: whole(one.answered.len()),
            corrected: statewide.is_none().then(|| whole(one.corrected.len())),
            noted: whole(one.noted),
            lists: lists.filter_map(|(title, of)| list(night, title, of, of.len())).collect(),
        }
    };
    let checks: Vec<Check<'_>> = counted.iter().map(check).collect();
    let title = language.say("How reports are checked", "Cómo se revisan los informes").to_owned();
    ChecksPage {
        f: Frame::of(night, language, "checks.html", title),
        window_minutes: night.contest.release_rules().window_minutes,
        rules: night
            .state
            .rules_in_force()
            .map(|rules| (rules.package, rules.index, night.time(language, rules.since_ms))),
        lists: checks.iter().any(|check| !check.lists.is_empty()),
        checks,
    }
}
