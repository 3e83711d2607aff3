//! What people do, from a report to a result, through nothing but headquarters' own addresses.

use countersign_core::crypto::SigningKey;
use countersign_core::id::PrecinctNumber;
use countersign_core::message::{Lot, LotDrawer, LotMethod, Message, Role};
use countersign_core::room::Room;
use serde_json::{Value, json};

use super::{Browser, Events, Worker, has_fields};
use crate::support::{Party, Reply, START_MS, Server};

const ROOM: Room = Room::Official;
const MINUTE: u64 = 60_000;

/// A server with two precincts that reported, and the people who work on them.
pub(super) struct House {
    pub(super) party: Party,
    pub(super) server: Server,
    pub(super) reviewer: Browser,
    pub(super) operator: Browser,
    pub(super) one: Browser,
    pub(super) two: Browser,
    pub(super) observer: Browser,
    pub(super) reports: Vec<String>,
    /// The same as they were signed, with the keys that did.
    pub(super) signed: Vec<(SigningKey, Message)>,
}

impl House {
    pub(super) async fn open() -> Self {
        let party = Party::new(&Room::ALL);
        let server = party.start().await;
        let mut signed = Vec::new();
        for precinct in 0..2 {
            let device = server.tablet(&party, ROOM, precinct).await;
            let report = party.sign(ROOM, &device, &party.impossible(precinct, 20 + precinct));
            server.send(ROOM, &report).await.receipt();
            signed.push((device, report));
        }
        let reports = signed.iter().map(|(_, report)| report.id().to_string()).collect();
        let sign_in = async |number, role| {
            Worker::employ(&party, &server, number, role).await.sign_in(&server).await
        };
        let reviewer = sign_in(2, Role::Reviewer).await;
        let operator = sign_in(3, Role::Operator).await;
        let one = sign_in(4, Role::ReleaseManager).await;
        let two = sign_in(5, Role::ReleaseManager).await;
        let observer = sign_in(8, Role::Observer).await;
        Self { party, server, reviewer, operator, one, two, observer, reports, signed }
    }

    /// Time passes, and everybody stays signed in.
    pub(super) async fn wait(&self, minutes: u64) {
        for _ in 0..minutes {
            self.party.clock.set(self.party.clock_ms() + MINUTE);
        }
        for browser in [&self.reviewer, &self.operator, &self.one, &self.two, &self.observer] {
            assert_eq!(browser.get(&self.server, "/session").await.status, 200);
        }
    }

    pub(super) async fn row(&self, browser: &Browser, precinct: usize) -> Value {
        let board = browser.get(&self.server, "/official/board").await.json();
        board["precincts"][precinct].clone()
    }

    pub(super) async fn precinct(&self, browser: &Browser, precinct: u32) -> Value {
        let path = format!("/official/precincts/{precinct}");
        browser.get(&self.server, &path).await.json()
    }

