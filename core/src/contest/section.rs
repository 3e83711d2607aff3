//! TOML read so that every mistake has its line: keys that are missing, of the wrong type, or unknown.

use chrono::DateTime;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::mistake::{Mistake, nearest};
use super::regulation::Fraction;

/// A text and its name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) file: &'a str,
    pub(super) text: &'a str,
}

impl Source<'_> {
    pub(super) fn line(self, offset: usize) -> u32 {
        let before = &self.text.as_bytes()[..offset.min(self.text.len())];
        let breaks = before.iter().filter(|byte| **byte == b'\n').count();
        u32::try_from(breaks + 1).unwrap_or(u32::MAX)
    }

    fn mistake(self, offset: usize, what: String, remedy: impl Into<String>) -> Mistake {
        Mistake::new(self.file, self.line(offset), what, remedy)
    }
}

/// A table of a TOML document. Keys that nobody asked for are mistakes, see [`Section::finish`].
pub(super) struct Section<'a> {
    source: Source<'a>,
    table: &'a DeTable<'a>,
    /// Its name with a dot after it; empty for the document.
    prefix: String,
    offset: usize,
    known: Vec<&'static str>,
}

impl<'a> Section<'a> {
    pub(super) fn document(source: Source<'a>, table: &'a DeTable<'a>) -> Self {
        Self { source, table, prefix: String::new(), offset: 0, known: Vec::new() }
    }

    /// Where a key is; where it is missing, the table.
    pub(super) fn line(&self, key: &str) -> u32 {
        self.source.line(self.table.get(key).map_or(self.offset, |value| value.span().start))
    }

    /// A mistake at a key.
    pub(super) fn mistake(
        &self,
        key: &str,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Mistake {
        Mistake::new(self.source.file, self.line(key), what, remedy)
    }

    pub(super) fn has(&mut self, key: &'static str) -> bool {
        self.known.push(key);
        self.table.get(key).is_some()
    }

    fn value(
        &mut self,
        key: &'static str,
        mistakes: &mut Vec<Mistake>,
    ) -> Option<&'a Spanned<DeValue<'a>>> {
        self.known.push(key);
        let value = self.table.get(key);
        if value.is_none() {
            let what = format!("{}{key} is missing", self.prefix);
            mistakes.push(self.source.mistake(self.offset, what, "add it"));
        }
        value
    }

    fn wrong(&self, key: &str, value: &Spanned<DeValue<'_>>, wanted: &str) -> Mistake {
        let what = format!("{}{key} is a {}", self.prefix, value.get_ref().type_str());
        self.source.mistake(value.span().start, what, format!("write {wanted}"))
    }

    /// A text that is not empty, has no control characters and at most 200 characters.
    pub(super) fn text(
        &mut self,
        key: &'static str,
        mistakes: &mut Vec<Mistake>,
    ) -> Option<String> {
        let value = self.value(key, mistakes)?;
        let Some(text) = value.get_ref().as_str() else {
            mistakes.push(self.wrong(key, value, "a text between double quotes"));
            return None;
        };
        self.good_text(key, value.span().start, text, mistakes)
    }

    fn good_text(
        &self,
        key: &str,
        offset: usize,
        text: &str,
        mistakes: &mut Vec<Mistake>,
    ) -> Option<String> {
        let what = match text_flaw(text) {
            None => return Some(text.to_owned()),
            Some(flaw) => format!("{}{key} {flaw}", self.prefix),
        };
        mistakes.push(self.source.mistake(offset, what, TEXT_REMEDY));
        None
    }

    /// One of the words.
    pub(super) fn choice<T: Copy>(
        &mut self,
        key: &'static str,
        words: &[(&'static str, T)],
        mistakes: &mut Vec<Mistake>,
    ) -> Option<T> {
        let text = self.text(key, mistakes)?;
        let found = words.iter().find(|(word, _)| *word == text);
        if found.is_none() {
            mistakes.push(self.mistake(
                key,
                format!("{}{key} is {text:?}", self.prefix),
                choose(words),
            ));
        }
        found.map(|(_, value)| *value)
    }

    /// A whole number from `least` to `most`.
    pub(super) fn number(
        &mut self,
        key: &'static str,
        least: u32,
        most: u32,
        mistakes: &mut Vec<Mistake>,
    ) -> Option<u32> {
        let value = self.value(key, mistakes)?;
        let number = value
            .get_ref()
            .as_integer()
            .and_then(|number| u32::from_str_radix(number.as_str(), number.radix()).ok())
            .filter(|number| (least..=most).contains(number));
        if number.is_none() {
            let what = format!("{}{key} is no whole number from {least} to {most}", self.prefix);
            mistakes.push(self.source.mistake(
                value.span().start,
                what,
                "write such a number, without quotes",
            ));
        }
        number
    }

    /// A fraction, written `15 %` or `1/6`.
    pub(super) fn fraction(
        &mut self,
        key: &'static str,
        mistakes: &mut Vec<Mistake>,
    ) -> Option<Fraction> {
        let text = self.text(key, mistakes)?;
        let fraction = parse_fraction(&text);
        if fraction.is_none() {
            mistakes.push(self.mistake(
                key,
                format!("{}{key} is {text:?}", self.prefix),
                "write a percentage or a fraction between 0 and 1, such as \"15 %\" or \"1/6\"",
            ));
        }
        fraction
    }

    /// A date and time with its offset, in milliseconds since the Unix epoch.
    pub(super) fn instant(
        &mut self,
        key: &'static str,
        mistakes: &mut Vec<Mistake>,
    ) -> Option<u64> {
        let value = self.value(key, mistakes)?;
        let instant = value
            .get_ref()
            .as_datetime()
            .and_then(|written| DateTime::parse_from_rfc3339(&written.to_string()).ok())
            .and_then(|at| u64::try_from(at.timestamp_millis()).ok());
        if instant.is_none() {
            let what = format!("{}{key} is no moment in time", self.prefix);
            let remedy =
                "write date, time and offset without quotes, such as 2020-02-03T19:00:00-06:00";
            mistakes.push(self.source.mistake(value.span().start, what, remedy));
        }
        instant
    }

    /// A list of texts.
    pub(super) fn texts(
        &mut self,
        key: &'static str,
        mistakes: &mut Vec<Mistake>,
    ) -> Vec<(String, u32)> {
        let Some(value) = self.value(key, mistakes) else { return Vec::new() };
        let Some(items) = value.get_ref().as_array() else {
            mistakes.push(self.wrong(key, value, "a list of texts between square brackets"));
            return Vec::new();
        };
        let mut out = Vec::new();
        for item in items.iter() {
            let offset = item.span().start;
            match item.get_ref().as_str() {
                Some(text) => {
                    if let Some(text) = self.good_text(key, offset, text, mistakes) {
                        out.push((text, self.source.line(offset)));
                    }
                }
                None => mistakes.push(self.wrong(key, item, "a text between double quotes")),
            }
        }
        out
    }

    /// A table inside this one.
    pub(super) fn section(
        &mut self,
        key: &'static str,
        mistakes: &mut Vec<Mistake>,
    ) -> Option<Section<'a>> {
        let value = self.value(key, mistakes)?;
        let section = self.inside(key, value);
        if section.is_none() {
            mistakes.push(self.wrong(key, value, &format!("a table [{}{key}]", self.prefix)));
        }
        section
    }

    /// A list of tables inside this one.
    pub(super) fn sections(
        &mut self,
        key: &'static str,
        mistakes: &mut Vec<Mistake>,
    ) -> Vec<Section<'a>> {
        let Some(value) = self.value(key, mistakes) else { return Vec::new() };
        let wanted = format!("tables [[{}{key}]]", self.prefix);
        let Some(items) = value.get_ref().as_array() else {
            mistakes.push(self.wrong(key, value, &wanted));
            return Vec::new();
        };
        let mut out = Vec::new();
        for item in items.iter() {
            match self.inside(key, item) {
                Some(section) => out.push(section),
                None => mistakes.push(self.wrong(key, item, &wanted)),
            }
        }
        out
    }

    fn inside(&self, key: &str, value: &'a Spanned<DeValue<'a>>) -> Option<Section<'a>> {
        Some(Section {
            source: self.source,
            table: value.get_ref().as_table()?,
            prefix: format!("{}{key}.", self.prefix),
            offset: value.span().start,
            known: Vec::new(),
        })
    }

