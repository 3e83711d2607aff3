//! The codes of what the pages name.

use countersign_core::id::MessageId;

use super::request::BAD_REQUEST;
use crate::http::Problem;

/// The one of these that has a code.
pub(super) fn by_code<T: Copy>(
    all: &[T],
    code: impl Fn(T) -> &'static str,
    text: &str,
) -> Result<T, Problem> {
    all.iter().copied().find(|&one| code(one) == text).ok_or(BAD_REQUEST)
}

/// The same where there may be none.
pub(super) fn optional_code<T: Copy>(
    all: &[T],
    code: impl Fn(T) -> &'static str,
    text: Option<&str>,
) -> Result<Option<T>, Problem> {
    text.map(|text| by_code(all, code, text)).transpose()
}

/// A message's id.
pub(super) fn message_id(text: &str) -> Result<MessageId, Problem> {
    MessageId::from_hex(text).ok_or(BAD_REQUEST)
}
