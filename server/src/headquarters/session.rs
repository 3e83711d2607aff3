//! Sessions: who is signed in. In memory only, with the person's opened key, which goes with the session.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use countersign_core::crypto::SigningKey;
use countersign_core::id::sha256;
use data_encoding::BASE64URL_NOPAD;

use super::account::{AccountError, random};

/// A session ends after so long without a request.
pub(super) const IDLE_MS: u64 = 30 * 60_000;

/// And after so long in any case.
const LONGEST_MS: u64 = 12 * 3_600_000;

/// A person has at most so many; the one that was quiet for longest makes room.
const OF_ONE_PERSON: usize = 5;

/// By what a session is kept: the hash of its token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct TokenHash([u8; 32]);

impl TokenHash {
    /// The hash of a token as a browser sends it back.
    pub(super) fn of(token: &str) -> Self {
        Self(sha256(token.as_bytes()))
    }
}

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub(super) struct Session {
    pub(super) token: TokenHash,
    pub(super) person: u32,
    pub(super) name: String,
    pub(super) key: Arc<SigningKey>,
    /// Sent back with every request that changes something.
    pub(super) csrf: String,
    begun_ms: u64,
    seen_ms: u64,
    /// When it was last looked up that the account is still good.
    pub(super) checked_ms: u64,
}

impl Session {
    /// First millisecond at which it has ended, if nothing is asked for any more.
    pub(super) const fn expires_ms(&self) -> u64 {
        let idle = self.seen_ms.saturating_add(IDLE_MS);
        let longest = self.begun_ms.saturating_add(LONGEST_MS);
        if idle < longest { idle } else { longest }
    }
}

/// Everybody who is signed in.
#[derive(Default)]
pub(super) struct Sessions {
    all: Mutex<HashMap<TokenHash, Session>>,
}

impl Sessions {
    /// Begins a session; the token that the browser keeps. Only its hash is kept here.
    pub(super) fn begin(
        &self,
        person: u32,
        name: String,
        key: SigningKey,
        now_ms: u64,
    ) -> Result<(String, Session), AccountError> {
        let token = BASE64URL_NOPAD.encode(&random::<32>()?);
        let csrf = BASE64URL_NOPAD.encode(&random::<16>()?);
        let session = Session {
            token: TokenHash::of(&token),
            person,
            name,
            key: Arc::new(key),
            csrf,
            begun_ms: now_ms,
            seen_ms: now_ms,
            checked_ms: now_ms,
        };
        let mut all = self.lock();
        sweep(&mut all, now_ms);
        let mut own: Vec<_> = all
            .values()
            .filter(|other| other.person == person)
            .map(|other| (other.seen_ms, other.begun_ms, other.token))
            .collect();
        own.sort_by_key(|&(seen_ms, begun_ms, _)| (seen_ms, begun_ms));
        let too_many = (own.len() + 1).saturating_sub(OF_ONE_PERSON);
        for (_, _, token) in own.into_iter().take(too_many) {
            all.remove(&token);
        }
        all.insert(session.token, session.clone());
        Ok((token, session))
    }

    /// A session that has not ended. Asking for something keeps it alive, waiting for news does not.
    pub(super) fn get(&self, token: TokenHash, asks: bool, now_ms: u64) -> Option<Session> {
        let mut all = self.lock();
        sweep(&mut all, now_ms);
        let session = all.get_mut(&token)?;
        if asks {
            session.seen_ms = session.seen_ms.max(now_ms);
        }
        Some(session.clone())
    }

    /// Notes that the account of a session is still good.
    pub(super) fn checked(&self, token: TokenHash, now_ms: u64) {
        if let Some(session) = self.lock().get_mut(&token) {
            session.checked_ms = now_ms;
        }
    }

    /// Ends a session.
    pub(super) fn end(&self, token: TokenHash) {
        self.lock().remove(&token);
    }

    /// Drops what has ended, the keys with it.
    pub(super) fn sweep(&self, now_ms: u64) {
        sweep(&mut self.lock(), now_ms);
    }

    /// Every change is one insertion or removal, so a poisoned lock is usable.
    fn lock(&self) -> MutexGuard<'_, HashMap<TokenHash, Session>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn sweep(all: &mut HashMap<TokenHash, Session>, now_ms: u64) {
    all.retain(|_, session| now_ms < session.expires_ms());
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: u64 = 1_000_000;

    fn begin(sessions: &Sessions, person: u32, now_ms: u64) -> TokenHash {
        let key = SigningKey::from_seed(&[7; 32]);
        let (token, session) = sessions.begin(person, "A".to_owned(), key, now_ms).unwrap();
        assert_eq!(TokenHash::of(&token), session.token);
        assert!(token.len() >= 43 && session.csrf != token);
        session.token
    }

    #[test]
    fn a_session_ends_when_nothing_is_asked_for_and_after_twelve_hours() {
        let sessions = Sessions::default();
        let token = begin(&sessions, 1, START);
        assert!(sessions.get(token, false, START + IDLE_MS - 1).is_some());
        assert!(sessions.get(token, false, START + IDLE_MS).is_none(), "waiting is not asking");
        let token = begin(&sessions, 1, START);
        let mut now_ms = START;
        while now_ms + IDLE_MS / 2 < START + LONGEST_MS {
            now_ms += IDLE_MS / 2;
            assert!(sessions.get(token, true, now_ms).is_some());
        }
        assert!(sessions.get(token, true, START + LONGEST_MS).is_none());
        assert!(sessions.lock().is_empty(), "the key is dropped with it");
    }

    #[test]
    fn a_sixth_session_of_a_person_takes_the_place_of_the_quietest() {
        let sessions = Sessions::default();
        let own: Vec<_> = (0..5).map(|at| begin(&sessions, 1, START + at)).collect();
        let other = begin(&sessions, 2, START);
        assert!(sessions.get(own[0], true, START + 100).is_some());
        let sixth = begin(&sessions, 1, START + 200);
        let there = |token| sessions.get(token, false, START + 200).is_some();
        assert!(there(own[0]) && !there(own[1]) && there(own[2]) && there(sixth) && there(other));
        sessions.end(sixth);
        assert!(!there(sixth));
    }
}
