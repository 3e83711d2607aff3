//! Signed messages, version 1 (design section 6).
//!
//! A message is encoded once, signed once, and from then on carried, stored and published as those same bytes.
//! [`Message::sign`] makes one, [`Message::parse`] reads one; both agree on a single encoding, so that no
//! message has two spellings.

mod act;
mod content;
mod copy_compared;
mod enrolment;
mod envelope;
mod inquiry;
mod kind;
mod package;
mod people;
mod question;
mod release;
mod report;
mod review;
mod room_act;
mod words;

pub use act::{Act, BeginReason, BegunAgain, Carried, NotBegunAgain};
pub use copy_compared::{CopyCompared, CopyDecision};
pub use enrolment::{Enrolment, EnrolmentRequest, Invitation, Invitations, Revoke, RevokeReason};
pub use envelope::{Message, NotCanonical, OtherBytes, Payload, Scope};
pub use inquiry::{Inquiry, Notice, Response};
pub use kind::Kind;
pub use package::{Package, PackageError};
pub use people::{People, Person, Role};
pub use question::{Question, Reply};
pub use release::{
    Approve, Cause, Layer, NAME_MAX, Preview, PreviewedPrecinct, Release, STOP_MINUTES_MAX, Stop,
    StopChange, Withdraw, Withhold,
};
pub use report::{
    Acknowledged, Attestation, Attester, COUNT_MAX, Channel, Lot, LotDrawer, LotMethod, Reason,
    Report, ShapeError,
};
pub use review::{
    Admit, Answer, AnswerOutcome, Decision, Evidence, FindingName, Objection, ObjectionReason,
};
pub use room_act::{RoomAct, RoomChange};
pub use words::WHY_MAX;
