//! The languages in which people read what a check found.

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    English,
    /// Spanish.
    Spanish,
}

impl Language {
    /// Both, English first.
    pub const ALL: [Self; 2] = [Self::English, Self::Spanish];

    /// Its code (BCP 47).
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.say("en", "es")
    }

    /// The one of two that is in this language.
    #[must_use]
    pub const fn say<'a>(self, english: &'a str, spanish: &'a str) -> &'a str {
        match self {
            Self::English => english,
            Self::Spanish => spanish,
        }
    }
}
