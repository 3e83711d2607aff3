//! The network in every bad mood: nothing it does makes a report countersigned that is not, a PIN wrong that is right, or
//! a count disappear.

mod common;

use std::sync::atomic::Ordering;

use common::Party;
use common::hall::Hall;
use common::server::{Certificates, Mode, Server};
use common::tablet::{Device, MAPLE_1, recount};
use countersign_core::refusal::Refusal;
use countersign_core::room::Room;
use countersign_device::SyncStep;
use countersign_device::api::*;

const OFFICIAL: RoomName = RoomName::Official;

/// A tablet with a signed report that nothing was sent of yet.
fn signed(server: &Server) -> (Device, ReportView) {
    let code = server.hall().party.code(0).to_string();
    let device = Device::enrolled(server.package(), &code);
    device.fill(0, OFFICIAL, MAPLE_1);
    let report = device.sign();
    (device, report)
}

fn countersigned(standing: &Standing) -> bool {
    matches!(standing, Standing::Countersigned { .. })
}

/// Reports entered in either room.
fn reports(server: &Server) -> (usize, usize) {
    let hall = server.hall();
    (hall.reports(Room::Official), hall.reports(Room::Rehearsal))
}

/// The report stands as saved, the PIN still opens the app, and the right network is named.
fn check_no_network(device: &mut Device, report: &ReportView, expected: NetworkState) {
    device.sync();
    let view = device.view();
    assert_eq!(view.network.state, expected);
    assert_eq!(view.network.waiting, 3);
    assert!(view.network.next_try_ms.is_some());
    assert_eq!(device.standing(&report.id), Standing::SavedHere);
    device.restart();
    device.unlock();
    assert_eq!(device.view().reports[0].counts, report.counts);
    assert_eq!(device.standing(&report.id), Standing::SavedHere);
}

#[test]
fn t02_refused_connections_are_no_wrong_pin_and_no_lost_count() {
    let server = Server::plain();
    let (mut device, report) = signed(&server);
    drop(server);
    check_no_network(&mut device, &report, NetworkState::Refused);
}

#[test]
fn t02_silence_is_no_wrong_pin_and_no_lost_count() {
    for tls in [false, true] {
        let certificates = Certificates::new();
        let server = if tls { Server::tls(&certificates, &certificates) } else { Server::plain() };
        let (mut device, report) = signed(&server);
        server.set(Mode::Silent);
        device.impatient();
        check_no_network(&mut device, &report, NetworkState::Silent);
    }
}

#[test]
fn t24_a_portal_that_answers_everything_countersigns_nothing() {
    for mode in [Mode::Portal, Mode::Redirect] {
        let server = Server::plain();
        let (mut device, report) = signed(&server);
        server.set(mode);
        check_no_network(&mut device, &report, NetworkState::Portal);
    }
}

#[test]
fn t24_a_portal_without_tls_where_tls_is_expected_is_a_portal() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("it is bound").port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            // It answers before it was asked, and not in TLS; then it waits for the other side to go away.
            let _ = std::io::Write::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n");
            let _ = std::io::copy(&mut stream, &mut std::io::sink());
        }
    });
    let party = Party::new(&format!("https://localhost:{port}"));
    let mut device = Device::enrolled(party.package(1).into_bytes(), &party.code(0).to_string());
    device.fill(0, OFFICIAL, MAPLE_1);
    let report = device.sign();
    check_no_network(&mut device, &report, NetworkState::Portal);
}

#[test]
fn t31_a_false_certificate_sees_no_count() {
    let (named, false_one) = (Certificates::new(), Certificates::new());
    let server = Server::tls(&named, &false_one);
    let (mut device, report) = signed(&server);
    check_no_network(&mut device, &report, NetworkState::FalseCertificate);
    assert_eq!(server.hall().reports(Room::Official), 0);
    let before = server.hall().rooms[0].entries.len();
    assert_eq!(before, 4, "package, people, invitations, opening: nothing of the tablet's");
}

#[test]
fn a_gateway_whose_server_is_away_is_server_trouble() {
    let server = Server::plain();
    let (mut device, report) = signed(&server);
    server.set(Mode::BadGateway);
    check_no_network(&mut device, &report, NetworkState::ServerTrouble);
}

