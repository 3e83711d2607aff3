//! What the tablet finds out about itself before the night.

use std::sync::Arc;

use countersign_core::id::MessageId;
use countersign_core::message::Package;
use serde::Deserialize;

use crate::api::{NetworkState, PreflightItem, PreflightSubject};
use crate::config::Config;
use crate::db::setting;
use crate::error::Result;
use crate::package;
use crate::state::State;
use crate::sync::addresses;
use crate::sync::driver::{Network, Request};

/// A clock that is further off is not good, in seconds.
const SKEW_MAX_S: u64 = 5 * 60;

/// What a look at the server needs; taken under the lock, used without it.
pub(crate) struct Question {
    config: Config,
    package: Option<(MessageId, Arc<Package>)>,
    addresses: Vec<String>,
}

/// What the server said: its time, or the kind of no network.
pub(crate) type ServerTime = std::result::Result<u64, NetworkState>;

/// Prepares the look at the server.
pub(crate) fn question(state: &mut State) -> Result<Question> {
    let package = match state.current {
        Some(id) => Some((id, state.package(id)?)),
        None => None,
    };
    Ok(Question { config: state.config.clone(), package, addresses: addresses(state)? })
}

/// Asks the addresses one after another until one answers.
pub(crate) fn ask(question: Question) -> Result<ServerTime> {
    #[derive(Deserialize)]
    struct Status {
        service: String,
        time_ms: u64,
    }
    let mut network = Network::new()?;
    let mut met = Err(NetworkState::Unknown);
    for address in question.addresses {
        let package = question.package.as_ref().map(|(id, package)| (*id, &package.contest));
        met = match network.ask(&question.config, package, &Request::Status { address }, None)? {
            Some(Ok(answered)) => match serde_json::from_slice::<Status>(&answered.body) {
                Ok(status) if answered.status == 200 && status.service == "countersign" => {
                    return Ok(Ok(status.time_ms));
                }
                _ if answered.status >= 500 && answered.status != 511 => {
                    Err(NetworkState::ServerTrouble)
                }
                _ => Err(NetworkState::Portal),
            },
            Some(Err(state)) => Err(state),
            None => Err(NetworkState::Unknown),
        };
    }
    Ok(met)
}

/// Everything, line by line.
pub(crate) fn items(state: &mut State, server: ServerTime) -> Result<Vec<PreflightItem>> {
    Ok(vec![
        storage(state)?,
        clock(state, server),
        package_item(state)?,
        server_item(server),
        app(state),
    ])
}

/// A write reaches the disk and comes back.
fn storage(state: &State) -> Result<PreflightItem> {
    let mut nonce = [0; 8];
    state.config.random.fill(&mut nonce);
    let wanted = format!("{:016x}", u64::from_le_bytes(nonce));
    let good = setting::write(&state.db, "preflight", &wanted).is_ok()
        && setting::read(&state.db, "preflight")?.as_ref() == Some(&wanted);
    let bytes: u64 = {
        let pages: i64 = state.db.pragma_query_value(None, "page_count", |row| row.get(0))?;
        let size: i64 = state.db.pragma_query_value(None, "page_size", |row| row.get(0))?;
        u64::try_from(pages.saturating_mul(size)).unwrap_or(0)
    };
    Ok(PreflightItem {
        what: PreflightSubject::Storage,
        good,
        detail: format!("{} KiB", bytes / 1024),
    })
}

fn clock(state: &State, server: ServerTime) -> PreflightItem {
    let device = state.wall_ms();
    let (good, detail) = match server {
        Ok(time) => {
            let off = time.abs_diff(device) / 1000;
            let sign = if time >= device { '-' } else { '+' };
            (off <= SKEW_MAX_S, format!("{sign}{off} s"))
        }
        // Without a server the package's validity is all there is to compare with.
        Err(_) => (
            state.contest().is_none_or(|contest| contest.valid.contains(device)),
            i64::try_from(device)
                .ok()
                .and_then(chrono::DateTime::from_timestamp_millis)
                .map_or_else(String::new, |time| time.format("%Y-%m-%d %H:%M UTC").to_string()),
        ),
    };
    PreflightItem { what: PreflightSubject::Clock, good, detail }
}

fn package_item(state: &mut State) -> Result<PreflightItem> {
    let what = PreflightSubject::Package;
    let Some(id) = state.current else {
        return Ok(PreflightItem { what, good: false, detail: String::new() });
    };
    let package = state.package(id)?;
    Ok(PreflightItem {
        what,
        good: !package.contest.logs.is_empty(),
        detail: format!("{} · {}", package.number, package::fingerprint(id)),
    })
}

fn server_item(server: ServerTime) -> PreflightItem {
    let detail = match server {
        Ok(_) => "online",
        Err(NetworkState::Refused) => "refused",
        Err(NetworkState::Silent) => "silent",
        Err(NetworkState::Portal) => "portal",
        Err(NetworkState::FalseCertificate) => "false certificate",
        Err(NetworkState::ServerTrouble) => "server trouble",
        Err(NetworkState::Unknown | NetworkState::Online) => "",
    };
    PreflightItem {
        what: PreflightSubject::Server,
        good: server.is_ok(),
        detail: detail.to_owned(),
    }
}

fn app(state: &State) -> PreflightItem {
    PreflightItem {
        what: PreflightSubject::App,
        good: true,
        detail: state.config.app_version.clone(),
    }
}
