//! What was changed in a draft, when, from what to what. Only ever added to.

use rusqlite::{Connection, params};

use super::text::signed;
use crate::error::Result;

/// A change.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Change<'a> {
    /// What was changed: a cell, a lot, a finding, an attester.
    pub(crate) what: &'a str,
    /// What it was; `None` for nothing.
    pub(crate) old: Option<&'a str>,
    /// What it became; `None` for nothing.
    pub(crate) new: Option<&'a str>,
}

/// Adds a change at device time.
pub(crate) fn add(db: &Connection, draft: i64, at_ms: u64, change: Change<'_>) -> Result<()> {
    let mut add = db.prepare_cached(
        "INSERT INTO draft_history (draft, at_ms, what, old, new) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    add.execute(params![draft, signed(at_ms), change.what, change.old, change.new])?;
    let mut touch = db.prepare_cached("UPDATE draft SET touched_ms = ?2 WHERE id = ?1")?;
    touch.execute(params![draft, signed(at_ms)])?;
    Ok(())
}
