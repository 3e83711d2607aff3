//! The results as a folder for any web host: whole by itself, and with nothing left in it of what is withdrawn.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use countersign_core::contest::{Contest, National};
use countersign_core::id::MessageId;
use countersign_core::log::tile::entry_bundle;
use countersign_core::log::{Entry, Tree};
use countersign_core::message::{Cause, Kind, Layer};
use countersign_core::room::Room;
use countersign_server::keys::read_key;
use countersign_server::practice;
use countersign_server::public_folder::Writer;

use crate::commands::{good, run, wrong};
use crate::released::{Managers, reports};
use crate::support::{Party, START_MS};

const ROOM: Room = Room::Official;

/// Exports into one and the same folder; what the command says.
fn export(party: &Party) -> String {
    tokio::task::block_in_place(|| {
        good(party.root.path(), &["export", "--data", "data", "--out", "site"])
    })
}

/// What `verify` says of the folder, which has to hold.
fn holds(party: &Party) -> String {
    let key = read_key(&party.keys.party()).unwrap().public().id().to_string();
    let output = tokio::task::block_in_place(|| {
        run(party.root.path(), &["verify", "site", "--party-key", &key])
    });
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let wrong = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}{wrong}");
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn t61_t69_an_exported_folder_verifies_by_itself_and_keeps_nothing_that_was_withdrawn() {
    let mut contest = practice::contest().unwrap();
    contest.national = Some(National { districts: Vec::new(), at_large: 4, pleo: 0, basis: None });
    let party = Party::with_contest(&[ROOM], contest);
    let server = party.start().await;
    let managers = Managers::named(&party, &server).await;
    let precincts = u32::try_from(party.contest.precincts.len()).unwrap();
    let (tablets, reports) = reports(&party, &server, precincts).await;
    let all: Vec<_> = (0..).zip(&reports).map(|(number, &id)| (number, id, None)).collect();
    let night = managers.propose(1, "All", &all).await;
    party.clock.set(START_MS + 31 * 60_000);
    managers.approve(night).await;
    let site = party.root.path().join("site");
    let is_there = |name: &str| site.join(name).is_file();
    assert!(export(&party).contains(" 0 taken away"));
    holds(&party);

    // The log grows with the pages.
    let report = party.sign(ROOM, &tablets[2], &party.correction(reports[2], 2, 30));
    server.send(ROOM, &report).await.receipt();
    let changed = [(2, report.id(), Some(Cause::Precinct))];
    let recanvass = managers.propose_in(Layer::Recanvass, 2, "Recanvass", &changed).await;
    party.clock.set(START_MS + 62 * 60_000);
    managers.approve(recanvass).await;
    export(&party);
    holds(&party);
    let of_two = ["", "es/"].map(|root| format!("{root}compare/night-recanvass.html"));
    let seats = ["national.html", "es/national.html"];
    assert!(of_two.iter().all(|name| is_there(name)) && seats.into_iter().all(is_there));

    // Nothing of it stays but what says that it is withdrawn, and what somebody else put there.
    let others = ["robots.txt", "counties/notes.txt", "data/all.json", "compare.html"];
    for name in others {
        std::fs::write(site.join(name), "mine").unwrap();
    }
    managers.withdraw(recanvass, "the sheets of another county").await;
    managers.withdraw(night, "columns are shifted").await;
    let said = export(&party);
    // Of national delegates two pages, and of the two layers two and a table.
    assert!(said.contains(" 5 taken away"), "{said}");
    assert!(!of_two.iter().any(|name| is_there(name)) && !seats.into_iter().any(is_there));
    assert!(!is_there("compare/night-recanvass.csv"));
    assert!(others.into_iter().all(is_there));
    let documents = format!("data/001-{}", &night.to_string()[..8]);
    assert!(is_there(&format!("{documents}/results.json")), "it stays readable");
    let status = std::fs::read_to_string(site.join(documents).join("status.json")).unwrap();
    assert!(status.contains("columns are shifted"), "{status}");
    holds(&party);

    // A message goes once two people withheld it, and so does its receipt.
    let (message, receipt) =
        (format!("messages/{}.cose", reports[1]), format!("receipts/{}.txt", reports[1]));
    assert!(is_there(&message) && is_there(&receipt));
    managers.withhold(&party, reports[1]).await;
    export(&party);
    assert!(!is_there(&message) && !is_there(&receipt));
    server.stop().await;
}

/// Every file of a folder, with its bytes.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for one in std::fs::read_dir(folder).unwrap() {
        let path = one.unwrap().path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else {
            files.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_with_the_results_of_another_contest_or_room_is_refused_and_left_as_it_is() {
    let party = Party::new(&Room::ALL);
    let server = party.start().await;
    let managers = Managers::named(&party, &server).await;
    let (_, reports) = reports(&party, &server, 2).await;
    let named: Vec<_> = (0..).zip(&reports).map(|(number, &id)| (number, id, None)).collect();
    let night = managers.propose(1, "All", &named).await;
    party.clock.set(START_MS + 31 * 60_000);
    managers.approve(night).await;
    export(&party);
    let site = party.root.path().join("site");
    assert!(files(&site).len() > 20);
    let refused = |party: &Party, command: &[&str], words: &str| {
        let before = files(&site);
        let arguments = [command, &["--data", "data", "--out", site.to_str().unwrap()]].concat();
        let said = tokio::task::block_in_place(|| wrong(party.root.path(), &arguments));
        assert!(said.contains(words) && said.contains("nothing was written"), "{said}");
        assert_eq!(files(&site), before);
    };
    let results = "holds the results of practice, official room";
    refused(&party, &["export", "--room", "rehearsal"], results);

    // Another contest, by its results and, where only its log is there, by that.
    let contest = Contest { id: "another".to_owned(), ..practice::contest().unwrap() };
    let other = Party::with_contest(&[ROOM], contest);
    other.start().await.stop().await;
    refused(&other, &["export"], results);
    std::fs::remove_file(site.join("releases.json")).unwrap();
    for command in [&["export"][..], &["log", "export"]] {
        refused(&other, command, "/practice/official/1, which is another one");
    }
    // Its own results go there again.
    export(&party);
    assert!(site.join("releases.json").is_file());
    server.stop().await;
}

#[test]
fn tiles_of_a_log_that_was_begun_again_take_the_place_of_the_old_ones() {
    let folder = tempfile::tempdir().unwrap();
    let bundle = |at: &Path| std::fs::read(at.join("log/official/tile/entries/000.p/1")).unwrap();
    for time_ms in [START_MS, START_MS + 1] {
        let entry = Entry { kind: Kind::Package, time_ms, message: MessageId([7; 32]) };
        let mut tree = Tree::default();
        tree.push(entry.leaf());
        Writer::new(folder.path()).log(ROOM, &[entry], &tree).unwrap();
        assert_eq!(bundle(folder.path()), entry_bundle(&[entry]));
    }
}
