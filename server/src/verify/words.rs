//! Whatever is published, character by character: the same is made anew from the log and put beside it. Numbers are compared by
//! themselves before, so that the first one that differs has a name; this finds everything else, such as a sentence that somebody
//! added, or a number that is hidden behind another.
//!
//! Other words are no proof of anything: another version of this program may have made them. They are listed, and what they say is
//! not believed.

use std::collections::HashMap;

use serde::Serialize;

use super::replay::Unread;
use crate::publish::files::Texts;
use crate::publish::pages::read_back;
use crate::publish::pages::said::CannotTell;

/// Most files with other words that are named.
const NAMED_MAX: usize = 20;

/// Characters that are shown of each text where they differ, and of them before the first that does.
const SHOWN: usize = 100;
const SHOWN_BEFORE: usize = 30;

/// Files that were compared character by character.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ComparedWords {
    /// Files that say what this program makes of the log, and nothing else.
    pub same: usize,
    /// Files that say the same numbers and something else besides.
    pub other: usize,
    /// The first of them.
    pub named: Vec<OtherWords>,
    /// Whether some of it cannot be made anew, because two people withheld messages.
    pub withheld: bool,
}

/// A file with other words.
#[derive(Debug, Clone, Serialize)]
pub struct OtherWords {
    /// Its name.
    pub file: String,
    /// Where it begins to differ, as published.
    pub published: String,
    /// The same place as it was made anew.
    pub made_anew: String,
}

impl ComparedWords {
    /// Adds what was found of other files.
    pub(super) fn add(&mut self, other: Self) {
        self.same += other.same;
        self.other += other.other;
        self.named.extend(other.named);
        self.named.truncate(NAMED_MAX);
    }

    /// Compares a file with the same made anew.
    pub(super) fn compare(&mut self, file: &str, published: &str, made_anew: &str) {
        if published == made_anew {
            self.same += 1;
            return;
        }
        self.other += 1;
        if self.named.len() < NAMED_MAX {
            let (published, made_anew) = where_they_differ(published, made_anew);
            self.named.push(OtherWords { file: file.to_owned(), published, made_anew });
        }
    }
}

/// Where two texts begin to differ, in both.
fn where_they_differ(one: &str, other: &str) -> (String, String) {
    let same = one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count();
    let shown = |text: &str| {
        text.chars().skip(same.saturating_sub(SHOWN_BEFORE)).take(SHOWN).collect::<String>()
    };
    (shown(one), shown(other))
}

/// Published texts, beside which the same are put as they are made anew.
pub(super) struct Beside<'a> {
    /// Where results are published.
    pub(super) place: &'a str,
    /// Texts by their names below it.
    pub(super) published: HashMap<&'a str, &'a str>,
    /// What of the log cannot be read.
    pub(super) unread: Unread,
    /// What was found.
    pub(super) words: &'a mut ComparedWords,
}

impl Beside<'_> {
    /// A published text that was not made anew yet.
    pub(super) fn published(&self, name: &str) -> Option<&str> {
        self.published.get(name).copied()
    }

    /// Whether a text is published and was not made anew yet.
    pub(super) fn wants(&self, name: &str) -> bool {
        self.published(name).is_some()
    }

    /// Whether each was made anew.
    pub(super) fn is_done(&self) -> bool {
        self.published.is_empty()
    }

    /// What was not made anew has other words than nothing.
    pub(super) fn end(self) {
        for (name, published) in &self.published {
            self.words.compare(&format!("{}{name}", self.place), published, "");
        }
    }
}

impl Texts for Beside<'_> {
    fn take(&mut self, name: String, made_anew: &str, _: &'static str, _: bool) {
        let Some(published) = self.published.remove(name.as_str()) else { return };
        let file = format!("{}{name}", self.place);
        if published == made_anew {
            self.words.compare(&file, published, made_anew);
        } else {
            let cannot_tell = CannotTell::of(made_anew, self.unread.came_in);
            let told = |html| read_back::without(html, |of, text| cannot_tell.other(of, text));
            self.words.compare(&file, &told(published), &told(made_anew));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_where_texts_differ_is_shown() {
        let mut words = ComparedWords::default();
        words.compare("a", "the same", "the same");
        let sentence = "Está bien. ".repeat(10);
        words.compare("b", &format!("{sentence}Añadido.</p>"), &format!("{sentence}</p>"));
        assert_eq!((words.same, words.other), (1, 1));
        let OtherWords { file, published, made_anew } = &words.named[0];
        assert_eq!(file, "b");
        assert_eq!(published, "á bien. Está bien. Está bien. Añadido.</p>");
        assert_eq!(made_anew, "á bien. Está bien. Está bien. </p>");
    }
}
