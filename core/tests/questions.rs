//! What headquarters asks secretaries: who may ask and reply, what closes a question, who reads it.

mod common;
#[path = "messages/hall.rs"]
mod hall;
#[path = "messages/party.rs"]
mod party;

use countersign_core::id::{MessageId, PrecinctNumber};
use countersign_core::log::Entry;
use countersign_core::message::{
    Admit, Decision, Evidence, FindingName, Message, Question, Reason, Reply, Role, Scope,
};
use countersign_core::refusal::Refusal;
use countersign_core::results::{Audience, Closed, RoomState};
use countersign_core::room::Room;
use hall::{Hall, Worker};
use party::Tablet;

/// A room in which the first precinct reported, and those who may ask.
struct Desk {
    hall: Hall,
    reviewer: Worker,
    operator: Worker,
    tablet: Tablet,
    report: Message,
}

const PRECINCT: PrecinctNumber = PrecinctNumber(0);

impl Desk {
    fn new() -> Self {
        Self::of(Hall::open())
    }

    fn of(mut hall: Hall) -> Self {
        let reviewer = Worker::new(10, Role::Reviewer);
        let operator = Worker::new(12, Role::Operator);
        hall.employ(&[&reviewer, &operator]);
        let tablet = hall.party.device(0);
        let report = tablet.report(0, |_| {});
        hall.enter(&tablet.enrolment(0)).expect("enrols");
        hall.enter(&report).expect("reports");
        Self { hall, reviewer, operator, tablet, report }
    }

    fn question(&self) -> Question {
        Question {
            precinct: PRECINCT,
            report: self.report.id(),
            findings: vec![FindingName { check: 3, group: None }],
            words: "Did people leave before the final count?".to_owned(),
            number: self.hall.state.questions(PRECINCT).len() as u32 + 1,
        }
    }

    fn ask(&mut self, change: impl FnOnce(&mut Question)) -> Result<MessageId, Refusal> {
        let mut question = self.question();
        change(&mut question);
        self.hall.act(&self.reviewer, &question)
    }

    fn reply(&mut self, question: MessageId) -> Result<MessageId, Refusal> {
        let reply = reply_by(&self.tablet, question, "recount", None);
        self.hall.enter(&reply).map(|()| reply.id())
    }

    fn closed(&self, question: MessageId) -> Option<Closed> {
        let state = &self.hall.state;
        state.closed(state.question(question).expect("it was asked"))
    }

    fn is_open(&self) -> bool {
        self.hall.state.precincts_asked().any(|precinct| precinct == PRECINCT)
    }

    fn decide(&mut self) -> MessageId {
        let decision = Decision {
            precinct: PRECINCT,
            report: Some(self.report.id()),
            evidence: Evidence::Sheet,
            why: "the sheet says the same".to_owned(),
            answers: vec![],
            after: None,
            overrides: None,
        };
        self.hall.act(&self.reviewer, &decision).expect("decides")
    }
}

fn reply_by(tablet: &Tablet, question: MessageId, code: &str, text: Option<&str>) -> Message {
    let reason = Reason { code: code.to_owned(), text: text.map(str::to_owned) };
    let scope = Scope::room("practice", tablet.room);
    Message::sign(&tablet.key, scope, &Reply { question, reason })
}

#[test]
fn t57_a_reply_of_the_tablet_that_signed_closes_the_question_once() {
    let mut desk = Desk::new();
    let question = desk.ask(|_| {}).unwrap();
    assert!(desk.is_open());
    assert_eq!(desk.closed(question), None);
    let reply = desk.reply(question).unwrap();
    assert_eq!(desk.closed(question), Some(Closed::Replied(reply)));
    assert!(!desk.is_open());
    let again = reply_by(&desk.tablet, question, "signed-so", None);
    assert_eq!(desk.hall.enter(&again), Err(Refusal::QuestionClosed));
    let said = &desk.hall.state.questions(PRECINCT)[0];
    assert_eq!(said.signed.person, 10);
    assert_eq!(said.reply.as_ref().unwrap().reply.reason.code, "recount");
    desk.ask(|question| question.words = "And who counted?".to_owned()).expect("one may ask on");
}

#[test]
fn t57_a_correction_or_a_decision_closes_it_as_well() {
    let mut desk = Desk::new();
    let question = desk.ask(|_| {}).unwrap();
    let correction = desk.tablet.correction(0, &desk.report);
    desk.hall.enter(&correction).unwrap();
    assert_eq!(desk.closed(question), Some(Closed::Corrected(correction.id())));
    assert_eq!(desk.reply(question), Err(Refusal::QuestionClosed));
    desk.decide();
    assert_eq!(desk.closed(question), Some(Closed::Corrected(correction.id())), "it came first");
    assert_eq!(desk.ask(|_| {}), Err(Refusal::ChangedSince), "another report stands there now");

    let mut desk = Desk::new();
    let question = desk.ask(|_| {}).unwrap();
    let decision = desk.decide();
    assert_eq!(desk.closed(question), Some(Closed::Decided(decision)));
    let question = desk.ask(|_| {}).expect("a decision closes only what was asked before it");
    assert!(desk.is_open());
    desk.reply(question).unwrap();
}

