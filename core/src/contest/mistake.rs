//! A mistake in a file that a person wrote, and how to mend it.

use std::fmt;

/// A mistake in a contest's files. Trying again without mending it does not help.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub struct Mistake {
    /// The file, as the caller named it.
    pub file: String,
    /// Its line, from 1; 0 where the mistake is the file as a whole.
    pub line: u32,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
}

impl Mistake {
    /// A mistake at a line (0: the whole file).
    pub fn new(file: &str, line: u32, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, what: what.into(), remedy: remedy.into() }
    }

    /// Trying the same again never helps: the file has to change.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        false
    }
}

/// `file:line: what; remedy`.
impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 {
            write!(f, "{}: {}; {}", self.file, self.what, self.remedy)
        } else {
            write!(f, "{}:{}: {}; {}", self.file, self.line, self.what, self.remedy)
        }
    }
}

/// The known word nearest to what was written, if it is near enough to be meant.
pub(super) fn nearest<'a>(
    written: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    known
        .into_iter()
        .map(|word| (distance(written, word), word))
        .filter(|(distance, word)| *distance <= 1 + word.len() / 4)
        .min()
        .map(|(_, word)| word)
}

/// Letters to insert, delete or replace to make one word the other.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (at, from) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = at + 1;
        for (column, to) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(from != *to);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_the_word_that_was_meant() {
        let known = ["hotline", "time_zone", "party"];
        assert_eq!(nearest("hot_line", known), Some("hotline"));
        assert_eq!(nearest("timezone", known), Some("time_zone"));
        assert_eq!(nearest("servers", known), None);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
