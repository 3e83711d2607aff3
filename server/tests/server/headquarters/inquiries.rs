//! What campaigns ask headquarters and what it says, to them and to everyone: at headquarters, on the status page, in the feed.

use countersign_core::id::MessageId;
use countersign_core::room::Room;
use serde_json::{Value, json};

use super::acts::{House, act_as, entered};
use super::feed::{OBSERVER, follow, next, next_of, token, withhold};
use super::has_fields;
use crate::publish::page;

const MINUTE: u64 = 60_000;

fn inquire(words: &str, precinct: Option<u32>) -> Value {
    json!({"do": "inquire", "words": words, "precinct": precinct})
}

fn respond(inquiry: &str, words: &str) -> Value {
    json!({"do": "respond", "inquiry": inquiry, "words": words})
}

fn notify(words: &str, next_minutes: Option<u32>) -> Value {
    json!({"do": "notify", "words": words, "next_minutes": next_minutes})
}

#[tokio::test(flavor = "multi_thread")]
async fn t47_an_observer_asks_headquarters_responds_and_each_sees_it_at_once() {
    let mut house = House::open().await;
    let server = &house.server;
    let asked = act_as(server, &mut house.observer, &inquire(" Why so late? ", Some(1))).await;
    let asked = entered(&asked, "inquiry");
    let second = act_as(server, &mut house.observer, &inquire("Why so late?", Some(1))).await;
    assert_ne!(entered(&second, "inquiry"), asked, "the same may be asked again");
    for browser in [&mut house.reviewer, &mut house.observer] {
        let shown = browser.get(server, "/official/inquiries").await.json();
        has_fields(&shown, "now_ms notices inquiries");
        let [first, _] = shown["inquiries"].as_array().unwrap().as_slice() else {
            panic!("two inquiries: {shown}")
        };
        has_fields(first, "id person entered_ms words precinct response");
        assert_eq!((&first["id"], &first["person"]), (&json!(asked), &json!(8)));
        assert_eq!((&first["words"], &first["precinct"]), (&json!("Why so late?"), &json!(1)));
        assert_eq!(first["response"], json!(null));
    }
    let board = house.observer.get(server, "/official/board").await.json();
    assert_eq!(board["inquiries"], 2);
    let said = respond(&asked, "Its sheet is looked at once more.");
    entered(&act_as(server, &mut house.reviewer, &said).await, "response");
    let again = act_as(server, &mut house.one, &respond(&asked, "Soon.")).await;
    assert_eq!(again.code(), "changed-since", "somebody was faster");
    let notice = notify("Three counties are looked at.", Some(15));
    entered(&act_as(server, &mut house.one, &notice).await, "notice");
    let shown = house.observer.get(server, "/official/inquiries").await.json();
    let board = house.reviewer.get(server, "/official/board").await.json();
    assert_eq!(board["inquiries"], 1);
    let response = &shown["inquiries"][0]["response"];
    has_fields(response, "id person entered_ms words");
    assert_eq!(
        (&response["person"], &response["words"]),
        (&json!(2), &json!("Its sheet is looked at once more."))
    );
    let notice = &shown["notices"][0];
    has_fields(notice, "id person entered_ms words next_ms");
    assert_eq!(notice["words"], "Three counties are looked at.");
    let promised = house.party.clock_ms() + 15 * MINUTE;
    assert_eq!((&notice["person"], &notice["next_ms"]), (&json!(4), &json!(promised)));
    let elsewhere = house.observer.get(server, "/rehearsal/inquiries").await.json();
    assert_eq!((&elsewhere["notices"], &elsewhere["inquiries"]), (&json!([]), &json!([])));
}

