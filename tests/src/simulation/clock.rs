//! The one simulated time, the clocks that are wrong about it in their own ways, and randomness from the seed.

use std::fmt;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rand::rngs::ChaCha8Rng;
use rand::{Rng as _, SeedableRng as _};

/// When every simulation begins, milliseconds since the Unix epoch: the evening of 3 February 2020 in Iowa.
const BEGIN_MS: u64 = 1_580_778_000_000;

/// Simulated milliseconds since the begin, shared by whoever has a clock.
#[derive(Debug, Clone, Default)]
pub(super) struct Time(Arc<AtomicU64>);

impl Time {
    /// Now.
    pub(super) fn now(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// It passes.
    pub(super) fn set(&self, now: u64) {
        self.0.store(now, Ordering::Relaxed);
    }

    fn wall(&self, off_ms: i64) -> u64 {
        (BEGIN_MS + self.now()).saturating_add_signed(off_ms)
    }
}

/// The server's clock, which may jump.
pub(super) struct ServerClock {
    time: Time,
    off_ms: AtomicI64,
}

impl ServerClock {
    pub(super) fn new(time: &Time) -> Self {
        Self { time: time.clone(), off_ms: AtomicI64::new(0) }
    }

    /// From now on it is off by so much.
    pub(super) fn jump(&self, off_ms: i64) {
        self.off_ms.store(off_ms, Ordering::Relaxed);
    }
}

impl countersign_server::clock::Clock for ServerClock {
    fn now_ms(&self) -> u64 {
        self.time.wall(self.off_ms.load(Ordering::Relaxed))
    }
}

/// The clocks of a tablet: the one that counts begins anew with each boot, the one on the wall is off by so much.
pub(super) struct TabletClock {
    time: Time,
    /// What the counting clock said when the simulation began.
    base_ms: AtomicU64,
    off_ms: AtomicI64,
}

impl TabletClock {
    pub(super) fn new(time: &Time) -> Self {
        Self { time: time.clone(), base_ms: AtomicU64::new(0), off_ms: AtomicI64::new(0) }
    }

    /// The tablet starts: neither clock promises anything across that.
    pub(super) fn boot(&self, base_ms: u64, off_ms: i64) {
        self.base_ms.store(base_ms, Ordering::Relaxed);
        self.off_ms.store(off_ms, Ordering::Relaxed);
    }

    /// The simulated moment of one of the counting clock's.
    pub(super) fn moment(&self, monotonic_ms: u64) -> u64 {
        monotonic_ms.saturating_sub(self.base_ms.load(Ordering::Relaxed))
    }
}

impl fmt::Debug for TabletClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a clock {} ms off", self.off_ms.load(Ordering::Relaxed))
    }
}

impl countersign_device::Clock for TabletClock {
    fn wall_ms(&self) -> u64 {
        self.time.wall(self.off_ms.load(Ordering::Relaxed))
    }

    fn monotonic_ms(&self) -> u64 {
        self.time.now() + self.base_ms.load(Ordering::Relaxed)
    }
}

/// Randomness that comes from the seed.
#[derive(Debug)]
pub(super) struct Seeded(Mutex<ChaCha8Rng>);

impl Seeded {
    pub(super) fn new(seed: u64) -> Self {
        Self(Mutex::new(ChaCha8Rng::seed_from_u64(seed)))
    }
}

impl countersign_device::Random for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
    }
}
