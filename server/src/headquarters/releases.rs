//! Previews, releases, stops, objections, and what waits for a second person.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use countersign_core::id::PrecinctNumber;
use countersign_core::message::{Cause, Layer, NAME_MAX, Preview};
use countersign_core::results::{
    Awaited, Objected, Previewed, ProposedRelease, RecordedCopy, Signed, Stopped,
};
use serde::{Deserialize, Serialize};

use super::board::{Board, Seen, board};
use super::request::{BAD_REQUEST, Input, NOT_ALLOWED, SignedIn};
use super::words::{Reader, Sentence, by_code, optional_code};
use crate::http::{Problem, Shared, room};
use crate::review::{self, NotReady};

#[derive(Serialize)]
struct ReleasesView {
    now_ms: u64,
    previews: Vec<PreviewView>,
    stops: Vec<StopView>,
    pending: Vec<PendingView>,
    /// Comparisons of somebody else's copy of the results, in log order.
    copies: Vec<CopyView>,
    not_ready: BTreeMap<&'static str, usize>,
}

/// What somebody else's copy of the results showed, and what was decided.
#[derive(Serialize)]
struct CopyView {
    id: String,
    person: u32,
    entered_ms: u64,
    /// SHA-256 of the copy.
    copy: String,
    whose: Option<String>,
    /// With what it was compared; absent for what counted in each precinct then.
    with: Option<ComparedWith>,
    /// Precincts and cells that differed.
    precincts: u32,
    cells: u32,
    decision: &'static str,
    why: Option<String>,
}

/// The preview, or the one whose release it was.
#[derive(Serialize)]
struct ComparedWith {
    released: bool,
    #[serde(flatten)]
    preview: NamedPreview,
}

#[derive(Serialize)]
struct PreviewView {
    id: String,
    number: u32,
    name: String,
    layer: &'static str,
    person: u32,
    entered_ms: u64,
    window_ends_ms: u64,
    precincts: usize,
    /// Their numbers, in rising order.
    numbers: Vec<u32>,
    /// Whether something looked wrong with all that was new, taken together.
    was_warned: bool,
    /// Why it was shown all the same; absent too where the reader may not see it.
    despite: Option<String>,
    objections: Vec<ObjectionView>,
    releases: Vec<ReleaseView>,
}

#[derive(Serialize)]
struct ReleaseView {
    id: String,
    person: u32,
    entered_ms: u64,
    left_out: Vec<u32>,
    approved_ms: Option<u64>,
    approved_by: Option<u32>,
    withdrawn: Option<WithdrawnView>,
}

#[derive(Serialize)]
struct WithdrawnView {
    id: String,
    /// Absent where the reader may not see it, as in the views below.
    why: Option<String>,
    person: u32,
    approved_by: u32,
    approved_ms: u64,
}

/// An objection, and what was said to it.
#[derive(Serialize)]
pub(super) struct ObjectionView {
    id: String,
    preview: u32,
    precinct: u32,
    person: u32,
    reason: &'static str,
    why: Option<String>,
    /// SHA-256 of what the observer has as evidence.
    evidence: Option<String>,
    entered_ms: u64,
    answer: Option<AnswerView>,
}

#[derive(Serialize)]
struct AnswerView {
    id: String,
    outcome: &'static str,
    why: Option<String>,
    person: u32,
}

/// A stop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct StopView {
    id: String,
    why: Option<String>,
    minutes: u32,
    person: u32,
    entered_ms: u64,
    approved_ms: Option<u64>,
    until_ms: Option<u64>,
    ended: bool,
}

#[derive(Serialize)]
struct PendingView {
    id: String,
    kind: &'static str,
    person: u32,
    entered_ms: u64,
    /// The preview that is to be released, or whose release is to be withdrawn.
    preview: Option<NamedPreview>,
    /// How long a stop would last.
    minutes: Option<u32>,
    /// What was given as the reason.
    why: Option<String>,
    /// The message that is to be withheld.
    message: Option<String>,
    /// Whether who asks is who asked for it: somebody else has to approve.
    mine: bool,
}

