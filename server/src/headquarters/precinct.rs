//! One precinct: its sources side by side, what was found, what was decided, previewed and objected to.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use countersign_core::checks::statewide::{Found, Scope, StatewideFinding};
use countersign_core::checks::{Cells, Finding};
use countersign_core::contest::Contest;
use countersign_core::id::{MessageId, PrecinctNumber};
use countersign_core::message::{Channel, Layer, Lot};
use countersign_core::phrase::read_back_phrase;
use countersign_core::results::{
    Asked, Candidate, Closed, Decided, Numbers, ReceivedReport, RoomState, findings_of,
};
use serde::Serialize;

use super::board::{Board, Row, Seen, board, observers_see};
use super::releases::ObjectionView;
use super::request::SignedIn;
use super::words::{Reader, Sentence};
use crate::http::{Problem, Shared, room};
use crate::review;

#[derive(Serialize)]
struct PrecinctView<'a> {
    row: &'a Row,
    delegates_to_elect: Option<u32>,
    sources: Vec<SourceView>,
    candidate: Option<String>,
    findings: Vec<FindingView>,
    decisions: Vec<DecisionView>,
    released: Option<ReleasedView>,
    previews: Vec<NamedView>,
    objections: Vec<ObjectionView>,
    /// What those who signed were asked, in log order.
    questions: Vec<QuestionView>,
}

#[derive(Serialize)]
struct SourceView {
    report: String,
    channel: &'static str,
    /// The first eight digits of the invitation of the tablet that signed it, if one did.
    invitation: Option<String>,
    person: Option<u32>,
    revision: u32,
    /// Index of its entry in the log, by which findings tell it from others of its channel.
    entry: u64,
    entered_ms: u64,
    is_head: bool,
    superseded_by: Option<String>,
    phrase: String,
    attendees: u32,
    counts: Vec<Vec<u32>>,
    lots: Vec<LotView>,
    by_the_rules: Option<Vec<u32>>,
    objected: bool,
}

/// A tie that the room settled by lot.
#[derive(Serialize)]
struct LotView {
    seats: u32,
    groups: Vec<u8>,
    winners: Vec<u8>,
    method: &'static str,
    drawn_by: &'static str,
}

impl LotView {
    fn of(lot: &Lot) -> Self {
        Self {
            seats: lot.seats,
            groups: lot.groups.clone(),
            winners: lot.winners.clone(),
            method: lot.method.code(),
            drawn_by: lot.drawn_by.code(),
        }
    }
}

#[derive(Serialize)]
struct FindingView {
    name: String,
    severity: &'static str,
    sentence: Sentence,
    evidence: Sentence,
    answered: Option<String>,
    cells: Vec<CellView>,
}

/// A cell by the index of its count (absent: attendance) and of its group (absent: the whole count).
#[derive(Serialize, PartialEq, Eq)]
struct CellView {
    count: Option<usize>,
    group: Option<usize>,
}

#[derive(Serialize)]
struct DecisionView {
    id: String,
    entered_ms: u64,
    person: u32,
    report: Option<String>,
    evidence: &'static str,
    why: String,
    answers: Vec<String>,
}

/// What those who signed a report were asked.
#[derive(Serialize)]
struct QuestionView {
    id: String,
    person: u32,
    entered_ms: u64,
    report: String,
    findings: Vec<String>,
    words: String,
    /// What closed it: `replied`, `corrected` or `decided`; absent while it is open.
    closed: Option<&'static str>,
    reply: Option<ReplyView>,
}

/// What the tablet said: the numbers stand.
#[derive(Serialize)]
struct ReplyView {
    id: String,
    entered_ms: u64,
    /// A code of the contest's reasons.
    reason: String,
    text: Option<String>,
}

#[derive(Serialize)]
struct ReleasedView {
    release: String,
    name: String,
    layer: &'static str,
    report: String,
}

#[derive(Serialize)]
struct NamedView {
    number: u32,
    name: String,
    report: Option<String>,
}

/// Everything about a precinct. Campaigns see it from the first preview that names the precinct.
pub(super) async fn show(
    State(service): State<Shared>,
    signed_in: SignedIn,
    Path((name, number)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let Seen { board, .. } = board(&service, room(&name)?).await?;
    let index: usize = number.parse().map_err(|_| Problem::NOT_FOUND)?;
    let is_observer = signed_in.is_observer();
    let row = board.rows(is_observer).get(index).ok_or(Problem::NOT_FOUND)?;
    let number = PrecinctNumber(row.number);
    if is_observer && !observers_see(&board.state, number) {
        return Ok(Json(PrecinctView::of_row(row)).into_response());
    }
    let of = Of { board: &board, contest: board.contest()?, number, is_observer };
    Ok(Json(of.view(row)).into_response())
}

impl<'a> PrecinctView<'a> {
    /// Nothing but its row.
    const fn of_row(row: &'a Row) -> Self {
        Self {
            row,
            delegates_to_elect: None,
            sources: Vec::new(),
            candidate: None,
            findings: Vec::new(),
            decisions: Vec::new(),
            released: None,
            previews: Vec::new(),
            objections: Vec::new(),
            questions: Vec::new(),
        }
    }
}

/// The precinct that is shown, and to whom.
struct Of<'a> {
    board: &'a Board,
    contest: &'a Contest,
    number: PrecinctNumber,
    is_observer: bool,
}

