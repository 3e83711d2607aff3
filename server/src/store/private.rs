//! The private store: what cannot change a published number. Here: the quarantine, and how far each log had come, so
//! that a log which went missing or went back is noticed; and what proves that one is an older copy. Accounts of
//! headquarters are in `accounts.rs`, their passkeys in `passkeys.rs`, tokens of observers' programs in `feed_tokens.rs`, what
//! witnesses cosigned in `cosigned.rs`.

use std::collections::HashMap;
use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use countersign_core::id::{KeyId, MessageId};
use countersign_core::refusal::Refusal;
use countersign_core::room::Room;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use rusqlite_migration::{M, Migrations};

use super::StoreError;

const MIGRATIONS: &[M<'static>] = &[
    M::up(
        "CREATE TABLE quarantine (
        room TEXT NOT NULL,
        message BLOB NOT NULL CHECK (length(message) = 32),
        key BLOB NOT NULL CHECK (length(key) = 16),
        code TEXT NOT NULL,
        why INTEGER NOT NULL,
        received_ms INTEGER NOT NULL,
        bytes BLOB NOT NULL,
        PRIMARY KEY (room, message)
     ) STRICT;
     CREATE TABLE furthest (
        room TEXT PRIMARY KEY,
        origin TEXT NOT NULL,
        size INTEGER NOT NULL
     ) STRICT;",
    ),
    M::up(
        "CREATE TABLE beyond (
            room TEXT PRIMARY KEY,
            number INTEGER NOT NULL,
            size INTEGER NOT NULL,
            note TEXT NOT NULL
         ) STRICT;",
    ),
    M::up(
        "CREATE TABLE account (
            number INTEGER PRIMARY KEY,
            name TEXT NOT NULL,
            sign_in_name TEXT NOT NULL UNIQUE,
            public BLOB NOT NULL CHECK (length(public) = 32),
            memory_kib INTEGER NOT NULL,
            passes INTEGER NOT NULL,
            lanes INTEGER NOT NULL,
            salt BLOB NOT NULL,
            nonce BLOB NOT NULL,
            sealed BLOB NOT NULL,
            locked INTEGER NOT NULL CHECK (locked IN (0, 1)),
            unlocked INTEGER NOT NULL
         ) STRICT;
         CREATE TABLE sign_in_code (
            number INTEGER NOT NULL REFERENCES account (number) ON DELETE CASCADE,
            hash BLOB NOT NULL CHECK (length(hash) = 32),
            PRIMARY KEY (number, hash)
         ) STRICT;",
    ),
    M::up(
        "CREATE TABLE feed_token (
            token INTEGER PRIMARY KEY AUTOINCREMENT,
            hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
            number INTEGER NOT NULL REFERENCES account (number) ON DELETE CASCADE,
            made_ms INTEGER NOT NULL,
            used_ms INTEGER
         ) STRICT;",
    ),
    M::up(
        "CREATE TABLE cosigned (
            room TEXT NOT NULL,
            witness TEXT NOT NULL,
            origin TEXT NOT NULL,
            size INTEGER NOT NULL,
            at_ms INTEGER NOT NULL,
            note TEXT NOT NULL,
            PRIMARY KEY (room, witness)
         ) STRICT;
         CREATE TABLE witnessed (
            room TEXT PRIMARY KEY,
            origin TEXT NOT NULL,
            note TEXT NOT NULL
         ) STRICT;",
    ),
    M::up(
        "CREATE TABLE passkey (
            passkey INTEGER PRIMARY KEY AUTOINCREMENT,
            number INTEGER NOT NULL REFERENCES account (number) ON DELETE CASCADE,
            name TEXT NOT NULL,
            credential BLOB NOT NULL UNIQUE CHECK (length(credential) BETWEEN 1 AND 1023),
            public BLOB NOT NULL,
            counter INTEGER NOT NULL,
            added_ms INTEGER NOT NULL,
            used_ms INTEGER
         ) STRICT;
         CREATE INDEX passkey_number ON passkey (number);",
    ),
];

/// Why a message is in quarantine. Each has its own room, so that what anyone can forge never drives out what a
/// known key signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Why {
    /// A person has to judge it; its signature is good.
    Held,
    /// Refused, with a good signature.
    Refused,
    /// Refused, and nothing is known of its signature.
    Unproven,
}

