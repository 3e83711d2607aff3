//! Messages that a person has to judge.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use countersign_core::message::{Enrolment, Message, Reply, Report};
use countersign_core::results::RoomState;
use countersign_core::room::Room;
use serde::Serialize;

use super::board::{Seen, board, held};
use super::request::{NOT_ALLOWED, SignedIn, blocking};
use crate::http::{Problem, Shared, room};
use crate::store::{Held, PrivateStore, StoreError};

/// Most that are listed, the oldest first.
const LISTED: usize = 1_000;

#[derive(Serialize)]
struct HeldList {
    held: Vec<HeldView>,
}

#[derive(Serialize)]
struct HeldView {
    message: String,
    kind: &'static str,
    precinct: Option<u32>,
    why: String,
    received_ms: u64,
}

/// What waits for a reviewer in a room's quarantine. Campaigns do not see it: nobody has judged yet whose numbers these are.
pub(super) async fn show(
    State(service): State<Shared>,
    signed_in: SignedIn,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    if signed_in.is_observer() {
        return Err(NOT_ALLOWED);
    }
    let room = room(&name)?;
    let Seen { board, .. } = board(&service, room).await?;
    let private = Arc::clone(&service.private);
    let held = blocking(move || {
        let held = held(&private, &board.state, room)?;
        let view = |held| view(&private, &board.state, room, held);
        held.into_iter().take(LISTED).map(view).collect()
    });
    Ok(Json(HeldList { held: held.await? }).into_response())
}

fn view(
    private: &PrivateStore,
    state: &RoomState,
    room: Room,
    held: Held,
) -> Result<HeldView, StoreError> {
    let bytes = private.quarantined(room, held.message)?;
    let message = bytes.and_then(|bytes| Message::parse(&bytes).ok());
    let precinct = message.as_ref().and_then(|message| {
        let report = message.decode().map(|report: Report| report.precinct);
        let enrolment = || message.decode().map(|it: Enrolment| it.request.precinct).ok();
        let reply = || state.question(message.decode::<Reply>().ok()?.question);
        let asked = || reply().map(|asked| asked.question.precinct);
        report.ok().or_else(enrolment).or_else(asked)
    });
    Ok(HeldView {
        message: held.message.to_string(),
        kind: message.map_or("unknown", |message| message.kind().as_str()),
        precinct: precinct.map(|precinct| precinct.0),
        why: held.code,
        received_ms: held.received_ms,
    })
}
