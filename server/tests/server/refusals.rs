//! What is not entered: each with its stable code, a counter, and the quarantine where the design says so.

use std::collections::BTreeSet;

use countersign_core::id::MessageId;
use countersign_core::message::{Kind, Message, Package, RoomAct, RoomChange, Scope};
use countersign_core::refusal::{Fate, Refusal};
use countersign_core::room::Room;
use countersign_server::keys::read_key;
use countersign_server::practice;
use countersign_server::store::Why;

use crate::support::{Party, Reply, Server, of_kind};

const ROOM: Room = Room::Official;

fn assert_refused(server: &Server, reply: &Reply, refusal: Refusal) {
    assert_eq!(reply.code(), refusal.code());
    assert_eq!(reply.status, refusal.status());
    assert_eq!(reply.retry_after.is_some(), refusal.fate() == Fate::TryAgain, "{refusal}");
    assert!(server.counted(ROOM, refusal.code()) > 0, "{refusal} is counted");
}

/// Bytes that should be refused, and why.
async fn wrong_ones(party: &Party, server: &Server) -> Vec<(Refusal, Vec<u8>)> {
    let device = server.tablet(party, ROOM, 0).await;
    let sign = |report| party.sign(ROOM, &device, &report);
    let good = sign(party.report(0, 20));
    let bytes = good.bytes();
    let mut wrong = Vec::new();
    for size in [0, 1, bytes.len() / 2, bytes.len() - 1] {
        wrong.push((Refusal::NotCanonical, bytes[..size].to_vec()));
    }
    wrong.push((Refusal::NotCanonical, [bytes, &[0]].concat()));
    wrong.push((Refusal::NotCanonical, b"<html>a page</html>".to_vec()));
    // The same envelope as a tagged COSE_Sign1: the same meaning, another spelling.
    wrong.push((Refusal::NotCanonical, [&[0xd2], bytes].concat()));
    let mut long = party.report(0, 20);
    long.app_version = "x".repeat(5000);
    wrong.push((Refusal::TooLarge, sign(long).into_bytes()));
    let mut changed = bytes.to_vec();
    *changed.last_mut().unwrap() ^= 1;
    wrong.push((Refusal::BadSignature, changed));
    let foreign = party.new_key();
    wrong
        .push((Refusal::UnknownKey, party.sign(ROOM, &foreign, &party.report(0, 20)).into_bytes()));
    let elsewhere = Message::sign(&device, Scope::room("other-2020", ROOM), &{
        let mut report = party.report(0, 20);
        report.package = MessageId([7; 32]);
        report
    });
    wrong.push((Refusal::WrongContest, elsewhere.into_bytes()));
    wrong.push((Refusal::WrongPrecinct, sign(party.report(1, 20)).into_bytes()));
    wrong.push((Refusal::WrongPrecinct, sign(party.report(99_999, 20)).into_bytes()));
    let mut unknown = party.report(0, 20);
    unknown.package = MessageId([7; 32]);
    wrong.push((Refusal::UnknownPackage, sign(unknown).into_bytes()));
    wrong.push((Refusal::OverLimit, sign(party.report(0, 100_001)).into_bytes()));
    let mut short = party.report(0, 20);
    short.counts[0].pop();
    wrong.push((Refusal::OverLimit, sign(short).into_bytes()));
    wrong.push((
        Refusal::WrongSupersedes,
        sign(party.correction(MessageId([1; 32]), 0, 20)).into_bytes(),
    ));
    let act = RoomAct { change: RoomChange::Round, round: 2 };
    wrong.push((Refusal::NotAllowed, party.by_admin(ROOM, &act).into_bytes()));
    wrong.push((Refusal::UnsupportedKind, of_kind(Kind::Update, &good)));
    let uninvited = party.enrolment(ROOM, &party.code(0), &party.new_key());
    wrong.push((Refusal::InvitationNotValid, uninvited.into_bytes()));
    wrong
}

