//! What is released of a precinct, as its tablet asks for it.

use countersign_core::contest::CountKind;
use countersign_core::crypto::SigningKey;
use countersign_core::id::{MessageId, PrecinctNumber};
use countersign_core::message::{
    Approve, Cause, Layer, Message, People, Person, Preview, PreviewedPrecinct, Release, Role,
    Scope, Withdraw, Withhold,
};
use countersign_core::room::Room;
use countersign_server::clock::{Clock as _, SystemClock};
use countersign_server::keys::read_key;
use serde_json::json;

use crate::commands::{good, wrong};
use crate::support::{Party, START_MS, Server};

const ROOM: Room = Room::Official;

/// Two release managers, and what they do beside a running server.
pub struct Managers<'a> {
    server: &'a Server,
    pub one: SigningKey,
    two: SigningKey,
    pub scope: Scope<'a>,
}

impl<'a> Managers<'a> {
    /// Has the party name them, as persons 4 and 5.
    pub async fn named(party: &'a Party, server: &'a Server) -> Self {
        let scope = Scope::room(&party.contest.id, ROOM);
        let (one, two) = (party.new_key(), party.new_key());
        let manager = |number, key: &SigningKey| Person {
            number,
            role: Role::ReleaseManager,
            key: key.public(),
        };
        let people = People { people: vec![manager(4, &one), manager(5, &two)] };
        let party_key = read_key(&party.keys.party()).unwrap();
        let managers = Self { server, one, two, scope };
        managers.act(Message::sign(&party_key, scope, &people)).await;
        managers
    }

    /// Enters what somebody signed.
    pub async fn act(&self, message: Message) -> MessageId {
        self.server.send(ROOM, &message).await.receipt();
        message.id()
    }

    /// The first shows precincts with their reports, and asks for their release.
    pub async fn propose(
        &self,
        number: u32,
        name: &str,
        precincts: &[(u32, MessageId, Option<Cause>)],
    ) -> MessageId {
        self.show(number, name, precincts, None).await.1
    }

    /// The same in a layer.
    pub async fn propose_in(
        &self,
        layer: Layer,
        number: u32,
        name: &str,
        precincts: &[(u32, MessageId, Option<Cause>)],
    ) -> MessageId {
        self.show_in(layer, number, name, precincts, None).await.1
    }

    /// The same as [`Managers::propose`] where a decision stands for each precinct; ids of the preview and of the release that is asked for.
    pub async fn show(
        &self,
        number: u32,
        name: &str,
        precincts: &[(u32, MessageId, Option<Cause>)],
        decision: Option<MessageId>,
    ) -> (MessageId, MessageId) {
        self.show_in(Layer::Night, number, name, precincts, decision).await
    }

    async fn show_in(
        &self,
        layer: Layer,
        number: u32,
        name: &str,
        precincts: &[(u32, MessageId, Option<Cause>)],
        decision: Option<MessageId>,
    ) -> (MessageId, MessageId) {
        let named = |&(precinct, report, cause)| PreviewedPrecinct {
            precinct: PrecinctNumber(precinct),
            report: Some(report),
            decision,
            cause,
        };
        let preview = Preview {
            number,
            name: name.to_owned(),
            layer,
            precincts: precincts.iter().map(named).collect(),
            despite: None,
        };
        let preview = self.act(Message::sign(&self.one, self.scope, &preview)).await;
        let release = Release { preview, left_out: vec![] };
        (preview, self.act(Message::sign(&self.one, self.scope, &release)).await)
    }

    fn approval(&self, approves: MessageId) -> Message {
        Message::sign(&self.two, self.scope, &Approve { approves })
    }

    /// The second approves.
    pub async fn approve(&self, release: MessageId) {
        self.act(self.approval(release)).await;
    }

    /// An admin asks for a message to be withheld, and the second approves.
    pub async fn withhold(&self, party: &Party, message: MessageId) {
        let withhold = Withhold { message, why: "a private person is named".to_owned() };
        let approves = self.act(party.by_admin(ROOM, &withhold)).await;
        self.approve(approves).await;
    }

    /// The second asks for a release to be withdrawn, and the first approves.
    pub async fn withdraw(&self, release: MessageId, why: &str) {
        let withdraw = Withdraw { release, why: why.to_owned() };
        let approves = self.act(Message::sign(&self.two, self.scope, &withdraw)).await;
        self.act(Message::sign(&self.one, self.scope, &Approve { approves })).await;
    }
}

