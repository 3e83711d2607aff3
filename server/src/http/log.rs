//! A room's log as its followers ask for it: what they saw of it before, its head, and how it began.

use std::collections::HashSet;

use axum::Json;
use axum::extract::{Extension, Path, Query, State};
use axum::http::HeaderMap;
use countersign_core::id::{MessageId, PrecinctNumber};
use countersign_core::log::Checkpoint;
use countersign_core::message::{Layer, Question};
use countersign_core::refusal::Refusal;
use countersign_core::results::ProposedRelease;
use countersign_core::room::Room;
use data_encoding::{BASE64, HEXLOWER};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Peer, Problem, Shared, blocking, room};
use crate::admission;
use crate::publish::pages;
use crate::publish::sites::witnesses;
use crate::room::{LogHead, RoomDesk, Sight, keep};
use crate::store::StoreError;

/// Header that carries the largest checkpoint that the asker has verified: the signed note, base 64.
pub(super) const CHECKPOINT: &str = "countersign-checkpoint";

/// Longest value of that header: a checkpoint with a dozen cosignatures.
const CHECKPOINT_MAX: usize = 6 << 10;

/// Header that proves which reports the asker has: [`Question::holding`] of each, hexadecimal, separated by commas.
const HOLDING: &str = "countersign-holding";

/// How a log began that took another one's place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Beginning {
    /// Its first message, base 64.
    message: String,
    /// C2SP tlog-proof of entry 0.
    receipt: String,
}

/// A room's log.
#[derive(Serialize, ToSchema)]
pub(super) struct Log {
    /// The log's signed head (C2SP tlog-checkpoint), with the cosignatures that it has so far.
    checkpoint: String,
    /// Consistency proof from the checkpoint of size `seen` to the head, base 64; `null` where there is none.
    consistency: Option<Vec<String>>,
    /// How the log began, when it was begun again after a disaster.
    begun_again: Option<Beginning>,
    /// What is released of the precincts that were asked for, as the results pages show it; those of which nothing is are not
    /// there. A release that waits for witnesses is told when it is shown.
    released: Vec<ReleasedNumbers>,
    /// What headquarters asks about the reports that the asker has, as long as it is open.
    questions: Vec<Asked>,
}

/// A question about a report that the asker has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Asked {
    /// The signed message, base 64.
    message: String,
    /// C2SP tlog-proof of its entry, against the log's head in the same answer.
    receipt: String,
}

/// What a follower of a log asks.
#[derive(Deserialize, IntoParams)]
pub(super) struct Followed {
    /// Size of the largest checkpoint that the asker has verified; 0 for none.
    #[serde(default)]
    seen: u64,
    /// Numbers of precincts in the package, separated by commas, at most 16: their released numbers come along, and
    /// questions about reports of theirs that the asker has.
    #[serde(default)]
    precincts: String,
}

/// Precincts of which one asker learns what is released, and reports about which it learns what is asked.
const PRECINCTS_MAX: usize = 16;

/// Open questions of these precincts that are looked at. A precinct has one for each of its reports at most.
const QUESTIONS_MAX: usize = 64;

/// What is released of a precinct.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct ReleasedNumbers {
    /// Its number in the package.
    precinct: u32,
    /// Number of the preview that was released, 1 for the room's first.
    number: u32,
    /// Name of the release.
    name: String,
    /// Its layer: `night`, `corrected`, `recanvass`, `recount` or `certified`.
    layer: &'static str,
    /// Server time at which it took effect, milliseconds since the Unix epoch.
    released_ms: u64,
    /// Id of the report that was released, hexadecimal.
    report: String,
    /// People who attended.
    attendees: u32,
    /// Its numbers, by count and group.
    counts: Vec<Vec<u32>>,
}

