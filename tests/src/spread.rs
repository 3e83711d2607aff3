//! How long something took, over many times.

use serde::Serialize;

/// Ranks of what was measured, in its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Spread {
    /// How often it was measured.
    pub times: usize,
    /// Half took no longer.
    pub p50: u64,
    /// 95 of 100 took no longer.
    pub p95: u64,
    /// 99 of 100 took no longer.
    pub p99: u64,
    /// The longest.
    pub max: u64,
}

impl Spread {
    /// The spread of what was measured; `None` where nothing was.
    #[must_use]
    pub fn of(mut taken: Vec<u64>) -> Option<Self> {
        taken.sort_unstable();
        let max = *taken.last()?;
        let rank = |per_cent: usize| taken[(taken.len() * per_cent).div_ceil(100).max(1) - 1];
        Some(Self { times: taken.len(), p50: rank(50), p95: rank(95), p99: rank(99), max })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_measured_values() {
        let spread = Spread::of((1..=200).rev().collect()).unwrap();
        assert_eq!((spread.p50, spread.p95, spread.p99, spread.max), (100, 190, 198, 200));
        let one = Spread::of(vec![7]).unwrap();
        assert_eq!((one.times, one.p50, one.p95, one.p99, one.max), (1, 7, 7, 7, 7));
        assert_eq!(Spread::of(Vec::new()), None);
    }
}
