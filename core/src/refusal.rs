//! Why a message is not entered in the log: a closed set of codes that server, tablet and hand-off page share.

use std::fmt;
use std::str::FromStr;

/// What becomes of a message that was not entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It may be entered later as it is: the sender tries again.
    TryAgain,
    /// The server keeps it for a person to judge.
    Held,
    /// It will never be entered here.
    Refused,
}

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $status:literal, $fate:ident, $title:literal;)+) => {
        /// Why a message is not entered. The codes are stable: they are the last part of a problem's `type`
        /// (RFC 9457).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Refusal {
            $($(#[$doc])* $name,)+
        }

        impl Refusal {
            /// Every refusal.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The stable code.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// The HTTP status it is answered with.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)+ }
            }

            /// What becomes of the message.
            #[must_use]
            pub const fn fate(self) -> Fate {
                match self { $(Self::$name => Fate::$fate,)+ }
            }

            /// One English sentence for whoever reads the problem.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)+ }
            }
        }
    };
}

refusals! {
    /// More bytes than the kind may have.
    TooLarge = "too-large", 413, Refused, "The message is larger than its kind may be.";
    /// Not the one canonical form: damaged, unknown fields, another spelling.
    NotCanonical = "not-canonical", 400, Refused, "The bytes are not a message in its one accepted form.";
    /// A kind that this server does not take.
    UnsupportedKind = "unsupported-kind", 422, Refused, "This server does not take messages of this kind.";
    /// The room opens later.
    NotOpenYet = "not-open-yet", 503, TryAgain, "The room is not open yet. The message stays queued.";
    /// The key was never enrolled: send the enrolment, then this again.
    UnknownKey = "unknown-key", 409, TryAgain, "The key is not enrolled here yet. Send its enrolment, then this message again.";
    /// The signature does not fit.
    BadSignature = "bad-signature", 403, Refused, "The signature does not fit the message.";
    /// Signed for another contest.
    WrongContest = "wrong-contest", 409, Refused, "The message belongs to another contest.";
    /// Signed by a key of the other room.
    WrongRoom = "wrong-room", 409, Refused, "The message belongs to the other room.";
    /// A precinct that the key may not report for, or that is not in the package.
    WrongPrecinct = "wrong-precinct", 403, Refused, "The key may not report for this precinct.";
    /// A package that was never entered here.
    UnknownPackage = "unknown-package", 409, Refused, "The package that the report names was never published here.";
    /// Lengths or numbers that do not fit the contest.
    OverLimit = "over-limit", 422, Refused, "A length or a number is outside the contest's limits.";
    /// The key was revoked before the message came.
    RevokedKey = "revoked-key", 403, Held, "The key was revoked before this message came. It is kept for a person to judge.";
    /// The invitation is not known, was revoked, or has enrolled as many tablets as it may.
    InvitationNotValid = "invitation-not-valid", 403, Refused, "The invitation is not valid here, or has enrolled all the tablets it may.";
    /// It supersedes a report that the same key did not sign.
    WrongSupersedes = "wrong-supersedes", 422, Refused, "A correction may only replace a report of the same key.";
    /// The key's person may not do this.
    NotAllowed = "not-allowed", 403, Refused, "The key may not sign messages of this kind.";
    /// The person had a part in the precinct's numbers: typed them, or decided about them.
    OwnEntry = "own-entry", 403, Refused, "Nobody decides about or releases what they entered or decided themselves.";
    /// The person who asks cannot be the one who approves.
    SamePerson = "same-person", 403, Refused, "A second person has to approve this.";
    /// An earlier decision rests on stronger evidence and is not named.
    WeakerEvidence = "weaker-evidence", 409, Refused, "An earlier decision rests on stronger evidence. Name it to put it aside.";
    /// It names a report, preview, release, stop, objection or inquiry that is not in the log.
    UnknownSubject = "unknown-subject", 409, Refused, "What this is about is not in the log.";
    /// Something impossible in the numbers of a precinct was answered by no reviewer.
    OpenFinding = "open-finding", 409, Refused, "Something impossible was found in the numbers of a precinct, and no reviewer has answered it.";
    /// Since it was prepared, another report counts, or another decision or release came.
    ChangedSince = "changed-since", 409, Refused, "Something changed since this was prepared. Look again and prepare it anew.";
    /// The question that it replies to is closed: a reply, a correction or a decision came first.
    QuestionClosed = "question-closed", 409, Refused, "The question is closed: a reply, a correction or a decision came first.";
    /// As many inquiries of the observer as may be are without a response.
    InquiriesOpen = "inquiries-open", 409, Refused, "Too many inquiries of this observer wait for a response. Ask again once there is one.";
    /// Observers still have time to look at the preview.
    WindowOpen = "window-open", 409, TryAgain, "Observers still have time to look at the preview.";
    /// Releases are stopped.
    Stopped = "stopped", 409, TryAgain, "Releases are stopped.";
    /// More than the key may send in a short time.
    TooMany = "too-many", 429, TryAgain, "Too many messages in a short time. The message stays queued.";
    /// The server's log is older than what tablets hold: it was restored from an old copy.
    LogBehind = "log-behind", 503, TryAgain, "The server was restored from an older copy and takes nothing until its log was begun again. The message stays queued.";
    /// The server is busy or stopping.
    Busy = "busy", 503, TryAgain, "The server is busy. The message stays queued.";
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl std::error::Error for Refusal {}

/// The text is no code of a refusal: the server is newer than this program.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown refusal code {0:?}")]
pub struct UnknownRefusal(pub String);

impl FromStr for Refusal {
    type Err = UnknownRefusal;

    fn from_str(code: &str) -> Result<Self, UnknownRefusal> {
        Self::ALL
            .iter()
            .copied()
            .find(|refusal| refusal.code() == code)
            .ok_or_else(|| UnknownRefusal(code.to_owned()))
    }
}