#[test]
fn who_rehearses_again_leaves_the_question_behind() {
    let mut desk = Desk::of(Hall::open_in(Room::Rehearsal));
    let question = desk.ask(|_| {}).unwrap();
    let again = desk.tablet.report(0, |report| report.device_sequence = 2);
    desk.hall.enter(&again).unwrap();
    assert_eq!(desk.closed(question), Some(Closed::Corrected(again.id())));
    desk.report = again;
    desk.ask(|_| {}).unwrap();
    let round = desk.hall.party.round(2);
    desk.hall.enter(&round).unwrap();
    assert!(!desk.is_open(), "a round begins without questions");
    assert_eq!(desk.hall.state.question(question), None);
}

#[test]
fn only_headquarters_asks_and_only_about_what_a_tablet_signed() {
    let mut desk = Desk::new();
    let manager = Worker::new(20, Role::ReleaseManager);
    let observer = Worker::new(30, Role::Observer);
    desk.hall.employ(&[&manager, &observer]);
    for worker in [&manager, &observer] {
        let question = desk.question();
        assert_eq!(desk.hall.act(worker, &question), Err(Refusal::NotAllowed));
    }
    let unsound: [fn(&mut Question); 4] = [
        |question| question.words.clear(),
        |question| question.words = "x".repeat(201),
        |question| question.findings = vec![FindingName { check: 3, group: None }; 2],
        |question| {
            question.findings =
                (0..17).map(|group| FindingName { check: 4, group: Some(group) }).collect();
        },
    ];
    for change in unsound {
        assert_eq!(desk.ask(change), Err(Refusal::OverLimit));
    }
    assert_eq!(
        desk.ask(|question| question.report = MessageId([9; 32])),
        Err(Refusal::UnknownSubject)
    );
    assert_eq!(
        desk.ask(|question| question.precinct = PrecinctNumber(1)),
        Err(Refusal::UnknownSubject),
        "a report of another precinct"
    );
    assert_eq!(
        desk.ask(|question| question.precinct = PrecinctNumber(60_000)),
        Err(Refusal::WrongPrecinct)
    );
    let question = desk.question();
    desk.hall.act(&desk.operator, &question).expect("an operator may ask");
    assert_eq!(desk.ask(|_| {}), Err(Refusal::ChangedSince), "one at a time");
    desk.decide();
    assert_eq!(desk.ask(|question| question.number = 1), Err(Refusal::ChangedSince));
    desk.ask(|_| {}).expect("the same may be asked again");
}

#[test]
fn a_reply_is_the_signing_tablet_s_alone_and_has_a_reason_of_the_contest() {
    let mut desk = Desk::new();
    let question = desk.ask(|_| {}).unwrap();
    let other = desk.hall.party.device(7);
    desk.hall.enter(&other.enrolment(0)).expect("a second tablet of the precinct");
    let cases = [
        (reply_by(&other, question, "recount", None), Refusal::NotAllowed),
        (reply_by(&desk.hall.party.device(8), question, "recount", None), Refusal::UnknownKey),
        (reply_by(&desk.tablet, question, "because", None), Refusal::OverLimit),
        (reply_by(&desk.tablet, question, "recount", Some("words")), Refusal::OverLimit),
        (reply_by(&desk.tablet, question, "other", Some(&"x".repeat(61))), Refusal::OverLimit),
        (reply_by(&desk.tablet, desk.report.id(), "recount", None), Refusal::UnknownSubject),
    ];
    for (reply, refusal) in cases {
        assert_eq!(desk.hall.enter(&reply), Err(refusal));
    }
    let revoke = desk.hall.party.revoke(desk.tablet.key.public().id());
    desk.hall.enter(&revoke).unwrap();
    let late = reply_by(&desk.tablet, question, "recount", None);
    assert_eq!(desk.hall.enter(&late), Err(Refusal::RevokedKey), "kept for a person");
    let admit = Admit { message: late.id(), why: "called the number on file".to_owned() };
    desk.hall.act(&desk.reviewer, &admit).unwrap();
    desk.hall.enter(&late).expect("it was admitted");
}

#[test]
fn a_question_and_its_reply_are_read_with_the_precinct() {
    let mut desk = Desk::new();
    let question = desk.ask(|_| {}).unwrap();
    desk.reply(question).unwrap();
    let said = |desk: &Desk| -> Vec<Audience> {
        let last_two = &desk.hall.log[desk.hall.log.len() - 2..];
        last_two.iter().map(|(_, message)| desk.hall.state.audience(message)).collect()
    };
    assert_eq!(said(&desk), [Audience::Headquarters; 2]);
    let publication = desk.hall.state.publication();
    for (Entry { kind, message, .. }, _) in &desk.hall.log[desk.hall.log.len() - 2..] {
        assert!(publication.unpublished(*kind, *message).is_some());
    }
    let mut rehearsed = Desk::of(Hall::open_in(Room::Rehearsal));
    let question = rehearsed.ask(|_| {}).unwrap();
    rehearsed.reply(question).unwrap();
    assert_eq!(said(&rehearsed), [Audience::Everyone; 2]);
}

#[test]
fn questions_are_a_function_of_the_log() {
    let mut desk = Desk::new();
    let question = desk.ask(|_| {}).unwrap();
    desk.reply(question).unwrap();
    desk.ask(|_| {}).unwrap();
    let party = desk.hall.party.party.public();
    let mut again = RoomState::new("practice", Room::Official, party);
    for (index, (entry, message)) in (0..).zip(&desk.hall.log) {
        again.apply(index, entry, message).unwrap();
    }
    assert_eq!(again.questions(PRECINCT), desk.hall.state.questions(PRECINCT));
    assert_eq!(again.open_questions(PRECINCT).count(), 1);
}