    /// Reports the keys that nobody asked for.
    pub(super) fn finish(self, mistakes: &mut Vec<Mistake>) {
        for key in self.table.keys() {
            let name: &str = key.get_ref();
            if self.known.contains(&name) {
                continue;
            }
            let remedy = nearest(name, self.known.iter().copied()).map_or_else(
                || format!("leave it out; known here are {}", self.known.join(", ")),
                |meant| format!("is {}{meant} meant?", self.prefix),
            );
            let what = format!("there is no key {}{name}", self.prefix);
            mistakes.push(self.source.mistake(key.span().start, what, remedy));
        }
    }
}

/// What to do about a [`text_flaw`].
pub(super) const TEXT_REMEDY: &str =
    "write 1 to 200 characters on one line, without spaces around them";

/// What is wrong with a text that people will read.
pub(super) fn text_flaw(text: &str) -> Option<&'static str> {
    if text.is_empty() {
        Some("is empty")
    } else if text.trim() != text {
        Some("has spaces around it")
    } else if text.chars().any(char::is_control) {
        Some("has a line break or another control character")
    } else if text.chars().count() > 200 {
        Some("is longer than 200 characters")
    } else {
        None
    }
}

/// Whether a text is an id: `1` to `longest` lower-case letters, digits and hyphens.
pub(super) fn is_id(text: &str, longest: usize) -> bool {
    (1..=longest).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// `write one of a, b, c`.
pub(super) fn choose<T>(words: &[(&'static str, T)]) -> String {
    let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    format!("write one of {}", words.join(", "))
}

fn parse_fraction(text: &str) -> Option<Fraction> {
    let (numerator, denominator) = match text.strip_suffix('%') {
        Some(percent) => (percent.trim_end(), "100"),
        None => text.split_once('/')?,
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(numerator) || !digits(denominator) {
        return None;
    }
    let fraction =
        Fraction { numerator: numerator.parse().ok()?, denominator: denominator.parse().ok()? };
    (fraction.denominator > 0 && fraction.numerator <= fraction.denominator).then_some(fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_are_percentages_or_quotients() {
        let parts =
            |text| parse_fraction(text).map(|fraction| (fraction.numerator, fraction.denominator));
        assert_eq!(parts("15 %"), Some((15, 100)));
        assert_eq!(parts("15%"), Some((15, 100)));
        assert_eq!(parts("1/6"), Some((1, 6)));
        for wrong in ["0.15", "7/6", "1/0", "-1/6", "15", "", "%", "a/b", "+1/2"] {
            assert_eq!(parts(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn ids_are_plain() {
        assert!(is_id("polk-dm-055", 32));
        for wrong in ["", "Polk", "polk dm", "polk_dm", "é"] {
            assert!(!is_id(wrong, 32), "{wrong}");
        }
        assert!(!is_id("abc", 2));
    }
}
