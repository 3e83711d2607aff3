//! The public listener: the log as tiles, and messages as far as the rules publish them.

use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use countersign_core::id::MessageId;
use countersign_core::log::{Origin, tile};
use countersign_core::message::Message;
use countersign_core::results::Audience;
use countersign_core::room::Room;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::reporting::{cose, message};
use super::{Problem, Shared, log, reporting, room, status};
use crate::room::Projection;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(checkpoint))
        .routes(routes!(witnessed))
        .routes(routes!(hash_tile))
        .routes(routes!(entry_tile))
        .routes(routes!(numbered_checkpoint))
        .routes(routes!(numbered_hash_tile))
        .routes(routes!(numbered_entry_tile))
        .routes(routes!(log::log))
        .routes(routes!(published))
        .routes(routes!(reporting::newest_package))
        .routes(routes!(status::status))
        .routes(routes!(super::healthz))
}

pub(super) const FOREVER: HeaderValue =
    HeaderValue::from_static("public, max-age=31536000, immutable");
const AN_HOUR: HeaderValue = HeaderValue::from_static("public, max-age=3600");
const NOW: HeaderValue = HeaderValue::from_static("no-cache");

/// The log's published checkpoint (C2SP tlog-checkpoint): the newest one that as many witnesses as needed have cosigned
/// (tlog-cosignature), while that is at most half a minute behind the log; else its signed head.
#[utoipa::path(
    get, path = "/log/{room}/checkpoint", tag = "public",
    params(("room" = String, Path, description = "`official` or `rehearsal`")),
    responses((status = 200, content_type = "text/plain"), (status = 404, description = "No such room, or an empty log"))
)]
async fn checkpoint(
    State(service): State<Shared>,
    Path(name): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let published = service.admission.room(room(&name)?).published();
    published.map(note).ok_or(Problem::NOT_FOUND)
}

/// The newest checkpoint of a room's log that as many witnesses as needed have cosigned, with their lines, however far the log has
/// gone on since.
#[utoipa::path(
    get, path = "/log/{room}/witnessed", tag = "public",
    params(("room" = String, Path, description = "`official` or `rehearsal`")),
    responses((status = 200, content_type = "text/plain"), (status = 404, description = "No such room, or nothing so many have cosigned"))
)]
async fn witnessed(
    State(service): State<Shared>,
    Path(name): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let witnessed = service.witnesses.checkpoint(room(&name)?, 0);
    witnessed.map(|head| note(head.note.clone())).ok_or(Problem::NOT_FOUND)
}

/// The published checkpoint of a room's log of a number: the present one, or one whose place it took.
#[utoipa::path(
    get, path = "/log/{room}/{number}/checkpoint", tag = "public",
    params(
        ("room" = String, Path, description = "`official` or `rehearsal`"),
        ("number" = u32, Path, description = "The last part of the log's origin")
    ),
    responses((status = 200, content_type = "text/plain"), (status = 404, description = "No such log"))
)]
async fn numbered_checkpoint(
    State(service): State<Shared>,
    Path((name, number)): Path<(String, String)>,
) -> Result<impl IntoResponse, Problem> {
    let (origin, head) = of_number(&service, &name, &number, |log| {
        (log.origin().to_owned(), std::sync::Arc::clone(log.head()))
    })?;
    let desk = service.admission.room(room(&name)?);
    let published = if desk.read().origin() == origin {
        desk.published()
    } else {
        (head.size > 0).then(|| head.checkpoint.clone())
    };
    published.map(note).ok_or(Problem::NOT_FOUND)
}

fn note(text: String) -> impl IntoResponse + use<> {
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    ([(header::CACHE_CONTROL, NOW), (header::CONTENT_TYPE, kind)], text)
}

/// Reads a room's log of a number.
fn of_number<T>(
    service: &Shared,
    name: &str,
    number: &str,
    read: impl Fn(&Projection) -> T,
) -> Result<T, Problem> {
    let room = room(name)?;
    let asked: u32 = number
        .parse()
        .ok()
        .filter(|asked: &u32| asked.to_string() == number)
        .ok_or(Problem::NOT_FOUND)?;
    let is_it = |log: &Projection| {
        log.state.room() == room
            && Origin::parse(log.origin()).is_some_and(|origin| origin.number() == asked)
    };
    {
        let present = service.admission.room(room).read();
        if is_it(&present) {
            return Ok(read(&present));
        }
    }
    service.earlier.iter().find(|log| is_it(log)).map(read).ok_or(Problem::NOT_FOUND)
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
    hashes(&service.admission.room(room(&name)?).read(), &level, &place)
}

