//! The pages themselves, inside the program where they were built before it.

use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use rust_embed::RustEmbed;

use crate::http::Problem;

/// What `npm run build` makes of `ui/headquarters`. Empty in a program that was built without it.
#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../ui/headquarters/dist"]
#[allow_missing = true]
struct Pages;

/// They load nothing from elsewhere, and nobody puts them in a frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const NOT_BUILT: &str = "The pages of headquarters are not in this program: build ui/headquarters (`make ui`), then the \
                         program again. Everything can be done with commands meanwhile (docs/operations.md).\n";

/// Their address without the slash that everything below it needs.
pub(super) async fn below() -> Redirect {
    Redirect::permanent("/hq/")
}

/// The page.
pub(super) async fn index() -> Response {
    match Pages::get("index.html") {
        Some(page) => with_policy(answer("index.html", page.data.into_owned())),
        None => (StatusCode::NOT_FOUND, NOT_BUILT).into_response(),
    }
}

/// What the page loads. Names under `assets` change with their content.
pub(super) async fn asset(Path(path): Path<String>) -> Result<Response, Problem> {
    let name = format!("assets/{path}");
    let asset = Pages::get(&name).ok_or(Problem::NOT_FOUND)?;
    let mut response = answer(&name, asset.data.into_owned());
    let forever = HeaderValue::from_static("private, max-age=31536000, immutable");
    response.headers_mut().insert(header::CACHE_CONTROL, forever);
    Ok(with_policy(response))
}

fn answer(name: &str, bytes: Vec<u8>) -> Response {
    let kind = HeaderValue::from_static(kind(name));
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, bytes).into_response()
}

fn with_policy(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

fn kind(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}
