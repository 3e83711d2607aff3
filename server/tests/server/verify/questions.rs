//! Questions and replies, as a stranger verifies them.

use countersign_core::id::{MessageId, PrecinctNumber};
use countersign_core::log::Entry;
use countersign_core::message::{Kind, Question};
use serde_json::json;

use super::{Night, ROOM, verify};

impl Night {
    /// The reviewer asks about the first report of a precinct.
    async fn ask(&self, precinct: u32, number: u32) -> MessageId {
        let question = Question {
            precinct: PrecinctNumber(precinct),
            report: self.reports[precinct as usize],
            findings: vec![],
            words: "Was the door counted?".to_owned(),
            number,
        };
        self.act(&self.reviewer, &question).await
    }

    /// The precinct's tablet says that its numbers stand.
    async fn reply(&self, precinct: usize, question: MessageId) -> MessageId {
        let key = &self.tablets[precinct];
        self.send(&self.party.reply(ROOM, key, question, "two counted")).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t57_t69_questions_and_replies_are_verified_with_their_precincts() {
    let night = Night::released().await;
    let first = night.ask(0, 1).await;
    night.reply(0, first).await;
    // An open one, and one about a precinct that no release names.
    night.ask(0, 2).await;
    let hidden = night.ask(2, 1).await;
    night.reply(2, hidden).await;
    night.server.publish();
    let address = format!("http://{}", night.server.public);
    let (code, said) = verify(&night.party, &address, &[]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(said["messages"]["question"], json!({"public": 2, "unreleased": 1, "withheld": 0}));
    assert_eq!(said["messages"]["reply"], json!({"public": 1, "unreleased": 1, "withheld": 0}));
    assert_eq!(said["beyond_the_rules"], 0);
    let copy = night.folder().await;
    assert_eq!(copy.verify(&[]).0, 0);
    // A question that is left out, and a reply by somebody else, are found.
    let log = copy.log();
    let at = log.iter().position(|(entry, _)| entry.message == first).unwrap();
    copy.forge(&[&log[..at], &log[at + 1..]].concat());
    assert_eq!(copy.differs(&[]).0, "unknown-subject");
    let forged = copy.party.reply(ROOM, &copy.one, first, "two counted");
    let mut other = log;
    other[at + 1].0.message = forged.id();
    other[at + 1].1 = forged.bytes().to_vec();
    copy.forge(&other);
    assert_eq!(copy.differs(&[]).0, "unknown-key");
}

#[tokio::test(flavor = "multi_thread")]
async fn t57_t69_what_rests_on_a_withheld_question_or_reply_is_not_refused() {
    // What is withheld of a precinct, and what cannot be judged without it.
    let cases: [(&str, &[&str]); 5] = [
        ("open", &[]),
        // The number of the next question follows its own.
        ("question", &["reply", "open"]),
        // Without it the first question is open, and another one may not be asked.
        ("reply", &["open"]),
        ("report", &["question", "reply", "open"]),
        ("enrolment", &["report", "question", "reply", "open"]),
    ];
    for (withheld, unjudged) in cases {
        let night = Night::released().await;
        let question = night.ask(0, 1).await;
        let reply = night.reply(0, question).await;
        let open = night.ask(0, 2).await;
        let index = |name: &str| {
            let projection = night.server.node.admission.room(ROOM).read();
            let entries = projection.entries();
            let wanted = |entry: &&Entry| match name {
                "enrolment" => entry.kind == Kind::Enrolment,
                "report" => entry.message == night.reports[0],
                "question" => entry.message == question,
                "reply" => entry.message == reply,
                _ => entry.message == open,
            };
            let found = entries.iter().find(wanted).unwrap();
            (projection.find(found.message).unwrap(), found.message)
        };
        night.withhold(index(withheld).1).await;
        night.server.publish();
        let address = format!("http://{}", night.server.public);
        let (code, said) = verify(&night.party, &address, &[]);
        let found: Vec<u64> = unjudged.iter().map(|name| index(name).0).collect();
        assert_eq!(said["unjudged"], json!(found), "{withheld}: {said}");
        // Words cannot be compared that rest on what is withheld.
        assert_eq!((code, &said["words"]["withheld"]), (3, &json!(true)), "{withheld}: {said}");
        let gone = if withheld == "report" { 1 } else { 0 };
        assert_eq!(said["layers"][0]["precincts_released"], 2 - gone, "{withheld}: {said}");
        assert_eq!(said["beyond_the_rules"], 0, "{withheld}: {said}");
    }
}