#[tokio::test(flavor = "multi_thread")]
async fn t47_who_may_not_ask_respond_or_give_notice_is_refused_and_counted() {
    let mut house = House::open().await;
    let server = &house.server;
    let asked = act_as(server, &mut house.observer, &inquire("When?", None)).await;
    let asked = entered(&asked, "inquiry");
    let size = server.size(Room::Official);
    let mut refused = 0;
    for browser in [&mut house.reviewer, &mut house.operator, &mut house.one] {
        let reply = act_as(server, browser, &inquire("When?", None)).await;
        assert_eq!(reply.code(), "not-allowed");
        refused += 1;
    }
    for browser in [&mut house.operator, &mut house.observer] {
        let reply = act_as(server, browser, &respond(&asked, "Soon.")).await;
        assert_eq!(reply.code(), "not-allowed");
        refused += 1;
    }
    for browser in [&mut house.reviewer, &mut house.operator, &mut house.observer] {
        let reply = act_as(server, browser, &notify("All is well.", None)).await;
        assert_eq!(reply.code(), "not-allowed");
        refused += 1;
    }
    assert_eq!(server.counted(Room::Official, "not-allowed"), refused);
    for (act, code) in [
        (notify("x", Some(0)), "over-limit"),
        (notify("x", Some(24 * 60 + 1)), "over-limit"),
        (notify(" ", None), "over-limit"),
        (respond("5e", "x"), "bad-request"),
        (respond(&"5e".repeat(32), "x"), "unknown-subject"),
    ] {
        assert_eq!(act_as(server, &mut house.one, &act).await.code(), code, "{act}");
    }
    let nowhere = act_as(server, &mut house.observer, &inquire("When?", Some(60_000))).await;
    assert_eq!(nowhere.code(), "wrong-precinct");
    for _ in 0..9 {
        entered(&act_as(server, &mut house.observer, &inquire("When?", None)).await, "inquiry");
    }
    let eleventh = act_as(server, &mut house.observer, &inquire("When?", None)).await;
    assert_eq!(eleventh.code(), "inquiries-open");
    assert_eq!(server.size(Room::Official), size + 9);
    let stranger = server.get(server.private, "/hq/api/official/inquiries").await;
    assert_eq!(stranger.code(), "not-signed-in");
}

#[tokio::test(flavor = "multi_thread")]
async fn t47_the_status_page_says_what_is_asked_and_said_and_when_the_next_word_comes() {
    let mut house = House::open().await;
    let name = house.party.contest.precincts[1].name.clone();
    let read = async |house: &House| {
        house.server.publish();
        let english = page(&house.server, "status.html").await;
        (english, page(&house.server, "es/status.html").await)
    };
    let (english, spanish) = read(&house).await;
    assert!(english.contains("No observer has asked headquarters anything."), "{english}");
    assert!(spanish.contains("Ningún observador ha consultado nada a la sede."), "{spanish}");
    assert!(!english.contains("Notice of"), "{english}");

    let asked = inquire("Who reads the sheets?", Some(1));
    let asked = entered(&act_as(&house.server, &mut house.observer, &asked).await, "inquiry");
    let second = inquire("When is the next release?", None);
    let second = entered(&act_as(&house.server, &mut house.observer, &second).await, "inquiry");
    let (english, spanish) = read(&house).await;
    assert!(english.contains("Inquiries, no response yet</dt><dd>2</dd>"), "{english}");
    let about = format!("{name}: <q>Who reads the sheets?</q> (observer 8) <strong>No response");
    assert!(english.contains(&about), "{english}");
    assert!(spanish.contains("Consultas, aún sin contestación</dt><dd>2</dd>"), "{spanish}");
    assert!(spanish.contains("(observador 8) <strong>Aún sin contestación."), "{spanish}");

    let said = respond(&asked, "Two reviewers.");
    let said = entered(&act_as(&house.server, &mut house.reviewer, &said).await, "response");
    let (english, spanish) = read(&house).await;
    assert!(english.contains("<q>Two reviewers.</q> (reviewer 2)"), "{english}");
    assert!(spanish.contains("<q>Two reviewers.</q> (revisor 2)"), "{spanish}");
    assert!(english.contains("Inquiries, no response yet</dt><dd>1</dd>"), "{english}");
    let at = |words: &str| english.find(words).unwrap();
    assert!(at("When is the next release?") < at("Who reads the sheets?"), "open ones first");

    let first = notify("All is well.", None);
    entered(&act_as(&house.server, &mut house.one, &first).await, "notice");
    let newest = notify("Sheets are looked at.", Some(15));
    let newest = entered(&act_as(&house.server, &mut house.two, &newest).await, "notice");
    let (english, spanish) = read(&house).await;
    let at = |words: &str| english.find(words).unwrap_or_else(|| panic!("{words}: {english}"));
    assert!(at("Sheets are looked at.") < at("All is well."), "the newest first");
    assert!(at("All is well.") < at("<dl"), "on top");
    assert!(at("(release manager 5).") < at("The next word comes by"));
    assert!(spanish.contains("La siguiente noticia llega a más tardar el"), "{spanish}");
    assert!(spanish.contains("Avisos anteriores: 1"), "{spanish}");
    house.wait(15).await;
    let (english, spanish) = read(&house).await;
    assert!(english.contains("That time is past.") && !english.contains("The next word comes by"));
    assert!(spanish.contains("Esa hora ya pasó."), "{spanish}");

    for id in [&asked, &second, &said, &newest] {
        withhold(&mut house, MessageId::from_hex(id).unwrap()).await;
    }
    let (english, spanish) = read(&house).await;
    for words in ["Two reviewers", "Who reads", "next release?", "Sheets are looked at"] {
        assert!(!english.contains(words) && !spanish.contains(words), "{words}: {english}");
    }
    let withheld = english.matches("[withheld by two people]").count();
    assert_eq!((withheld, spanish.matches("[retenido por dos personas]").count()), (4, 4));
    assert!(!english.contains(&format!("{name}:")), "{english}");
    assert!(english.contains("All is well."), "what nobody withheld stays");
    let shown = house.observer.get(&house.server, "/official/inquiries").await.json();
    let (first, notice) = (&shown["inquiries"][0], &shown["notices"][1]);
    assert_eq!((&first["words"], &first["response"]["words"]), (&json!(null), &json!(null)));
    assert_eq!(notice["words"], json!(null));
    let shown = house.reviewer.get(&house.server, "/official/inquiries").await.json();
    assert_eq!(shown["inquiries"][0]["words"], "Who reads the sheets?");
}