impl Why {
    /// Every reason.
    pub const ALL: [Self; 3] = [Self::Held, Self::Refused, Self::Unproven];

    const fn number(self) -> i64 {
        match self {
            Self::Held => 1,
            Self::Refused => 2,
            Self::Unproven => 3,
        }
    }

    /// The word in metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Refused => "refused",
            Self::Unproven => "unproven",
        }
    }
}

/// A message that was not entered.
#[derive(Debug, Clone)]
pub struct Quarantined {
    /// The room it was sent to.
    pub room: Room,
    /// Its id.
    pub message: MessageId,
    /// The key it names.
    pub key: KeyId,
    /// Why it was not entered.
    pub refusal: Refusal,
    /// In which part of the quarantine it waits.
    pub why: Why,
    /// Server time, milliseconds since the Unix epoch.
    pub received_ms: u64,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A message that a person has to judge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Its id.
    pub message: MessageId,
    /// Code of the refusal.
    pub code: String,
    /// Server time, milliseconds since the Unix epoch.
    pub received_ms: u64,
}

/// How many messages the quarantine holds, for each room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuarantineLimits {
    /// Held ones.
    pub held: u64,
    /// Refused ones with a good signature.
    pub refused: u64,
    /// Those of which nothing is known.
    pub unproven: u64,
}

impl Default for QuarantineLimits {
    fn default() -> Self {
        Self { held: 20_000, refused: 10_000, unproven: 2_000 }
    }
}

impl QuarantineLimits {
    const fn of(self, why: Why) -> u64 {
        match why {
            Why::Held => self.held,
            Why::Refused => self.refused,
            Why::Unproven => self.unproven,
        }
    }
}

/// What became of a message that was to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It is kept, durably.
    New,
    /// It was already there.
    Already,
    /// Its part of the quarantine is full.
    Full,
}

/// The private store of a server, an SQLite file.
pub struct PrivateStore {
    inner: Mutex<Inner>,
    limits: QuarantineLimits,
}

/// The store's connection while nobody else uses it.
struct Connected<'a>(MutexGuard<'a, Inner>);

impl Deref for Connected<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.0.connection
    }
}

impl DerefMut for Connected<'_> {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.0.connection
    }
}

struct Inner {
    connection: Connection,
    /// Messages waiting, kept here because counting rows under a flood would cost more than storing them.
    waiting: HashMap<(Room, Why), u64>,
}

