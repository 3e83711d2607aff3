//! What headquarters released of this tablet's precincts, as it was last said.

use countersign_core::room::Room;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::error::Result;

/// Keeps what is released of a precinct.
pub(crate) fn set(db: &Connection, room: Room, precinct: u32, document: &str) -> Result<()> {
    db.execute(
        "INSERT INTO released (room, precinct, document) VALUES (?1, ?2, ?3)
         ON CONFLICT (room, precinct) DO UPDATE SET document = excluded.document",
        params![room.as_str(), precinct, document],
    )?;
    Ok(())
}

/// Nothing is released of a precinct, or no longer.
pub(crate) fn clear(db: &Connection, room: Room, precinct: u32) -> Result<()> {
    db.execute(
        "DELETE FROM released WHERE room = ?1 AND precinct = ?2",
        params![room.as_str(), precinct],
    )?;
    Ok(())
}

/// What is released of a precinct.
pub(crate) fn read(db: &Connection, room: Room, precinct: u32) -> Result<Option<String>> {
    let mut find =
        db.prepare_cached("SELECT document FROM released WHERE room = ?1 AND precinct = ?2")?;
    Ok(find.query_row(params![room.as_str(), precinct], |row| row.get(0)).optional()?)
}
