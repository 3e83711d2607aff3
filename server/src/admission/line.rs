//! The line for addresses that failed too often: they are served last and slowly, never refused for good.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Messages that may stand in line. More are told to come again.
const PLACES: usize = 512;

/// One message at a time, and so many a second.
pub(super) struct LastInLine {
    places: Arc<Semaphore>,
    counter: Arc<Semaphore>,
    pause: Duration,
}

/// A turn; the next one comes a pause after it ends.
pub(super) struct Turn {
    _place: OwnedSemaphorePermit,
    counter: Option<OwnedSemaphorePermit>,
    pause: Duration,
}

impl LastInLine {
    pub(super) fn new(per_second: u32) -> Self {
        Self {
            places: Arc::new(Semaphore::new(PLACES)),
            counter: Arc::new(Semaphore::new(1)),
            pause: Duration::from_secs(1) / per_second.max(1),
        }
    }

    /// Waits for a turn; `None` when the line is full.
    pub(super) async fn turn(&self) -> Option<Turn> {
        let place = Arc::clone(&self.places).try_acquire_owned().ok()?;
        let counter = Arc::clone(&self.counter).acquire_owned().await.ok()?;
        Some(Turn { _place: place, counter: Some(counter), pause: self.pause })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let (counter, pause) = (self.counter.take(), self.pause);
        // Outside a runtime there is nobody in line either.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                tokio::time::sleep(pause).await;
                drop(counter);
            });
        }
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
    async fn a_full_line_says_so_at_once() {
        let line = Arc::new(LastInLine::new(1));
        let turn = line.turn().await;
        assert!(turn.is_some());
        let mut waiting = tokio::task::JoinSet::new();
        for _ in 1..PLACES {
            let line = Arc::clone(&line);
            waiting.spawn(async move { line.turn().await.is_some() });
        }
        while line.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert!(line.turn().await.is_none());
    }
}
