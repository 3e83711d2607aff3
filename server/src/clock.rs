//! The clock, passed in.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// Server time.
pub trait Clock: Send + Sync {
    /// Milliseconds since the Unix epoch. May jump; whoever needs order takes care of it.
    fn now_ms(&self) -> u64;
}

/// A clock that several parts share.
pub type SharedClock = Arc<dyn Clock>;

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_ms(&self) -> u64 {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }
}
