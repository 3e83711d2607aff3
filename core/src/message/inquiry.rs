//! Kinds 23 to 25: what campaigns ask headquarters, what it says to that, and what it says to everyone.
//!
//! None of them changes a number. All of them are everyone's at once, so that nobody has to call to learn what was asked
//! and said already.

use minicbor::{Decode, Encode};

use super::words::is_why;
use super::{Kind, Payload};
use crate::id::{MessageId, PrecinctNumber};

/// Kind 23, signed by an observer: a question to headquarters that objects to nothing.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Inquiry {
    /// 1 for the observer's first and one more with each, so that the same can be asked again.
    #[n(1)]
    pub number: u32,
    /// What is asked, in 1 to 200 characters.
    #[n(2)]
    pub words: String,
    /// The precinct it is about; absent where it is about none in particular.
    #[n(3)]
    pub precinct: Option<PrecinctNumber>,
}

impl Payload for Inquiry {
    const KIND: Kind = Kind::Inquiry;
}

impl Inquiry {
    /// Most inquiries of one observer that wait for a response at a time.
    pub const OPEN_MAX: usize = 10;

    /// Whether lengths are within their limits.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        is_why(&self.words)
    }
}

/// Kind 24, signed by a reviewer or a release manager: what headquarters says to an inquiry.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Response {
    /// Id of the inquiry.
    #[n(1)]
    pub inquiry: MessageId,
    /// What is said, in 1 to 200 characters.
    #[n(2)]
    pub words: String,
}

impl Payload for Response {
    const KIND: Kind = Kind::Response;
}

impl Response {
    /// Whether lengths are within their limits.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        is_why(&self.words)
    }
}

/// Kind 25, signed by a release manager: what headquarters says to everyone. One person is enough, since it changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Notice {
    /// 1 for the first notice of the room and one more with each, so that the same can be said again.
    #[n(1)]
    pub number: u32,
    /// What is said, in 1 to 200 characters.
    #[n(2)]
    pub words: String,
    /// Server time by which headquarters says the next word, in milliseconds since the Unix epoch: after the entry, and not
    /// more than [`Notice::NEXT_MS_MAX`] after it. Absent where nothing is promised.
    #[n(3)]
    pub next_ms: Option<u64>,
}

impl Payload for Notice {
    const KIND: Kind = Kind::Notice;
}

impl Notice {
    /// How long after its entry the next word may be promised, in milliseconds: a day.
    pub const NEXT_MS_MAX: u64 = 24 * 60 * 60 * 1000;

    /// Whether lengths are within their limits.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        is_why(&self.words)
    }

    /// Whether the next word is promised for a time that a notice entered at `entered_ms` may promise.
    #[must_use]
    pub fn is_in_time(&self, entered_ms: u64) -> bool {
        self.next_ms
            .is_none_or(|next_ms| next_ms > entered_ms && next_ms - entered_ms <= Self::NEXT_MS_MAX)
    }
}
