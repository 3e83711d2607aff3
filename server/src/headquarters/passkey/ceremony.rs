//! What is checked of what an authenticator gives: a new passkey, or a signature of one.

use std::fmt;

use countersign_core::id::{KeyId, sha256};
use data_encoding::BASE64URL_NOPAD;
use minicbor::Decoder;
use serde::{Deserialize, Deserializer};

use super::challenges::Challenge;
use super::key::PasskeyKey;
use super::{PageOrigin, Refused};
use crate::store::Passkey;

/// Longest id of a credential (Web Authentication, 4).
const CREDENTIAL_MAX: usize = 1_023;

/// Flags of an authenticator's data.
const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const MAY_BE_COPIED: u8 = 0x08;
const IS_COPIED: u8 = 0x10;
const HAS_CREDENTIAL: u8 = 0x40;

/// Bytes as pages send them: base64url without padding.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Bytes(pub(super) Vec<u8>);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        BASE64URL_NOPAD.decode(text.as_bytes()).map(Self).map_err(serde::de::Error::custom)
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64URL_NOPAD.encode(&self.0))
    }
}

/// Which of the two ceremonies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Create,
    Get,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "webauthn.create",
            Self::Get => "webauthn.get",
        }
    }
}

/// What the browser says of a ceremony. Whatever else it says is signed as well and means nothing here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    r#type: String,
    challenge: Bytes,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
}

/// The challenge of a ceremony that took place on headquarters' own page.
fn challenge_of(bytes: &[u8], kind: Kind, pages: &PageOrigin) -> Result<Challenge, Refused> {
    let said: ClientData = serde_json::from_slice(bytes).map_err(|_| Refused::ClientData)?;
    if said.r#type != kind.as_str() {
        return Err(Refused::Kind);
    }
    if said.origin != pages.as_str() || said.cross_origin {
        return Err(Refused::Origin);
    }
    said.challenge.0.try_into().map_err(|_| Refused::Challenge)
}

/// What an authenticator says, without what it says of a new credential.
struct AuthenticatorData<'a> {
    flags: u8,
    counter: u32,
    rest: &'a [u8],
}

impl<'a> AuthenticatorData<'a> {
    /// Reads it, and that it is for this host, with a person who was there and was verified.
    fn read(bytes: &'a [u8], pages: &PageOrigin) -> Result<Self, Refused> {
        let (host, rest) = bytes.split_first_chunk::<32>().ok_or(Refused::Data)?;
        let (&flags, rest) = rest.split_first().ok_or(Refused::Data)?;
        let (counter, rest) = rest.split_first_chunk::<4>().ok_or(Refused::Data)?;
        if *host != sha256(pages.host().as_bytes()) {
            return Err(Refused::Host);
        }
        if flags & PRESENT == 0 {
            return Err(Refused::Presence);
        }
        if flags & VERIFIED == 0 {
            return Err(Refused::Verification);
        }
        if flags & MAY_BE_COPIED == 0 && flags & IS_COPIED != 0 {
            return Err(Refused::Data);
        }
        Ok(Self { flags, counter: u32::from_be_bytes(*counter), rest })
    }
}

/// A new passkey, as a page sends it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Creation {
    client_data: Bytes,
    attestation: Bytes,
}

/// What is kept of a new passkey.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Created {
    pub(super) credential: Vec<u8>,
    /// COSE, as it came.
    pub(super) public: Vec<u8>,
    pub(super) counter: u32,
}

impl Creation {
    pub(super) fn challenge(&self, pages: &PageOrigin) -> Result<Challenge, Refused> {
        challenge_of(&self.client_data.0, Kind::Create, pages)
    }

    /// The passkey. What an attestation would say about its maker was not asked for and is not looked at.
    pub(super) fn passkey(&self, pages: &PageOrigin) -> Result<Created, Refused> {
        let data = authenticator_data(&self.attestation.0).ok().flatten().ok_or(Refused::Data)?;
        let data = AuthenticatorData::read(data, pages)?;
        if data.flags & HAS_CREDENTIAL == 0 {
            return Err(Refused::Data);
        }
        // The model of the authenticator comes first; nothing here depends on it.
        let (_model, rest) = data.rest.split_first_chunk::<16>().ok_or(Refused::Data)?;
        let (length, rest) = rest.split_first_chunk::<2>().ok_or(Refused::Data)?;
        let length = usize::from(u16::from_be_bytes(*length));
        if !(1..=CREDENTIAL_MAX).contains(&length) {
            return Err(Refused::Data);
        }
        let (credential, rest) = rest.split_at_checked(length).ok_or(Refused::Data)?;
        let (_, taken) = PasskeyKey::read(rest)?;
        Ok(Created {
            credential: credential.to_owned(),
            public: rest[..taken].to_owned(),
            counter: data.counter,
        })
    }
}