/// A tile of hashes of a room's log of a number.
#[utoipa::path(
    get, path = "/log/{room}/{number}/tile/{level}/{*place}", tag = "public",
    params(
        ("room" = String, Path, description = "`official` or `rehearsal`"),
        ("number" = u32, Path, description = "The last part of the log's origin"),
        ("level" = u8, Path, description = "Level of the tile"),
        ("place" = String, Path, description = "Index and width, as C2SP writes them")
    ),
    responses((status = 200, content_type = "application/octet-stream"), (status = 404, description = "Not there"))
)]
async fn numbered_hash_tile(
    State(service): State<Shared>,
    Path((name, number, level, place)): Path<(String, String, String, String)>,
) -> Result<impl IntoResponse, Problem> {
    of_number(&service, &name, &number, |log| hashes(log, &level, &place))?
}

fn hashes(
    log: &Projection,
    level: &str,
    place: &str,
) -> Result<impl IntoResponse + use<>, Problem> {
    let (index, width) = tile::parse_path(place).ok_or(Problem::NOT_FOUND)?;
    let level = level
        .parse::<u8>()
        .ok()
        .filter(|number| number.to_string() == level)
        .ok_or(Problem::NOT_FOUND)?;
    let bytes = tile::hash_tile(&log.tree, level, index, width);
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
    entries(&service.admission.room(room(&name)?).read(), &place)
}

/// A bundle of entries of a room's log of a number.
#[utoipa::path(
    get, path = "/log/{room}/{number}/tile/entries/{*place}", tag = "public",
    params(
        ("room" = String, Path, description = "`official` or `rehearsal`"),
        ("number" = u32, Path, description = "The last part of the log's origin"),
        ("place" = String, Path, description = "Index and width, as C2SP writes them")
    ),
    responses((status = 200, content_type = "application/octet-stream"), (status = 404, description = "Not there"))
)]
async fn numbered_entry_tile(
    State(service): State<Shared>,
    Path((name, number, place)): Path<(String, String, String)>,
) -> Result<impl IntoResponse, Problem> {
    of_number(&service, &name, &number, |log| entries(log, &place))?
}

fn entries(log: &Projection, place: &str) -> Result<impl IntoResponse + use<>, Problem> {
    let (index, width) = tile::parse_path(place).ok_or(Problem::NOT_FOUND)?;
    let from = index.checked_mul(tile::TILE_WIDTH).and_then(|from| usize::try_from(from).ok());
    let from = from.ok_or(Problem::NOT_FOUND)?;
    let width = usize::try_from(width).map_err(|_| Problem::NOT_FOUND)?;
    let to = from.checked_add(width).ok_or(Problem::NOT_FOUND)?;
    let bytes = log.entries().get(from..to).map(tile::entry_bundle);
    Ok(tile_answer(bytes.ok_or(Problem::NOT_FOUND)?))
}

/// What stands in a tile of one width never changes.
fn tile_answer(bytes: Vec<u8>) -> impl IntoResponse + use<> {
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
    public_message(&service, room, id).await
}

/// The bytes of a message that everyone may read now.
pub(super) async fn public_message(
    service: &Shared,
    room: Room,
    id: MessageId,
) -> Result<impl IntoResponse + use<>, Problem> {
    service.admission.find(room, id).ok_or(Problem::NOT_FOUND)?;
    let bytes = message(service, room, id).await?;
    let read = Message::parse(&bytes).map_err(|_| Problem::FAILED)?;
    match service.admission.room(room).read().state.audience(&read) {
        // Withholding is rare, and a copy elsewhere is not called back; an hour is what a cache may keep it.
        Audience::Everyone => Ok(([(header::CACHE_CONTROL, AN_HOUR)], cose(bytes))),
        Audience::Observers | Audience::Headquarters => Err(Problem::NOT_FOUND),
    }
}
