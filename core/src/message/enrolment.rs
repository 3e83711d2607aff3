//! Kinds 3, 4 and 6: how a tablet's key comes to speak for a precinct. Anyone can follow the chain
//! party → admin → invitation → device → report.

use minicbor::{Decode, Encode};

use super::{Kind, Message, Payload, Scope};
use crate::crypto::{self, SigningKey};
use crate::id::{KeyId, PrecinctNumber, PublicKey};
use crate::room::Room;

/// One invitation: a public key that may enrol tablets for a precinct.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Invitation {
    /// Derived from the printed code ([`crate::invitation`]).
    #[n(1)]
    pub key: PublicKey,
    /// The precinct.
    #[n(2)]
    pub precinct: PrecinctNumber,
}

/// Kind 3, signed by an admin: invitations added to those already known.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Invitations {
    /// The new ones.
    #[n(1)]
    pub invitations: Vec<Invitation>,
}

impl Payload for Invitations {
    const KIND: Kind = Kind::Invitations;
}

/// Why a key is no longer trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum RevokeReason {
    /// The tablet is lost.
    #[n(1)]
    Lost,
    /// Another tablet took its place.
    #[n(2)]
    Replaced,
    /// Somebody else may have the key.
    #[n(3)]
    Compromised,
    /// The code was never used.
    #[n(4)]
    Unused,
}

/// Kind 4, signed by an admin. Entered in the log, it divides: reports before it stand, later ones are held.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Revoke {
    /// A device's or an invitation's key. An invitation's revocation ends no device that it enrolled.
    #[n(1)]
    pub key: KeyId,
    /// Why.
    #[n(2)]
    pub reason: RevokeReason,
}

impl Payload for Revoke {
    const KIND: Kind = Kind::Revoke;
}

/// What a tablet says of itself when it enrols.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct EnrolmentRequest {
    /// The invitation that allows it.
    #[n(1)]
    pub invitation: PublicKey,
    /// The new device key, one for each room.
    #[n(2)]
    pub device: PublicKey,
    /// The precinct the invitation names.
    #[n(3)]
    pub precinct: PrecinctNumber,
    /// Device time, milliseconds since the Unix epoch; believed by nobody.
    #[n(4)]
    pub device_time_ms: u64,
    /// Version of the app, at most 32 bytes.
    #[n(5)]
    pub app_version: String,
}

/// Kind 6: the request, and the invitation key's signature of it. The message around it is signed by the device
/// key, so both halves are proven.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Enrolment {
    /// The request.
    #[n(1)]
    pub request: EnrolmentRequest,
    /// Ed25519 of `countersign/v1/grant/<contest>/<room>`, a line feed, and the request's CBOR.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub grant: [u8; 64],
}

impl Payload for Enrolment {
    const KIND: Kind = Kind::Enrolment;
}

impl Enrolment {
    /// Signs a request with the invitation key, and both with the device key.
    #[must_use]
    pub fn sign(
        contest: &str,
        room: Room,
        invitation: &SigningKey,
        device: &SigningKey,
        request: EnrolmentRequest,
    ) -> Message {
        let grant = invitation.sign(&granted(contest, room, &request));
        Message::sign(device, Scope::room(contest, room), &Self { request, grant })
    }

    /// Whether the invitation key that the request names granted it. Whether that key is a known invitation for
    /// that precinct is the log's to say.
    #[must_use]
    pub fn is_granted(&self, contest: &str, room: Room) -> bool {
        crypto::verify(
            &self.request.invitation,
            &granted(contest, room, &self.request),
            &self.grant,
        )
    }
}

fn granted(contest: &str, room: Room, request: &EnrolmentRequest) -> Vec<u8> {
    let mut bytes = format!("countersign/v1/grant/{contest}/{room}\n").into_bytes();
    minicbor::encode(request, &mut bytes).expect("encoding into memory does not fail");
    bytes
}
