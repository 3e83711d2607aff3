//! Budgets: how often somebody may do something, with room for a burst. The time is passed in.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A budget's size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// At most this many at once.
    pub burst: u32,
    /// And this many a minute in the long run.
    pub per_minute: u32,
}

/// Owners that are remembered. Beyond that, those whose budget is whole again are forgotten.
const OWNERS: usize = 65_536;

/// Between two looks at all of them: whoever comes from ever new addresses shall not cause one each time.
const FORGET_EVERY_MS: u64 = 1_000;

/// Thousandths of one use: budgets refill by the millisecond.
const USE: u64 = 60_000;

/// One budget for each owner, bounded in memory.
pub struct Budgets<K> {
    rate: Rate,
    owners: Mutex<Owners<K>>,
}

struct Owners<K> {
    budgets: HashMap<K, Budget>,
    /// When all of them were looked at last.
    looked_ms: Option<u64>,
}

#[derive(Clone, Copy)]
struct Budget {
    /// What is left, in sixty-thousandths of a use.
    left: u64,
    at_ms: u64,
}

impl<K: Hash + Eq> Budgets<K> {
    /// Whole budgets for everyone.
    #[must_use]
    pub fn new(rate: Rate) -> Self {
        let owners = Owners { budgets: HashMap::new(), looked_ms: None };
        Self { rate, owners: Mutex::new(owners) }
    }

    /// Takes one use.
    ///
    /// # Errors
    /// When nothing is left: seconds until there is one.
    pub fn take(&self, owner: K, now_ms: u64) -> Result<(), u64> {
        let whole = self.whole();
        let mut owners = self.lock();
        if owners.budgets.len() >= OWNERS && !owners.budgets.contains_key(&owner) {
            let due = |looked: u64| now_ms.abs_diff(looked) >= FORGET_EVERY_MS;
            if owners.looked_ms.is_none_or(due) {
                owners.looked_ms = Some(now_ms);
                let rate = self.rate;
                owners.budgets.retain(|_, budget| budget.at(rate, now_ms).left < whole);
            }
            if owners.budgets.len() >= OWNERS {
                // Nobody can be remembered any more; who cannot be counted is not punished.
                return Ok(());
            }
        }
        let budget = owners.budgets.entry(owner).or_insert(Budget { left: whole, at_ms: now_ms });
        *budget = budget.at(self.rate, now_ms);
        match budget.left.checked_sub(USE) {
            Some(left) => {
                budget.left = left;
                Ok(())
            }
            None => {
                let missing_ms =
                    (USE - budget.left).div_ceil(u64::from(self.rate.per_minute.max(1)));
                Err(missing_ms.div_ceil(1000).max(1))
            }
        }
    }

    /// Whether nothing is left.
    pub fn is_spent(&self, owner: &K, now_ms: u64) -> bool {
        self.lock().budgets.get(owner).is_some_and(|budget| budget.at(self.rate, now_ms).left < USE)
    }

    fn whole(&self) -> u64 {
        u64::from(self.rate.burst) * USE
    }

    fn lock(&self) -> MutexGuard<'_, Owners<K>> {
        self.owners.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Budget {
    /// The budget as it is at `now_ms`. A clock that goes back refills nothing.
    fn at(self, rate: Rate, now_ms: u64) -> Self {
        let gained = now_ms.saturating_sub(self.at_ms).saturating_mul(u64::from(rate.per_minute));
        let left = self.left.saturating_add(gained).min(u64::from(rate.burst) * USE);
        Self { left, at_ms: now_ms }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { burst: 3, per_minute: 60 };

    #[test]
    fn a_burst_is_allowed_then_one_a_second() {
        let budgets = Budgets::new(RATE);
        for _ in 0..3 {
            assert_eq!(budgets.take("a", 1000), Ok(()));
        }
        assert!(budgets.is_spent(&"a", 1000));
        assert_eq!(budgets.take("a", 1000), Err(1));
        assert_eq!(budgets.take("a", 1999), Err(1));
        assert_eq!(budgets.take("a", 2000), Ok(()));
        assert_eq!(budgets.take("a", 2000), Err(1));
    }

    #[test]
    fn one_owner_s_uses_cost_another_nothing() {
        let budgets = Budgets::new(RATE);
        while budgets.take("a", 0).is_ok() {}
        assert!(!budgets.is_spent(&"b", 0));
        assert_eq!(budgets.take("b", 0), Ok(()));
    }

    #[test]
    fn a_clock_that_goes_back_refills_nothing_and_takes_nothing_away() {
        let budgets = Budgets::new(RATE);
        while budgets.take("a", 100_000).is_ok() {}
        assert!(budgets.is_spent(&"a", 5));
        assert_eq!(budgets.take("a", 5), Err(1));
        assert_eq!(budgets.take("a", 1005), Ok(()));
    }

    #[test]
    fn memory_is_bounded_and_the_patient_are_forgotten_first() {
        let budgets = Budgets::new(RATE);
        for owner in 0..OWNERS {
            assert_eq!(budgets.take(owner, 0), Ok(()));
        }
        while budgets.take(7, 0).is_ok() {}
        assert_eq!(budgets.take(OWNERS, 1000), Ok(()));
        assert_eq!(
            budgets.lock().budgets.len(),
            2,
            "the one that is over its budget, and the new one"
        );
    }

    #[test]
    fn a_full_table_is_looked_through_once_a_second_at_most() {
        let budgets = Budgets::new(Rate { burst: 3, per_minute: 0 });
        for owner in 0..OWNERS {
            assert_eq!(budgets.take(owner, 0), Ok(()));
        }
        for owner in 0..5 {
            assert_eq!(budgets.take(OWNERS + owner, 7), Ok(()));
        }
        assert_eq!(budgets.lock().looked_ms, Some(7));
        assert_eq!(budgets.take(OWNERS, 900), Ok(()));
        assert_eq!(budgets.lock().looked_ms, Some(7));
        assert_eq!(budgets.take(OWNERS, 1_007), Ok(()));
        assert_eq!(budgets.lock().looked_ms, Some(1_007));
    }
}
