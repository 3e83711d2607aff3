//! The public listener: the log as tiles, and messages as far as the rules publish them.

use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use countersign_core::contest::Publish;
use countersign_core::id::MessageId;
use countersign_core::log::tile;
use countersign_core::message::Kind;
use countersign_core::room::Room;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::reporting::{cose, message};
use super::{Problem, Shared, reporting, room, status};

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(checkpoint))
        .routes(routes!(hash_tile))
        .routes(routes!(entry_tile))
        .routes(routes!(published))
        .routes(routes!(reporting::newest_package))
        .routes(routes!(status::status))
        .routes(routes!(super::healthz))
}

const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const NOW: HeaderValue = HeaderValue::from_static("no-cache");

/// The log's signed head (C2SP tlog-checkpoint).
#[utoipa::path(
    get, path = "/log/{room}/checkpoint", tag = "public",
    params(("room" = String, Path, description = "`official` or `rehearsal`")),
    responses((status = 200, content_type = "text/plain"), (status = 404, description = "No such room, or an empty log"))
)]
async fn checkpoint(
    State(service): State<Shared>,
    Path(name): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let head = std::sync::Arc::clone(service.admission.room(room(&name)?).read().head());
    if head.size == 0 {
        return Err(Problem::NOT_FOUND);
    }
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    Ok(([(header::CACHE_CONTROL, NOW), (header::CONTENT_TYPE, kind)], head.checkpoint.clone()))
}

/// A tile of hashes (C2SP tlog-tiles): `{place}` is the index in groups of three digits, `.p/<width>` for a partial one.
#[utoipa::path(
    get, path = "/log/{room}/tile/{level}/{*place}", tag = "public",
    params(
        ("room" = String, Path, description = "`official` or `rehearsal`"),
        ("level" = u8, Path, description = "Level of the tile"),
        ("place" = String, Path, description = "Index and width, as C2SP writes them")
    ),
    responses((status = 200, content_type = "application/octet-stream"), (status = 404, description = "Not there yet"))
)]
async fn hash_tile(
    State(service): State<Shared>,
    Path((name, level, place)): Path<(String, String, String)>,
) -> Result<impl IntoResponse, Problem> {
    let desk = service.admission.room(room(&name)?);
    let (index, width) = tile::parse_path(&place).ok_or(Problem::NOT_FOUND)?;
    let level = level
        .parse::<u8>()
        .ok()
        .filter(|number| number.to_string() == level)
        .ok_or(Problem::NOT_FOUND)?;
    let bytes = tile::hash_tile(&desk.read().tree, level, index, width);
    Ok(tile_answer(bytes.ok_or(Problem::NOT_FOUND)?))
}

/// A bundle of entries (C2SP tlog-tiles).
#[utoipa::path(
    get, path = "/log/{room}/tile/entries/{*place}", tag = "public",
    params(
        ("room" = String, Path, description = "`official` or `rehearsal`"),
        ("place" = String, Path, description = "Index and width, as C2SP writes them")
    ),
    responses((status = 200, content_type = "application/octet-stream"), (status = 404, description = "Not there yet"))
)]
async fn entry_tile(
    State(service): State<Shared>,
    Path((name, place)): Path<(String, String)>,
) -> Result<impl IntoResponse, Problem> {
    let desk = service.admission.room(room(&name)?);
    let (index, width) = tile::parse_path(&place).ok_or(Problem::NOT_FOUND)?;
    let from = index.checked_mul(tile::TILE_WIDTH).and_then(|from| usize::try_from(from).ok());
    let from = from.ok_or(Problem::NOT_FOUND)?;
    let width = usize::try_from(width).map_err(|_| Problem::NOT_FOUND)?;
    let to = from.checked_add(width).ok_or(Problem::NOT_FOUND)?;
    let bytes = desk.read().entries().get(from..to).map(tile::entry_bundle);
    Ok(tile_answer(bytes.ok_or(Problem::NOT_FOUND)?))
}

/// What stands in a tile of one width never changes.
fn tile_answer(bytes: Vec<u8>) -> impl IntoResponse {
    let kind = HeaderValue::from_static("application/octet-stream");
    ([(header::CACHE_CONTROL, FOREVER), (header::CONTENT_TYPE, kind)], bytes)
}

/// A message that the rules publish by now.
#[utoipa::path(
    get, path = "/v1/{room}/messages/{id}", tag = "public",
    params(
        ("room" = String, Path, description = "`official` or `rehearsal`"),
        ("id" = String, Path, description = "Id of the message, hexadecimal")
    ),
    responses(
        (status = 200, description = "The message's bytes", content_type = "application/cose"),
        (status = 404, description = "Not there, or not published yet", content_type = "application/problem+json"),
    )
)]
async fn published(
    State(service): State<Shared>,
    Path((name, id)): Path<(String, String)>,
) -> Result<impl IntoResponse, Problem> {
    let room = room(&name)?;
    let id = MessageId::from_hex(&id).ok_or(Problem::NOT_FOUND)?;
    if !is_published(&service, room, id) {
        return Err(Problem::NOT_FOUND);
    }
    let bytes = message(&service, room, id).await?;
    Ok(([(header::CACHE_CONTROL, FOREVER)], cose(bytes)))
}

/// Packages, people, invitations, revocations and rooms at once; the rest when the room publishes live.
fn is_published(service: &Shared, room: Room, id: MessageId) -> bool {
    let projection = service.admission.room(room).read();
    let Some(entry) = projection.find(id).and_then(|index| projection.entry(index)) else {
        return false;
    };
    let live = room == Room::Rehearsal
        || projection
            .state
            .package()
            .is_some_and(|package| package.contest.publish == Publish::Live);
    let at_once = matches!(
        entry.kind,
        Kind::Package | Kind::People | Kind::Invitations | Kind::Revoke | Kind::Room
    );
    live || at_once
}
