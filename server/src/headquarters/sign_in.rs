//! Signing in and out.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use countersign_core::contest::{Contest, Group, GroupKind, Reason};
use countersign_core::room::Room;
use serde::{Deserialize, Deserializer, Serialize};
use zeroize::Zeroizing;

use super::account::{self, Opened};
use super::request::{BAD_REQUEST, COOKIE, Input, SignedIn, blocking, of_this_page, role_of};
use super::session::Session;
use super::words::Sentence;
use super::{TRIED_AT_ONCE, sign_in_name};
use crate::admission::network_of;
use crate::http::{Peer, Problem, Shared};
use crate::metrics::SignIn;
use crate::store::Account;

const FAILED: Problem = Problem::new(
    401,
    "sign-in-failed",
    "Name, password or code is not right. A code is good once: take the next one if you are not sure.",
);
pub(super) const LOCKED: Problem = Problem::new(
    429,
    "locked",
    "Too many tries. Wait, then try again; an admin can unlock the account with `people unlock`.",
);
const SETUP_NEEDED: Problem = Problem::new(
    409,
    "setup-needed",
    "Nobody has an account yet. An admin makes the first with `countersign-server people account`.",
);
const NOT_NAMED: Problem = Problem::new(
    403,
    "not-allowed",
    "The key of this account is not, or not any more, one of headquarters'. Ask an admin for a new account.",
);
pub(super) const IN_PLAIN: Problem = Problem::new(
    403,
    "not-allowed",
    "A password would cross the network unprotected. Open headquarters' address with https, or on the server itself.",
);
const BUSY: Problem =
    Problem::new(503, "busy", "Many people sign in at this moment. Try again in a few seconds.");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    name: String,
    #[serde(deserialize_with = "secret")]
    password: Zeroizing<String>,
    code: String,
}

impl Asked {
    /// Whether it is no longer than anything that could be right: names are remembered when they fail.
    fn is_sound(&self) -> bool {
        self.name.len() <= 400 && self.password.len() <= 1_000 && self.code.len() <= 40
    }
}

fn secret<'de, D: Deserializer<'de>>(from: D) -> Result<Zeroizing<String>, D::Error> {
    String::deserialize(from).map(Zeroizing::new)
}

/// Who is signed in, and for what.
#[derive(Serialize)]
struct SessionView {
    person: u32,
    name: String,
    role: &'static str,
    csrf: String,
    expires_ms: u64,
    codes_left: usize,
    contest: ContestView,
}

#[derive(Serialize)]
struct ContestView {
    id: String,
    name: String,
    groups: Vec<GroupView>,
    counts: Vec<&'static str>,
    counties: Vec<String>,
    /// Why a secretary may say that numbers stand, or were corrected.
    reasons: Vec<ReasonView>,
    window_minutes: u32,
    precincts_total: usize,
}

#[derive(Serialize)]
struct ReasonView {
    code: String,
    label: Sentence,
}

#[derive(Serialize)]
struct GroupView {
    name: String,
    viable_kind: bool,
}

impl ContestView {
    fn of(contest: &Contest) -> Self {
        let group = |group: &Group| GroupView {
            name: group.name.clone(),
            viable_kind: group.kind != GroupKind::Other,
        };
        let reason = |reason: &Reason| ReasonView {
            code: reason.code.clone(),
            label: Sentence::by(|language| reason.label_in(language.code())),
        };
        Self {
            id: contest.id.clone(),
            name: contest.title.clone(),
            groups: contest.groups.iter().map(group).collect(),
            counts: contest.counts.iter().map(|count| count.as_str()).collect(),
            counties: contest.counties.iter().map(|county| county.name.clone()).collect(),
            reasons: contest.reasons.iter().map(reason).collect(),
            window_minutes: contest.release_rules().window_minutes,
            precincts_total: contest.precincts.len(),
        }
    }
}

/// Begins a session for whoever brings name, password and a code.
pub(super) async fn sign_in(
    State(service): State<Shared>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    Input(asked): Input<Asked>,
) -> Result<Response, Problem> {
    of_this_page(&headers)?;
    asked.is_sound().then_some(()).ok_or(BAD_REQUEST)?;
    let (is_proxy, is_loopback) = (service.proxies.names(peer), peer.is_loopback());
    if !is_proxy && !is_loopback {
        return Err(IN_PLAIN);
    }
    is_set_up(&service).await?;
    let from = service.proxies.sender(peer, &headers).map(network_of);
    let (key, account) = match open(&service, from, asked).await {
        Ok(opened) => opened,
        Err(problem) => {
            service.metrics.sign_in(match problem.code() {
                "sign-in-failed" => SignIn::Failed,
                "locked" => SignIn::Locked,
                _ => SignIn::Refused,
            });
            return Err(problem);
        }
    };
    service.metrics.sign_in(SignIn::Good);
    tracing::info!(person = account.number, "signed in");
    let now_ms = service.clock.now_ms();
    let begun = service.headquarters.sessions.begin(account.number, account.name, key, now_ms);
    let (token, session) = begun.map_err(|error| {
        tracing::error!(%error, "no session can be begun");
        Problem::FAILED
    })?;
    let secure = if is_proxy && is_https(&headers) { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={token}; Path=/hq; HttpOnly; SameSite=Strict{secure}");
    let view = view(&service, &session).await?;
    Ok(([(header::SET_COOKIE, header_value(&cookie)?)], Json(view)).into_response())
}

/// Ends the session.
pub(super) async fn sign_out(
    State(service): State<Shared>,
    signed_in: SignedIn,
) -> Result<impl IntoResponse, Problem> {
    service.headquarters.sessions.end(signed_in.session.token);
    let cookie = format!("{COOKIE}=; Path=/hq; HttpOnly; SameSite=Strict; Max-Age=0");
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, header_value(&cookie)?)]))
}

