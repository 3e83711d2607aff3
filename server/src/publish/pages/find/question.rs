//! What somebody asks for.

use countersign_core::id::MessageId;

/// Longest question that is looked at, in bytes: an id has 64, a phrase at most 26.
const ASKED_MAX: usize = 200;

/// What a question names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Question {
    /// Nothing was asked.
    Nothing,
    /// A message, by its id.
    Message(MessageId),
    /// An entry of the log, by its number.
    Entry(u64),
    /// A read-back phrase, its words in lower case with one space between.
    Phrase(String),
    /// None of these.
    Unclear,
}

impl Question {
    /// Reads what somebody typed or pasted: upper case, spaces around and a `#` or commas in a number are theirs to leave.
    pub(super) fn read(asked: &str) -> Self {
        if asked.len() > ASKED_MAX {
            return Self::Unclear;
        }
        let asked = asked.trim().to_lowercase();
        if asked.is_empty() {
            return Self::Nothing;
        }
        if let Some(id) = MessageId::from_hex(&asked) {
            return Self::Message(id);
        }
        let number: String = asked.trim_start_matches('#').chars().filter(|&c| c != ',').collect();
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        if let Some(index) = is_number.then(|| number.parse().ok()).flatten() {
            return Self::Entry(index);
        }
        let words: Vec<&str> =
            asked.split([' ', '-', '\t']).filter(|word| !word.is_empty()).collect();
        let is_word = |word: &&str| word.bytes().all(|byte| byte.is_ascii_lowercase());
        if words.len() == 3 && words.iter().all(is_word) {
            return Self::Phrase(words.join(" "));
        }
        Self::Unclear
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_entries_and_phrases_are_told_apart() {
        let id = MessageId::of(b"a report");
        assert_eq!(
            Question::read(&format!("  {} ", id.to_string().to_uppercase())),
            Question::Message(id)
        );
        assert_eq!(Question::read("#1,204"), Question::Entry(1204));
        assert_eq!(Question::read("0"), Question::Entry(0));
        assert_eq!(
            Question::read(" Abandon  ability-ABLE"),
            Question::Phrase("abandon ability able".to_owned())
        );
        assert_eq!(Question::read(" "), Question::Nothing);
        for unclear in [
            "abc",
            "abandon ability",
            "<b> <i> <u>",
            "99999999999999999999",
            ",",
            "#",
            &"a".repeat(201),
        ] {
            assert_eq!(Question::read(unclear), Question::Unclear, "{unclear}");
        }
    }
}
