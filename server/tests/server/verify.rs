//! `verify`, as a stranger runs it: against a server, against a folder, and against both after somebody tampered with them.

mod changes;
mod hash_lists;
mod holes;
pub mod independent;
mod inquiries;
mod layers;
mod missing;
mod moment;
mod questions;
mod receipts;
mod withdrawals;
mod witnesses;
mod words;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use countersign_core::crypto::SigningKey;
use countersign_core::id::{MessageId, PrecinctNumber};
use countersign_core::log::{Checkpoint, Entry, LogKey, Tree, WitnessKey, cosign};
use countersign_core::message::{
    Approve, Decision, Evidence, Kind, Layer, Message, Payload, People, Person, Preview,
    PreviewedPrecinct, Release, Role, Scope, Withdraw, Withhold,
};
use countersign_core::room::Room;
use countersign_server::keys::read_key;
use countersign_server::node;
use countersign_server::public_folder::{self, Writer};
use countersign_server::store::{LogStore as _, SqliteLog};
use serde_json::{Value, json};

use crate::commands::{good, run, wrong};
use crate::support::{Party, START_MS, Server};

const ROOM: Room = Room::Official;

/// A night: two precincts are released, a third has reported and is previewed only, a fourth has not reported.
struct Night {
    party: Party,
    server: Server,
    one: SigningKey,
    two: SigningKey,
    reviewer: SigningKey,
    /// Tablets of the first three precincts.
    tablets: Vec<SigningKey>,
    /// Their reports.
    reports: Vec<MessageId>,
    /// A receipt from early in the night.
    receipt: String,
    release: MessageId,
    /// A second release, which corrects the first, where there is one.
    correction: Option<MessageId>,
}

impl Night {
    /// The release is proposed; nobody has approved it.
    async fn proposed() -> Self {
        Self::proposed_by(Party::new(&[ROOM])).await
    }

    async fn proposed_by(party: Party) -> Self {
        let server = party.start().await;
        let (one, two, reviewer) = (party.new_key(), party.new_key(), party.new_key());
        let person = |number, role, key: &SigningKey| Person { number, role, key: key.public() };
        let people = vec![
            person(2, Role::Reviewer, &reviewer),
            person(4, Role::ReleaseManager, &one),
            person(5, Role::ReleaseManager, &two),
        ];
        let mut night = Self {
            party,
            server,
            one,
            two,
            reviewer,
            tablets: Vec::new(),
            reports: Vec::new(),
            receipt: String::new(),
            release: MessageId([0; 32]),
            correction: None,
        };
        let party_key = read_key(&night.party.keys.party()).unwrap();
        night.act(&party_key, &People { people }).await;
        for precinct in 0..3 {
            let device = night.server.tablet(&night.party, ROOM, precinct).await;
            let report = night.party.report(precinct, 20 + precinct);
            let report = night.party.sign(ROOM, &device, &report);
            night.receipt = night.server.send(ROOM, &report).await.receipt();
            night.reports.push(report.id());
            night.tablets.push(device);
        }
        let decision = Decision {
            precinct: PrecinctNumber(1),
            report: Some(night.reports[1]),
            evidence: Evidence::Sheet,
            why: "the sheet says the same".to_owned(),
            answers: vec![],
            after: None,
            overrides: None,
        };
        let decision = night.act(&night.reviewer, &decision).await;
        let named = |precinct: u32, decision| PreviewedPrecinct {
            precinct: PrecinctNumber(precinct),
            report: Some(night.reports[precinct as usize]),
            decision,
            cause: None,
        };
        let preview = Preview {
            number: 1,
            name: "First batch".to_owned(),
            layer: Layer::Night,
            precincts: vec![named(0, None), named(1, Some(decision)), named(2, None)],
            despite: None,
        };
        let preview = night.act(&night.one, &preview).await;
        let release = Release { preview, left_out: vec![PrecinctNumber(2)] };
        night.release = night.act(&night.one, &release).await;
        night.party.clock.set(START_MS + 31 * 60_000);
        night
    }