#[derive(Serialize)]
struct NamedPreview {
    number: u32,
    name: String,
}

impl StopView {
    pub(super) fn of(reader: Reader<'_>, stop: &Stopped, now_ms: u64) -> Self {
        Self {
            id: stop.signed.id.to_string(),
            why: reader.words(stop.signed.id, &stop.why),
            minutes: stop.minutes,
            person: stop.signed.person,
            entered_ms: stop.signed.entered_ms,
            approved_ms: stop.approval.map(|approval| approval.signed.entered_ms),
            until_ms: stop.until_ms(),
            ended: stop.until_ms().is_some_and(|until_ms| until_ms <= now_ms),
        }
    }
}

impl ObjectionView {
    pub(super) fn of(reader: Reader<'_>, objected: &Objected) -> Self {
        let objection = &objected.objection;
        let preview = reader.state.review().preview(objection.preview);
        Self {
            id: objected.signed.id.to_string(),
            preview: preview.map_or(0, |previewed| previewed.preview.number),
            precinct: objection.precinct.0,
            person: objected.signed.person,
            reason: objection.reason.code(),
            why: reader.words(objected.signed.id, &objection.why),
            evidence: objection.evidence.map(|digest| digest.to_string()),
            entered_ms: objected.signed.entered_ms,
            answer: objected.answer.as_ref().map(|(signed, answer)| AnswerView {
                id: signed.id.to_string(),
                outcome: answer.outcome.code(),
                why: reader.words(signed.id, &answer.why),
                person: signed.person,
            }),
        }
    }
}

impl ReleaseView {
    fn of(reader: Reader<'_>, release: &ProposedRelease) -> Self {
        let approved = release.approval.map(|approval| approval.signed);
        Self {
            id: release.signed.id.to_string(),
            person: release.signed.person,
            entered_ms: release.signed.entered_ms,
            left_out: release.release.left_out.iter().map(|precinct| precinct.0).collect(),
            approved_ms: approved.map(|signed| signed.entered_ms),
            approved_by: approved.map(|signed| signed.person),
            withdrawn: release.withdrawal.as_ref().map(|withdrawal| WithdrawnView {
                id: withdrawal.signed.id.to_string(),
                why: reader.words(withdrawal.signed.id, &withdrawal.why),
                person: withdrawal.signed.person,
                approved_by: withdrawal.approval.signed.person,
                approved_ms: withdrawal.approval.signed.entered_ms,
            }),
        }
    }
}

impl PreviewView {
    fn of(reader: Reader<'_>, index: usize, previewed: &Previewed) -> Self {
        let Previewed { signed, preview, window_ends_ms } = previewed;
        let review = reader.state.review();
        let objections =
            review.objections().iter().filter(|objected| objected.objection.preview == signed.id);
        let releases = review.releases().iter().filter(|release| release.preview == index);
        Self {
            id: signed.id.to_string(),
            number: preview.number,
            name: preview.name.clone(),
            layer: preview.layer.code(),
            person: signed.person,
            entered_ms: signed.entered_ms,
            window_ends_ms: *window_ends_ms,
            precincts: preview.precincts.len(),
            numbers: preview.precincts.iter().map(|named| named.precinct.0).collect(),
            was_warned: preview.despite.is_some(),
            despite: preview.despite.as_ref().and_then(|why| reader.words(signed.id, why)),
            objections: objections.map(|objected| ObjectionView::of(reader, objected)).collect(),
            releases: releases.map(|release| ReleaseView::of(reader, release)).collect(),
        }
    }
}

