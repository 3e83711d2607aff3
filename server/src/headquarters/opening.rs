//! Trying a password, and what is asked for beside it: when it is its turn, counted under its name and its address.

use std::net::IpAddr;

use axum::http::HeaderMap;
use countersign_core::crypto::SigningKey;
use zeroize::Zeroizing;

use super::sign_in::{IN_PLAIN, LOCKED};
use super::{TRIED_AT_ONCE, account};
use crate::admission::network_of;
use crate::http::{Peer, Problem, Shared};
use crate::store::Account;

const BUSY: Problem =
    Problem::new(503, "busy", "Many people sign in at this moment. Try again in a few seconds.");

/// From where a password came.
#[derive(Clone, Copy)]
pub(super) struct Asking {
    /// Whose failures are counted: none where a proxy stands for many.
    pub(super) network: Option<IpAddr>,
    /// Whether it came through the proxy that ends TLS.
    pub(super) by_proxy: bool,
}

impl Asking {
    /// Who asks, if nobody could read along.
    pub(super) fn of(service: &Shared, peer: Peer, headers: &HeaderMap) -> Result<Self, Problem> {
        if !service.proxies.keeps_secrets(peer, headers) {
            return Err(IN_PLAIN);
        }
        let by_proxy = service.proxies.names(peer);
        let network = service.proxies.sender(peer, headers).map(network_of);
        Ok(Self { network, by_proxy })
    }

    /// That the address has not failed too often.
    pub(super) fn may_try(self, service: &Shared) -> Result<(), Problem> {
        let (addresses, now_ms) = (&service.headquarters.addresses, service.clock.now_ms());
        let spent = self.network.is_some_and(|network| addresses.is_spent(&network, now_ms));
        if spent { Err(LOCKED.saying_after(60)) } else { Ok(()) }
    }
}

/// Tries a password under the name to sign in with, and what is asked for beside it; `None` when they do not open the account.
/// Failures are counted, and after too many nothing is tried.
pub(super) async fn try_password<T: Send + 'static>(
    service: &Shared,
    asking: Asking,
    name: &str,
    account: Option<Account>,
    password: Zeroizing<String>,
    second: impl FnOnce() -> Option<T> + Send + 'static,
) -> Result<Option<(SigningKey, T)>, Problem> {
    let headquarters = &service.headquarters;
    let now_ms = service.clock.now_ms();
    let unlocked = account.as_ref().map_or(0, |account| account.unlocked);
    let begun = headquarters.lockouts.begin(name, unlocked, now_ms);
    begun.map_err(|seconds| LOCKED.saying_after(seconds))?;
    let opened = tried(service, account, password, second).await.inspect_err(|_| {
        headquarters.lockouts.not_made(name);
    })?;
    match (&opened, asking.network) {
        (Some(_), _) => headquarters.lockouts.good(name),
        (None, Some(network)) => {
            // Over budget there is nothing more to take.
            let _ = headquarters.addresses.take(network, now_ms);
        }
        (None, None) => {}
    }
    Ok(opened)
}

/// Tries them when it is their turn.
async fn tried<T: Send + 'static>(
    service: &Shared,
    account: Option<Account>,
    password: Zeroizing<String>,
    second: impl FnOnce() -> Option<T> + Send + 'static,
) -> Result<Option<(SigningKey, T)>, Problem> {
    const { assert!(TRIED_AT_ONCE > 0) };
    let headquarters = &service.headquarters;
    let _place = headquarters.line.try_acquire().map_err(|_| BUSY.after(Some(5)))?;
    let _turn = headquarters.turns.acquire().await.map_err(|_| Problem::FAILED)?;
    let open = move || account::open(account.as_ref(), &password, second);
    match tokio::task::spawn_blocking(open).await {
        Ok(Ok(opened)) => Ok(opened),
        Ok(Err(error)) => {
            tracing::error!(%error, "an account cannot be opened as it is stored");
            Err(Problem::FAILED)
        }
        Err(_) => Err(Problem::FAILED),
    }
}
