//! What every request here has to bring: a session, for changes also its token against forgery, and a bounded body.

use std::sync::Arc;
use std::time::Duration;

use axum::body::to_bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use countersign_core::crypto::SigningKey;
use countersign_core::id::sha256;
use countersign_core::message::Role;
use countersign_core::room::Room;
use serde::de::DeserializeOwned;

use super::BODY_MAX;
use super::session::{Session, TokenHash};
use crate::http::{Problem, Shared};
use crate::store::StoreError;

/// The session's cookie.
pub(super) const COOKIE: &str = "hq";

/// Between two looks at whether a session's account is still good: so soon does locking it take effect.
const CHECK_EVERY_MS: u64 = 5_000;

/// Time for a body.
const BODY_TIME: Duration = Duration::from_secs(10);

const NOT_SIGNED_IN: Problem = Problem::new(
    401,
    "not-signed-in",
    "Nobody is signed in here, or the session has ended. Sign in again; nothing that was entered is lost.",
);
const CSRF: Problem = Problem::new(
    403,
    "csrf",
    "The request did not come from headquarters' own page. Load the page again, then try once more.",
);
/// What was sent is not what this address takes.
pub(super) const BAD_REQUEST: Problem =
    Problem::new(400, "bad-request", "The request is not what this address takes.");
/// Something is not for this role to see or do.
pub(super) const NOT_ALLOWED: Problem =
    Problem::new(403, "not-allowed", "Your role may not see or do this.");

/// Somebody who is signed in and whose key is still good.
pub(super) struct SignedIn {
    pub(super) session: Session,
    pub(super) role: Role,
}

impl SignedIn {
    /// The key they sign with.
    pub(super) fn key(&self) -> &Arc<SigningKey> {
        &self.session.key
    }

    /// Whether they see only what campaigns see.
    pub(super) fn is_observer(&self) -> bool {
        self.role == Role::Observer
    }
}

impl FromRequestParts<Shared> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Shared) -> Result<Self, Problem> {
        let token = token(&parts.headers).ok_or(NOT_SIGNED_IN)?;
        let signed_in = still_in(service, token, true).await?;
        if !matches!(parts.method, Method::GET | Method::HEAD) {
            of_this_page(&parts.headers)?;
            let sent = parts.headers.get("x-csrf").map_or(&[][..], |value| value.as_bytes());
            // By their hashes, so that comparing says nothing about where they differ.
            if sha256(sent) != sha256(signed_in.session.csrf.as_bytes()) {
                return Err(CSRF);
            }
        }
        Ok(signed_in)
    }
}

/// The session of a token, if it has not ended, its account is not locked and its key still speaks for the person.
pub(super) async fn still_in(
    service: &Shared,
    token: TokenHash,
    asks: bool,
) -> Result<SignedIn, Problem> {
    let headquarters = &service.headquarters;
    let now_ms = service.clock.now_ms();
    let session = headquarters.sessions.get(token, asks, now_ms).ok_or(NOT_SIGNED_IN)?;
    if now_ms.abs_diff(session.checked_ms) >= CHECK_EVERY_MS {
        let (private, person) = (Arc::clone(&service.private), session.person);
        let account = blocking(move || private.account(person)).await?;
        let key = session.key.public();
        if !account.is_some_and(|account| !account.locked && account.public == key) {
            headquarters.sessions.end(token);
            return Err(NOT_SIGNED_IN);
        }
        headquarters.sessions.checked(token, now_ms);
    }
    let Some(role) = role_of(service, &session.key) else {
        headquarters.sessions.end(token);
        return Err(NOT_SIGNED_IN);
    };
    Ok(SignedIn { session, role })
}

/// What the log says the person with a key may do; `None` once the key was revoked.
pub(super) fn role_of(service: &Shared, key: &SigningKey) -> Option<Role> {
    let projection = service.admission.room(Room::Official).read();
    projection.state.persons().get(key.id()).map(|person| person.role)
}

/// The token that a browser sends back.
pub(super) fn token(headers: &HeaderMap) -> Option<TokenHash> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut tokens = cookies
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().strip_prefix(COOKIE)?.strip_prefix('='));
    tokens.next().map(TokenHash::of)
}

/// Browsers say from where a request comes; one from another page is none of ours.
pub(super) fn of_this_page(headers: &HeaderMap) -> Result<(), Problem> {
    match headers.get("sec-fetch-site").map(|value| value.as_bytes()) {
        None | Some(b"same-origin" | b"none") => Ok(()),
        Some(_) => Err(CSRF),
    }
}

/// The JSON body of a request.
pub(super) struct Input<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Shared> for Input<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &Shared) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        // A form of another page cannot send this kind without asking first.
        let is_json = kind.is_some_and(|kind| {
            kind.split(';').next().is_some_and(|kind| kind.trim() == "application/json")
        });
        if !is_json {
            return Err(BAD_REQUEST);
        }
        let body = tokio::time::timeout(BODY_TIME, to_bytes(request.into_body(), BODY_MAX)).await;
        let body = body.map_err(|_| Problem::SLOW)?.map_err(|_| BAD_REQUEST)?;
        serde_json::from_slice(&body).map(Self).map_err(|_| BAD_REQUEST)
    }
}

/// Asks the private store on a thread that nobody else waits for.
pub(super) async fn blocking<T: Send + 'static>(
    ask: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, Problem> {
    crate::http::blocking("headquarters", "the private store", ask).await
}
