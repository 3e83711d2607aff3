//! The time of the simulated evening, which passes faster than that of the machine.

use std::fmt;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use countersign_device::Clock;
use serde::{Deserialize, Serialize};

/// When the evening began, and how much faster its time passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Evening {
    /// The machine's time at its begin, milliseconds since the Unix epoch.
    pub(crate) begun_ms: u64,
    /// Simulated milliseconds in one of the machine's.
    pub(crate) speed: u64,
}

/// The machine's time, milliseconds since the Unix epoch.
pub(crate) fn machine_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

impl Evening {
    /// Milliseconds of the evening so far.
    pub(crate) fn now(self) -> u64 {
        self.of(machine_ms())
    }

    /// The evening's time at a moment of the machine's.
    pub(crate) fn of(self, machine_ms: u64) -> u64 {
        machine_ms.saturating_sub(self.begun_ms).saturating_mul(self.speed)
    }

    /// How long the machine waits for a moment of the evening.
    pub(crate) fn until(self, moment: u64) -> Duration {
        Duration::from_millis(moment.saturating_sub(self.now()).div_ceil(self.speed))
    }
}

/// The clocks of a tablet: what it waits passes at the evening's speed; what stands on its wall is the machine's time, off
/// by so much.
pub(crate) struct TabletClock {
    started: Instant,
    speed: u64,
    skew_ms: i64,
}

impl TabletClock {
    pub(crate) fn new(speed: u64, skew_ms: i64) -> Self {
        Self { started: Instant::now(), speed, skew_ms }
    }
}

impl fmt::Debug for TabletClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a clock {} ms off, {} times as fast", self.skew_ms, self.speed)
    }
}

impl Clock for TabletClock {
    fn wall_ms(&self) -> u64 {
        machine_ms().saturating_add_signed(self.skew_ms)
    }

    fn monotonic_ms(&self) -> u64 {
        let started = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        started.saturating_mul(self.speed)
    }
}
