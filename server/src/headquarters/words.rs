//! The codes of what the pages name, and what no code can say in both languages.

use countersign_core::id::MessageId;
use countersign_core::language::Language;
use countersign_core::results::RoomState;
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

/// Who reads a room. What two people withheld is headquarters' alone: campaigns get none of its words.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) state: &'a RoomState,
    pub(super) is_observer: bool,
}

impl Reader<'_> {
    /// Whether they may see a message.
    pub(super) fn sees(self, message: MessageId) -> bool {
        !self.is_observer || self.state.review().withheld(message).is_none()
    }

    /// Words of a message; `None` where they may not see it.
    pub(super) fn words(self, message: MessageId, words: &str) -> Option<String> {
        self.sees(message).then(|| words.to_owned())
    }
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
