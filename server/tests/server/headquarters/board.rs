//! What is shown of a room, to whom, and how soon.

use countersign_core::message::Role;
use countersign_core::room::Room;
use serde_json::{Value, json};

use super::{Browser, Events, PASSWORD, Worker};
use crate::support::{Party, START_MS, Server};

const ROOM: Room = Room::Official;

/// A board as it changes.
struct Boards(Events);

impl Boards {
    async fn of(server: &Server, browser: &Browser) -> Self {
        let url = format!("http://{}/hq/api/official/events", server.private);
        Self(Events::of(server.http.get(url).header("cookie", &browser.cookie)).await)
    }

    /// The next board; `None` when the stream has ended.
    async fn next(&mut self) -> Option<Value> {
        let event = self.0.next().await?;
        assert_eq!(event.name, "board");
        Some(event.data)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_event_holds_every_row_and_a_report_makes_a_second_one() {
    let party = Party::new(&Room::ALL);
    let server = party.start().await;
    let mut worker = Worker::employ(&party, &server, 2, Role::Reviewer).await;
    let mut browser = worker.sign_in(&server).await;
    let mut events = Boards::of(&server, &browser).await;
    let first = events.next().await.unwrap();
    let rows = first["precincts"].as_array().unwrap();
    assert_eq!(rows.len(), party.contest.precincts.len());
    assert!(rows.iter().all(|row| row["standing"] == "missing"));
    assert_eq!(first["reports_total"], 0);
    assert_eq!(first["open"], true);

    let device = server.tablet(&party, ROOM, 2).await;
    server.send(ROOM, &party.sign(ROOM, &device, &party.report(2, 20))).await.receipt();
    let mut news = events.next().await.unwrap();
    while news["reports_total"] == 0 {
        // Invitation and enrolment may have been seen before the report.
        assert_eq!(news["precincts"], json!([]));
        news = events.next().await.unwrap();
    }
    assert!(news["log_size"].as_u64() > first["log_size"].as_u64());
    assert_eq!(news["reports_last_10_min"], 1);
    let changed = news["precincts"].as_array().unwrap();
    assert_eq!(changed.len(), 1);
    assert_eq!(changed[0]["number"], 2);
    assert_eq!(changed[0]["reports"], 1);
    assert_eq!(changed[0]["last_ms"], START_MS);

    browser.post(&server, "/sign-out", &json!({})).await;
    assert_eq!(events.next().await, None, "it ends with the session");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_ends_the_events() {
    let party = Party::new(&Room::ALL);
    let server = party.start().await;
    let mut worker = Worker::employ(&party, &server, 2, Role::Reviewer).await;
    let browser = worker.sign_in(&server).await;
    let mut events = Boards::of(&server, &browser).await;
    events.next().await.unwrap();
    let began = std::time::Instant::now();
    server.stop().await;
    assert!(began.elapsed() < std::time::Duration::from_secs(8), "nobody waited for it in vain");
    assert_eq!(events.next().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn t52_observers_see_no_numbers_that_were_not_previewed() {
    let party = Party::new(&Room::ALL);
    let server = party.start().await;
    let mut people = Vec::new();
    for (number, role) in [(2, Role::Reviewer), (4, Role::ReleaseManager), (8, Role::Observer)] {
        let mut worker = Worker::employ(&party, &server, number, role).await;
        people.push(worker.sign_in(&server).await);
    }
    let [mut reviewer, mut manager, observer] = <[Browser; 3]>::try_from(people).ok().unwrap();
    // The same numbers in two precincts: H01 would name the other one.
    for precinct in 0..2 {
        let device = server.tablet(&party, ROOM, precinct).await;
        let report = party.sign(ROOM, &device, &party.impossible(precinct, 4_711));
        server.send(ROOM, &report).await.receipt();
    }
    let everything = async |browser: &Browser| {
        let mut all = String::new();
        for path in ["/official/board", "/official/precincts/0", "/official/precincts/1"] {
            all.push_str(&browser.get(&server, path).await.text());
        }
        all.push_str(&browser.get(&server, "/official/releases").await.text());
        let mut events = Boards::of(&server, browser).await;
        all + &events.next().await.unwrap().to_string()
    };
    let shown = everything(&reviewer).await;
    assert!(shown.contains("4711") && shown.contains("H01"), "{shown}");
    let shown = everything(&observer).await;
    for secret in ["4711", "H01", "C05", "phrase\":\""] {
        assert!(!shown.contains(secret), "{secret}: {shown}");
    }
    let row = &observer.get(&server, "/official/board").await.json()["precincts"][0];
    assert_eq!(row["standing"], "flagged");
    assert_eq!(
        (&row["reports"], &row["flags"], &row["last_ms"]),
        (&json!(1), &json!([]), &json!(null))
    );

    let shown = reviewer.get(&server, "/official/precincts/0").await.json();
    let answers: Vec<&Value> =
        shown["findings"].as_array().unwrap().iter().map(|finding| &finding["name"]).collect();
    let act = json!({
        "do": "decide", "precinct": 0, "report": shown["candidate"], "evidence": "sheet",
        "why": "as on the sheet", "answers": answers, "override_stronger": false
    });
    let decided = reviewer.post(&server, "/official/acts", &act).await;
    assert_eq!(decided.status, 200, "{}", decided.text());
    let act = json!({
        "do": "preview", "name": "One", "layer": "night", "precincts": [0], "cause": null,
        "despite": "looked into: the test reports are all alike"
    });
    let previewed = manager.post(&server, "/official/acts", &act).await;
    assert_eq!(previewed.status, 200, "{}", previewed.text());
    let one = observer.get(&server, "/official/precincts/0").await.json();
    assert_eq!(one["sources"][0]["attendees"], 4_711);
    assert_eq!(one["previews"][0]["number"], 1);
    let same = one["findings"].as_array().unwrap().iter().find(|it| it["name"] == "H01").unwrap();
    assert_eq!(same["sentence"]["en"], "A count has the same numbers as another precinct.");
    assert_eq!(same["sentence"]["es"], "Un conteo tiene los mismos números que otro precinto.");
    let two = observer.get(&server, "/official/precincts/1").await.json();
    assert_eq!((&two["sources"], &two["findings"]), (&json!([]), &json!([])));
    assert_eq!(two["candidate"], json!(null));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_shown_to_whom_nobody_signed_in() {
    let party = Party::new(&Room::ALL);
    let server = party.start().await;
    let mut worker = Worker::employ(&party, &server, 2, Role::Reviewer).await;
    let mut nobody = Browser::default();
    for path in ["board", "events", "precincts/0", "releases", "held", "inquiries"] {
        let reply = nobody.get(&server, &format!("/official/{path}")).await;
        assert_eq!(reply.code(), "not-signed-in", "{path}");
    }
    for path in ["prepare", "acts"] {
        let reply = nobody.post(&server, &format!("/official/{path}"), &json!({})).await;
        assert_eq!(reply.code(), "not-signed-in", "{path}");
    }
    let browser = worker.sign_in(&server).await;
    for path in
        ["/nowhere/board", "/official/precincts/77", "/official/precincts/x", "/official/nothing"]
    {
        assert_eq!(browser.get(&server, path).await.code(), "not-found", "{path}");
    }
    let metrics = server.get(server.private, "/metrics").await.text();
    assert!(metrics.contains("countersign_sign_ins_total{outcome=\"good\"} 1"), "{metrics}");
    assert!(!metrics.contains(PASSWORD) && !metrics.contains("Person 2"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_come_with_a_strict_policy_or_say_that_they_were_not_built() {
    let party = Party::new(&Room::ALL);
    let server = party.start().await;
    let url = format!("http://{}/hq/", server.private);
    let reply = server.http.get(url).send().await.unwrap();
    if reply.status() == 200 {
        let policy = reply.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
        assert_eq!(reply.headers()["x-content-type-options"], "nosniff");
    } else {
        assert_eq!(reply.status(), 404);
        assert!(reply.text().await.unwrap().contains("make ui"));
    }
    assert_eq!(server.get(server.private, "/hq/assets/../../secret").await.status, 404);
    assert_eq!(server.get(server.private, "/hq/assets/none.js").await.code(), "not-found");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_through_a_proxy_is_not_shown_what_is_for_this_machine() {
    let party = Party::new(&Room::ALL);
    let server = party.start().await;
    for (path, status) in
        [("/", 404), ("/v1/received.json", 404), ("/healthz", 200), ("/hq/api/session", 409)]
    {
        let url = format!("http://{}{path}", server.private);
        let direct = server.http.get(&url).send().await.unwrap().status();
        assert_ne!(direct, 404, "{path}");
        let request = server.http.get(&url).header("x-forwarded-for", "198.51.100.1");
        assert_eq!(request.send().await.unwrap().status(), status, "{path}");
    }
}
