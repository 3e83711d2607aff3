//! A room's log in an SQLite file: WAL, `synchronous=FULL`. Entry and message lie in one row, so that a batch only
//! ever appends.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use countersign_core::id::MessageId;
use countersign_core::log::{Entry, Tree};
use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior, params};
use rusqlite_migration::{M, Migrations};

use super::{Batch, CommitError, Head, LogStore, StoreError, Stored, try_room};

const MIGRATIONS: &[M<'static>] = &[M::up(
    "CREATE TABLE log (
        idx INTEGER PRIMARY KEY,
        entry BLOB NOT NULL CHECK (length(entry) = 42),
        message BLOB NOT NULL
     ) STRICT;
     CREATE TABLE head (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        size INTEGER NOT NULL,
        root BLOB NOT NULL CHECK (length(root) = 32),
        checkpoint TEXT NOT NULL
     ) STRICT;",
)];

/// A log in an SQLite file. One connection writes, another reads, so that readers never wait for a commit.
pub struct SqliteLog {
    path: PathBuf,
    writer: Mutex<Connection>,
    reader: Mutex<Connection>,
}

impl SqliteLog {
    /// Makes an empty log in a new file.
    ///
    /// # Errors
    /// [`StoreError::Exists`] when there is a file, else what the database says.
    pub fn create(path: &Path) -> Result<Self, StoreError> {
        if path.exists() {
            return Err(StoreError::Exists(path.display().to_string()));
        }
        let mut writer = Connection::open(path)?;
        prepare(&writer)?;
        migrate(&mut writer, path)?;
        let root = Tree::default().root(0);
        writer.execute("INSERT INTO head VALUES (1, 0, ?1, '')", params![root])?;
        Self::with_reader(writer, path)
    }

    /// Opens a log for writing.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is no file: a log that is gone is never begun again by itself.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let mut writer = existing(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        prepare(&writer)?;
        migrate(&mut writer, path)?;
        Self::with_reader(writer, path)
    }

    /// Opens a log for reading, beside a server that writes it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn open_read_only(path: &Path) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
        Ok(Self {
            path: path.to_owned(),
            writer: Mutex::new(existing(path, flags)?),
            reader: Mutex::new(existing(path, flags)?),
        })
    }

    fn with_reader(writer: Connection, path: &Path) -> Result<Self, StoreError> {
        let reader = existing(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        Ok(Self { path: path.to_owned(), writer: Mutex::new(writer), reader: Mutex::new(reader) })
    }
}

/// A connection is never left inside a transaction (each rolls back when dropped), so a poisoned lock is usable.
fn lock(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

fn existing(path: &Path, access: OpenFlags) -> Result<Connection, StoreError> {
    if !path.is_file() {
        return Err(StoreError::Missing(path.display().to_string()));
    }
    let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    Ok(connection)
}

fn prepare(connection: &Connection) -> Result<(), StoreError> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    Ok(())
}

fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    use rusqlite_migration::{Error, MigrationDefinitionError};
    Migrations::from_slice(MIGRATIONS).to_latest(connection).map_err(|error| match error {
        Error::MigrationDefinition(MigrationDefinitionError::DatabaseTooFarAhead) => {
            StoreError::Newer(path.display().to_string())
        }
        Error::RusqliteError { err, .. } => StoreError::Database(err),
        other => StoreError::Damaged(other.to_string()),
    })
}

fn index_of(number: u64) -> i64 {
    i64::try_from(number).expect("a log has fewer than 2^63 entries")
}

impl LogStore for SqliteLog {
    fn head(&self) -> Result<Head, StoreError> {
        let row = lock(&self.reader)
            .query_row("SELECT size, root, checkpoint FROM head WHERE one = 1", [], |row| {
                Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()?;
        let (size, root, checkpoint) =
            row.ok_or_else(|| StoreError::Damaged("it has no head".to_owned()))?;
        let size = u64::try_from(size)
            .map_err(|_| StoreError::Damaged("its head has a size below zero".to_owned()))?;
        Ok(Head { size, root, checkpoint })
    }

    fn commit(&self, batch: &Batch<'_>) -> Result<(), CommitError> {
        let nothing = |error: rusqlite::Error| CommitError::NotCommitted(error.into());
        let mut connection = lock(&self.writer);
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(nothing)?;
        {
            let swapped = transaction
                .prepare_cached(
                    "UPDATE head SET size = ?1, root = ?2, checkpoint = ?3
                     WHERE one = 1 AND size = ?4 AND root = ?5",
                )
                .and_then(|mut update| {
                    update.execute(params![
                        index_of(batch.head.size),
                        batch.head.root,
                        batch.head.checkpoint,
                        index_of(batch.onto.size),
                        batch.onto.root,
                    ])
                })
                .map_err(nothing)?;
            if swapped != 1 {
                return Err(CommitError::HeadMoved);
            }
            let mut insert = transaction
                .prepare_cached("INSERT INTO log (idx, entry, message) VALUES (?1, ?2, ?3)")
                .map_err(nothing)?;
            for (index, (entry, message)) in (batch.onto.size..).zip(batch.entries) {
                insert
                    .execute(params![index_of(index), entry.to_bytes(), message])
                    .map_err(nothing)?;
            }
        }
        // From here on an error says nothing about what reached the disk.
        transaction.commit().map_err(|error| CommitError::Unknown(error.into()))
    }

    fn has_room(&self) -> Result<(), StoreError> {
        Ok(try_room(&self.path.with_extension("room"))?)
    }

    fn read(&self, visit: &mut dyn FnMut(u64, Stored) -> bool) -> Result<(), StoreError> {
        let connection = lock(&self.reader);
        let mut select = connection.prepare("SELECT idx, entry, message FROM log ORDER BY idx")?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let index = u64::try_from(row.get::<_, i64>(0)?)
                .map_err(|_| StoreError::Damaged("an index below zero".to_owned()))?;
            let entry =
                Entry::from_bytes(row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?)
                    .map_err(|error| StoreError::Damaged(format!("entry {index}: {error}")))?;
            let message = row.get(2)?;
            if !visit(index, Stored { entry, message }) {
                break;
            }
        }
        Ok(())
    }

    fn message(&self, index: u64, id: MessageId) -> Result<Option<Vec<u8>>, StoreError> {
        let connection = lock(&self.reader);
        let bytes: Option<Vec<u8>> = connection
            .prepare_cached("SELECT message FROM log WHERE idx = ?1")?
            .query_row([index_of(index)], |row| row.get(0))
            .optional()?;
        match bytes {
            Some(bytes) if MessageId::of(&bytes) != id => {
                Err(StoreError::Damaged(format!("entry {index}: its message is another one")))
            }
            other => Ok(other),
        }
    }
}
