//! Tokens of observers' programs, in the private store: of each only the hash. They go with their account.

use rusqlite::{OptionalExtension, Row, TransactionBehavior, params};

use super::{PrivateStore, StoreError};

/// A token of an account, without what would let anybody use it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedToken {
    /// Its number; never given again.
    pub token: u32,
    /// The person's number.
    pub person: u32,
    /// When it was made, milliseconds since the Unix epoch.
    pub made_ms: u64,
    /// When it was last shown, milliseconds since the Unix epoch; absent before the first time.
    pub used_ms: Option<u64>,
}

/// A token that was not kept.
#[derive(Debug, thiserror::Error)]
pub enum MakeTokenError {
    /// There is no such account.
    #[error("person {0} has no account: `people accounts` lists them")]
    Nobody(u32),
    /// The account has as many as it may have.
    #[error("person {0} has {FEED_TOKENS} tokens: `people revoke-token` one first")]
    TooMany(u32),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl MakeTokenError {
    /// Whether trying again can help.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_transient())
    }
}

impl From<rusqlite::Error> for MakeTokenError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Most tokens of an account.
pub const FEED_TOKENS: u32 = 10;

const COLUMNS: &str = "token, number, made_ms, used_ms FROM feed_token";

fn token(row: &Row<'_>) -> rusqlite::Result<FeedToken> {
    let time = |at_ms: i64| u64::try_from(at_ms).unwrap_or(0);
    Ok(FeedToken {
        token: row.get(0)?,
        person: row.get(1)?,
        made_ms: time(row.get(2)?),
        used_ms: row.get::<_, Option<i64>>(3)?.map(time),
    })
}

fn stored(at_ms: u64) -> i64 {
    i64::try_from(at_ms).unwrap_or(i64::MAX)
}

impl PrivateStore {
    /// Keeps a token by its hash; its number. Durable on return.
    ///
    /// # Errors
    /// [`MakeTokenError`]; then nothing was kept.
    pub fn make_feed_token(
        &self,
        person: u32,
        hash: &[u8; 32],
        now_ms: u64,
    ) -> Result<u32, MakeTokenError> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if !transaction.prepare("SELECT 1 FROM account WHERE number = ?1")?.exists([person])? {
            return Err(MakeTokenError::Nobody(person));
        }
        let sql = "SELECT count(*) FROM feed_token WHERE number = ?1";
        let there: u32 = transaction.query_row(sql, [person], |row| row.get(0))?;
        if there >= FEED_TOKENS {
            return Err(MakeTokenError::TooMany(person));
        }
        let token = transaction.query_row(
            "INSERT INTO feed_token (hash, number, made_ms) VALUES (?1, ?2, ?3) RETURNING token",
            params![hash, person, stored(now_ms)],
            |row| row.get(0),
        )?;
        transaction.commit()?;
        Ok(token)
    }

    /// The token with a hash.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn feed_token(&self, hash: &[u8; 32]) -> Result<Option<FeedToken>, StoreError> {
        let sql = format!("SELECT {COLUMNS} WHERE hash = ?1");
        Ok(self.connection().query_row(&sql, [hash], token).optional()?)
    }

    /// Every token, by person.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn feed_tokens(&self) -> Result<Vec<FeedToken>, StoreError> {
        let connection = self.connection();
        let mut all = connection.prepare(&format!("SELECT {COLUMNS} ORDER BY number, token"))?;
        let rows = all.query_map([], token)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Notes that a token was shown.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn feed_token_used(&self, token: u32, now_ms: u64) -> Result<(), StoreError> {
        let sql = "UPDATE feed_token SET used_ms = max(coalesce(used_ms, 0), ?2) WHERE token = ?1";
        self.connection().execute(sql, params![token, stored(now_ms)])?;
        Ok(())
    }

    /// Ends a token; false when there is none. Durable on return.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn remove_feed_token(&self, token: u32) -> Result<bool, StoreError> {
        Ok(self.connection().execute("DELETE FROM feed_token WHERE token = ?1", [token])? == 1)
    }
}
