//! Signing in and out.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use countersign_core::contest::{Contest, Group, GroupKind, Reason};
use countersign_core::crypto::SigningKey;
use countersign_core::room::Room;
use serde::{Deserialize, Deserializer, Serialize};
use zeroize::Zeroizing;

use super::account;
use super::opening::{Asking, try_password};
use super::passkey::{Assertion, Shown, Used};
use super::request::{BAD_REQUEST, COOKIE, Input, SignedIn, blocking, of_this_page, role_of};
use super::session::Session;
use super::words::Sentence;
use super::{CodeHash, sign_in_name};
use crate::http::{Peer, Problem, Shared, is_https};
use crate::metrics::SignIn;
use crate::store::{Account, Passkey};

const FAILED: Problem = Problem::new(
    401,
    "sign-in-failed",
    "Name, password, or code or passkey is not right. A code is good once: take the next one if you are not sure.",
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
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    name: String,
    #[serde(deserialize_with = "secret")]
    password: Zeroizing<String>,
    /// One of these two.
    code: Option<String>,
    passkey: Option<Assertion>,
}

impl Asked {
    /// Whether it is no longer than anything that could be right: names are remembered when they fail.
    fn is_sound(&self) -> bool {
        let code = self.code.as_ref().is_none_or(|code| code.len() <= 40);
        let one = self.code.is_some() != self.passkey.is_some();
        self.name.len() <= 400 && is_password(&self.password) && code && one
    }
}

/// Whether a password is no longer than one that could be right.
pub(super) fn is_password(password: &Zeroizing<String>) -> bool {
    password.len() <= 1_000
}

/// Reads a text of which no copy stays in memory.
pub(super) fn secret<'de, D: Deserializer<'de>>(from: D) -> Result<Zeroizing<String>, D::Error> {
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
    passkeys: usize,
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

/// Begins a session for whoever brings name, password, and a code or a passkey.
pub(super) async fn sign_in(
    State(service): State<Shared>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    Input(asked): Input<Asked>,
) -> Result<Response, Problem> {
    of_this_page(&headers)?;
    asked.is_sound().then_some(()).ok_or(BAD_REQUEST)?;
    let asking = Asking::of(&service, peer, &headers)?;
    is_set_up(&service).await?;
    let (key, account) = match open(&service, asking, asked).await {
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
    let is_https = asking.by_proxy && is_https(&headers, service.headquarters.pages.get());
    let secure = if is_https { "; Secure" } else { "" };
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

/// Finds the account, tries password and code or passkey, uses the code up. Whoever asks for what is not there waits as long as
/// everyone else.
async fn open(
    service: &Shared,
    asking: Asking,
    asked: Asked,
) -> Result<(SigningKey, Account), Problem> {
    asking.may_try(service)?;
    let name = sign_in_name(&asked.name);
    let (private, wanted) = (Arc::clone(&service.private), name.clone());
    let (account, codes, passkeys) = blocking(move || {
        let account = private.account_named(&wanted)?;
        let number = account.as_ref().map_or(0, |account| account.number);
        Ok((account, private.codes(number)?, private.passkeys(number)?))
    })
    .await?;
    let second = Second::of(service, asked.code, asked.passkey)?;
    let whose = account.clone();
    let second = move || second.find(whose.as_ref(), &codes, &passkeys);
    let opened =
        try_password(service, asking, &name, account.clone(), asked.password, second).await?;
    let (key, used) = opened.ok_or(FAILED)?;
    let account = account.ok_or(FAILED)?;
    role_of(service, &key).ok_or(NOT_NAMED)?;
    let (private, number) = (Arc::clone(&service.private), account.number);
    let now_ms = service.clock.now_ms();
    // Somebody else may have used the same at the same moment.
    let is_new = blocking(move || match used {
        Spent::Code(code) => private.use_code(number, &code),
        Spent::Passkey(Used { passkey, counter }) => private.use_passkey(passkey, counter, now_ms),
    });
    is_new.await?.then_some(()).ok_or(FAILED)?;
    Ok((key, account))
}

/// What somebody signs in with beside their password.
enum Second {
    Code(String),
    Passkey(Shown),
}

/// What was found to be right, and is used up by it.
enum Spent {
    Code(CodeHash),
    Passkey(Used),
}

impl Second {
    /// One of the two. A passkey's challenge is used up by it.
    fn of(
        service: &Shared,
        code: Option<String>,
        passkey: Option<Assertion>,
    ) -> Result<Self, Problem> {
        match (code, passkey) {
            (Some(code), None) => Ok(Self::Code(code)),
            (None, Some(assertion)) => Ok(Self::Passkey(Shown::new(service, assertion)?)),
            _ => Err(BAD_REQUEST),
        }
    }

    fn find(
        &self,
        account: Option<&Account>,
        codes: &[CodeHash],
        passkeys: &[Passkey],
    ) -> Option<Spent> {
        match self {
            Self::Code(code) => account::code_of(account, codes, code).map(Spent::Code),
            Self::Passkey(shown) => shown.find(account, passkeys).map(Spent::Passkey),
        }
    }
}

async fn view(service: &Shared, session: &Session) -> Result<SessionView, Problem> {
    let (private, person) = (Arc::clone(&service.private), session.person);
    let ways = move || Ok((private.codes(person)?.len(), private.passkeys(person)?.len()));
    let (codes_left, passkeys) = blocking(ways).await?;
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
        passkeys,
        contest: ContestView::of(&package.contest),
    })
}
