//! Messages that a person has to judge.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::board::{Seen, board};
use super::request::{NOT_ALLOWED, SignedIn, blocking};
use crate::held::{self, HeldMessage};
use crate::http::{Problem, Shared, room};

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
    let held = blocking(move || held::list(&private, &board.state, room)).await?;
    Ok(Json(HeldList { held: held.into_iter().map(HeldView::of).collect() }).into_response())
}

impl HeldView {
    fn of(held: HeldMessage) -> Self {
        Self {
            message: held.id.to_string(),
            kind: held.kind,
            precinct: held.precinct.map(|precinct| precinct.0),
            why: held.code,
            received_ms: held.received_ms,
        }
    }
}
