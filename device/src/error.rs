//! Why a command did not do what was asked, before it becomes the screen's [`Problem`].

use rusqlite::ErrorCode;

use crate::api::{Problem, ProblemCode};

/// A result of this crate.
pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something did not happen. In every case nothing was changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The PIN is not right.
    #[error("the PIN is not right; the next try is possible in {wait_ms} ms")]
    PinWrong {
        /// Milliseconds until the next try.
        wait_ms: u32,
    },
    /// Too early for another try.
    #[error("the next PIN is taken in {wait_ms} ms")]
    PinWait {
        /// Milliseconds until the next try.
        wait_ms: u32,
    },
    /// One of the cases that need no more than their code.
    #[error("{0:?}")]
    Code(ProblemCode),
    /// The database said no.
    #[error("the database failed")]
    Database(#[from] rusqlite::Error),
    /// An invariant broke; the text is for the log.
    #[error("{0}")]
    Internal(String),
}

impl Error {
    /// A command that does not fit the state.
    pub(crate) const NOT_NOW: Self = Self::Code(ProblemCode::NotPossibleNow);

    /// The code a screen chooses its words by.
    pub(crate) fn code(&self) -> ProblemCode {
        match self {
            Self::PinWrong { .. } => ProblemCode::PinWrong,
            Self::PinWait { .. } => ProblemCode::PinWait,
            Self::Code(code) => *code,
            Self::Database(error) => database_code(error),
            Self::Internal(_) => ProblemCode::Internal,
        }
    }

    /// Whether trying the same again can help.
    pub(crate) fn is_transient(&self) -> bool {
        matches!(
            self.code(),
            ProblemCode::PinWait
                | ProblemCode::PinWrong
                | ProblemCode::Locked
                | ProblemCode::NoPackage
                | ProblemCode::NotWrittenThere
                | ProblemCode::DiskFull
                | ProblemCode::ReadOnly
        )
    }
}

impl From<ProblemCode> for Error {
    fn from(code: ProblemCode) -> Self {
        Self::Code(code)
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let code = error.code();
        if matches!(code, ProblemCode::Internal) || matches!(error, Error::Database(_)) {
            tracing::error!(?error, "a command failed");
        }
        let wait_ms = match error {
            Error::PinWrong { wait_ms } | Error::PinWait { wait_ms } => Some(wait_ms),
            _ => None,
        };
        Self { code, retry: error.is_transient(), wait_ms }
    }
}

/// What a failure of SQLite means to a person.
fn database_code(error: &rusqlite::Error) -> ProblemCode {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => ProblemCode::DiskFull,
        Some(
            ErrorCode::ReadOnly
            | ErrorCode::CannotOpen
            | ErrorCode::PermissionDenied
            | ErrorCode::SystemIoFailure
            | ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked,
        ) => ProblemCode::ReadOnly,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => ProblemCode::DatabaseDamaged,
        _ => ProblemCode::Internal,
    }
}
