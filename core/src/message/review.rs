//! Kinds 9 to 11 and 16: what people say about a precinct before and after its release (design sections 6 and 9).
//!
//! Nobody here changes a number: a decision names the report that counts, and a number that stands in no report yet comes
//! as a report of its own, by the person who typed it.

use minicbor::{Decode, Encode};

use super::words::is_why;
use super::{Kind, Payload};
use crate::id::{MessageId, PhotoDigest, PrecinctNumber};

/// What a number rests on, the weakest first. A stronger one is not replaced by a weaker one without being named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Evidence {
    /// A report, as the tablet or a caller gave it.
    #[n(1)]
    Report,
    /// The worksheet that was signed in the room.
    #[n(2)]
    Sheet,
    /// The preference cards, counted again.
    #[n(3)]
    Cards,
}

impl Evidence {
    /// Every class, the weakest first.
    pub const ALL: [Self; 3] = [Self::Report, Self::Sheet, Self::Cards];

    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Sheet => "sheet",
            Self::Cards => "cards",
        }
    }
}

/// A finding, as far as a decision has to name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Encode, Decode)]
#[cbor(map)]
pub struct FindingName {
    /// Number of the check: 1 to 10 for C01 to C10, 101 to 105 for H01 to H05.
    #[n(1)]
    pub check: u8,
    /// The group it concerns, by ballot index; absent where it concerns the precinct as a whole.
    #[n(2)]
    pub group: Option<u8>,
}

/// Kind 9, signed by a reviewer: a held message counts.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Admit {
    /// Id of the held message.
    #[n(1)]
    pub message: MessageId,
    /// Why, in 1 to 200 characters.
    #[n(2)]
    pub why: String,
}

impl Payload for Admit {
    const KIND: Kind = Kind::Admit;
}

impl Admit {
    /// Whether lengths are within their limits.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        is_why(&self.why)
    }
}

/// Kind 10, signed by a reviewer who entered no number of the precinct: which report counts, and why.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Decision {
    /// The precinct.
    #[n(1)]
    pub precinct: PrecinctNumber,
    /// The report that counts; absent: none does until somebody decides again.
    #[n(2)]
    pub report: Option<MessageId>,
    /// What its numbers rest on.
    #[n(3)]
    pub evidence: Evidence,
    /// Why, in 1 to 200 characters.
    #[n(4)]
    pub why: String,
    /// Findings that are answered by this, in rising order. They are answered for the reports that are there now: a later
    /// report opens them again.
    #[n(5)]
    pub answers: Vec<FindingName>,
    /// The precinct's last decision before this one, so that nobody decides without having seen it.
    #[n(6)]
    pub after: Option<MessageId>,
    /// The same decision once more, where it rested on stronger evidence than this one: it is put aside knowingly.
    #[n(7)]
    pub overrides: Option<MessageId>,
}

impl Payload for Decision {
    const KIND: Kind = Kind::Decision;
}

impl Decision {
    /// Most findings that one decision answers.
    pub const ANSWERS_MAX: usize = 300;

    /// Whether lengths are within their limits and the findings stand in order.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        is_why(&self.why)
            && self.answers.len() <= Self::ANSWERS_MAX
            && self.answers.is_sorted_by(|a, b| a < b)
    }
}

/// What an observer objects to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum ObjectionReason {
    /// The numbers are not those that were announced in the room.
    #[n(1)]
    NotAsAnnounced,
    /// The rules give other delegates.
    #[n(2)]
    NotByTheRules,
    /// They do not agree with the signed worksheet.
    #[n(3)]
    NotAsOnTheSheet,
    /// The precinct's caucus was not held as it should have been.
    #[n(4)]
    Conduct,
    /// Another reason, given in words.
    #[n(5)]
    Other,
}

impl ObjectionReason {
    /// Every reason.
    pub const ALL: [Self; 5] = [
        Self::NotAsAnnounced,
        Self::NotByTheRules,
        Self::NotAsOnTheSheet,
        Self::Conduct,
        Self::Other,
    ];

    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotAsAnnounced => "not-as-announced",
            Self::NotByTheRules => "not-by-the-rules",
            Self::NotAsOnTheSheet => "not-as-on-the-sheet",
            Self::Conduct => "conduct",
            Self::Other => "other",
        }
    }
}

/// Kind 16, signed by an observer: something is wrong with a precinct of a preview.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Objection {
    /// The preview.
    #[n(1)]
    pub preview: MessageId,
    /// The precinct; it stands in the preview.
    #[n(2)]
    pub precinct: PrecinctNumber,
    /// What is wrong.
    #[n(3)]
    pub reason: ObjectionReason,
    /// The same in 1 to 200 characters.
    #[n(4)]
    pub why: String,
    /// A picture that shows it, handed to headquarters beside this.
    #[n(5)]
    pub evidence: Option<PhotoDigest>,
}

impl Payload for Objection {
    const KIND: Kind = Kind::Objection;
}

impl Objection {
    /// Whether lengths are within their limits.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        is_why(&self.why)
    }
}

/// What became of an objection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum AnswerOutcome {
    /// The numbers stand.
    #[n(1)]
    Stands,
    /// They were or will be corrected.
    #[n(2)]
    Corrected,
    /// The precinct is left out until it is settled.
    #[n(3)]
    LeftOut,
}

impl AnswerOutcome {
    /// Every outcome.
    pub const ALL: [Self; 3] = [Self::Stands, Self::Corrected, Self::LeftOut];

    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Stands => "stands",
            Self::Corrected => "corrected",
            Self::LeftOut => "left-out",
        }
    }
}

/// Kind 11, signed by a reviewer: the answer to an objection.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Answer {
    /// Id of the objection.
    #[n(1)]
    pub objection: MessageId,
    /// What became of it.
    #[n(2)]
    pub outcome: AnswerOutcome,
    /// Why, in 1 to 200 characters.
    #[n(3)]
    pub why: String,
}

impl Payload for Answer {
    const KIND: Kind = Kind::Answer;
}

impl Answer {
    /// Whether lengths are within their limits.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        is_why(&self.why)
    }
}
