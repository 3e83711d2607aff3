//! The reporting listener: messages in, receipts out.

use std::sync::{Mutex, PoisonError};

use axum::body::{Body, Bytes};
use axum::extract::{Extension, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, http::HeaderValue};
use countersign_core::id::{KeyId, MessageId};
use countersign_core::room::Room;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::log::{self, Beginning};
use super::{Peer, Problem, Shared, blocking, hand_off, room, status, tag};
use crate::admission::NotEntered;
use crate::room::Answer;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(submit))
        .routes(routes!(receipt))
        .routes(routes!(log::log))
        .routes(routes!(newest_package))
        .routes(routes!(package))
        .routes(routes!(status::status))
        .routes(routes!(hand_off::show, hand_off::deliver))
        .routes(routes!(openapi))
        .routes(routes!(super::healthz))
}

/// Something for the tablet that asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Told {
    /// `revocation`: its key was revoked. Tablets keep kinds they do not know.
    kind: &'static str,
    /// Id of the message behind it, hexadecimal.
    id: String,
    /// When it was entered, milliseconds since the Unix epoch.
    at_ms: u64,
    /// Text for people, where there is one.
    text: Option<String>,
}

/// A message is in the log.
#[derive(Serialize, ToSchema)]
struct Receipted {
    /// C2SP tlog-proof: entry, inclusion proof, signed checkpoint.
    receipt: String,
    /// Consistency proof from the checkpoint of size `seen` to the receipt's, base 64; `null` when this log is smaller
    /// than `seen`.
    consistency: Option<Vec<String>>,
    /// Things for the tablet.
    messages: Vec<Told>,
    /// How the log began, when it was begun again after a disaster and the request shows no checkpoint of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    begun_again: Option<Beginning>,
}

impl Receipted {
    fn new(answer: Answer, messages: Vec<Told>, begun_again: Option<Beginning>) -> Self {
        let consistency = answer.consistency.as_deref().map(log::hashes);
        Self { receipt: answer.receipt, consistency, messages, begun_again }
    }
}

#[derive(Deserialize, IntoParams)]
pub(super) struct Seen {
    /// Size of the largest checkpoint that the client has verified; 0 for none.
    #[serde(default)]
    pub(super) seen: u64,
}

/// What the log has to say to a key's tablet. Anyone may read it in the log as well.
fn told(service: &Shared, room: Room, key: Option<KeyId>) -> Vec<Told> {
    let projection = service.admission.room(room).read();
    key.and_then(|key| projection.revocation(key))
        .map(|entry| Told {
            kind: "revocation",
            id: entry.message.to_string(),
            at_ms: entry.time_ms,
            text: None,
        })
        .into_iter()
        .collect()
}

/// Enters one signed message. The same bytes get the same entry, whenever and however often they come.
#[utoipa::path(
    post, path = "/v1/{room}/messages", tag = "reporting",
    params(
        ("room" = String, Path, description = "`official` or `rehearsal`"),
        Seen,
        ("countersign-checkpoint" = Option<String>, Header, description = "The largest checkpoint that the client has verified, base 64")
    ),
    request_body(content = Vec<u8>, content_type = "application/cose", description = "The message's bytes"),
    responses(
        (status = 200, description = "It is in the log, durably", body = Receipted),
        (status = "4XX", description = "Not entered; see the problem's `code`", content_type = "application/problem+json"),
        (status = "5XX", description = "Not entered now; see `Retry-After`", content_type = "application/problem+json"),
    )
)]
async fn submit(
    State(service): State<Shared>,
    Path(room_name): Path<String>,
    Query(Seen { seen }): Query<Seen>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Receipted>, Problem> {
    let room = room(&room_name)?;
    let from = service.proxies.sender(peer, &headers);
    let known = log::hold(&service, room, peer, &headers, seen)?;
    let bytes = service
        .bodies
        .read(&headers, body)
        .await
        .inspect_err(|_| service.admission.charge(from))?;
    let verdict = service.admission.submit(room, &bytes, from).await;
    let messages = told(&service, room, verdict.key);
    let begun_again = if known.begins { log::beginning(&service, room).await? } else { None };
    match verdict.outcome {
        Ok(index) => {
            let desk = service.admission.room(room);
            let answer = if known.begins {
                desk.newest_receipt(index, known.seen)
            } else {
                desk.receipt(index, known.seen)
            };
            let answer = answer.ok_or(Problem::FAILED)?;
            Ok(Json(Receipted::new(answer, messages, begun_again)))
        }
        Err(NotEntered { refusal, retry_after }) => {
            Err(Problem::refusal(refusal).after(retry_after).telling(messages).in_log(begun_again))
        }
    }
}

/// The receipt of a message that is in the log; with cosignatures, where enough witnesses have cosigned a checkpoint that has it.
#[utoipa::path(
    get, path = "/v1/{room}/messages/{id}/receipt", tag = "reporting",
    params(
        ("room" = String, Path, description = "`official` or `rehearsal`"),
        ("id" = String, Path, description = "Id of the message, hexadecimal"),
        Seen
    ),
    responses(
        (status = 200, body = Receipted),
        (status = 404, description = "Not in the log", content_type = "application/problem+json"),
    )
)]
async fn receipt(
    State(service): State<Shared>,
    Path((room_name, id)): Path<(String, String)>,
    Query(Seen { seen }): Query<Seen>,
) -> Result<Json<Receipted>, Problem> {
    let room = room(&room_name)?;
    let id = MessageId::from_hex(&id).ok_or(Problem::NOT_FOUND)?;
    let index = service.admission.find(room, id).ok_or(Problem::NOT_FOUND)?;
    let answer = service.admission.room(room).receipt(index, seen).ok_or(Problem::FAILED)?;
    Ok(Json(Receipted::new(answer, Vec::new(), None)))
}