#[tokio::test(flavor = "multi_thread")]
async fn t47_programs_are_told_what_is_asked_and_said_until_it_is_withheld() {
    let mut house = House::open().await;
    let (_, token) = token(&house.server, OBSERVER);
    let mut events = follow(&house.server, &token, None).await;
    let asked = inquire("Who reads the sheets?", Some(1));
    let asked = entered(&act_as(&house.server, &mut house.observer, &asked).await, "inquiry");
    let told = next(&mut events, "inquiry").await.data;
    has_fields(&told, "index entered_ms id person number precinct words");
    assert_eq!((&told["id"], &told["person"]), (&json!(asked), &json!(8)));
    assert_eq!((&told["number"], &told["precinct"]), (&json!(1), &json!(1)));
    assert_eq!(told["words"], "Who reads the sheets?");
    let said = respond(&asked, "Two reviewers.");
    let said = entered(&act_as(&house.server, &mut house.one, &said).await, "response");
    let told = next(&mut events, "response").await.data;
    has_fields(&told, "index entered_ms id person inquiry words");
    assert_eq!((&told["inquiry"], &told["words"]), (&json!(asked), &json!("Two reviewers.")));
    let notice = notify("Sheets are looked at.", Some(15));
    let notice = entered(&act_as(&house.server, &mut house.one, &notice).await, "notice");
    let told = next(&mut events, "notice").await.data;
    has_fields(&told, "index entered_ms id person number next_ms words");
    let promised = house.party.clock_ms() + 15 * MINUTE;
    assert_eq!((&told["number"], &told["next_ms"]), (&json!(1), &json!(promised)));
    assert_eq!(told["words"], "Sheets are looked at.");

    for id in [&asked, &said, &notice] {
        withhold(&mut house, MessageId::from_hex(id).unwrap()).await;
    }
    let mut late = follow(&house.server, &token, None).await;
    for (name, id) in [("inquiry", &asked), ("response", &said), ("notice", &notice)] {
        let told = next_of(&mut late, name).await.data;
        assert_eq!((&told["id"], &told["words"]), (&json!(id), &json!(null)));
    }
}
