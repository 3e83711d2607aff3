//! What is known of each log: the largest checkpoint seen, and how the ones began that took another one's place.

use countersign_core::log::{Checkpoint, Hash, Origin};
use countersign_core::room::Room;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::text::{signed, unsigned};
use crate::error::Result;

/// A checkpoint that was verified here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) checkpoint: Checkpoint,
    /// As it was signed.
    pub(crate) note: Option<String>,
}

/// The largest checkpoint seen of the log of `origin`.
pub(crate) fn largest(db: &Connection, origin: &str) -> Result<Option<Seen>> {
    let read =
        |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, Hash>(1)?, row.get(2)?));
    let found = db
        .query_row("SELECT size, root, note FROM checkpoint WHERE origin = ?1", [origin], read)
        .optional()?;
    Ok(found.map(|(size, root, note)| Seen {
        checkpoint: Checkpoint { origin: origin.to_owned(), size: unsigned(size), root },
        note,
    }))
}

/// Keeps a checkpoint, with the note that was signed, if it is larger than the one kept.
pub(crate) fn keep(db: &Connection, checkpoint: &Checkpoint, note: Option<&str>) -> Result<()> {
    db.execute(
        "INSERT INTO checkpoint (origin, size, root, note) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (origin) DO UPDATE SET size = excluded.size, root = excluded.root, note = excluded.note
         WHERE excluded.size > size",
        params![checkpoint.origin, signed(checkpoint.size), checkpoint.root, note],
    )?;
    Ok(())
}

/// A log that took another one's place, with its proof.
#[derive(Debug)]
pub(crate) struct Begun<'a> {
    pub(crate) room: Room,
    pub(crate) origin: String,
    pub(crate) message: &'a [u8],
    pub(crate) receipt: &'a str,
    pub(crate) entered_ms: u64,
}

/// Keeps a log that took another one's place.
pub(crate) fn add_begun(db: &Connection, begun: &Begun<'_>) -> Result<()> {
    let number = Origin::parse(&begun.origin).map_or(1, |origin| origin.number());
    db.execute(
        "INSERT INTO begun_log (origin, room, number, message, receipt, entered_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (origin) DO NOTHING",
        params![
            begun.origin,
            begun.room.as_str(),
            number,
            begun.message,
            begun.receipt,
            signed(begun.entered_ms)
        ],
    )?;
    Ok(())
}

/// Origin of a room's log that was begun again last.
pub(crate) fn newest_begun(db: &Connection, room: Room) -> Result<Option<String>> {
    let sql = "SELECT origin FROM begun_log WHERE room = ?1 ORDER BY number DESC LIMIT 1";
    Ok(db.query_row(sql, [room.as_str()], |row| row.get(0)).optional()?)
}
