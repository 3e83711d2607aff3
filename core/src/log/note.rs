//! Signed notes (C2SP signed-note), Ed25519 signatures only.

use data_encoding::BASE64;

use crate::crypto::{self, SigningKey};
use crate::id::{PublicKey, sha256};

/// The type byte of an Ed25519 signature.
const ED25519: u8 = 0x01;

/// The four bytes that say which key a signature line is for.
#[must_use]
pub fn note_key_id(name: &str, key: &PublicKey) -> [u8; 4] {
    let mut bytes = name.as_bytes().to_vec();
    bytes.extend([b'\n', ED25519]);
    bytes.extend(key.0);
    let hash = sha256(&bytes);
    [hash[0], hash[1], hash[2], hash[3]]
}

/// The key as other tools of the ecosystem want it: `<name>+<id>+<base 64>`.
#[must_use]
pub fn verifier_key(name: &str, key: &PublicKey) -> String {
    let id = u32::from_be_bytes(note_key_id(name, key));
    let mut bytes = vec![ED25519];
    bytes.extend(key.0);
    format!("{name}+{id:08x}+{}", BASE64.encode(&bytes))
}

/// The note: `text`, which ends in a line feed, an empty line, and one signature line.
pub(super) fn sign(text: &str, name: &str, key: &SigningKey) -> String {
    let mut signature = note_key_id(name, &key.public()).to_vec();
    signature.extend(key.sign(text.as_bytes()));
    format!("{text}\n\u{2014} {name} {}\n", BASE64.encode(&signature))
}

/// The note's text, when one of `keys` signed it under `name`. Signatures by others are ignored, as the
/// specification asks.
pub(super) fn open<'a>(note: &'a str, name: &str, keys: &[PublicKey]) -> Option<&'a str> {
    let end = note.rfind("\n\n")?;
    let (text, signatures) = (&note[..=end], &note[end + 2..]);
    signatures.ends_with('\n').then_some(())?;
    let mut good = false;
    for line in signatures.lines() {
        let (signer, signature) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
        let signature = BASE64.decode(signature.as_bytes()).ok()?;
        let (id, signature) = signature.split_at_checked(4)?;
        if signer != name {
            continue;
        }
        let Some(key) = keys.iter().find(|key| note_key_id(name, key) == id) else {
            continue;
        };
        // A bad signature of a known key makes the whole note bad.
        if !crypto::verify(key, text.as_bytes(), signature) {
            return None;
        }
        good = true;
    }
    good.then_some(text)
}
