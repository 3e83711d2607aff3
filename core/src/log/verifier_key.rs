//! Verifier keys (C2SP signed-note): a public key as text, `<name>+<id>+<base 64>`, as the ecosystem's tools and people
//! pass it on. A log's and a witness's are two types, so that neither is taken for the other.

use std::fmt;
use std::str::FromStr;

use data_encoding::BASE64;

use crate::id::{PublicKey, sha256};

/// The type byte of an Ed25519 signature of a note, which is what a log makes.
pub(super) const ED25519: u8 = 0x01;

/// The type byte of a timestamped Ed25519 cosignature, which is what a witness makes (C2SP tlog-cosignature).
pub(super) const COSIGNATURE: u8 = 0x04;

/// Longest name of a witness in bytes. With it, a dozen cosignatures fit wherever a checkpoint is carried.
pub(super) const WITNESS_NAME_MAX: usize = 128;

/// The first four bytes of SHA-256 over name, line feed, type and key.
pub(super) fn key_id(name: &str, kind: u8, key: &PublicKey) -> [u8; 4] {
    let hash = sha256(&[name.as_bytes(), &[b'\n', kind], &key.0].concat());
    [hash[0], hash[1], hash[2], hash[3]]
}

/// A text that is no verifier key of the kind that was asked for. Another text may be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAVerifierKey {
    /// Not `<name>+<id>+<base 64>`, or a name that notes do not allow.
    #[error("this is not a verifier key: it reads <name>+<8 hexadecimal digits>+<base 64>")]
    Format,
    /// The id is not the one that name, type and key give: a slip in copying.
    #[error("the verifier key's parts do not belong together: copy it again")]
    Id,
    /// A key of another type: a log's where a witness's belongs, the other way round, or of an algorithm not known here.
    #[error(
        "this verifier key is of another type: a log's has type 1, a witness's Ed25519 cosignatures have type 4"
    )]
    Type,
    /// The witness's name is too long.
    #[error("the witness's name has more than 128 bytes")]
    NameTooLong,
}

fn write(f: &mut fmt::Formatter<'_>, name: &str, kind: u8, key: &PublicKey) -> fmt::Result {
    let id = u32::from_be_bytes(key_id(name, kind, key));
    let bytes = [&[kind], &key.0[..]].concat();
    write!(f, "{name}+{id:08x}+{}", BASE64.encode(&bytes))
}

/// Whether notes allow this name: not empty, without spaces, plus signs and control characters.
pub(super) fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+')
}

fn read(text: &str, kind: u8) -> Result<(String, PublicKey), NotAVerifierKey> {
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(NotAVerifierKey::Format);
    };
    let bytes = BASE64.decode(key.as_bytes()).map_err(|_| NotAVerifierKey::Format)?;
    let (&of, key) = bytes.split_first().ok_or(NotAVerifierKey::Format)?;
    if !is_name(name) {
        return Err(NotAVerifierKey::Format);
    }
    if of != kind {
        return Err(NotAVerifierKey::Type);
    }
    let key = PublicKey(key.try_into().map_err(|_| NotAVerifierKey::Format)?);
    // One spelling only: eight lower-case digits.
    if format!("{:08x}", u32::from_be_bytes(key_id(name, kind, &key))) != id {
        return Err(NotAVerifierKey::Id);
    }
    Ok((name.to_owned(), key))
}

/// A log's key under the log's origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogKey {
    /// Origin of the log.
    pub origin: String,
    /// Signs its checkpoints.
    pub key: PublicKey,
}

impl FromStr for LogKey {
    type Err = NotAVerifierKey;

    fn from_str(text: &str) -> Result<Self, NotAVerifierKey> {
        read(text, ED25519).map(|(origin, key)| Self { origin, key })
    }
}

impl fmt::Display for LogKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(f, &self.origin, ED25519, &self.key)
    }
}

/// A witness's key under the witness's name. What a cosignature says does not name the witness, so one key is never two
/// witnesses: whoever counts witnesses compares keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessKey {
    name: String,
    key: PublicKey,
    id: [u8; 4],
}

