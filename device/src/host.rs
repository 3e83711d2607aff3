//! What the tablet is given by its host: clock, randomness, and a place for files.

use std::fmt::Debug;
use std::io;
use std::path::PathBuf;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use ring::rand::{SecureRandom, SystemRandom as RingRandom};

/// Two clocks. Neither is believed to be right: the wall clock of a tablet may be off by years.
pub trait Clock: Send + Sync + Debug {
    /// The device's idea of the time, milliseconds since the Unix epoch; 0 where it lies before it.
    fn wall_ms(&self) -> u64;

    /// Milliseconds since some moment; never goes back while the app runs, says nothing across a restart.
    fn monotonic_ms(&self) -> u64;
}

/// Where secrets and jitter come from.
pub trait Random: Send + Sync + Debug {
    /// Fills `bytes` with unpredictable ones.
    fn fill(&self, bytes: &mut [u8]);
}

/// Writes a file where the person says.
pub trait SaveFile: Send + Sync {
    /// Asks where `bytes` go, offering `name`, and writes them. `None` when the person changed their mind. May block
    /// for as long as the person thinks.
    ///
    /// # Errors
    /// What the system says. Trying again elsewhere can help.
    fn save(&self, name: &str, bytes: &[u8]) -> io::Result<Option<PathBuf>>;
}

/// The clocks of the operating system.
#[derive(Debug)]
pub struct SystemClock {
    started: Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self { started: Instant::now() }
    }
}

impl Clock for SystemClock {
    fn wall_ms(&self) -> u64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }

    fn monotonic_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// The randomness of the operating system.
#[derive(Debug)]
pub struct SystemRandom(RingRandom);

impl Default for SystemRandom {
    fn default() -> Self {
        Self(RingRandom::new())
    }
}

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.fill(bytes).expect("an operating system without randomness cannot make keys");
    }
}

/// A host that cannot ask for a place.
#[derive(Debug, Default)]
pub struct NoSaving;

impl SaveFile for NoSaving {
    fn save(&self, _name: &str, _bytes: &[u8]) -> io::Result<Option<PathBuf>> {
        Err(io::Error::from(io::ErrorKind::Unsupported))
    }
}
