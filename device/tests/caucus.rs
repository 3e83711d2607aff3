//! What a room can do, and what the tablet makes of it.

mod common;

use common::Party;
use common::tablet::{Device, MAPLE_1, PIN, count, recount};
use countersign_device::api::*;

fn enrolled(precinct: u32) -> Device {
    let party = Party::new("http://127.0.0.1:9");
    Device::enrolled(party.package(1).into_bytes(), &party.code(precinct).to_string())
}

const OFFICIAL: RoomName = RoomName::Official;

#[test]
fn t18_nobody_came_is_a_report_of_five_presses() {
    let device = enrolled(0);
    let mut presses = 0;
    let mut press = |command| {
        presses += 1;
        device.view_of(command)
    };
    press(Command::OpenCaucus { precinct: 0, room: OFFICIAL });
    let caucus = press(Command::Press { cell: Cell::Attendees, key: Key::D0 }).caucus.unwrap();
    assert_eq!(
        caucus.steps.iter().map(|step| step.step).collect::<Vec<_>>(),
        [Step::Attendance, Step::Sign]
    );
    assert_eq!(caucus.missing, []);
    press(Command::GoTo { step: Step::Sign });
    let view = press(Command::Sign { pin: PIN.into() });
    assert!(presses <= 5, "{presses} presses besides the PIN");
    let report = &view.reports[0];
    assert_eq!(report.attendees, 0);
    assert!(
        report.counts.iter().flatten().all(|cell| *cell == 0),
        "a visible zero for every group"
    );
    assert_eq!(report.counts.len(), 3);
}

#[test]
fn t18_one_delegate_knows_no_viability_and_no_realignment() {
    let device = enrolled(8);
    device.view_of(Command::OpenCaucus { precinct: 8, room: OFFICIAL });
    let caucus =
        device.view_of(Command::Press { cell: Cell::Attendees, key: Key::D1 }).caucus.unwrap();
    assert_eq!(caucus.delegates_to_elect, Some(1));
    assert_eq!((caucus.viability_number, caucus.viability_rule), (None, None));
    assert!(!caucus.steps.iter().any(|step| step.step == Step::Realignment));
    for at in 0..2 {
        device.view_of(Command::Press { cell: count(at, 8), key: Key::D1 });
        device.view_of(Command::NobodyInTheRest { count: at });
    }
    let caucus = device.view_of(Command::TakeComputedDelegates).caucus.unwrap();
    assert_eq!(caucus.counts[2].cells[8].value, Some(1));
    assert_eq!(caucus.findings, []);
    for who in [Attester::Chair, Attester::Secretary] {
        device.view_of(Command::Attest { who, objection: None });
    }
    assert_eq!(device.sign().attendees, 1);
}

#[test]
fn a_satellite_elects_as_many_as_attended() {
    let device = enrolled(10);
    assert_eq!(device.view().precincts[0].delegates, None);
    device.view_of(Command::OpenCaucus { precinct: 10, room: OFFICIAL });
    device.type_number(Cell::Attendees, 20);
    assert_eq!(device.caucus().delegates_to_elect, Some(4));
    device.view_of(Command::Press { cell: Cell::Attendees, key: Key::Plus });
    assert_eq!(device.caucus().delegates_to_elect, Some(5));
}

/// Three groups of ten, five delegates: each is owed 1 2/3, one of them has to give way.
fn tied() -> Device {
    let device = enrolled(2);
    let thirds: &[(u8, u32)] = &[(1, 10), (3, 10), (8, 10)];
    device.fill(2, OFFICIAL, (30, [thirds, thirds, &[(1, 2), (3, 2), (8, 1)]]));
    device
}

