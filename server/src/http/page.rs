//! Plain pages: one style, no script, nothing from elsewhere.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use countersign_core::id::sha256;
use data_encoding::BASE64;

use super::Problem;

/// What every page carries as its style.
pub(super) const STYLE: &str = include_str!("../../templates/plain.css");

/// Answers with a page that carries [`STYLE`] and may load nothing at all.
pub(super) fn answer(status: StatusCode, page: &impl Template) -> Response {
    let body = match page.render() {
        Ok(body) => body,
        Err(error) => {
            tracing::error!(%error, "a page cannot be made");
            return Problem::FAILED.into_response();
        }
    };
    let style = BASE64.encode(&sha256(STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    let policy = HeaderValue::from_str(&policy).expect("base 64 can stand in a header");
    let headers = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (status, headers, Html(body)).into_response()
}
