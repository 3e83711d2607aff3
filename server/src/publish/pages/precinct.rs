//! A precinct: its numbers, the report they come from, what was found, asked and decided, and every release that named it.

use askama::Template;
use countersign_core::checks::Severity;
use countersign_core::contest::CountKind;
use countersign_core::id::{MessageId, PrecinctNumber};
use countersign_core::language::Language;
use countersign_core::message::FindingName;
use countersign_core::phrase::read_back_phrase;
use countersign_core::results::{Numbers, ReceivedReport, findings_of};

use super::changed::{self, ChangedNumbers};
use super::questions::{self, Question};
use super::tables::{Column, decimals};
use super::words::{Words as _, whole};
use super::{Frame, Night};

#[derive(Template)]
#[template(path = "results/precinct.html")]
pub(super) struct PrecinctPage<'a> {
    f: Frame<'a>,
    id: String,
    name: String,
    county: String,
    county_page: Option<String>,
    elects: Option<u32>,
    /// The numbers that are released; absent where they were taken out or withdrawn.
    numbers: Option<Shown>,
    /// Whether other numbers were released before.
    changed: bool,
    findings: Vec<Found>,
    questions: Vec<Question>,
    decisions: Vec<Decided>,
    objections: Vec<Objected>,
    history: Vec<Step>,
}

/// Released numbers and where they come from.
struct Shown {
    attendees: String,
    /// People who voted early, and all of them together, where the contest has early votes of the precinct.
    early: Option<(String, String)>,
    columns: Vec<Column>,
    rows: Vec<Row>,
    /// Whether the rules give other delegates than the room announced.
    differs: bool,
    rules_are_official: bool,
    provisional: bool,
    report: Source,
}

struct Row {
    name: String,
    key: String,
    cells: Vec<String>,
}

/// A signed report.
struct Source {
    id: String,
    is_withheld: bool,
    short: String,
    phrase: String,
    channel: &'static str,
    entered: String,
    index: u64,
}

struct Found {
    check: String,
    title: &'static str,
    sentence: String,
    impossible: bool,
    answered: bool,
}

struct Decided {
    id: String,
    is_withheld: bool,
    /// It says that none of the precinct's reports counts.
    none_counts: bool,
    evidence: &'static str,
    why: String,
    at: String,
    person: u32,
}