#[test]
fn t30_over_tls_with_a_clock_that_is_wrong_by_a_day_or_by_decades() {
    let certificates = Certificates::new();
    let day = 86_400_000;
    // 1970, a day off either way, 2038 and a week, 2100: the certificate is good for half of 2020 only.
    let caucus = common::hall::CAUCUS_MS;
    for wall in [0, caucus - day, caucus + day, 2_148_000_000_000, 4_102_444_800_000] {
        let server = Server::tls(&certificates, &certificates);
        let code = server.hall().party.code(0).to_string();
        let device = Device::new(Some(server.package()));
        device.clock.wall.store(wall, Ordering::SeqCst);
        device.view_of(Command::Enrol {
            code: code.as_str().into(),
            pin: common::tablet::PIN.into(),
        });
        device.fill(0, OFFICIAL, MAPLE_1);
        let report = device.sign();
        device.sync();
        assert!(countersigned(&device.standing(&report.id)), "{wall}: {:?}", device.view().network);
        let view = device.view();
        let skew = view.reports[0].skew_s.expect("a clock that wrong is noted");
        let server_ms = i128::from(server.hall().time_ms);
        assert!(
            (i128::from(skew) - (server_ms - i128::from(wall)) / 1000).abs() <= 1,
            "{wall}: {skew}"
        );
        assert_eq!(
            view.reports[0].signed_ms, wall,
            "the device's own time is kept beside the server's"
        );
        assert_eq!(
            view.first_room,
            if wall == caucus - day { RoomName::Rehearsal } else { OFFICIAL }
        );
    }
}

#[test]
fn t06_a_thousand_cuts_lose_nothing_and_enter_everything_once() {
    let server = Server::plain();
    let (mut device, report) = signed(&server);
    let rehearsal = {
        device.fill(0, RoomName::Rehearsal, MAPLE_1);
        device.sign()
    };
    let counts = report.counts.clone();
    let mut cuts = 0_u64;
    let mut seed = 0x9e37_79b9_u64;
    let mut random = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed
    };
    while cuts < 1_000 {
        server.set(match random() % 4 {
            0 => Mode::CutBefore,
            1 => Mode::CutAfter,
            2 => Mode::CutAt(usize::try_from(random() % 400).expect("small")),
            _ => Mode::Portal,
        });
        match device.tablet().sync_step().expect("the database is good") {
            SyncStep::Tried => cuts += 1,
            SyncStep::Wait { until_ms } => {
                let until = until_ms.expect("something is always waiting");
                device.clock.advance(
                    until
                        .saturating_sub(countersign_device::Clock::monotonic_ms(&*device.clock))
                        .max(1),
                );
            }
        }
        if cuts.is_multiple_of(100) {
            device.restart();
            device.unlock();
        }
        let view = device.view();
        assert_eq!(view.reports[1].counts, counts);
        assert!(
            !countersigned(&view.reports[0].standing) && !countersigned(&view.reports[1].standing)
        );
    }
    server.set(Mode::Serve);
    device.sync_until_settled(50);
    for id in [&report.id, &rehearsal.id] {
        assert!(countersigned(&device.standing(id)));
    }
    assert_eq!(reports(&server), (1, 1));
    assert_eq!(device.caucus_count(), 2);
}

impl Device {
    fn caucus_count(&self) -> usize {
        self.view().caucuses.len()
    }
}

#[test]
fn t24_an_answer_with_any_byte_changed_never_countersigns_what_it_should_not() {
    let server = Server::plain();
    let (device, report) = signed(&server);
    // The two enrolments first, so that only the report is left to be answered.
    while device.view().network.waiting > 1 {
        device.tablet().sync_step().expect("the database is good");
    }
    let whole = {
        let id = countersign_core::id::MessageId::from_hex(&report.id).expect("an id");
        let mut hall = server.hall();
        let found = hall.rooms[0].entries.iter().any(|(_, message)| message.id() == id);
        assert!(!found, "not entered yet");
        hall.post(Room::Official, 0, &[]).body.len().max(1_200)
    };
    let mut refused = 0;
    for at in 0..whole {
        server.set(Mode::Flip(at));
        device.view_of(Command::SyncNow);
        let copy = device.killed();
        copy.view_of(Command::SyncNow);
        copy.sync();
        match copy.standing(&report.id) {
            // A bit flipped in what the receipt does not cover (the messages, an insignificant space) changes nothing.
            Standing::Countersigned { log_index, .. } => {
                let entry = server.hall().rooms[0].entries
                    [usize::try_from(log_index).expect("small")]
                .1
                .id();
                assert_eq!(entry.to_string(), report.id, "byte {at}");
            }
            Standing::SavedHere => refused += 1,
            Standing::Held { reason: HeldReason::LogMismatch } => refused += 1,
            other => panic!("byte {at}: {other:?}"),
        }
    }
    assert!(refused > whole / 2, "{refused} of {whole}");
    server.set(Mode::Serve);
    device.view_of(Command::SyncNow);
    device.sync_until_settled(20);
    assert!(countersigned(&device.standing(&report.id)));
}