/// The newest package, as the party signed it. Its tag is its id: whoever has it already is told so (304) and loads nothing.
#[utoipa::path(
    get, path = "/v1/packages/newest", tag = "reporting, public",
    params(("if-none-match" = Option<String>, Header, description = "Ids of packages that the asker has, each in quotes")),
    responses(
        (status = 200, description = "The message's bytes", content_type = "application/cose"),
        (status = 304, description = "The asker has it"),
        (status = 404, description = "There is none", content_type = "application/problem+json"),
    )
)]
pub(super) async fn newest_package(
    State(service): State<Shared>,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let id = service.admission.room(Room::Official).read().state.package_id();
    let id = id.ok_or(Problem::NOT_FOUND)?;
    let tag = format!("\"{id}\"");
    let headers = [(header::CACHE_CONTROL, "no-cache".to_owned()), (header::ETAG, tag.clone())];
    if tag::is_known(&tag, &asked) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    let bytes = match service.newest.get(id) {
        Some(bytes) => bytes,
        None => service.newest.keep(id, message(&service, Room::Official, id).await?),
    };
    Ok((headers, cose(bytes)).into_response())
}

/// A package that was ever entered.
#[utoipa::path(
    get, path = "/v1/packages/{id}", tag = "reporting",
    params(("id" = String, Path, description = "Id of the package, hexadecimal")),
    responses(
        (status = 200, description = "The message's bytes", content_type = "application/cose"),
        (status = 404, description = "It was never entered", content_type = "application/problem+json"),
    )
)]
async fn package(
    State(service): State<Shared>,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let id = MessageId::from_hex(&id).ok_or(Problem::NOT_FOUND)?;
    if !service.admission.room(Room::Official).read().state.knows_package(id) {
        return Err(Problem::NOT_FOUND);
    }
    Ok(cose(message(&service, Room::Official, id).await?))
}

/// The bytes of an entered message.
pub(super) async fn message(
    service: &Shared,
    room: Room,
    id: MessageId,
) -> Result<Vec<u8>, Problem> {
    let index = service.admission.find(room, id).ok_or(Problem::NOT_FOUND)?;
    let service = Shared::clone(service);
    let _turn = service.reads.acquire().await.map_err(|_| Problem::FAILED)?;
    let reader = Shared::clone(&service);
    let read = move || reader.admission.room(room).message(index);
    blocking(room, "a message", read).await?.ok_or(Problem::NOT_FOUND)
}

/// The newest package, kept so that everyone who asks for it shares the same bytes: it is by far the largest answer.
#[derive(Default)]
pub(super) struct Newest(Mutex<Option<(MessageId, Bytes)>>);

impl Newest {
    fn get(&self, id: MessageId) -> Option<Bytes> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().filter(|(of, _)| *of == id).map(|(_, bytes)| bytes.clone())
    }

    fn keep(&self, id: MessageId, bytes: Vec<u8>) -> Bytes {
        let bytes = Bytes::from(bytes);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((id, bytes.clone()));
        bytes
    }
}

/// Bytes of one message.
pub(super) fn cose(bytes: impl Into<Body>) -> impl IntoResponse {
    let bytes = bytes.into();
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/cose"))], bytes)
}

/// This document.
#[utoipa::path(
    get, path = "/v1/openapi.json", tag = "reporting",
    responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json"))
)]
async fn openapi(State(service): State<Shared>) -> impl IntoResponse {
    let kind = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, kind)], service.document.clone())
}