/// What is released of the precincts that were asked for: never more than everybody reads on the results pages. Where this
/// server makes none, or has not made any yet, it is what they would show.
fn released(service: &Shared, room: Room, precincts: &[PrecinctNumber]) -> Vec<ReleasedNumbers> {
    if precincts.is_empty() {
        return Vec::new();
    }
    let (site, now_ms) = (service.sites.get(room), service.clock.now_ms());
    let witnesses = witnesses(&service.witnesses, room);
    let state = &service.admission.room(room).read().state;
    let is_told = |release: &ProposedRelease| {
        let is_shown = match &site {
            Some(site) => site.shown.contains(&release.signed.id),
            None => pages::is_shown(state, release, &witnesses, now_ms),
        };
        is_shown && release.withdrawal.is_none()
    };
    let of = |&precinct: &PrecinctNumber| {
        let review = state.review();
        let (release, named) = review.released_precinct_by(precinct, Layer::Certified, is_told)?;
        let report = state.reports(precinct).iter().find(|one| Some(one.id) == named.report)?;
        let preview = &review.previews()[release.preview].preview;
        let numbers = report.report();
        Some(ReleasedNumbers {
            precinct: precinct.0,
            number: preview.number,
            name: preview.name.clone(),
            layer: preview.layer.code(),
            released_ms: release.approval?.signed.entered_ms,
            report: report.id.to_string(),
            attendees: numbers.attendees,
            counts: numbers.counts,
        })
    };
    precincts.iter().filter_map(of).collect()
}

/// A question that is shown, with the index of its entry.
struct Shown {
    index: u64,
    message: Vec<u8>,
}

/// Open questions about reports of some precincts that the asker proves to have.
///
/// # Errors
/// [`StoreError`].
fn questions(
    desk: &RoomDesk,
    precincts: &[PrecinctNumber],
    holding: &HashSet<[u8; 32]>,
) -> Result<Vec<Shown>, StoreError> {
    let open: Vec<(u64, MessageId)> = {
        let state = &desk.read().state;
        let open = precincts.iter().flat_map(|&precinct| state.open_questions(precinct));
        let shown = open.filter(|asked| state.review().withheld(asked.signed.id).is_none());
        shown.map(|asked| (asked.signed.index, asked.question.report)).take(QUESTIONS_MAX).collect()
    };
    let mut shown = Vec::new();
    for (index, report) in open {
        let Some(at) = desk.read().find(report) else { continue };
        let report = desk.message(at)?;
        if report.is_some_and(|report| holding.contains(&Question::holding(&report)))
            && let Some(message) = desk.message(index)?
        {
            shown.push(Shown { index, message });
        }
    }
    Ok(shown)
}

