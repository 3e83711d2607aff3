//! Taking a request's body: bounded in size, in time, and in how many large ones are read at once.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, header};
use countersign_core::message::Kind;
use countersign_core::refusal::Refusal;
use tokio::sync::Semaphore;

use super::Problem;

/// What a tablet sends is never larger.
const SMALL: usize = 8 << 10;

/// Larger bodies that are read at the same time.
const LARGE_AT_ONCE: usize = 4;

/// Time for a small body. A tablet's message is one or two packets.
const SMALL_TIME: Duration = Duration::from_secs(10);

/// Time for a larger one.
const LARGE_TIME: Duration = Duration::from_secs(60);

pub(super) struct Bodies {
    large: Semaphore,
}

impl Default for Bodies {
    fn default() -> Self {
        Self { large: Semaphore::new(LARGE_AT_ONCE) }
    }
}

impl Bodies {
    /// Reads a body whole. Only one whose length is announced may be large.
    pub(super) async fn read(&self, headers: &HeaderMap, body: Body) -> Result<Bytes, Problem> {
        let announced = headers
            .get(header::CONTENT_LENGTH)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.parse::<usize>().ok())
            .unwrap_or(0);
        if announced > Kind::Package.size_max() {
            return Err(Problem::refusal(Refusal::TooLarge));
        }
        if announced <= SMALL {
            return within(SMALL_TIME, body, SMALL).await;
        }
        let _permit =
            self.large.try_acquire().map_err(|_| Problem::refusal(Refusal::Busy).after(Some(5)))?;
        within(LARGE_TIME, body, announced).await
    }
}

async fn within(time: Duration, body: Body, limit: usize) -> Result<Bytes, Problem> {
    match tokio::time::timeout(time, to_bytes(body, limit)).await {
        Err(_) => Err(Problem::SLOW),
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) if is_too_long(&error) => Err(Problem::refusal(Refusal::TooLarge)),
        Ok(Err(_)) => Err(Problem::BROKEN),
    }
}

fn is_too_long(error: &axum::Error) -> bool {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = source {
        if error.is::<http_body_util::LengthLimitError>() {
            return true;
        }
        source = error.source();
    }
    false
}
