//! The one form of every signed message: untagged `COSE_Sign1` (RFC 9052) around deterministic CBOR
//! (RFC 8949, 4.2.1).

use std::ops::Range;

use coset::{
    Algorithm, CborSerializable, ContentType, CoseSign1, CoseSign1Builder, HeaderBuilder,
    SignatureContext, iana, sig_structure_data,
};
use minicbor::{Decode, Decoder, Encode};

use super::kind::Kind;
use crate::crypto::{self, SigningKey};
use crate::id::{KeyId, MessageId, PublicKey};
use crate::room::Room;

/// What a message can carry.
pub trait Payload: Encode<()> + for<'b> Decode<'b, ()> {
    /// The kind whose content it is.
    const KIND: Kind;
}

/// What a signature is bound to besides the bytes: a message signed for one contest and room is no message in
/// any other. Packages and people of the party belong to every room and are signed for `any`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope<'a> {
    /// Id of the contest.
    pub contest: &'a str,
    /// The room; `None` is written `any`.
    pub room: Option<Room>,
}

impl<'a> Scope<'a> {
    /// The scope of one room.
    #[must_use]
    pub const fn room(contest: &'a str, room: Room) -> Self {
        Self { contest, room: Some(room) }
    }

    /// The scope of what belongs to every room.
    #[must_use]
    pub const fn any(contest: &'a str) -> Self {
        Self { contest, room: None }
    }

    /// `external_aad`: `countersign/v1/<kind>/<contest>/<room>`.
    fn external_aad(&self, kind: Kind) -> String {
        let room = self.room.map_or("any", Room::as_str);
        format!("countersign/v1/{kind}/{}/{room}", self.contest)
    }
}

/// A message in its one canonical form. Reading one proves nothing about its signature: see [`Message::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    bytes: Vec<u8>,
    id: MessageId,
    kind: Kind,
    key: KeyId,
    /// Where the content lies in the bytes.
    payload: Range<usize>,
    signature: crypto::Signature,
}

/// The bytes are not a message in canonical form. Trying again with the same bytes cannot help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotCanonical {
    /// More bytes than the kind may have.
    #[error("the message has {size} bytes, at most {size_max} are allowed")]
    TooLarge {
        /// Size in bytes.
        size: usize,
        /// Largest size in bytes.
        size_max: usize,
    },
    /// Not an untagged `COSE_Sign1` of exactly our form.
    #[error("the envelope is not a COSE_Sign1 of the one form that is accepted")]
    Envelope,
    /// A content type that no kind has.
    #[error("the content type names no kind of message")]
    UnknownKind,
    /// The content is of another kind than asked for.
    #[error("a {expected} was expected, this is a {found}")]
    OtherKind {
        /// What was asked for.
        expected: Kind,
        /// What it is.
        found: Kind,
    },
    /// The content has an unknown or missing field, a wrong type, a value out of range, or another spelling.
    #[error("the content is not the deterministic CBOR of a {0}")]
    Payload(Kind),
}

/// The bytes are not those of the message that they were taken for. Trying again with the same bytes cannot help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("these bytes are not its message")]
pub struct OtherBytes;

/// Bytes of the end of a message: the head of a byte string of 64 bytes, and the signature.
const SIGNATURE_END: usize = 2 + 64;

impl Message {
    /// Signs `payload` for `scope`. The same arguments give the same bytes.
    #[must_use]
    pub fn sign<P: Payload>(key: &SigningKey, scope: Scope<'_>, payload: &P) -> Self {
        let payload = encode(payload);
        let aad = scope.external_aad(P::KIND);
        let tbs = to_be_signed(P::KIND, key.id(), aad.as_bytes(), &payload);
        Self::assemble(P::KIND, key.id(), &payload, key.sign(&tbs))
    }

    /// Reads a message: decodes it, encodes it again and compares.
    ///
    /// # Errors
    /// [`NotCanonical`] for anything but the one form; its content is looked at by [`Message::decode`].
    pub fn parse(bytes: &[u8]) -> Result<Self, NotCanonical> {
        let size_max = Kind::Package.size_max();
        if bytes.len() > size_max {
            return Err(NotCanonical::TooLarge { size: bytes.len(), size_max });
        }
        let sign1 = CoseSign1::from_slice(bytes).map_err(|_| NotCanonical::Envelope)?;
        let header = &sign1.protected.header;
        let Some(ContentType::Text(content_type)) = &header.content_type else {
            return Err(NotCanonical::Envelope);
        };
        let kind = Kind::from_content_type(content_type).ok_or(NotCanonical::UnknownKind)?;
        if bytes.len() > kind.size_max() {
            return Err(NotCanonical::TooLarge { size: bytes.len(), size_max: kind.size_max() });
        }
        let key: [u8; 16] =
            header.key_id.as_slice().try_into().map_err(|_| NotCanonical::Envelope)?;
        let signature: crypto::Signature =
            sign1.signature.as_slice().try_into().map_err(|_| NotCanonical::Envelope)?;
        let payload = sign1.payload.ok_or(NotCanonical::Envelope)?;
        let message = Self::assemble(kind, KeyId(key), &payload, signature);
        if message.bytes == bytes { Ok(message) } else { Err(NotCanonical::Envelope) }
    }

