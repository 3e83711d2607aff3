//! Tables of the private store: the newest checkpoint that each witness cosigned, and the newest that enough did. So a restart
//! loses none, and whoever exports the log beside a running server has them.

use std::collections::BTreeMap;
use std::path::Path;

use countersign_core::room::Room;
use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior, params};

use super::{PrivateStore, StoreError};

/// The newest checkpoint that a witness cosigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigned {
    /// Its entries.
    pub size: u64,
    /// When the cosignature came, server time in milliseconds since the Unix epoch.
    pub at_ms: u64,
    /// The signed checkpoint with that witness's line.
    pub note: String,
}

/// What witnesses cosigned of one log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeptCosignatures {
    /// The newest of each witness, by its verifier key.
    pub each: BTreeMap<String, Cosigned>,
    /// The newest checkpoint that as many as were needed had cosigned, with their lines.
    pub witnessed: Option<String>,
}

impl PrivateStore {
    /// Keeps what a witness cosigned of a log, and the checkpoint that enough witnesses have cosigned by then. Durable on
    /// return. Of one log neither goes back to fewer entries.
    ///
    /// # Errors
    /// [`StoreError`]; nothing is kept then.
    pub fn note_cosigned(
        &self,
        room: Room,
        origin: &str,
        witness: &str,
        cosigned: &Cosigned,
        witnessed: Option<&str>,
    ) -> Result<(), StoreError> {
        let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute(
            "INSERT INTO cosigned (room, witness, origin, size, at_ms, note) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (room, witness) DO UPDATE SET
                origin = excluded.origin, size = excluded.size, at_ms = excluded.at_ms, note = excluded.note
             WHERE origin <> excluded.origin OR size <= excluded.size",
            params![
                room.as_str(),
                witness,
                origin,
                number(cosigned.size),
                number(cosigned.at_ms),
                cosigned.note
            ],
        )?;
        if let Some(note) = witnessed {
            transaction.execute(
                "INSERT OR REPLACE INTO witnessed (room, origin, note) VALUES (?1, ?2, ?3)",
                params![room.as_str(), origin, note],
            )?;
        }
        Ok(transaction.commit()?)
    }

    /// What witnesses cosigned of a log.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn cosigned(&self, room: Room, origin: &str) -> Result<KeptCosignatures, StoreError> {
        read(&self.connection(), room, origin)
    }
}

/// What witnesses cosigned of a log, from the private store in a file that a server may be using. Nothing where there is no
/// file, or one from before cosignatures were kept.
///
/// # Errors
/// [`StoreError`].
pub fn kept_cosignatures(
    path: &Path,
    room: Room,
    origin: &str,
) -> Result<KeptCosignatures, StoreError> {
    if !path.is_file() {
        return Ok(KeptCosignatures::default());
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    let there = connection
        .prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'cosigned'")?
        .exists([])?;
    if there { read(&connection, room, origin) } else { Ok(KeptCosignatures::default()) }
}

fn read(connection: &Connection, room: Room, origin: &str) -> Result<KeptCosignatures, StoreError> {
    let of = params![room.as_str(), origin];
    let mut rows = connection.prepare_cached(
        "SELECT witness, size, at_ms, note FROM cosigned WHERE room = ?1 AND origin = ?2",
    )?;
    let each = rows.query_map(of, |row| {
        let number = |at| row.get(at).map(|value: i64| u64::try_from(value).unwrap_or(0));
        Ok((row.get(0)?, Cosigned { size: number(1)?, at_ms: number(2)?, note: row.get(3)? }))
    })?;
    let each = each.collect::<Result<_, _>>()?;
    let sql = "SELECT note FROM witnessed WHERE room = ?1 AND origin = ?2";
    let witnessed = connection.query_row(sql, of, |row| row.get(0)).optional()?;
    Ok(KeptCosignatures { each, witnessed })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::QuarantineLimits;

    #[test]
    fn the_newest_of_each_witness_is_kept_and_read_beside_a_running_server() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("private.db");
        let nothing = KeptCosignatures::default();
        let kept = |origin| kept_cosignatures(&path, Room::Official, origin).unwrap();
        assert_eq!(kept("a/1"), nothing, "no file, and none is made");
        assert!(!path.exists());
        let store = PrivateStore::open(&path, QuarantineLimits::default()).unwrap();
        let of = |size: u64| Cosigned { size, at_ms: 7, note: format!("{size};") };
        let note = |origin, witness, size, witnessed| {
            store.note_cosigned(Room::Official, origin, witness, &of(size), witnessed).unwrap();
        };
        note("a/1", "w1", 5, None);
        note("a/1", "w2", 5, Some("5;5;"));
        note("a/1", "w1", 9, Some("5;5;"));
        note("a/1", "w1", 3, Some("5;5;"));
        let each = BTreeMap::from([("w1".to_owned(), of(9)), ("w2".to_owned(), of(5))]);
        let expected = KeptCosignatures { each, witnessed: Some("5;5;".to_owned()) };
        assert_eq!(kept("a/1"), expected);
        assert_eq!(store.cosigned(Room::Official, "a/1").unwrap(), expected);
        assert_eq!(store.cosigned(Room::Rehearsal, "a/1").unwrap(), nothing);
        // A log that was begun again is another one.
        note("a/2", "w1", 2, None);
        assert_eq!(kept("a/2").each, BTreeMap::from([("w1".to_owned(), of(2))]));
        assert_eq!(kept("a/2").witnessed, None);
    }
}
