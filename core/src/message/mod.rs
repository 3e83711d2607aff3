//! Signed messages, version 1 (design section 6).
//!
//! A message is encoded once, signed once, and from then on carried, stored and published as those same bytes.
//! [`Message::sign`] makes one, [`Message::parse`] reads one; both agree on a single encoding, so that no
//! message has two spellings.

mod act;
mod enrolment;
mod envelope;
mod kind;
mod package;
mod people;
mod report;
mod room_act;

pub use act::{Act, BeginReason, BegunAgain, Carried, NotBegunAgain, WHY_MAX};
pub use enrolment::{Enrolment, EnrolmentRequest, Invitation, Invitations, Revoke, RevokeReason};
pub use envelope::{Message, NotCanonical, OtherBytes, Payload, Scope};
pub use kind::Kind;
pub use package::{Package, PackageError};
pub use people::{People, Person, Role};
pub use report::{
    Acknowledged, Attestation, Attester, COUNT_MAX, Channel, Lot, LotDrawer, LotMethod, Reason,
    Report, ShapeError,
};
pub use room_act::{RoomAct, RoomChange};
