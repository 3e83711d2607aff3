//! What headquarters asks those who signed: it reaches the tablet that has the report, and nobody else before the precinct is
//! released; a reply closes it.

use countersign_core::id::{MessageId, sha256};
use countersign_core::log::Checkpoint;
use countersign_core::message::{Kind, Message, Question, Reason, Reply as SignedReply, Scope};
use countersign_core::receipt::Receipt;
use countersign_core::room::Room;
use data_encoding::{BASE64, HEXLOWER};
use serde_json::{Value, json};

use super::acts::{House, act_as, entered};
use super::has_fields;
use crate::support::{Reply, Server};

const ROOM: Room = Room::Official;

fn ask(house: &House, precinct: u32) -> Value {
    json!({
        "do": "ask", "precinct": precinct, "report": house.reports[precinct as usize],
        "findings": ["C03:1", "C02"], "words": " Did people leave before the final count? "
    })
}

/// What a tablet is told that asks about precincts and proves to have some reports.
async fn told(server: &Server, precincts: &str, holding: &str) -> Value {
    let url = format!("http://{}/v1/official/log?seen=0&precincts={precincts}", server.public);
    let request = server.http.get(url).header("countersign-holding", holding);
    crate::support::read(request.send().await.unwrap()).await.json()
}

fn holding(report: &Message) -> String {
    HEXLOWER.encode(&Question::holding(report.bytes()))
}

/// The tablet of a precinct says that its numbers stand.
async fn reply(house: &House, precinct: usize, question: &Message) -> Reply {
    let reason = Reason { code: "recount".to_owned(), text: None };
    let scope = Scope::room(&house.party.contest.id, ROOM);
    let reply = SignedReply { question: question.id(), reason };
    let message = Message::sign(&house.signed[precinct].0, scope, &reply);
    house.server.send(ROOM, &message).await
}

#[tokio::test(flavor = "multi_thread")]
async fn t57_a_question_reaches_the_tablet_that_signed_and_its_reply_closes_it() {
    let mut house = House::open().await;
    let asked = ask(&house, 0);
    for browser in [&mut house.one, &mut house.observer] {
        let refused = act_as(&house.server, &mut browser.clone(), &asked).await;
        assert_eq!(refused.code(), "not-allowed");
    }
    let id = entered(&act_as(&house.server, &mut house.operator, &asked).await, "question");
    let again = act_as(&house.server, &mut house.reviewer, &asked).await;
    assert_eq!(again.code(), "changed-since", "one at a time");
    let row = house.row(&house.reviewer, 0).await;
    assert!(row["asked_ms"].is_u64(), "{row}");
    assert_eq!(house.row(&house.observer, 0).await["asked_ms"], json!(null));

    let proof = holding(&house.signed[0].1);
    let answer = told(&house.server, "0", &proof).await;
    let [shown] = answer["questions"].as_array().unwrap().as_slice() else {
        panic!("one question: {answer}")
    };
    let message = BASE64.decode(shown["message"].as_str().unwrap().as_bytes()).unwrap();
    let message = Message::parse(&message).unwrap();
    assert_eq!(message.id().to_string(), id);
    let question: Question = message.decode().unwrap();
    assert_eq!(question.words, "Did people leave before the final count?");
    assert_eq!(question.findings.iter().map(|it| it.check).collect::<Vec<_>>(), [2, 3]);
    let log = house.party.contest.log(ROOM).unwrap();
    let receipt = shown["receipt"].as_str().unwrap();
    let receipt =
        Receipt::verify(receipt, message.id(), Kind::Question, &log.origin, &log.keys).unwrap();
    let head = answer["checkpoint"].as_str().unwrap();
    assert_eq!(receipt.checkpoint, Checkpoint::open(head, &log.origin, &log.keys).unwrap());

    // Ids stand in the public log: naming one shows nothing, nor does another precinct's report.
    let other = holding(&house.signed[1].1);
    let id_of_it = HEXLOWER.encode(&sha256(house.signed[0].1.bytes()));
    for (precincts, holding) in [
        ("0", String::new()),
        ("0", id_of_it),
        ("0,1", other),
        ("1", proof.clone()),
        ("", proof.clone()),
        ("0", "no,hashes,0".to_owned()),
    ] {
        let answer = told(&house.server, precincts, &holding).await;
        assert_eq!(answer["questions"], json!([]), "{precincts} {holding}");
    }

    reply(&house, 0, &message).await.receipt();
    assert_eq!(told(&house.server, "0", &proof).await["questions"], json!([]));
    assert_eq!(house.row(&house.reviewer, 0).await["asked_ms"], json!(null));
    let shown = house.precinct(&house.reviewer, 0).await;
    let question = &shown["questions"][0];
    has_fields(question, "id person entered_ms report findings words closed reply");
    has_fields(&question["reply"], "id entered_ms reason text");
    assert_eq!((&question["person"], &question["closed"]), (&json!(3), &json!("replied")));
    assert_eq!(question["findings"], json!(["C02", "C03:1"]));
    assert_eq!(question["reply"]["reason"], "recount");
}

