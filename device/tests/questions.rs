//! What headquarters asks about a report: proven, kept, replied to with the PIN, closed.

mod common;

use common::server::{Mode, Server};
use common::tablet::{Device, PIN, count, countersigned, recount};
use countersign_core::crypto::SigningKey;
use countersign_core::id::{MessageId, PrecinctNumber};
use countersign_core::message::{
    Decision, Evidence, FindingName, Message, People, Person, Question, Role, Scope,
};
use countersign_core::results::Closed;
use countersign_core::room::Room;
use countersign_device::api::*;

const PRECINCT: PrecinctNumber = PrecinctNumber(0);

/// A minute is the longest that a question may take to be shown.
const MINUTE: u64 = 60_000;

fn reviewer() -> SigningKey {
    SigningKey::from_seed(&[77; 32])
}

fn sign<P: countersign_core::message::Payload>(key: &SigningKey, payload: &P) -> Message {
    Message::sign(key, Scope::room("practice", Room::Official), payload)
}

fn id(report: &ReportView) -> MessageId {
    MessageId::from_hex(&report.id).expect("an id")
}

/// A reviewer asks about a report.
fn ask(server: &Server, report: &ReportView, words: &str) -> MessageId {
    let mut hall = server.hall();
    let people = vec![Person { number: 5, role: Role::Reviewer, key: reviewer().public() }];
    let people = sign(&hall.party.party, &People { people });
    hall.enter(Room::Official, &people).expect("the party names the reviewer");
    let question = Question {
        precinct: PRECINCT,
        report: id(report),
        findings: vec![
            FindingName { check: 2, group: None },
            FindingName { check: 104, group: Some(3) },
        ],
        words: words.to_owned(),
        number: hall.room(Room::Official).state.questions(PRECINCT).len() as u32 + 1,
    };
    let question = sign(&reviewer(), &question);
    hall.enter(Room::Official, &question).expect("it is asked");
    question.id()
}

fn decide(server: &Server, report: &ReportView) {
    let decision = Decision {
        precinct: PRECINCT,
        report: Some(id(report)),
        evidence: Evidence::Report,
        why: "the chair said so on the phone".to_owned(),
        answers: vec![],
        after: None,
        overrides: None,
    };
    let decision = sign(&reviewer(), &decision);
    server.hall().enter(Room::Official, &decision).expect("it is decided");
}

/// What the tablet shows after at most a minute.
fn shown(device: &Device) -> Option<QuestionView> {
    device.clock.advance(MINUTE);
    assert!(device.sync() > 0, "it asks within a minute");
    device.view().reports[0].question.clone()
}

fn reply(question: &QuestionView, pin: &str) -> Command {
    Command::Reply { question: question.id.clone(), reason: recount(), pin: pin.into() }
}

fn closed(server: &Server, question: MessageId) -> Option<Closed> {
    let mut hall = server.hall();
    let state = &hall.room(Room::Official).state;
    state.closed(state.question(question).expect("it was asked"))
}

#[test]
fn t57_a_question_shows_within_a_minute_and_a_reply_with_the_pin_closes_it() {
    let server = Server::plain();
    let (device, report) = countersigned(&server);
    assert_eq!(shown(&device), None, "nothing is asked");
    assert_eq!(server.hall().holding.len(), 1, "it proves to have its report");
    let asked = ask(&server, &report, "Did people leave before the final count?");
    let view = shown(&device).expect("it is asked");
    assert_eq!(view.id, asked.to_string());
    assert_eq!(view.words, "Did people leave before the final count?");
    let finding = |check: &str, group| AskedFinding { check: check.to_owned(), group };
    assert_eq!(view.findings, [finding("C02", None), finding("H04", Some(3))]);
    assert_eq!(view.reply, None);

    // It is there after a kill, without a network, and the PIN is asked for as with a report.
    server.set(Mode::Silent);
    let device = device.killed();
    assert_eq!(device.view().reports[0].question.as_ref(), Some(&view));
    let problem = device.call(reply(&view, PIN)).unwrap_err();
    assert_eq!(problem.code, ProblemCode::Locked);
    device.unlock();
    assert_eq!(device.call(reply(&view, "111111")).unwrap_err().code, ProblemCode::PinWrong);
    device.clock.advance(MINUTE);
    let unknown = ReasonChoice { code: "because".to_owned(), text: None };
    let of = |reason| Command::Reply { question: view.id.clone(), reason, pin: PIN.into() };
    assert_eq!(device.call(of(unknown)).unwrap_err().code, ProblemCode::ReasonFormat);
    let after = device.view_of(reply(&view, PIN));
    let replied = after.reports[0].question.as_ref().unwrap().reply.as_ref().unwrap();
    assert_eq!((&replied.reason, &replied.standing), (&recount(), &Standing::SavedHere));
    assert_eq!(device.call(reply(&view, PIN)).unwrap_err().code, ProblemCode::NotPossibleNow);
    assert_eq!(closed(&server, asked), None, "nothing arrived yet");

    server.set(Mode::Serve);
    device.sync_until_settled(30);
    assert!(matches!(closed(&server, asked), Some(Closed::Replied(_))));
    let view = shown(&device).expect("the reply stays to be seen");
    let standing = view.reply.expect("it was replied").standing;
    assert!(matches!(standing, Standing::Countersigned { .. }), "{standing:?}");
    assert_eq!(device.standing(&report.id), device.view().reports[0].standing);
}

