//! Lock-out: who fails to sign in five times under a name waits, and each time twice as long. Whether anybody has the name makes no
//! difference, so that nobody learns names by it. Kept in memory: a start of the server forgets it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Tries under a name until it is locked.
const TRIES: u32 = 5;

/// The first lock, and the longest.
const FIRST_MS: u64 = 15 * 60_000;
const LONGEST_MS: u64 = 4 * 3_600_000;

/// After so long without a try a name begins anew.
const FORGET_MS: u64 = 24 * 3_600_000;

/// Names that are remembered. Beyond that, the one that was quiet for longest is forgotten.
const NAMES: usize = 65_536;

/// Tries under names.
#[derive(Default)]
pub(super) struct Lockouts {
    names: Mutex<HashMap<String, Tries>>,
}

#[derive(Clone, Copy)]
struct Tries {
    /// Since the last lock.
    failed: u32,
    /// Locks so far.
    locks: u32,
    locked_until_ms: u64,
    last_ms: u64,
    /// How often an admin had unlocked the account.
    unlocked: u32,
}

impl Lockouts {
    /// Counts a try before it is made, so that any number at once count. `unlocked` says how often an admin unlocked the account.
    ///
    /// # Errors
    /// While the name is locked: seconds until it is not.
    pub(super) fn begin(&self, name: &str, unlocked: u32, now_ms: u64) -> Result<(), u64> {
        let mut names = self.lock();
        if names.len() >= NAMES && !names.contains_key(name) {
            let quiet = names.iter().min_by_key(|(_, tries)| tries.last_ms);
            if let Some(quiet) = quiet.map(|(name, _)| name.clone()) {
                names.remove(&quiet);
            }
        }
        let none = Tries { failed: 0, locks: 0, locked_until_ms: 0, last_ms: now_ms, unlocked };
        let tries = names.entry(name.to_owned()).or_insert(none);
        let quiet = now_ms.saturating_sub(tries.last_ms.max(tries.locked_until_ms)) >= FORGET_MS;
        if quiet || tries.unlocked != unlocked {
            *tries = none;
        }
        if now_ms < tries.locked_until_ms {
            return Err((tries.locked_until_ms - now_ms).div_ceil(1000));
        }
        tries.last_ms = now_ms;
        tries.failed += 1;
        if tries.failed >= TRIES {
            let longer = FIRST_MS.checked_shl(tries.locks.min(16)).unwrap_or(LONGEST_MS);
            tries.locked_until_ms = now_ms.saturating_add(longer.min(LONGEST_MS));
            tries.locks += 1;
            tries.failed = 0;
        }
        Ok(())
    }

    /// A try was good: the name begins anew.
    pub(super) fn good(&self, name: &str) {
        self.lock().remove(name);
    }

    /// A try that was counted was not made.
    pub(super) fn not_made(&self, name: &str) {
        if let Some(tries) = self.lock().get_mut(name) {
            if tries.failed == 0 && tries.locks > 0 {
                (tries.failed, tries.locks, tries.locked_until_ms) = (TRIES, tries.locks - 1, 0);
            }
            tries.failed = tries.failed.saturating_sub(1);
        }
    }

    /// A panic elsewhere leaves whole numbers behind.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Tries>> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fail(lockouts: &Lockouts, times: u32, now_ms: u64) {
        for _ in 0..times {
            lockouts.begin("a", 0, now_ms).unwrap();
        }
    }

    #[test]
    fn five_failures_lock_a_name_and_each_time_for_twice_as_long_up_to_four_hours() {
        let lockouts = Lockouts::default();
        let mut now_ms = 1_000;
        for minutes in [15, 30, 60, 120, 240, 240] {
            fail(&lockouts, 5, now_ms);
            assert_eq!(lockouts.begin("a", 0, now_ms), Err(minutes * 60));
            assert_eq!(lockouts.begin("b", 0, now_ms), Ok(()), "another name");
            lockouts.good("b");
            now_ms += minutes * 60_000;
            assert_eq!(lockouts.begin("a", 0, now_ms - 1), Err(1));
        }
    }

    #[test]
    fn a_good_try_an_admin_and_a_day_end_it() {
        let lockouts = Lockouts::default();
        fail(&lockouts, 4, 0);
        lockouts.good("a");
        fail(&lockouts, 5, 0);
        assert!(lockouts.begin("a", 0, 0).is_err());
        assert_eq!(lockouts.begin("a", 1, 0), Ok(()), "an admin unlocked it");
        let lockouts = Lockouts::default();
        fail(&lockouts, 5, 0);
        let later = FIRST_MS + FORGET_MS;
        fail(&lockouts, 5, later);
        assert_eq!(lockouts.begin("a", 0, later), Err(15 * 60), "the first lock again");
    }

    #[test]
    fn a_try_that_was_not_made_counts_for_nothing() {
        let lockouts = Lockouts::default();
        fail(&lockouts, 5, 0);
        lockouts.not_made("a");
        assert_eq!(lockouts.begin("a", 0, 0), Ok(()));
        assert_eq!(lockouts.begin("a", 0, 0), Err(15 * 60));
    }

    #[test]
    fn memory_is_bounded() {
        let lockouts = Lockouts::default();
        for (name, at_ms) in (0..NAMES).zip(1..) {
            lockouts.begin(&name.to_string(), 0, at_ms).unwrap();
        }
        fail(&lockouts, 1, 1 << 20);
        let names = lockouts.lock();
        assert!(names.len() == NAMES && names.contains_key("a") && !names.contains_key("0"));
    }
}
