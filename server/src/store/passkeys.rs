//! Passkeys of headquarters' accounts, in the private store: public keys, and how often each says it was used. They go with their
//! account.

use rusqlite::{Row, TransactionBehavior, params};

use super::{PrivateStore, StoreError};

/// Most passkeys of an account.
pub const PASSKEYS: u32 = 8;

/// A passkey as it is stored. Nothing in it signs anybody in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// Its number; never given again.
    pub passkey: u32,
    /// The person's number.
    pub person: u32,
    /// What they call it.
    pub name: String,
    /// The id by which the authenticator knows it, at most 1,023 bytes.
    pub credential: Vec<u8>,
    /// The public key, a COSE key as the authenticator gave it.
    pub public: Vec<u8>,
    /// The signature counter that it last showed; 0 for authenticators that do not count.
    pub counter: u32,
    /// When it was added, milliseconds since the Unix epoch.
    pub added_ms: u64,
    /// When somebody last signed in with it, milliseconds since the Unix epoch; absent before the first time.
    pub used_ms: Option<u64>,
}

/// A passkey that is to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPasskey {
    /// The person's number.
    pub person: u32,
    /// What they call it.
    pub name: String,
    /// The id by which the authenticator knows it.
    pub credential: Vec<u8>,
    /// The public key, a COSE key as the authenticator gave it.
    pub public: Vec<u8>,
    /// The signature counter that it begins with.
    pub counter: u32,
}

/// A passkey that was not kept.
#[derive(Debug, thiserror::Error)]
pub enum AddPasskeyError {
    /// There is no such account.
    #[error("person {0} has no account: `people accounts` lists them")]
    Nobody(u32),
    /// The account has as many as it may have.
    #[error("person {0} has {PASSKEYS} passkeys: remove one first")]
    TooMany(u32),
    /// An account has the credential already.
    #[error("the passkey is known already")]
    Known,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AddPasskeyError {
    /// Whether trying again can help.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_transient())
    }
}

impl From<rusqlite::Error> for AddPasskeyError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

const COLUMNS: &str =
    "passkey, number, name, credential, public, counter, added_ms, used_ms FROM passkey";

fn passkey(row: &Row<'_>) -> rusqlite::Result<Passkey> {
    let time = |at_ms: i64| u64::try_from(at_ms).unwrap_or(0);
    Ok(Passkey {
        passkey: row.get(0)?,
        person: row.get(1)?,
        name: row.get(2)?,
        credential: row.get(3)?,
        public: row.get(4)?,
        counter: row.get(5)?,
        added_ms: time(row.get(6)?),
        used_ms: row.get::<_, Option<i64>>(7)?.map(time),
    })
}

fn stored(at_ms: u64) -> i64 {
    i64::try_from(at_ms).unwrap_or(i64::MAX)
}

impl PrivateStore {
    /// Keeps a passkey; its number. Durable on return.
    ///
    /// # Errors
    /// [`AddPasskeyError`]; then nothing was kept.
    pub fn add_passkey(&self, new: &NewPasskey, now_ms: u64) -> Result<u32, AddPasskeyError> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let NewPasskey { person, name, credential, public, counter } = new;
        if !transaction.prepare("SELECT 1 FROM account WHERE number = ?1")?.exists([person])? {
            return Err(AddPasskeyError::Nobody(*person));
        }
        let known = "SELECT 1 FROM passkey WHERE credential = ?1";
        if transaction.prepare(known)?.exists([credential])? {
            return Err(AddPasskeyError::Known);
        }
        let sql = "SELECT count(*) FROM passkey WHERE number = ?1";
        let there: u32 = transaction.query_row(sql, [person], |row| row.get(0))?;
        if there >= PASSKEYS {
            return Err(AddPasskeyError::TooMany(*person));
        }
        let number = transaction.query_row(
            "INSERT INTO passkey (number, name, credential, public, counter, added_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING passkey",
            params![person, name, credential, public, counter, stored(now_ms)],
            |row| row.get(0),
        )?;
        transaction.commit()?;
        Ok(number)
    }

    /// The passkeys of a person, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn passkeys(&self, person: u32) -> Result<Vec<Passkey>, StoreError> {
        let sql = format!("SELECT {COLUMNS} WHERE number = ?1 ORDER BY passkey");
        let connection = self.connection();
        let mut own = connection.prepare_cached(&sql)?;
        let rows = own.query_map([person], passkey)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Every passkey, by person.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn all_passkeys(&self) -> Result<Vec<Passkey>, StoreError> {
        let connection = self.connection();
        let mut all = connection.prepare(&format!("SELECT {COLUMNS} ORDER BY number, passkey"))?;
        let rows = all.query_map([], passkey)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Notes a sign-in with a passkey, and the counter that it showed; false when the passkey is gone or its counter did not go
    /// on. Durable on return: of two who show the same count at once, one is told true.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn use_passkey(&self, passkey: u32, counter: u32, now_ms: u64) -> Result<bool, StoreError> {
        let sql = "UPDATE passkey SET counter = ?2, used_ms = max(coalesce(used_ms, 0), ?3)
                   WHERE passkey = ?1 AND (counter < ?2 OR (counter = 0 AND ?2 = 0))";
        Ok(self.connection().execute(sql, params![passkey, counter, stored(now_ms)])? == 1)
    }

    /// Removes a passkey of a person, or of whoever has it; false when there is none. Durable on return.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn remove_passkey(&self, passkey: u32, person: Option<u32>) -> Result<bool, StoreError> {
        let sql = "DELETE FROM passkey WHERE passkey = ?1 AND number = coalesce(?2, number)";
        Ok(self.connection().execute(sql, params![passkey, person])? == 1)
    }
}