/// The reports that a request proves to have.
fn holding(headers: &HeaderMap) -> HashSet<[u8; 32]> {
    let value = headers.get(HOLDING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let proofs = value.split(',').take(PRECINCTS_MAX);
    proofs
        .filter_map(|text| HEXLOWER.decode(text.trim().as_bytes()).ok()?.try_into().ok())
        .collect()
}

/// What an asker has seen, once it was held against the room's log.
pub(super) struct Known {
    /// Size in this log up to which the asker has verified it.
    pub(super) seen: u64,
    /// Whether the asker is to be shown how the log began.
    pub(super) begins: bool,
}

/// Holds what an asker shows against the room's log.
///
/// # Errors
/// The problem to answer with when the log was found to be an older copy, now or before.
pub(super) fn hold(
    service: &Shared,
    room: Room,
    peer: Peer,
    headers: &HeaderMap,
    seen: u64,
) -> Result<Known, Problem> {
    let desk = service.admission.room(room);
    let note = note(headers);
    if let Some(note) = &note {
        match desk.show(note) {
            Sight::Within => {}
            Sight::Unproven => service.admission.charge(service.proxies.sender(peer, headers)),
            Sight::Beyond(beyond) => keep(&service.private, room, &beyond, note),
        }
    }
    if desk.beyond().is_some() {
        return Err(
            Problem::refusal(Refusal::LogBehind).after(admission::retry_after(Refusal::LogBehind))
        );
    }
    let projection = desk.read();
    let of = note.as_deref().and_then(Checkpoint::claim).map(|shown| shown.origin);
    let of_this_log = of.as_deref() == Some(projection.origin());
    let first = projection.state.begun().is_none();
    // Of another log than this one the size says nothing here.
    let seen = if of_this_log || first { seen } else { 0 };
    Ok(Known { seen, begins: !first && !of_this_log })
}

/// The checkpoint that a request shows, not believed yet.
fn note(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(CHECKPOINT)?.as_bytes();
    if value.len() > CHECKPOINT_MAX {
        return None;
    }
    String::from_utf8(BASE64.decode(value).ok()?).ok()
}

/// The proof that a room's log was begun again.
///
/// # Errors
/// [`Problem::FAILED`] when its first message cannot be read.
pub(super) async fn beginning(service: &Shared, room: Room) -> Result<Option<Beginning>, Problem> {
    let service = Shared::clone(service);
    let read = move || service.admission.room(room).beginning();
    let found = blocking(room, "how the log began", read).await?;
    Ok(found
        .map(|found| Beginning { message: BASE64.encode(&found.message), receipt: found.receipt }))
}

/// What headquarters asks about the reports that an asker has. Nothing is read where nothing is asked.
async fn asked(
    service: &Shared,
    room: Room,
    precincts: &[PrecinctNumber],
    holding: HashSet<[u8; 32]>,
) -> Result<Vec<Shown>, Problem> {
    let any = {
        let state = &service.admission.room(room).read().state;
        let is_asked = |&precinct: &PrecinctNumber| state.open_questions(precinct).next().is_some();
        !holding.is_empty() && precincts.iter().any(is_asked)
    };
    if !any {
        return Ok(Vec::new());
    }
    let (service, precincts) = (Shared::clone(service), precincts.to_vec());
    let read = move || questions(service.admission.room(room), &precincts, &holding);
    blocking(room, "what is asked", read).await
}

/// Hashes of a proof, as documents carry them.
pub(super) fn hashes(proof: &[[u8; 32]]) -> Vec<String> {
    proof.iter().map(|hash| BASE64.encode(hash)).collect()
}

/// A room's log: its head, the proof that it goes on from what the asker has seen, and how it began. Tablets ask from time to
/// time, and show the largest checkpoint that they have verified in the header `Countersign-Checkpoint` (the signed note, base
/// 64): a server that was restored from an older copy finds out by it, and stops. What is released of their precincts and shown
/// on the results pages comes along, so that they can say whether it is what was signed; so do open questions of headquarters
/// about reports that the asker proves to have.
#[utoipa::path(
    get, path = "/v1/{room}/log", tag = "reporting, public",
    params(
        ("room" = String, Path, description = "`official` or `rehearsal`"),
        Followed,
        ("countersign-checkpoint" = Option<String>, Header, description = "The largest checkpoint that the asker has verified, base 64"),
        ("countersign-holding" = Option<String>, Header, description = "For each report that the asker has, at most 16: the SHA-256 of `countersign/v1/holding`, a line feed and its bytes, hexadecimal, separated by commas")
    ),
    responses(
        (status = 200, body = Log),
        (status = 404, description = "No such room, or an empty log", content_type = "application/problem+json"),
        (status = 503, description = "The log is an older copy", content_type = "application/problem+json"),
    )
)]
pub(super) async fn log(
    State(service): State<Shared>,
    Path(room_name): Path<String>,
    Query(Followed { seen, precincts }): Query<Followed>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
) -> Result<Json<Log>, Problem> {
    let room = room(&room_name)?;
    let known = hold(&service, room, peer, &headers, seen)?;
    let begun_again = if known.begins { beginning(&service, room).await? } else { None };
    let desk = service.admission.room(room);
    let precincts = precincts.split(',').take(PRECINCTS_MAX);
    let precincts: Vec<_> =
        precincts.filter_map(|text| text.parse().ok().map(PrecinctNumber)).collect();
    let asked = asked(&service, room, &precincts, holding(&headers)).await?;
    let entries: Vec<u64> = asked.iter().map(|asked| asked.index).collect();
    let LogHead { checkpoint, consistency, receipts } =
        desk.follow(known.seen, &entries).ok_or(Problem::NOT_FOUND)?;
    let consistency = consistency.as_deref().map(hashes);
    let released = released(&service, room, &precincts);
    let asked = asked.iter().zip(receipts);
    let questions = asked
        .map(|(asked, receipt)| Asked { message: BASE64.encode(&asked.message), receipt })
        .collect();
    Ok(Json(Log { checkpoint, consistency, begun_again, released, questions }))
}
