//! Receipts (C2SP tlog-proof): what the server answers with, verified offline against the pinned log keys.

use data_encoding::BASE64;

use crate::id::{MessageId, PublicKey};
use crate::log::{
    Checkpoint, CheckpointError, Cosignature, CosignatureError, Entry, Hash, WitnessKey,
    cosignatures, verify_inclusion,
};
use crate::message::Kind;

/// First line of the format.
const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// Largest receipt in bytes: 64 proof hashes, a checkpoint and a dozen cosignatures fit.
const SIZE_MAX: usize = 8 << 10;

/// A receipt that was verified. There is no other way to have one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Index of the entry.
    pub index: u64,
    /// The entry.
    pub entry: Entry,
    /// The head that the proof leads to.
    pub checkpoint: Checkpoint,
    /// That head as it stands in the receipt, with every signature.
    note: String,
}

/// A text that is no receipt for this message. Another answer may be one, the same text never.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// Not the format.
    #[error("this is not a receipt")]
    Format,
    /// The entry is another message's, or another kind's.
    #[error("the receipt is for another message")]
    OtherMessage,
    /// The checkpoint is not signed by a known key of this log.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The proof does not lead from entry to checkpoint.
    #[error("the proof does not lead from the entry to the checkpoint")]
    Proof,
}

impl Receipt {
    /// Writes a receipt; `checkpoint` is the signed note.
    #[must_use]
    pub fn write(entry: Entry, index: u64, proof: &[Hash], checkpoint: &str) -> String {
        let mut text =
            format!("{HEADER}\nextra {}\nindex {index}\n", BASE64.encode(&entry.to_bytes()));
        for hash in proof {
            BASE64.encode_append(hash, &mut text);
            text.push('\n');
        }
        text.push('\n');
        text.push_str(checkpoint);
        text
    }

    /// Index and entry that a receipt names, *unproven*: for finding out which message it is about.
    #[must_use]
    pub fn claim(text: &str) -> Option<(u64, Entry)> {
        parse(text).map(|(index, entry, ..)| (index, entry))
    }

    /// The signed checkpoint that a receipt leads to, as it stands in it, *unproven*.
    #[must_use]
    pub fn checkpoint_note(text: &str) -> Option<&str> {
        parse(text).map(|(.., checkpoint)| checkpoint)
    }

    /// Verifies that `text` proves the entry of `message` in the log of `origin`, signed by one of `keys`.
    ///
    /// # Errors
    /// [`ReceiptError`].
    pub fn verify(
        text: &str,
        message: MessageId,
        kind: Kind,
        origin: &str,
        keys: &[PublicKey],
    ) -> Result<Self, ReceiptError> {
        let (index, entry, proof, note) = parse(text).ok_or(ReceiptError::Format)?;
        if entry.message != message || entry.kind != kind {
            return Err(ReceiptError::OtherMessage);
        }
        let checkpoint = Checkpoint::open(note, origin, keys)?;
        if verify_inclusion(index, checkpoint.size, entry.leaf(), &proof, &checkpoint.root) {
            Ok(Self { index, entry, checkpoint, note: note.to_owned() })
        } else {
            Err(ReceiptError::Proof)
        }
    }

    /// Which of `witnesses` cosigned the receipt's checkpoint. Receipts are handed out before any witness was asked, so a
    /// receipt without cosignatures is as good a receipt; asked for again later, it may have them.
    ///
    /// # Errors
    /// [`CosignatureError::Signature`] when a known witness's line is not its signature.
    pub fn cosignatures(
        &self,
        witnesses: &[WitnessKey],
    ) -> Result<Vec<Cosignature>, CosignatureError> {
        cosignatures(&self.note, witnesses)
    }
}

