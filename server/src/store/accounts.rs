//! Accounts of headquarters, in the private store: a person's key sealed by their password, and the hashes of their
//! one-time codes.

use countersign_core::id::PublicKey;
use countersign_core::seal::{Cost, Sealed};
use rusqlite::{OptionalExtension, Row, TransactionBehavior, params};

use super::{PrivateStore, StoreError};

/// An account as it is stored. Nothing in it opens the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The person's number.
    pub number: u32,
    /// Their name, as they wrote it.
    pub name: String,
    /// The key they sign with.
    pub public: PublicKey,
    /// Cost that the password was stretched with.
    pub cost: Cost,
    /// Its salt.
    pub salt: Vec<u8>,
    /// The private key, sealed by the password.
    pub sealed: Sealed,
    /// Whether an admin locked it.
    pub locked: bool,
    /// How often an admin unlocked it: each time also ends the lock-out after wrong passwords.
    pub unlocked: u32,
}

/// An account that was not made.
#[derive(Debug, thiserror::Error)]
pub enum MakeAccountError {
    /// The number has an account.
    #[error("person {0} has an account already: `people remove` it first, or take another number")]
    Number(u32),
    /// Another account has the name.
    #[error("another account has the name {0:?}: add something that tells them apart")]
    Name(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl MakeAccountError {
    /// Whether trying again can help.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_transient())
    }
}

const COLUMNS: &str = "number, name, public, memory_kib, passes, lanes, salt, nonce, sealed, locked, unlocked FROM account";

fn account(row: &Row<'_>) -> rusqlite::Result<Account> {
    Ok(Account {
        number: row.get(0)?,
        name: row.get(1)?,
        public: PublicKey(row.get(2)?),
        cost: Cost { memory_kib: row.get(3)?, passes: row.get(4)?, lanes: row.get(5)? },
        salt: row.get(6)?,
        sealed: Sealed { nonce: row.get(7)?, bytes: row.get(8)? },
        locked: row.get(9)?,
        unlocked: row.get(10)?,
    })
}

impl PrivateStore {
    /// Keeps a new account under the name to sign in with, and its codes' hashes. Durable on return.
    ///
    /// # Errors
    /// [`MakeAccountError`]; then nothing was kept.
    pub fn make_account(
        &self,
        account: &Account,
        sign_in_name: &str,
        codes: &[[u8; 32]],
    ) -> Result<(), MakeAccountError> {
        let mut connection = self.connection();
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(StoreError::from)?;
        let taken = |sql: &str, value: &dyn rusqlite::ToSql| {
            transaction.prepare(sql).and_then(|mut taken| taken.exists([value]))
        };
        let number = taken("SELECT 1 FROM account WHERE number = ?1", &account.number);
        if number.map_err(StoreError::from)? {
            return Err(MakeAccountError::Number(account.number));
        }
        let name = taken("SELECT 1 FROM account WHERE sign_in_name = ?1", &sign_in_name);
        if name.map_err(StoreError::from)? {
            return Err(MakeAccountError::Name(account.name.clone()));
        }
        let Account { number, name, public, cost, salt, sealed, locked, unlocked } = account;
        transaction
            .execute(
                "INSERT INTO account (number, name, sign_in_name, public, memory_kib, passes, lanes, salt, nonce, sealed, locked, unlocked)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
                params![
                    number,
                    name,
                    sign_in_name,
                    public.0,
                    cost.memory_kib,
                    cost.passes,
                    cost.lanes,
                    salt,
                    sealed.nonce,
                    sealed.bytes,
                    locked,
                    unlocked
                ],
            )
            .map_err(StoreError::from)?;
        insert_codes(&transaction, *number, codes)?;
        transaction.commit().map_err(StoreError::from)?;
        Ok(())
    }

    /// The account with a name to sign in with.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn account_named(&self, sign_in_name: &str) -> Result<Option<Account>, StoreError> {
        let sql = format!("SELECT {COLUMNS} WHERE sign_in_name = ?1");
        Ok(self.connection().query_row(&sql, [sign_in_name], account).optional()?)
    }

    /// The account of a person.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn account(&self, number: u32) -> Result<Option<Account>, StoreError> {
        let sql = format!("SELECT {COLUMNS} WHERE number = ?1");
        Ok(self.connection().query_row(&sql, [number], account).optional()?)
    }

    /// Every account, by number.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        let connection = self.connection();
        let mut all = connection.prepare(&format!("SELECT {COLUMNS} ORDER BY number"))?;
        let rows = all.query_map([], account)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Hashes of the codes of an account that were not used.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn codes(&self, number: u32) -> Result<Vec<[u8; 32]>, StoreError> {
        let connection = self.connection();
        let mut all = connection.prepare("SELECT hash FROM sign_in_code WHERE number = ?1")?;
        let rows = all.query_map([number], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Uses a code up; false when it is gone. Durable on return: of two who try it at once, one has it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn use_code(&self, number: u32, hash: &[u8; 32]) -> Result<bool, StoreError> {
        let sql = "DELETE FROM sign_in_code WHERE number = ?1 AND hash = ?2";
        Ok(self.connection().execute(sql, params![number, hash])? == 1)
    }

    /// Puts new codes in the place of an account's codes; false when there is no such account.
    ///
    /// # Errors
    /// [`StoreError`]; then it has the old ones.
    pub fn replace_codes(&self, number: u32, codes: &[[u8; 32]]) -> Result<bool, StoreError> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let known =
            transaction.prepare("SELECT 1 FROM account WHERE number = ?1")?.exists([number])?;
        if known {
            transaction.execute("DELETE FROM sign_in_code WHERE number = ?1", [number])?;
            insert_codes(&transaction, number, codes)?;
        }
        transaction.commit()?;
        Ok(known)
    }

    /// Locks an account, or unlocks it and ends its lock-out; false when there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn set_locked(&self, number: u32, locked: bool) -> Result<bool, StoreError> {
        let sql =
            "UPDATE account SET locked = ?2, unlocked = unlocked + (1 - ?2) WHERE number = ?1";
        Ok(self.connection().execute(sql, params![number, locked])? == 1)
    }

    /// Removes an account, its key with it; false when there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn remove_account(&self, number: u32) -> Result<bool, StoreError> {
        let sql = "DELETE FROM account WHERE number = ?1";
        Ok(self.connection().execute(sql, [number])? == 1)
    }
}

fn insert_codes(
    connection: &rusqlite::Connection,
    number: u32,
    codes: &[[u8; 32]],
) -> Result<(), StoreError> {
    let mut insert =
        connection.prepare("INSERT INTO sign_in_code (number, hash) VALUES (?1, ?2)")?;
    for hash in codes {
        insert.execute(params![number, hash])?;
    }
    Ok(())
}
