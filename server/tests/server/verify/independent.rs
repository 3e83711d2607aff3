//! The independent program, `tests/independent/verify.mjs`: it believes whatever `verify` believes (the tests of `verify` over
//! folders ask it too), and names by itself what somebody tampered with.

use std::process::Command;

use countersign_core::contest::Contest;
use countersign_core::message::Notice;
use countersign_server::practice;

use super::layers::replaced;
use super::witnesses::list;
use super::*;

/// It believes what is there; whether that is everything is for the tests below.
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

    /// It says that everything holds.
    fn is_whole(&self) {
        let (code, said) = independent(&self.party, self.out.to_str().unwrap());
        assert!(code == 0 && said.starts_with("Everything holds"), "{code}: {said}");
    }

    /// It says what it could not compare, in words that hold each of these, and not that everything holds.
    fn lacks(&self, names: &[&str]) {
        let (code, said) = independent(&self.party, self.out.to_str().unwrap());
        assert_eq!(code, 3, "{names:?}: {said}");
        let first = said.lines().next().unwrap();
        assert!(first.starts_with("What could be compared holds. NOT COMPARED: "), "{said}");
        assert!(!said.contains("Everything holds"), "{said}");
        for name in names {
            assert!(first.contains(name), "{name}: {said}");
        }
    }

    /// A file's name in the folder.
    fn name_of(&self, file: &Path) -> String {
        file.strip_prefix(&self.out).unwrap().to_str().unwrap().to_owned()
    }

    /// Tries something while a file or folder is not there.
    fn without(&self, name: &str, tried: impl FnOnce()) {
        let aside = self.party.root.path().join("aside");
        std::fs::rename(self.file(name), &aside).unwrap();
        tried();
        std::fs::rename(&aside, self.file(name)).unwrap();
    }

    /// Tries something while a file is there that ought not to be.
    fn with_more(&self, name: &str, tried: impl FnOnce()) {
        std::fs::write(self.file(name), "from before").unwrap();
        tried();
        std::fs::remove_file(self.file(name)).unwrap();
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

/// All that lies in the folder of a release.
const OF_A_RELEASE: [&str; 8] = [
    "results.json",
    "precincts.csv",
    "totals.csv",
    "nist-1500-100.json",
    "changes.csv",
    "SHA256SUMS",
    "SHA256SUMS.note",
    "status.json",
];

#[tokio::test(flavor = "multi_thread")]
async fn t69_an_independent_program_says_what_it_could_not_compare() {
    let night = Night::released().await.recanvassed().await;
    let report = night.reports[1];
    let copy = night.folder().await;
    copy.is_whole();
    // Each file that somebody takes away, and all of them.
    let of = |release| OF_A_RELEASE.map(|name| copy.name_of(&copy.document_of(release, name)));
    let others =
        ["releases.json", "compare/night-recanvass.csv", &format!("receipts/{report}.txt")]
            .map(str::to_owned);
    for name in of(1).iter().chain(&of(2)).chain(&others) {
        copy.without(name, || copy.lacks(&[name]));
    }
    let all = [of(1), of(2)].concat();
    copy.without("data", || copy.lacks(&all.iter().map(|name| &**name).collect::<Vec<_>>()));
    // A few receipts are named, more are counted.
    copy.without("receipts", || copy.lacks(&["receipts/", "receipts, the first of them "]));
    // A list has to name every document of its release, and no more.
    let sums = copy.document("SHA256SUMS");
    let shorter = |bytes: Vec<u8>| {
        let text = String::from_utf8(bytes).unwrap();
        let kept: String =
            text.split_inclusive('\n').filter(|line| !line.contains("totals")).collect();
        Some(kept.into_bytes())
    };
    copy.names_with(&sums, shorter, "SHA256SUMS, totals.csv, hash: published nothing");
    let more = |bytes: Vec<u8>| {
        let line = format!("{}  ../../elsewhere\n", "0".repeat(64));
        Some([bytes, line.into_bytes()].concat())
    };
    copy.names_with(&sums, more, "lists ../../elsewhere, which is no document of a release");

    // What no release in effect gives.
    for name in ["night-recount.csv", "recanvass-certified.html"] {
        let name = format!("compare/{name}");
        let words = format!("{name} is there, and ought not to be: in one of the two layers");
        copy.with_more(&name, || copy.names(&words));
    }
    for name in ["national.html", "es/national.html"] {
        let words = format!("{name} is there, and ought not to be: there is not enough in effect");
        copy.with_more(name, || copy.names(&words));
    }
    copy.is_whole();
}

#[tokio::test(flavor = "multi_thread")]
async fn t69_an_independent_program_lacks_nothing_before_anything_is_released() {
    let copy = Night::proposed().await.folder().await;
    copy.is_whole();
    for name in ["releases.json", "index.html"] {
        copy.without(name, || copy.is_whole());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t69_an_independent_program_says_that_a_release_may_wait_for_witnesses() {
    // As it is published before they cosigned: a list without the release, and none of its documents.
    let empty = |bytes: Vec<u8>| {
        let mut list: Value = serde_json::from_slice(&bytes).unwrap();
        list["releases"] = json!([]);
        Some(list.to_string().into_bytes())
    };
    // Just after the approval, and half an hour later.
    for is_late in [false, true] {
        let contest = Contest { witnesses: list(&[51], 1), ..practice::contest().unwrap() };
        let night = Night::released_by(Party::with_contest(&[ROOM], contest)).await;
        if is_late {
            night.party.clock.set(START_MS + 61 * 60_000);
            night
                .act(&night.one, &Notice { number: 1, words: "Wait.".to_owned(), next_ms: None })
                .await;
        }
        let copy = night.folder().await;
        copy.is_whole();
        copy.without("data", || {
            copy.with(&copy.file("releases.json"), empty, || {
                if is_late {
                    return copy
                        .names("releases.json, releases, length: published 0, worked out 1");
                }
                copy.lacks(&["results.json", "releases.json (the last 1 of 1 releases)"]);
                let (_, said) = independent(&copy.party, copy.out.to_str().unwrap());
                assert!(said.contains("waits for witnesses for up to 30 minutes"), "{said}");
            });
        });
    }
}
