//! The party's server had to begin its log again: a tablet follows the new log only with proof, sends by itself what is missing
//! there, says so, and keeps its old receipts.

mod common;

use common::hall::Hall;
use common::server::{Mode, Server};
use common::tablet::{Device, MAPLE_1, recount};
use countersign_core::crypto::SigningKey;
use countersign_core::id::MessageId;
use countersign_core::log::Checkpoint;
use countersign_core::message::Kind;
use countersign_core::receipt::Receipt;
use countersign_core::refusal::Refusal;
use countersign_core::room::Room;
use countersign_device::api::*;

const ROOM: Room = Room::Official;

/// A tablet whose report and correction are countersigned in the official room.
fn countersigned(server: &Server) -> (Device, [ReportView; 2]) {
    let code = server.hall().party.code(0).to_string();
    let device = Device::enrolled(server.package(), &code);
    device.fill(0, RoomName::Official, MAPLE_1);
    let first = device.sign();
    device.view_of(Command::BeginCorrection { report: first.id.clone(), reason: recount() });
    device.view_of(Command::Press { cell: common::tablet::count(1, 13), key: Key::Minus });
    for who in [Attester::Chair, Attester::Secretary] {
        device.view_of(Command::Attest { who, objection: None });
    }
    let second = device.sign();
    device.sync_until_settled(20);
    for report in [&first, &second] {
        assert!(is_countersigned(&device, &report.id));
    }
    (device, [first, second])
}

fn is_countersigned(device: &Device, report: &str) -> bool {
    matches!(device.standing(report), Standing::Countersigned { .. })
}

/// Its present receipt, verified for the log of `origin`.
fn receipt(device: &Device, hall: &Hall, report: &str, origin: &str) -> Receipt {
    let text = device.tablet().receipt(report).expect("the database is good").expect("it has one");
    let id = MessageId::from_hex(report).expect("an id");
    let keys = &hall.party.contest.logs[0].keys;
    Receipt::verify(&text, id, Kind::Report, origin, keys).expect("it is of that log")
}

/// The copy that the server is restored from has package, people, invitations, opening, enrolment and the first report.
const COPIED: usize = 6;

fn restore(server: &Server) {
    let mut hall = server.hall();
    assert_eq!(hall.rooms[0].entries.len(), COPIED + 1, "the correction came after the copy");
    let admin = common::Party::new(&server.address).admin;
    hall.begin_again(ROOM, COPIED, &admin);
}

/// Until the tablet asks how the logs go on.
fn after_a_while(device: &Device) {
    device.clock.advance(5 * 60_000);
    assert!(device.sync() > 0, "it asks from time to time, also when nothing waits");
}

#[test]
fn what_is_missing_in_a_log_begun_again_is_sent_by_itself_and_said() {
    let server = Server::plain();
    let (mut device, [first, second]) = countersigned(&server);
    let old = server.hall().origin(ROOM);
    let before: Vec<_> = [&first, &second]
        .map(|report| {
            device.tablet().receipt(&report.id).expect("the database is good").expect("it has one")
        })
        .to_vec();
    restore(&server);
    let new = server.hall().origin(ROOM);
    assert_eq!(device.sync(), 0, "nothing waits, and it was asked a moment ago");
    device.clock.advance(5 * 60_000);
    device.tablet().sync_step().expect("the database is good");
    let view = device.view();
    assert_eq!(
        (view.reports[0].standing.clone(), view.reports[1].standing.clone()),
        (Standing::SavedHere, Standing::SavedHere),
        "a log that has it has still to say so"
    );
    assert_eq!(view.network.waiting, 3, "the enrolment as well");
    assert_eq!(view.notices.len(), 1);
    assert_eq!(view.notices[0].kind, NoticeKind::LogBegunAgain);
    // Killed now, it knows all of that.
    device.restart();
    device.unlock();
    assert_eq!(device.view().network.waiting, 3);
    device.sync_until_settled(20);

    let hall = server.hall();
    assert_eq!(hall.reports(ROOM), 2, "each has one entry");
    for (report, index) in [(&first, COPIED), (&second, COPIED + 1)] {
        assert_eq!(receipt(&device, &hall, &report.id, &new).index, index as u64);
    }
    drop(hall);
    for (report, receipt) in [&first, &second].iter().zip(before) {
        assert_eq!(
            device.tablet().earlier_receipts(&report.id).expect("the database is good"),
            [(old.clone(), receipt)],
            "the old receipt is kept"
        );
    }
    assert_eq!(
        device.view().reports[0].skew_s,
        None,
        "the new entry's time says nothing of the clock"
    );
    let notice = device.view().notices[0].id.clone();
    assert!(device.view_of(Command::Dismiss { notice }).notices.is_empty());

    // The new log is followed like any other: what it showed last is what it has to go on from.
    after_a_while(&device);
    let shown = server.hall().shown.clone();
    let mut shown = shown.iter().filter_map(|note| Checkpoint::claim(note));
    let last = shown.rfind(|shown| shown.origin.contains("/official/"));
    assert_eq!(last.expect("it shows what it has seen").origin, new);
    assert!(is_countersigned(&device, &second.id) && device.view().notices.is_empty());
}

