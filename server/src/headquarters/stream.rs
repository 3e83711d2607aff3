//! An answer that goes on for as long as there is news, as server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use tokio::sync::mpsc::Receiver;
use tokio_stream::wrappers::ReceiverStream;

/// Between two lines that keep the connection: well below the minute of silence after which proxies give it up.
const COMMENT_EVERY: Duration = Duration::from_secs(15);

/// Answers with what comes. Proxies collect an answer before they pass it on; nginx, and those that learned it from nginx, do not
/// where they are told so.
pub(super) fn stream(news: Receiver<Result<Event, Infallible>>) -> impl IntoResponse {
    let comments = KeepAlive::new().interval(COMMENT_EVERY);
    ([("x-accel-buffering", "no")], Sse::new(ReceiverStream::new(news)).keep_alive(comments))
}
