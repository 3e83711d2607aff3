//! The independent program, `tests/independent/verify.mjs`: it believes whatever `verify` believes (the tests of `verify` over
//! folders ask it too), and names by itself what somebody tampered with.

use std::process::Command;

use super::layers::replaced;
use super::*;

/// It believes what is there.
pub fn holds(party: &Party, from: &str) {
    let (code, said) = independent(party, from);
    assert_eq!(code, 0, "{said}");
}

/// What the independent program says of a place, and its exit code.
fn independent(party: &Party, from: &str) -> (i32, String) {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/independent/verify.mjs");
    let mut command = Command::new("node");
    command.arg(program).args([from, "--party-key", &party_key(party)]);
    command.current_dir(party.root.path());
    let output = tokio::task::block_in_place(|| command.output().expect("Node is there"));
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(said).unwrap())
}

impl Copy {
    /// It names something, of the public files as they are now, in words that hold these.
    fn names(&self, words: &str) {
        let (code, said) = independent(&self.party, self.out.to_str().unwrap());
        assert!(code == 1 && said.contains(words), "{code}, {words}: {said}");
    }

    /// The same while a file is another one.
    fn names_with(
        &self,
        file: &Path,
        change: impl FnOnce(Vec<u8>) -> Option<Vec<u8>>,
        words: &str,
    ) {
        self.with(file, change, || self.names(words));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t69_an_independent_program_names_what_was_tampered_with() {
    let night = Night::released().await.recanvassed().await;
    let (report, other_report) = (night.reports[0], night.reports[1]);
    let copy = night.folder().await;
    let (code, said) = independent(&copy.party, copy.out.to_str().unwrap());
    assert_eq!(code, 0, "{said}");
    for words in ["Releases: 2 by two people each, 0 of them withdrawn", "Not checked: "] {
        assert!(said.contains(words), "{words}: {said}");
    }

    // A cell of each document, by its file, row and column, as published and as worked out.
    let place = copy.party.contest.precincts[1].id.clone();
    let group = copy.party.contest.groups[0].key.clone();
    let row = |first: u32| format!("{place},{group},21,{first},");
    let (published, changed) = (row(21), row(22));
    let other = replaced(&published, &changed);
    let cell = format!("({place} {group}), first: published \"22\", worked out \"21\"");
    copy.names_with(&copy.document("precincts.csv"), other, &cell);
    let cell = "precincts_released: published \"3\", worked out \"2\"";
    copy.names_with(&copy.document("totals.csv"), replaced("state,2,", "state,3,"), cell);
    let other = replaced(r#""attendees":41,"#, r#""attendees":999,"#);
    let cell = "results.json, totals.state, attendees: published 999, worked out 41";
    copy.names_with(&copy.document("results.json"), other, cell);
    let other = || replaced(",20,18,", ",20,19,");
    let cell = "after: published \"19\", worked out \"18\"";
    copy.names_with(&copy.document_of(2, "changes.csv"), other(), cell);
    copy.names_with(&copy.file("compare/night-recanvass.csv"), other(), cell);
    let other = replaced("unofficial", "official");
    let hash = "SHA256SUMS, nist-1500-100.json, hash: published ";
    copy.names_with(&copy.document("nist-1500-100.json"), other, hash);
    let unsigned = replaced("\n— ", "\n— x");
    copy.names_with(&copy.document("SHA256SUMS.note"), unsigned, "is not signed by");

    // A byte of a message, a hash of a tile, an entry, the head, the receipt of another message.
    let flip = |at: usize| {
        move |mut bytes: Vec<u8>| {
            bytes[at] ^= 1;
            Some(bytes)
        }
    };
    let words = format!("report {report}, is not the message that was entered");
    copy.names_with(&copy.message(report), flip(40), &words);
    let size = copy.log().len();
    let tile = |level: &str| copy.file(&format!("log/official/tile/{level}/000.p/{size}"));
    copy.names_with(&tile("0"), flip(32 * 3), "hash 3 is not what the entries give");
    copy.names_with(&tile("entries"), flip(44 * 2 + 20), "hash 2 is not what the entries give");
    let (head, other) = (copy.file("log/official/checkpoint"), replaced("/official/", "/other/"));
    copy.names_with(&head, other, "The checkpoint is of another log");
    let receipt = |id: MessageId| copy.file(&format!("receipts/{id}.txt"));
    let other = std::fs::read(receipt(other_report)).unwrap();
    let words = format!("The receipt of {report} is for another entry");
    copy.names_with(&receipt(report), |_| Some(other), &words);
}

#[tokio::test(flavor = "multi_thread")]
async fn t69_an_independent_program_names_what_was_entered_against_the_rules() {
    let night = Night::proposed().await;
    let (release, reports) = (night.release, night.reports.clone());
    let copy = night.folder().await;
    let log = copy.log();
    let with = |message: &Message, after_ms: u64| {
        let time_ms = log.last().unwrap().0.time_ms + after_ms;
        let entry = Entry { kind: message.kind(), time_ms, message: message.id() };
        [log.clone(), vec![(entry, message.bytes().to_vec())]].concat()
    };
    let hour = 60 * 60_000;
    let by = |key: &SigningKey| sign(&copy.party, key, &Approve { approves: release });
    copy.forge(&with(&by(&copy.one), hour));
    copy.names("approves a release of its own signer");
    copy.forge(&with(&by(&copy.two), 0));
    copy.names("approves a release before its preview was there for as long");
    copy.forge(&with(&by(&copy.party.new_key()), hour));
    copy.names("is signed by a key that nobody named");

    let at = log.iter().position(|(entry, _)| entry.message == reports[0]).unwrap();
    let mut forged = log.clone();
    *forged[at].1.last_mut().unwrap() ^= 1;
    forged[at].0.message = MessageId::of(&forged[at].1);
    copy.forge(&forged);
    copy.names(&format!("Entry {at}, report {}, has a bad signature", forged[at].0.message));
    let mut back = log.clone();
    back[2].0.time_ms -= 1;
    copy.forge(&back);
    copy.names("Entry 2 is of an earlier time");
    copy.forge(&[log.clone(), log[log.len() - 1..].to_vec()].concat());
    copy.names("stands in the log twice");
    // A report that is kept back although it was released.
    let mut kept_back = with(&by(&copy.two), hour);
    kept_back[at].1.clear();
    copy.forge(&kept_back);
    copy.names("releases a report of precinct 0 that is not public");
}