/// The answer to a report that is signed after the restore brings the proof as well.
#[test]
fn a_report_that_is_sent_meets_the_new_log_first() {
    let server = Server::plain();
    let (device, [first, second]) = countersigned(&server);
    restore(&server);
    device.view_of(Command::BeginCorrection { report: second.id.clone(), reason: recount() });
    device.view_of(Command::Press { cell: common::tablet::count(1, 13), key: Key::Minus });
    for who in [Attester::Chair, Attester::Secretary] {
        device.view_of(Command::Attest { who, objection: None });
    }
    let third = device.sign();
    // The log does not know yet what this one corrects: that is sent first, in the order of signing.
    device.sync_until_settled(30);
    assert_eq!(device.view().notices[0].kind, NoticeKind::LogBegunAgain);
    for report in [&first, &second, &third] {
        assert!(is_countersigned(&device, &report.id), "{:?}", device.standing(&report.id));
    }
    assert_eq!(server.hall().reports(ROOM), 3);
}

#[test]
fn a_log_without_proof_or_with_a_stranger_s_is_not_believed() {
    for stranger in [false, true] {
        let server = Server::plain();
        let (device, [first, second]) = countersigned(&server);
        {
            let mut hall = server.hall();
            hall.hides_beginning = !stranger;
            let admin = common::Party::new(&server.address).admin;
            let by = if stranger { SigningKey::from_seed(&[99; 32]) } else { admin };
            hall.begin_again(ROOM, COPIED, &by);
        }
        after_a_while(&device);
        for report in [&first, &second] {
            assert!(is_countersigned(&device, &report.id), "its receipts stand");
        }
        assert!(device.view().notices.is_empty());
        // A new report is not countersigned by a log that is not believed.
        device.view_of(Command::BeginCorrection { report: second.id.clone(), reason: recount() });
        device.view_of(Command::Press { cell: common::tablet::count(1, 13), key: Key::Minus });
        for who in [Attester::Chair, Attester::Secretary] {
            device.view_of(Command::Attest { who, objection: None });
        }
        let third = device.sign();
        device.view_of(Command::SyncNow);
        device.sync();
        assert!(!is_countersigned(&device, &third.id), "{:?}", device.standing(&third.id));
        assert_eq!(
            server.hall().reports(ROOM),
            1,
            "what it corrects is not there: nothing is entered"
        );
    }
}

#[test]
fn nobody_makes_the_tablet_say_that_a_log_was_begun_again() {
    let server = Server::plain();
    server.hall().messages =
        vec![serde_json::json!({"kind": "log-begun-again", "id": "ab", "at_ms": 5})];
    let (device, _) = countersigned(&server);
    let notices = device.view().notices;
    assert_eq!(notices.len(), 1);
    assert_eq!(notices[0].kind, NoticeKind::Unknown);
}

/// While the server knows that it is an older copy it takes nothing, and the tablet claims nothing.
#[test]
fn a_server_that_is_an_older_copy_is_shown_it_and_waited_for() {
    let server = Server::plain();
    let (device, [first, second]) = countersigned(&server);
    server.set(Mode::Refuse(Refusal::LogBehind));
    after_a_while(&device);
    assert_eq!(device.view().network.state, NetworkState::ServerTrouble);
    for report in [&first, &second] {
        assert!(is_countersigned(&device, &report.id));
    }
    server.set(Mode::Serve);
    device.view_of(Command::SyncNow);
    device.sync();
    assert_eq!(device.view().network.state, NetworkState::Online);
    let hall = server.hall();
    let origin = hall.origin(ROOM);
    let shown: Vec<_> = hall.shown.iter().filter_map(|note| Checkpoint::claim(note)).collect();
    let largest = receipt(&device, &hall, &second.id, &origin).checkpoint;
    assert!(shown.contains(&largest), "what it has seen of the log goes with each request");
}

/// A tablet that was set up before the log was begun again shows what its receipts hold.
#[test]
fn a_database_of_the_version_before_is_opened_and_knows_what_it_has_seen() {
    let server = Server::plain();
    let (mut device, [_, second]) = countersigned(&server);
    device.tablet = None;
    let db = rusqlite::Connection::open(device.folder.path().join("tablet.db")).expect("it opens");
    db.execute_batch(
        "DROP TABLE released; DROP TABLE question; DROP TABLE earlier_receipt; DROP TABLE begun_log;
         ALTER TABLE checkpoint DROP COLUMN note; PRAGMA user_version = 1;",
    )
    .expect("it takes the tables away");
    drop(db);
    device.restart();
    device.unlock();
    server.hall().shown.clear();
    assert_eq!(device.sync(), 0, "nothing waits");
    after_a_while(&device);
    let hall = server.hall();
    let largest = receipt(&device, &hall, &second.id, &hall.origin(ROOM)).checkpoint;
    let keys = &hall.party.contest.logs[0].keys;
    let shown =
        hall.shown.iter().find_map(|note| Checkpoint::open(note, &largest.origin, keys).ok());
    assert_eq!(shown, Some(largest));
}