impl WitnessKey {
    /// The key of a witness of this name.
    ///
    /// # Errors
    /// [`NotAVerifierKey::Format`] for a name that notes do not allow (spaces, `+`, nothing at all),
    /// [`NotAVerifierKey::NameTooLong`] above 128 bytes.
    pub fn new(name: &str, key: PublicKey) -> Result<Self, NotAVerifierKey> {
        if !is_name(name) {
            return Err(NotAVerifierKey::Format);
        }
        if name.len() > WITNESS_NAME_MAX {
            return Err(NotAVerifierKey::NameTooLong);
        }
        Ok(Self { id: key_id(name, COSIGNATURE, &key), name: name.to_owned(), key })
    }

    /// The witness's name, as it stands in its signature lines.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key.
    #[must_use]
    pub const fn key(&self) -> &PublicKey {
        &self.key
    }

    /// The four bytes that say in a signature line which key it is for.
    #[must_use]
    pub const fn id(&self) -> [u8; 4] {
        self.id
    }
}

impl FromStr for WitnessKey {
    type Err = NotAVerifierKey;

    fn from_str(text: &str) -> Result<Self, NotAVerifierKey> {
        read(text, COSIGNATURE).and_then(|(name, key)| Self::new(&name, key))
    }
}

impl fmt::Display for WitnessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(f, &self.name, COSIGNATURE, &self.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::SigningKey;
    use crate::log::note;

    /// The example in C2SP's signed-note: key and note belong together.
    #[test]
    fn the_specification_s_verifier_key_opens_its_note() {
        let text = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
        let key: LogKey = text.parse().unwrap();
        assert_eq!((key.origin.as_str(), key.to_string().as_str()), ("example.com/foo", text));
        let signed = "This is an example message.\n\n\u{2014} example.com/foo \
            Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
        assert_eq!(
            note::open(signed, &key.origin, &[key.key]),
            Some("This is an example message.\n")
        );
        assert_eq!(text.parse::<WitnessKey>(), Err(NotAVerifierKey::Type));
    }

    #[test]
    fn a_witness_s_key_id_is_over_name_line_feed_type_four_and_key() {
        let key = SigningKey::from_seed(&[3; 32]).public();
        let witness = WitnessKey::new("witness.example.org/w1", key).unwrap();
        let mut hashed = b"witness.example.org/w1\n\x04".to_vec();
        hashed.extend(key.0);
        assert_eq!(witness.id(), sha256(&hashed)[..4]);
        assert_ne!(witness.id(), note::note_key_id(witness.name(), &key), "type 1 is another id");
        let text = witness.to_string();
        assert_eq!(text.parse(), Ok(witness));
        assert_eq!(text.parse::<LogKey>(), Err(NotAVerifierKey::Type));
    }

    #[test]
    fn every_changed_character_of_a_verifier_key_is_noticed() {
        let key = SigningKey::from_seed(&[4; 32]).public();
        let text = WitnessKey::new("w.example/1", key).unwrap().to_string();
        for position in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[position] ^= 1;
            let changed = String::from_utf8(bytes).unwrap();
            assert!(changed.parse::<WitnessKey>().is_err(), "{changed}");
        }
        for bad in ["", "+", "a", "a+00000000+", "a b+00000000+BA==", "++", "a+00000000+BA=="] {
            assert!(bad.parse::<WitnessKey>().is_err(), "{bad}");
        }
        assert!(text.to_uppercase().parse::<WitnessKey>().is_err());
        for name in ["", "a b", "a+b", "a\nb", "a\u{a0}b"] {
            assert_eq!(WitnessKey::new(name, key), Err(NotAVerifierKey::Format), "{name:?}");
        }
        assert!(WitnessKey::new(&"a".repeat(128), key).is_ok());
        assert_eq!(WitnessKey::new(&"a".repeat(129), key), Err(NotAVerifierKey::NameTooLong));
    }
}
