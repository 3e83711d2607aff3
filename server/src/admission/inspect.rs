//! What can be said of a message before the sequencer sees it.

use countersign_core::id::{KeyId, PublicKey};
use countersign_core::message::{Act, Enrolment, Kind, Message, NotCanonical, Report, Scope};
use countersign_core::refusal::Refusal;
use countersign_core::room::Room;

use crate::room::{Projection, RoomDesk};

/// What is known of a message's signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// It is good.
    Good,
    /// It is not, or nobody knows: charged to the address.
    None,
    /// It was not looked at, and the sender is not to blame.
    Unneeded,
}

/// Reads a message in its one form, content included.
pub(super) fn canonical(bytes: &[u8]) -> Result<Message, Refusal> {
    let message = Message::parse(bytes).map_err(|error| match error {
        NotCanonical::TooLarge { .. } => Refusal::TooLarge,
        NotCanonical::UnknownKind => Refusal::UnsupportedKind,
        _ => Refusal::NotCanonical,
    })?;
    // What begins a log comes from its command alone.
    let content = match message.decode() {
        Ok(Act::BegunAgain(_)) => None,
        _ => message.content_is_canonical(),
    };
    let content = content.ok_or(Refusal::UnsupportedKind)?;
    content.map(|()| message).map_err(|_| Refusal::NotCanonical)
}

/// Whether every signature of a message is good for a contest and room. No lock is held: this is the costly step.
pub(super) fn is_signed(
    message: &Message,
    authority: &PublicKey,
    contest: &str,
    room: Room,
) -> bool {
    let scope = match message.kind() {
        Kind::Package => Scope::any(contest),
        _ => Scope::room(contest, room),
    };
    message.verify(authority, scope)
        && match message.decode::<Enrolment>() {
            Ok(enrolment) => enrolment.is_granted(contest, room),
            Err(_) => message.kind() != Kind::Enrolment,
        }
}

/// Why a message of a key that is not known here is refused. Only a tablet's key may become known later, by its
/// enrolment.
pub(super) fn of_stranger(message: &Message, refusal: Refusal) -> Refusal {
    match (refusal, message.kind()) {
        (Refusal::UnknownKey, Kind::Report | Kind::Reply) => Refusal::UnknownKey,
        (Refusal::UnknownKey, Kind::Package) => Refusal::WrongContest,
        (Refusal::UnknownKey, _) => Refusal::NotAllowed,
        (other, _) => other,
    }
}

/// What good signatures prove. Anyone can make up a device and an invitation that fit each other, so an enrolment proves
/// something only where its invitation is known.
pub(super) fn proof(projection: &Projection, message: &Message) -> Proof {
    match message.decode::<Enrolment>() {
        Ok(enrolment) => match projection.state.invitation(enrolment.request.invitation.id()) {
            Some(_) => Proof::Good,
            None => Proof::None,
        },
        Err(_) => Proof::Good,
    }
}

/// The key whose budget a message is charged to: a tablet's, or the invitation's that enrols one. `None` for people at
/// headquarters and for whoever is not known.
pub(super) fn budget_key(projection: &Projection, message: &Message) -> Option<KeyId> {
    match message.decode::<Enrolment>() {
        Ok(enrolment) => {
            let invitation = enrolment.request.invitation.id();
            projection.state.invitation(invitation).map(|_| invitation)
        }
        Err(_) => projection.state.device(message.key()).map(|_| message.key()),
    }
}

/// Whether a message was signed for this room: by `key`, or by a device that the room knows.
pub(super) fn is_of(desk: &RoomDesk, message: &Message, key: Option<&PublicKey>) -> bool {
    let (contest, key) = {
        let projection = desk.read();
        let known = projection.state.device(message.key()).map(|device| device.key);
        (projection.state.contest().to_owned(), key.copied().or(known))
    };
    key.is_some_and(|key| is_signed(message, &key, &contest, desk.room()))
}

/// Why the signature of a message does not fit, as far as can be told.
pub(super) fn why_not_signed(
    desk: &RoomDesk,
    other: &RoomDesk,
    message: &Message,
    authority: &PublicKey,
) -> (Refusal, Proof) {
    if is_of(other, message, Some(authority)) {
        return (Refusal::WrongRoom, proof(&other.read(), message));
    }
    let projection = desk.read();
    // A report that names a package, or an enrolment that names an invitation, which was never here: of another contest.
    let foreign = match message.kind() {
        Kind::Report => message
            .decode::<Report>()
            .is_ok_and(|report| !projection.state.knows_package(report.package)),
        Kind::Enrolment => message.decode::<Enrolment>().is_ok_and(|enrolment| {
            projection.state.invitation(enrolment.request.invitation.id()).is_none()
        }),
        _ => false,
    };
    (if foreign { Refusal::WrongContest } else { Refusal::BadSignature }, Proof::None)
}