impl PrivateStore {
    /// Opens the store, or makes it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn open(path: &Path, limits: QuarantineLimits) -> Result<Self, StoreError> {
        let mut connection = Connection::open(path)?;
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        Migrations::from_slice(MIGRATIONS)
            .to_latest(&mut connection)
            .map_err(|error| StoreError::Damaged(error.to_string()))?;
        let mut waiting = HashMap::new();
        for room in Room::ALL {
            for why in Why::ALL {
                let count: i64 = connection.query_row(
                    "SELECT count(*) FROM quarantine WHERE room = ?1 AND why = ?2",
                    params![room.as_str(), why.number()],
                    |row| row.get(0),
                )?;
                waiting.insert((room, why), u64::try_from(count).unwrap_or(0));
            }
        }
        Ok(Self { inner: Mutex::new(Inner { connection, waiting }), limits })
    }

    /// The database, for the other tables of the store.
    pub(super) fn connection(&self) -> impl DerefMut<Target = Connection> {
        Connected(self.lock())
    }

    /// Counters change only after a commit and a transaction rolls back when dropped, so a poisoned lock is usable.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps messages, in one durable transaction; says of each what became of it.
    ///
    /// # Errors
    /// [`StoreError`]; then none of them is kept for sure.
    pub fn keep(&self, messages: &[Quarantined]) -> Result<Vec<Kept>, StoreError> {
        let inner = &mut *self.lock();
        let mut waiting = inner.waiting.clone();
        let transaction =
            inner.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut kept = Vec::with_capacity(messages.len());
        {
            let mut known = transaction
                .prepare_cached("SELECT 1 FROM quarantine WHERE room = ?1 AND message = ?2")?;
            let mut insert = transaction.prepare_cached(
                "INSERT INTO quarantine (room, message, key, code, why, received_ms, bytes)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?;
            for message in messages {
                let room = message.room.as_str();
                if known.exists(params![room, message.message.0])? {
                    kept.push(Kept::Already);
                    continue;
                }
                let count = waiting.entry((message.room, message.why)).or_default();
                if *count >= self.limits.of(message.why) {
                    kept.push(Kept::Full);
                    continue;
                }
                *count += 1;
                insert.execute(params![
                    room,
                    message.message.0,
                    message.key.0,
                    message.refusal.code(),
                    message.why.number(),
                    i64::try_from(message.received_ms).unwrap_or(i64::MAX),
                    message.bytes,
                ])?;
                kept.push(Kept::New);
            }
        }
        transaction.commit()?;
        inner.waiting = waiting;
        Ok(kept)
    }

    /// How many messages wait in a room's quarantine for one reason.
    #[must_use]
    pub fn waiting(&self, room: Room, why: Why) -> u64 {
        self.lock().waiting.get(&(room, why)).copied().unwrap_or(0)
    }

    /// The bytes of a message in quarantine.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn quarantined(&self, room: Room, id: MessageId) -> Result<Option<Vec<u8>>, StoreError> {
        let found = self
            .lock()
            .connection
            .query_row(
                "SELECT bytes FROM quarantine WHERE room = ?1 AND message = ?2",
                params![room.as_str(), id.0],
                |row| row.get(0),
            )
            .optional()?;
        Ok(found)
    }

    /// The oldest messages that a person has to judge, at most so many, without their bytes.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn held(&self, room: Room, most: u32) -> Result<Vec<Held>, StoreError> {
        let inner = self.lock();
        let mut held = inner.connection.prepare_cached(
            "SELECT message, code, received_ms FROM quarantine WHERE room = ?1 AND why = ?2
             ORDER BY received_ms, message LIMIT ?3",
        )?;
        let rows = held.query_map(params![room.as_str(), Why::Held.number(), most], |row| {
            Ok(Held {
                message: MessageId(row.get(0)?),
                code: row.get(1)?,
                received_ms: u64::try_from(row.get::<_, i64>(2)?).unwrap_or(0),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Origin and size that a room's log is known to have reached.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn furthest(&self, room: Room) -> Result<Option<(String, u64)>, StoreError> {
        let found = self
            .lock()
            .connection
            .query_row(
                "SELECT origin, size FROM furthest WHERE room = ?1",
                [room.as_str()],
                |row| Ok((row.get(0)?, row.get::<_, i64>(1)?)),
            )
            .optional()?;
        Ok(found.map(|(origin, size)| (origin, u64::try_from(size).unwrap_or(0))))
    }

    /// The largest signed checkpoint that was shown and that a log of the room did not lead to.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn beyond(&self, room: Room) -> Result<Option<String>, StoreError> {
        let sql = "SELECT note FROM beyond WHERE room = ?1";
        Ok(self.lock().connection.query_row(sql, [room.as_str()], |row| row.get(0)).optional()?)
    }

    /// Keeps a signed checkpoint that log `number` or one before it does not lead to. Durable on return; of several the
    /// largest of the newest log stays.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn note_beyond(
        &self,
        room: Room,
        number: u32,
        size: u64,
        note: &str,
    ) -> Result<(), StoreError> {
        self.lock().connection.execute(
            "INSERT INTO beyond (room, number, size, note) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (room) DO UPDATE SET number = excluded.number, size = excluded.size, note = excluded.note
             WHERE (excluded.number, excluded.size) > (number, size)",
            params![room.as_str(), number, i64::try_from(size).unwrap_or(i64::MAX), note],
        )?;
        Ok(())
    }

    /// Notes how far a room's log has come. Never goes back for the same origin.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn note_furthest(&self, room: Room, origin: &str, size: u64) -> Result<(), StoreError> {
        self.lock().connection.execute(
            "INSERT INTO furthest (room, origin, size) VALUES (?1, ?2, ?3)
             ON CONFLICT (room) DO UPDATE SET
                size = CASE WHEN origin = excluded.origin THEN max(size, excluded.size) ELSE excluded.size END,
                origin = excluded.origin",
            params![room.as_str(), origin, i64::try_from(size).unwrap_or(i64::MAX)],
        )?;
        Ok(())
    }
}