    async fn released() -> Self {
        Self::released_by(Party::new(&[ROOM])).await
    }

    async fn released_by(party: Party) -> Self {
        let night = Self::proposed_by(party).await;
        night.act(&night.two, &Approve { approves: night.release }).await;
        night
    }

    /// Enters what somebody signed.
    async fn send(&self, message: &Message) -> MessageId {
        self.server.send(ROOM, message).await.receipt();
        message.id()
    }

    /// Two people withhold a message.
    async fn withhold(&self, message: MessageId) {
        let why = "a name stands in it".to_owned();
        let withhold = self.act(&self.party.admin, &Withhold { message, why }).await;
        self.act(&self.two, &Approve { approves: withhold }).await;
    }

    async fn act<P: Payload>(&self, key: &SigningKey, payload: &P) -> MessageId {
        self.send(&sign(&self.party, key, payload)).await
    }

    /// The night is over: its public files, with published numbers beside them.
    async fn folder(self) -> Copy {
        let Self { party, server, one, two, .. } = self;
        server.stop().await;
        let out = party.root.path().join("public");
        let data = party.folder.0.to_str().unwrap().to_owned();
        let export = ["log", "export", "--data", &data, "--out", "public"];
        let copy = Copy { party, out, one, two };
        let printed = copy.good(&export);
        assert!(printed.contains("official room: "), "{printed}");
        copy.publish();
        copy
    }
}

fn sign<P: Payload>(party: &Party, key: &SigningKey, payload: &P) -> Message {
    Message::sign(key, Scope::room(&party.contest.id, ROOM), payload)
}

fn party_key(party: &Party) -> String {
    read_key(&party.keys.party()).unwrap().public().id().to_string()
}

/// What `verify` says of a place, as JSON, and its exit code.
fn verify(party: &Party, from: &str, more: &[&str]) -> (i32, Value) {
    let key = party_key(party);
    let command = ["verify", from, "--party-key", &key, "--json"];
    let output =
        tokio::task::block_in_place(|| run(party.root.path(), &[&command[..], more].concat()));
    let code = output.status.code().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    let json = serde_json::from_slice(&output.stdout);
    (code, json.unwrap_or_else(|error| panic!("{code}: {error}: {text}")))
}

/// A web host, as long as the test runs: answers with what `file` gives by a name below its top, or that there is none.
async fn host(
    file: impl Fn(&str) -> std::io::Result<Vec<u8>> + Clone + Send + Sync + 'static,
) -> String {
    let files = move |uri: axum::http::Uri| {
        let file = file(uri.path().trim_start_matches('/'));
        std::future::ready(file.map_err(|_| axum::http::StatusCode::NOT_FOUND))
    };
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/", socket.local_addr().unwrap());
    tokio::spawn(axum::serve(socket, axum::Router::new().fallback(files)).into_future());
    address
}

/// Writes a party's public files, with `export` or `log export`.
fn write_public(party: &Party, command: &[&str]) {
    let data = party.folder.0.to_str().unwrap();
    let command = [command, &["--data", data, "--out", "public"]].concat();
    tokio::task::block_in_place(|| good(party.root.path(), &command));
}

/// Public files of a night.
struct Copy {
    party: Party,
    out: PathBuf,
    /// The two release managers.
    one: SigningKey,
    two: SigningKey,
}

impl Copy {
    fn good(&self, arguments: &[&str]) -> String {
        tokio::task::block_in_place(|| good(self.party.root.path(), arguments))
    }

    /// What `verify` says. Where that holds, the independent program says so too.
    fn verify(&self, more: &[&str]) -> (i32, Value) {
        let from = self.out.to_str().unwrap();
        let (code, said) = verify(&self.party, from, more);
        if code == 0 {
            independent::holds(&self.party, from);
        }
        (code, said)
    }

    /// The first difference, which has to be there: its code and what it says.
    fn differs(&self, more: &[&str]) -> (String, String) {
        let (code, said) = self.verify(more);
        assert_eq!(code, 1, "{said}");
        assert_eq!(said["holds"], false);
        let difference = &said["difference"];
        let text = |field: &str| difference[field].as_str().unwrap().to_owned();
        assert!(text("means").len() > 20, "{said}");
        (text("code"), text("what"))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.out.join(name)
    }

