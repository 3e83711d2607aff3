//! The line for addresses that failed too often: they are served last and slowly, never refused for good.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

/// Messages that may stand in line. More are told to come again.
const PLACES: usize = 2048;

/// Turns at the same time: with one, each would wait until the one before it was scheduled, which takes long in a flood.
const COUNTERS: usize = 16;

/// Timers are no finer than a millisecond, so turns that are closer come some at a time.
const EARLY: Duration = Duration::from_millis(5);

/// In the order in which they came, and so many a second.
pub(super) struct LastInLine {
    places: Semaphore,
    counters: Semaphore,
    /// When the next turn is due.
    due: Mutex<Instant>,
    apart: Duration,
}

/// A turn, until it is dropped.
pub(super) struct Turn<'a> {
    _place: SemaphorePermit<'a>,
    _counter: SemaphorePermit<'a>,
}

impl LastInLine {
    pub(super) fn new(per_second: u32) -> Self {
        Self {
            places: Semaphore::new(PLACES),
            counters: Semaphore::new(COUNTERS),
            due: Mutex::new(Instant::now()),
            apart: Duration::from_secs(1) / per_second.max(1),
        }
    }

    /// Waits for a turn; `None` when the line is full.
    pub(super) async fn turn(&self) -> Option<Turn<'_>> {
        let place = self.places.try_acquire().ok()?;
        let counter = self.counters.acquire().await.ok()?;
        let mine = self.take_number();
        let early = EARLY.saturating_sub(self.apart);
        if mine > Instant::now() + early {
            tokio::time::sleep_until(mine - early).await;
        }
        Some(Turn { _place: place, _counter: counter })
    }

    /// When the next turn that is not taken yet is due.
    fn take_number(&self) -> Instant {
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        let mine = (*due).max(Instant::now());
        *due = mine + self.apart;
        mine
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn turns_come_one_after_the_other_with_a_pause() {
        let line = LastInLine::new(10);
        let start = tokio::time::Instant::now();
        for _ in 0..5 {
            assert!(line.turn().await.is_some());
        }
        assert!(start.elapsed() >= Duration::from_millis(400));
    }

    #[tokio::test(start_paused = true)]
    async fn many_turns_a_second_are_no_more_than_that() {
        let line = LastInLine::new(2_000);
        let start = tokio::time::Instant::now();
        for _ in 0..2_000 {
            assert!(line.turn().await.is_some());
        }
        let took = start.elapsed();
        assert!((990..=1_010).contains(&took.as_millis()), "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_line_says_so_at_once() {
        let line = std::sync::Arc::new(LastInLine::new(1));
        let turn = line.turn().await;
        assert!(turn.is_some());
        let mut waiting = tokio::task::JoinSet::new();
        for _ in 1..PLACES {
            let line = std::sync::Arc::clone(&line);
            waiting.spawn(async move { line.turn().await.is_some() });
        }
        while line.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert!(line.turn().await.is_none());
    }
}
