//! Signed reports, carried ones, and messages from headquarters.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[allow(unused_imports, reason = "some are only linked to")]
use super::*;

/// Where a report stands (design section 1, idea 3). There is no state called "sent".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Standing {
    /// Signed and queued, durable on this tablet.
    SavedHere,
    /// A receipt was verified on this tablet.
    Countersigned {
        /// Index in the log.
        #[ts(type = "number")]
        log_index: u64,
        /// Server time of the entry.
        #[ts(type = "number")]
        entered_ms: u64,
    },
    /// The server keeps it for a person to judge.
    Held {
        /// Stable code.
        reason: HeldReason,
    },
    /// The server does not take it.
    Refused {
        /// Stable code.
        reason: RefusedReason,
    },
}

/// Why a report is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum HeldReason {
    /// The key was revoked before the report came.
    RevokedKey,
    /// The server's log is not the one this tablet knows (older, or another).
    LogMismatch,
    /// It asks for something this version of the app does not know.
    Unknown,
}

/// Why a report is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum RefusedReason {
    /// Not canonical, too large, or damaged.
    NotCanonical,
    /// The signature does not fit.
    BadSignature,
    /// Another contest's.
    WrongContest,
    /// Another room's.
    WrongRoom,
    /// A precinct the invitation does not name.
    WrongPrecinct,
    /// A package the server does not know.
    UnknownPackage,
    /// The invitation is not (or no longer) valid.
    InvitationNotValid,
    /// Numbers or lengths outside the limits.
    OverLimit,
    /// It corrects a report this tablet's key did not sign.
    WrongSupersedes,
    /// A reply to a question that was closed before it came: a correction or headquarters itself settled it.
    QuestionClosed,
    /// Another reason.
    Other,
}

/// A report signed on this tablet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReportView {
    /// Its id: SHA-256 of the signed bytes, 64 lower-case hexadecimal digits.
    pub id: String,
    /// The precinct.
    pub precinct: PrecinctView,
    /// The room.
    pub room: RoomName,
    /// 1 for the first.
    pub revision: u32,
    /// The report it replaces.
    pub supersedes: Option<String>,
    /// The report that replaces it.
    pub superseded_by: Option<String>,
    /// Device time of the signature.
    #[ts(type = "number")]
    pub signed_ms: u64,
    /// Three words.
    pub phrase: String,
    /// People who attended.
    pub attendees: u32,
    /// Groups in ballot order.
    pub groups: Vec<GroupView>,
    /// What each count counts.
    pub count_kinds: Vec<CountKind>,
    /// The numbers, by count and group.
    pub counts: Vec<Vec<u32>>,
    /// Where it stands.
    pub standing: Standing,
    /// Server time less device time at the receipt, in seconds, where it is more than a minute.
    pub skew_s: Option<i64>,
    /// A worksheet is known to compare it with (rehearsal).
    pub worksheet: bool,
    /// What headquarters released of the precinct, beside this report; absent while nothing is, or where another report
    /// replaced this one.
    pub released: Option<ReleasedView>,
    /// What headquarters asks about it, or asked and was replied to here; absent where another report replaced it.
    pub question: Option<QuestionView>,
}

/// What headquarters asks about a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct QuestionView {
    /// Its id.
    pub id: String,
    /// When it was asked (server time).
    #[ts(type = "number")]
    pub at_ms: u64,
    /// What is asked, in the words of headquarters: 1 to 200 characters.
    pub words: String,
    /// Checks that it is about; none where only the words say what is asked.
    pub findings: Vec<AskedFinding>,
    /// The reply that was signed here; absent while none was.
    pub reply: Option<ReplyView>,
}

/// A check that a question is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AskedFinding {
    /// Its id: `C01` to `C10`, `H01` to `H05`.
    pub check: String,
    /// The group it concerns, by ballot index.
    pub group: Option<u8>,
}

/// A reply that was signed here: the numbers stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReplyView {
    /// Why they stand.
    pub reason: ReasonChoice,
    /// Where the reply stands.
    pub standing: Standing,
}

/// What headquarters released of a precinct, beside a report that was signed here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReleasedView {
    /// Name of the release.
    pub name: String,
    /// When it took effect (server time).
    #[ts(type = "number")]
    pub at_ms: u64,
    /// The cells that are not as signed; none where all are.
    pub differs: Vec<ReleasedCell>,
}

/// A number that was not released as it was signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReleasedCell {
    /// Which cell.
    pub cell: Cell,
    /// What was signed here.
    pub signed: u32,
    /// What was released.
    pub released: u32,
}

/// A report carried for another tablet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CarriedView {
    /// Report id.
    pub id: String,
    /// The precinct, where the package knows it.
    pub precinct: Option<PrecinctView>,
    /// The room.
    pub room: RoomName,
    /// Where it stands.
    pub standing: Standing,
}

/// A message from headquarters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct NoticeView {
    /// Its id.
    pub id: String,
    /// What kind.
    pub kind: NoticeKind,
    /// The precinct it is about.
    pub precinct: Option<PrecinctView>,
    /// Words of headquarters, where there are any.
    pub text: Option<String>,
    /// When it came (server time).
    #[ts(type = "number")]
    pub at_ms: u64,
}

/// What kind of message from headquarters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum NoticeKind {
    /// A key of this tablet was revoked.
    Revocation,
    /// The party's server had to begin its log again: reports that were countersigned are sent again by themselves.
    LogBegunAgain,
    /// A kind this version does not know; kept.
    Unknown,
}
