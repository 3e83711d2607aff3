//! What campaigns ask headquarters, what it says to that and to everyone: who may, how often, who reads it.

mod common;
#[path = "messages/hall.rs"]
mod hall;
#[path = "messages/party.rs"]
mod party;

use countersign_core::crypto::SigningKey;
use countersign_core::id::{MessageId, PrecinctNumber};
use countersign_core::log::Entry;
use countersign_core::message::{Approve, Inquiry, Notice, Response, Role, Withhold};
use countersign_core::refusal::Refusal;
use countersign_core::results::{Audience, RoomState};
use countersign_core::room::Room;
use hall::{Hall, Worker};

/// A room, two campaigns and those who may speak for headquarters.
struct Desk {
    hall: Hall,
    observer: Worker,
    other: Worker,
    reviewer: Worker,
    manager: Worker,
}

impl Desk {
    /// Before the room opens: campaigns call from minute 0.
    fn new() -> Self {
        Self::of(Hall::closed())
    }

    fn of(mut hall: Hall) -> Self {
        let observer = Worker::new(30, Role::Observer);
        let other = Worker::new(31, Role::Observer);
        let reviewer = Worker::new(10, Role::Reviewer);
        let manager = Worker::new(20, Role::ReleaseManager);
        hall.employ(&[&observer, &other, &reviewer, &manager]);
        Self { hall, observer, other, reviewer, manager }
    }

    fn inquire(&mut self, number: u32) -> Result<MessageId, Refusal> {
        self.hall.act(&self.observer, &inquiry(number))
    }

    fn respond(&mut self, inquiry: MessageId) -> Result<MessageId, Refusal> {
        self.hall.act(&self.reviewer, &response(inquiry))
    }

    fn notify(&mut self, number: u32, next_ms: Option<u64>) -> Result<MessageId, Refusal> {
        self.hall.act(&self.manager, &notice(number, next_ms))
    }

    /// Server time that the next entry has.
    fn entry_ms(&self) -> u64 {
        self.hall.now_ms + self.hall.log.len() as u64
    }

    fn open(&self) -> usize {
        self.hall.state.review().open_inquiries().count()
    }

    fn withhold(&mut self, message: MessageId) {
        let withhold = Withhold { message, why: "it names a volunteer".to_owned() };
        let admin = Worker { number: 1, role: Role::Admin, key: SigningKey::from_seed(&[2; 32]) };
        let asked = self.hall.act(&admin, &withhold).expect("an admin asks");
        self.hall.act(&self.manager, &Approve { approves: asked }).expect("another one approves");
    }
}

fn inquiry(number: u32) -> Inquiry {
    Inquiry { number, words: "Why is nothing released?".to_owned(), precinct: None }
}

fn response(inquiry: MessageId) -> Response {
    Response { inquiry, words: "The first release is at nine.".to_owned() }
}

fn notice(number: u32, next_ms: Option<u64>) -> Notice {
    Notice { number, words: "Worksheets are looked at once more.".to_owned(), next_ms }
}

#[test]
fn t47_an_inquiry_is_responded_to_once_and_both_are_read_from_the_log() {
    let mut desk = Desk::new();
    let asked = desk.inquire(1).expect("before the room opens");
    assert_eq!(desk.open(), 1);
    let said = desk.respond(asked).unwrap();
    assert_eq!(desk.open(), 0);
    let again = response(asked);
    assert_eq!(desk.hall.act(&desk.manager, &again), Err(Refusal::ChangedSince), "it came first");
    let [inquired] = desk.hall.state.review().inquiries() else { panic!("there is one") };
    assert_eq!((inquired.signed.id, inquired.signed.person), (asked, 30));
    assert_eq!(inquired.inquiry, inquiry(1));
    let (signed, response_there) = inquired.response.as_ref().unwrap();
    assert_eq!((signed.id, signed.person), (said, 10));
    assert_eq!(*response_there, response(asked));
    let second = desk.inquire(2).unwrap();
    desk.hall.act(&desk.manager, &response(second)).expect("a release manager may as well");
    assert_eq!(desk.respond(MessageId([9; 32])), Err(Refusal::UnknownSubject));
}

