//! Two readings of the rules on the same reports (T19).

use std::fs;
use std::path::Path;

use countersign_core::contest::{Contest, CountKind, OneDelegateRule};
use countersign_core::message::Package;
use countersign_core::results::RulesInForce;
use countersign_core::room::Room;
use countersign_server::keys::read_key;

use crate::commands::run;
use crate::publish::page;
use crate::support::{Party, START_MS};

const ROOM: Room = Room::Official;

/// The contest to practise on with the other reading of the rule for precincts of one delegate.
fn by_majority(to: &Path, change: impl Fn(String) -> String) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../contests/practice");
    fs::create_dir_all(to).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap().path();
        let copy = to.join(file.file_name().unwrap());
        if file.file_name().is_some_and(|name| name == "contest.toml") {
            fs::write(copy, change(fs::read_to_string(&file).unwrap())).unwrap();
        } else if file.is_file() {
            fs::copy(&file, copy).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t19_two_readings_of_the_rules_are_shown_per_delegate_before_anything_is_released() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    let cedar = party.contest.precinct_by_id("cedar").unwrap().0;
    // One delegate: five people, four and three. Nobody has more than half.
    let device = server.tablet(&party, ROOM, cedar).await;
    let mut report = party.report(cedar, 12);
    for (kind, count) in party.contest.counts.iter().zip(&mut report.counts) {
        if kind.is_of_people() {
            count[..3].copy_from_slice(&[5, 4, 3]);
        }
    }
    let delegates = party.contest.count_index(CountKind::Delegates).unwrap();
    assert_eq!(report.counts[delegates][0], 1);
    server.send(ROOM, &party.sign(ROOM, &device, &report)).await.receipt();
    // And one in which both readings agree.
    let maple = server.tablet(&party, ROOM, 0).await;
    server.send(ROOM, &party.sign(ROOM, &maple, &party.report(0, 20))).await.receipt();

    let root = party.root.path();
    by_majority(&root.join("majority"), |text| {
        let changed = text.replace("\"plurality\"", "\"majority\"");
        assert_ne!(changed, text);
        changed
    });
    by_majority(&root.join("other"), |text| text.replace("id = \"practice\"", "id = \"another\""));
    by_majority(&root.join("same"), |text| text);
    let compare = |with: &str| {
        let words = ["release", "compare-rules", "--data", "data", "--contest", with];
        let output = tokio::task::block_in_place(|| run(root, &words));
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    let group = |at: usize| party.contest.groups[at].key.clone();
    let (code, said) = compare("majority");
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(code, 1, "{said}");
    assert_eq!(lines[0], "precinct,group,announced,in_force,other");
    assert_eq!(lines[1], format!("cedar,{},1,1,", group(0)), "nobody has the majority: {said}");
    assert!(!said.contains("maple-1"), "{said}");
    // The totals are of the precinct in which both say what they give.
    assert!(said.contains(&format!("\n*,{},,14,14\n", group(0))), "{said}");
    assert_eq!(compare("same").0, 0);
    assert_eq!(compare("other").0, 2);
    server.stop().await;
}

/// Rules are in force from the entry of the package that brought them, whatever later packages change besides.
#[tokio::test(flavor = "multi_thread")]
async fn t19_since_when_rules_are_in_force_is_read_on_the_page_and_beside_another_reading() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    let in_force = || server.node.admission.room(ROOM).read().state.rules_in_force().unwrap();
    assert_eq!(in_force(), RulesInForce { package: 1, index: 0, since_ms: START_MS });
    let signer = read_key(&party.keys.party()).unwrap();
    let mut contest: Contest = party.contest.clone();
    contest.hotline.push('1');
    let enter = async |minutes: u64, number, contest: &Contest| {
        party.clock.set(START_MS + minutes * 60_000);
        server.send(ROOM, &Package::sign(number, contest.clone(), &signer)).await.receipt();
        server.size(ROOM) - 1
    };
    enter(1, 2, &contest).await;
    assert_eq!(in_force().package, 1, "another hotline is no other rule");
    contest.rules.one_delegate = OneDelegateRule::Majority;
    let index = enter(2, 3, &contest).await;
    contest.hotline.push('2');
    enter(3, 4, &contest).await;
    let majority = RulesInForce { package: 3, index, since_ms: START_MS + 2 * 60_000 };
    assert_eq!(in_force(), majority);

    server.publish();
    for (name, part) in [
        ("checks.html", "by the rules of package 3, in force since"),
        ("es/checks.html", "con las reglas del paquete 3, en vigor desde"),
        ("checks.html", &format!("(log entry {index})")),
    ] {
        let page = page(&server, name).await;
        assert!(page.contains(part), "{part:?} is not on {name}: {page}");
    }
    by_majority(&party.root.path().join("plurality"), |text| text);
    let words = ["release", "compare-rules", "--data", "data", "--contest", "plurality"];
    let output = tokio::task::block_in_place(|| run(party.root.path(), &words));
    let said = String::from_utf8(output.stderr).unwrap();
    let since = countersign_server::clock::rfc_3339(majority.since_ms);
    let line = format!("rules in force: of package 3, since {since} (entry {index})\n");
    assert!(said.contains(&line), "{said}");
    server.stop().await;
}