impl CopyView {
    fn of(reader: Reader<'_>, recorded: &RecordedCopy) -> Self {
        let RecordedCopy { signed, compared } = recorded;
        let review = reader.state.review();
        let with = compared.compared_with.and_then(|id| {
            let release = review.releases().iter().find(|release| release.signed.id == id);
            let previewed = match release {
                Some(release) => review.previews().get(release.preview),
                None => review.preview(id),
            };
            let Preview { number, name, .. } = &*previewed?.preview;
            let preview = NamedPreview { number: *number, name: name.clone() };
            Some(ComparedWith { released: release.is_some(), preview })
        });
        Self {
            id: signed.id.to_string(),
            person: signed.person,
            entered_ms: signed.entered_ms,
            copy: compared.copy.to_string(),
            whose: reader.words(signed.id, &compared.whose),
            with,
            precincts: compared.precincts,
            cells: compared.cells,
            decision: compared.decision.code(),
            why: reader.words(signed.id, &compared.why),
        }
    }
}

impl PendingView {
    fn of(reader: Reader<'_>, signed: &Signed, awaited: Awaited<'_>, me: u32) -> Self {
        let named = |release: &ProposedRelease| {
            let preview = &reader.state.review().previews()[release.preview].preview;
            Some(NamedPreview { number: preview.number, name: preview.name.clone() })
        };
        let Signed { id, entered_ms, person, .. } = *signed;
        let of = |kind| Self {
            id: id.to_string(),
            kind,
            person,
            entered_ms,
            preview: None,
            minutes: None,
            why: None,
            message: None,
            mine: person == me,
        };
        match awaited {
            Awaited::Release(release) => Self { preview: named(release), ..of("release") },
            Awaited::Withdrawal(release, why) => {
                Self { preview: named(release), why: reader.words(id, why), ..of("withdraw") }
            }
            Awaited::Stop(stop) => {
                Self { minutes: Some(stop.minutes), why: reader.words(id, &stop.why), ..of("stop") }
            }
            Awaited::EndOfStop(stop) => {
                Self { why: reader.words(stop.signed.id, &stop.why), ..of("end-of-stop") }
            }
            Awaited::Withholding(message, why) => Self {
                message: Some(message.to_string()),
                why: reader.words(id, why),
                ..of("withhold")
            },
        }
    }
}

/// Everything that people did about releases.
pub(super) async fn show(
    State(service): State<Shared>,
    signed_in: SignedIn,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let Seen { board, .. } = board(&service, room(&name)?).await?;
    let (state, now_ms) = (&board.state, service.clock.now_ms());
    let reader = Reader { state, is_observer: signed_in.is_observer() };
    let review = state.review();
    let (previews, me) = (review.previews().iter().enumerate(), signed_in.session.person);
    let awaited = review.awaited(now_ms).into_iter();
    // Campaigns hear of a precinct when it is previewed.
    let not_ready = if signed_in.is_observer() { BTreeMap::new() } else { not_ready(&board)? };
    Ok(Json(ReleasesView {
        now_ms,
        previews: previews.map(|(index, it)| PreviewView::of(reader, index, it)).collect(),
        stops: review.stops().iter().map(|stop| StopView::of(reader, stop, now_ms)).collect(),
        pending: awaited.map(|(signed, it)| PendingView::of(reader, signed, it, me)).collect(),
        copies: review.copies().iter().map(|one| CopyView::of(reader, one)).collect(),
        not_ready,
    })
    .into_response())
}

/// How many precincts cannot be released as they are, by why: each in the layer that its numbers have come to, so that what is
/// released and has not changed since is neither taken for a change nor waits for anything.
fn not_ready(board: &Board) -> Result<BTreeMap<&'static str, usize>, Problem> {
    let mut count = BTreeMap::new();
    let review = board.state.review();
    for number in board.contest()?.precinct_numbers() {
        let released = review.released_precinct(number, Layer::Certified);
        let layer = released.map_or(Layer::Night, |(release, _)| review.layer(release));
        let flags = board.state.flags(number, board.across.of(number));
        if let Err(why) = review::ready(&board.state, number, layer, None, &flags)
            && why != NotReady::Released
        {
            *count.entry(why.code()).or_default() += 1;
        }
    }
    Ok(count)
}

