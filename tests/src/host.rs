//! The tablet behind plain HTTP, for the same pages in an ordinary browser: `POST /rpc` carries a command, `GET /events`
//! says when something changed, everything else is the built pages under the app's own content security policy.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::routing::{get, post};
use axum::{Json, Router};
use countersign_device::api::{Answer, Command, Problem};
use countersign_device::{Config, Slot};
use serde::Serialize;
use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::{Stream, StreamExt as _};
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::Result;
use crate::error::Doing;

/// What the app's window allows its pages (`src-tauri/tauri.conf.json`), less what only Tauri knows.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
                      connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'";

#[derive(Clone)]
struct Host {
    slot: Arc<Slot>,
    changed: broadcast::Sender<()>,
}

/// What `/rpc` answers.
#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum Reply {
    Ok(Answer),
    Problem(Problem),
}

/// Serves the pages of `pages` with a tablet opened with `config` on a loopback port, until the process ends. `port` 0
/// lets the system pick one. `ready` hears the address once it takes connections.
///
/// # Errors
///
/// When the port cannot be had.
pub async fn serve(
    config: Config,
    pages: PathBuf,
    port: u16,
    ready: impl FnOnce(SocketAddr),
) -> Result<()> {
    let (changed, _) = broadcast::channel(16);
    let changes = changed.clone();
    // Nobody may be listening.
    let slot = Slot::new(move || Ok(config.clone()), move || drop(changes.send(())));
    let host = Host { slot: Arc::new(slot), changed };
    let policy = SetResponseHeaderLayer::overriding(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    );
    let router = Router::new()
        .route("/rpc", post(rpc))
        .route("/events", get(events))
        .fallback_service(ServeDir::new(pages))
        .layer(policy)
        .with_state(host);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port))
        .await
        .doing("opening the host's port")?;
    ready(listener.local_addr().doing("opening the host's port")?);
    axum::serve(listener, router).await.doing("serving the pages")
}

async fn rpc(
    State(host): State<Host>,
    Json(command): Json<Command>,
) -> std::result::Result<Json<Reply>, StatusCode> {
    let answered = tokio::task::spawn_blocking(move || host.slot.call(command));
    let answer = answered.await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(Json(match answer {
        Ok(answer) => Reply::Ok(answer),
        Err(problem) => Reply::Problem(problem),
    }))
}

async fn events(
    State(host): State<Host>,
) -> Sse<impl Stream<Item = std::result::Result<Event, Infallible>>> {
    // A listener that fell behind only missed that something changed; one event says as much as many.
    let changes = BroadcastStream::new(host.changed.subscribe())
        // Browsers do not deliver an event without data.
        .map(|_| Ok(Event::default().event("changed").data("changed")));
    Sse::new(changes).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
}
