//! Signed notes (C2SP signed-note): a text, an empty line, and signature lines. Here the log's own Ed25519 signatures;
//! those of witnesses are in [`cosignature`](super::cosignature).

use data_encoding::BASE64;

use super::verifier_key::{ED25519, key_id};
use crate::crypto::{self, SigningKey};
use crate::id::PublicKey;

/// The four bytes that say which key a log's signature line is for.
#[must_use]
pub fn note_key_id(name: &str, key: &PublicKey) -> [u8; 4] {
    key_id(name, ED25519, key)
}

/// A signature line, with its line feed.
pub(super) fn line(name: &str, id: [u8; 4], signature: &[u8]) -> String {
    let bytes = [&id, signature].concat();
    format!("\u{2014} {name} {}\n", BASE64.encode(&bytes))
}

/// The note: `text`, which ends in a line feed, an empty line, and one signature line.
pub(super) fn sign(text: &str, name: &str, key: &SigningKey) -> String {
    let signature = key.sign(text.as_bytes());
    format!("{text}\n{}", line(name, note_key_id(name, &key.public()), &signature))
}

/// A signature line that was read, *unproven*.
pub(super) struct Line<'a> {
    pub(super) name: &'a str,
    pub(super) id: [u8; 4],
    pub(super) signature: Vec<u8>,
}

/// A note in its parts: the text with its line feed, and every signature line. `None` when it is no note.
pub(super) fn parts(note: &str) -> Option<(&str, Vec<Line<'_>>)> {
    let end = note.rfind("\n\n")?;
    Some((&note[..=end], lines(&note[end + 2..])?))
}

/// Signature lines, each with its line feed. `None` when one is none.
pub(super) fn lines(text: &str) -> Option<Vec<Line<'_>>> {
    text.strip_suffix('\n')?.split('\n').map(Line::read).collect()
}

impl<'a> Line<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let (name, signature) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
        let signature = BASE64.decode(signature.as_bytes()).ok()?;
        let (id, signature) = signature.split_first_chunk::<4>()?;
        Some(Self { name, id: *id, signature: signature.to_vec() })
    }
}

/// The note's text, when one of `keys` signed it under `name`. Signatures by others are ignored, as the
/// specification asks.
pub(super) fn open<'a>(note: &'a str, name: &str, keys: &[PublicKey]) -> Option<&'a str> {
    let (text, lines) = parts(note)?;
    let mut good = false;
    for line in lines.iter().filter(|line| line.name == name) {
        let Some(key) = keys.iter().find(|key| note_key_id(name, key) == line.id) else {
            continue;
        };
        // A bad signature of a known key makes the whole note bad.
        if !crypto::verify(key, text.as_bytes(), &line.signature) {
            return None;
        }
        good = true;
    }
    good.then_some(text)
}

/// The note with the signatures of `keys` under `name` alone, when [`open`] opens it.
pub(super) fn only(note: &str, name: &str, keys: &[PublicKey]) -> Option<String> {
    let text = open(note, name, keys)?;
    let (_, lines) = parts(note)?;
    let known = |line: &&Line<'_>| {
        line.name == name && keys.iter().any(|key| note_key_id(name, key) == line.id)
    };
    let lines: String =
        lines.iter().filter(known).map(|each| line(each.name, each.id, &each.signature)).collect();
    Some(format!("{text}\n{lines}"))
}