/// The authenticator's data in an attestation object.
fn authenticator_data(object: &[u8]) -> Result<Option<&[u8]>, minicbor::decode::Error> {
    let mut from = Decoder::new(object);
    let mut data = None;
    // Each entry takes two bytes at least, so the length of the object bounds them.
    for _ in 0..from.map()?.unwrap_or(0) {
        match from.str()? {
            "authData" => data = Some(from.bytes()?),
            _ => from.skip()?,
        }
    }
    Ok(data)
}

/// A signature of a passkey, as a page sends it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Assertion {
    id: Bytes,
    client_data: Bytes,
    authenticator_data: Bytes,
    signature: Bytes,
    user: Option<Bytes>,
}

/// The passkey that somebody signed in with, and the count that it showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Used {
    pub(in super::super) passkey: u32,
    pub(in super::super) counter: u32,
}

impl Assertion {
    pub(super) fn challenge(&self, pages: &PageOrigin) -> Result<Challenge, Refused> {
        challenge_of(&self.client_data.0, Kind::Get, pages)
    }

    /// Which of a person's passkeys signed it. A signature is verified in any case, so that its time says nothing.
    pub(super) fn of(
        &self,
        passkeys: &[Passkey],
        user: UserHandle,
        pages: &PageOrigin,
    ) -> Result<Used, Refused> {
        let known = passkeys.iter().find(|passkey| passkey.credential == self.id.0);
        let key = known.map(|passkey| PasskeyKey::read(&passkey.public));
        let key = key.unwrap_or_else(|| Ok((PasskeyKey::of_nobody(), 0)));
        let hash = sha256(&self.client_data.0);
        let signed = [&self.authenticator_data.0[..], &hash].concat();
        let is_signed = key?.0.verifies(&signed, &self.signature.0);
        let passkey = known.ok_or(Refused::Unknown)?;
        if self.user.as_ref().is_some_and(|shown| shown.0 != user) {
            return Err(Refused::Unknown);
        }
        let data = AuthenticatorData::read(&self.authenticator_data.0, pages)?;
        if !is_signed {
            return Err(Refused::Signature);
        }
        if (data.counter, passkey.counter) != (0, 0) && data.counter <= passkey.counter {
            return Err(Refused::Counter);
        }
        Ok(Used { passkey: passkey.passkey, counter: data.counter })
    }
}

/// By what an authenticator knows an account.
pub(super) type UserHandle = [u8; 16];

