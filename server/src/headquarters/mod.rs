//! Headquarters: who may sign in on the private listener, what they see of a room, and what they sign there.
//!
//! Nothing is decided here. What a person does is a signed message that core judges as it judges every other
//! ([`countersign_core::results::RoomState::judge`]); a role gives no right here that its key does not have there. What is
//! shown is a function of the log, but for the quarantine and the clock.

mod account;
mod acts;
mod board;
mod code;
mod events;
mod feed;
mod held;
mod inquiries;
mod lockout;
mod opening;
mod pages;
mod passkey;
mod precinct;
mod releases;
mod request;
mod session;
mod sign_in;
mod stream;
mod typed;
mod words;

use std::net::IpAddr;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use axum::routing::{get, post};
use tokio::sync::Semaphore;

pub use account::{AccountError, NewAccount, new_codes, sign_in_name};
pub use code::{CODES, CodeHash, OneTimeCode};
pub use feed::NewFeedToken;
pub use passkey::{NotAnOrigin, PageOrigin};

use crate::admission::{Budgets, Rate};
use crate::http::Shared;

/// Largest body of a request.
const BODY_MAX: usize = 64 << 10;

/// Failures to sign in that an address may cause before it has to wait. A whole headquarters may sit behind one.
const ADDRESS: Rate = Rate { burst: 30, per_minute: 6 };

/// Passwords that are tried at the same time: each takes 64 MiB for a moment.
const TRIED_AT_ONCE: usize = 2;

/// And that may wait for their turn. More are told to come again.
const WAITING: usize = 32;

/// Who is signed in, who failed to, and what they are shown.
pub struct Headquarters {
    sessions: session::Sessions,
    lockouts: lockout::Lockouts,
    addresses: Budgets<IpAddr>,
    /// Turns at trying a password, and places in the line for them.
    turns: Semaphore,
    line: Semaphore,
    /// Whether there is an account: once there is one, nobody asks any more.
    is_set_up: AtomicBool,
    boards: board::Boards,
    /// Places for boards that are followed.
    listeners: Arc<Semaphore>,
    feeds: feed::Feeds,
    challenges: passkey::Challenges,
    /// For which address passkeys are made: known once the listener is bound.
    pages: OnceLock<PageOrigin>,
}

impl Default for Headquarters {
    fn default() -> Self {
        Self {
            sessions: session::Sessions::default(),
            lockouts: lockout::Lockouts::default(),
            addresses: Budgets::new(ADDRESS),
            turns: Semaphore::new(TRIED_AT_ONCE),
            line: Semaphore::new(TRIED_AT_ONCE + WAITING),
            is_set_up: AtomicBool::new(false),
            boards: board::Boards::default(),
            listeners: Arc::new(Semaphore::new(events::LISTENERS)),
            feeds: feed::Feeds::default(),
            challenges: passkey::Challenges::default(),
            pages: OnceLock::new(),
        }
    }
}

impl Headquarters {
    /// Says at which address browsers have the pages: from then on people may sign in with passkeys, which are good there and
    /// nowhere else. The first that is said stays.
    pub fn is_at(&self, pages: PageOrigin) {
        // A second one would make every passkey useless that was added meanwhile.
        let _ = self.pages.set(pages);
    }

    /// Drops what has ended of sessions, the opened keys with it. Every request here does; whoever reads the counters does it as
    /// well, so that no key stays open because nobody comes any more.
    pub(crate) fn sweep(&self, now_ms: u64) {
        self.sessions.sweep(now_ms);
    }
}

/// The routes of the private listener under `/hq`.
pub(crate) fn routes() -> Router<Shared> {
    let api = Router::new()
        .route("/hq/api/sign-in", get(passkey::ways).post(sign_in::sign_in))
        .route("/hq/api/sign-in/challenge", post(passkey::challenge))
        .route("/hq/api/passkeys", get(passkey::list).post(passkey::add))
        .route("/hq/api/passkeys/challenge", post(passkey::begin_adding))
        .route("/hq/api/passkeys/{passkey}/remove", post(passkey::remove))
        .route("/hq/api/sign-out", post(sign_in::sign_out))
        .route("/hq/api/session", get(sign_in::session))
        .route("/hq/api/{room}/board", get(board::show))
        .route("/hq/api/{room}/events", get(events::listen))
        .route("/hq/api/{room}/feed", get(feed::follow))
        .route("/hq/api/{room}/precincts/{number}", get(precinct::show))
        .route("/hq/api/{room}/releases", get(releases::show))
        .route("/hq/api/{room}/held", get(held::show))
        .route("/hq/api/{room}/inquiries", get(inquiries::show))
        .route("/hq/api/{room}/prepare", post(releases::prepare))
        .route("/hq/api/{room}/ties", post(typed::ties))
        .route("/hq/api/{room}/acts", post(acts::act));
    let api =
        api.layer(DefaultBodyLimit::max(BODY_MAX)).layer(axum::middleware::map_response(private));
    Router::new()
        .route("/hq", get(pages::below))
        .route("/hq/", get(pages::index))
        .route("/hq/assets/{*path}", get(pages::asset))
        .merge(api)
}

/// Nobody keeps what is answered here.
async fn private(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}
