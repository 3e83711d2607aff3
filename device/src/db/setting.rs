//! Small facts by name.

use rusqlite::{Connection, OptionalExtension as _};

use crate::error::Result;

/// Reads one.
pub(crate) fn read(db: &Connection, name: &str) -> Result<Option<String>> {
    let mut find = db.prepare_cached("SELECT value FROM setting WHERE name = ?1")?;
    Ok(find.query_row([name], |row| row.get(0)).optional()?)
}

/// Writes one.
pub(crate) fn write(db: &Connection, name: &str, value: &str) -> Result<()> {
    let mut put = db.prepare_cached(
        "INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )?;
    put.execute([name, value])?;
    Ok(())
}

/// Takes one away.
pub(crate) fn remove(db: &Connection, name: &str) -> Result<()> {
    db.execute("DELETE FROM setting WHERE name = ?1", [name])?;
    Ok(())
}
