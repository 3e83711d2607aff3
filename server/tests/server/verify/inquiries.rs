//! Inquiries, responses and notices, as a stranger verifies them.

use countersign_core::id::MessageId;
use countersign_core::message::{Inquiry, Notice, People, Person, Response, Role};
use serde_json::json;

use super::{Night, ROOM, verify};
use crate::support::START_MS;

/// Ids of what was asked and said, in log order.
pub(super) async fn talk(night: &Night) -> Vec<MessageId> {
    let observer = night.party.new_key();
    let person = Person { number: 8, role: Role::Observer, key: observer.public() };
    night.act(&night.party.admin, &People { people: vec![person] }).await;
    let inquiry = |number| Inquiry { number, words: "When?".to_owned(), precinct: None };
    let first = night.act(&observer, &inquiry(1)).await;
    let response = Response { inquiry: first, words: "At nine.".to_owned() };
    let response = night.act(&night.reviewer, &response).await;
    let second = night.act(&observer, &inquiry(2)).await;
    let next_ms = Some(START_MS + 60 * 60_000);
    let notice = |number| Notice { number, words: "Wait.".to_owned(), next_ms };
    let one = night.act(&night.one, &notice(1)).await;
    let two = night.act(&night.one, &notice(2)).await;
    vec![first, response, second, one, two]
}

#[tokio::test(flavor = "multi_thread")]
async fn t47_t69_what_was_asked_and_said_is_verified_and_what_was_left_out_is_found() {
    let night = Night::released().await;
    let said = talk(&night).await;
    night.server.publish();
    let address = format!("http://{}", night.server.public);
    let (code, found) = verify(&night.party, &address, &[]);
    assert_eq!(code, 0, "{found}");
    for (kind, public) in [("inquiry", 2), ("response", 1), ("notice", 2)] {
        let count = json!({"public": public, "unreleased": 0, "withheld": 0});
        assert_eq!(found["messages"][kind], count, "{found}");
    }
    let copy = night.folder().await;
    assert_eq!(copy.verify(&[]).0, 0);
    let log = copy.log();
    let at = |id: MessageId| log.iter().position(|(entry, _)| entry.message == id).unwrap();
    for (left_out, code) in [(said[0], "unknown-subject"), (said[3], "changed-since")] {
        let at = at(left_out);
        copy.forge(&[&log[..at], &log[at + 1..]].concat());
        assert_eq!(copy.differs(&[]).0, code);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t47_t69_what_rests_on_a_withheld_inquiry_or_notice_is_not_refused() {
    // What is withheld, and what cannot be judged without it.
    let cases: [(usize, &[usize]); 4] = [(0, &[1, 2]), (1, &[]), (3, &[4]), (4, &[])];
    for (withheld, unjudged) in cases {
        let night = Night::released().await;
        let said = talk(&night).await;
        night.withhold(said[withheld]).await;
        night.server.publish();
        let address = format!("http://{}", night.server.public);
        let (code, found) = verify(&night.party, &address, &[]);
        let projection = night.server.node.admission.room(ROOM).read();
        let unjudged: Vec<u64> =
            unjudged.iter().map(|&one| projection.find(said[one]).unwrap()).collect();
        assert_eq!(found["unjudged"], json!(unjudged), "{withheld}: {found}");
        // What can be judged holds, and words cannot be compared that rest on what is withheld.
        assert_eq!(code, 3, "{withheld}: {found}");
        assert_eq!(found["layers"][0]["precincts_released"], 2, "{withheld}: {found}");
    }
}