#[test]
fn t57_what_headquarters_settles_goes_away_and_a_late_reply_is_said_to_be_late() {
    let server = Server::plain();
    let (device, report) = countersigned(&server);
    ask(&server, &report, "Is that so?");
    let view = shown(&device).expect("it is asked");
    server.hall().asks_nothing = true;
    assert_eq!(shown(&device), Some(view.clone()), "an older server closes nothing");
    server.hall().asks_nothing = false;
    decide(&server, &report);
    device.view_of(reply(&view, PIN));
    device.sync_until_settled(10);
    let view = shown(&device).expect("the reply stays to be seen");
    let refused = Standing::Refused { reason: RefusedReason::QuestionClosed };
    assert_eq!(view.reply.expect("it was replied").standing, refused);

    ask(&server, &report, "And is this so?");
    assert_eq!(shown(&device).expect("it is asked").words, "And is this so?");
    let mut hall = server.hall();
    let state = &hall.room(Room::Official).state;
    let last = state.review().decision(PRECINCT).map(|decided| decided.signed.id);
    let decision = Decision {
        precinct: PRECINCT,
        report: Some(id(&report)),
        evidence: Evidence::Sheet,
        why: "the sheet came".to_owned(),
        answers: vec![],
        after: last,
        overrides: None,
    };
    let decision = sign(&reviewer(), &decision);
    hall.enter(Room::Official, &decision).expect("it is decided");
    drop(hall);
    let view = shown(&device).expect("the earlier reply");
    assert!(view.reply.is_some(), "what was not replied to is gone");
}

#[test]
fn t57_a_correction_answers_as_well() {
    let server = Server::plain();
    let (device, report) = countersigned(&server);
    let asked = ask(&server, &report, "Is that so?");
    assert!(shown(&device).is_some());
    device.view_of(Command::BeginCorrection { report: report.id.clone(), reason: recount() });
    assert!(device.view().reports[0].question.is_some(), "a draft answers nothing");
    device.view_of(Command::Press { cell: count(1, 13), key: Key::Minus });
    for finding in device.caucus().findings {
        if finding.severity != Severity::Note {
            device.view_of(Command::Acknowledge { finding: finding.key, reason: recount() });
        }
    }
    for who in [Attester::Chair, Attester::Secretary] {
        device.view_of(Command::Attest { who, objection: None });
    }
    let correction = device.sign();
    assert!(device.view().reports.iter().all(|report| report.question.is_none()));
    device.sync_until_settled(10);
    assert_eq!(closed(&server, asked), Some(Closed::Corrected(id(&correction))));
}

#[test]
fn what_is_not_proven_to_be_asked_of_this_tablet_is_not_shown() {
    let server = Server::plain();
    let (device, report) = countersigned(&server);
    let bends: [fn(&mut serde_json::Value); 5] = [
        |questions| questions[0]["receipt"] = "c2sp.org/tlog-proof@v1".into(),
        |questions| questions[0]["message"] = "AAAA".into(),
        |questions| questions[0]["message"] = "no base 64!".into(),
        |questions| *questions = serde_json::json!([]),
        |questions| {
            let first = questions[0].clone();
            // The first one only is looked at: a tablet has one report here.
            *questions = vec![serde_json::json!({"message": "", "receipt": ""}), first].into();
        },
    ];
    ask(&server, &report, "Is that so?");
    for bend in bends {
        server.hall().bends_questions = Some(bend);
        assert_eq!(shown(&device), None);
    }
    server.hall().bends_questions = None;
    assert!(shown(&device).is_some());
}
