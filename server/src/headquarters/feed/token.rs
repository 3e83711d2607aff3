//! Tokens by which an observer's program reads the feed. A token reads and nothing else: it opens no key and no session.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::{HeaderMap, header};
use countersign_core::id::sha256;
use countersign_core::message::Role;
use countersign_core::room::Room;
use data_encoding::BASE64URL_NOPAD;
use zeroize::Zeroizing;

use super::super::account::{AccountError, random};
use super::super::request::blocking;
use super::super::sign_in::{IN_PLAIN, LOCKED};
use crate::admission::network_of;
use crate::http::{Peer, Problem, Shared};

/// How a token begins, so that people and programs that look for lost secrets know it.
const PREFIX: &str = "csfeed_";

/// Longest token that is looked at.
const TOKEN_MAX: usize = 100;

/// Feeds that one token may follow at a time.
const OF_ONE_TOKEN: usize = 4;

const NOT_GOOD: Problem = Problem::new(
    401,
    "bad-token",
    "This address takes `Authorization: Bearer` with a token of an observer. None was sent, or it is not good any more.",
);
const TOO_MANY: Problem = Problem::new(
    429,
    "too-many-feeds",
    "This token follows four feeds already. Close one, or wait until the server has noticed that it is closed.",
);

/// A token that was made just now, with what is kept of it.
pub struct NewFeedToken {
    /// The token, shown once.
    pub token: Zeroizing<String>,
    /// Its SHA-256, which is what is kept. The token has 256 bits that nobody can guess, so it needs no salt.
    pub hash: [u8; 32],
}

impl NewFeedToken {
    /// Makes one.
    ///
    /// # Errors
    /// [`AccountError::Random`].
    pub fn make() -> Result<Self, AccountError> {
        let secret = Zeroizing::new(random::<32>()?);
        let token = Zeroizing::new(format!("{PREFIX}{}", BASE64URL_NOPAD.encode(&*secret)));
        let hash = sha256(token.as_bytes());
        Ok(Self { token, hash })
    }
}

/// The hash of the token that a request brings.
fn shown(headers: &HeaderMap) -> Option<[u8; 32]> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let is_sound = scheme.eq_ignore_ascii_case("bearer") && token.len() <= TOKEN_MAX;
    is_sound.then(|| sha256(token.trim().as_bytes()))
}

/// Lets a program in that shows a good token; its hash. Failures count against its address, as those to sign in do.
pub(super) async fn admit(
    service: &Shared,
    peer: Peer,
    headers: &HeaderMap,
) -> Result<[u8; 32], Problem> {
    if !service.proxies.keeps_secrets(peer, headers) {
        return Err(IN_PLAIN);
    }
    let from: Option<IpAddr> = service.proxies.sender(peer, headers).map(network_of);
    let (addresses, now_ms) = (&service.headquarters.addresses, service.clock.now_ms());
    if from.is_some_and(|from| addresses.is_spent(&from, now_ms)) {
        return Err(LOCKED.saying_after(60));
    }
    let good = match shown(headers) {
        Some(hash) => is_good(service, hash, Some(now_ms)).await?.then_some(hash),
        None => None,
    };
    if good.is_none()
        && let Some(from) = from
    {
        // Over budget there is nothing more to take.
        let _ = addresses.take(from, now_ms);
    }
    good.ok_or(NOT_GOOD)
}

/// Whether a token is good: it was not ended, its account is not locked, and the account's key is an observer's. With a time it
/// is noted that it was shown.
async fn is_good(service: &Shared, hash: [u8; 32], used_ms: Option<u64>) -> Result<bool, Problem> {
    let private = Arc::clone(&service.private);
    let account = blocking(move || {
        let Some(token) = private.feed_token(&hash)? else { return Ok(None) };
        let account = private.account(token.person)?.filter(|account| !account.locked);
        if let (Some(_), Some(now_ms)) = (&account, used_ms) {
            private.feed_token_used(token.token, now_ms)?;
        }
        Ok(account)
    });
    let Some(account) = account.await? else { return Ok(false) };
    let projection = service.admission.room(Room::Official).read();
    Ok(projection.state.persons().has_role(account.public.id(), Role::Observer))
}

/// That a token is still good while its feed is followed.
pub(super) async fn still_good(service: &Shared, hash: [u8; 32]) -> Result<(), Problem> {
    is_good(service, hash, None).await?.then_some(()).ok_or(NOT_GOOD)
}

/// How many feeds each token follows.
#[derive(Default)]
pub(super) struct Followed {
    by_token: Arc<Mutex<HashMap<[u8; 32], usize>>>,
}

/// One of a token's places; given back when dropped.
pub(super) struct Place {
    hash: [u8; 32],
    by_token: Arc<Mutex<HashMap<[u8; 32], usize>>>,
}

/// Every change is one step, so a poisoned lock is usable.
fn lock(by_token: &Mutex<HashMap<[u8; 32], usize>>) -> MutexGuard<'_, HashMap<[u8; 32], usize>> {
    by_token.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Followed {
    /// A place for a feed of a token.
    pub(super) fn enter(&self, hash: [u8; 32]) -> Result<Place, Problem> {
        let mut by_token = lock(&self.by_token);
        let here = by_token.get(&hash).copied().unwrap_or(0);
        if here >= OF_ONE_TOKEN {
            return Err(TOO_MANY.after(Some(30)));
        }
        by_token.insert(hash, here + 1);
        Ok(Place { hash, by_token: Arc::clone(&self.by_token) })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut by_token = lock(&self.by_token);
        if let Some(here) = by_token.get_mut(&self.hash) {
            *here -= 1;
            if *here == 0 {
                by_token.remove(&self.hash);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_read_as_programs_send_them() {
        let made = NewFeedToken::make().unwrap();
        assert!(made.token.starts_with(PREFIX) && made.token.len() > 43);
        let read = |value: &str| {
            let value = value.parse().unwrap();
            shown(&HeaderMap::from_iter([(header::AUTHORIZATION, value)]))
        };
        for scheme in ["Bearer", "bearer"] {
            assert_eq!(read(&format!("{scheme} {}", *made.token)), Some(made.hash));
        }
        assert_eq!(read(&format!("Basic {}", *made.token)), None);
        assert_eq!(read(&made.token), None);
        assert_eq!(read(&format!("Bearer {}", "x".repeat(TOKEN_MAX + 1))), None);
        assert_ne!(read("Bearer x"), Some(made.hash));
    }

    #[test]
    fn a_token_has_four_places_and_gets_them_back() {
        let followed = Followed::default();
        let mut places: Vec<Place> =
            (0..OF_ONE_TOKEN).map(|_| followed.enter([1; 32]).ok().unwrap()).collect();
        assert_eq!(
            followed.enter([1; 32]).err().map(|problem| problem.code()),
            Some("too-many-feeds")
        );
        let other = followed.enter([2; 32]);
        assert!(other.is_ok());
        places.pop();
        places.push(followed.enter([1; 32]).ok().unwrap());
        drop((places, other));
        assert!(lock(&followed.by_token).is_empty());
    }
}
