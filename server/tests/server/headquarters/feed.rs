//! The feed for observers' programs: who reads it, what it tells, and where it goes on.

use countersign_core::id::{CopyDigest, MessageId};
use countersign_core::message::{Act, CopyCompared, CopyDecision, Role, Withhold};
use countersign_core::room::Room;
use countersign_server::headquarters::NewFeedToken;
use serde_json::{Value, json};

use super::acts::{House, act_as, entered, preview};
use super::{Event, Events, Worker, has_fields};
use crate::support::{Reply, START_MS, Server};

pub(super) const OBSERVER: u32 = 8;

pub(super) fn token(server: &Server, person: u32) -> (u32, String) {
    let new = NewFeedToken::make().unwrap();
    let number = server.node.private.make_feed_token(person, &new.hash, START_MS).unwrap();
    (number, new.token.to_string())
}

fn asked(server: &Server, token: &str, last: Option<&str>) -> reqwest::RequestBuilder {
    let url = format!("http://{}/hq/api/official/feed", server.private);
    let request = server.http.get(url).bearer_auth(token);
    match last {
        Some(id) => request.header("last-event-id", id),
        None => request,
    }
}

/// A feed behind its first event, which says which log it is.
pub(super) async fn follow(server: &Server, token: &str, last: Option<&str>) -> Events {
    let mut events = Events::of(asked(server, token, last)).await;
    let first = events.next().await.unwrap();
    assert_eq!((first.name.as_str(), first.id.as_str()), ("log", ""));
    assert!(first.data["origin"].as_str().unwrap().ends_with("/official/1"));
    events
}

pub(super) async fn next(events: &mut Events, name: &str) -> Event {
    let event = events.next().await.unwrap();
    assert_eq!(event.name, name, "{}", event.data);
    assert_eq!(event.id, format!("1-{}", event.data["index"]));
    event
}

/// The next event of this name, whatever comes before it.
pub(super) async fn next_of(events: &mut Events, name: &str) -> Event {
    loop {
        let event = events.next().await.expect("the feed goes on");
        if event.name == name {
            return event;
        }
    }
}