    fn message(&self, id: MessageId) -> PathBuf {
        self.file(&public_folder::message(id))
    }

    /// Changes a file for as long as something is tried.
    fn with(
        &self,
        file: &Path,
        change: impl FnOnce(Vec<u8>) -> Option<Vec<u8>>,
        tried: impl FnOnce(),
    ) {
        let before = std::fs::read(file).unwrap();
        match change(before.clone()) {
            Some(bytes) => std::fs::write(file, bytes).unwrap(),
            None => std::fs::remove_file(file).unwrap(),
        }
        tried();
        std::fs::write(file, before).unwrap();
    }

    /// Entries and messages of the log as the server's folder has them.
    fn log(&self) -> Vec<(Entry, Vec<u8>)> {
        let store = SqliteLog::open_read_only(&self.party.folder.0.join("official.db")).unwrap();
        let mut log = Vec::new();
        store
            .read(&mut |_, stored| {
                log.push((stored.entry, stored.message));
                true
            })
            .unwrap();
        log
    }

    /// Puts another log into the folder's place, signed by the log's own key: what a server could do that breaks the rules. A
    /// message without bytes is kept back.
    fn forge(&self, log: &[(Entry, Vec<u8>)]) {
        std::fs::remove_dir_all(&self.out).unwrap();
        let key = read_key(&self.party.keys.log(ROOM)).unwrap();
        let mut writer = Writer::new(&self.out);
        let mut tree = Tree::default();
        let entries: Vec<Entry> = log.iter().map(|(entry, _)| *entry).collect();
        for (entry, message) in log {
            tree.push(entry.leaf());
            if !message.is_empty() {
                writer.once(&public_folder::message(entry.message), message).unwrap();
            }
        }
        writer.log(ROOM, &entries, &tree).unwrap();
        let origin = self.party.contest.log(ROOM).unwrap().origin.clone();
        let size = tree.size();
        let head = Checkpoint { origin, size, root: tree.root(size) };
        writer.replace(&public_folder::checkpoint(ROOM), head.sign(&key).as_bytes()).unwrap();
    }

    /// Writes the results as a party publishes them.
    fn publish(&self) {
        write_public(&self.party, &["export"]);
    }

    /// A document of the only release.
    fn document(&self, name: &str) -> PathBuf {
        self.document_of(1, name)
    }

