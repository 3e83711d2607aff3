//! The codes of what the pages name, and what no code can say in both languages.

use countersign_core::id::MessageId;
use countersign_core::language::Language;
use serde::Serialize;

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

/// A sentence with names and numbers in it, in both languages of the pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Sentence {
    en: String,
    es: String,
}

impl Sentence {
    pub(super) fn by<T: Into<String>>(say: impl Fn(Language) -> T) -> Self {
        Self { en: say(Language::English).into(), es: say(Language::Spanish).into() }
    }
}
