//! Messages from headquarters.

use rusqlite::{Connection, params};

use super::text::{signed, unsigned};
use crate::error::Result;

/// A message from headquarters, as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) precinct: Option<u32>,
    pub(crate) text: Option<String>,
    pub(crate) at_ms: u64,
}

/// Keeps one; the same one only once. Says whether it is new.
pub(crate) fn add(db: &Connection, notice: &Notice) -> Result<bool> {
    let added = db.execute(
        "INSERT INTO notice (id, kind, precinct, text, at_ms) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (id) DO NOTHING",
        params![notice.id, notice.kind, notice.precinct, notice.text, signed(notice.at_ms)],
    )?;
    Ok(added > 0)
}

/// Those that were not dismissed, newest first.
pub(crate) fn open(db: &Connection) -> Result<Vec<Notice>> {
    let mut list = db.prepare_cached(
        "SELECT id, kind, precinct, text, at_ms FROM notice WHERE NOT dismissed ORDER BY at_ms DESC, id LIMIT 100",
    )?;
    let rows = list.query_map([], |row| {
        Ok(Notice {
            id: row.get(0)?,
            kind: row.get(1)?,
            precinct: row.get(2)?,
            text: row.get(3)?,
            at_ms: unsigned(row.get(4)?),
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Dismisses one; says whether there was one.
pub(crate) fn dismiss(db: &Connection, id: &str) -> Result<bool> {
    Ok(db.execute("UPDATE notice SET dismissed = 1 WHERE id = ?1", [id])? > 0)
}
