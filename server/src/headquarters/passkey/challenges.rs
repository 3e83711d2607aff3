//! Challenges that were given out: each is good once, for a few minutes, and for one purpose. In memory only.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::super::account::{AccountError, random};
use super::super::session::TokenHash;

/// A random value that an authenticator signs.
pub(super) type Challenge = [u8; 32];

/// So long a challenge is good.
pub(super) const GOOD_MS: u64 = 5 * 60_000;

/// Challenges that are kept; beyond that the oldest goes.
const KEPT: usize = 4_096;

/// Of one address; beyond that its own oldest goes. A whole headquarters may sit behind one.
const OF_ONE_ADDRESS: usize = 512;

/// What a challenge was given out for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Signing in, by whomever.
    SignIn,
    /// Adding a passkey, in one session, after its password was given once more.
    Add(TokenHash),
}

struct Given {
    challenge: Challenge,
    purpose: Purpose,
    to: Option<IpAddr>,
    /// When, milliseconds since the Unix epoch.
    at_ms: u64,
}

/// Challenges that were given out and not used, oldest first.
#[derive(Default)]
pub(in super::super) struct Challenges {
    given: Mutex<VecDeque<Given>>,
}

impl Challenges {
    /// Gives a challenge out.
    ///
    /// # Errors
    /// [`AccountError::Random`].
    pub(super) fn give(
        &self,
        purpose: Purpose,
        to: Option<IpAddr>,
        now_ms: u64,
    ) -> Result<Challenge, AccountError> {
        let challenge = random()?;
        let mut given = self.lock();
        sweep(&mut given, now_ms);
        let own = given.iter().filter(|other| other.to == to).count();
        let first = given.iter().position(|other| own < OF_ONE_ADDRESS || other.to == to);
        if let Some(first) = first.filter(|_| own >= OF_ONE_ADDRESS || given.len() >= KEPT) {
            given.remove(first);
        }
        given.push_back(Given { challenge, purpose, to, at_ms: now_ms });
        Ok(challenge)
    }

    /// Uses a challenge up: whether it was given out for this, not too long ago, and not used.
    pub(super) fn take(&self, challenge: &Challenge, purpose: Purpose, now_ms: u64) -> bool {
        let mut given = self.lock();
        sweep(&mut given, now_ms);
        let place = given.iter().position(|one| one.challenge == *challenge);
        let taken = place.and_then(|place| given.remove(place));
        taken.is_some_and(|one| one.purpose == purpose)
    }

    /// Every change is one insertion or removal, so a poisoned lock is usable.
    fn lock(&self) -> MutexGuard<'_, VecDeque<Given>> {
        self.given.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Drops what is too old, and what a clock that went back says comes from later.
fn sweep(given: &mut VecDeque<Given>, now_ms: u64) {
    given.retain(|one| now_ms.abs_diff(one.at_ms) < GOOD_MS);
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_000_000;

    fn address(last: u8) -> Option<IpAddr> {
        Some(IpAddr::from([192, 0, 2, last]))
    }

    #[test]
    fn a_challenge_is_good_once_and_for_its_purpose() {
        let challenges = Challenges::default();
        let give = |purpose| challenges.give(purpose, None, NOW).unwrap();
        let (one, two) = (TokenHash::of("one"), TokenHash::of("two"));
        let first = give(Purpose::SignIn);
        assert!(challenges.take(&first, Purpose::SignIn, NOW));
        assert!(!challenges.take(&first, Purpose::SignIn, NOW), "used");
        assert!(!challenges.take(&[0; 32], Purpose::SignIn, NOW), "never given");
        for (given, shown) in [
            (Purpose::SignIn, Purpose::Add(one)),
            (Purpose::Add(one), Purpose::SignIn),
            (Purpose::Add(one), Purpose::Add(two)),
        ] {
            let challenge = give(given);
            assert!(!challenges.take(&challenge, shown, NOW));
            assert!(!challenges.take(&challenge, given, NOW), "it was shown once");
        }
    }

    #[test]
    fn a_challenge_is_good_for_five_minutes() {
        let challenges = Challenges::default();
        for (later_ms, good) in [(GOOD_MS - 1, true), (GOOD_MS, false)] {
            let challenge = challenges.give(Purpose::SignIn, None, NOW).unwrap();
            assert_eq!(challenges.take(&challenge, Purpose::SignIn, NOW + later_ms), good);
        }
        assert!(challenges.lock().is_empty());
    }

    #[test]
    fn who_asks_for_many_drives_out_their_own_and_memory_is_bounded() {
        let challenges = Challenges::default();
        let give = |to| challenges.give(Purpose::SignIn, to, NOW).unwrap();
        let other = give(address(0));
        let first = give(address(1));
        for _ in 0..OF_ONE_ADDRESS {
            give(address(1));
        }
        assert!(!challenges.take(&first, Purpose::SignIn, NOW));
        assert_eq!(challenges.lock().len(), OF_ONE_ADDRESS + 1);
        for last in 2..=u8::MAX {
            for _ in 0..20 {
                give(address(last));
            }
        }
        assert_eq!(challenges.lock().len(), KEPT);
        assert!(!challenges.take(&other, Purpose::SignIn, NOW), "the oldest of all went");
    }
}
