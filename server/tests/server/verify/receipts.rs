//! `verify` reads the published receipts.

use countersign_core::receipt::Receipt;
use serde_json::json;

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn t69_every_published_receipt_proves_its_own_message_in_this_log() {
    let night = Night::released().await;
    let (reports, early) = (night.reports.clone(), night.receipt.clone());
    night.server.publish();
    let address = format!("http://{}", night.server.public);
    let (code, said) = verify(&night.party, &address, &[]);
    // The release, two reports and a decision.
    assert_eq!((code, &said["receipts"]), (0, &json!({"files": 4, "missing": 0})), "{said}");
    let copy = night.folder().await;
    let (code, said) = copy.verify(&[]);
    assert_eq!((code, &said["receipts"]), (0, &json!({"files": 4, "missing": 0})), "{said}");

    let name = format!("receipts/{}.txt", reports[0]);
    let file = copy.file(&name);
    let good = std::fs::read_to_string(&file).unwrap();
    let unsound = |text: String, expected: &str, said: &str| {
        copy.with(
            &file,
            |_| Some(text.into_bytes()),
            || {
                let (code, what) = copy.differs(&[]);
                assert_eq!(code, expected, "{what}");
                assert!(what.contains(&name) && what.contains(said), "{what}");
            },
        );
    };
    let other = std::fs::read_to_string(copy.file(&format!("receipts/{}.txt", reports[1])));
    unsound(other.unwrap(), "receipt", "the receipt is for another message");
    unsound(early.clone(), "receipt", "the receipt is for another message");
    unsound(String::new(), "receipt", "this is not a receipt");
    let hash = good.lines().nth(3).unwrap();
    let other_hash = if hash.starts_with('A') { "B" } else { "A" }.to_owned() + &hash[1..];
    unsound(good.replacen(hash, &other_hash, 1), "receipt", "the proof does not lead");
    // Another time of the entry: the proof does not lead from it any more.
    let (index, entry) = Receipt::claim(&good).unwrap();
    let key = read_key(&copy.party.keys.log(ROOM)).unwrap();
    let tree = node::read_room(&copy.party.folder, ROOM).unwrap().tree;
    let origin = copy.party.contest.log(ROOM).unwrap().origin.clone();
    let head = Checkpoint { origin, size: tree.size(), root: tree.root(tree.size()) };
    let proof = tree.inclusion(index, tree.size()).unwrap();
    let later = Entry { time_ms: entry.time_ms + 1, ..entry };
    let write = |entry: Entry, index: u64, head: &Checkpoint, key: &SigningKey| {
        Receipt::write(entry, index, &proof, &head.sign(key))
    };
    unsound(write(later, index, &head, &key), "receipt", "the proof does not lead");
    unsound(write(entry, index + 1, &head, &key), "receipt", "the proof does not lead");
    let stranger = copy.party.new_key();
    unsound(write(entry, index, &head, &stranger), "receipt", "no known key of this log signed");
    // Sound in itself, and of another history that the log's own key signed: the same entry behind others, or elsewhere.
    let mut forked = Tree::default();
    (0..index).for_each(|_| forked.push([7; 32]));
    forked.push(entry.leaf());
    let other_head = |tree: &Tree| Checkpoint {
        size: tree.size(),
        root: tree.root(tree.size()),
        ..head.clone()
    };
    let proof_there = forked.inclusion(index, index + 1).unwrap();
    let fork = Receipt::write(entry, index, &proof_there, &other_head(&forked).sign(&key));
    unsound(fork, "fork", "are not those of");
    let mut alone = Tree::default();
    alone.push(entry.leaf());
    let elsewhere = Receipt::write(entry, 0, &[], &other_head(&alone).sign(&key));
    unsound(elsewhere, "receipt", "it proves another entry, 0");
    assert_eq!(write(entry, index, &head, &key), good);

    copy.with(
        &file,
        |_| None,
        || {
            let (code, said) = copy.verify(&[]);
            assert_eq!((code, &said["receipts"]["missing"]), (3, &json!(1)), "{said}");
        },
    );
    assert_eq!(copy.verify(&[]).0, 0, "and with everything as it was, everything holds");
}

/// What was entered after pages were made has no receipt beside them yet.
#[tokio::test(flavor = "multi_thread")]
async fn t69_pages_lead_to_what_had_been_entered_when_they_were_made() {
    let night = Night::released().await;
    night.server.publish();
    let address = format!("http://{}", night.server.public);
    let decision = Decision {
        precinct: PrecinctNumber(0),
        report: Some(night.reports[0]),
        evidence: Evidence::Sheet,
        why: "called, and it stands".to_owned(),
        answers: vec![],
        after: None,
        overrides: None,
    };
    night.act(&night.reviewer, &decision).await;
    let (code, said) = verify(&night.party, &address, &[]);
    assert_eq!((code, &said["receipts"]), (0, &json!({"files": 4, "missing": 0})), "{said}");
    night.server.publish_now();
    let (code, said) = verify(&night.party, &address, &[]);
    assert_eq!((code, &said["receipts"]), (0, &json!({"files": 5, "missing": 0})), "{said}");
}
