//! A witness's listener: cosignatures in the protocol of C2SP tlog-witness, and what the witness knows, for everyone.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use countersign_core::witness::{REQUEST_MAX, Refused, SIZE_TYPE};
use serde::Serialize;

use super::{RefusedNote, Witness};
use crate::store::StoreError;

/// Time for a request's body.
const BODY_TIME: Duration = Duration::from_secs(10);

type Shared = Arc<Witness>;

/// The witness's routes.
pub fn router(witness: Arc<Witness>) -> Router {
    Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/{hash}/checkpoint", get(checkpoint))
        .route("/{hash}/refused", get(refused))
        .route("/key", get(key))
        .route("/healthz", get(healthz))
        .route("/", get(page))
        .with_state(witness)
}

/// Runs what waits for the disk on a thread that nobody else waits for.
async fn aside<T: Send + 'static>(
    witness: &Shared,
    work: impl FnOnce(&Witness) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, Response> {
    let witness = Arc::clone(witness);
    let failed = match tokio::task::spawn_blocking(move || work(&witness)).await {
        Ok(Ok(done)) => return Ok(done),
        Ok(Err(error)) => error.to_string(),
        Err(error) => error.to_string(),
    };
    tracing::error!(error = %failed, "what was cosigned cannot be read or kept; nothing is cosigned");
    Err((StatusCode::SERVICE_UNAVAILABLE, "the witness's disk does not do what it should\n")
        .into_response())
}

async fn add_checkpoint(State(witness): State<Shared>, body: Body) -> Result<Response, Response> {
    let refuse = |status, text: &'static str| (status, text).into_response();
    let bytes = match tokio::time::timeout(BODY_TIME, to_bytes(body, REQUEST_MAX)).await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(_)) => {
            return Err(refuse(StatusCode::PAYLOAD_TOO_LARGE, "too large, or broken off\n"));
        }
        Err(_) => return Err(refuse(StatusCode::REQUEST_TIMEOUT, "too slow\n")),
    };
    let Ok(body) = String::from_utf8(bytes.to_vec()) else {
        return Ok(refused_with(Refused::Malformed));
    };
    let answer = aside(&witness, move |witness| witness.add_checkpoint(&body)).await?;
    Ok(match answer {
        Ok(line) => line.into_response(),
        Err(refused) => refused_with(refused),
    })
}

fn refused_with(refused: Refused) -> Response {
    let status = StatusCode::from_u16(refused.status()).unwrap_or(StatusCode::BAD_REQUEST);
    match refused {
        Refused::OtherSize(size) => {
            (status, [(header::CONTENT_TYPE, SIZE_TYPE)], format!("{size}\n")).into_response()
        }
        other => (status, format!("{other}\n")).into_response(),
    }
}

async fn checkpoint(
    State(witness): State<Shared>,
    Path(hash): Path<String>,
) -> Result<Response, Response> {
    let found = aside(&witness, move |witness| witness.last_checkpoint(&hash)).await?;
    Ok(match found {
        Some(note) => ([(header::CACHE_CONTROL, "no-cache")], note).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    })
}

/// A signed checkpoint that was refused.
#[derive(Serialize)]
struct RefusedEntry {
    note: String,
    /// Proof of two views by itself, together with the cosigned checkpoint of that size.
    other_view: bool,
    time_s: u64,
}

async fn refused(
    State(witness): State<Shared>,
    Path(hash): Path<String>,
) -> Result<Response, Response> {
    let found = aside(&witness, move |witness| {
        witness.origin(&hash).map(|origin| witness.store.refused(origin)).transpose()
    });
    let entry =
        |RefusedNote { note, other_view, time_s }| RefusedEntry { note, other_view, time_s };
    Ok(match found.await? {
        Some(notes) => Json(notes.into_iter().map(entry).collect::<Vec<_>>()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    })
}

async fn key(State(witness): State<Shared>) -> String {
    format!("{}\n", witness.verifier_key())
}

/// 200 while the disk can be read.
async fn healthz(State(witness): State<Shared>) -> Result<&'static str, Response> {
    aside(&witness, Witness::watched).await.map(|_| "ok\n")
}

/// Who this is and how far it has come, for people.
async fn page(State(witness): State<Shared>) -> Result<String, Response> {
    let watched = aside(&witness, Witness::watched).await?;
    let mut text = format!(
        "Witness {}\nVerifier key: {}\n",
        witness.verifier_key().name(),
        witness.verifier_key()
    );
    for log in watched {
        let size = log.size.map_or("nothing cosigned yet".to_owned(), |size| {
            format!("cosigned up to {size} entries")
        });
        let _ = writeln!(text, "{}: {size}", log.origin);
        if log.refused > 0 {
            let _ = writeln!(
                text,
                "  {} signed checkpoint(s) refused that do not go on from what was cosigned, {} of them with a different \
                 log of the same size: /{}/refused",
                log.refused,
                log.other_views,
                countersign_core::witness::origin_hash(&log.origin)
            );
        }
    }
    Ok(text)
}
