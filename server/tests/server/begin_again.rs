//! A server that was restored from an older copy notices by the first proof of it, and its log is begun again: every
//! message stands in the new log once, and every receipt, old and new, can be verified.

use std::collections::HashSet;
use std::path::Path;

use countersign_core::begun_log::BegunLog;
use countersign_core::contest::RoomLog;
use countersign_core::crypto::SigningKey;
use countersign_core::hand_off::HandOff;
use countersign_core::log::{Checkpoint, Entry};
use countersign_core::message::{BeginReason, Message};
use countersign_core::receipt::Receipt;
use countersign_core::room::Room;
use countersign_server::folder::FolderError;
use countersign_server::fsck;
use countersign_server::node::{Node, Options};
use countersign_server::store::{LogStore as _, SqliteLog};
use data_encoding::BASE64;
use serde_json::Value;

use crate::commands::{good, wrong};
use crate::crash::{self, Program, ask};
use crate::support::Party;

const ROOM: Room = Room::Official;
const BEGIN: [&str; 8] =
    ["log", "begin-again", "--data", "data", "--keys", "keys", "--room", "official"];

fn begin<'a>(reason: &[&'a str]) -> Vec<&'a str> {
    [&BEGIN[..], reason].concat()
}

/// Everything that stands in a log's file, in order.
fn stored(path: &Path) -> Vec<(Entry, Vec<u8>)> {
    let mut all = Vec::new();
    SqliteLog::open_read_only(path)
        .unwrap()
        .read(&mut |_, stored| {
            all.push((stored.entry, stored.message));
            true
        })
        .unwrap();
    all
}

fn header(note: &str) -> String {
    format!("Countersign-Checkpoint: {}\r\n", BASE64.encode(note.as_bytes()))
}

/// The log that took the place of the package's.
fn second(party: &Party) -> RoomLog {
    let log = party.contest.log(ROOM).unwrap();
    RoomLog { origin: log.origin.replace("/official/1", "/official/2"), ..log.clone() }
}

fn verify(log: &RoomLog, message: &Message, receipt: &str) -> Receipt {
    Receipt::verify(receipt, message.id(), message.kind(), &log.origin, &log.keys).unwrap()
}

/// What was received, without what names the log and its time.
fn numbers(program: &Program) -> Value {
    let (status, body) = program.get(&program.private, "/v1/received.json");
    assert_eq!(status, 200);
    let mut results: Value = serde_json::from_str(&body).unwrap();
    let all = results.as_object_mut().unwrap();
    for name in ["log_size", "now_ms", "begun_again"] {
        all.remove(name);
    }
    for precinct in results["precincts"].as_array_mut().unwrap() {
        for name in ["log_index", "entered_ms"] {
            precinct.as_object_mut().unwrap().remove(name);
        }
    }
    results
}

/// A night in which the server is lost after a copy was taken.
struct Night {
    party: Party,
    /// Enrolments and reports, in the order in which they were countersigned.
    messages: Vec<Message>,
    /// Their receipts.
    receipts: Vec<String>,
    /// How many of them the copy has.
    copied: usize,
    /// The results before the server was lost.
    results: Value,
}