/// Who is signed in.
pub(super) async fn session(
    State(service): State<Shared>,
    signed_in: Result<SignedIn, Problem>,
) -> Result<impl IntoResponse, Problem> {
    is_set_up(&service).await?;
    Ok(Json(view(&service, &signed_in?.session).await?))
}

fn header_value(cookie: &str) -> Result<HeaderValue, Problem> {
    HeaderValue::from_str(cookie).map_err(|_| Problem::FAILED)
}

/// What the proxy that ends TLS says of the browser's side.
fn is_https(headers: &HeaderMap) -> bool {
    headers.get("x-forwarded-proto").is_some_and(|proto| proto.as_bytes() == b"https")
}

async fn is_set_up(service: &Shared) -> Result<(), Problem> {
    let known = &service.headquarters.is_set_up;
    if !known.load(Ordering::Relaxed) {
        let private = Arc::clone(&service.private);
        if blocking(move || private.accounts()).await?.is_empty() {
            return Err(SETUP_NEEDED);
        }
        known.store(true, Ordering::Relaxed);
    }
    Ok(())
}

/// Finds the account, tries password and code, uses the code up. Whoever asks for what is not there waits as long as
/// everyone else.
async fn open(
    service: &Shared,
    from: Option<IpAddr>,
    asked: Asked,
) -> Result<(countersign_core::crypto::SigningKey, Account), Problem> {
    let headquarters = &service.headquarters;
    let now_ms = service.clock.now_ms();
    if from.is_some_and(|from| headquarters.addresses.is_spent(&from, now_ms)) {
        return Err(LOCKED.saying_after(60));
    }
    let name = sign_in_name(&asked.name);
    let (private, wanted) = (Arc::clone(&service.private), name.clone());
    let (account, codes) = blocking(move || {
        let account = private.account_named(&wanted)?;
        let codes = private.codes(account.as_ref().map_or(0, |account| account.number))?;
        Ok((account, codes))
    })
    .await?;
    let unlocked = account.as_ref().map_or(0, |account| account.unlocked);
    let begun = headquarters.lockouts.begin(&name, unlocked, now_ms);
    begun.map_err(|seconds| LOCKED.saying_after(seconds))?;
    let Some(opened) = tried(service, account.clone(), codes, asked).await.inspect_err(|_| {
        headquarters.lockouts.not_made(&name);
    })?
    else {
        if let Some(from) = from {
            // Over budget there is nothing more to take.
            let _ = headquarters.addresses.take(from, now_ms);
        }
        return Err(FAILED);
    };
    let Opened { key, code } = opened;
    let account = account.ok_or(FAILED)?;
    headquarters.lockouts.good(&name);
    role_of(service, &key).ok_or(NOT_NAMED)?;
    let (private, number) = (Arc::clone(&service.private), account.number);
    // Somebody else may have used the same code at the same moment.
    blocking(move || private.use_code(number, &code)).await?.then_some(()).ok_or(FAILED)?;
    Ok((key, account))
}

/// Tries password and code when it is their turn.
async fn tried(
    service: &Shared,
    account: Option<Account>,
    codes: Vec<super::CodeHash>,
    asked: Asked,
) -> Result<Option<Opened>, Problem> {
    const { assert!(TRIED_AT_ONCE > 0) };
    let headquarters = &service.headquarters;
    let _place = headquarters.line.try_acquire().map_err(|_| BUSY.after(Some(5)))?;
    let _turn = headquarters.turns.acquire().await.map_err(|_| Problem::FAILED)?;
    let open = move || account::open(account.as_ref(), &codes, &asked.password, &asked.code);
    match tokio::task::spawn_blocking(open).await {
        Ok(Ok(opened)) => Ok(opened),
        Ok(Err(error)) => {
            tracing::error!(%error, "an account cannot be opened as it is stored");
            Err(Problem::FAILED)
        }
        Err(_) => Err(Problem::FAILED),
    }
}

async fn view(service: &Shared, session: &Session) -> Result<SessionView, Problem> {
    let (private, person) = (Arc::clone(&service.private), session.person);
    let codes_left = blocking(move || private.codes(person)).await?.len();
    let role = role_of(service, &session.key).ok_or(NOT_NAMED)?;
    let package = service.admission.room(Room::Official).read().state.package().cloned();
    let package = package.ok_or(Problem::NOT_FOUND)?;
    Ok(SessionView {
        person: session.person,
        name: session.name.clone(),
        role: role.code(),
        csrf: session.csrf.clone(),
        expires_ms: session.expires_ms(),
        codes_left,
        contest: ContestView::of(&package.contest),
    })
}
