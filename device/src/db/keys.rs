//! The vault and the device keys.

use countersign_core::id::{KeyId, PublicKey};
use countersign_core::room::Room;
use countersign_core::seal::Sealed;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::text;
use crate::config::Argon2Params;
use crate::error::Result;
use crate::vault::Vault;

/// A device key, sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DeviceKey {
    pub(crate) id: KeyId,
    pub(crate) room: Room,
    pub(crate) precinct: u32,
    pub(crate) invitation: PublicKey,
    pub(crate) sealed: Sealed,
}

/// The vault, once there is a PIN.
pub(crate) fn vault(db: &Connection) -> Result<Option<Vault>> {
    let read = |row: &Row<'_>| {
        Ok(Vault {
            salt: row.get(0)?,
            params: Argon2Params {
                memory_kib: row.get(1)?,
                passes: row.get(2)?,
                lanes: row.get(3)?,
            },
            sealed: Sealed { nonce: row.get(4)?, bytes: row.get(5)? },
        })
    };
    Ok(db
        .query_row("SELECT salt, memory_kib, passes, lanes, nonce, sealed FROM vault", [], read)
        .optional()?)
}

/// Keeps the vault. There is only ever one.
pub(crate) fn set_vault(db: &Connection, vault: &Vault) -> Result<()> {
    let cost = vault.params;
    db.execute(
        "INSERT INTO vault (one, salt, memory_kib, passes, lanes, nonce, sealed) VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6)",
        params![vault.salt, cost.memory_kib, cost.passes, cost.lanes, vault.sealed.nonce, vault.sealed.bytes],
    )?;
    Ok(())
}

/// Wrong PINs in a row; `None` without a vault.
pub(crate) fn wrong_tries(db: &Connection) -> Result<Option<u32>> {
    let mut find = db.prepare_cached("SELECT wrong_tries FROM vault")?;
    Ok(find.query_row([], |row| row.get(0)).optional()?)
}

/// Precincts that this tablet may report for in a room, at most 16 of them.
pub(crate) fn precincts_of(db: &Connection, room: Room) -> Result<Vec<u32>> {
    let mut list = db.prepare_cached(
        "SELECT precinct FROM device_key WHERE room = ?1 GROUP BY precinct ORDER BY min(place) LIMIT 16",
    )?;
    let rows = list.query_map([room.as_str()], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Sets the wrong PINs in a row. Durable on return.
pub(crate) fn set_wrong_tries(db: &Connection, tries: u32) -> Result<()> {
    db.execute("UPDATE vault SET wrong_tries = ?1", [tries])?;
    Ok(())
}

/// Adds a device key.
pub(crate) fn add(db: &Connection, key: &DeviceKey) -> Result<()> {
    db.execute(
        "INSERT INTO device_key (id, room, precinct, invitation, nonce, sealed) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            key.id.0,
            key.room.as_str(),
            key.precinct,
            key.invitation.0,
            key.sealed.nonce,
            key.sealed.bytes
        ],
    )?;
    Ok(())
}

const COLUMNS: &str = "id, room, precinct, invitation, nonce, sealed";

fn read(row: &Row<'_>) -> rusqlite::Result<DeviceKey> {
    Ok(DeviceKey {
        id: text::key_id(&row.get::<_, Vec<u8>>(0)?, 0)?,
        room: text::room(&row.get::<_, String>(1)?, 1)?,
        precinct: row.get(2)?,
        invitation: PublicKey(row.get(3)?),
        sealed: Sealed { nonce: row.get(4)?, bytes: row.get(5)? },
    })
}

/// The newest key for a precinct in a room.
pub(crate) fn newest(db: &Connection, precinct: u32, room: Room) -> Result<Option<DeviceKey>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM device_key WHERE precinct = ?1 AND room = ?2 ORDER BY place DESC LIMIT 1"
    );
    Ok(db.query_row(&sql, params![precinct, room.as_str()], read).optional()?)
}

/// A key by its id.
pub(crate) fn by_id(db: &Connection, id: KeyId) -> Result<Option<DeviceKey>> {
    let sql = format!("SELECT {COLUMNS} FROM device_key WHERE id = ?1");
    Ok(db.query_row(&sql, [id.0], read).optional()?)
}

/// Whether this tablet holds an invitation.
pub(crate) fn holds(db: &Connection, invitation: &PublicKey) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM device_key WHERE invitation = ?1)";
    Ok(db.query_row(sql, [invitation.0], |row| row.get(0))?)
}

/// Precincts this tablet may report for, in the order of their first invitations.
pub(crate) fn precincts(db: &Connection) -> Result<Vec<u32>> {
    let mut list =
        db.prepare_cached("SELECT precinct FROM device_key GROUP BY precinct ORDER BY min(place)")?;
    let rows = list.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The next sequence number of a key; taken once the transaction around it commits.
pub(crate) fn next_sequence(db: &Connection, id: KeyId) -> Result<u64> {
    let sql = "UPDATE device_key SET sequence = sequence + 1 WHERE id = ?1 RETURNING sequence";
    Ok(text::unsigned(db.query_row(sql, [id.0], |row| row.get(0))?))
}