struct Objected {
    reason: &'static str,
    why: String,
    at: String,
    person: u32,
    answer: Option<(&'static str, String, u32)>,
}

struct Step {
    name: String,
    layer: &'static str,
    at: String,
    withdrawn: Option<String>,
    cause: Option<&'static str>,
    changed: ChangedNumbers,
    taken_out: bool,
    report: Option<String>,
}

/// Precincts that a release ever named, in rising order.
pub(crate) fn with_history(night: &Night<'_>) -> Vec<PrecinctNumber> {
    let review = night.state.review();
    let named = night.releases.iter().flat_map(|one| review.precincts(one.release));
    let mut numbers: Vec<PrecinctNumber> = named.map(|named| named.precinct).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// The page of a precinct, and its name.
pub(super) fn page<'a>(
    night: &'a Night<'_>,
    number: PrecinctNumber,
    language: Language,
) -> Option<(String, PrecinctPage<'a>)> {
    let contest = night.contest;
    let precinct = contest.precinct(number.0)?;
    let name = format!("precincts/{}.html", precinct.id);
    let results = night.released.as_ref().and_then(|released| released.precinct(number));
    let report_of = |id: MessageId| night.state.reports(number).iter().find(|one| one.id == id);
    let shown = results.and_then(|results| {
        let report = report_of(results.report)?;
        Some(shown(night, number, report, &results.numbers, results, language))
    });
    let early = contest.early_votes_of(number.0).map_or(0, |early| early.attendees);
    let attendees = results.map(|results| results.numbers.attendees.saturating_add(early));
    let report = results.and_then(|results| report_of(results.report));
    let page = PrecinctPage {
        f: Frame::of(night, language, &name, precinct.name.clone()),
        id: precinct.id.clone(),
        name: precinct.name.clone(),
        county: contest.county_display(precinct),
        county_page: contest.county_of(precinct).map(|county| county.id.clone()),
        elects: contest.delegates_to_elect(number.0, attendees),
        changed: night.changes.iter().any(|change| change.precinct == number),
        findings: report.map_or_else(Vec::new, |report| findings(night, number, report, language)),
        questions: questions::of(night, number, language),
        decisions: decisions(night, number, language),
        objections: objections(night, number, language),
        history: history(night, number, language),
        numbers: shown,
    };
    Some((name, page))
}

fn shown(
    night: &Night<'_>,
    number: PrecinctNumber,
    received: &ReceivedReport,
    numbers: &Numbers,
    results: &countersign_core::results::ReleasedPrecinct,
    language: Language,
) -> Shown {
    let contest = night.contest;
    let report = received.report();
    let signed = contest.count_index(CountKind::Delegates).map(|index| &numbers.counts[index]);
    let differs =
        signed.zip(numbers.by_the_rules.as_ref()).is_some_and(|(one, other)| one != other);
    let early = contest.early_votes_of(number.0);
    let sums = contest.with_early_votes(number.0, &report.figures());
    let mut columns = Vec::new();
    for &kind in &contest.counts {
        columns.push(Column::of_count(kind, language, early.is_some()));
        if early.is_some() && kind.is_of_people() {
            columns.push(Column::of_early(kind, language));
            columns.push(Column::of_sum(kind, language));
        }
    }
    if differs {
        columns.push(Column::by_the_rules(language));
    }
    let with_sde = contest.has_sde();
    if with_sde {
        columns.push(Column::of_sde(language));
    }
    let rows = contest.groups.iter().enumerate().map(|(index, group)| {
        let mut cells = Vec::new();
        for ((&kind, count), sum) in contest.counts.iter().zip(&numbers.counts).zip(&sums.counts) {
            cells.push(whole(count[index]));
            if let Some(early) = early.filter(|_| kind.is_of_people()) {
                cells.push(whole(early.votes(kind, index)));
                cells.push(sum[index].map_or_else(String::new, whole));
            }
        }
        if let Some(by_the_rules) = numbers.by_the_rules.as_ref().filter(|_| differs) {
            cells.push(whole(by_the_rules[index]));
        }
        if with_sde {
            cells.push(results.sde.get(index).map_or_else(String::new, |&sde| decimals(sde)));
        }
        Row { name: group.full_name_in(language.code()).to_owned(), key: group.key.clone(), cells }
    });
    let id = received.id.to_string();
    let precinct_id = contest.precinct(number.0).map_or("", |precinct| &precinct.id);
    Shown {
        attendees: whole(numbers.attendees),
        early: early
            .map(|early| (whole(early.attendees), sums.attendees.map_or_else(String::new, whole))),
        columns,
        rows: rows.collect(),
        differs,
        rules_are_official: contest.release_rules().official
            == countersign_core::contest::OfficialDelegates::Rules,
        provisional: results.provisional,
        report: Source {
            short: id[..16].to_owned(),
            is_withheld: night.is_withheld(received.id),
            id,
            phrase: read_back_phrase(
                night.state.contest(),
                night.state.room(),
                precinct_id,
                report.attendees,
                &report.counts,
            ),
            channel: language.channel(report.channel),
            entered: night.time(language, received.entered_ms),
            index: received.index,
        },
    }
}

fn findings(
    night: &Night<'_>,
    number: PrecinctNumber,
    received: &ReceivedReport,
    language: Language,
) -> Vec<Found> {
    let (contest, state) = (night.contest, night.state);
    let answering = state.review().answering(number, state.reports(number));
    let found = |name: FindingName, severity: Severity, sentence: String| {
        let (check, title) = language.check(name);
        let answered = answering.is_some_and(|one| one.decision.answers.contains(&name));
        Found { check, title, sentence, impossible: severity == Severity::Impossible, answered }
    };
    let own = findings_of(contest, &received.report()).into_iter().map(|finding| {
        let sentence = finding.headquarters_sentence(contest, language);
        found(finding.name(), finding.severity, sentence)
    });
    // What was withheld is not told in a sentence either.
    let heads = state.heads(number).filter(|head| !night.is_withheld(head.id));
    let between = state.between_sources(number, received, heads).into_iter().map(|finding| {
        let name = FindingName { check: finding.rule().number(), group: None };
        found(name, finding.severity(), finding.headquarters_sentence(contest, language))
    });
    own.chain(between).collect()
}

fn decisions(night: &Night<'_>, number: PrecinctNumber, language: Language) -> Vec<Decided> {
    let decisions = night.state.review().decisions(number).iter().map(|decided| Decided {
        id: decided.signed.id.to_string(),
        is_withheld: night.is_withheld(decided.signed.id),
        none_counts: decided.decision.report.is_none(),
        evidence: language.evidence(decided.decision.evidence),
        why: night.written(language, decided.signed.id, &decided.decision.why),
        at: night.time(language, decided.signed.entered_ms),
        person: decided.signed.person,
    });
    decisions.collect()
}

fn objections(night: &Night<'_>, number: PrecinctNumber, language: Language) -> Vec<Objected> {
    let all = night.state.review().objections().iter();
    let objections = all.filter(|one| one.objection.precinct == number).map(|one| Objected {
        reason: language.objection(one.objection.reason),
        why: night.written(language, one.signed.id, &one.objection.why),
        at: night.time(language, one.signed.entered_ms),
        person: one.signed.person,
        answer: one.answer.as_ref().map(|(signed, answer)| {
            let why = night.written(language, signed.id, &answer.why);
            (language.outcome(answer.outcome), why, signed.person)
        }),
    });
    objections.collect()
}

fn history(night: &Night<'_>, number: PrecinctNumber, language: Language) -> Vec<Step> {
    let review = night.state.review();
    let mut steps = Vec::new();
    for release in &night.releases {
        let Some(named) = review.named(release.release, number) else { continue };
        let id = release.release.signed.id;
        let change = night.changes.iter().find(|one| one.precinct == number && one.release == id);
        let changed = change.map(|change| changed::numbers(night, release, change, language));
        steps.push(Step {
            name: release.named.name.clone(),
            layer: language.layer(release.layer),
            at: night.time(language, release.at_ms),
            withdrawn: release
                .release
                .withdrawal
                .as_ref()
                .map(|one| night.written(language, one.signed.id, &one.why)),
            cause: named.cause.map(|cause| language.cause(cause)),
            changed: changed.unwrap_or_default(),
            taken_out: named.report.is_none(),
            report: named
                .report
                .filter(|&report| !night.is_withheld(report))
                .map(|report| report.to_string()),
        });
    }
    steps
}
