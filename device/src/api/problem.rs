//! Why a command did not do what was asked.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[allow(unused_imports, reason = "some are only linked to")]
use super::*;

/// Why a command did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// The code: the screens choose their words by it and by nothing else.
    pub code: ProblemCode,
    /// Trying the same again can help.
    pub retry: bool,
    /// For `pinWrong` and `pinWait`: milliseconds until the next try.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub wait_ms: Option<u32>,
}

/// The closed set of codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum ProblemCode {
    /// The PIN is not right.
    PinWrong,
    /// Too early for another try.
    PinWait,
    /// A PIN has six digits.
    PinFormat,
    /// The app is locked.
    Locked,
    /// The code's length or characters are not those of an invitation.
    CodeFormat,
    /// The check character does not fit: a slip in typing.
    CodeSlip,
    /// The code names no precinct of this contest.
    CodeOtherContest,
    /// No package yet: connect once, or bring it as a file.
    NoPackage,
    /// The package's party key is not the pinned one, or its signature does not fit.
    PackageRefused,
    /// This tablet holds no invitation for that precinct.
    NoInvitation,
    /// No draft is open.
    NoDraft,
    /// The number would be over 100 000.
    NumberTooLarge,
    /// Something is still missing before it can be signed.
    NotComplete,
    /// A reason is needed, or is longer than 60 characters.
    ReasonFormat,
    /// The command does not fit the state (a report already signed, an unknown id, an index out of range).
    NotPossibleNow,
    /// The hand-off could not be read.
    HandOffUnreadable,
    /// A file could not be written at the place that the person chose. What is saved on the tablet is safe.
    NotWrittenThere,
    /// The disk is full. What was shown as saved is safe.
    DiskFull,
    /// The folder cannot be written.
    ReadOnly,
    /// The database is damaged; it was left as it is and nothing was begun over it.
    DatabaseDamaged,
    /// The database was written by a newer version of the app.
    DatabaseNewer,
    /// A bug: the command could not be understood or an invariant broke. Nothing was changed.
    Internal,
}