#[test]
fn t47_who_may_ask_respond_and_give_notice_is_told_apart() {
    let mut desk = Desk::new();
    let operator = Worker::new(40, Role::Operator);
    desk.hall.employ(&[&operator]);
    let asked = desk.inquire(1).unwrap();
    for worker in [&desk.reviewer, &desk.manager, &operator] {
        assert_eq!(desk.hall.act(worker, &inquiry(1)), Err(Refusal::NotAllowed));
    }
    for worker in [&desk.observer, &desk.other, &operator] {
        assert_eq!(desk.hall.act(worker, &response(asked)), Err(Refusal::NotAllowed));
    }
    for worker in [&desk.observer, &desk.reviewer, &operator] {
        assert_eq!(desk.hall.act(worker, &notice(1, None)), Err(Refusal::NotAllowed));
    }
    desk.notify(1, None).expect("one release manager is enough");
    let stranger = Worker::new(50, Role::Observer);
    assert_eq!(desk.hall.act(&stranger, &inquiry(1)), Err(Refusal::NotAllowed));
}

#[test]
fn words_are_one_line_that_is_not_too_long_and_a_precinct_is_one_of_the_contest() {
    let mut desk = Desk::new();
    let asked = desk.inquire(1).unwrap();
    let first = "x".repeat(200);
    for words in ["", " a blank before it", "two\nlines", &"x".repeat(201)] {
        let words = || words.to_owned();
        let inquiry = Inquiry { words: words(), ..inquiry(2) };
        assert_eq!(desk.hall.act(&desk.observer, &inquiry), Err(Refusal::OverLimit));
        let response = Response { inquiry: asked, words: words() };
        assert_eq!(desk.hall.act(&desk.reviewer, &response), Err(Refusal::OverLimit));
        let notice = Notice { words: words(), ..notice(1, None) };
        assert_eq!(desk.hall.act(&desk.manager, &notice), Err(Refusal::OverLimit));
    }
    let of = |precinct| Inquiry {
        precinct: Some(PrecinctNumber(precinct)),
        words: first.clone(),
        ..inquiry(2)
    };
    assert_eq!(desk.hall.act(&desk.observer, &of(60_000)), Err(Refusal::WrongPrecinct));
    desk.hall.act(&desk.observer, &of(3)).expect("the longest words, about a precinct");
}

#[test]
fn numbers_follow_each_other_for_each_observer_and_for_notices() {
    let mut desk = Desk::new();
    for number in [0, 2, u32::MAX] {
        assert_eq!(desk.inquire(number), Err(Refusal::ChangedSince));
        assert_eq!(desk.notify(number, None), Err(Refusal::ChangedSince));
    }
    desk.inquire(1).unwrap();
    desk.notify(1, None).unwrap();
    assert_eq!(desk.inquire(1), Err(Refusal::ChangedSince));
    assert_eq!(desk.notify(1, None), Err(Refusal::ChangedSince));
    desk.hall.act(&desk.other, &inquiry(1)).expect("another campaign counts for itself");
    desk.inquire(2).unwrap();
    desk.notify(2, None).unwrap();
    let review = desk.hall.state.review();
    assert_eq!((review.next_inquiry(30), review.next_inquiry(31)), (3, 2));
    assert_eq!((review.next_inquiry(99), review.next_notice()), (1, 3));
    assert_eq!(review.notices().len(), 2);
}

#[test]
fn an_observer_waits_once_ten_inquiries_are_open() {
    let mut desk = Desk::new();
    let asked: Vec<MessageId> =
        (1..=10).map(|number| desk.inquire(number).expect("ten at a time")).collect();
    assert_eq!(desk.inquire(11), Err(Refusal::InquiriesOpen));
    desk.hall.act(&desk.other, &inquiry(1)).expect("another campaign does not wait for it");
    desk.respond(asked[4]).unwrap();
    desk.inquire(11).expect("one was responded to");
    assert_eq!(desk.inquire(12), Err(Refusal::InquiriesOpen));
}

#[test]
fn a_notice_promises_the_next_word_within_a_day_of_its_entry() {
    const DAY_MS: u64 = 86_400_000;
    let mut desk = Desk::new();
    let now_ms = desk.entry_ms();
    for next_ms in [0, now_ms, now_ms + DAY_MS + 1, u64::MAX] {
        assert_eq!(desk.notify(1, Some(next_ms)), Err(Refusal::OverLimit), "{next_ms}");
    }
    desk.notify(1, Some(now_ms + DAY_MS)).unwrap();
    let soon_ms = desk.entry_ms() + 1;
    desk.notify(2, Some(soon_ms)).unwrap();
    desk.notify(3, None).unwrap();
    let promised: Vec<Option<u64>> =
        desk.hall.state.review().notices().iter().map(|one| one.notice.next_ms).collect();
    assert_eq!(promised, [Some(now_ms + DAY_MS), Some(soon_ms), None]);
}