#[tokio::test(flavor = "multi_thread")]
async fn t57_a_decision_settles_it_and_a_late_reply_is_told_so() {
    let mut house = House::open().await;
    let asked = ask(&house, 0);
    entered(&act_as(&house.server, &mut house.reviewer, &asked).await, "question");
    let proof = holding(&house.signed[0].1);
    let answer = told(&house.server, "0", &proof).await;
    let message = answer["questions"][0]["message"].as_str().unwrap();
    let message = Message::parse(&BASE64.decode(message.as_bytes()).unwrap()).unwrap();
    house.settle(0).await;
    assert_eq!(told(&house.server, "0", &proof).await["questions"], json!([]));
    assert_eq!(reply(&house, 0, &message).await.code(), "question-closed");
    let shown = house.precinct(&house.reviewer, 0).await;
    assert_eq!(shown["questions"][0]["closed"], "decided");
    assert_eq!(shown["questions"][0]["reply"], json!(null));
}

#[tokio::test(flavor = "multi_thread")]
async fn t57_who_prepares_a_preview_is_told_of_open_questions_which_keep_nothing_out() {
    let mut house = House::open().await;
    house.settle(0).await;
    let about = ask(&house, 0);
    let id = entered(&act_as(&house.server, &mut house.reviewer, &about).await, "question");
    // The other precinct is asked as well, and not ready.
    let about = ask(&house, 1);
    entered(&act_as(&house.server, &mut house.reviewer, &about).await, "question");
    let batch = json!({"name": "First batch", "layer": "night", "precincts": null, "cause": null});
    let prepared = house.one.post(&house.server, "/official/prepare", &batch).await.json();
    has_fields(&prepared, "preview not_ready asked taken_out of_the_batch");
    assert_eq!(prepared["preview"]["precincts"], 1);
    assert_eq!(prepared["asked"], json!([0]));
    let shown = act_as(&house.server, &mut house.one, &super::acts::preview()).await;
    entered(&shown, "preview");

    let question = MessageId::from_hex(&id).unwrap();
    let reply = house.party.reply(ROOM, &house.signed[0].0, question, "counted twice");
    house.server.send(ROOM, &reply).await.receipt();
    let prepared = house.one.post(&house.server, "/official/prepare", &batch).await.json();
    assert_eq!((&prepared["preview"]["precincts"], &prepared["asked"]), (&json!(1), &json!([])));
}

#[tokio::test(flavor = "multi_thread")]
async fn t57_the_reply_of_a_revoked_tablet_waits_for_a_reviewer() {
    let mut house = House::open().await;
    let about = ask(&house, 1);
    let id = entered(&act_as(&house.server, &mut house.reviewer, &about).await, "question");
    let revoke = house.party.revoke(ROOM, &house.signed[1].0);
    house.server.send(ROOM, &revoke).await.receipt();
    let question = MessageId::from_hex(&id).unwrap();
    let reply = house.party.reply(ROOM, &house.signed[1].0, question, "counted twice");
    assert_eq!(house.server.send(ROOM, &reply).await.code(), "revoked-key");
    let held = house.operator.get(&house.server, "/official/held").await.json();
    let [held] = held["held"].as_array().unwrap().as_slice() else { panic!("one: {held}") };
    assert_eq!((&held["kind"], &held["precinct"]), (&json!("reply"), &json!(1)));
    let admit = json!({
        "do": "admit", "message": held["message"], "why": "called the number on file"
    });
    entered(&act_as(&house.server, &mut house.reviewer, &admit).await, "admit");
    house.server.send(ROOM, &reply).await.receipt();
    let shown = house.precinct(&house.reviewer, 1).await;
    assert_eq!(shown["questions"][0]["closed"], "replied");
}