#[test]
fn t16_a_tie_needs_its_lot_and_all_of_it_is_in_the_report() {
    let device = tied();
    // `fill` gave a reason for the missing lot as well; take it back to see what is asked for.
    let caucus = device
        .view_of(Command::Unacknowledge { finding: "C08:missing".to_owned() })
        .caucus
        .unwrap();
    assert_eq!(caucus.missing, [Missing::Lot { tie: 0 }]);
    let tie = &caucus.ties[0];
    assert_eq!((tie.groups.as_slice(), tie.seats, tie.gains), ([1, 3, 8].as_slice(), 2, false));
    assert_eq!(caucus.award.as_ref().unwrap().delegates, None);
    assert_eq!(
        device.call(Command::TakeComputedDelegates).unwrap_err().code,
        ProblemCode::NotPossibleNow
    );
    assert_eq!(
        device.call(Command::Sign { pin: PIN.into() }).unwrap_err().code,
        ProblemCode::NotComplete
    );

    let draw = |winners: &[u8]| Command::DrawLot {
        tie: 0,
        winners: winners.to_vec(),
        method: LotMethod::Coin,
        drawn_by: LotDrawer::Chair,
    };
    for wrong in [&[1][..], &[1, 3, 8], &[1, 4], &[1, 1]] {
        assert_eq!(
            device.call(draw(wrong)).unwrap_err().code,
            ProblemCode::NotPossibleNow,
            "{wrong:?}"
        );
    }
    let caucus = device.view_of(draw(&[3, 1])).caucus.unwrap();
    let drawn = caucus.ties[0].drawn.as_ref().unwrap();
    assert_eq!(
        (drawn.winners.as_slice(), drawn.method, drawn.drawn_by),
        ([1, 3].as_slice(), LotMethod::Coin, LotDrawer::Chair)
    );
    let award = caucus.award.unwrap().delegates.unwrap();
    assert_eq!((award[1], award[3], award[8]), (2, 2, 1));
    assert!(!caucus.findings.iter().any(|finding| finding.rule == "C08" || finding.rule == "C06"));
    assert!(
        caucus.attestations.iter().all(|one| one.said.is_none()),
        "the lot is part of what people stand by"
    );
    for who in [Attester::Chair, Attester::Secretary] {
        device.view_of(Command::Attest { who, objection: None });
    }
    device.sign();
}

#[test]
fn t16_a_lot_falls_away_with_the_numbers_it_was_drawn_for() {
    let device = tied();
    device.view_of(Command::DrawLot {
        tie: 0,
        winners: vec![1, 8],
        method: LotMethod::HighCard,
        drawn_by: LotDrawer::Captain,
    });
    let caucus =
        device.view_of(Command::Press { cell: count(1, 1), key: Key::Plus }).caucus.unwrap();
    let drawn = caucus.ties.iter().any(|tie| tie.drawn.is_some());
    assert!(!drawn, "another tie, or none");
    assert!(!caucus.findings.iter().any(|finding| finding.variant == "needless"));
}

#[test]
fn t17_nothing_is_blocked_but_reasons_are_asked_for_and_fall_away_with_their_numbers() {
    let device = enrolled(0);
    device.view_of(Command::OpenCaucus { precinct: 0, room: OFFICIAL });
    device.type_number(Cell::Attendees, 100);
    for (at, number) in [(0, 100), (1, 120)] {
        device.type_number(count(at, 8), number);
        device.view_of(Command::NobodyInTheRest { count: at });
    }
    device.type_number(count(2, 8), 14);
    let caucus = device.view_of(Command::NobodyInTheRest { count: 2 }).caucus.unwrap();
    let finding =
        caucus.findings.iter().find(|one| one.rule == "C02").expect("final is larger than first");
    assert_eq!(
        (finding.severity, finding.numbers.as_slice()),
        (Severity::Impossible, [120, 100].as_slice())
    );
    assert_eq!(finding.steps, [Step::FinalAlignment, Step::FirstAlignment]);
    assert!(caucus.missing.contains(&Missing::Reason { finding: "C02".to_owned() }));
    let keep = Command::Acknowledge { finding: "C02".to_owned(), reason: recount() };
    let caucus = device.view_of(keep.clone()).caucus.unwrap();
    assert!(!caucus.missing.iter().any(|one| matches!(one, Missing::Reason { .. })));
    let caucus =
        device.view_of(Command::Press { cell: count(1, 8), key: Key::Plus }).caucus.unwrap();
    assert!(
        caucus.missing.contains(&Missing::Reason { finding: "C02".to_owned() }),
        "121 is another number"
    );
    let unknown = Command::Acknowledge { finding: "C09".to_owned(), reason: recount() };
    assert_eq!(device.call(unknown).unwrap_err().code, ProblemCode::NotPossibleNow);
    device.view_of(keep);
    for who in [Attester::Chair, Attester::Secretary] {
        device.view_of(Command::Attest { who, objection: None });
    }
    assert_eq!(device.sign().counts[1][8], 121);
}

