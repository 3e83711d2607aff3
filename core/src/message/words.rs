//! Words that a person at headquarters writes into a message and that everyone will read.

/// Most characters of a reason in words.
pub const WHY_MAX: usize = 200;

/// Whether a text is one line of 1 to `chars_max` characters that begins and ends in none that is blank.
#[must_use]
pub(crate) fn is_line(text: &str, chars_max: usize) -> bool {
    (1..=chars_max).contains(&text.chars().count())
        && !text.contains(char::is_control)
        && text.trim() == text
}

/// Whether a text is a reason in words: one line of 1 to [`WHY_MAX`] characters.
#[must_use]
pub(crate) fn is_why(text: &str) -> bool {
    is_line(text, WHY_MAX)
}
