//! `rebuild`: the logs replayed without a server.

use std::collections::BTreeMap;
use std::path::PathBuf;

use countersign_core::room::Room;
use serde_json::{Value, json};

use crate::commands::{good, wrong};
use crate::crash::{self, Program};
use crate::support::Party;

const ROOM: Room = Room::Official;

fn json_of(party: &Party, arguments: &[&str]) -> Value {
    serde_json::from_str(&good(party.root.path(), arguments)).unwrap()
}

/// What `rebuild` says of a room, the time that it took left out.
fn rebuilt(party: &Party, room: Room) -> Value {
    let rooms = json_of(party, &["rebuild", "--data", "data", "--json"]);
    assert_eq!(rooms.as_array().unwrap().len(), Room::ALL.len());
    let mut of_room = rooms
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["room"] == room.as_str())
        .unwrap()
        .as_object()
        .unwrap()
        .clone();
    assert!(of_room.remove("milliseconds").unwrap().is_u64());
    Value::Object(of_room)
}

/// Every file of the data folder that holds something. SQLite's shared memory (`-shm`) is not kept.
fn files(party: &Party) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![party.folder.0.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.to_str().unwrap().ends_with("-shm") {
                found.insert(path.clone(), std::fs::read(path).unwrap());
            }
        }
    }
    found
}

/// Three precincts: one with a correction, one whose two tablets disagree, one with one report.
async fn some_reports(party: &Party) -> Program {
    let server = party.start().await;
    let mut reports = Vec::new();
    for precinct in 0..3 {
        let device = server.tablet(party, ROOM, precinct).await;
        reports.push(party.sign(ROOM, &device, &party.report(precinct, 20)));
        if precinct == 0 {
            let correction = party.correction(reports[0].id(), precinct, 21);
            reports.push(party.sign(ROOM, &device, &correction));
        }
    }
    let other = server.tablet(party, ROOM, 1).await;
    reports.push(party.sign(ROOM, &other, &party.report(1, 30)));
    server.stop().await;
    let program = crash::start(party);
    for report in &reports {
        assert_eq!(program.send(report).unwrap().0, 200);
    }
    program
}

#[tokio::test(flavor = "multi_thread")]
async fn it_gives_the_figures_that_the_killed_server_had_and_writes_nothing() {
    let party = Party::new(&[ROOM]);
    let program = some_reports(&party).await;
    let results = json_of(&party, &["received", "--data", "data", "--json"]);
    program.kill();
    let before = files(&party);
    let official = rebuilt(&party, ROOM);
    let precincts = results["precincts"].as_array().unwrap();
    let reports: u64 = precincts.iter().map(|one| one["reports"].as_u64().unwrap()).sum();
    let expected = json!({
        "room": "official",
        "entries": results["log_size"],
        "reports": reports,
        "precincts_with_report": precincts.len(),
        "precincts_in_conflict": results["precincts_in_conflict"],
    });
    assert_eq!(official, expected);
    // Package, people, opening; four invitations and enrolments; five reports.
    assert_eq!((&official["entries"], reports), (&json!(3 + 4 * 2 + 5), 5));
    assert_eq!((precincts.len(), &official["precincts_in_conflict"]), (3, &json!(1)));
    assert_eq!(rebuilt(&party, Room::Rehearsal)["entries"], 2);
    let text = good(party.root.path(), &["rebuild", "--data", "data"]);
    assert!(
        text.contains(
            "official room: 16 entries, 5 of them reports; precincts with a report: 3, in conflict: 1; replayed in "
        ),
        "{text}"
    );
    assert_eq!(files(&party), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_cannot_be_replayed_is_named() {
    let party = Party::new(&[ROOM]);
    some_reports(&party).await.kill();
    let damage = "UPDATE log SET message = zeroblob(200) WHERE idx = 4";
    rusqlite::Connection::open(party.folder.log(ROOM)).unwrap().execute_batch(damage).unwrap();
    for arguments in [&["rebuild", "--data", "data"][..], &["rebuild", "--data", "data", "--json"]]
    {
        let text = wrong(party.root.path(), arguments);
        assert!(text.starts_with("the log of the official room: entry 4: "), "{text}");
        assert_eq!(text.lines().count(), 1, "{text}");
    }
}