#[test]
fn captains_of_viable_groups_are_asked_and_may_object() {
    let device = enrolled(0);
    device.fill(0, OFFICIAL, MAPLE_1);
    let who: Vec<Attester> = device.caucus().attestations.iter().map(|one| one.who).collect();
    let captain = |group| Attester::Captain { group };
    assert_eq!(who, [Attester::Chair, Attester::Secretary, captain(3), captain(8), captain(10)]);
    let objection = Some(recount());
    let caucus = device.view_of(Command::Attest { who: captain(8), objection }).caucus.unwrap();
    assert_eq!(caucus.attestations[3].said, Some(AttestationSaid::Objects { reason: recount() }));
    let below = Command::Attest { who: captain(13), objection: None };
    assert_eq!(device.call(below).unwrap_err().code, ProblemCode::NotPossibleNow);
    assert_eq!(device.caucus().missing, [], "captains are asked, not waited for");
}

#[test]
fn a_number_over_the_limit_is_refused_and_the_old_one_stays() {
    let device = enrolled(0);
    device.view_of(Command::OpenCaucus { precinct: 0, room: OFFICIAL });
    device.type_number(Cell::Attendees, 10_001);
    let problem = device.call(Command::Press { cell: Cell::Attendees, key: Key::D0 }).unwrap_err();
    assert_eq!(problem.code, ProblemCode::NumberTooLarge);
    assert_eq!(device.caucus().attendees, Some(10_001));
    let outside = Command::Press { cell: count(0, 14), key: Key::D1 };
    assert_eq!(device.call(outside).unwrap_err().code, ProblemCode::NotPossibleNow);
}

#[test]
fn the_way_on_is_never_dead_but_a_signature_needs_every_number() {
    let device = enrolled(0);
    device.view_of(Command::OpenCaucus { precinct: 0, room: OFFICIAL });
    for step in [
        Step::FirstAlignment,
        Step::Realignment,
        Step::FinalAlignment,
        Step::Delegates,
        Step::Check,
        Step::Attest,
        Step::Sign,
    ] {
        assert_eq!(device.view_of(Command::GoTo { step }).caucus.unwrap().step, step);
    }
    let missing = device.caucus().missing;
    assert_eq!(missing[0], Missing::Attendance);
    assert!(matches!(&missing[1], Missing::Groups { count: 0, groups } if groups.len() == 14));
    assert_eq!(
        device.call(Command::Sign { pin: PIN.into() }).unwrap_err().code,
        ProblemCode::NotComplete
    );
}

#[test]
fn the_realignment_timer_runs_on_the_monotonic_clock() {
    let device = enrolled(0);
    device.view_of(Command::OpenCaucus { precinct: 0, room: OFFICIAL });
    assert_eq!(
        device.call(Command::StartTimer { seconds: 5 }).unwrap_err().code,
        ProblemCode::NotPossibleNow
    );
    device.view_of(Command::StartTimer { seconds: 900 });
    device.clock.monotonic.fetch_add(300_000, std::sync::atomic::Ordering::SeqCst);
    device.clock.wall.store(0, std::sync::atomic::Ordering::SeqCst);
    let timer = device.caucus().timer.unwrap();
    assert_eq!((timer.left_ms, timer.length_ms, timer.running), (600_000, 900_000, true));
    device.clock.monotonic.fetch_add(600_000, std::sync::atomic::Ordering::SeqCst);
    let timer = device.caucus().timer.unwrap();
    assert_eq!((timer.left_ms, timer.running), (0, false));
    assert_eq!(device.view_of(Command::StopTimer).caucus.unwrap().timer, None);
}

#[test]
fn a_draft_can_be_left_and_found_again() {
    let device = enrolled(0);
    device.view_of(Command::OpenCaucus { precinct: 0, room: OFFICIAL });
    device.type_number(Cell::Attendees, 12);
    let view = device.view_of(Command::CloseCaucus);
    assert!(view.caucus.is_none());
    assert_eq!((view.caucuses.len(), view.caucuses[0].draft_step), (1, Some(Step::Attendance)));
    device.view_of(Command::OpenCaucus { precinct: 0, room: RoomName::Rehearsal });
    assert_eq!(device.caucus().attendees, None, "the other room has its own");
    device.view_of(Command::OpenCaucus { precinct: 0, room: OFFICIAL });
    assert_eq!(device.caucus().attendees, Some(12));
    let stranger = Command::OpenCaucus { precinct: 5, room: OFFICIAL };
    assert_eq!(device.call(stranger).unwrap_err().code, ProblemCode::NoInvitation);
}
