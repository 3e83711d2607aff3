//! What is released of a precinct, as its tablet asks for it.

use countersign_core::crypto::SigningKey;
use countersign_core::id::PrecinctNumber;
use countersign_core::message::{
    Approve, Layer, Message, People, Person, Preview, PreviewedPrecinct, Release, Role, Scope,
    Withdraw,
};
use countersign_core::room::Room;
use countersign_server::keys::read_key;
use serde_json::json;

use crate::commands::{good, wrong};
use crate::support::{Party, START_MS};

const ROOM: Room = Room::Official;

#[tokio::test(flavor = "multi_thread")]
async fn a_tablet_learns_what_is_released_of_its_precinct_and_of_no_other() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    let scope = Scope::room(&party.contest.id, ROOM);
    let (one, two) = (party.new_key(), party.new_key());
    let manager =
        |number, key: &SigningKey| Person { number, role: Role::ReleaseManager, key: key.public() };
    let people = People { people: vec![manager(4, &one), manager(5, &two)] };
    let party_key = read_key(&party.keys.party()).unwrap();
    server.send(ROOM, &Message::sign(&party_key, scope, &people)).await.receipt();
    let mut reports = Vec::new();
    for precinct in 0..2 {
        let device = server.tablet(&party, ROOM, precinct).await;
        let report = party.sign(ROOM, &device, &party.report(precinct, 20 + precinct));
        server.send(ROOM, &report).await.receipt();
        reports.push(report.id());
    }
    let public = server.public;
    let asked = format!("/v1/{ROOM}/log?precincts=0,1,77,x");
    let released = async || server.get(public, &asked).await.json()["released"].clone();
    assert_eq!(released().await, json!([]), "nothing is released");

    let preview = Preview {
        number: 1,
        name: "First batch".to_owned(),
        layer: Layer::Night,
        precincts: vec![PreviewedPrecinct {
            precinct: PrecinctNumber(0),
            report: Some(reports[0]),
            decision: None,
            cause: None,
        }],
    };
    let act = async |message: Message| {
        server.send(ROOM, &message).await.receipt();
        message.id()
    };
    let preview = act(Message::sign(&one, scope, &preview)).await;
    let release = Message::sign(&one, scope, &Release { preview, left_out: vec![] });
    let release = act(release).await;
    let approve = Message::sign(&two, scope, &Approve { approves: release });
    assert_eq!(server.send(ROOM, &approve).await.code(), "window-open");
    assert_eq!(released().await, json!([]), "one person releases nothing");
    party.clock.set(START_MS + 31 * 60_000);
    act(approve).await;
    let found = released().await;
    assert_eq!(found.as_array().unwrap().len(), 1);
    assert_eq!(found[0]["precinct"], 0);
    assert_eq!(found[0]["name"], "First batch");
    assert_eq!(found[0]["layer"], "night");
    assert_eq!(found[0]["attendees"], 20);
    assert_eq!(found[0]["report"], reports[0].to_string());
    assert_eq!(found[0]["released_ms"], START_MS + 31 * 60_000);
    // Its report is everyone's now, the other's is not.
    let message = async |id| server.get(public, &format!("/v1/{ROOM}/messages/{id}")).await.status;
    assert_eq!((message(reports[0]).await, message(reports[1]).await), (200, 404));

    let why = "columns are shifted".to_owned();
    let withdraw = act(Message::sign(&two, scope, &Withdraw { release, why })).await;
    act(Message::sign(&one, scope, &Approve { approves: withdraw })).await;
    assert_eq!(released().await, json!([]), "it was withdrawn");
    assert_eq!(message(reports[0]).await, 200, "and stays readable");
}

/// What a person at headquarters types, beside a running server.
struct Commands<'a> {
    party: &'a Party,
    server: String,
}