fn parse(text: &str) -> Option<(u64, Entry, Vec<Hash>, &str)> {
    if text.len() > SIZE_MAX {
        return None;
    }
    let (head, checkpoint) = text.split_once("\n\n")?;
    let mut lines = head.split('\n');
    (lines.next()? == HEADER).then_some(())?;
    let extra = BASE64.decode(lines.next()?.strip_prefix("extra ")?.as_bytes()).ok()?;
    let entry = Entry::from_bytes(&extra).ok()?;
    let index = crate::log::decimal(lines.next()?.strip_prefix("index ")?)?;
    let proof = lines
        .map(|line| BASE64.decode(line.as_bytes()).ok()?.try_into().ok())
        .collect::<Option<Vec<Hash>>>()?;
    (proof.len() <= 64).then_some((index, entry, proof, checkpoint))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::SigningKey;
    use crate::log::{Tree, cosign};

    fn entries(count: u8) -> (Vec<Entry>, Tree) {
        let mut tree = Tree::default();
        let entries: Vec<Entry> = (0..count)
            .map(|at| Entry { kind: Kind::Report, time_ms: 7, message: MessageId([at; 32]) })
            .collect();
        entries.iter().for_each(|entry| tree.push(entry.leaf()));
        (entries, tree)
    }

    #[test]
    fn a_receipt_with_cosignatures_verifies_and_says_whose_they_are() {
        let (entries, tree) = entries(5);
        let log = SigningKey::from_seed(&[1; 32]);
        let origin = "example.org/practice/official/1";
        let head = Checkpoint { origin: origin.to_owned(), size: 5, root: tree.root(5) };
        let plain = head.sign(&log);
        let witness = |seed: u8| {
            let key = SigningKey::from_seed(&[seed; 32]);
            let public = WitnessKey::new(&format!("w.example/{seed}"), key.public()).unwrap();
            (key, public)
        };
        let [(first, one), (_, two), (third, three)] = [2, 3, 4].map(witness);
        let note = plain.clone()
            + &cosign(&plain, three.name(), &third, 11).unwrap()
            + &cosign(&plain, one.name(), &first, 12).unwrap();
        let proof = tree.inclusion(3, 5).unwrap();
        let verify = |text: &str| {
            Receipt::verify(text, entries[3].message, Kind::Report, origin, &[log.public()])
        };
        let text = Receipt::write(entries[3], 3, &proof, &note);
        let receipt = verify(&text).unwrap();
        let known = [one, two, three];
        let found = receipt.cosignatures(&known).unwrap();
        let found: Vec<_> = found.iter().map(|found| (found.witness, found.time_s)).collect();
        assert_eq!(found, [(0, 12), (2, 11)]);
        // Without them it is a receipt as well.
        let bare = verify(&Receipt::write(entries[3], 3, &proof, &plain)).unwrap();
        assert_eq!(bare.cosignatures(&known), Ok(Vec::new()));
        assert_eq!((bare.index, bare.checkpoint), (receipt.index, receipt.checkpoint));
    }

    /// The longest that everything can be: a receipt of the deepest tree, the longest origin, a dozen witnesses with the longest
    /// names.
    #[test]
    fn a_dozen_cosignatures_fit() {
        let log = SigningKey::from_seed(&[1; 32]);
        let origin = format!("{}/1", "a".repeat(253));
        let head = Checkpoint { origin: origin.clone(), size: u64::MAX, root: [3; 32] };
        let mut note = head.sign(&log);
        let mut known = Vec::new();
        for seed in 0..12 {
            let key = SigningKey::from_seed(&[seed; 32]);
            let name = format!("{seed:0128}");
            note.push_str(&cosign(&head.sign(&log), &name, &key, 1 << 62).unwrap());
            known.push(WitnessKey::new(&name, key.public()).unwrap());
        }
        assert_eq!(cosignatures(&note, &known).unwrap().len(), 12);
        assert!(note.len() <= 4 << 10, "an act carries it: {}", note.len());
        let (entries, _) = entries(1);
        let proof = [[5; 32]; 64];
        let text = Receipt::write(entries[0], u64::MAX - 1, &proof, &note);
        assert!(text.len() < SIZE_MAX, "{}", text.len());
        // It is read whole: what fails is only the made-up proof.
        let (id, keys) = (entries[0].message, [log.public()]);
        let verified = Receipt::verify(&text, id, Kind::Report, &origin, &keys);
        assert_eq!(verified, Err(ReceiptError::Proof));
        let long = Receipt::write(entries[0], 0, &proof, &(note.clone() + &note + &note));
        let verified = Receipt::verify(&long, id, Kind::Report, &origin, &keys);
        assert_eq!(verified, Err(ReceiptError::Format));
    }
}
