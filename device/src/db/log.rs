//! The largest checkpoint seen of each log.

use countersign_core::log::{Checkpoint, Hash};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::text::{signed, unsigned};
use crate::error::Result;

/// The largest checkpoint seen of the log of `origin`.
pub(crate) fn largest(db: &Connection, origin: &str) -> Result<Option<Checkpoint>> {
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, Hash>(1)?));
    let found = db
        .query_row("SELECT size, root FROM checkpoint WHERE origin = ?1", [origin], read)
        .optional()?;
    Ok(found.map(|(size, root)| Checkpoint {
        origin: origin.to_owned(),
        size: unsigned(size),
        root,
    }))
}

/// Keeps a checkpoint if it is larger than the one kept.
pub(crate) fn keep(db: &Connection, checkpoint: &Checkpoint) -> Result<()> {
    db.execute(
        "INSERT INTO checkpoint (origin, size, root) VALUES (?1, ?2, ?3)
         ON CONFLICT (origin) DO UPDATE SET size = excluded.size, root = excluded.root WHERE excluded.size > size",
        params![checkpoint.origin, signed(checkpoint.size), checkpoint.root],
    )?;
    Ok(())
}
