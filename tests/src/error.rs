//! The one error of this crate: what was being done, and what went wrong.

use std::path::PathBuf;

/// The crate's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a step of a story could not be taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or process operation failed.
    #[error("{doing}: {source}")]
    Io {
        /// What was being done.
        doing: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A program that has to be built or installed first is not there.
    #[error("{0} is not there; run `make build` (or scripts/setup.sh) first")]
    NotBuilt(PathBuf),
    /// The WebDriver answered with an error.
    #[error("WebDriver, {doing}: {code}: {message}")]
    WebDriver {
        /// The command.
        doing: String,
        /// The W3C error code, such as `no such element`.
        code: String,
        /// The driver's words.
        message: String,
    },
    /// The WebDriver could not be reached, or answered something else than WebDriver.
    #[error("WebDriver, {doing}: {message}")]
    NoDriver {
        /// The command.
        doing: String,
        /// What happened.
        message: String,
    },
    /// Something did not come true within its bound.
    #[error("waited {seconds} s in vain for {what}; last seen: {last}")]
    TimedOut {
        /// What was waited for.
        what: String,
        /// The bound.
        seconds: u64,
        /// What was there instead.
        last: String,
    },
    /// A program ended with a failure.
    #[error("{program} ended with {status}: {stderr}")]
    Program {
        /// Which.
        program: String,
        /// Its exit status.
        status: String,
        /// Its last words.
        stderr: String,
    },
    /// What a page or a program showed is not what a story expects.
    #[error("{0}")]
    Unexpected(String),
}

impl Error {
    /// Whether another driver may open the window that this one did not open.
    #[must_use]
    pub(crate) fn is_of_the_driver(&self) -> bool {
        match self {
            Self::NoDriver { .. } | Self::TimedOut { .. } => true,
            Self::WebDriver { code, .. } => code == "session not created",
            Self::Io { .. } | Self::NotBuilt(_) | Self::Program { .. } | Self::Unexpected(_) => {
                false
            }
        }
    }

    /// Whether trying the same again can help: the page was in the middle of being drawn anew, or
    /// the driver was not up yet.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::NoDriver { .. } | Self::TimedOut { .. } => true,
            Self::WebDriver { code, .. } => matches!(
                code.as_str(),
                "stale element reference"
                    | "no such element"
                    | "element click intercepted"
                    | "element not interactable"
            ),
            Self::Io { .. } | Self::NotBuilt(_) | Self::Program { .. } | Self::Unexpected(_) => {
                false
            }
        }
    }
}

/// Names what was being done when an I/O operation failed.
pub(crate) trait Doing<T> {
    /// Turns the error into [`Error::Io`] with `doing`.
    fn doing(self, doing: impl Into<String>) -> Result<T>;
}

impl<T> Doing<T> for std::io::Result<T> {
    fn doing(self, doing: impl Into<String>) -> Result<T> {
        self.map_err(|source| Error::Io { doing: doing.into(), source })
    }
}
