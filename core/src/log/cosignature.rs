//! Cosignatures (C2SP tlog-cosignature, Ed25519): a witness says that, at a time, the largest tree it has seen of a log
//! has this head. What is signed is `cosignature/v1`, the time, and the whole text of the checkpoint.

use super::note;
use super::verifier_key::WitnessKey;
use crate::crypto::{self, SigningKey};

/// Bytes of the time before the signature.
const TIME_BYTES: usize = 8;

/// A cosignature that was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosignature {
    /// Place of the witness among those that were asked for.
    pub witness: usize,
    /// When the witness made it by its own clock, seconds since the Unix epoch; never 0.
    pub time_s: u64,
}

/// A note whose cosignatures cannot be believed. The same text never can.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CosignatureError {
    /// Not a signed note.
    #[error("this is not a signed note")]
    Format,
    /// A line names a known witness and its key, and is not that key's signature: the whole note is to be refused.
    #[error("a cosignature of a known witness is not good")]
    Signature,
}

fn message(text: &str, time_s: u64) -> String {
    format!("cosignature/v1\ntime {time_s}\n{text}")
}

/// The signature line, with its line feed, by which the witness of `name` cosigns a checkpoint. Says that the witness
/// verified it: that is the caller's to do first. `None` when `note` is no note, the name is none, or the time is 0 or beyond
/// 2^63 seconds.
#[must_use]
pub fn cosign(note: &str, name: &str, key: &SigningKey, time_s: u64) -> Option<String> {
    let witness = WitnessKey::new(name, key.public()).ok()?;
    if time_s == 0 || i64::try_from(time_s).is_err() {
        return None;
    }
    let (text, _) = note::parts(note)?;
    let mut signature = time_s.to_be_bytes().to_vec();
    signature.extend(key.sign(message(text, time_s).as_bytes()));
    Some(note::line(name, witness.id(), &signature))
}

/// Which of `witnesses` cosigned a signed note, in their order and each once, with the newest time. Lines of others are
/// ignored. That the *log* signed the note is for [`Checkpoint::open`](super::Checkpoint::open) to say.
///
/// # Errors
/// [`CosignatureError`].
pub fn cosignatures(
    note: &str,
    witnesses: &[WitnessKey],
) -> Result<Vec<Cosignature>, CosignatureError> {
    let (text, lines) = note::parts(note).ok_or(CosignatureError::Format)?;
    let mut found = Vec::new();
    for (witness, key) in witnesses.iter().enumerate() {
        let mut newest = None;
        for line in lines.iter().filter(|line| line.name == key.name() && line.id == key.id()) {
            let time_s = verify(text, key, &line.signature).ok_or(CosignatureError::Signature)?;
            newest = newest.max(Some(time_s));
        }
        found.extend(newest.map(|time_s| Cosignature { witness, time_s }));
    }
    Ok(found)
}

/// The time of a cosignature; `None` when it is not `key`'s of this text.
fn verify(text: &str, key: &WitnessKey, signature: &[u8]) -> Option<u64> {
    let (time, signature) = signature.split_first_chunk::<TIME_BYTES>()?;
    let time_s = u64::from_be_bytes(*time);
    let in_range = time_s > 0 && i64::try_from(time_s).is_ok();
    (in_range && crypto::verify(key.key(), message(text, time_s).as_bytes(), signature))
        .then_some(time_s)
}