#[test]
fn t25_a_queue_of_hours_goes_out_in_order_by_itself() {
    let server = Server::plain();
    server.set(Mode::CutBefore);
    let (device, first) = signed(&server);
    let view =
        device.view_of(Command::BeginCorrection { report: first.id.clone(), reason: recount() });
    assert_eq!(view.caucus.unwrap().correction.unwrap().changed, []);
    device.view_of(Command::Press { cell: common::tablet::count(1, 13), key: Key::Minus });
    for who in [Attester::Chair, Attester::Secretary] {
        device.view_of(Command::Attest { who, objection: None });
    }
    let second = device.sign();
    assert_eq!((second.revision, second.supersedes.as_ref()), (2, Some(&first.id)));
    for _ in 0..40 {
        device.sync();
        device.clock.advance(10 * 60_000);
    }
    assert_eq!(server.hall().rooms[0].entries.len(), 4);
    server.set(Mode::Serve);
    device.clock.advance(60_000);
    device.sync_until_settled(20);
    let kinds: Vec<_> = server.hall().rooms[0].entries[4..]
        .iter()
        .map(|(_, message)| message.id().to_string())
        .collect();
    assert_eq!(
        kinds[1..],
        [first.id.clone(), second.id.clone()],
        "the enrolment, then in the order of signing"
    );
    assert!(
        countersigned(&device.standing(&first.id)) && countersigned(&device.standing(&second.id))
    );
    assert_eq!(device.view().reports[1].superseded_by, Some(second.id));
}

#[test]
fn t26_a_lost_answer_gives_the_same_entry_again() {
    let server = Server::plain();
    let (device, report) = signed(&server);
    server.set(Mode::CutAfter);
    for _ in 0..20 {
        device.sync();
        device.clock.advance(60_000);
    }
    assert_eq!(device.standing(&report.id), Standing::SavedHere, "entered there, not known here");
    server.set(Mode::Serve);
    device.sync_until_settled(20);
    let Standing::Countersigned { log_index, .. } = device.standing(&report.id) else {
        panic!("not settled")
    };
    assert_eq!(server.hall().reports(Room::Official), 1);
    assert_eq!(
        server.hall().rooms[0].entries[usize::try_from(log_index).expect("small")]
            .1
            .id()
            .to_string(),
        report.id
    );
}

#[test]
fn unknown_key_means_the_enrolment_and_then_this_again() {
    let first = Server::plain();
    let (device, report) = signed(&first);
    // Enrolled and countersigned in rehearsal and official.
    while device.view().network.waiting > 1 {
        device.tablet().sync_step().expect("the database is good");
    }
    // The server lost its memory and began again with the same keys and origin: it knows neither key nor log.
    let forgotten = Hall::open(Party::new(&first.address));
    *first.hall() = forgotten;
    device.sync_until_settled(50);
    let hall = first.hall();
    assert_eq!(hall.reports(Room::Official), 1, "the report arrived, its enrolment before it");
    drop(hall);
    let standing = device.standing(&report.id);
    assert_eq!(
        standing,
        Standing::Held { reason: HeldReason::LogMismatch },
        "but it is not the log this tablet knows"
    );
}

