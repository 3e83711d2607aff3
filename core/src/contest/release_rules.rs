//! How results of a contest are released.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::regulation::Fraction;

/// Which delegates of a precinct are official where what was announced in the room differs from what the rules give for
/// its counts. Both are kept and published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "lowercase")]
pub enum OfficialDelegates {
    /// As they were announced and signed in the room.
    #[n(1)]
    Signed,
    /// As the rules give them, where they give exactly one outcome; else as signed.
    #[n(2)]
    Rules,
}

/// How results are released.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ReleaseRules {
    /// Minutes for which observers see a preview before its release may be approved.
    #[n(1)]
    pub window_minutes: u32,
    /// Shares and leaders are shown once this part of the precincts was released.
    #[n(2)]
    pub coverage: Fraction,
    /// Which delegates are official.
    #[n(3)]
    pub official: OfficialDelegates,
}

impl ReleaseRules {
    /// The rules of a contest that says nothing: half an hour, half of the precincts, as signed.
    pub const DEFAULT: Self = Self {
        window_minutes: 30,
        coverage: Fraction { numerator: 1, denominator: 2 },
        official: OfficialDelegates::Signed,
    };

    /// Longest window, in minutes: a day.
    pub const WINDOW_MINUTES_MAX: u32 = 24 * 60;

    /// The window in milliseconds.
    #[must_use]
    pub const fn window_ms(&self) -> u64 {
        self.window_minutes as u64 * 60_000
    }
}