#[test]
fn t47_everyone_reads_them_at_once_unless_two_people_withheld_them() {
    for room in Room::ALL {
        let mut desk = Desk::of(Hall::open_in(room));
        let asked = desk.inquire(1).unwrap();
        let said = desk.respond(asked).unwrap();
        let told = desk.notify(1, None).unwrap();
        let audience = |desk: &Desk, id: MessageId| {
            let mut log = desk.hall.log.iter();
            let (entry, message) = log.find(|(entry, _)| entry.message == id).unwrap();
            let publication = desk.hall.state.publication();
            let unpublished = publication.unpublished(entry.kind, entry.message).is_some();
            (desk.hall.state.audience(message), unpublished)
        };
        for id in [asked, said, told] {
            assert_eq!(audience(&desk, id), (Audience::Everyone, false));
        }
        for id in [asked, said, told] {
            desk.withhold(id);
            assert_eq!(audience(&desk, id), (Audience::Headquarters, true));
        }
        let review = desk.hall.state.review();
        assert_eq!((review.inquiries().len(), review.notices().len()), (1, 1), "they stay there");
        assert_eq!(desk.open(), 0);
    }
}

#[test]
fn a_new_round_begins_without_them_and_the_same_words_are_another_message() {
    let mut desk = Desk::of(Hall::open_in(Room::Rehearsal));
    let asked = desk.inquire(1).unwrap();
    desk.notify(1, None).unwrap();
    let round = desk.hall.party.round(2);
    desk.hall.enter(&round).unwrap();
    let review = desk.hall.state.review();
    assert_eq!((review.inquiries().len(), review.notices().len()), (0, 0));
    assert_eq!(desk.respond(asked), Err(Refusal::UnknownSubject));
    assert_eq!(desk.inquire(1), Err(Refusal::ChangedSince));
    assert_eq!(desk.notify(1, None), Err(Refusal::ChangedSince));
    assert_ne!(desk.inquire(2).unwrap(), asked);
    desk.notify(2, None).unwrap();
}

#[test]
fn they_are_a_function_of_the_log() {
    let mut desk = Desk::new();
    let asked = desk.inquire(1).unwrap();
    desk.respond(asked).unwrap();
    desk.inquire(2).unwrap();
    desk.notify(1, None).unwrap();
    let party = desk.hall.party.party.public();
    let mut again = RoomState::new("practice", Room::Official, party);
    for (index, (entry, message)) in (0..).zip(&desk.hall.log) {
        again.apply(index, entry, message).unwrap();
    }
    let (review, before) = (again.review(), desk.hall.state.review());
    assert_eq!(review.inquiries(), before.inquiries());
    assert_eq!(review.notices(), before.notices());
    assert_eq!((review.next_inquiry(30), review.next_notice()), (3, 2));
}

#[test]
fn a_log_that_is_begun_again_carries_notices_whose_next_word_is_long_past() {
    let mut desk = Desk::new();
    let asked = desk.inquire(1).unwrap();
    desk.respond(asked).unwrap();
    let soon_ms = desk.entry_ms() + 60_000;
    desk.notify(1, Some(soon_ms)).unwrap();
    let (party, old) = (&desk.hall.party, &desk.hall.log);
    let act = party.begun_again(|act| act.carried.size = old.len() as u64);
    let mut again = RoomState::new("practice", party.room, party.party.public());
    let now_ms = soon_ms + 1_000_000;
    let carried = std::iter::once(&act).chain(old.iter().map(|(_, message)| message));
    for (index, message) in (0..).zip(carried) {
        again.judge(message, now_ms).unwrap_or_else(|refusal| panic!("entry {index}: {refusal}"));
        let entry = Entry { kind: message.kind(), time_ms: now_ms, message: message.id() };
        again.apply(index, &entry, message).expect("it was judged good");
    }
    assert_eq!(again.review().notices()[0].notice.next_ms, Some(soon_ms));
    assert_eq!(again.review().open_inquiries().count(), 0);
    // What comes new has to promise a time that is to come.
    let late = desk.manager.sign(&desk.hall, &notice(2, Some(soon_ms)));
    assert_eq!(again.judge(&late, now_ms), Err(Refusal::OverLimit));
    let good = desk.manager.sign(&desk.hall, &notice(2, Some(now_ms + 60_000)));
    assert_eq!(again.judge(&good, now_ms), Ok(()));
}