    /// A document of a release, by its number.
    fn document_of(&self, release: usize, name: &str) -> PathBuf {
        let mut releases = std::fs::read_dir(self.file("data")).unwrap().flatten();
        let number = format!("{release:03}-");
        let is_it =
            |one: &std::fs::DirEntry| one.file_name().to_str().unwrap().starts_with(&number);
        releases.find(is_it).unwrap().path().join(name)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t69_a_night_is_verified_over_http_with_nothing_but_the_party_key() {
    let night = Night::released().await;
    night.server.publish();
    let address = format!("http://{}", night.server.public);
    let at = night.party.root.path();
    std::fs::write(at.join("receipt"), &night.receipt).unwrap();
    let (code, said) = verify(&night.party, &address, &["--known", "receipt"]);
    assert_eq!((code, &said["holds"]), (0, &json!(true)), "{said}");
    independent::holds(&night.party, &address);
    assert_eq!(said["difference"], Value::Null);
    assert_eq!(said["log_size"], night.server.size(ROOM));
    let messages = |kind: &str| said["messages"][kind].clone();
    let counted =
        |public, unreleased| json!({"public": public, "unreleased": unreleased, "withheld": 0});
    assert_eq!(messages("report"), counted(2, 1));
    assert_eq!(messages("enrolment"), counted(2, 1));
    assert_eq!(messages("decision"), counted(1, 0));
    assert_eq!(messages("approve"), counted(1, 0));
    let layer = &said["layers"][0];
    assert_eq!((&layer["layer"], &layer["precincts_released"]), (&json!("night"), &json!(2)));
    assert_eq!(layer["attendees"], 20 + 21);
    assert_eq!(layer["groups"][0]["counts"][0], 20 + 21);
    assert_eq!(said["known"][0]["of_an_earlier_log"], false);
    // The same in words, with the key from a file.
    std::fs::write(at.join("package"), &night.party.package_bytes).unwrap();
    let words = ["verify", &address, "--party-key", "package"];
    let text = tokio::task::block_in_place(|| good(at, &words));
    for part in ["Everything holds", "2 of 12 precincts released", "published data says the same"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    // Before anything is released there is nothing wrong either, in a room where all is public at once neither.
    let (code, said) = verify(&night.party, &address, &["--room", "rehearsal"]);
    assert_eq!(code, 0, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn t69_a_folder_is_verified_with_its_published_numbers_and_from_a_plain_web_host() {
    let copy = Night::released().await.folder().await;
    let (code, said) = copy.verify(&[]);
    assert_eq!(code, 0, "{said}");
    let documents = |said: &Value| -> Vec<String> {
        let compared = said["compared"].as_array().unwrap();
        // The only release changed nothing.
        let (changes, results) = compared.split_last().unwrap();
        assert_eq!(changes["numbers"], 0, "{said}");
        assert!(results.iter().all(|file| file["numbers"].as_u64().unwrap() > 5), "{said}");
        let name =
            |file: &Value| file["name"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        compared.iter().map(name).collect()
    };
    let all = ["results.json", "precincts.csv", "totals.csv", "nist-1500-100.json", "changes.csv"];
    assert_eq!(documents(&said), all);
    assert_eq!(said["not_published"], json!([]));
    // The first page, those of two counties and of two precincts.
    let pages = |said: &Value| said["pages"]["files"].as_u64().unwrap();
    assert!(pages(&said) >= 10, "in both languages: {said}");
    assert_eq!(said["pages"]["missing"], 0, "{said}");
    assert!(said["pages"]["numbers"].as_u64().unwrap() > 10, "{said}");
    // Any web host can carry the folder.
    let root = copy.out.clone();
    let address = host(move |name| std::fs::read(root.join(name))).await;
    let (code, said) = verify(&copy.party, &address, &[]);
    assert_eq!(code, 0, "{said}");
    independent::holds(&copy.party, &address);
    assert_eq!(documents(&said), all);
    assert!(pages(&said) >= 10, "{said}");
    // Written again, nothing changes and nothing is left lying about.
    let before = listing(&copy.out);
    let data = copy.party.folder.0.to_str().unwrap();
    copy.good(&["log", "export", "--data", data, "--out", "public", "--room", "official"]);
    assert_eq!(listing(&copy.out), before);
    assert!(before.iter().all(|path| path.extension().is_none_or(|end| end != "new")));
}

/// A release in the middle of reading: its messages were not there yet when they were asked for, and are when it is looked again.
#[tokio::test(flavor = "multi_thread")]
async fn what_becomes_public_while_it_is_read_is_no_difference() {
    let night = Night::released().await;
    let report = night.reports[0];
    let copy = night.folder().await;
    let head = std::fs::read_to_string(copy.file("log/official/checkpoint")).unwrap();
    let head = Checkpoint::claim(&head).unwrap();
    let key = read_key(&copy.party.keys.log(ROOM)).unwrap();
    let later = Checkpoint { size: head.size + 1, root: [9; 32], ..head }.sign(&key).into_bytes();
    let asked = Arc::new(Mutex::new(HashMap::<String, u32>::new()));
    let (root, hidden) = (copy.out.clone(), public_folder::message(report));
    let counted = Arc::clone(&asked);
    let address = host(move |name| {
        let time = {
            let mut asked = counted.lock().unwrap();
            let time = asked.entry(name.to_owned()).or_default();
            *time += 1;
            *time
        };
        match (name.ends_with("/checkpoint"), time) {
            (true, 2) => Ok(later.clone()),
            _ if name == hidden && time == 1 => Err(std::io::ErrorKind::NotFound.into()),
            _ => std::fs::read(root.join(name)),
        }
    })
    .await;
    let (code, said) = verify(&copy.party, &address, &[]);
    assert_eq!(code, 0, "{said}");
    let asked = asked.lock().unwrap();
    assert_eq!(
        asked["log/official/checkpoint"], 3,
        "it looked whether the log had gone on, and read it again"
    );
}

fn listing(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn t69_what_is_changed_or_left_out_in_a_copy_is_named() {
    let night = Night::released().await;
    let reports = night.reports.clone();
    let copy = night.folder().await;
    let flip = |at: usize| {
        move |mut bytes: Vec<u8>| {
            bytes[at] ^= 1;
            Some(bytes)
        }
    };
    let log = copy.log();
    let first = |kind: Kind| log.iter().position(|(entry, _)| entry.kind == kind).unwrap();
    let size = log.len();

    copy.with(&copy.message(reports[0]), flip(100), || {
        let (code, what) = copy.differs(&[]);
        assert_eq!(code, "other-bytes");
        assert!(what.contains(&format!("report {}", reports[0])), "{what}");
    });
    copy.with(
        &copy.message(reports[0]),
        |_| None,
        || {
            let (code, what) = copy.differs(&[]);
            assert_eq!(code, "missing");
            let place = &copy.party.contest.precincts[0].id;
            assert!(what.contains(&reports[0].to_string()) && what.contains(place), "{what}");
        },
    );
    // An enrolment's id does not say of which precinct it is; the report that rests on it does.
    copy.with(
        &copy.message(log[first(Kind::Enrolment)].0.message),
        |_| None,
        || {
            let (code, what) = copy.differs(&[]);
            assert_eq!(code, "unknown-key");
            assert!(what.contains(&reports[0].to_string()), "{what}");
            assert!(what.contains("1 messages before it cannot be read"), "{what}");
        },
    );
    copy.with(
        &copy.message(log[first(Kind::Approve)].0.message),
        |_| None,
        || {
            assert_eq!(copy.differs(&[]).0, "missing");
        },
    );

    let bundle = copy.file(&format!("log/official/tile/entries/000.p/{size}"));
    // A later time of entry 4: in order still.
    copy.with(&bundle, flip(4 * 44 + 2 + 9), || {
        let (code, what) = copy.differs(&[]);
        assert_eq!(code, "root");
        assert!(what.contains("entry 4 is the first"), "{what}");
    });
    copy.with(
        &bundle,
        |bytes| Some(bytes[44..].to_vec()),
        || {
            assert_eq!(copy.differs(&[]).0, "bundle");
        },
    );
    copy.with(&bundle, |_| None, || assert_eq!(copy.differs(&[]).0, "bundle-missing"));
    let tile = copy.file(&format!("log/official/tile/0/000.p/{size}"));
    copy.with(&tile, flip(32 * 3), || {
        let (code, what) = copy.differs(&[]);
        assert_eq!(code, "tile");
        assert!(what.contains("from hash 3 on"), "{what}");
    });
    copy.with(&tile, |_| None, || assert_eq!(copy.differs(&[]).0, "tile-missing"));

    copy.with(&copy.file("log/official/checkpoint"), flip(60), || {
        let (code, said) = copy.verify(&[]);
        assert_eq!(code, 1, "{said}");
    });
    copy.with(&copy.document("results.json"), changed_cell, || {
        let (code, what) = copy.differs(&[]);
        assert_eq!(code, "cell");
        assert!(what.contains("results.json says 999 for attendees of state"), "{what}");
        assert!(what.contains("the log gives 41"), "{what}");
    });
    for name in ["precincts.csv", "totals.csv"] {
        let swapped = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).unwrap();
            let changed = text.replacen(",20,", ",21,", 1).replacen(",41,", ",42,", 1);
            assert_ne!(changed, text);
            Some(changed.into_bytes())
        };
        copy.with(&copy.document(name), swapped, || {
            let (code, what) = copy.differs(&[]);
            // How many attended stands in each row.
            assert!(code == "file" && what.contains("differ from row to row"), "{what}");
        });
        let everywhere = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).unwrap();
            Some(text.replace(",20,", ",22,").replace(",41,", ",43,").into_bytes())
        };
        copy.with(&copy.document(name), everywhere, || {
            let (code, what) = copy.differs(&[]);
            assert!(code == "cell" && what.contains(name), "{what}");
        });
    }
    let place = &copy.party.contest.precincts[0].id;
    let of_place = format!("precincts/{place}.html");
    for page in [&of_place, "index.html"] {
        for page in [page.to_owned(), format!("es/{page}")] {
            copy.with(&copy.file(&page), other_number, || {
                let (code, what) = copy.differs(&[]);
                assert!(code == "cell" && what.starts_with(&page), "{what}");
            });
        }
    }
    // A precinct's page with the numbers of another one, and without any.
    let other_place = &copy.party.contest.precincts[1].id;
    let other = std::fs::read(copy.file(&format!("precincts/{other_place}.html"))).unwrap();
    let without = |bytes: Vec<u8>| {
        Some(String::from_utf8(bytes).unwrap().replace("data-measure", "data-other").into_bytes())
    };
    copy.with(
        &copy.file(&of_place),
        |_| Some(other),
        || {
            let (code, what) = copy.differs(&[]);
            assert!(code == "cell" && what.starts_with(&of_place), "{what}");
        },
    );
    copy.with(&copy.file(&of_place), without, || {
        let (code, what) = copy.differs(&[]);
        assert!(code == "cell" && what.contains(&format!("{of_place} says 0 for")), "{what}");
    });
    // One that is not there is counted.
    copy.with(
        &copy.file(&of_place),
        |_| None,
        || {
            let (code, said) = copy.verify(&[]);
            assert_eq!((code, &said["pages"]["missing"]), (3, &json!(1)), "{said}");
        },
    );
    // Pages from before the last release are not held against it, and that is said.
    let older = |bytes: Vec<u8>| {
        let text = String::from_utf8(bytes).unwrap();
        Some(text.replace("data-log-size=\"", "data-log-size=\"1\" title=\"").into_bytes())
    };
    copy.with(&copy.file("index.html"), older, || {
        let (code, said) = copy.verify(&[]);
        assert_eq!((code, &said["pages"]["files"]), (3, &json!(0)), "{said}");
        assert_eq!(said["not_published"], json!(["index.html"]));
    });
    let garbled = |_| Some(b"{".to_vec());
    copy.with(&copy.document("results.json"), garbled, || assert_eq!(copy.differs(&[]).0, "file"));
    copy.with(
        &copy.document("totals.csv"),
        |_| None,
        || {
            let (code, said) = copy.verify(&[]);
            assert_eq!((code, said["not_published"].as_array().unwrap().len()), (3, 1), "{said}");
        },
    );
    assert_eq!(copy.verify(&[]).0, 0, "and with everything as it was, everything holds");
}

/// Puts another digit before the first number of a page.
fn other_number(bytes: Vec<u8>) -> Option<Vec<u8>> {
    let text = String::from_utf8(bytes).unwrap();
    let (before, cell) = text.split_once("<td data-measure=\"").unwrap();
    let (measure, number) = cell.split_once("\">").unwrap();
    Some(format!("{before}<td data-measure=\"{measure}\">9{number}").into_bytes())
}

fn changed_cell(bytes: Vec<u8>) -> Option<Vec<u8>> {
    let mut document: Value = serde_json::from_slice(&bytes).unwrap();
    document["totals"][0]["attendees"] = json!(999);
    Some(document.to_string().into_bytes())
}

#[tokio::test(flavor = "multi_thread")]
async fn t69_keys_and_older_checkpoints_that_do_not_fit_are_named() {
    let night = Night::released().await;
    let copy = night.folder().await;
    let at = copy.party.root.path().to_owned();
    let checkpoint = copy.file("log/official/checkpoint");
    let note = std::fs::read_to_string(&checkpoint).unwrap();
    let head = Checkpoint::claim(&note).unwrap();
    let log = read_key(&copy.party.keys.log(ROOM)).unwrap();
    let stranger = copy.party.new_key();
    let by_a_stranger = head.sign(&stranger).into_bytes();
    copy.with(
        &checkpoint,
        |_| Some(by_a_stranger),
        || {
            assert_eq!(copy.differs(&[]).0, "checkpoint-signature");
        },
    );
    let other =
        Checkpoint { origin: head.origin.replace("/official/", "/rehearsal/"), ..head.clone() };
    copy.with(
        &checkpoint,
        |_| Some(other.sign(&log).into_bytes()),
        || {
            assert_eq!(copy.differs(&[]).0, "other-log");
        },
    );
    // Another party's key.
    let id = stranger.public().id().to_string();
    let output = tokio::task::block_in_place(|| {
        run(&at, &["verify", "public", "--party-key", &id, "--json"])
    });
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (output.status.code(), &said["difference"]["code"]),
        (Some(1), &json!("no-package"))
    );
    // The log's own key, given and another one.
    let of =
        |key: &SigningKey| LogKey { origin: head.origin.clone(), key: key.public() }.to_string();
    assert_eq!(copy.verify(&["--log-key", &of(&log)]).0, 0);
    assert_eq!(copy.differs(&["--log-key", &of(&stranger)]).0, "checkpoint-signature");

    let known = |size: u64, root: [u8; 32], key: &SigningKey| {
        let known = Checkpoint { size, root, ..head.clone() };
        std::fs::write(at.join("known"), known.sign(key)).unwrap();
    };
    let tree = node::read_room(&copy.party.folder, ROOM).unwrap().tree;
    known(3, tree.root(3), &log);
    assert_eq!(copy.verify(&["--known", "known"]).0, 0);
    known(3, [7; 32], &log);
    assert_eq!(copy.differs(&["--known", "known"]).0, "fork");
    known(head.size + 1, [7; 32], &log);
    assert_eq!(copy.differs(&["--known", "known"]).0, "shorter");
    known(3, [7; 32], &stranger);
    assert_eq!(copy.differs(&["--known", "known"]).0, "known-signature");

    let witness = WitnessKey::new("w.example.org", stranger.public()).unwrap().to_string();
    assert_eq!(copy.differs(&["--witness", &witness]).0, "not-witnessed");
    let line = cosign(&note, "w.example.org", &stranger, 1_580_767_300).unwrap();
    copy.with(
        &checkpoint,
        |_| Some((note.clone() + &line).into_bytes()),
        || {
            let (code, said) = copy.verify(&["--witness", &witness]);
            assert_eq!(
                (code, &said["cosigned_by"][0]["name"]),
                (0, &json!("w.example.org")),
                "{said}"
            );
        },
    );

    // What cannot be read says nothing about what is right.
    let refused = |arguments: &[&str]| tokio::task::block_in_place(|| wrong(&at, arguments));
    let key = party_key(&copy.party);
    assert!(refused(&["verify", "nowhere", "--party-key", &key]).contains("neither a folder"));
    assert!(refused(&["verify", "keys", "--party-key", &key]).contains("there is no log/official"));
    assert!(refused(&["verify", "public", "--party-key", "xyz"]).contains("is no party key"));
}

#[tokio::test(flavor = "multi_thread")]
async fn t62_t69_a_log_that_was_entered_against_the_rules_is_named() {
    let night = Night::proposed().await;
    let (release, reports) = (night.release, night.reports.clone());
    let copy = night.folder().await;
    let log = copy.log();
    let next = |after: &[(Entry, Vec<u8>)], message: &Message| {
        let time_ms = after.last().unwrap().0.time_ms + 60 * 60_000;
        (Entry { kind: message.kind(), time_ms, message: message.id() }, message.bytes().to_vec())
    };
    let with = |message: &Message| {
        let mut log = log.clone();
        log.push(next(&log, message));
        log
    };
    // By two people it is a release.
    let approve = Approve { approves: release };
    copy.forge(&with(&sign(&copy.party, &copy.two, &approve)));
    let (code, said) = copy.verify(&[]);
    assert_eq!((code, &said["holds"]), (3, &json!(true)), "nothing is published of it: {said}");
    assert_eq!(said["layers"][0]["precincts_released"], 2);
    // By one it is none.
    copy.forge(&with(&sign(&copy.party, &copy.one, &approve)));
    let (code, what) = copy.differs(&[]);
    assert_eq!(code, "same-person");
    assert!(what.contains(&format!("entry {}", log.len())), "{what}");
    // Nor by somebody whom nobody named.
    copy.forge(&with(&sign(&copy.party, &copy.party.new_key(), &approve)));
    assert_eq!(copy.differs(&[]).0, "not-allowed");

    // A report that its tablet did not sign, in the place of the one it did.
    let at = log.iter().position(|(entry, _)| entry.message == reports[0]).unwrap();
    let mut forged = log.clone();
    *forged[at].1.last_mut().unwrap() ^= 1;
    forged[at].0.message = MessageId::of(&forged[at].1);
    copy.forge(&forged);
    let (code, what) = copy.differs(&[]);
    assert_eq!(code, "bad-signature");
    assert!(what.contains(&format!("entry {at}")), "{what}");

    // Enrolments that nobody is shown: of precinct 2, the only one that is invited and not released, there can be three.
    let released = with(&sign(&copy.party, &copy.two, &approve));
    let kept_back = |count: u8| {
        let mut log = released.clone();
        for at in 0..count {
            let (entry, _) = log.last().unwrap().clone();
            let entry = Entry { kind: Kind::Enrolment, message: MessageId([at; 32]), ..entry };
            log.push((entry, Vec::new()));
        }
        copy.forge(&log);
    };
    kept_back(3);
    let (code, said) = copy.verify(&[]);
    assert_eq!((code, &said["messages"]["enrolment"]["unreleased"]), (3, &json!(3)), "{said}");
    kept_back(4);
    assert_eq!(copy.differs(&[]).0, "too-many-missing");

    // Time that goes back, a message that comes twice, a log that begins in the middle.
    let mut back = log.clone();
    back[2].0.time_ms -= 1;
    copy.forge(&back);
    assert_eq!(copy.differs(&[]).0, "time");
    let mut twice = log.clone();
    twice.push(log.last().unwrap().clone());
    copy.forge(&twice);
    assert_eq!(copy.differs(&[]).0, "twice");
    copy.forge(&[&log[..1], &log[2..]].concat());
    assert_eq!(copy.differs(&[]).0, "unknown-key");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_two_people_withheld_is_listed_and_what_rests_on_it_is_not_claimed() {
    let night = Night::released().await;
    let report = night.reports[0];
    night.withhold(report).await;
    night.server.publish();
    let address = format!("http://{}", night.server.public);
    let (code, said) = verify(&night.party, &address, &[]);
    assert_eq!(
        (code, &said["holds"], &said["complete"]),
        (3, &json!(true), &json!(false)),
        "{said}"
    );
    let place = night.party.contest.precincts[0].id.clone();
    assert_eq!(said["not_worked_out"], json!([place]));
    assert_eq!(said["withheld"][0]["id"], report.to_string());
    assert_eq!(said["messages"]["report"], json!({"public": 1, "unreleased": 1, "withheld": 1}));
    // In a folder it is taken away, and the numbers of all other precincts are compared.
    let copy = night.folder().await;
    assert!(!copy.message(report).exists());
    let (code, said) = copy.verify(&[]);
    assert_eq!(
        (code, &said["holds"], &said["complete"]),
        (3, &json!(true), &json!(false)),
        "{said}"
    );
    // Attendance, two counts, delegates and SDE of the other precinct, and no sum.
    let numbers = |at: usize| said["compared"][at]["numbers"].as_u64().unwrap();
    assert!(numbers(0) > 3 && numbers(2) == 0, "{said}");
}
