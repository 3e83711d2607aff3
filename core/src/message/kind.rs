//! The kinds of messages.

use std::fmt;

/// What a message is. The number stands in log entries, the word in the content type and in what is signed.
/// Both are for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// The contest, by the party key.
    Package = 1,
    /// Roles and public keys, by the party key or an admin.
    People = 2,
    /// Invitation keys with their precincts, by an admin.
    Invitations = 3,
    /// A key that is no longer trusted, by an admin.
    Revoke = 4,
    /// A room opens or a rehearsal round begins, by an admin.
    Room = 5,
    /// A device key, by itself and, inside, by an invitation key.
    Enrolment = 6,
    /// A precinct's report, by a device key.
    Report = 7,
    /// Photo digests after a report, by a device key.
    Addition = 8,
    /// A held message counts, by a reviewer.
    Admit = 9,
    /// Which source counts and why, by a reviewer.
    Decision = 10,
    /// An objection answered, by a reviewer.
    Answer = 11,
    /// What observers see before a release, by a release manager.
    Preview = 12,
    /// A release, by a release manager.
    Release = 13,
    /// A release withdrawn, by a release manager.
    Withdraw = 14,
    /// Releases stopped, by a release manager.
    Stop = 15,
    /// An objection to a precinct, by an observer.
    Objection = 16,
    /// An installer's hash, by an admin.
    Update = 17,
    /// Something private is withheld, by an admin.
    Withhold = 18,
    /// The approval of a second person.
    Approve = 19,
    /// Any other audited act, by an admin or a release manager.
    Act = 20,
    /// A question to those who signed a report, by a reviewer or an operator.
    Question = 21,
    /// The reply that its numbers stand, by the device key of the report.
    Reply = 22,
    /// A question of a campaign to headquarters, by an observer.
    Inquiry = 23,
    /// What headquarters says to it, by a reviewer or a release manager.
    Response = 24,
    /// What headquarters says to everyone, by a release manager.
    Notice = 25,
}

impl Kind {
    /// Every kind, by number.
    pub const ALL: [Self; 25] = [
        Self::Package,
        Self::People,
        Self::Invitations,
        Self::Revoke,
        Self::Room,
        Self::Enrolment,
        Self::Report,
        Self::Addition,
        Self::Admit,
        Self::Decision,
        Self::Answer,
        Self::Preview,
        Self::Release,
        Self::Withdraw,
        Self::Stop,
        Self::Objection,
        Self::Update,
        Self::Withhold,
        Self::Approve,
        Self::Act,
        Self::Question,
        Self::Reply,
        Self::Inquiry,
        Self::Response,
        Self::Notice,
    ];

    /// Its number.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The kind of a number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Package => "package",
            Self::People => "people",
            Self::Invitations => "invitations",
            Self::Revoke => "revoke",
            Self::Room => "room",
            Self::Enrolment => "enrolment",
            Self::Report => "report",
            Self::Addition => "addition",
            Self::Admit => "admit",
            Self::Decision => "decision",
            Self::Answer => "answer",
            Self::Preview => "preview",
            Self::Release => "release",
            Self::Withdraw => "withdraw",
            Self::Stop => "stop",
            Self::Objection => "objection",
            Self::Update => "update",
            Self::Withhold => "withhold",
            Self::Approve => "approve",
            Self::Act => "act",
            Self::Question => "question",
            Self::Reply => "reply",
            Self::Inquiry => "inquiry",
            Self::Response => "response",
            Self::Notice => "notice",
        }
    }

    /// The largest message of this kind, in bytes.
    #[must_use]
    pub const fn size_max(self) -> usize {
        match self {
            Self::Package | Self::Preview => 4 << 20,
            Self::Invitations | Self::People | Self::Release => 1 << 20,
            Self::Report
            | Self::Enrolment
            | Self::Addition
            | Self::Question
            | Self::Reply
            | Self::Inquiry
            | Self::Response
            | Self::Notice => 4 << 10,
            _ => 64 << 10,
        }
    }

    /// The content type in the protected header.
    #[must_use]
    pub fn content_type(self) -> String {
        format!("application/vnd.countersign.{}+cbor", self.as_str())
    }

    pub(super) fn from_content_type(text: &str) -> Option<Self> {
        let word = text.strip_prefix("application/vnd.countersign.")?.strip_suffix("+cbor")?;
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