#[test]
fn a_room_that_is_not_open_yet_keeps_the_report_queued_until_it_is() {
    let server = Server::start(None, |address| Hall::closed(Party::new(address)));
    let (device, report) = signed(&server);
    device.sync();
    let view = device.view();
    assert_eq!(
        view.network.state,
        NetworkState::Online,
        "the server answers; it is the room that waits"
    );
    assert_eq!(view.network.waiting, 1);
    assert!(view.network.next_try_ms.expect("it tries again") >= 7_000, "Retry-After is honoured");
    assert_eq!(device.standing(&report.id), Standing::SavedHere);
    let opened = {
        let hall = server.hall();
        hall.party.open(Room::Official)
    };
    server.hall().enter(Room::Official, &opened).expect("the room opens");
    device.sync_until_settled(10);
    assert!(countersigned(&device.standing(&report.id)));
}

#[test]
fn t07_a_revoked_key_s_report_is_held_and_said_to_be() {
    let server = Server::plain();
    let code = server.hall().party.code(0).to_string();
    let device = Device::enrolled(server.package(), &code);
    device.sync();
    {
        let mut hall = server.hall();
        let key = hall.rooms[0].state.devices().next().expect("enrolled").key.id();
        let revoke = hall.party.revoke(Room::Official, key);
        hall.enter(Room::Official, &revoke).expect("the admin revokes");
        hall.messages = vec![
            serde_json::json!({"kind": "revocation", "id": "ab", "at_ms": 5, "text": "This tablet was reported lost."}),
            serde_json::json!({"kind": "weather", "snow": true}),
        ];
    }
    device.fill(0, OFFICIAL, MAPLE_1);
    let report = device.sign();
    device.sync();
    assert_eq!(device.standing(&report.id), Standing::Held { reason: HeldReason::RevokedKey });
    let notices = device.view().notices;
    assert_eq!(notices.len(), 2, "known kinds are shown, unknown ones kept");
    assert_eq!(notices[0].kind, NoticeKind::Revocation);
    assert_eq!(notices[0].precinct.as_ref().map(|one| one.id.as_str()), Some("maple-1"));
    assert_eq!(notices[1].kind, NoticeKind::Unknown);
    let view = device.view_of(Command::Dismiss { notice: "ab".to_owned() });
    assert_eq!(view.notices.len(), 1);
    assert_eq!(device.sync(), 0, "it is not asked about at once");
    device.clock.advance(11 * 60_000);
    assert!(device.sync() > 0, "but from time to time: a reviewer may have admitted it");
}

#[test]
fn every_refusal_of_the_server_has_its_standing() {
    let expected = |refusal: Refusal| -> Standing {
        let refused = |reason| Standing::Refused { reason };
        match refusal {
            Refusal::NotOpenYet
            | Refusal::UnknownKey
            | Refusal::TooMany
            | Refusal::LogBehind
            | Refusal::WindowOpen
            | Refusal::Stopped
            | Refusal::Busy => Standing::SavedHere,
            Refusal::RevokedKey => Standing::Held { reason: HeldReason::RevokedKey },
            Refusal::TooLarge | Refusal::OverLimit => refused(RefusedReason::OverLimit),
            Refusal::NotCanonical => refused(RefusedReason::NotCanonical),
            Refusal::BadSignature => refused(RefusedReason::BadSignature),
            Refusal::WrongContest => refused(RefusedReason::WrongContest),
            Refusal::WrongRoom => refused(RefusedReason::WrongRoom),
            Refusal::WrongPrecinct => refused(RefusedReason::WrongPrecinct),
            Refusal::UnknownPackage => refused(RefusedReason::UnknownPackage),
            Refusal::InvitationNotValid => refused(RefusedReason::InvitationNotValid),
            Refusal::WrongSupersedes => refused(RefusedReason::WrongSupersedes),
            Refusal::QuestionClosed => refused(RefusedReason::QuestionClosed),
            Refusal::UnsupportedKind
            | Refusal::NotAllowed
            | Refusal::OwnEntry
            | Refusal::SamePerson
            | Refusal::WeakerEvidence
            | Refusal::UnknownSubject
            | Refusal::OpenFinding
            | Refusal::InquiriesOpen
            | Refusal::ChangedSince => refused(RefusedReason::Other),
        }
    };
    let server = Server::plain();
    let (device, report) = signed(&server);
    while device.view().network.waiting > 1 {
        device.tablet().sync_step().expect("the database is good");
    }
    for &refusal in Refusal::ALL {
        *server.mode.lock().expect("it is free") = Mode::Refuse(refusal);
        let copy = device.killed();
        copy.sync();
        assert_eq!(copy.standing(&report.id), expected(refusal), "{refusal}");
    }
    server.set(Mode::NewerProblem);
    let copy = device.killed();
    copy.sync();
    assert_eq!(copy.standing(&report.id), Standing::Held { reason: HeldReason::Unknown });
}