    /// A decision by the reviewer that answers everything impossible in a precinct.
    pub(super) async fn settle(&mut self, precinct: u32) {
        let shown = self.precinct(&self.reviewer, precinct).await;
        let answers: Vec<&Value> = shown["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|finding| finding["severity"] == "impossible")
            .map(|finding| &finding["name"])
            .collect();
        assert!(!answers.is_empty(), "{shown}");
        let act = json!({
            "do": "decide", "precinct": precinct, "report": shown["candidate"], "evidence": "sheet",
            "why": "the sheet says the same", "answers": answers, "override_stronger": false
        });
        entered(&act_as(&self.server, &mut self.reviewer, &act).await, "decision");
    }
}

pub(super) async fn act_as(server: &Server, browser: &mut Browser, act: &Value) -> Reply {
    browser.post(server, "/official/acts", act).await
}

/// Id of what was entered.
pub(super) fn entered(reply: &Reply, kind: &str) -> String {
    assert_eq!(reply.status, 200, "{}", reply.text());
    let json = reply.json();
    assert_eq!(json["kind"], kind);
    assert!(json["index"].as_u64().unwrap() > 0);
    json["id"].as_str().unwrap().to_owned()
}

pub(super) fn preview() -> Value {
    json!({
        "do": "preview", "name": "First batch", "layer": "night", "precincts": null, "cause": null
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn t28_t50_t55_from_two_reports_to_a_release_that_an_observer_objected_to() {
    let mut house = House::open().await;
    assert_eq!(house.row(&house.reviewer, 0).await["standing"], "flagged");
    assert_eq!(act_as(&house.server, &mut house.one, &preview()).await.code(), "none-ready");
    house.settle(0).await;
    let row = house.row(&house.reviewer, 0).await;
    assert_eq!((&row["standing"], &row["open"]), (&json!("consistent"), &json!(0)));
    let shown = house.precinct(&house.reviewer, 0).await;
    assert_eq!(shown["decisions"][0]["person"], 2);
    let answered =
        shown["findings"].as_array().unwrap().iter().filter(|it| it["answered"].is_string());
    assert_eq!(answered.count(), shown["decisions"][0]["answers"].as_array().unwrap().len());

    let ask = json!({"name": "First batch", "layer": "night", "precincts": [0, 1], "cause": null});
    let prepared = house.one.post(&house.server, "/official/prepare", &ask).await.json();
    assert_eq!(prepared["preview"], json!({"number": 1, "precincts": 1}));
    assert_eq!(prepared["not_ready"][0]["precinct"], 1);
    assert_eq!(prepared["not_ready"][0]["why"], "open");
    assert!(!prepared["not_ready"][0]["findings"].as_array().unwrap().is_empty());
    let refused = house.observer.post(&house.server, "/official/prepare", &ask).await;
    assert_eq!(refused.code(), "not-allowed");
    entered(&act_as(&house.server, &mut house.one, &preview()).await, "preview");

    let mut object = json!({
        "do": "object", "preview": 1, "precinct": 0, "reason": "not-as-announced",
        "why": "the room heard nineteen", "evidence": "5e".repeat(31)
    });
    let refused = act_as(&house.server, &mut house.observer, &object).await;
    assert_eq!(refused.code(), "bad-request", "a byte of the digest is lost");
    object["evidence"] = json!("5e".repeat(32));
    let objection =
        entered(&act_as(&house.server, &mut house.observer, &object).await, "objection");
    assert_eq!(house.row(&house.reviewer, 0).await["objections"], 1);
    let shown = house.precinct(&house.reviewer, 0).await;
    assert_eq!(shown["objections"][0]["evidence"], json!("5e".repeat(32)));
    let answer = json!({
        "do": "answer", "objection": objection, "outcome": "stands", "why": "the sheet says twenty"
    });
    let refused = act_as(&house.server, &mut house.observer, &answer).await;
    assert_eq!(refused.code(), "not-allowed");
    entered(&act_as(&house.server, &mut house.reviewer, &answer).await, "answer");
    assert_eq!(house.row(&house.reviewer, 0).await["objections"], 0);

    let release = json!({"do": "release", "preview": 1, "left_out": []});
    let release = entered(&act_as(&house.server, &mut house.one, &release).await, "release");
    let approve = json!({"do": "approve", "id": release});
    assert_eq!(act_as(&house.server, &mut house.one, &approve).await.code(), "same-person");
    assert_eq!(act_as(&house.server, &mut house.reviewer, &approve).await.code(), "not-allowed");
    assert_eq!(act_as(&house.server, &mut house.two, &approve).await.code(), "window-open");
    let waits = house.one.get(&house.server, "/official/releases").await.json();
    assert_eq!(waits["pending"][0]["kind"], "release");
    assert_eq!(waits["pending"][0]["preview"], json!({"number": 1, "name": "First batch"}));
    assert_eq!(waits["pending"][0]["mine"], true);
    assert_eq!(waits["previews"][0]["window_ends_ms"], START_MS + 30 * MINUTE);
    house.wait(16).await;
    house.wait(15).await;
    entered(&act_as(&house.server, &mut house.two, &approve).await, "approve");
    let row = house.row(&house.observer, 0).await;
    assert_eq!(row["standing"], "released");
    let board = house.two.get(&house.server, "/official/board").await.json();
    assert_eq!(board["totals"]["released"], 1);
    assert_eq!(board["totals"]["corrected"], 0);
    let shown = house.precinct(&house.observer, 0).await;
    assert_eq!(shown["released"]["release"], release);
    assert_eq!(shown["released"]["report"], house.reports[0]);

    let releases = house.two.get(&house.server, "/official/releases").await.json();
    assert_eq!(releases["pending"], json!([]));
    let first = &releases["previews"][0];
    has_fields(&releases, "now_ms previews stops pending copies not_ready");
    has_fields(
        first,
        "id number name layer person entered_ms window_ends_ms precincts numbers was_warned despite objections releases",
    );
    has_fields(
        &first["releases"][0],
        "id person entered_ms left_out approved_ms approved_by withdrawn",
    );
    has_fields(
        &first["objections"][0],
        "id preview precinct person reason why evidence entered_ms answer",
    );
    has_fields(&waits["pending"][0], "id kind person entered_ms preview minutes why message mine");
    has_fields(
        &board,
        "log_size now_ms open stopped totals held inquiries withheld reports_last_10_min reports_total precincts",
    );
    has_fields(
        &row,
        "number id name county standing flags open reports last_ms objections asked_ms",
    );
    has_fields(
        &shown,
        "row delegates_to_elect sources candidate findings decisions released previews objections questions",
    );
    has_fields(
        &shown["sources"][0],
        "report channel invitation person revision entry entered_ms is_head superseded_by phrase attendees counts lots by_the_rules objected",
    );
    has_fields(&shown["findings"][0], "name severity sentence evidence answered cells");
    has_fields(&shown["decisions"][0], "id entered_ms person report evidence why answers");
    assert_eq!(first["objections"][0]["answer"]["outcome"], "stands");
    assert_eq!(first["releases"][0]["approved_by"], 5);
    assert_eq!(first["releases"][0]["withdrawn"], json!(null));
    assert_eq!(releases["not_ready"]["open"], 1);
    let why: Vec<&String> = releases["not_ready"].as_object().unwrap().keys().collect();
    assert_eq!(why, ["missing", "open"], "what is released needs no cause");
}

#[tokio::test(flavor = "multi_thread")]
async fn t61_t64_what_two_people_take_back_and_stop() {
    let mut house = House::open().await;
    house.settle(0).await;
    let server = &house.server;
    entered(&act_as(server, &mut house.one, &preview()).await, "preview");
    let release = json!({"do": "release", "preview": 1, "left_out": []});
    let release = entered(&act_as(server, &mut house.one, &release).await, "release");
    let stop = json!({"do": "stop", "minutes": 60, "why": "a batch looks shifted"});
    let stop = entered(&act_as(server, &mut house.one, &stop).await, "stop");
    entered(
        &act_as(server, &mut house.two, &json!({"do": "approve", "id": stop})).await,
        "approve",
    );
    house.wait(16).await;
    house.wait(16).await;
    let server = &house.server;
    let approve = json!({"do": "approve", "id": release});
    assert_eq!(act_as(server, &mut house.two, &approve).await.code(), "stopped");
    let board = house.observer.get(server, "/official/board").await.json();
    assert_eq!(board["stopped"]["id"], stop);
    assert_eq!(board["stopped"]["until_ms"], START_MS + 60 * MINUTE);
    has_fields(&board["stopped"], "id why minutes person entered_ms approved_ms until_ms ended");
    let resume = json!({"do": "resume", "stop": stop, "why": "it was in order"});
    let resume = entered(&act_as(server, &mut house.two, &resume).await, "stop");
    let approve_end = json!({"do": "approve", "id": resume});
    let waiting = house.one.get(server, "/official/releases").await.json();
    let kinds: Vec<&Value> =
        waiting["pending"].as_array().unwrap().iter().map(|it| &it["kind"]).collect();
    assert_eq!(kinds, [&json!("release"), &json!("end-of-stop")]);
    entered(&act_as(server, &mut house.one, &approve_end).await, "approve");
    let board = house.observer.get(server, "/official/board").await.json();
    assert_eq!(board["stopped"], json!(null));
    entered(&act_as(server, &mut house.two, &approve).await, "approve");
    let released = house.one.get(server, "/official/releases").await.json();
    for why in ["released", "needs-cause"] {
        assert_eq!(released["not_ready"].get(why), None, "{released}");
    }
    let withdraw = json!({"do": "withdraw", "release": release, "why": "columns are shifted"});
    let withdraw = entered(&act_as(server, &mut house.two, &withdraw).await, "withdraw");
    let approve = json!({"do": "approve", "id": withdraw});
    entered(&act_as(server, &mut house.one, &approve).await, "approve");
    assert_eq!(house.row(&house.one, 0).await["standing"], "consistent");
    let releases = house.one.get(server, "/official/releases").await.json();
    let withdrawn = &releases["previews"][0]["releases"][0]["withdrawn"];
    assert_eq!(withdrawn["why"], "columns are shifted");
    assert_eq!((&withdrawn["person"], &withdrawn["approved_by"]), (&json!(5), &json!(4)));
}

/// Numbers of a precinct that elects three, where two groups of ten are equal: both round to two, and a lot decides who keeps it.
fn tied(house: &House) -> Value {
    let (elm, _) = house.party.contest.precinct_by_id("elm-1").unwrap();
    let mut people = vec![0; house.party.contest.groups.len()];
    (people[0], people[2]) = (10, 10);
    let mut delegates = vec![0; people.len()];
    (delegates[0], delegates[2]) = (1, 2);
    json!({"precinct": elm, "attendees": 20, "counts": [people, people, delegates]})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_typed_report_takes_the_lot_that_settles_its_tie_and_no_other() {
    let mut house = House::open().await;
    let figures = tied(&house);
    let ties = async |browser: &mut Browser, figures: &Value| {
        browser.post(&house.server, "/official/ties", figures).await
    };
    let found = ties(&mut house.operator, &figures).await.json();
    assert_eq!(found, json!({"ties": [{"groups": [0, 2], "seats": 1, "gains": false}]}));
    let mut without = figures.clone();
    without["counts"][1][0] = json!(12);
    without["counts"][1][2] = json!(8);
    assert_eq!(ties(&mut house.operator, &without).await.json(), json!({"ties": []}));
    for odd in [json!([[10, 10]]), json!([[u32::MAX], [], []])] {
        let mut figures = figures.clone();
        figures["counts"] = odd;
        assert_eq!(ties(&mut house.operator, &figures).await.json(), json!({"ties": []}));
    }
    assert_eq!(ties(&mut house.observer, &figures).await.code(), "not-allowed");

    let lot = json!({
        "groups": [0, 2], "seats": 1, "winners": [2], "method": "coin", "drawn_by": "chair"
    });
    let typed = |figures: &Value, lots: Value| {
        let mut act = figures.clone();
        act["do"] = json!("report");
        act["channel"] = json!("hotline");
        act["lots"] = lots;
        act["supersedes"] = Value::Null;
        act
    };
    let changed = |field: &str, to: Value| {
        let mut lot = lot.clone();
        lot[field] = to;
        lot
    };
    for (figures, lots, code) in [
        (&without, json!([lot]), "no-such-tie"),
        (&figures, json!([lot, lot]), "no-such-tie"),
        (&figures, json!([changed("groups", json!([0, 1]))]), "no-such-tie"),
        (&figures, json!([changed("winners", json!([1]))]), "no-such-tie"),
        (&figures, json!([changed("winners", json!([0, 2]))]), "no-such-tie"),
        (&figures, json!([changed("seats", json!(2))]), "no-such-tie"),
        (&figures, json!([changed("method", json!("dice"))]), "bad-request"),
        (&figures, json!([changed("drawn_by", json!("Ann"))]), "bad-request"),
        (&figures, json!([changed("groups", json!([0, 300]))]), "bad-request"),
    ] {
        let act = typed(figures, lots.clone());
        let reply = act_as(&house.server, &mut house.operator, &act).await;
        assert_eq!(reply.code(), code, "{lots}");
    }
    // With its lot the rules give what was announced; a room that drew none is taken down as well, and the check finds it.
    let elm = u32::try_from(figures["precinct"].as_u64().unwrap()).unwrap();
    let act = typed(&figures, json!([lot]));
    let first = entered(&act_as(&house.server, &mut house.operator, &act).await, "report");
    let report = {
        let projection = house.server.node.admission.room(ROOM).read();
        projection.state.reports(PrecinctNumber(elm))[0].report()
    };
    let drawn = Lot {
        seats: 1,
        groups: vec![0, 2],
        method: LotMethod::Coin,
        winners: vec![2],
        drawn_by: LotDrawer::Chair,
    };
    assert_eq!(report.lots, [drawn]);
    let names = async |house: &House| -> Vec<String> {
        let shown = house.precinct(&house.reviewer, elm).await;
        let findings = shown["findings"].as_array().unwrap().iter();
        findings.map(|finding| finding["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(house.precinct(&house.reviewer, elm).await["sources"][0]["by_the_rules"][2], 2);
    assert!(names(&house).await.iter().all(|name| !name.starts_with("C08")));
    let mut without_lot = typed(&figures, json!([]));
    without_lot["supersedes"] = json!(first);
    entered(&act_as(&house.server, &mut house.operator, &without_lot).await, "report");
    assert!(names(&house).await.iter().any(|name| name.starts_with("C08")));
}

#[tokio::test(flavor = "multi_thread")]
async fn t47_roles_do_here_what_their_keys_may_do_and_no_more() {
    let mut house = House::open().await;
    let decide = json!({
        "do": "decide", "precinct": 0, "report": house.reports[0], "evidence": "report",
        "why": "it is right", "answers": [], "override_stronger": false
    });
    for browser in [&mut house.observer, &mut house.operator, &mut house.one] {
        assert_eq!(act_as(&house.server, browser, &decide).await.code(), "not-allowed");
    }
    let server = &house.server;
    // Who typed a number does not decide about it.
    let counts = vec![vec![3; house.party.contest.groups.len()]; house.party.contest.counts.len()];
    let typed = |channel: &str, supersedes: Option<&str>| {
        json!({
            "do": "report", "precinct": 0, "channel": channel, "attendees": 30, "counts": counts,
            "lots": [], "supersedes": supersedes
        })
    };
    let refused = act_as(server, &mut house.reviewer, &typed("hotline", None)).await;
    assert_eq!(refused.code(), "not-allowed");
    let refused = act_as(server, &mut house.operator, &typed("tablet", None)).await;
    assert_eq!(refused.code(), "bad-request");
    let report =
        entered(&act_as(server, &mut house.operator, &typed("hotline", None)).await, "report");
    let again = typed("hotline", Some(&report));
    let second = entered(&act_as(server, &mut house.operator, &again).await, "report");
    let shown = house.precinct(&house.reviewer, 0).await;
    let sources = shown["sources"].as_array().unwrap();
    assert_eq!(sources.len(), 3);
    assert_eq!(sources[1]["superseded_by"], second);
    assert_eq!((&sources[2]["person"], &sources[2]["invitation"]), (&json!(3), &Value::Null));
    assert_eq!(sources[2]["revision"], 2);
    let entries: Vec<_> = sources.iter().map(|source| source["entry"].as_u64().unwrap()).collect();
    assert!(entries.is_sorted() && entries[2] + 1 == server.size(ROOM), "{entries:?}");
    assert_eq!(sources[0]["invitation"].as_str().unwrap().len(), 8);
    assert_eq!(shown["row"]["standing"], "inConflict");
    let sheet = typed("transcription", None);
    entered(&act_as(server, &mut house.reviewer, &sheet).await, "report");
    assert_eq!(act_as(server, &mut house.reviewer, &decide).await.code(), "own-entry");
    // What cannot be read is said, and what is not there as well.
    for (act, code) in [
        (json!({"do": "approve", "id": "12"}), "bad-request"),
        (json!({"do": "approve", "id": "0".repeat(64)}), "unknown-subject"),
        (json!({"do": "dance"}), "bad-request"),
        (json!({"do": "stop", "minutes": 0, "why": "x"}), "over-limit"),
        (json!({"do": "release", "preview": 7, "left_out": []}), "unknown-subject"),
    ] {
        assert_eq!(act_as(server, &mut house.one, &act).await.code(), code, "{act}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_message_is_listed_until_a_reviewer_admits_it() {
    let mut house = House::open().await;
    let device = house.server.tablet(&house.party, ROOM, 1).await;
    house.server.send(ROOM, &house.party.revoke(ROOM, &device)).await.receipt();
    let late = house.party.sign(ROOM, &device, &house.party.report(1, 33));
    assert_eq!(house.server.send(ROOM, &late).await.code(), "revoked-key");
    let held = async |browser: &Browser| browser.get(&house.server, "/official/held").await;
    assert_eq!(held(&house.observer).await.code(), "not-allowed");
    let list = held(&house.operator).await.json();
    assert_eq!(list["held"][0]["message"], late.id().to_string());
    assert_eq!(list["held"][0]["kind"], "report");
    assert_eq!(list["held"][0]["precinct"], 1);
    assert_eq!(list["held"][0]["why"], "revoked-key");
    let board = house.reviewer.get(&house.server, "/official/board").await.json();
    assert_eq!(board["held"], 1);
    let admit = json!({"do": "admit", "message": late.id().to_string(), "why": "they called"});
    entered(&act_as(&house.server, &mut house.reviewer, &admit).await, "admit");
    assert_eq!(held(&house.operator).await.json()["held"], json!([]));
    house.server.send(ROOM, &late).await.receipt();
}

fn withhold(message: &str) -> Value {
    json!({"do": "withhold", "message": message, "why": "somebody is named"})
}

/// Whether a message waits to be withheld; `None` where nobody asked for it.
async fn withheld(house: &House, message: &str) -> Option<bool> {
    let board = house.observer.get(&house.server, "/official/board").await.json();
    let withheld = board["withheld"].as_array().unwrap();
    withheld.iter().find(|one| one["message"] == message).map(|one| one["waits"] == true)
}

/// Two people withhold what was written: campaigns read it no more, headquarters does.
#[tokio::test(flavor = "multi_thread")]
async fn observers_read_no_words_that_two_people_withheld() {
    let mut house = House::open().await;
    house.settle(0).await;
    entered(&act_as(&house.server, &mut house.one, &preview()).await, "preview");
    let object = json!({
        "do": "object", "preview": 1, "precinct": 0, "reason": "conduct", "why": "a private person left"
    });
    let objection =
        entered(&act_as(&house.server, &mut house.observer, &object).await, "objection");
    let answer = json!({
        "do": "answer", "objection": objection, "outcome": "stands", "why": "that private person stayed"
    });
    let answer = entered(&act_as(&house.server, &mut house.reviewer, &answer).await, "answer");
    let stop = json!({"do": "stop", "minutes": 60, "why": "a private person called"});
    let stop = entered(&act_as(&house.server, &mut house.one, &stop).await, "stop");
    let approve = json!({"do": "approve", "id": stop});
    entered(&act_as(&house.server, &mut house.two, &approve).await, "approve");
    let read = async |browser: &Browser, path: &str| browser.get(&house.server, path).await.text();
    let pages = ["/official/releases", "/official/precincts/0", "/official/board"];
    for path in pages {
        assert!(read(&house.observer, path).await.contains("private person"), "{path}");
    }

    let mut admin = Worker::employ(&house.party, &house.server, 9, Role::Admin)
        .await
        .sign_in(&house.server)
        .await;
    for message in [&objection, &answer, &stop] {
        let withhold = withhold(message);
        let refused = act_as(&house.server, &mut house.one, &withhold).await;
        assert_eq!(refused.code(), "not-allowed", "an admin begins it");
        let asked = entered(&act_as(&house.server, &mut admin, &withhold).await, "withhold");
        let waits = house.two.get(&house.server, "/official/releases").await.json();
        let waits = &waits["pending"][0];
        assert_eq!((&waits["kind"], &waits["message"]), (&json!("withhold"), &json!(message)));
        assert_eq!(waits["why"], "somebody is named");
        let approve = json!({"do": "approve", "id": asked});
        assert_eq!(act_as(&house.server, &mut admin, &approve).await.code(), "same-person");
        assert_eq!(withheld(&house, message).await, Some(true), "it waits");
        let mut two = house.two.clone();
        entered(&act_as(&house.server, &mut two, &approve).await, "approve");
        assert_eq!(withheld(&house, message).await, Some(false));
        let again = json!({"do": "withhold", "message": message, "why": "it is still here"});
        let refused = act_as(&house.server, &mut admin, &again).await;
        assert_eq!(refused.code(), "not-allowed", "it is withheld already");
    }
    let nothing = withhold(&"5e".repeat(32));
    let refused = act_as(&house.server, &mut admin, &nothing).await;
    assert_eq!(refused.code(), "unknown-subject", "the log has no such message");
    for path in pages {
        let text = read(&house.observer, path).await;
        assert!(!text.contains("private person"), "{path}: {text}");
        assert!(read(&house.reviewer, path).await.contains("private person"), "{path}");
    }
    let events = Events::of(
        house
            .server
            .http
            .get(format!("http://{}/hq/api/official/events", house.server.private))
            .header("cookie", &house.observer.cookie),
    );
    let first = events.await.next().await.unwrap();
    assert_eq!(first.data["stopped"]["why"], json!(null));
}
