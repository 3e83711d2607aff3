//! How a command fails, and with which exit code.

use std::fmt::Display;

/// Why a command ended without doing what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Something a person can mend: an argument, a file, a folder, a setting. Exit code 2.
    #[error("{0}")]
    Mistake(String),
    /// Anything else. Exit code 1.
    #[error("{0}")]
    Internal(String),
}

impl Failure {
    /// A mistake, in words that name the remedy.
    pub fn mistake(what: impl Display) -> Self {
        Self::Mistake(what.to_string())
    }

    /// A failure of machine or program.
    pub fn internal(what: impl Display) -> Self {
        Self::Internal(what.to_string())
    }

    /// The exit code.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Mistake(_) => 2,
            Self::Internal(_) => 1,
        }
    }

    /// Whether the same command may succeed later without a change by a person.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Internal(_))
    }
}
