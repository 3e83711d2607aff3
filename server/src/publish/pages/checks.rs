//! Every check in plain words, with how many precincts passed it and how many are open.

use askama::Template;
use countersign_core::checks::statewide::StatewideRule;
use countersign_core::checks::{self, RuleId};
use countersign_core::id::PrecinctNumber;
use countersign_core::language::Language;
use countersign_core::message::{FindingName, Layer, Lot};
use countersign_core::results::Candidate;

use super::words::{Words as _, whole};
use super::{Frame, Night};

/// How a check went over every precinct in which something counts.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counted {
    /// The check, by its number.
    check: u8,
    /// Precincts in which it found nothing.
    passed: usize,
    /// Precincts in which it found something impossible that nobody answered.
    open: usize,
    /// Precincts in which a person answered what it found.
    answered: usize,
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

/// Counts every check over every precinct.
pub(super) fn count(night: &Night<'_>) -> Vec<Counted> {
    let numbers = RuleId::ALL.map(RuleId::number).into_iter();
    let statewide = StatewideRule::ALL.map(StatewideRule::number);
    let mut counted: Vec<Counted> =
        numbers.chain(statewide).map(|check| Counted { check, ..Counted::default() }).collect();
    let across = night.state.across(Layer::Certified);
    for (number, _) in (0..).zip(&night.contest.precincts) {
        let precinct = PrecinctNumber(number);
        let Candidate::Report(received) = night.state.candidate(precinct) else { continue };
        let report = received.report();
        let figures = night.contest.with_early_votes(number, &report.figures());
        let lots: Vec<_> = report.lots.iter().map(Lot::outcome).collect();
        let passed = checks::check(night.contest, number, &figures, &lots).passed;
        let flags = night.state.flags(precinct, across.of(precinct));
        for one in &mut counted {
            let found =
                flags.iter().filter(|flag| flag.name.check == one.check).map(|flag| {
                    match (flag.is_open(), flag.answered.is_some()) {
                        (true, _) => Worst::Open,
                        (_, true) => Worst::Answered,
                        _ => Worst::Noted,
                    }
                });
            match found.max() {
                Some(Worst::Open) => one.open += 1,
                Some(Worst::Answered) => one.answered += 1,
                Some(Worst::Noted) => one.noted += 1,
                None => {
                    let looked =
                        RuleId::from_number(one.check).is_none_or(|rule| passed.contains(&rule));
                    one.passed += usize::from(looked);
                }
            }
        }
    }
    counted
}

#[derive(Template)]
#[template(path = "results/checks.html")]
pub(super) struct ChecksPage<'a> {
    f: Frame<'a>,
    corrected: usize,
    checks: Vec<Check>,
}

struct Check {
    id: String,
    title: &'static str,
    words: &'static str,
    passed: String,
    open: String,
    answered: String,
    noted: String,
}

pub(super) fn page<'a>(
    night: &'a Night<'_>,
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
        Check {
            id,
            title,
            words,
            passed: whole(one.passed),
            open: whole(one.open),
            answered: whole(one.answered),
            noted: whole(one.noted),
        }
    };
    let mut corrected: Vec<_> = night.changes.iter().map(|change| change.precinct).collect();
    corrected.sort_unstable();
    corrected.dedup();
    let title = language.say("How reports are checked", "Cómo se revisan los informes").to_owned();
    ChecksPage {
        f: Frame::of(night, language, "checks.html", title),
        corrected: corrected.len(),
        checks: counted.iter().map(check).collect(),
    }
}