async fn refused(server: &Server, token: &str) -> Reply {
    crate::support::read(asked(server, token, None).send().await.unwrap()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn t62_two_programs_are_told_the_same_and_go_on_where_they_were() {
    let mut house = House::open().await;
    let (_, of_one) = token(&house.server, OBSERVER);
    let (_, of_other) = token(&house.server, OBSERVER);
    let mut one = follow(&house.server, &of_one, None).await;
    let mut other = follow(&house.server, &of_other, None).await;

    // A decision about a precinct that no preview has named is nobody's yet: the preview comes first.
    house.settle(0).await;
    entered(&act_as(&house.server, &mut house.one, &preview()).await, "preview");
    let shown = next(&mut one, "preview").await;
    let same = next(&mut other, "preview").await;
    assert_eq!((&shown.data, &shown.id), (&same.data, &same.id));
    assert_eq!(shown.data["number"], 1);
    assert_eq!(shown.data["person"], 4);
    assert_eq!(shown.data["window_ends_ms"], START_MS + 30 * 60_000);
    let [named] = shown.data["precincts"].as_array().unwrap().as_slice() else {
        panic!("one precinct was ready: {}", shown.data)
    };
    assert_eq!(named["report"]["id"], house.reports[0]);
    assert_eq!(named["report"]["attendees"], 20);
    assert_eq!(named["decision"]["why"], "the sheet says the same");
    let findings = named["report"]["findings"].as_array().unwrap();
    assert!(findings.iter().all(|finding| finding["sentence"]["es"].is_string()), "{named}");
    assert!(!shown.data.to_string().contains(&house.reports[1]), "the other one is not named");

    let object = json!({
        "do": "object", "preview": 1, "precinct": 0, "reason": "not-as-announced",
        "why": "the room heard nineteen"
    });
    let objection =
        entered(&act_as(&house.server, &mut house.observer, &object).await, "objection");
    assert_eq!(next(&mut one, "objection").await.data["why"], "the room heard nineteen");
    let answer = json!({
        "do": "answer", "objection": objection, "outcome": "stands", "why": "the sheet says twenty"
    });
    entered(&act_as(&house.server, &mut house.reviewer, &answer).await, "answer");
    let answered = next(&mut one, "answer").await;
    assert_eq!(answered.data["objection"], objection);

    // It was cut off after the objection, and comes back.
    let objected = next(&mut other, "objection").await;
    drop(other);
    let mut other = follow(&house.server, &of_other, Some(&objected.id)).await;
    assert_eq!(next(&mut other, "answer").await.data, answered.data);

    let release = json!({"do": "release", "preview": 1, "left_out": []});
    let release = entered(&act_as(&house.server, &mut house.one, &release).await, "release");
    assert_eq!(next(&mut one, "release").await.data["preview"], 1);
    house.wait(16).await;
    house.wait(15).await;
    let approve = json!({"do": "approve", "id": release});
    entered(&act_as(&house.server, &mut house.two, &approve).await, "approve");
    let approved = next(&mut one, "approve").await;
    assert_eq!(
        (&approved.data["what"], &approved.data["approves"]),
        (&json!("release"), &json!(release))
    );

    // Who comes late is told the same from the start; a place in another log is no place in this one.
    for last in [None, Some("2-40")] {
        let mut late = follow(&house.server, &of_one, last).await;
        assert_eq!(next(&mut late, "preview").await.data, shown.data);
        for name in ["objection", "answer", "release", "approve"] {
            next(&mut late, name).await;
        }
    }
}

/// A reviewer asks about a precinct's report; the id of the question.
async fn ask(house: &mut House, precinct: usize, words: &str) -> String {
    let report = &house.reports[precinct];
    let ask = json!({"do": "ask", "precinct": precinct, "report": report, "findings": ["C02"], "words": words});
    entered(&act_as(&house.server, &mut house.reviewer, &ask).await, "question")
}

/// The tablet of the first precinct says that its numbers stand.
async fn reply(house: &House, question: &str, text: &str) -> MessageId {
    let question = MessageId::from_hex(question).unwrap();
    let reply = house.party.reply(Room::Official, &house.signed[0].0, question, text);
    house.server.send(Room::Official, &reply).await.receipt();
    reply.id()
}

/// Two people withhold a message.
pub(super) async fn withhold(house: &mut House, message: MessageId) {
    let withhold = Withhold { message, why: "a private person is named".to_owned() };
    let withhold = house.party.by_admin(Room::Official, &withhold);
    house.server.send(Room::Official, &withhold).await.receipt();
    let approve = json!({"do": "approve", "id": withhold.id().to_string()});
    entered(&act_as(&house.server, &mut house.two, &approve).await, "approve");
}

#[tokio::test(flavor = "multi_thread")]
async fn t57_what_is_asked_and_replied_is_told_of_previewed_precincts_without_what_was_withheld() {
    let mut house = House::open().await;
    let (_, token) = token(&house.server, OBSERVER);
    let mut events = follow(&house.server, &token, None).await;
    // Asked and replied before any preview names the precinct: it comes with the preview.
    let first = ask(&mut house, 0, "was the door counted?").await;
    reply(&house, &first, "two captains counted").await;
    house.settle(0).await;
    let second = ask(&mut house, 0, "who read the sheet?").await;
    entered(&act_as(&house.server, &mut house.one, &preview()).await, "preview");
    let shown = next(&mut events, "preview").await;
    let asked = shown.data["precincts"][0]["questions"].as_array().unwrap();
    let words: Vec<&Value> = asked.iter().map(|asked| &asked["words"]).collect();
    assert_eq!(words, ["was the door counted?", "who read the sheet?"]);
    assert_eq!(asked[0]["findings"], json!(["C02"]));
    assert_eq!(asked[0]["report"], house.reports[0]);
    assert_eq!(asked[0]["reply"]["reason"], "other");
    assert_eq!(asked[0]["reply"]["text"], "two captains counted");
    assert_eq!(asked[1]["reply"], json!(null));

    // The reply to the second is an act of its own; what is asked about the other precinct is told to nobody.
    ask(&mut house, 1, "is this the other one?").await;
    let replied = reply(&house, &second, "the secretary did").await;
    let told = next(&mut events, "reply").await;
    assert_eq!(told.data["id"], replied.to_string());
    assert_eq!((&told.data["precinct"], &told.data["person"]), (&json!(0), &json!(null)));
    assert_eq!(told.data["text"], "the secretary did");
    assert_eq!(told.data["question"]["words"], "who read the sheet?");
    let third = ask(&mut house, 0, "the neighbour of question").await;
    let told = next(&mut events, "question").await;
    assert_eq!((&told.data["id"], &told.data["person"]), (&json!(third), &json!(2)));
    assert_eq!(told.data["words"], "the neighbour of question");
    let neighbour = reply(&house, &third, "the neighbour of reply").await;
    next(&mut events, "reply").await;

    withhold(&mut house, MessageId::from_hex(&third).unwrap()).await;
    withhold(&mut house, neighbour).await;
    let mut late = follow(&house.server, &token, None).await;
    next(&mut late, "preview").await;
    assert_eq!(next(&mut late, "reply").await.data["text"], "the secretary did");
    let told = next(&mut late, "question").await;
    assert_eq!((&told.data["id"], &told.data["words"]), (&json!(third), &json!(null)));
    let told = next(&mut late, "reply").await;
    assert_eq!((&told.data["text"], &told.data["reason"]), (&json!(null), &json!(null)));
    assert_eq!(told.data["question"]["words"], json!(null));
}

#[tokio::test(flavor = "multi_thread")]
async fn t62_reports_that_come_after_the_preview_are_told_without_what_was_withheld() {
    let mut house = House::open().await;
    let (_, token) = token(&house.server, OBSERVER);
    house.settle(0).await;
    entered(&act_as(&house.server, &mut house.one, &preview()).await, "preview");
    let mut events = follow(&house.server, &token, None).await;
    let shown = next(&mut events, "preview").await;
    assert_eq!(shown.data["precincts"][0]["report"]["supersedes"], json!(null));

    // A correction of the other precinct is nobody's yet; an operator's contradiction and a correction of the previewed one are.
    let correct = async |precinct: u32, people| {
        let (device, report) = &house.signed[usize::try_from(precinct).unwrap()];
        let correction = house.party.correction(report.id(), precinct, people);
        let correction = house.party.sign(Room::Official, device, &correction);
        house.server.send(Room::Official, &correction).await.receipt();
        correction.id()
    };
    correct(1, 40).await;
    let counts = house.party.report(0, 23).counts;
    let typed = json!({
        "do": "report", "channel": "hotline", "precinct": 0, "attendees": 23, "counts": counts, "supersedes": null, "reason": null
    });
    let typed = entered(&act_as(&house.server, &mut house.operator, &typed).await, "report");
    let told = next(&mut events, "report").await.data;
    assert_eq!((&told["id"], &told["person"]), (&json!(typed), &json!(3)));
    assert_eq!((&told["precinct"], &told["attendees"]), (&json!(0), &json!(23)));
    assert_eq!((&told["channel"], &told["counts"]), (&json!("hotline"), &json!(counts)));
    assert!(told["findings"].is_array() && told["lots"].is_array(), "{told}");
    let correction = correct(0, 24).await;
    let told = next(&mut events, "report").await.data;
    assert_eq!((&told["id"], &told["person"]), (&json!(correction.to_string()), &json!(null)));
    assert_eq!((&told["attendees"], &told["revision"]), (&json!(24), &json!(2)));
    assert_eq!(told["supersedes"], house.reports[0]);
    // Their people read the same on the precinct's page.
    let sources = house.precinct(&house.observer, 0).await["sources"].clone();
    let told_of = |id: &str| sources.as_array().unwrap().iter().any(|one| one["report"] == *id);
    assert!(told_of(&typed) && told_of(&correction.to_string()), "{sources}");

    withhold(&mut house, MessageId::from_hex(&typed).unwrap()).await;
    let mut late = follow(&house.server, &token, None).await;
    next(&mut late, "preview").await;
    let told = next(&mut late, "report").await.data;
    assert_eq!((&told["id"], &told["withheld"]), (&json!(typed), &json!(true)));
    assert_eq!((&told["counts"], &told["attendees"]), (&json!(null), &json!(null)));
    assert_eq!(next(&mut late, "report").await.data["attendees"], 24);
}

#[tokio::test(flavor = "multi_thread")]
async fn t62_a_preview_brings_what_was_found_across_precincts_that_observers_have_seen() {
    let mut house = House::open().await;
    let (_, token) = token(&house.server, OBSERVER);
    let mut events = follow(&house.server, &token, None).await;
    // The second precinct says the same as the first, which is nobody's to know before a preview names both.
    let (device, report) = &house.signed[1];
    let mut correction = house.party.correction(report.id(), 1, 20);
    // A delegate fewer than the first report had, and fewer than the precinct elects.
    correction.counts[2][0] -= 1;
    let same = house.party.sign(Room::Official, device, &correction);
    house.server.send(Room::Official, &same).await.receipt();
    house.settle(0).await;
    entered(&act_as(&house.server, &mut house.one, &preview()).await, "preview");
    let alone = next(&mut events, "preview").await.data;
    assert_eq!(alone["precincts"].as_array().unwrap().len(), 1);
    assert_eq!((&alone["precincts"][0]["across"], &alone["across"]), (&json!([]), &json!([])));

    house.settle(1).await;
    let by_now = json!({
        "do": "preview", "name": "Both", "layer": "night", "precincts": [0, 1], "cause": null
    });
    entered(&act_as(&house.server, &mut house.one, &by_now).await, "preview");
    let shown = next(&mut events, "preview").await;
    let both = shown.data["precincts"].as_array().unwrap();
    assert_eq!(both.len(), 2);
    for named in both {
        let across = named["across"].as_array().unwrap();
        let equal: Vec<_> = across.iter().filter(|finding| finding["name"] == "H01").collect();
        assert!(!equal.is_empty() && equal[0]["severity"] == "impossible", "{named}");
        for language in ["en", "es"] {
            assert!(equal[0]["sentence"][language].as_str().unwrap().starts_with("H01: "));
        }
    }
    assert!(both[1]["across"].as_array().unwrap().iter().any(|it| it["name"] == "H05"));
}

#[tokio::test(flavor = "multi_thread")]
async fn t62_a_hundred_programs_follow_and_the_next_is_told_to_come_later() {
    let house = House::open().await;
    let mut tokens = Vec::new();
    for observer in [OBSERVER, 9, 10] {
        if observer != OBSERVER {
            Worker::employ(&house.party, &house.server, observer, Role::Observer).await;
        }
        tokens.extend((0..10).map(|_| token(&house.server, observer).1));
    }
    let (last, tokens) = tokens.split_last().unwrap();
    let mut places = Vec::new();
    for token in tokens[..25].iter().cycle().take(100) {
        places.push(follow(&house.server, token, None).await);
    }
    for _ in 0..3 {
        let reply = refused(&house.server, last).await;
        assert_eq!((reply.status, reply.code().as_str()), (503, "busy"), "{}", reply.text());
        assert_eq!(reply.retry_after, Some(30));
    }
    // The hundredth is told as the first is, though nobody reads what the others are told.
    let stop = json!({"do": "stop", "minutes": 10, "why": "the line is cut"});
    let mut one = house.one.clone();
    entered(&act_as(&house.server, &mut one, &stop).await, "stop");
    let of_the_last = next(places.last_mut().unwrap(), "stop").await;
    assert_eq!(next(&mut places[0], "stop").await.data, of_the_last.data);

    // Whoever goes leaves a place, as soon as the server has noticed.
    drop(places.pop());
    for _ in 0..10_000 {
        let reply = asked(&house.server, last, None).send().await.unwrap();
        if reply.status() == 200 {
            return;
        }
        assert_eq!(reply.status(), 503);
    }
    panic!("the place was never given back");
}

#[tokio::test(flavor = "multi_thread")]
async fn t61_t64_why_something_was_stopped_or_withdrawn_is_told_until_it_is_withheld() {
    let mut house = House::open().await;
    let (_, token) = token(&house.server, OBSERVER);
    house.settle(0).await;
    entered(&act_as(&house.server, &mut house.one, &preview()).await, "preview");
    let release = json!({"do": "release", "preview": 1, "left_out": []});
    let release = entered(&act_as(&house.server, &mut house.one, &release).await, "release");
    house.wait(16).await;
    house.wait(15).await;
    let approve = json!({"do": "approve", "id": release});
    entered(&act_as(&house.server, &mut house.two, &approve).await, "approve");
    let acts = [
        ("stop", json!({"do": "stop", "minutes": 60, "why": "the neighbour called"})),
        ("resume", json!({"do": "resume", "why": "the neighbour was wrong"})),
        ("withdraw", json!({"do": "withdraw", "release": release, "why": "the neighbour's sheet"})),
    ];
    let mut made: Vec<(&str, String)> = Vec::new();
    for (name, mut act) in acts {
        if name == "resume" {
            act["stop"] = json!(made[0].1);
        }
        let kind = if name == "resume" { "stop" } else { name };
        let id = entered(&act_as(&house.server, &mut house.one, &act).await, kind);
        let approve = json!({"do": "approve", "id": id});
        entered(&act_as(&house.server, &mut house.two, &approve).await, "approve");
        made.push((name, id));
    }

    let mut early = follow(&house.server, &token, None).await;
    for (name, id) in &made {
        let told = next_of(&mut early, name).await.data;
        assert_eq!(&told["id"], id);
        assert!(told["why"].as_str().unwrap().contains("neighbour"), "{told}");
    }
    for (_, id) in &made {
        withhold(&mut house, MessageId::from_hex(id).unwrap()).await;
    }
    let mut late = follow(&house.server, &token, None).await;
    for (name, id) in &made {
        let told = next_of(&mut late, name).await.data;
        assert_eq!((&told["id"], &told["why"]), (&json!(id), &json!(null)));
        match *name {
            "stop" => assert_eq!(told["minutes"], 60),
            "resume" => assert_eq!(told["stop"], made[0].1),
            _ => assert_eq!(told["release"], release),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t66_programs_are_told_that_a_copy_was_compared_and_what_was_decided() {
    let house = House::open().await;
    let (_, of_one) = token(&house.server, OBSERVER);
    let mut feed = follow(&house.server, &of_one, None).await;
    let compared = CopyCompared {
        copy: CopyDigest::of(b"a copy"),
        whose: "the national party".to_owned(),
        compared_with: None,
        precincts: 1,
        cells: 2,
        decision: CopyDecision::GoOn,
        why: "a precinct is late there".to_owned(),
    };
    let act = house.party.by_admin(Room::Official, &Act::CopyCompared(compared));
    house.server.send(Room::Official, &act).await.receipt();
    let told = next(&mut feed, "copy-compared").await.data;
    assert_eq!((&told["person"], &told["id"]), (&json!(1), &json!(act.id().to_string())));
    assert_eq!((&told["precincts"], &told["cells"]), (&json!(1), &json!(2)));
    assert_eq!(
        (&told["decision"], &told["whose"]),
        (&json!("go-on"), &json!("the national party"))
    );
    assert_eq!((&told["preview"], &told["release"]), (&json!(null), &json!(null)));
    // Their people read the same on headquarters' pages.
    let releases = house.observer.get(&house.server, "/official/releases").await.json();
    let [copy] = releases["copies"].as_array().unwrap().as_slice() else {
        panic!("one was recorded: {releases}")
    };
    has_fields(copy, "id person entered_ms copy whose with precincts cells decision why");
    for (field, as_told) in copy.as_object().unwrap().iter().filter(|(name, _)| *name != "with") {
        assert_eq!(as_told, &told[field], "{field}");
    }
    assert_eq!(copy["with"], json!(null));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_good_token_of_an_observer_reads_and_it_does_nothing_else() {
    let house = House::open().await;
    let private = &house.server.node.private;
    let (number, good) = token(&house.server, OBSERVER);
    let mut events = follow(&house.server, &good, None).await;
    assert_eq!(private.feed_tokens().unwrap()[0].used_ms, Some(START_MS));

    let (_, of_a_reviewer) = token(&house.server, 2);
    for wrong in ["", "csfeed_guess", &of_a_reviewer] {
        let reply = refused(&house.server, wrong).await;
        assert_eq!((reply.status, reply.code().as_str()), (401, "bad-token"));
    }
    // It is no session: it neither shows the board nor signs.
    let url = format!("http://{}/hq/api/official", house.server.private);
    let http = &house.server.http;
    for request in [
        http.get(format!("{url}/board")),
        http.post(format!("{url}/acts")).json(&json!({"do": "approve", "id": house.reports[0]})),
    ] {
        let reply = crate::support::read(request.bearer_auth(&good).send().await.unwrap()).await;
        assert_eq!(reply.status, 401, "{}", reply.text());
    }
    let odd = asked(&house.server, &good, Some("yesterday")).send().await.unwrap();
    assert_eq!(odd.status(), 400);

    assert!(private.set_locked(OBSERVER, true).unwrap());
    assert_eq!(refused(&house.server, &good).await.code(), "bad-token");
    assert!(events.next().await.is_none(), "whoever follows is cut off");
    assert!(private.set_locked(OBSERVER, false).unwrap());
    follow(&house.server, &good, None).await;
    assert!(private.remove_feed_token(number).unwrap());
    assert_eq!(refused(&house.server, &good).await.code(), "bad-token");
    assert!(!private.remove_feed_token(number).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_guesses_tokens_has_to_wait() {
    let house = House::open().await;
    for attempt in 0..30 {
        let reply = refused(&house.server, &format!("csfeed_{attempt}")).await;
        assert_eq!(reply.code(), "bad-token", "{attempt}");
    }
    let (_, good) = token(&house.server, OBSERVER);
    let reply = refused(&house.server, &good).await;
    assert_eq!((reply.code().as_str(), reply.retry_after), ("locked", Some(60)));
}