/// Every precinct reports twenty people, with as many people and delegates for the first two groups as are named, and all of it is
/// released. Gives who released it, the release, and what it names.
pub async fn release_all_alike<'a>(
    party: &'a Party,
    server: &'a Server,
    people: [u32; 2],
    delegates: [u32; 2],
) -> (Managers<'a>, MessageId, Vec<(u32, MessageId, Option<Cause>)>) {
    let managers = Managers::named(party, server).await;
    let of_delegates = party.contest.count_index(CountKind::Delegates).unwrap();
    let mut batch = Vec::new();
    for number in (0..).take(party.contest.precincts.len()) {
        let tablet = server.tablet(party, ROOM, number).await;
        let mut report = party.report(number, 20);
        for count in &mut report.counts {
            count[..2].copy_from_slice(&people);
        }
        report.counts[of_delegates][..2].copy_from_slice(&delegates);
        let report = party.sign(ROOM, &tablet, &report);
        server.send(ROOM, &report).await.receipt();
        batch.push((number, report.id(), None));
    }
    let release = managers.propose(1, "All", &batch).await;
    party.clock.set(START_MS + 31 * 60_000);
    managers.approve(release).await;
    (managers, release, batch)
}

/// Tablets of the first precincts, and their reports with 20, 21 … people.
pub async fn reports(
    party: &Party,
    server: &Server,
    precincts: u32,
) -> (Vec<SigningKey>, Vec<MessageId>) {
    let (mut tablets, mut reports) = (Vec::new(), Vec::new());
    for precinct in 0..precincts {
        let device = server.tablet(party, ROOM, precinct).await;
        let report = party.sign(ROOM, &device, &party.report(precinct, 20 + precinct));
        server.send(ROOM, &report).await.receipt();
        reports.push(report.id());
        tablets.push(device);
    }
    (tablets, reports)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tablet_learns_what_is_released_of_its_precinct_and_of_no_other() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    let managers = Managers::named(&party, &server).await;
    let (_, reports) = reports(&party, &server, 2).await;
    let public = server.public;
    let asked = format!("/v1/{ROOM}/log?precincts=0,1,77,x");
    let released = async || server.get(public, &asked).await.json()["released"].clone();
    assert_eq!(released().await, json!([]), "nothing is released");

    let release = managers.propose(1, "First batch", &[(0, reports[0], None)]).await;
    assert_eq!(server.send(ROOM, &managers.approval(release)).await.code(), "window-open");
    assert_eq!(released().await, json!([]), "one person releases nothing");
    party.clock.set(START_MS + 31 * 60_000);
    managers.approve(release).await;
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

    managers.withdraw(release, "columns are shifted").await;
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

#[tokio::test(flavor = "multi_thread")]
async fn t28_t61_what_comes_after_a_decision_is_named_and_a_precinct_is_taken_out_with_commands() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    let device = server.tablet(&party, ROOM, 0).await;
    let report = party.sign(ROOM, &device, &party.report(0, 20));
    server.send(ROOM, &report).await.receipt();
    let commands = Commands { party: &party, server: format!("http://{}", server.reporting) };
    commands.name("2", "reviewer", "reviewer.key");
    commands.name("4", "release-manager", "one.key");
    commands.name("5", "release-manager", "two.key");
    let (place, report) = (party.contest.precincts[0].id.clone(), report.id());
    let decide = |report: &str, more: &[&str]| {
        let which = ["review", "decide", "--precinct", &place, "--report", report];
        let why = ["--evidence", "sheet", "--why", "the sheet says so", "--key", "reviewer.key"];
        commands.run(&[&which[..], &why, more].concat())
    };
    decide(&report.to_string(), &[]);
    let preview = ["release", "preview", "--name", "Batch", "--key", "one.key"];
    let propose = |number| {
        let propose = ["release", "propose", "--preview", number, "--key", "one.key"];
        id(&commands.run(&propose)).to_owned()
    };
    let after = |minutes: u64| party.clock.set(START_MS + minutes * 60_000);
    let approve =
        |release: &str| commands.run(&["release", "approve", "--key", "two.key", "--id", release]);
    assert!(commands.run(&preview).contains("preview 1: 1 precincts"));
    let release = propose("1");

    let correction = party.sign(ROOM, &device, &party.correction(report, 0, 30));
    server.send(ROOM, &correction).await.receipt();
    after(31);
    let shown = commands.read(&["review", "show", "--precinct", &place]);
    assert!(shown.starts_with(&format!("{place}: flagged")), "{shown}");
    let too_late = ["release", "approve", "--key", "two.key", "--id", &release];
    assert!(commands.refused(&too_late).contains("open-finding"));

    decide(&report.to_string(), &["--answers", "H02"]);
    assert!(commands.run(&preview).contains("preview 2: 1 precincts"));
    let release = propose("2");
    after(62);
    approve(&release);
    assert!(commands.read(&["release", "list"]).contains("1 of"));

    decide("none", &[]);
    let this = [&preview[..], &["--precincts", &place]].concat();
    assert!(commands.refused(&this).contains("a change needs its cause"));
    let said = commands.run(&[&this[..], &["--cause", "sheet"]].concat());
    assert!(said.contains(&format!("taken out of the results: {place}")), "{said}");
    let release = propose("3");
    after(93);
    approve(&release);
    let list = commands.read(&["release", "list"]);
    assert!(list.contains("0 of"), "{list}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn t47_campaigns_ask_and_headquarters_speaks_with_nothing_but_commands() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    let commands = Commands { party: &party, server: format!("http://{}", server.reporting) };
    commands.name("2", "reviewer", "reviewer.key");
    commands.name("4", "release-manager", "one.key");
    commands.name("8", "observer", "observer.key");
    let place = &party.contest.precincts[0].id;
    let about = ["release", "inquire", "Why so late?", "--precinct", place];
    let asked = commands.run(&[&about[..], &["--key", "observer.key"]].concat());
    let asked = id(&asked);
    assert!(
        commands.refused(&[&about[..], &["--key", "one.key"]].concat()).contains("not-allowed")
    );
    let list = commands.read(&["release", "list"]);
    let line = format!("inquiry {asked} by person 8, about {place}: Why so late? (no response)");
    assert!(list.contains(&line), "{list}");
    let respond = ["review", "respond", "The sheet is read.", "--inquiry", asked];
    commands.run(&[&respond[..], &["--key", "reviewer.key"]].concat());
    let again = commands.refused(&[&respond[..], &["--key", "one.key"]].concat());
    assert!(again.contains("changed-since"), "{again}");
    // The command goes by the machine's clock.
    party.clock.set(SystemClock.now_ms());
    let say = ["release", "notice", "Sheets are read.", "--key", "one.key", "--next-minutes"];
    assert!(commands.refused(&[&say[..], &["1500"]].concat()).contains("over-limit"));
    commands.run(&[&say[..], &["15"]].concat());
    let list = commands.read(&["release", "list"]);
    assert!(list.contains("Why so late? (response "), "{list}");
    assert!(list.contains(": The sheet is read.)"), "{list}");
    assert!(list.contains(": Sheets are read. (the next word comes by "), "{list}");
}

#[tokio::test(flavor = "multi_thread")]
async fn t68_every_layer_is_released_with_nothing_but_commands() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    let commands = Commands { party: &party, server: format!("http://{}", server.reporting) };
    commands.name("4", "release-manager", "one.key");
    commands.name("5", "release-manager", "two.key");
    let (place, other) = (&party.contest.precincts[0].id, &party.contest.precincts[1].id);
    let elects = |precinct| party.contest.delegates_to_elect(precinct, None).unwrap();
    let delegates = party.contest.count_index(CountKind::Delegates).unwrap();
    let mut now_ms = START_MS;
    let mut number = 0;
    let mut release = |layer: &str, named: &[&str]| {
        number += 1;
        let preview = ["release", "preview", "--name", layer, "--layer", layer, "--key", "one.key"];
        let said = commands.run(&[&preview[..], named].concat());
        let number = number.to_string();
        let propose = ["release", "propose", "--preview", &number, "--key", "one.key"];
        let release = commands.run(&propose);
        now_ms += 31 * 60_000;
        party.clock.set(now_ms);
        commands.run(&["release", "approve", "--id", id(&release), "--key", "two.key"]);
        said
    };
    // Two precincts report; what the first one says changes with each layer.
    let device = server.tablet(&party, ROOM, 0).await;
    let mut last: Option<MessageId> = None;
    let mut revision = 0;
    let mut next = || {
        revision += 1;
        let mut report = match last {
            None => party.report(0, 20),
            Some(before) => party.correction(before, 0, 20 + revision),
        };
        report.revision = revision;
        report.device_sequence = revision.into();
        report.counts[delegates][0] = elects(0);
        let message = party.sign(ROOM, &device, &report);
        last = Some(message.id());
        message
    };
    server.send(ROOM, &next()).await.receipt();
    let mut second = party.report(1, 33);
    second.counts[delegates][0] = elects(1);
    let tablet = server.tablet(&party, ROOM, 1).await;
    server.send(ROOM, &party.sign(ROOM, &tablet, &second)).await.receipt();
    assert!(release("night", &[]).contains("preview 1: 2 precincts"));
    let causes = [("corrected", "precinct"), ("recanvass", "recanvass"), ("recount", "recount")];
    for (layer, cause) in causes {
        server.send(ROOM, &next()).await.receipt();
        let waiting = commands.read(&["review", "show"]);
        assert!(waiting.contains("a change needs its cause"), "{waiting}");
        assert!(!waiting.contains(other.as_str()), "it is released as it is: {waiting}");
        let said = release(layer, &["--precincts", place, "--cause", cause]);
        assert!(said.contains(": 1 precincts"), "{said}");
    }
    let waiting = commands.read(&["review", "show"]);
    assert!(waiting.ends_with("0 precincts are ready to be released\n"), "{waiting}");
    // Certified is everything that stands, without a cause.
    assert!(release("certified", &[]).contains("preview 5: 2 precincts"));
    let list = commands.read(&["release", "list"]);
    assert!(list.contains("2 of 12 precincts released, layer certified"), "{list}");
    server.publish();
    let changes = crate::publish::page(&server, "changes.html").await;
    assert_eq!(changes.matches("<section class=\"change\">").count(), 3, "{changes}");
}
