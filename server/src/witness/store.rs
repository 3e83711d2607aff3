//! What a witness must never forget: the last checkpoint of each log that it cosigned. SQLite, `synchronous=FULL`; what
//! [`Store::advance`] kept is durable when it returns.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use countersign_core::witness::{Last, Refused};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use rusqlite_migration::{M, Migrations};

use crate::store::StoreError;

const MIGRATIONS: &[M<'static>] = &[M::up(
    "CREATE TABLE witness (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        name TEXT NOT NULL
     ) STRICT;
     CREATE TABLE last (
        origin TEXT PRIMARY KEY,
        size INTEGER NOT NULL,
        root BLOB NOT NULL CHECK (length(root) = 32),
        note TEXT NOT NULL
     ) STRICT;
     CREATE TABLE refused (
        origin TEXT NOT NULL,
        size INTEGER NOT NULL,
        root BLOB NOT NULL CHECK (length(root) = 32),
        other_view INTEGER NOT NULL,
        note TEXT NOT NULL,
        time_s INTEGER NOT NULL,
        PRIMARY KEY (origin, size, root)
     ) STRICT;",
)];

/// Refused checkpoints that are kept for each log: so many that prove two views by themselves, and as many others.
const REFUSED_MAX: i64 = 64;

pub(super) struct Store(Mutex<Connection>);

/// A signed checkpoint that was refused because it does not go on from the one that was cosigned.
pub(super) struct RefusedNote {
    /// The note, as the log signed it.
    pub(super) note: String,
    /// Whether it has the size of a cosigned one and another root: proof by itself. Others may also have come with a proof
    /// that somebody else made up.
    pub(super) other_view: bool,
    /// When it came, seconds since the Unix epoch.
    pub(super) time_s: u64,
}

fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

impl Store {
    /// Opens the store of the witness of this name, or makes one.
    pub(super) fn open(path: &Path, name: &str) -> Result<(Self, String), StoreError> {
        let mut connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        Migrations::from_slice(MIGRATIONS)
            .to_latest(&mut connection)
            .map_err(|error| StoreError::Damaged(error.to_string()))?;
        connection.execute("INSERT OR IGNORE INTO witness VALUES (1, ?1)", params![name])?;
        let name = connection.query_row("SELECT name FROM witness", [], |row| row.get(0))?;
        Ok((Self(Mutex::new(connection)), name))
    }

    /// A transaction rolls back when dropped, so the connection is usable after a panic.
    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets `judge` look at the last checkpoint of a log and keeps what it says instead, in one step and durably.
    ///
    /// # Errors
    /// What the database says. It is not known then which of both was kept, and nobody may be told of either.
    pub(super) fn advance(
        &self,
        origin: &str,
        note: &str,
        judge: impl FnOnce(&Last) -> Result<Last, Refused>,
    ) -> Result<Result<Last, Refused>, StoreError> {
        let mut connection = self.lock();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let last: Option<(i64, [u8; 32])> = transaction
            .prepare_cached("SELECT size, root FROM last WHERE origin = ?1")?
            .query_row([origin], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let known = last.is_some();
        let last = match last {
            None => Last::nothing(),
            Some((size, root)) => {
                let size = u64::try_from(size)
                    .map_err(|_| StoreError::Damaged("a size below zero".to_owned()))?;
                Last { size, root }
            }
        };
        let next = match judge(&last) {
            Ok(next) => next,
            Err(refused) => return Ok(Err(refused)),
        };
        if next.size > i64::MAX as u64 {
            return Ok(Err(Refused::Malformed));
        }
        // The same head again needs nothing to be kept.
        if next != last || !known {
            transaction
                .prepare_cached(
                    "INSERT INTO last VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT (origin) DO UPDATE SET
                        size = excluded.size, root = excluded.root, note = excluded.note",
                )?
                .execute(params![origin, number(next.size), next.root, note])?;
            transaction.commit()?;
        }
        Ok(Ok(next))
    }

    /// Size and note of the last checkpoint of a log that was cosigned.
    pub(super) fn last(&self, origin: &str) -> Result<Option<(u64, String)>, StoreError> {
        let found: Option<(i64, String)> = self
            .lock()
            .query_row("SELECT size, note FROM last WHERE origin = ?1", [origin], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        Ok(found.map(|(size, note)| (u64::try_from(size).unwrap_or(0), note)))
    }

    /// Keeps a signed checkpoint that was refused. Says whether it is a new one: each is kept once, and only so many.
    pub(super) fn keep_refused(
        &self,
        origin: &str,
        at: &Last,
        refused: &RefusedNote,
    ) -> Result<bool, StoreError> {
        let changed = self.lock().execute(
            "INSERT OR IGNORE INTO refused
             SELECT ?1, ?2, ?3, ?4, ?5, ?6
             WHERE (SELECT count(*) FROM refused WHERE origin = ?1 AND other_view = ?4) < ?7",
            params![
                origin,
                number(at.size),
                at.root,
                refused.other_view,
                refused.note,
                number(refused.time_s),
                REFUSED_MAX
            ],
        )?;
        Ok(changed == 1)
    }

    /// What was refused of a log, in the order in which it came.
    pub(super) fn refused(&self, origin: &str) -> Result<Vec<RefusedNote>, StoreError> {
        let connection = self.lock();
        let mut select = connection.prepare_cached(
            "SELECT note, other_view, time_s FROM refused WHERE origin = ?1 ORDER BY time_s, size",
        )?;
        let rows = select.query_map([origin], |row| {
            let time_s = u64::try_from(row.get::<_, i64>(2)?).unwrap_or(0);
            Ok(RefusedNote { note: row.get(0)?, other_view: row.get(1)?, time_s })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
