//! A person's own passkeys: what they have, and adding and removing one, for which the password is asked for once more.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::super::opening::{Asking, try_password};
use super::super::request::{BAD_REQUEST, Input, SignedIn, blocking};
use super::super::sign_in::{is_password, secret};
use super::super::sign_in_name;
use super::ceremony::{Creation, user_handle};
use super::challenges::Purpose;
use super::key::ALGORITHMS;
use super::show::{ChallengeView, give};
use super::{NONE_HERE, Refused};
use crate::http::{Peer, Problem, Shared};
use crate::store::{Account, AddPasskeyError, NewPasskey, PASSKEYS, Passkey};

/// Most characters of what somebody calls a passkey.
const NAME_CHARS_MAX: usize = 40;

const WRONG_PASSWORD: Problem = Problem::new(
    403,
    "wrong-password",
    "The password is not right. Nothing was changed. Too many wrong ones lock the account for a while.",
);
const TOO_MANY: Problem = Problem::new(
    409,
    "too-many-passkeys",
    "This account has as many passkeys as it may have. Remove one first.",
);
const KNOWN: Problem = Problem::new(409, "passkey-known", "The passkey is known already.");
const NOT_TAKEN: Problem = Problem::new(
    400,
    "passkey-refused",
    "The passkey was not added: it was made too slowly, for another address, or without checking who was there.",
);

/// What somebody has to sign in with.
#[derive(Serialize)]
struct OwnView {
    passkeys: Vec<PasskeyView>,
    most: u32,
    codes_left: usize,
    passkey_origin: Option<String>,
}

#[derive(Serialize)]
struct PasskeyView {
    passkey: u32,
    name: String,
    added_ms: u64,
    used_ms: Option<u64>,
}

