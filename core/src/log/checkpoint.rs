//! Checkpoints (C2SP tlog-checkpoint): a log's signed head.

use data_encoding::BASE64;

use super::merkle::Hash;
use super::note;
use crate::crypto::SigningKey;
use crate::id::PublicKey;

/// A log's head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Whose log: `<host>/<contest>/<room>/<n>`.
    pub origin: String,
    /// Number of entries.
    pub size: u64,
    /// Root of the tree.
    pub root: Hash,
}

/// A text that is no checkpoint of the log that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// No known key of the log signed it.
    #[error("no known key of this log signed the checkpoint")]
    Signature,
    /// The signed text is not a checkpoint, or of another origin.
    #[error("the signed text is not a checkpoint of this log")]
    Text,
}

impl Checkpoint {
    /// The signed note; the key's name is the origin. The same arguments give the same text.
    #[must_use]
    pub fn sign(&self, key: &SigningKey) -> String {
        let root = BASE64.encode(&self.root);
        let text = format!("{}\n{}\n{root}\n", self.origin, self.size);
        note::sign(&text, &self.origin, key)
    }

    /// Reads a signed checkpoint of `origin`, signed by one of `keys`.
    ///
    /// # Errors
    /// [`CheckpointError`]. Trying again with the same text cannot help.
    pub fn open(text: &str, origin: &str, keys: &[PublicKey]) -> Result<Self, CheckpointError> {
        let text = note::open(text, origin, keys).ok_or(CheckpointError::Signature)?;
        Self::parse(text)
            .filter(|checkpoint| checkpoint.origin == origin)
            .ok_or(CheckpointError::Text)
    }

    /// A signed checkpoint without the signatures of others than `keys`: what the log itself said. `None` when none of them
    /// signed it.
    #[must_use]
    pub fn by_its_log(note: &str, origin: &str, keys: &[PublicKey]) -> Option<String> {
        note::only(note, origin, keys)
    }

    /// What a signed note says, *unproven*: for finding out which log it is about.
    #[must_use]
    pub fn claim(note: &str) -> Option<Self> {
        let end = note.rfind("\n\n")?;
        Self::parse(&note[..=end])
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let origin = lines.next().filter(|line| !line.is_empty())?.to_owned();
        let size = decimal(lines.next()?)?;
        let root = BASE64.decode(lines.next()?.as_bytes()).ok()?;
        Some(Self { origin, size, root: root.try_into().ok()? })
    }
}

/// A decimal number without leading zeroes.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example in C2SP's tlog-checkpoint: its text must be read as it stands there.
    #[test]
    fn the_specification_s_example_is_read() {
        let text =
            "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
        let checkpoint = Checkpoint::parse(text).unwrap();
        assert_eq!(checkpoint.origin, "example.com/behind-the-sofa");
        assert_eq!(checkpoint.size, 20_852_163);
        assert_eq!(BASE64.encode(&checkpoint.root), "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=");
    }

    /// A witness's line beside the log's.
    fn other_line(note: &str, key: &SigningKey) -> String {
        crate::log::cosign(note, "witness.example.org", key, 1).unwrap()
    }

    #[test]
    fn a_checkpoint_opens_with_its_key_only_and_unchanged_only() {
        let key = SigningKey::from_seed(&[7; 32]);
        let other = SigningKey::from_seed(&[8; 32]);
        let checkpoint = Checkpoint {
            origin: "example.org/practice/official/1".to_owned(),
            size: 3,
            root: [9; 32],
        };
        let text = checkpoint.sign(&key);
        let origin = checkpoint.origin.as_str();
        let keys = [other.public(), key.public()];
        assert_eq!(Checkpoint::open(&text, origin, &keys), Ok(checkpoint.clone()));
        assert_eq!(
            Checkpoint::open(&text, origin, &[other.public()]),
            Err(CheckpointError::Signature)
        );
        assert!(Checkpoint::open(&text, "example.org/practice/rehearsal/1", &keys).is_err());
        let more = text.clone() + &other_line(&text, &other);
        assert_eq!(Checkpoint::by_its_log(&more, origin, &[key.public()]), Some(text.clone()));
        assert_eq!(Checkpoint::by_its_log(&more, origin, &[]), None);
        for position in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[position] ^= 1;
            if let Ok(changed) = String::from_utf8(bytes) {
                assert!(Checkpoint::open(&changed, origin, &keys).is_err(), "byte {position}");
            }
        }
    }
}