impl Commands<'_> {
    fn words<'w>(&'w self, words: &[&'w str], more: &[&'w str]) -> Vec<&'w str> {
        let data = self.party.folder.0.to_str().unwrap();
        [words, &["--data", data], more].concat()
    }

    fn run(&self, words: &[&str]) -> String {
        let words = self.words(words, &["--server", &self.server]);
        tokio::task::block_in_place(|| good(self.party.root.path(), &words))
    }

    fn refused(&self, words: &[&str]) -> String {
        let words = self.words(words, &["--server", &self.server]);
        tokio::task::block_in_place(|| wrong(self.party.root.path(), &words))
    }

    fn read(&self, words: &[&str]) -> String {
        let words = self.words(words, &[]);
        tokio::task::block_in_place(|| good(self.party.root.path(), &words))
    }

    /// Makes a person's key and has them named.
    fn name(&self, number: &str, role: &str, key: &str) {
        let at = self.party.root.path();
        let public = good(at, &["people", "key", "--out", key]);
        let name = ["people", "name", "--number", number, "--role", role, "--keys", "keys"];
        let whom = ["--public", public.trim(), "--party-key", "keys/party/party.key"];
        self.run(&[&name[..], &whom].concat());
    }
}

/// Id in a line such as `release 12…ef is log entry 9`.
fn id(line: &str) -> &str {
    line.trim().lines().last().unwrap().split(' ').nth(1).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn t28_t55_t62_from_two_reports_to_a_release_with_nothing_but_commands() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    let mut reports = Vec::new();
    for people in [20, 25] {
        let device = server.tablet(&party, ROOM, 0).await;
        let report = party.sign(ROOM, &device, &party.report(0, people));
        server.send(ROOM, &report).await.receipt();
        reports.push(report.id().to_string());
    }
    let commands = Commands { party: &party, server: format!("http://{}", server.reporting) };
    commands.name("2", "reviewer", "reviewer.key");
    commands.name("4", "release-manager", "one.key");
    commands.name("5", "release-manager", "two.key");
    assert!(commands.read(&["people", "list"]).contains("official,4,release-manager"));

    let place = party.contest.precincts[0].id.clone();
    let waiting = commands.read(&["review", "show"]);
    assert!(waiting.contains("its sources disagree"), "{waiting}");
    let preview = ["release", "preview", "--name", "First batch", "--key", "one.key"];
    assert!(commands.refused(&preview).contains("no precinct is ready"));

    let decide = |answers: &str| {
        let (precinct, report) = (place.as_str(), reports[1].as_str());
        let which = ["review", "decide", "--precinct", precinct, "--report", report];
        let why = ["--evidence", "sheet", "--why", "the sheet says 25", "--key", "reviewer.key"];
        let answers: &[&str] = if answers.is_empty() { &[] } else { &["--answers", answers] };
        commands.run(&[&which[..], &why, answers].concat());
    };
    decide("");
    let shown = commands.read(&["review", "show", "--precinct", &place]);
    assert!(shown.contains(&reports[0]) && shown.contains("25 attended"), "{shown}");
    let open: Vec<&str> = shown
        .lines()
        .filter(|line| line.ends_with("OPEN"))
        .map(|line| line.split(' ').next().unwrap())
        .collect();
    assert!(open.contains(&"H02"), "{shown}");
    decide(&open.join(","));

    assert!(commands.run(&preview).contains("preview 1: 1 precincts"));
    let release = commands.run(&["release", "propose", "--preview", "1", "--key", "one.key"]);
    let release = id(&release).to_owned();
    let approve = ["release", "approve", "--id", &release, "--key"];
    let by = |key| [&approve[..], &[key]].concat();
    assert!(commands.refused(&by("two.key")).contains("window-open"));
    party.clock.set(START_MS + 31 * 60_000);
    assert!(commands.refused(&by("one.key")).contains("same-person"));
    commands.run(&by("two.key"));
    let list = commands.read(&["release", "list"]);
    assert!(list.contains("approved by person 5") && list.contains("1 of"), "{list}");
}