/// What a witness answered to a checkpoint: its signature line, once it was verified, and the time in it. An answer may hold
/// more lines; those of unknown keys are ignored. `None` when the witness's own is not among them, or not good.
#[must_use]
pub fn answered(note: &str, answer: &str, witness: &WitnessKey) -> Option<(String, u64)> {
    let (text, _) = note::parts(note)?;
    let lines = note::lines(answer)?;
    let line = lines.iter().find(|line| line.name == witness.name() && line.id == witness.id())?;
    let time_s = verify(text, witness, &line.signature)?;
    Some((note::line(line.name, line.id, &line.signature), time_s))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::Checkpoint;
    use data_encoding::BASE64;

    const NAME: &str = "witness.example.org/w1";

    fn checkpoint() -> String {
        let origin = "example.org/practice/official/1".to_owned();
        Checkpoint { origin, size: 3, root: [9; 32] }.sign(&SigningKey::from_seed(&[7; 32]))
    }

    fn witness(seed: u8, name: &str) -> (SigningKey, WitnessKey) {
        let key = SigningKey::from_seed(&[seed; 32]);
        let public = WitnessKey::new(name, key.public()).unwrap();
        (key, public)
    }

    /// The example in C2SP's tlog-cosignature: four bytes of key id, eight of time, 64 of signature.
    #[test]
    fn the_specification_s_example_has_its_time() {
        let line = "\u{2014} witness.example.com/w1 \
            jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";
        let lines = note::lines(line).unwrap();
        assert_eq!(lines[0].signature.len(), TIME_BYTES + 64);
        assert_eq!(lines[0].signature[..TIME_BYTES], 1_679_315_147_u64.to_be_bytes());
    }

    #[test]
    fn what_is_signed_is_what_the_specification_writes() {
        let (key, public) = witness(1, NAME);
        let note = checkpoint();
        let line = cosign(&note, NAME, &key, 1_679_315_147).unwrap();
        let bytes = BASE64.decode(line.trim_end().rsplit_once(' ').unwrap().1.as_bytes()).unwrap();
        assert_eq!(bytes[..4], public.id());
        let root = BASE64.encode(&[9; 32]);
        let signed = format!(
            "cosignature/v1\ntime 1679315147\nexample.org/practice/official/1\n3\n{root}\n"
        );
        assert!(crypto::verify(public.key(), signed.as_bytes(), &bytes[12..]));
        assert_eq!(answered(&note, &line, &public), Some((line.clone(), 1_679_315_147)));
    }

    #[test]
    fn the_known_witnesses_are_found_and_others_ignored() {
        let note = checkpoint();
        let all: Vec<_> = (1..5).map(|seed| witness(seed, &format!("w.example/{seed}"))).collect();
        let mut signed = note.clone();
        for at in [2, 0, 3] {
            let (key, public) = &all[at];
            signed.push_str(&cosign(&note, public.name(), key, 100 + at as u64).unwrap());
        }
        // Once more, later: a witness counts once, with its newest time.
        signed.push_str(&cosign(&note, all[0].1.name(), &all[0].0, 900).unwrap());
        let known = [all[0].1.clone(), all[1].1.clone(), all[2].1.clone()];
        let expected =
            [Cosignature { witness: 0, time_s: 900 }, Cosignature { witness: 2, time_s: 102 }];
        assert_eq!(cosignatures(&signed, &known).unwrap(), expected);
        assert_eq!(cosignatures(&note, &known), Ok(Vec::new()));
        assert_eq!(cosignatures("", &known), Err(CosignatureError::Format));
        // The same name with another key is another witness; so is the same key under another name.
        let (_, same_name) = witness(9, "w.example/1");
        let (_, same_key) = witness(1, "w.example/9");
        assert_eq!(cosignatures(&signed, &[same_name, same_key]), Ok(Vec::new()));
        // The log's own signature stays good beside them.
        let log = SigningKey::from_seed(&[7; 32]).public();
        let origin = "example.org/practice/official/1";
        assert!(Checkpoint::open(&signed, origin, &[log]).is_ok());
    }

    #[test]
    fn every_changed_byte_of_a_cosigned_checkpoint_is_noticed() {
        let (key, public) = witness(1, NAME);
        let note = checkpoint();
        let signed = note.clone() + &cosign(&note, NAME, &key, 55).unwrap();
        let known = [public];
        assert_eq!(cosignatures(&signed, &known).unwrap().len(), 1);
        let log_line = note.find("\n\n").unwrap() + 2..note.len();
        for position in (0..signed.len()).filter(|position| !log_line.contains(position)) {
            let mut bytes = signed.clone().into_bytes();
            bytes[position] ^= 1;
            let Ok(changed) = String::from_utf8(bytes) else { continue };
            let found = cosignatures(&changed, &known);
            assert!(found.is_err() || found == Ok(Vec::new()), "byte {position}: {changed}");
        }
    }

    #[test]
    fn no_time_is_no_cosignature() {
        let (key, public) = witness(1, NAME);
        let note = checkpoint();
        for bad in [0, 1 << 63, u64::MAX] {
            assert_eq!(cosign(&note, NAME, &key, bad), None);
            let (text, _) = note::parts(&note).unwrap();
            let mut signature = bad.to_be_bytes().to_vec();
            signature.extend(key.sign(message(text, bad).as_bytes()));
            let signed = note.clone() + &note::line(NAME, public.id(), &signature);
            let known = std::slice::from_ref(&public);
            assert_eq!(cosignatures(&signed, known), Err(CosignatureError::Signature));
        }
        assert_eq!(cosign("no note", NAME, &key, 1), None);
        assert_eq!(cosign(&note, "no name", &key, 1), None);
    }
}