#[tokio::test(flavor = "multi_thread")]
async fn t31_every_wrong_message_is_refused_with_its_code_and_counted() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    let wrong = wrong_ones(&party, &server).await;
    let size = server.size(ROOM);
    for (refusal, bytes) in &wrong {
        let reply = server.post(ROOM, bytes.clone()).await;
        assert_refused(&server, &reply, *refusal);
    }
    assert_eq!(server.size(ROOM), size, "nothing was entered");
    // Those not met here have tests of their own; what people are told about review and release has them in `core`.
    let met: BTreeSet<&str> = wrong.iter().map(|(refusal, _)| refusal.code()).collect();
    let rest: BTreeSet<&str> = Refusal::ALL
        .iter()
        .map(|refusal| refusal.code())
        .filter(|code| !met.contains(code))
        .collect();
    assert_eq!(
        rest,
        BTreeSet::from([
            "not-open-yet",
            "wrong-room",
            "revoked-key",
            "too-many",
            "log-behind",
            "busy",
            "own-entry",
            "same-person",
            "weaker-evidence",
            "unknown-subject",
            "open-finding",
            "changed-since",
            "question-closed",
            "inquiries-open",
            "window-open",
            "stopped",
        ])
    );
    // And the metrics say so to whoever watches.
    let metrics = server.get(server.private, "/metrics").await.text();
    for code in met {
        assert!(metrics.contains(&format!("outcome=\"{code}\"")), "{code}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t31_every_changed_byte_is_refused() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    let device = server.tablet(&party, ROOM, 0).await;
    let good = party.sign(ROOM, &device, &party.report(0, 20));
    let size = server.size(ROOM);
    for position in 0..good.bytes().len() {
        let mut bytes = good.bytes().to_vec();
        bytes[position] ^= 1;
        let reply = server.post(ROOM, bytes).await;
        assert!(matches!(reply.status, 400..=499), "byte {position}: {}", reply.status);
        reply.code();
    }
    assert_eq!(server.size(ROOM), size);
    // The good one still gets in, from the very same address.
    server.send(ROOM, &good).await.receipt();
}

#[tokio::test(flavor = "multi_thread")]
async fn t31_refused_messages_wait_in_quarantine_and_those_to_be_sent_again_do_not() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    let wrong = wrong_ones(&party, &server).await;
    for (_, bytes) in &wrong {
        server.post(ROOM, bytes.clone()).await;
    }
    let private = server.node.private.clone();
    server.stop().await;
    for (refusal, bytes) in &wrong {
        let kept = private.quarantined(ROOM, MessageId::of(bytes)).unwrap();
        let canonical = !matches!(
            refusal,
            Refusal::NotCanonical | Refusal::TooLarge | Refusal::UnsupportedKind
        );
        let expected = canonical && refusal.fate() == Fate::Refused;
        assert_eq!(kept.as_deref(), expected.then_some(bytes.as_slice()), "{refusal}");
    }
    assert!(private.waiting(ROOM, Why::Refused) > 0);
    assert!(private.waiting(ROOM, Why::Unproven) > 0);
    assert_eq!(private.waiting(ROOM, Why::Held), 0);
}

