//! Composing what observers ask headquarters and what it says to everyone.

use countersign_core::id::{KeyId, PrecinctNumber};
use countersign_core::message::{Inquiry, Notice};
use countersign_core::results::RoomState;

/// The next inquiry of the person with this key. Whether they may ask is core's to judge.
#[must_use]
pub fn inquire(
    state: &RoomState,
    key: KeyId,
    words: &str,
    precinct: Option<PrecinctNumber>,
) -> Inquiry {
    let person = state.persons().get(key).map_or(0, |person| person.number);
    Inquiry { number: state.review().next_inquiry(person), words: words.to_owned(), precinct }
}

/// The room's next notice; the next word is promised for so many minutes after `now_ms`, server time.
#[must_use]
pub fn notify(state: &RoomState, words: &str, next_minutes: Option<u32>, now_ms: u64) -> Notice {
    let next_ms = next_minutes.map(|minutes| now_ms.saturating_add(u64::from(minutes) * 60_000));
    Notice { number: state.review().next_notice(), words: words.to_owned(), next_ms }
}
