//! An evening that two campaigns watch, each with two programs and an observer at a desk.

use countersign_core::message::Role;
use serde_json::{Value, json};

use super::acts::{House, act_as, entered, preview};
use super::feed::{follow, next, token};
use super::{Browser, Event, Events, Worker};
use crate::publish::page;
use crate::support::START_MS;

const MINUTE: u64 = 60_000;
const CAMPAIGNS: [u32; 2] = [8, 9];

/// The next event of every program, which is the same to the byte. What is said of it is said of all.
async fn next_of_all(programs: &mut [Events], name: &str) -> Event {
    let mut told: Vec<Event> = Vec::new();
    for program in programs {
        told.push(next(program, name).await);
    }
    let (last, others) = told.split_last().unwrap();
    for other in others {
        assert_eq!((&other.bytes, &other.id), (&last.bytes, &last.id));
    }
    told.pop().unwrap()
}

fn objection(precinct: u32, why: &str) -> Value {
    json!({
        "do": "object", "preview": 1, "precinct": precinct, "reason": "not-as-announced", "why": why
    })
}

/// What a campaign's observer reads of the preview at headquarters.
async fn shown(house: &House, observer: &Browser) -> Value {
    let releases = observer.get(&house.server, "/official/releases").await.json();
    releases["previews"][0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn t62_two_campaigns_see_the_same_object_and_are_answered_and_stop_nothing() {
    let mut house = House::open().await;
    let mut rival = Worker::employ(&house.party, &house.server, CAMPAIGNS[1], Role::Observer)
        .await
        .sign_in(&house.server)
        .await;
    let mut programs = Vec::new();
    for campaign in CAMPAIGNS.repeat(2) {
        let (_, token) = token(&house.server, campaign);
        programs.push(follow(&house.server, &token, None).await);
    }
    for precinct in [0, 1] {
        house.settle(precinct).await;
    }

    // One entry, at one time of the server, with what was found: the same bytes for everybody.
    let id = entered(&act_as(&house.server, &mut house.one, &preview()).await, "preview");
    let told = next_of_all(&mut programs, "preview").await.data;
    assert_eq!((&told["id"], &told["entered_ms"]), (&json!(id), &json!(START_MS)));
    let window_ends = START_MS + 30 * MINUTE;
    assert_eq!(told["window_ends_ms"], window_ends);
    let named = told["precincts"].as_array().unwrap();
    assert_eq!(named.len(), 2);
    for (precinct, report) in named.iter().zip(&house.reports) {
        assert_eq!(precinct["report"]["id"], *report);
        let findings = precinct["report"]["findings"].as_array().unwrap();
        assert!(findings.iter().any(|it| it["severity"] == "impossible"), "{precinct}");
    }
    let of_one = shown(&house, &house.observer).await;
    assert_eq!(of_one, shown(&house, &rival).await, "and the same at their desks");
    assert_eq!(of_one["window_ends_ms"], window_ends);

    // Each objects to a precinct, once, and reads what the other says.
    let act = objection(0, "the room heard nineteen");
    let first = entered(&act_as(&house.server, &mut house.observer, &act).await, "objection");
    let act = objection(1, "a captain counted twenty-two");
    let second = entered(&act_as(&house.server, &mut rival, &act).await, "objection");
    for (objection, person, precinct) in [(&first, CAMPAIGNS[0], 0), (&second, CAMPAIGNS[1], 1)] {
        let told = next_of_all(&mut programs, "objection").await.data;
        assert_eq!(
            (&told["id"], &told["person"], &told["precinct"]),
            (&json!(objection), &json!(person), &json!(precinct))
        );
    }
    // Both are answered, and everybody reads both answers.
    for (objection, outcome) in [(&second, "stands"), (&first, "corrected")] {
        let act = json!({
            "do": "answer", "objection": objection, "outcome": outcome, "why": "the sheet was read again"
        });
        let answer = entered(&act_as(&house.server, &mut house.reviewer, &act).await, "answer");
        let told = next_of_all(&mut programs, "answer").await.data;
        assert_eq!(
            (&told["id"], &told["objection"], &told["outcome"]),
            (&json!(answer), &json!(objection), &json!(outcome))
        );
    }

    // In the window's last minute: nobody objects to a precinct twice, and a late objection moves its end for nobody.
    let release = json!({"do": "release", "preview": 1, "left_out": []});
    let release = entered(&act_as(&house.server, &mut house.one, &release).await, "release");
    next_of_all(&mut programs, "release").await;
    for minutes in [15, 14] {
        house.wait(minutes).await;
        assert_eq!(rival.get(&house.server, "/session").await.status, 200);
    }
    let again = act_as(&house.server, &mut rival, &objection(1, "once more")).await;
    assert_eq!(again.code(), "not-allowed", "{}", again.text());
    let again = act_as(&house.server, &mut house.observer, &objection(0, "once more")).await;
    assert_eq!(again.code(), "not-allowed", "{}", again.text());
    let act = objection(0, "nobody told us");
    let late = entered(&act_as(&house.server, &mut rival, &act).await, "objection");
    assert_eq!(next_of_all(&mut programs, "objection").await.data["id"], late);
    assert_eq!(shown(&house, &rival).await["window_ends_ms"], window_ends);
    let approve = json!({"do": "approve", "id": release});
    let early = act_as(&house.server, &mut house.two, &approve).await;
    assert_eq!(early.code(), "window-open");
    assert_eq!(house.party.clock_ms(), window_ends - MINUTE);

    house.wait(1).await;
    entered(&act_as(&house.server, &mut house.two, &approve).await, "approve");
    let told = next_of_all(&mut programs, "approve").await.data;
    assert_eq!((&told["what"], &told["approves"]), (&json!("release"), &json!(release)));
    assert_eq!(told["entered_ms"], window_ends, "the first moment at which it may");
    let of_one = shown(&house, &house.observer).await;
    assert_eq!(of_one, shown(&house, &rival).await);
    let answered = |id: &str| {
        let all = of_one["objections"].as_array().unwrap();
        !all.iter().find(|it| it["id"] == id).unwrap()["answer"].is_null()
    };
    assert_eq!([&first, &second, &late].map(|id| answered(id)), [true, true, false]);

    // Everyone reads that it was released without that answer.
    house.server.publish();
    let status = page(&house.server, "status.html").await;
    let item = |why: &str| {
        let quoted = format!("<q>{why}</q>");
        status.split("<li>").find(|item| item.contains(&quoted)).unwrap_or_default().to_owned()
    };
    let unanswered = "<strong>Not answered yet.</strong>";
    assert!(item("nobody told us").contains(unanswered), "{status}");
    for why in ["the room heard nineteen", "a captain counted twenty-two"] {
        assert!(item(why).contains("<q>the sheet was read again</q>"), "{status}");
        assert!(!item(why).contains(unanswered), "{status}");
    }
    assert_eq!(status.matches(unanswered).count(), 1);
    let contest = &house.party.contest;
    for (precinct, unanswered_here) in contest.precincts.iter().zip([1, 0]) {
        let page = page(&house.server, &format!("precincts/{}.html", precinct.id)).await;
        assert_eq!(page.matches(unanswered).count(), unanswered_here, "{page}");
    }
}
