//! What happens when: one queue of events, and dice for those that fall on the same moment.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use rand::RngExt as _;
use rand::rngs::ChaCha8Rng;

/// Events in order of time. The same dice give the same order.
pub(super) struct Scheduler<E> {
    queue: BinaryHeap<Reverse<Due<E>>>,
    number: u64,
}

struct Due<E> {
    at: u64,
    /// Decides among events of one moment; drawn, so that every order comes up with some seed.
    lot: u32,
    number: u64,
    event: E,
}

impl<E> Due<E> {
    const fn key(&self) -> (u64, u32, u64) {
        (self.at, self.lot, self.number)
    }
}

impl<E> PartialEq for Due<E> {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl<E> Eq for Due<E> {}

impl<E> PartialOrd for Due<E> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<E> Ord for Due<E> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl<E> Scheduler<E> {
    pub(super) const fn new() -> Self {
        Self { queue: BinaryHeap::new(), number: 0 }
    }

    /// Lets an event happen at a moment.
    pub(super) fn at(&mut self, at: u64, event: E, dice: &mut ChaCha8Rng) {
        self.number += 1;
        self.queue.push(Reverse(Due { at, lot: dice.random(), number: self.number, event }));
    }

    /// The next event and its moment.
    pub(super) fn next(&mut self) -> Option<(u64, E)> {
        self.queue.pop().map(|Reverse(due)| (due.at, due.event))
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;

    use super::*;

    fn order(seed: u64) -> Vec<char> {
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        let mut scheduler = Scheduler::new();
        for (at, event) in [(5, 'x'), (5, 'y'), (5, 'z'), (1, 'a')] {
            scheduler.at(at, event, &mut dice);
        }
        std::iter::from_fn(|| scheduler.next().map(|(_, event)| event)).collect()
    }

    #[test]
    fn time_decides_and_then_the_dice() {
        let orders: Vec<Vec<char>> = (0..50).map(order).collect();
        assert_eq!(orders, (0..50).map(order).collect::<Vec<_>>(), "a seed gives one order");
        assert!(orders.iter().all(|order| order[0] == 'a'));
        let all: std::collections::BTreeSet<_> = orders.iter().collect();
        assert_eq!(all.len(), 6, "every order of one moment comes up");
    }
}
