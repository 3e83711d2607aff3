//! The list of hashes of a release's documents, signed (C2SP signed-note) with the room's results key: whoever has a document knows
//! of which release the party's server published it.

use super::note;
use super::verifier_key::{WITNESS_NAME_MAX, is_name};
use crate::crypto::SigningKey;
use crate::id::{MessageId, PublicKey};

/// First line of what is signed, so that nothing else that the key may ever sign is taken for it.
const HEADER: &str = "countersign/v1/documents";

/// What is signed of a release: which it is, and its documents' hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashList<'a> {
    /// Name of the key, as the package has it.
    pub name: &'a str,
    /// The release's message.
    pub release: MessageId,
    /// For each document 64 hexadecimal digits of SHA-256, two spaces and its name, ended by a line feed: what `sha256sum -c`
    /// reads.
    pub hashes: &'a str,
}

impl HashList<'_> {
    /// Whether notes allow a key's name: not empty, without spaces, plus signs and control characters, at most 128 bytes.
    #[must_use]
    pub fn is_key_name(name: &str) -> bool {
        is_name(name) && name.len() <= WITNESS_NAME_MAX
    }

    fn text(&self) -> String {
        format!("{HEADER}\n{}\n{}\n{}", self.name, self.release, self.hashes)
    }

    /// The signed note: a line that says what it is, the key's name, the release's id, the hashes, and the signature. The same
    /// arguments give the same text.
    #[must_use]
    pub fn sign(&self, key: &SigningKey) -> String {
        note::sign(&self.text(), self.name, key)
    }

    /// Whether `note` is this list, signed by `key`. Signatures by others are ignored.
    #[must_use]
    pub fn is_signed(&self, note: &str, key: PublicKey) -> bool {
        note::open(note, self.name, &[key]) == Some(&*self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "example.org/practice/official/results";

    #[test]
    fn a_list_is_signed_by_its_key_for_its_release_and_as_it_stands_only() {
        let (key, other) = (SigningKey::from_seed(&[7; 32]), SigningKey::from_seed(&[8; 32]));
        let release = MessageId([9; 32]);
        let hashes = "00ff  totals.csv\n";
        let list = HashList { name: NAME, release, hashes };
        let note = list.sign(&key);
        assert!(
            note.starts_with(&format!("{HEADER}\n{NAME}\n{release}\n{hashes}\n\u{2014} {NAME} "))
        );
        assert!(list.is_signed(&note, key.public()));
        assert!(!list.is_signed(&note, other.public()));
        assert!(!list.is_signed(&list.sign(&other), key.public()));
        let others = [
            HashList { release: MessageId([8; 32]), ..list },
            HashList { hashes: "00fe  totals.csv\n", ..list },
            HashList { name: "example.org/practice/rehearsal/results", ..list },
        ];
        assert!(others.iter().all(|other| !other.is_signed(&note, key.public())));
        for position in 0..note.len() {
            let mut bytes = note.clone().into_bytes();
            bytes[position] ^= 1;
            // What is no text any more is no note.
            let Ok(changed) = String::from_utf8(bytes) else { continue };
            assert!(!list.is_signed(&changed, key.public()), "{changed}");
        }
    }

    #[test]
    fn names_are_those_that_notes_allow() {
        assert!(HashList::is_key_name(NAME) && HashList::is_key_name(&"a".repeat(128)));
        for bad in ["", "a b", "a+b", "a\nb", &"a".repeat(129)] {
            assert!(!HashList::is_key_name(bad), "{bad}");
        }
    }
}