/// What somebody has to sign in with.
pub(in super::super) async fn list(
    State(service): State<Shared>,
    signed_in: SignedIn,
) -> Result<impl IntoResponse, Problem> {
    let (private, person) = (Arc::clone(&service.private), signed_in.session.person);
    let read = move || Ok((private.passkeys(person)?, private.codes(person)?.len()));
    let (passkeys, codes_left) = blocking(read).await?;
    let view = |passkey: Passkey| PasskeyView {
        passkey: passkey.passkey,
        name: passkey.name,
        added_ms: passkey.added_ms,
        used_ms: passkey.used_ms,
    };
    let pages = service.headquarters.pages.get();
    Ok(Json(OwnView {
        passkeys: passkeys.into_iter().map(view).collect(),
        most: PASSKEYS,
        codes_left,
        passkey_origin: pages.map(|pages| pages.as_str().to_owned()),
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Again {
    #[serde(deserialize_with = "secret")]
    password: Zeroizing<String>,
}

/// What a browser needs to have a passkey made.
#[derive(Serialize)]
struct MakingView {
    #[serde(flatten)]
    challenge: ChallengeView,
    user: String,
    name: String,
    algorithms: [i32; 3],
    /// Passkeys there are: an authenticator that holds one makes no second.
    known: Vec<String>,
}

/// After the password: a challenge for a new passkey, good in this session.
pub(in super::super) async fn begin_adding(
    State(service): State<Shared>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    signed_in: SignedIn,
    Input(again): Input<Again>,
) -> Result<impl IntoResponse, Problem> {
    service.headquarters.pages.get().ok_or(NONE_HERE)?;
    let asking = Asking::of(&service, peer, &headers)?;
    let account = by_password(&service, asking, &signed_in, again).await?;
    let (private, person) = (Arc::clone(&service.private), account.number);
    let known = blocking(move || private.passkeys(person)).await?;
    if known.len() >= PASSKEYS as usize {
        return Err(TOO_MANY);
    }
    let purpose = Purpose::Add(signed_in.session.token);
    let known = known.iter().map(|passkey| BASE64URL_NOPAD.encode(&passkey.credential));
    Ok(Json(MakingView {
        challenge: give(&service, purpose, asking)?,
        user: BASE64URL_NOPAD.encode(&user_handle(account.public.id())),
        name: account.name,
        algorithms: ALGORITHMS,
        known: known.collect(),
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Adding {
    name: String,
    made: Creation,
}

#[derive(Serialize)]
struct Added {
    passkey: u32,
}

/// Adds a passkey that was made with a challenge of this session.
pub(in super::super) async fn add(
    State(service): State<Shared>,
    signed_in: SignedIn,
    Input(adding): Input<Adding>,
) -> Result<impl IntoResponse, Problem> {
    let name = adding.name.trim().to_owned();
    if name.contains(char::is_control) || !(1..=NAME_CHARS_MAX).contains(&name.chars().count()) {
        return Err(BAD_REQUEST);
    }
    let headquarters = &service.headquarters;
    let pages = headquarters.pages.get().ok_or(NONE_HERE)?;
    let (person, now_ms) = (signed_in.session.person, service.clock.now_ms());
    let purpose = Purpose::Add(signed_in.session.token);
    let made = adding.made.challenge(pages).and_then(|challenge| {
        let good = headquarters.challenges.take(&challenge, purpose, now_ms);
        good.then_some(()).ok_or(Refused::Challenge)?;
        adding.made.passkey(pages)
    });
    let made = made.map_err(|refused| {
        tracing::info!(person, %refused, "a new passkey is refused");
        NOT_TAKEN
    })?;
    let new = NewPasskey {
        person,
        name,
        credential: made.credential,
        public: made.public,
        counter: made.counter,
    };
    let private = Arc::clone(&service.private);
    let added = blocking(move || match private.add_passkey(&new, now_ms) {
        Ok(passkey) => Ok(Ok(passkey)),
        Err(AddPasskeyError::TooMany(_)) => Ok(Err(TOO_MANY)),
        Err(AddPasskeyError::Known) => Ok(Err(KNOWN)),
        Err(AddPasskeyError::Nobody(_)) => Ok(Err(Problem::NOT_FOUND)),
        Err(AddPasskeyError::Store(error)) => Err(error),
    });
    let passkey = added.await??;
    tracing::info!(person, passkey, "added a passkey");
    Ok((StatusCode::CREATED, Json(Added { passkey })))
}

/// Removes a passkey, after the password.
pub(in super::super) async fn remove(
    State(service): State<Shared>,
    Extension(peer): Extension<Peer>,
    Path(passkey): Path<u32>,
    headers: HeaderMap,
    signed_in: SignedIn,
    Input(again): Input<Again>,
) -> Result<impl IntoResponse, Problem> {
    let asking = Asking::of(&service, peer, &headers)?;
    let account = by_password(&service, asking, &signed_in, again).await?;
    let (private, person) = (Arc::clone(&service.private), account.number);
    let removed = blocking(move || private.remove_passkey(passkey, Some(person))).await?;
    removed.then_some(()).ok_or(Problem::NOT_FOUND)?;
    tracing::info!(person, passkey, "removed a passkey");
    Ok(StatusCode::NO_CONTENT)
}

/// The account of who is signed in, when they give its password once more.
async fn by_password(
    service: &Shared,
    asking: Asking,
    signed_in: &SignedIn,
    again: Again,
) -> Result<Account, Problem> {
    asking.may_try(service)?;
    is_password(&again.password).then_some(()).ok_or(BAD_REQUEST)?;
    let (private, person) = (Arc::clone(&service.private), signed_in.session.person);
    let account = blocking(move || private.account(person)).await?.ok_or(WRONG_PASSWORD)?;
    let name = sign_in_name(&account.name);
    let nothing = || Some(());
    let opened =
        try_password(service, asking, &name, Some(account.clone()), again.password, nothing)
            .await?;
    let (key, ()) = opened.ok_or(WRONG_PASSWORD)?;
    // The number may have been given to somebody else meanwhile.
    let same = key.public() == signed_in.key().public();
    same.then_some(account).ok_or(WRONG_PASSWORD)
}
