//! The keypads, by the keys they must have: no more, no less.

/// The least a key may measure on either side, in CSS pixels.
pub const KEY_LEAST: u32 = 44;

/// A keypad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pad {
    /// A number: digits, delete, clear, −1, +1 and next.
    Number,
    /// A PIN: digits, delete, clear and next.
    Pin,
    /// A code: letters, digits, delete and next.
    Code,
    /// Words in English: letters, digits, space, delete and next.
    Words,
    /// Words in Spanish: Ñ as well.
    Palabras,
}

impl Pad {
    /// The names of its keys, as in `data-key`.
    #[must_use]
    pub fn keys(self) -> Vec<String> {
        let actions: &[&str] = match self {
            Self::Number => &["delete", "clear", "minus", "plus", "next"],
            Self::Pin => &["delete", "clear", "next"],
            Self::Code => &["delete", "next"],
            Self::Words | Self::Palabras => &["delete", "space", "next"],
        };
        self.faces().into_iter().chain(actions.iter().map(|name| (*name).to_owned())).collect()
    }

    /// The keys that type something.
    #[must_use]
    pub fn faces(self) -> Vec<String> {
        match self {
            Self::Number | Self::Pin => (0..10).map(|digit| format!("d{digit}")).collect(),
            Self::Code | Self::Words | Self::Palabras => ('A'..='Z')
                .chain('0'..='9')
                .chain((self == Self::Palabras).then_some('Ñ'))
                .map(|face| format!("letter-{face}"))
                .collect(),
        }
    }
}
