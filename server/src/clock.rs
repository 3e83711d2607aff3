//! The clock, passed in.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{DateTime, SecondsFormat};

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

/// A time in milliseconds since the Unix epoch as RFC 3339 has it, in whole seconds of UTC.
#[must_use]
pub fn rfc_3339(at_ms: u64) -> String {
    let at = i64::try_from(at_ms).ok().and_then(DateTime::from_timestamp_millis);
    at.unwrap_or_default().to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A time in milliseconds since the Unix epoch as a person reads it, in whole seconds of UTC, with *UTC* behind it.
#[must_use]
pub fn utc(at_ms: u64) -> String {
    let at = i64::try_from(at_ms).ok().and_then(DateTime::from_timestamp_millis);
    at.map_or_else(|| format!("{at_ms} ms"), |at| at.format("%Y-%m-%d %H:%M:%S UTC").to_string())
}