    /// Reads the bytes of a message whose id was kept: what [`Message::parse`] accepts and has this id, for a fraction of
    /// the work. For logs, which are read whole.
    ///
    /// # Errors
    /// [`OtherBytes`] when they have another id, or are no message.
    pub fn read_again(bytes: Vec<u8>, id: MessageId) -> Result<Self, OtherBytes> {
        if MessageId::of(&bytes) != id {
            return Err(OtherBytes);
        }
        let (kind, key, payload, signature) = parts(&bytes).ok_or(OtherBytes)?;
        Ok(Self { bytes, id, kind, key, payload, signature })
    }

    /// The content.
    ///
    /// # Errors
    /// [`NotCanonical::OtherKind`], or [`NotCanonical::Payload`] when the content has another spelling than
    /// encoding it again gives, which includes unknown fields.
    pub fn decode<P: Payload>(&self) -> Result<P, NotCanonical> {
        if self.kind != P::KIND {
            return Err(NotCanonical::OtherKind { expected: P::KIND, found: self.kind });
        }
        let payload: P =
            minicbor::decode(self.content()).map_err(|_| NotCanonical::Payload(self.kind))?;
        let mut rest = Expected(self.content());
        match minicbor::encode(&payload, &mut rest) {
            Ok(()) if rest.0.is_empty() => Ok(payload),
            _ => Err(NotCanonical::Payload(self.kind)),
        }
    }

    /// The content's bytes: deterministic CBOR.
    #[must_use]
    pub fn content(&self) -> &[u8] {
        &self.bytes[self.payload.clone()]
    }

    /// Whether `key` signed this message for `scope`.
    #[must_use]
    pub fn verify(&self, key: &PublicKey, scope: Scope<'_>) -> bool {
        let aad = scope.external_aad(self.kind);
        let tbs = to_be_signed(self.kind, self.key, aad.as_bytes(), self.content());
        key.id() == self.key && crypto::verify(key, &tbs, &self.signature)
    }

    /// The bytes, which are the message.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes, taken out.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Its identity: SHA-256 of the bytes.
    #[must_use]
    pub const fn id(&self) -> MessageId {
        self.id
    }

    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The key it says it was signed by.
    #[must_use]
    pub const fn key(&self) -> KeyId {
        self.key
    }

    fn assemble(kind: Kind, key: KeyId, payload: &[u8], signature: crypto::Signature) -> Self {
        let bytes = CoseSign1Builder::new()
            .protected(protected(kind, key))
            .payload(payload.to_vec())
            .signature(signature.to_vec())
            .build()
            .to_vec()
            .expect("a COSE_Sign1 of byte strings always encodes");
        let end = bytes.len() - SIGNATURE_END;
        let payload = end - payload.len()..end;
        Self { id: MessageId::of(&bytes), bytes, kind, key, payload, signature }
    }
}

/// Kind, key, place of the content and signature of a message in its one form.
fn parts(bytes: &[u8]) -> Option<(Kind, KeyId, Range<usize>, crypto::Signature)> {
    let mut sign1 = Decoder::new(bytes);
    (sign1.array().ok()? == Some(4)).then_some(())?;
    let protected = sign1.bytes().ok()?;
    let mut header = Decoder::new(protected);
    (header.map().ok()? == Some(3)).then_some(())?;
    (header.i8().ok()? == 1 && header.i8().ok()? == -8 && header.i8().ok()? == 3).then_some(())?;
    let content_type = header.str().ok()?;
    (header.i8().ok()? == 4).then_some(())?;
    let key = header.bytes().ok()?.try_into().ok()?;
    (sign1.map().ok()? == Some(0)).then_some(())?;
    let payload = sign1.bytes().ok()?.len();
    let end = sign1.position();
    let signature = sign1.bytes().ok()?.try_into().ok()?;
    let kind = Kind::from_content_type(content_type)?;
    // The parts are those of the one form, and no other spelling of them is as short.
    let shortest_header = 5 + string(content_type.len()) + string(16);
    let shortest = 2 + string(shortest_header) + string(payload) + string(64);
    let one_form = protected.len() == shortest_header && bytes.len() == shortest;
    (one_form && bytes.len() <= kind.size_max()).then_some(())?;
    Some((kind, KeyId(key), end - payload..end, signature))
}

/// Bytes of a byte or text string of this length, its head in the shortest spelling.
const fn string(length: usize) -> usize {
    let head = match length {
        0..24 => 1,
        24..256 => 2,
        256..65_536 => 3,
        _ => 5,
    };
    head + length
}

/// Bytes that are to be written, in order, and that need not be kept: the first other one is an error.
struct Expected<'a>(&'a [u8]);

impl minicbor::encode::Write for Expected<'_> {
    type Error = OtherBytes;

    fn write_all(&mut self, bytes: &[u8]) -> Result<(), OtherBytes> {
        self.0 = self.0.strip_prefix(bytes).ok_or(OtherBytes)?;
        Ok(())
    }
}

fn encode<P: Encode<()>>(payload: &P) -> Vec<u8> {
    minicbor::to_vec(payload).expect("encoding into memory does not fail")
}

fn protected(kind: Kind, key: KeyId) -> coset::Header {
    let mut header =
        HeaderBuilder::new().content_type(kind.content_type()).key_id(key.0.to_vec()).build();
    header.alg = Some(Algorithm::Assigned(iana::Algorithm::EdDSA));
    header
}

fn to_be_signed(kind: Kind, key: KeyId, aad: &[u8], payload: &[u8]) -> Vec<u8> {
    let protected = coset::ProtectedHeader { original_data: None, header: protected(kind, key) };
    sig_structure_data(SignatureContext::CoseSign1, protected, None, aad, payload)
}
