//! Which log of a room this tablet follows: the one that the package names, until another one took its place and proved it
//! (design section 6, "The log").

use countersign_core::begun_log::BegunLog;
use countersign_core::contest::{Contest, RoomLog};
use countersign_core::log::Origin;
use countersign_core::room::Room;
use rusqlite::Connection;

use crate::db::log::{self, Begun};
use crate::db::notice::{self, Notice};
use crate::db::outbox;
use crate::error::Result;
use crate::state::State;

/// Kind of the notice that this tablet gives itself.
pub(crate) const NOTICE: &str = "log-begun-again";

/// What an answer brings to prove that a log was begun again. Not believed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    /// The log's first message.
    pub(crate) message: Vec<u8>,
    /// The receipt for it.
    pub(crate) receipt: String,
}

/// The log of a room that receipts and checkpoints are believed of; `None` where the package names none.
pub(crate) fn log(db: &Connection, contest: &Contest, room: Room) -> Result<Option<RoomLog>> {
    let Some(mut log) = contest.log(room).cloned() else { return Ok(None) };
    if let Some(begun) = log::newest_begun(db, room)? {
        // A package of another host begins a series of its own.
        let after = Origin::parse(&begun)
            .zip(Origin::parse(&log.origin))
            .is_some_and(|(begun, packed)| begun.is_after(&packed));
        if after {
            log.origin = begun;
        }
    }
    Ok(Some(log))
}

/// Follows another log from now on, where the proof is good: an admin whom the party named signed its first entry, and its
/// number is above every one known here. What had a receipt of the old log is sent again, and the old receipt kept. One
/// durable step; says whether it was taken.
pub(crate) fn offer(state: &mut State, room: Room, shown: &Shown) -> Result<bool> {
    let (_, package) = state.current_package()?;
    let contest = &package.contest;
    let Some(old) = log(&state.db, contest, room)? else { return Ok(false) };
    let party = &package.party_key;
    let begun = match BegunLog::verify(&shown.message, &shown.receipt, &contest.id, party, &old) {
        Ok(begun) => begun,
        Err(error) => {
            tracing::warn!(%room, %error, "a log in the place of the known one was not believed");
            return Ok(false);
        }
    };
    let tx = state.begin()?;
    log::add_begun(
        &tx,
        &Begun {
            room,
            origin: begun.begun_again.begins.clone(),
            message: &shown.message,
            receipt: &shown.receipt,
            entered_ms: begun.entered_ms,
        },
    )?;
    let again = outbox::send_again(&tx, room, &old.origin)?;
    if again > 0 {
        let notice = Notice {
            id: begun.message.to_string(),
            kind: NOTICE.to_owned(),
            precinct: None,
            text: None,
            at_ms: begun.entered_ms,
        };
        notice::add(&tx, &notice)?;
    }
    tx.commit()?;
    tracing::warn!(%room, origin = %begun.begun_again.begins, again, "the log was begun again");
    Ok(true)
}
