//! Packages, and the party they are believed from.

use countersign_core::id::{MessageId, PublicKey};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::text;
use crate::error::{Error, Result};

/// The party whose packages are believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Party {
    pub(crate) key: PublicKey,
    pub(crate) contest: String,
    /// The installer brought it.
    pub(crate) pinned: bool,
}

/// The party, once there is one.
pub(crate) fn party(db: &Connection) -> Result<Option<Party>> {
    let found = db
        .query_row("SELECT key, contest, pinned FROM party", [], |row| {
            Ok((row.get::<_, [u8; 32]>(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    Ok(found.map(|(key, contest, pinned)| Party { key: PublicKey(key), contest, pinned }))
}

/// Sets the party.
pub(crate) fn set_party(db: &Connection, party: &Party) -> Result<()> {
    db.execute(
        "INSERT INTO party (one, key, contest, pinned) VALUES (1, ?1, ?2, ?3)
         ON CONFLICT (one) DO UPDATE SET key = excluded.key, contest = excluded.contest, pinned = excluded.pinned",
        params![party.key.0, party.contest, party.pinned],
    )?;
    Ok(())
}

/// Adds a package.
pub(crate) fn add(db: &Connection, id: MessageId, number: u32, bytes: &[u8]) -> Result<()> {
    db.execute(
        "INSERT INTO package (id, number, bytes) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO NOTHING",
        params![id.0, number, bytes],
    )?;
    Ok(())
}

/// Id of the package with the highest number.
pub(crate) fn newest(db: &Connection) -> Result<Option<MessageId>> {
    let found = db
        .query_row("SELECT id FROM package ORDER BY number DESC LIMIT 1", [], |row| {
            row.get::<_, Vec<u8>>(0)
        })
        .optional()?;
    found.map(|id| Ok(text::message_id(&id, 0)?)).transpose()
}

/// Bytes of a package.
pub(crate) fn bytes(db: &Connection, id: MessageId) -> Result<Vec<u8>> {
    db.query_row("SELECT bytes FROM package WHERE id = ?1", [id.0], |row| row.get(0))
        .optional()?
        .ok_or_else(|| Error::Internal(format!("package {id} is not kept")))
}
