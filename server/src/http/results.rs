//! The results pages, on the public listener.

use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use countersign_core::id::MessageId;
use countersign_core::language::Language;
use countersign_core::room::Room;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::public::FOREVER;
use super::{Problem, Shared, public, tag};
use crate::publish::files::{Body, File, expand};
use crate::publish::pages::find::{Found, Log};

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(top))
        .routes(routes!(results))
        .routes(routes!(find))
        .routes(routes!(find_in_spanish))
        .routes(routes!(file))
        .routes(routes!(rehearsal))
        .routes(routes!(rehearsal_find))
        .routes(routes!(rehearsal_find_in_spanish))
        .routes(routes!(rehearsal_file))
}

const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'none'; base-uri 'none'; \
     frame-ancestors 'none'",
);
/// The same for the page with a form.
const POLICY_OF_FORM: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; \
     frame-ancestors 'none'",
);
/// What one person looks up is kept nowhere.
const NOWHERE: HeaderValue = HeaderValue::from_static("no-store");
/// Short enough that a withdrawal is seen within minutes, long enough that a cache in front carries the load.
const A_WHILE: HeaderValue = HeaderValue::from_static("public, max-age=15");

/// Compressed bytes that are expanded on a thread of their own for who does not take them as they are.
const LARGE: usize = 64 << 10;

/// Leads to the results.
#[utoipa::path(get, path = "/", tag = "public", responses((status = 307, description = "To `/results/`")))]
async fn top() -> Redirect {
    Redirect::temporary("/results/")
}

/// The first page of the results: a folder of static files, see docs/formats.md.
#[utoipa::path(
    get, path = "/results/", tag = "public",
    responses((status = 200, content_type = "text/html"), (status = 503, description = "Being made"))
)]
async fn results(State(service): State<Shared>, headers: HeaderMap) -> Response {
    offer(&service, Room::Official, "index.html", &headers).await
}

/// A file of the results.
#[utoipa::path(
    get, path = "/results/{*file}", tag = "public",
    params(("file" = String, Path, description = "Its name, such as `es/index.html`")),
    responses((status = 200), (status = 304, description = "The asker has it"), (status = 404, description = "No such file"))
)]
async fn file(
    State(service): State<Shared>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    offer(&service, Room::Official, &name, &headers).await
}

/// The same pages of what was rehearsed.
#[utoipa::path(
    get, path = "/rehearsal/", tag = "public",
    responses((status = 200, content_type = "text/html"), (status = 503, description = "Being made"))
)]
async fn rehearsal(State(service): State<Shared>, headers: HeaderMap) -> Response {
    offer(&service, Room::Rehearsal, "index.html", &headers).await
}

/// A file of what was rehearsed.
#[utoipa::path(
    get, path = "/rehearsal/{*file}", tag = "public",
    params(("file" = String, Path, description = "Its name")),
    responses((status = 200), (status = 304, description = "The asker has it"), (status = 404, description = "No such file"))
)]
async fn rehearsal_file(
    State(service): State<Shared>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    offer(&service, Room::Rehearsal, &name, &headers).await
}

#[derive(Deserialize, IntoParams)]
struct Asked {
    /// A report's id (64 hexadecimal digits), the number of its entry, or its read-back phrase.
    #[serde(default)]
    id: String,
}

/// Where a report stands, as far as that is public: received, in review, shown to observers, released, corrected, withdrawn.
#[utoipa::path(
    get, path = "/results/find.html", tag = "public", params(Asked),
    responses((status = 200, content_type = "text/html"), (status = 503, description = "Being made"))
)]
async fn find(
    State(service): State<Shared>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Problem> {
    look_up(&service, Room::Official, Language::English, asked)
}

/// The same in Spanish.
#[utoipa::path(
    get, path = "/results/es/find.html", tag = "public", params(Asked),
    responses((status = 200, content_type = "text/html"), (status = 503, description = "Being made"))
)]
async fn find_in_spanish(
    State(service): State<Shared>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Problem> {
    look_up(&service, Room::Official, Language::Spanish, asked)
}

/// The same of what was rehearsed.
#[utoipa::path(
    get, path = "/rehearsal/find.html", tag = "public", params(Asked),
    responses((status = 200, content_type = "text/html"), (status = 503, description = "Being made"))
)]
async fn rehearsal_find(
    State(service): State<Shared>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Problem> {
    look_up(&service, Room::Rehearsal, Language::English, asked)
}

/// The same of what was rehearsed, in Spanish.
#[utoipa::path(
    get, path = "/rehearsal/es/find.html", tag = "public", params(Asked),
    responses((status = 200, content_type = "text/html"), (status = 503, description = "Being made"))
)]
async fn rehearsal_find_in_spanish(
    State(service): State<Shared>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Problem> {
    look_up(&service, Room::Rehearsal, Language::Spanish, asked)
}

/// A room's log as it is at each look, so that no page keeps the sequencer waiting.
struct Newest<'a>(&'a Shared, Room);