/// What only headquarters may send is refused for good when a stranger sends it, and takes no room in quarantine.
#[tokio::test(flavor = "multi_thread")]
async fn t31_another_party_s_package_people_and_invitations_are_refused() {
    let party = Party::new(&[ROOM]);
    let stranger = Party::new(&[ROOM]);
    let server = party.start().await;
    let size = server.size(ROOM);
    let reply = server.post(ROOM, stranger.package_bytes.clone()).await;
    assert_refused(&server, &reply, Refusal::WrongContest);
    let codes: Vec<_> = (0..12).cycle().take(400).map(|precinct| stranger.code(precinct)).collect();
    let invitations = stranger.invitations(ROOM, &codes);
    assert!(invitations.bytes().len() > 8 << 10);
    let reply = server.send(ROOM, &invitations).await;
    assert_refused(&server, &reply, Refusal::NotAllowed);
    // A tablet is nobody's admin either.
    let device = server.tablet(&party, ROOM, 0).await;
    let act = RoomAct { change: RoomChange::Open, round: 1 };
    let by_tablet = Message::sign(&device, Scope::room(&party.contest.id, ROOM), &act);
    assert_refused(&server, &server.send(ROOM, &by_tablet).await, Refusal::NotAllowed);
    assert_eq!(server.size(ROOM), size + 2);
    let private = server.node.private.clone();
    server.stop().await;
    assert_eq!(private.quarantined(ROOM, invitations.id()).unwrap(), None);
    assert!(private.quarantined(ROOM, by_tablet.id()).unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn t78_the_two_rooms_refuse_each_other_s_messages() {
    let party = Party::new(&Room::ALL);
    let server = party.start().await;
    let code = party.code(0);
    for room in Room::ALL {
        server.send(room, &party.invitations(room, std::slice::from_ref(&code))).await.receipt();
    }
    let devices = [party.new_key(), party.new_key()];
    for (room, device) in Room::ALL.into_iter().zip(&devices) {
        let other = Room::ALL.into_iter().find(|other| *other != room).unwrap();
        let enrolment = party.enrolment(room, &code, device);
        assert_eq!(server.send(other, &enrolment).await.code(), "wrong-room");
        server.send(room, &enrolment).await.receipt();
        let report = party.sign(room, device, &party.report(0, 20));
        assert_eq!(server.send(other, &report).await.code(), "wrong-room");
        // A room's own key does not help: the signature names the room.
        let smuggled = party.sign(other, device, &party.report(0, 21));
        assert_eq!(server.send(room, &smuggled).await.code(), "wrong-room");
        server.send(room, &report).await.receipt();
    }
    let sizes = Room::ALL.map(|room| server.size(room));
    assert_eq!(sizes[0], sizes[1]);
    assert_eq!(
        server.get(server.reporting, "/v1/nowhere/messages/00/receipt").await.code(),
        "not-found"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_that_is_not_open_lets_tablets_enrol_and_keeps_reports_waiting() {
    let party = Party::new(&[Room::Rehearsal]);
    let server = party.start().await;
    let device = server.tablet(&party, ROOM, 0).await;
    let report = party.sign(ROOM, &device, &party.report(0, 20));
    let reply = server.send(ROOM, &report).await;
    assert_refused(&server, &reply, Refusal::NotOpenYet);
    assert_eq!(reply.retry_after, Some(30));
    let open = party.by_admin(ROOM, &RoomAct { change: RoomChange::Open, round: 1 });
    server.send(ROOM, &open).await.receipt();
    server.send(ROOM, &report).await.receipt();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_enrols_three_tablets_and_no_fourth() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    let code = party.code(3);
    server.send(ROOM, &party.invitations(ROOM, std::slice::from_ref(&code))).await.receipt();
    for _ in 0..3 {
        server.send(ROOM, &party.enrolment(ROOM, &code, &party.new_key())).await.receipt();
    }
    let fourth = party.enrolment(ROOM, &code, &party.new_key());
    assert_eq!(server.send(ROOM, &fourth).await.code(), "invitation-not-valid");
    // Sent at the same time they are judged one after the other.
    let code = party.code(4);
    server.send(ROOM, &party.invitations(ROOM, std::slice::from_ref(&code))).await.receipt();
    let enrolments: Vec<Message> =
        (0..8).map(|_| party.enrolment(ROOM, &code, &party.new_key())).collect();
    let server = std::sync::Arc::new(server);
    let mut sending = tokio::task::JoinSet::new();
    for enrolment in enrolments {
        let server = server.clone();
        sending.spawn(async move { server.send(ROOM, &enrolment).await.status });
    }
    let mut statuses = sending.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 200, 403, 403, 403, 403, 403]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_enrols_as_many_tablets_as_the_package_says() {
    let mut contest = practice::contest().unwrap();
    contest.limits.tablets_per_invitation = 1;
    let party = Party::with_contest(&[ROOM], contest);
    let server = party.start().await;
    let code = party.code(3);
    server.send(ROOM, &party.invitations(ROOM, std::slice::from_ref(&code))).await.receipt();
    server.send(ROOM, &party.enrolment(ROOM, &code, &party.new_key())).await.receipt();
    let second = party.enrolment(ROOM, &code, &party.new_key());
    assert_eq!(server.send(ROOM, &second).await.code(), "invitation-not-valid");
    // Later the party allows another one, and the same message is entered.
    let mut contest = party.contest.clone();
    contest.limits.tablets_per_invitation = 2;
    let key = read_key(&party.keys.party()).unwrap();
    server.send(ROOM, &Package::sign(2, contest, &key)).await.receipt();
    server.send(ROOM, &second).await.receipt();
    let third = party.enrolment(ROOM, &code, &party.new_key());
    assert_eq!(server.send(ROOM, &third).await.code(), "invitation-not-valid");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_replaces_only_a_report_of_its_own_key() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    let (own, other) = (server.tablet(&party, ROOM, 0).await, server.tablet(&party, ROOM, 0).await);
    let first = party.sign(ROOM, &own, &party.report(0, 20));
    let theirs = party.sign(ROOM, &other, &party.report(0, 25));
    let correction = party.sign(ROOM, &own, &party.correction(first.id(), 0, 25));
    // Before the report it replaces, and of a key that did not sign it.
    assert_eq!(server.send(ROOM, &correction).await.code(), "wrong-supersedes");
    server.send(ROOM, &first).await.receipt();
    server.send(ROOM, &theirs).await.receipt();
    let foreign = party.sign(ROOM, &own, &party.correction(theirs.id(), 0, 30));
    assert_eq!(server.send(ROOM, &foreign).await.code(), "wrong-supersedes");
    let results = server.get(server.private, "/v1/received.json").await.json();
    assert_eq!(results["precincts_in_conflict"], 1, "two sources, two numbers");
    server.send(ROOM, &correction).await.receipt();
    let results = server.get(server.private, "/v1/received.json").await.json();
    assert_eq!(results["precincts_in_conflict"], 0);
    assert_eq!(results["precincts_received"], 1);
    assert_eq!(results["precincts"][0]["attendees"], 25);
    assert_eq!(results["totals"][0]["groups"][0], 25);
}