/// What a preview would hold.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ToPrepare {
    name: String,
    layer: String,
    precincts: Option<Vec<u32>>,
    cause: Option<String>,
}

#[derive(Serialize)]
struct PreparedView {
    preview: PreparedPreview,
    not_ready: Vec<NotReadyView>,
    /// Precincts in the preview with an open question, which keeps none of them out.
    asked: Vec<u32>,
    /// Precincts in the preview whose released numbers it takes out.
    taken_out: Vec<u32>,
    of_the_batch: Vec<Sentence>,
}

#[derive(Serialize)]
struct PreparedPreview {
    number: u32,
    precincts: usize,
}

#[derive(Serialize)]
struct NotReadyView {
    precinct: u32,
    /// The code of why.
    why: &'static str,
    /// Findings that a reviewer has to answer first.
    findings: Vec<String>,
}

impl ToPrepare {
    pub(super) const fn new(
        name: String,
        layer: String,
        precincts: Option<Vec<u32>>,
        cause: Option<String>,
    ) -> Self {
        Self { name, layer, precincts, cause }
    }

    /// Prepares the preview of a room as it is. Takes a while: to be run where nobody waits for the thread.
    pub(super) fn prepare(&self, board: &Board) -> Result<review::Prepared, Problem> {
        let layer = by_code(&Layer::ALL, Layer::code, &self.layer)?;
        let cause = optional_code(&Cause::ALL, Cause::code, self.cause.as_deref())?;
        if !(1..=NAME_MAX).contains(&self.name.trim().chars().count()) {
            return Err(BAD_REQUEST);
        }
        let all =
            || board.contest()?.precinct_numbers().map(Ok).collect::<Result<Vec<_>, Problem>>();
        let named = |numbers: &Vec<u32>| Ok(numbers.iter().copied().map(PrecinctNumber).collect());
        let precincts = self.precincts.as_ref().map_or_else(all, named)?;
        let name = self.name.trim();
        let mut prepared = review::prepare(&board.state, name, layer, &precincts, cause);
        if self.precincts.is_none() {
            // Nobody asked for these in particular.
            let quiet = |why: &NotReady| matches!(why, NotReady::Missing | NotReady::Released);
            prepared.not_ready.retain(|(_, why)| !quiet(why));
        }
        Ok(prepared)
    }
}

/// Says what a preview would hold. Nothing is signed.
pub(super) async fn prepare(
    State(service): State<Shared>,
    signed_in: SignedIn,
    Path(name): Path<String>,
    Input(asked): Input<ToPrepare>,
) -> Result<Response, Problem> {
    if signed_in.is_observer() {
        return Err(NOT_ALLOWED);
    }
    let Seen { board, .. } = board(&service, room(&name)?).await?;
    let prepared = {
        let board = Arc::clone(&board);
        let prepare = move || asked.prepare(&board);
        tokio::task::spawn_blocking(prepare).await.map_err(|_| Problem::FAILED)??
    };
    let contest = board.contest()?;
    let of_the_batch = prepared
        .of_the_batch
        .iter()
        .map(|finding| Sentence::by(|language| finding.headquarters_sentence(contest, language)));
    let not_ready = prepared.not_ready.iter().map(|(precinct, why)| NotReadyView {
        precinct: precinct.0,
        why: why.code(),
        findings: why.findings().iter().map(review::finding).collect(),
    });
    Ok(Json(PreparedView {
        preview: PreparedPreview {
            number: prepared.preview.number,
            precincts: prepared.preview.precincts.len(),
        },
        not_ready: not_ready.collect(),
        asked: prepared.asked.iter().map(|precinct| precinct.0).collect(),
        taken_out: prepared.taken_out().map(|precinct| precinct.0).collect(),
        of_the_batch: of_the_batch.collect(),
    })
    .into_response())
}