impl Log for Newest<'_> {
    fn message(&self, id: MessageId) -> Option<Found> {
        let projection = self.0.admission.room(self.1).read();
        let index = projection.find(id)?;
        projection.entry(index).map(|&entry| Found { index, entry })
    }

    fn entry(&self, index: u64) -> Option<Found> {
        let projection = self.0.admission.room(self.1).read();
        projection.entry(index).map(|&entry| Found { index, entry })
    }

    fn is_withheld(&self, id: MessageId) -> bool {
        self.0.admission.room(self.1).read().state.review().withheld(id).is_some()
    }
}

fn look_up(
    service: &Shared,
    room: Room,
    language: Language,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Problem> {
    let Ok(Query(Asked { id })) = asked else { return Err(Problem::PARAMETER) };
    let Some(site) = service.sites.get(room) else { return Ok(being_made()) };
    let page = site.lookup.page(language, &id, &Newest(service, room));
    let page = page.map_err(|error| {
        tracing::error!(%error, "a page cannot be made");
        Problem::FAILED
    })?;
    let mut response = Html(page).into_response();
    dress(response.headers_mut(), POLICY_OF_FORM);
    response.headers_mut().insert(header::CACHE_CONTROL, NOWHERE);
    Ok(response)
}

fn being_made() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "2")], "being made\n").into_response()
}

async fn offer(service: &Shared, room: Room, name: &str, headers: &HeaderMap) -> Response {
    let Some(site) = service.sites.get(room) else {
        return being_made();
    };
    let file = if name.ends_with('/') {
        site.files.get(&format!("{name}index.html"))
    } else {
        site.files.get(name)
    };
    match file {
        Some(file) => {
            let answer = answer(service, room, file, headers).await;
            answer.unwrap_or_else(IntoResponse::into_response)
        }
        None => Problem::NOT_FOUND.into_response(),
    }
}

async fn answer(
    service: &Shared,
    room: Room,
    file: &File,
    asked: &HeaderMap,
) -> Result<Response, Problem> {
    let zipped = matches!(file.body, Body::Text(_)) && takes_gzip(asked);
    let tag = tag_of(file, zipped);
    if let Some(known) = &tag
        && tag::is_known(known, asked)
        && !matches!(file.body, Body::Message(_))
    {
        return Ok(finish(file, tag, StatusCode::NOT_MODIFIED.into_response()));
    }
    let response = match &file.body {
        Body::Text(compressed) if zipped => {
            let encoding = [(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"))];
            (encoding, compressed.clone()).into_response()
        }
        Body::Text(compressed) => expanded(compressed.clone()).await?.into_response(),
        Body::Message(id) => {
            return Ok(public::public_message(service, room, *id).await?.into_response());
        }
        Body::Receipt(id) => receipt(service, room, *id)?.into_response(),
    };
    Ok(finish(file, tag, response))
}

/// The tag of a file as it goes out. A cache may put parts together that have the same one, so compressed bytes have their own.
fn tag_of(file: &File, zipped: bool) -> Option<String> {
    let tag = file.tag.as_deref()?;
    Some(if zipped { format!("{}-gzip\"", tag.trim_end_matches('"')) } else { tag.to_owned() })
}

fn receipt(service: &Shared, room: Room, id: MessageId) -> Result<String, Problem> {
    let index = service.admission.find(room, id).ok_or(Problem::NOT_FOUND)?;
    let answer = service.admission.room(room).receipt(index, 0).ok_or(Problem::FAILED)?;
    Ok(answer.receipt)
}

async fn expanded(compressed: Bytes) -> Result<Vec<u8>, Problem> {
    let text = if compressed.len() < LARGE {
        expand(&compressed)
    } else {
        let expanding = tokio::task::spawn_blocking(move || expand(&compressed));
        expanding.await.map_err(|_| Problem::FAILED)?
    };
    text.map_err(|_| Problem::FAILED)
}

/// Whether who asks takes gzip. Those who name it only to refuse it get the text.
fn takes_gzip(asked: &HeaderMap) -> bool {
    let lists = asked.get_all(header::ACCEPT_ENCODING).iter();
    let mut codings =
        lists.filter_map(|value| value.to_str().ok()).flat_map(|list| list.split(','));
    codings.any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let refused = weight.trim().trim_start_matches("q=").trim_matches(['0', '.']).is_empty();
        name.trim() == "gzip" && (weight.is_empty() || !refused)
    })
}

fn finish(file: &File, tag: Option<String>, mut response: Response) -> Response {
    let headers = response.headers_mut();
    if let Ok(kind) = HeaderValue::from_str(file.media_type) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    if let Some(tag) = tag.and_then(|tag| HeaderValue::try_from(tag).ok()) {
        headers.insert(header::ETAG, tag);
    }
    headers.insert(header::CACHE_CONTROL, if file.immutable { FOREVER } else { A_WHILE });
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    dress(headers, POLICY);
    response
}

fn dress(headers: &mut HeaderMap, policy: HeaderValue) {
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking(name: header::HeaderName, value: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_static(value));
        headers
    }

    #[test]
    fn gzip_goes_only_to_who_takes_it() {
        for (value, takes) in [
            ("gzip", true),
            ("br, gzip;q=0.5", true),
            ("deflate,gzip", true),
            ("gzip;q=0", false),
            ("gzip;q=0.0", false),
            ("br", false),
            ("", false),
        ] {
            assert_eq!(takes_gzip(&asking(header::ACCEPT_ENCODING, value)), takes, "{value}");
        }
    }
}
