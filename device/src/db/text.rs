//! How values of the command surface and of core stand in a column.

use countersign_core::id::{KeyId, MessageId};
use countersign_core::room::Room;
use rusqlite::types::Type;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A value as JSON text.
pub(crate) fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("the types of the command surface always become JSON")
}

/// A value back from JSON text in column `at`.
pub(crate) fn from_json<T: DeserializeOwned>(text: &str, at: usize) -> rusqlite::Result<T> {
    serde_json::from_str(text)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(at, Type::Text, error.into()))
}

/// An optional value back from JSON text in column `at`.
pub(crate) fn from_json_if<T: DeserializeOwned>(
    text: Option<String>,
    at: usize,
) -> rusqlite::Result<Option<T>> {
    text.map(|text| from_json(&text, at)).transpose()
}

/// A message's id in column `at`.
pub(crate) fn message_id(bytes: &[u8], at: usize) -> rusqlite::Result<MessageId> {
    bytes.try_into().map(MessageId).map_err(|error| bad(at, error))
}

/// A key's id in column `at`.
pub(crate) fn key_id(bytes: &[u8], at: usize) -> rusqlite::Result<KeyId> {
    bytes.try_into().map(KeyId).map_err(|error| bad(at, error))
}

/// A room in column `at`.
pub(crate) fn room(text: &str, at: usize) -> rusqlite::Result<Room> {
    text.parse().map_err(|error| bad(at, error))
}

/// SQLite's integers are signed; times and sizes beyond 2^63 do not happen to honest clocks.
pub(crate) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Back from [`signed`].
pub(crate) fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

fn bad(at: usize, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(at, Type::Blob, Box::new(error))
}