impl Of<'_> {
    const fn state(&self) -> &RoomState {
        &self.board.state
    }

    fn view<'a>(&self, row: &'a Row) -> PrecinctView<'a> {
        let (state, number) = (self.state(), self.number);
        let candidate = match state.candidate(number) {
            Candidate::Report(report) => Some(report),
            _ => None,
        };
        let attendees = candidate.map(|candidate| candidate.report().attendees);
        let review = state.review();
        let decisions =
            review.decisions(number).iter().filter(|decided| self.may_see(decided.signed.id));
        let previews = review.previews().iter().filter_map(|previewed| {
            let named = previewed.preview.of(number)?;
            Some(NamedView {
                number: previewed.preview.number,
                name: previewed.preview.name.clone(),
                report: named.report.map(|report| report.to_string()),
            })
        });
        let objections = review
            .objections()
            .iter()
            .filter(|objected| objected.objection.precinct == number)
            .map(|objected| ObjectionView::of(self.reader(), objected));
        let questions =
            state.questions(number).iter().filter(|asked| self.may_see(asked.signed.id));
        PrecinctView {
            delegates_to_elect: self.contest.delegates_to_elect(number.0, attendees),
            sources: self.sources(),
            candidate: candidate.map(|candidate| candidate.id.to_string()),
            findings: self.findings(candidate),
            decisions: decisions.map(DecisionView::of).collect(),
            released: self.released(),
            previews: previews.collect(),
            objections: objections.collect(),
            questions: questions.map(|asked| self.question(asked)).collect(),
            row,
        }
    }

    const fn reader(&self) -> Reader<'_> {
        Reader { state: self.state(), is_observer: self.is_observer }
    }

    fn may_see(&self, message: MessageId) -> bool {
        self.reader().sees(message)
    }

    fn question(&self, asked: &Asked) -> QuestionView {
        let Asked { signed, question, reply } = asked;
        let reply = reply.as_ref().filter(|reply| self.may_see(reply.id));
        let closed = self.state().closed(asked);
        QuestionView {
            id: signed.id.to_string(),
            person: signed.person,
            entered_ms: signed.entered_ms,
            report: question.report.to_string(),
            findings: question.findings.iter().map(review::finding).collect(),
            words: question.words.clone(),
            closed: closed.map(Closed::code),
            reply: reply.map(|replied| ReplyView {
                id: replied.id.to_string(),
                entered_ms: replied.entered_ms,
                reason: replied.reply.reason.code.clone(),
                text: replied.reply.reason.text.clone(),
            }),
        }
    }

    fn sources(&self) -> Vec<SourceView> {
        let reports = self.state().reports(self.number);
        let heads: Vec<_> = self.state().heads(self.number).map(|head| head.id).collect();
        let source = |received: &ReceivedReport| {
            let later = reports.iter().find(|later| later.supersedes == Some(received.id));
            self.source(received, heads.contains(&received.id), later)
        };
        reports.iter().filter(|report| self.may_see(report.id)).map(source).collect()
    }

    fn source(
        &self,
        received: &ReceivedReport,
        is_head: bool,
        superseded_by: Option<&ReceivedReport>,
    ) -> SourceView {
        let (state, contest) = (self.state(), self.contest);
        let report = received.report();
        let person = state.persons().ever(received.key).map(|person| person.number);
        let invitation = state.device(received.key).map(|device| {
            let invitation = device.invitation.to_string();
            invitation[..8].to_owned()
        });
        let id = contest.precinct(self.number.0).map_or("", |precinct| &precinct.id);
        let (attendees, counts) = (report.attendees, &report.counts);
        SourceView {
            report: received.id.to_string(),
            channel: channel(report.channel),
            invitation,
            person,
            revision: report.revision,
            entry: received.index,
            entered_ms: received.entered_ms,
            is_head,
            superseded_by: superseded_by.map(|later| later.id.to_string()),
            phrase: read_back_phrase(&contest.id, state.room(), id, attendees, counts),
            attendees,
            lots: report.lots.iter().map(LotView::of).collect(),
            by_the_rules: Numbers::of(contest, &report).by_the_rules,
            objected: report.attestations.iter().any(|it| it.objection.is_some()),
            counts: report.counts,
        }
    }

    fn findings(&self, candidate: Option<&ReceivedReport>) -> Vec<FindingView> {
        let across = &self.board.across;
        let flags = self.state().flags(self.number, across.of(self.number));
        let report = candidate.map(ReceivedReport::report);
        let of_the_precinct = report.map_or_else(Vec::new, |it| findings_of(self.contest, &it));
        let own = Scope::Precinct(self.number.0);
        let of_others = across.findings.iter().filter(|finding| finding.scope == own);
        let answered = |name: &str| {
            // Several findings may have one name: it is answered once all of them are.
            let mut named = flags.iter().filter(|flag| review::finding(&flag.name) == name);
            let last = named.clone().next_back().and_then(|flag| flag.answered);
            last.filter(|_| named.all(|flag| flag.answered.is_some())).map(|id| id.to_string())
        };
        let mut findings: Vec<FindingView> =
            of_the_precinct.iter().map(|finding| self.finding(finding)).collect();
        findings.extend(of_others.map(|finding| self.finding_across(finding)));
        for finding in &mut findings {
            finding.answered = answered(&finding.name);
        }
        findings
    }

    fn finding(&self, finding: &Finding) -> FindingView {
        let groups = [finding.group, finding.other_group];
        let cell = |cells: &Cells| self.cells(*cells, groups.iter().flatten().copied());
        FindingView {
            name: review::finding(&finding.name()),
            severity: finding.severity.as_str(),
            sentence: Sentence::by(|language| {
                finding.headquarters_sentence(self.contest, language)
            }),
            evidence: Sentence::by(|language| finding.settled_by(language)),
            answered: None,
            cells: finding.cells.iter().flat_map(cell).collect(),
        }
    }

    fn finding_across(&self, finding: &StatewideFinding) -> FindingView {
        let sees = |other| observers_see(self.state(), PrecinctNumber(other));
        let sentence = if self.is_observer && !finding.other_precincts().all(sees) {
            // To name the other precinct would be to show its numbers.
            Sentence::by(|language| {
                language.say(
                    "A count has the same numbers as another precinct.",
                    "Un conteo tiene los mismos números que otro precinto.",
                )
            })
        } else {
            Sentence::by(|language| finding.headquarters_parts(self.contest, language).0)
        };
        let cells = match &finding.found {
            Found::SourcesDisagree { cells, .. } => cells
                .iter()
                .flat_map(|cell| self.cells(cell.cells, cell.group.into_iter()))
                .collect(),
            _ => {
                let groups = finding.groups();
                let cell = |cells: Cells| self.cells(cells, groups.iter().copied());
                finding.cells().into_iter().flat_map(cell).collect()
            }
        };
        FindingView {
            name: finding.rule().to_string(),
            severity: finding.severity().as_str(),
            sentence,
            evidence: Sentence::by(|language| finding.settled_by(language)),
            answered: None,
            cells,
        }
    }

    /// The cells of some groups in a count; the whole count where none is named.
    fn cells(&self, cells: Cells, groups: impl Iterator<Item = usize>) -> Vec<CellView> {
        let Cells::Count(kind) = cells else { return vec![CellView { count: None, group: None }] };
        let Some(count) = self.contest.count_index(kind) else { return Vec::new() };
        let mut named: Vec<CellView> =
            groups.map(|group| CellView { count: Some(count), group: Some(group) }).collect();
        if named.is_empty() {
            named.push(CellView { count: Some(count), group: None });
        }
        named
    }

    fn released(&self) -> Option<ReleasedView> {
        let review = self.state().review();
        let (release, named) = review.released_precinct(self.number, Layer::Certified)?;
        Some(ReleasedView {
            release: release.signed.id.to_string(),
            name: review.previews()[release.preview].preview.name.clone(),
            layer: review.layer(release).code(),
            report: named.report?.to_string(),
        })
    }
}

impl DecisionView {
    fn of(decided: &Decided) -> Self {
        let Decided { signed, decision } = decided;
        Self {
            id: signed.id.to_string(),
            entered_ms: signed.entered_ms,
            person: signed.person,
            report: decision.report.map(|report| report.to_string()),
            evidence: decision.evidence.code(),
            why: decision.why.clone(),
            answers: decision.answers.iter().map(review::finding).collect(),
        }
    }
}

/// The word for how a report came.
pub(super) const fn channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Tablet => "tablet",
        Channel::Hotline => "hotline",
        Channel::Paper => "paper",
        Channel::Transcription => "transcription",
    }
}
