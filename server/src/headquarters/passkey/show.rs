//! Signing in with a passkey, as far as it differs from a code: the challenge, and what comes back.

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use data_encoding::BASE64URL_NOPAD;
use serde::Serialize;

use super::super::opening::Asking;
use super::super::request::of_this_page;
use super::ceremony::{Assertion, Used, user_handle};
use super::challenges::{Challenge, GOOD_MS, Purpose};
use super::{NONE_HERE, PageOrigin, Refused};
use crate::http::{Peer, Problem, Shared};
use crate::store::{Account, Passkey};

/// How one may sign in here.
#[derive(Serialize)]
pub(in super::super) struct Ways {
    /// The address at which passkeys are good; absent where there are none.
    passkey_origin: Option<String>,
}

/// What a browser needs to ask an authenticator.
#[derive(Serialize)]
pub(super) struct ChallengeView {
    challenge: String,
    host: String,
    /// So long the browser may take.
    time_ms: u64,
}

impl ChallengeView {
    pub(super) fn of(challenge: &Challenge, pages: &PageOrigin) -> Self {
        Self {
            challenge: BASE64URL_NOPAD.encode(challenge),
            host: pages.host().to_owned(),
            // The answer has to be here before the challenge is too old.
            time_ms: GOOD_MS - 60_000,
        }
    }
}

/// How one may sign in here. The same for everybody.
pub(in super::super) async fn ways(State(service): State<Shared>) -> Json<Ways> {
    let pages = service.headquarters.pages.get();
    Json(Ways { passkey_origin: pages.map(|pages| pages.as_str().to_owned()) })
}

/// A challenge for signing in. It names nobody.
pub(in super::super) async fn challenge(
    State(service): State<Shared>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Problem> {
    of_this_page(&headers)?;
    let asking = Asking::of(&service, peer, &headers)?;
    asking.may_try(&service)?;
    Ok(Json(give(&service, Purpose::SignIn, asking)?))
}

/// Gives a challenge out.
pub(super) fn give(
    service: &Shared,
    purpose: Purpose,
    asking: Asking,
) -> Result<ChallengeView, Problem> {
    let pages = service.headquarters.pages.get().ok_or(NONE_HERE)?;
    let now_ms = service.clock.now_ms();
    let challenge = service.headquarters.challenges.give(purpose, asking.network, now_ms);
    let challenge = challenge.map_err(|error| {
        tracing::error!(%error, "no challenge can be given");
        Problem::FAILED
    })?;
    Ok(ChallengeView::of(&challenge, pages))
}

/// A passkey's signature for signing in, its challenge used up.
pub(in super::super) struct Shown {
    assertion: Assertion,
    fresh: Result<(), Refused>,
    pages: PageOrigin,
}

impl Shown {
    /// Uses the challenge up that was signed.
    pub(in super::super) fn new(service: &Shared, assertion: Assertion) -> Result<Self, Problem> {
        let headquarters = &service.headquarters;
        let pages = headquarters.pages.get().ok_or(NONE_HERE)?.clone();
        let now_ms = service.clock.now_ms();
        let fresh = assertion.challenge(&pages).and_then(|challenge| {
            let good = headquarters.challenges.take(&challenge, Purpose::SignIn, now_ms);
            good.then_some(()).ok_or(Refused::Challenge)
        });
        Ok(Self { assertion, fresh, pages })
    }

    /// Which of an account's passkeys signed it.
    pub(in super::super) fn find(
        &self,
        account: Option<&Account>,
        passkeys: &[Passkey],
    ) -> Option<Used> {
        let user = account.map_or([0; 16], |account| user_handle(account.public.id()));
        let found = self.assertion.of(passkeys, user, &self.pages);
        match self.fresh.and(found) {
            Ok(used) => Some(used),
            Err(refused) => {
                let person = account.map(|account| account.number);
                if refused == Refused::Counter {
                    tracing::warn!(person, %refused, "a passkey is refused");
                } else {
                    tracing::debug!(person, %refused, "a passkey is refused");
                }
                None
            }
        }
    }
}