/// The handle of an account: the id of its key, which is another one when the number is given to somebody else.
pub(super) const fn user_handle(key: KeyId) -> UserHandle {
    key.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Chromium's own authenticator made and signed on the real page, recorded.
    const PAGES: &str = "http://localhost:36195";
    const MADE: &str = r#"{
        "client_data": "eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIiwiY2hhbGxlbmdlIjoiZWdwSjFmVWZrMm5wUk5IYVM4WnBZdjRZRXIxdDZQWEtpT19XY1ljWjJCYyIsIm9yaWdpbiI6Imh0dHA6Ly9sb2NhbGhvc3Q6MzYxOTUiLCJjcm9zc09yaWdpbiI6ZmFsc2V9",
        "attestation": "o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YViBSZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2NFAAAAAQECAwQFBgcIAQIDBAUGBwgAIDGA_g9png9EVMucMwXHmeJD_8KkSck-822J9juyuPyapAEBAycgBiFYICqJNGsXYWNHNv2HjKKI1WyiywfSV3bqmqQt9IWG9UcE"
    }"#;
    const SHOWN: &str = r#"{
        "id": "MYD-D2meD0RUy5wzBceZ4kP_wqRJyT7zbYn2O7K4_Jo",
        "client_data": "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0IiwiY2hhbGxlbmdlIjoicjJfSzdPSkZPOC1LUWRSNk1iN3Q1TUMzYURaNDR3VGdIVVAyZDloZEtUdyIsIm9yaWdpbiI6Imh0dHA6Ly9sb2NhbGhvc3Q6MzYxOTUiLCJjcm9zc09yaWdpbiI6ZmFsc2UsIm90aGVyX2tleXNfY2FuX2JlX2FkZGVkX2hlcmUiOiJkbyBub3QgY29tcGFyZSBjbGllbnREYXRhSlNPTiBhZ2FpbnN0IGEgdGVtcGxhdGUuIFNlZSBodHRwczovL2dvby5nbC95YWJQZXgifQ",
        "authenticator_data": "SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MFAAAAAg",
        "signature": "h3x_yU8BC1BnsSMBW7fQnctqw8-wbG8Gg6PB3K5YNzkXwkrB7a6wns-1mNy9GjtuN6WN9KNC2zo_ei5Otj5VBw",
        "user": "qttOgnhyuRhOtw-5NiBLVQ"
    }"#;

    fn pages(origin: &str) -> PageOrigin {
        origin.parse().unwrap()
    }

    fn made() -> Creation {
        serde_json::from_str(MADE).unwrap()
    }

    fn shown() -> Assertion {
        serde_json::from_str(SHOWN).unwrap()
    }

    fn passkey() -> Passkey {
        let Created { credential, public, counter } = made().passkey(&pages(PAGES)).unwrap();
        let name = "recorded".to_owned();
        let (added_ms, used_ms) = (1, None);
        Passkey { passkey: 4, person: 3, name, credential, public, counter, added_ms, used_ms }
    }

    fn user() -> UserHandle {
        shown().user.unwrap().0.try_into().unwrap()
    }

    #[test]
    fn a_recorded_passkey_is_read_and_its_signature_verified() {
        let pages = pages(PAGES);
        assert_ne!(made().challenge(&pages).unwrap(), shown().challenge(&pages).unwrap());
        assert_eq!((passkey().credential.len(), passkey().counter), (32, 1));
        let used = shown().of(&[passkey()], user(), &pages);
        assert_eq!(used, Ok(Used { passkey: 4, counter: 2 }));
    }

    #[test]
    fn what_is_recorded_is_good_on_its_page_and_for_its_person_only() {
        let (here, port) = (pages(PAGES), pages("http://localhost:36196"));
        let name = pages("https://hq.example.org");
        assert_eq!(made().challenge(&port), Err(Refused::Origin));
        assert_eq!(shown().challenge(&port), Err(Refused::Origin));
        assert_eq!(made().passkey(&name), Err(Refused::Host));
        let of = |passkeys: &[Passkey], user, pages| shown().of(passkeys, user, pages);
        assert_eq!(of(&[passkey()], user(), &name), Err(Refused::Host));
        assert_eq!(of(&[], user(), &here), Err(Refused::Unknown));
        assert_eq!(of(&[passkey()], [0; 16], &here), Err(Refused::Unknown));
        let counted = Passkey { counter: 2, ..passkey() };
        assert_eq!(of(&[counted], user(), &here), Err(Refused::Counter));
        let swapped = Assertion { client_data: made().client_data, ..shown() };
        assert_eq!(swapped.challenge(&here), Err(Refused::Kind));
        let swapped = Creation { client_data: shown().client_data, ..made() };
        assert_eq!(swapped.challenge(&here), Err(Refused::Kind));
    }

    #[test]
    fn no_byte_of_what_is_signed_can_be_another_and_none_can_be_missing() {
        let pages = pages(PAGES);
        let refused = |changed: Assertion| {
            let used = changed.of(&[passkey()], user(), &pages);
            assert!(used.is_err(), "{changed:?}");
        };
        type Part = fn(&mut Assertion) -> &mut Vec<u8>;
        let parts: [Part; 3] = [
            |shown| &mut shown.client_data.0,
            |shown| &mut shown.authenticator_data.0,
            |shown| &mut shown.signature.0,
        ];
        for part in parts {
            for at in 0..part(&mut shown()).len() {
                let mut changed = shown();
                part(&mut changed)[at] ^= 1;
                refused(changed);
                let mut cut = shown();
                part(&mut cut).truncate(at);
                refused(cut);
            }
        }
    }

    #[test]
    fn a_new_passkey_that_was_cut_off_is_refused_wherever_it_was() {
        let whole = made();
        for end in 0..whole.attestation.0.len() {
            let mut cut = whole.clone();
            cut.attestation.0.truncate(end);
            assert!(cut.passkey(&pages(PAGES)).is_err(), "{end}");
        }
        for end in 0..whole.client_data.0.len() {
            let mut cut = whole.clone();
            cut.client_data.0.truncate(end);
            assert_eq!(cut.challenge(&pages(PAGES)), Err(Refused::ClientData), "{end}");
        }
    }
}