#[test]
fn a_refused_enrolment_refuses_its_reports_too() {
    let server = Server::plain();
    let code = server.hall().party.code_again(0, 9).to_string();
    let device = Device::enrolled(server.package(), &code);
    device.fill(0, OFFICIAL, MAPLE_1);
    let report = device.sign();
    device.sync_until_settled(20);
    assert_eq!(
        device.standing(&report.id),
        Standing::Refused { reason: RefusedReason::InvitationNotValid }
    );
}

#[test]
fn t07_a_new_invitation_takes_over_what_was_refused() {
    let server = Server::plain();
    let (bad, good) = {
        let hall = server.hall();
        (hall.party.code_again(0, 9).to_string(), hall.party.code(0).to_string())
    };
    let device = Device::enrolled(server.package(), &bad);
    device.fill(0, OFFICIAL, MAPLE_1);
    let refused = device.sign();
    device.sync_until_settled(20);
    let view = device
        .view_of(Command::Enrol { code: good.as_str().into(), pin: common::tablet::PIN.into() });
    assert_eq!(view.reports.len(), 2, "the refused one is kept");
    assert_eq!(view.reports[1].superseded_by.as_ref(), Some(&view.reports[0].id));
    device.sync_until_settled(20);
    let view = device.view();
    assert!(countersigned(&view.reports[0].standing));
    assert_eq!(view.reports[0].counts, refused.counts);
    assert_eq!(view.reports[0].phrase, refused.phrase);
    assert!(matches!(device.standing(&refused.id), Standing::Refused { .. }));
}

#[test]
fn t78_what_is_signed_in_rehearsal_stays_there() {
    let server = Server::plain();
    let code = server.hall().party.code(0).to_string();
    let device = Device::enrolled(server.package(), &code);
    device.fill(0, RoomName::Rehearsal, MAPLE_1);
    let report = device.sign();
    device.sync_until_settled(20);
    assert!(countersigned(&device.standing(&report.id)));
    assert_eq!(reports(&server), (0, 1));
    let bytes = server.hall().rooms[1].entries.last().expect("the report").1.bytes().to_vec();
    let said = server.hall().post(Room::Official, 0, &bytes);
    assert_eq!(said.status, 409, "the other room does not know the key");
}

#[test]
fn t09_one_tablet_reports_for_three_precincts() {
    let server = Server::plain();
    let codes: Vec<String> = (0..3).map(|n| server.hall().party.code(n).to_string()).collect();
    let device = Device::enrolled(server.package(), &codes[0]);
    for code in &codes[1..] {
        device.view_of(Command::Enrol {
            code: code.as_str().into(),
            pin: common::tablet::PIN.into(),
        });
    }
    for precinct in 0..3 {
        device.fill(precinct, OFFICIAL, MAPLE_1);
        device.sign();
    }
    device.sync_until_settled(40);
    let view = device.view();
    assert!(view.reports.iter().all(|report| countersigned(&report.standing)));
    let hall = server.hall();
    assert_eq!(hall.reports(Room::Official), 3);
    assert_eq!(hall.rooms[0].state.devices().count(), 3, "a key for each invitation");
}

#[test]
fn the_background_thread_sends_by_itself_and_tells_of_it() {
    let server = Server::plain();
    let code = server.hall().party.code(0).to_string();
    let device = Device::new(Some(server.package()));
    let (heard, changes) = std::sync::mpsc::channel();
    device.tablet().on_change(Box::new(move || {
        let _ = heard.send(());
    }));
    device.tablet().start_sync();
    device.view_of(Command::Enrol { code: code.as_str().into(), pin: common::tablet::PIN.into() });
    device.fill(0, OFFICIAL, MAPLE_1);
    let report = device.sign();
    while !countersigned(&device.standing(&report.id)) {
        changes.recv_timeout(std::time::Duration::from_secs(20)).expect("something changes");
    }
}
