//! The private listener: what was received, not reviewed, and the server's counters.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use countersign_core::phrase::read_back_phrase;
use countersign_core::results::{PrecinctState, Received};
use countersign_core::room::Room;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Problem, Shared, is_forwarded, page, room, written};
use crate::{begun, titles};

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(received_json))
        .routes(routes!(received_page))
        .routes(routes!(metrics))
        .routes(routes!(super::healthz))
        .merge(OpenApiRouter::from(crate::headquarters::routes()))
}

#[derive(Deserialize, IntoParams)]
struct Asked {
    /// `official` (also when left out) or `rehearsal`.
    room: Option<String>,
}

fn received(service: &Shared, asked: &Asked) -> Result<Received, Problem> {
    let room = asked.room.as_deref().map_or(Ok(Room::Official), room)?;
    // Taken out first, so that summing up never keeps the sequencer waiting.
    let tally = service.admission.room(room).read().state.tally();
    tally.map(|tally| tally.sum_up()).ok_or(Problem::NOT_FOUND)
}

/// Unreviewed numbers are for this machine alone: whoever comes through a proxy signs in at headquarters' own page.
fn on_this_machine(headers: &HeaderMap) -> Result<(), Problem> {
    (!is_forwarded(headers)).then_some(()).ok_or(Problem::NOT_FOUND)
}

/// Answers on a thread that nobody else waits for: summing up a large contest and writing it out take a while.
async fn aside(
    answer: impl FnOnce() -> Result<Response, Problem> + Send + 'static,
) -> Result<Response, Problem> {
    tokio::task::spawn_blocking(answer).await.unwrap_or(Err(Problem::FAILED))
}

/// What was received in a room, never reviewed. Not results.
#[utoipa::path(
    get, path = "/v1/received.json", tag = "private", params(Asked),
    responses((status = 200, description = "Sums of candidates and every precinct with a report", content_type = "application/json"))
)]
async fn received_json(
    State(service): State<Shared>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    on_this_machine(&headers)?;
    aside(move || received(&service, &asked).map(written::json)).await
}

#[derive(Template)]
#[template(path = "received.html")]
struct Page<'a> {
    style: &'static str,
    begun_again: Option<String>,
    received: &'a Received,
    rooms: [Room; 2],
    totals: Vec<Total<'a>>,
    rows: Vec<Row<'a>>,
}

struct Total<'a> {
    title: &'static str,
    groups: &'a [u64],
}

struct Row<'a> {
    precinct: &'a str,
    state: &'static str,
    reports: usize,
    attendees: String,
    index: String,
    phrase: String,
}

/// The same as one plain page.
#[utoipa::path(
    get, path = "/", tag = "private", params(Asked),
    responses((status = 200, description = "A page", content_type = "text/html"))
)]
async fn received_page(
    State(service): State<Shared>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    on_this_machine(&headers)?;
    aside(move || received(&service, &asked).map(|received| page_of(&received))).await
}

fn page_of(received: &Received) -> Response {
    let text = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
    let rows = received.precincts.iter().map(|precinct| Row {
        precinct: &precinct.precinct,
        state: match precinct.state {
            PrecinctState::Missing => "missing",
            PrecinctState::Received => "received",
            PrecinctState::InConflict => "in conflict",
            PrecinctState::SetAside => "set aside",
        },
        reports: precinct.reports,
        attendees: text(precinct.attendees.map(u64::from)),
        index: text(precinct.log_index),
        phrase: precinct.attendees.zip(precinct.counts.as_ref()).map_or_else(
            String::new,
            |(attendees, counts)| {
                read_back_phrase(
                    &received.contest,
                    received.room,
                    &precinct.precinct,
                    attendees,
                    counts,
                )
            },
        ),
    });
    let totals = received
        .totals
        .iter()
        .map(|total| Total { title: titles::of_count(total.count), groups: &total.groups });
    let page = Page {
        style: page::STYLE,
        begun_again: received
            .begun_again
            .as_ref()
            .map(|begun| begun::english(received.room, begun)),
        rooms: Room::ALL,
        totals: totals.collect(),
        rows: rows.collect(),
        received,
    };
    page::answer(StatusCode::OK, &page)
}

/// Counters in the text format of Prometheus.
#[utoipa::path(
    get, path = "/metrics", tag = "private",
    responses((status = 200, content_type = "application/openmetrics-text"))
)]
async fn metrics(State(service): State<Shared>) -> impl IntoResponse {
    service.headquarters.sweep(service.clock.now_ms());
    let kind =
        HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], service.metrics.text())
}
