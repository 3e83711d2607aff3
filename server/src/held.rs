//! Messages that wait for a person to say whether they count, and what is known of them: for headquarters' page and `review show`.

use countersign_core::id::{MessageId, PrecinctNumber};
use countersign_core::message::{Enrolment, Message, Reply, Report};
use countersign_core::results::RoomState;
use countersign_core::room::Room;

use crate::store::{Held, PrivateStore, StoreError};

/// Most that are counted.
const COUNTED: u32 = 20_000;

/// Most that are listed.
const LISTED: usize = 1_000;

/// A message that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldMessage {
    /// Its id.
    pub id: MessageId,
    /// What it is.
    pub kind: &'static str,
    /// The precinct it is about.
    pub precinct: Option<PrecinctNumber>,
    /// Code of the refusal.
    pub code: String,
    /// Server time, milliseconds since the Unix epoch.
    pub received_ms: u64,
}

/// How many messages of a room are held that nobody admitted yet.
///
/// # Errors
/// [`StoreError`].
pub fn count(private: &PrivateStore, state: &RoomState, room: Room) -> Result<usize, StoreError> {
    Ok(waiting(private, state, room)?.len())
}

/// What is held and nobody admitted yet, the oldest first.
///
/// # Errors
/// [`StoreError`].
pub fn list(
    private: &PrivateStore,
    state: &RoomState,
    room: Room,
) -> Result<Vec<HeldMessage>, StoreError> {
    let waiting = waiting(private, state, room)?;
    waiting.into_iter().take(LISTED).map(|held| look(private, state, room, held)).collect()
}

fn waiting(private: &PrivateStore, state: &RoomState, room: Room) -> Result<Vec<Held>, StoreError> {
    let mut held = private.held(room, COUNTED)?;
    held.retain(|held| state.review().admitted(held.message).is_none());
    Ok(held)
}

fn look(
    private: &PrivateStore,
    state: &RoomState,
    room: Room,
    held: Held,
) -> Result<HeldMessage, StoreError> {
    let bytes = private.quarantined(room, held.message)?;
    let message = bytes.and_then(|bytes| Message::parse(&bytes).ok());
    let precinct = message.as_ref().and_then(|message| {
        let report = message.decode().map(|report: Report| report.precinct);
        let enrolment = || message.decode().map(|it: Enrolment| it.request.precinct).ok();
        let reply = || state.question(message.decode::<Reply>().ok()?.question);
        let asked = || reply().map(|asked| asked.question.precinct);
        report.ok().or_else(enrolment).or_else(asked)
    });
    Ok(HeldMessage {
        id: held.message,
        kind: message.map_or("unknown", |message| message.kind().as_str()),
        precinct,
        code: held.code,
        received_ms: held.received_ms,
    })
}