/// Three precincts reported; the copy has the first two without the correction of the first.
async fn lost_and_restored() -> Night {
    let party = Party::new(&[ROOM]);
    let at = party.root.path();
    let server = party.start().await;
    let codes: Vec<_> = (0..3).map(|precinct| party.code(precinct)).collect();
    server.send(ROOM, &party.invitations(ROOM, &codes)).await.receipt();
    server.stop().await;
    let devices: Vec<SigningKey> = (0..3).map(|_| party.new_key()).collect();
    let report = |n: u32| party.sign(ROOM, &devices[n as usize], &party.report(n, 20 + n));
    let enrol = |n: usize| party.enrolment(ROOM, &codes[n], &devices[n]);
    let first = report(0);
    let corrected = party.sign(ROOM, &devices[0], &party.correction(first.id(), 0, 33));
    let messages = vec![enrol(0), first, enrol(1), report(1), corrected, enrol(2), report(2)];
    let program = crash::start(&party);
    let mut receipts = Vec::new();
    for (at_message, message) in messages.iter().enumerate() {
        if at_message == 4 {
            good(at, &["backup", "--data", "data", "--to", "copy"]);
        }
        let (status, body) = program.send(message).unwrap();
        assert_eq!(status, 200);
        let receipt = body["receipt"].as_str().unwrap().to_owned();
        party.verify(ROOM, message, &receipt);
        assert!(body.get("begun_again").is_none(), "a room's first log was not begun again");
        receipts.push(receipt);
    }
    let results = numbers(&program);
    assert_eq!(results["precincts_received"], 3);
    program.kill();
    std::fs::remove_dir_all(at.join("data")).unwrap();
    std::fs::rename(at.join("copy"), at.join("data")).unwrap();
    Night { party, messages, receipts, copied: 4, results }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_server_stops_at_the_first_proof_and_its_log_is_begun_again() {
    let night = lost_and_restored().await;
    let (party, at) = (&night.party, night.party.root.path());
    let program = crash::start(party);
    let newest = Receipt::checkpoint_note(night.receipts.last().unwrap()).unwrap();
    let shown = Checkpoint::claim(newest).unwrap();
    let known = &night.messages[1];

    // Whoever makes something up stops nobody, and neither does a checkpoint that the log leads to.
    let forged = Checkpoint { root: [1; 32], ..shown.clone() }.sign(&party.admin);
    let within = Receipt::checkpoint_note(&night.receipts[0]).unwrap();
    for (note, seen) in [(forged.as_str(), 0), (within, Checkpoint::claim(within).unwrap().size)] {
        let query = format!("?seen={seen}");
        let (status, _) = program.send_with(&query, &header(note), known).unwrap();
        assert_eq!(status, 200);
    }
    assert_eq!(program.get(&program.public, "/healthz"), (200, "ok\n".to_owned()));

    // The proof: not even what it has is answered with a receipt of the older log.
    let query = format!("?seen={}", shown.size);
    let (status, body) = program.send_with(&query, &header(newest), known).unwrap();
    assert_eq!((status, body["code"].as_str()), (503, Some("log-behind")), "{body}");
    for message in [known, night.messages.last().unwrap()] {
        let (status, body) = program.send(message).unwrap();
        assert_eq!((status, body["code"].as_str()), (503, Some("log-behind")), "nobody is served");
    }
    for listener in [&program.reporting, &program.public, &program.private] {
        let (status, text) = program.get(listener, "/healthz");
        assert_eq!(status, 503);
        assert!(text.contains("older copy") && text.contains("log begin-again"), "{text}");
    }
    let status = program.get(&program.public, "/v1/status").1;
    let status: Value = serde_json::from_str(&status).unwrap();
    assert_eq!(status["rooms"]["official"]["behind"], true);
    assert_eq!(status["rooms"]["rehearsal"]["behind"], false);

    // While it runs nothing is begun again; stopped, it does not start any more, also not when nobody shows it anything.
    let restored = begin(&["--reason", "restored"]);
    assert!(wrong(at, &restored).contains("another countersign-server uses"));
    assert!(program.terminate());
    let size = stored(&party.folder.log(ROOM)).len() as u64;
    let error = Node::open(&party.folder, &Options::default(), party.clock.clone()).err().unwrap();
    assert!(
        matches!(error, FolderError::LogBehind { room: ROOM, size: has, shown_size }
            if has == size && shown_size == shown.size),
        "{error}"
    );
    assert!(error.to_string().contains("log begin-again --room official --reason restored"));

    let printed = good(at, &restored);
    assert!(printed.contains("2 of them reports"), "{printed}");
    assert!(printed.contains(&format!("{} entries of", shown.size)), "{printed}");

    // What the copy held was entered again, in its order, after the message that says so.
    let old = stored(&party.folder.log(ROOM));
    let new = stored(&party.folder.numbered_log(ROOM, 2));
    assert_eq!(old.len() as u64, size, "the old log is as it was");
    let ids = |log: &[(Entry, Vec<u8>)]| -> Vec<_> {
        log.iter().map(|(entry, bytes)| (entry.message, bytes.clone())).collect()
    };
    assert_eq!(ids(&new)[1..], ids(&old));

    // A revocation can be entered before the key that it is for has come back.
    let lost_key = party.new_key().id().to_string();
    let revoke = ["devices", "revoke", "--data", "data", "--keys", "keys", "--reason", "lost"];
    let printed = good(at, &[&revoke[..], &["--key", &lost_key]].concat());
    assert!(printed.contains("official room") && !printed.contains("rehearsal"), "{printed}");

    let program = crash::start(party);
    let log = second(party);
    let (status, body) = program.get(&program.public, "/v1/official/log");
    assert_eq!(status, 200);
    let body: Value = serde_json::from_str(&body).unwrap();
    let proof = |body: &Value| {
        let beginning = &body["begun_again"];
        let message = BASE64.decode(beginning["message"].as_str().unwrap().as_bytes()).unwrap();
        let receipt = beginning["receipt"].as_str().unwrap().to_owned();
        let packed = party.contest.log(ROOM).unwrap();
        let key = party_key(party);
        BegunLog::verify(&message, &receipt, &party.contest.id, &key, packed).unwrap()
    };
    let begun = proof(&body).begun_again;
    assert_eq!((begun.begins.as_str(), begun.reason), (log.origin.as_str(), BeginReason::Restored));
    assert_eq!(begun.known.as_deref(), Some(newest));
    assert_eq!(begun.carried.size, size);

    // A correction that overtakes what it corrects is told why that is not there.
    let (status, body) =
        program.send_with(&query, &header(newest), night.messages.last().unwrap()).unwrap();
    assert_eq!((status, body["code"].as_str()), (409, Some("unknown-key")));
    assert_eq!(proof(&body).begun_again, begun);

    // Tablets send everything again; each shows what it saw of the old log, and gets the proof with its receipt.
    let mut indices = HashSet::new();
    let mut newer = Vec::new();
    for (n, message) in night.messages.iter().enumerate() {
        let (status, body) = program.send_with(&query, &header(newest), message).unwrap();
        assert_eq!(status, 200, "{body}");
        assert_eq!(proof(&body).begun_again, begun);
        assert_eq!(body["consistency"], Value::Array(Vec::new()), "from nothing");
        let receipt = body["receipt"].as_str().unwrap().to_owned();
        let index = verify(&log, message, &receipt).index;
        if n < night.copied {
            assert!(index <= size, "it stands among what was entered again");
        }
        assert!(indices.insert(index), "each has an entry of its own");
        newer.push(receipt);
    }
    // A second time nothing is entered; and who shows a checkpoint of the new log is spared the proof.
    let note = Receipt::checkpoint_note(newer.last().unwrap()).unwrap();
    let query = format!("?seen={}", Checkpoint::claim(note).unwrap().size);
    for message in &night.messages {
        let (status, body) = program.send_with(&query, &header(note), message).unwrap();
        assert_eq!(status, 200);
        assert!(indices.contains(&verify(&log, message, body["receipt"].as_str().unwrap()).index));
        assert!(body.get("begun_again").is_none() && body["consistency"].is_array());
    }
    assert_eq!(numbers(&program), night.results, "what was received is what it was");
    assert_eq!(
        stored(&party.folder.numbered_log(ROOM, 2)).len() as u64,
        1 + size + 1 + (night.messages.len() - night.copied) as u64
    );
    every_page_says_so(&program, party, &night);
    // A stranger with the party key follows the new log, and sees that what they kept is of the old one.
    std::fs::write(at.join("kept"), &night.receipts[0]).unwrap();
    let (address, key) = (format!("http://{}", program.public), party_key(party).id().to_string());
    let verify = ["verify", &address, "--party-key", &key, "--known", "kept"];
    let text = good(at, &verify);
    assert!(text.contains("Everything holds") && text.contains("of an earlier log"), "{text}");
    crate::verify::independent::holds(party, &address);

    // Anyone with the package verifies both receipts of a report.
    std::fs::write(at.join("p"), &party.package_bytes).unwrap();
    std::fs::write(at.join("m"), night.messages[6].bytes()).unwrap();
    for (number, receipt) in [(1, &night.receipts[6]), (2, &newer[6])] {
        std::fs::write(at.join("r"), receipt).unwrap();
        let files = ["verify-receipt", "--receipt", "r", "--package", "p", "--message", "m"];
        let found: Value = serde_json::from_str(&good(at, &files)).unwrap();
        assert_eq!(
            (&found["receipt_verified"], &found["log_number"]),
            (&true.into(), &number.into())
        );
    }
    assert!(program.terminate());

    // The folder with both logs is sound, and so is a copy of it; an older copy of all of it is noticed in the new log too.
    let checked = good(at, &["fsck", "--data", "data"]);
    assert!(checked.contains(&format!("/official/1: {size} entries, good")), "{checked}");
    let copied = good(at, &["backup", "--data", "data", "--to", "copy"]);
    assert!(copied.contains("/official/1"), "{copied}");
    assert!(fsck::check(&party.folder, ROOM).is_ok());
}

fn party_key(party: &Party) -> countersign_core::id::PublicKey {
    countersign_core::message::Package::read(&party.package_bytes).unwrap().1.party_key
}

fn every_page_says_so(program: &Program, party: &Party, night: &Night) {
    let begun = "was begun again at 20";
    let known =
        Checkpoint::claim(Receipt::checkpoint_note(night.receipts.last().unwrap()).unwrap());
    let root = BASE64.encode(&known.unwrap().root);
    let hand_off = HandOff { room: ROOM, messages: vec![night.messages[6].clone()] };
    let link = hand_off.to_link("https://reports.example.org");
    let carried = link.strip_prefix("HTTPS://REPORTS.EXAMPLE.ORG").unwrap();
    for (listener, path) in [
        (&program.private, "/"),
        (&program.private, "/healthz"),
        (&program.public, "/healthz"),
        (&program.reporting, "/healthz"),
        (&program.reporting, carried),
    ] {
        let (status, text) = program.get(listener, path);
        // Askama writes what stands in base 64 as a reader's browser shows it.
        let text = text.replace("&#43;", "+").replace("&#61;", "=");
        assert_eq!(status, 200, "{path}: {text}");
        assert!(text.contains(begun) && text.contains(&root), "{path}: {text}");
    }
    let spanish =
        ask(&program.reporting, &format!("GET {carried}"), "accept-language: es\r\n", &[]).unwrap();
    assert!(spanish.1.contains("se comenzó de nuevo"), "{}", spanish.1);
    let (status, other) = program.get(&program.private, "/?room=rehearsal");
    assert!(status == 200 && !other.contains(begun), "the other room's log goes on");
    for (listener, path, at) in [
        (&program.private, "/v1/received.json", "/begun_again"),
        (&program.public, "/v1/status", "/rooms/official/begun_again"),
    ] {
        let document: Value = serde_json::from_str(&program.get(listener, path).1).unwrap();
        let said = document.pointer(at).unwrap();
        assert_eq!(said["reason"], "restored", "{path}");
        assert_eq!(said["known_root"], root, "{path}");
        assert_eq!(said["from"], party.contest.log(ROOM).unwrap().origin, "{path}");
    }
    // The old log is served beside the new one, under its number.
    let packed = party.contest.log(ROOM).unwrap();
    let (status, note) = program.get(&program.public, "/log/official/1/checkpoint");
    assert_eq!(status, 200);
    let old = Checkpoint::open(&note, &packed.origin, &packed.keys).unwrap();
    let path = format!("/log/official/1/tile/entries/000.p/{}", old.size);
    assert_eq!(ask(&program.public, &format!("GET {path}"), "", &[]), None, "entries are no text");
    let log = second(party);
    for path in ["/log/official/checkpoint", "/log/official/2/checkpoint"] {
        let (_, note) = program.get(&program.public, path);
        assert!(Checkpoint::open(&note, &log.origin, &log.keys).unwrap().size > old.size, "{path}");
    }
    assert_eq!(program.get(&program.public, "/log/official/3/checkpoint").0, 404);
}

/// It stops also when new entries have covered the gap: then no size tells, but the roots do.
#[tokio::test(flavor = "multi_thread")]
async fn a_restored_log_that_grew_past_what_tablets_saw_is_noticed_as_well() {
    let night = lost_and_restored().await;
    let program = crash::start(&night.party);
    // In another order than the first time.
    for at in [5, 6, 4] {
        assert_eq!(program.send(&night.messages[at]).unwrap().0, 200);
    }
    let note = Receipt::checkpoint_note(night.receipts.last().unwrap()).unwrap();
    let (status, body) =
        ask(&program.reporting, "GET /v1/official/log", &header(note), &[]).unwrap();
    assert_eq!(status, 503, "{body}");
    assert!(program.terminate());
    good(night.party.root.path(), &begin(&["--reason", "restored"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_is_begun_again_for_the_reason_that_is_so_and_no_other() {
    let night = lost_and_restored().await;
    let (party, at) = (&night.party, night.party.root.path());
    let before = std::fs::read(at.join("data/server.json")).unwrap();
    let tell = |reason: &[&str]| wrong(at, &begin(reason));
    assert!(tell(&["--reason", "restored"]).contains("nothing shows that anybody holds more"));
    assert!(tell(&["--reason", "lost"]).contains("is not lost: 4 of its"));
    assert!(tell(&["--reason", "damaged"]).contains("is not damaged"));
    assert!(tell(&["--reason", "other"]).contains("--why"));
    assert!(tell(&["--reason", "lost", "--why", "x"]).contains("--reason other only"));
    let long = "x".repeat(201);
    assert!(tell(&["--reason", "other", "--why", &long]).contains("not given as it should be"));
    std::fs::write(at.join("within"), &night.receipts[0]).unwrap();
    assert!(tell(&["--reason", "restored", "--known", "within"]).contains("--known names"));
    let stranger = Checkpoint { origin: "x/1".to_owned(), size: 99, root: [0; 32] };
    std::fs::write(at.join("foreign"), stranger.sign(&party.admin)).unwrap();
    assert!(tell(&["--reason", "restored", "--known", "foreign"]).contains("is no checkpoint"));
    std::fs::write(at.join("nothing"), "nothing").unwrap();
    assert!(tell(&["--reason", "restored", "--known", "nothing"]).contains("neither a checkpoint"));
    good(at, &["keys", "init", "--out", "others"]);
    let others = ["log", "begin-again", "--data", "data", "--keys", "others", "--room", "official"];
    let text = wrong(at, &[&others[..], &["--reason", "other", "--why", "x"]].concat());
    assert!(text.contains("did not name this admin"), "{text}");
    assert_eq!(std::fs::read(at.join("data/server.json")).unwrap(), before, "nothing was changed");
    assert!(!party.folder.numbered_log(ROOM, 2).exists());

    // What a try that did not come to its end left is not written over, and a second time the number grows again.
    std::fs::write(party.folder.numbered_log(ROOM, 2), b"left over").unwrap();
    std::fs::write(at.join("newest"), night.receipts.last().unwrap()).unwrap();
    let printed = good(at, &begin(&["--reason", "restored", "--known", "newest"]));
    assert!(printed.contains("/official/3 begins"), "{printed}");
    assert_eq!(std::fs::read(party.folder.numbered_log(ROOM, 2)).unwrap(), b"left over");
    let printed = good(at, &begin(&["--reason", "other", "--why", "a drill"]));
    assert!(printed.contains("/official/4 begins"), "{printed}");
    let results = good(at, &["received", "--data", "data"]);
    assert!(
        results.contains("\u{201c}a drill\u{201d}") && results.contains("/official/3)"),
        "{results}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_damaged_log_what_comes_before_the_damage_is_carried_over() {
    let night = lost_and_restored().await;
    let (party, at) = (&night.party, night.party.root.path());
    let connection = rusqlite::Connection::open(party.folder.log(ROOM)).unwrap();
    connection.execute_batch("UPDATE log SET message = zeroblob(200) WHERE idx = 6").unwrap();
    drop(connection);
    let text = wrong(at, &begin(&["--reason", "lost"]));
    assert!(text.contains("is damaged (entry 6"), "{text}");
    let printed = good(at, &begin(&["--reason", "damaged"]));
    assert!(printed.contains("6 entries, 1 of them reports"), "{printed}");
    assert!(printed.contains("before it") && printed.contains("entry 6"), "{printed}");
    let program = crash::start(party);
    for message in &night.messages {
        assert_eq!(program.send(message).unwrap().0, 200);
    }
    assert_eq!(numbers(&program), night.results);
    assert!(program.terminate());
}

/// Only the keys and the package are left: a new folder, whose log is begun again before anybody sees it.
#[tokio::test(flavor = "multi_thread")]
async fn after_everything_but_the_keys_was_lost_a_new_folder_goes_on_as_log_2() {
    let night = lost_and_restored().await;
    let (party, at) = (&night.party, night.party.root.path());
    let invitations = stored(&party.folder.log(ROOM)).swap_remove(3).1;
    std::fs::remove_dir_all(at.join("data")).unwrap();
    std::fs::write(at.join("p"), &party.package_bytes).unwrap();
    let genesis = serde_json::json!({"people": {
        "official": BASE64.encode(people(party, Room::Official).bytes()),
        "rehearsal": BASE64.encode(people(party, Room::Rehearsal).bytes()),
    }});
    std::fs::write(at.join("p.genesis"), genesis.to_string()).unwrap();
    let init = ["init", "--data", "data", "--package", "p", "--keys", "keys", "--open", "official"];
    good(at, &init);
    std::fs::write(at.join("newest"), night.receipts.last().unwrap()).unwrap();
    let printed = good(at, &begin(&["--reason", "lost", "--known", "newest"]));
    assert!(
        printed.contains("/official/2 begins") && printed.contains("3 entries, 0"),
        "{printed}"
    );
    let program = crash::start(party);
    assert_eq!(program.send(&Message::parse(&invitations).unwrap()).unwrap().0, 200);
    for message in &night.messages {
        assert_eq!(program.send(message).unwrap().0, 200);
    }
    assert_eq!(numbers(&program), night.results);
    assert!(program.terminate());
}

fn people(party: &Party, room: Room) -> Message {
    use countersign_core::message::{People, Person, Role, Scope};
    let key = countersign_server::keys::read_key(&party.keys.party()).unwrap();
    let person = Person { number: 1, role: Role::Admin, key: party.admin.public() };
    Message::sign(&key, Scope::room(&party.contest.id, room), &People { people: vec![person] })
}

/// An older `server.json` beside a log that was begun again is noticed.
#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_forgot_its_newer_log_does_not_start() {
    let night = lost_and_restored().await;
    let (party, at) = (&night.party, night.party.root.path());
    let before = std::fs::read(at.join("data/server.json")).unwrap();
    good(at, &begin(&["--reason", "other", "--why", "a drill"]));
    std::fs::write(at.join("data/server.json"), before).unwrap();
    let error = Node::open(&party.folder, &Options::default(), party.clock.clone()).err().unwrap();
    assert!(matches!(error, FolderError::LogReplaced { room: ROOM, .. }), "{error}");
}
