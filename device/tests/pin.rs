//! The PIN: delays that survive a restart, and that no network and no clock touch.

mod common;

use std::sync::atomic::Ordering;

use common::Party;
use common::tablet::{Device, MAPLE_1, PIN};
use countersign_device::api::*;

const WRONG: &str = "000000";

fn enrolled() -> Device {
    let party = Party::new("http://127.0.0.1:9");
    Device::enrolled(party.package(1).into_bytes(), &party.code(0).to_string())
}

fn unlock(device: &Device, pin: &str) -> Result<Answer, Problem> {
    device.call(Command::Unlock { pin: pin.into() })
}

#[test]
fn t02_wrong_pins_wait_longer_and_longer_and_the_right_one_opens_without_a_network() {
    let mut device = enrolled();
    device.restart();
    assert_eq!(device.view().lock, LockView::Locked { wrong_tries: 0, wait_ms: 0 });
    for (tries, wait) in
        [(1, 1_000), (2, 1_000), (3, 5_000), (4, 5_000), (5, 30_000), (6, 300_000), (7, 300_000)]
    {
        let problem = unlock(&device, WRONG).unwrap_err();
        assert_eq!(
            (problem.code, problem.wait_ms),
            (ProblemCode::PinWrong, Some(wait)),
            "try {tries}"
        );
        device.clock.advance(u64::from(wait) - 1);
        let early = unlock(&device, PIN).unwrap_err();
        assert_eq!(
            (early.code, early.wait_ms),
            (ProblemCode::PinWait, Some(1)),
            "even the right one waits"
        );
        assert_eq!(device.view().lock, LockView::Locked { wrong_tries: tries, wait_ms: 1 });
        device.clock.advance(1);
    }
    assert!(matches!(device.unlock().lock, LockView::Unlocked { wrong_tries: 0, wait_ms: 0 }));
}

#[test]
fn t02_a_restart_starts_the_wait_over_and_the_device_clock_does_not_shorten_it() {
    let mut device = enrolled();
    device.restart();
    for wait in [1_000, 1_000, 5_000] {
        unlock(&device, WRONG).unwrap_err();
        device.clock.advance(wait);
    }
    unlock(&device, WRONG).unwrap_err();
    device.clock.advance(4_000);
    device.restart();
    assert_eq!(device.view().lock, LockView::Locked { wrong_tries: 4, wait_ms: 5_000 });
    // A year forward on the wall: the wait does not care.
    device.clock.wall.fetch_add(365 * 86_400_000, Ordering::SeqCst);
    assert_eq!(unlock(&device, PIN).unwrap_err().code, ProblemCode::PinWait);
    device.clock.monotonic.fetch_add(5_000, Ordering::SeqCst);
    device.unlock();
}

#[test]
fn t02_signing_asks_for_the_pin_again_with_the_same_delays_and_loses_no_count() {
    let device = enrolled();
    device.fill(0, RoomName::Official, MAPLE_1);
    let problem = device.call(Command::Sign { pin: WRONG.into() }).unwrap_err();
    assert_eq!(problem.code, ProblemCode::PinWrong);
    assert_eq!(
        device.call(Command::Sign { pin: PIN.into() }).unwrap_err().code,
        ProblemCode::PinWait
    );
    assert!(matches!(device.view().lock, LockView::Unlocked { wrong_tries: 1, wait_ms: 1_000 }));
    assert_eq!(device.caucus().attendees, Some(704));
    device.clock.advance(1_000);
    device.sign();
}

#[test]
fn a_pin_that_is_no_pin_costs_no_try() {
    let device = enrolled();
    for bad in ["", "12345", "1234567", "abcdef"] {
        assert_eq!(unlock(&device, bad).unwrap_err().code, ProblemCode::PinFormat);
    }
    assert!(matches!(device.view().lock, LockView::Unlocked { wrong_tries: 0, .. }));
}

#[test]
fn a_locked_app_does_nothing_to_a_caucus() {
    let device = enrolled();
    device.view_of(Command::OpenCaucus { precinct: 0, room: RoomName::Official });
    device.view_of(Command::Lock);
    let refused = [
        Command::Press { cell: Cell::Attendees, key: Key::D1 },
        Command::Sign { pin: PIN.into() },
        Command::OpenCaucus { precinct: 0, room: RoomName::Official },
        Command::ImportHandOff { link: Some(String::new()), file: None },
    ];
    for command in refused {
        assert_eq!(device.call(command).unwrap_err().code, ProblemCode::Locked);
    }
    assert_eq!(device.caucus().attendees, None);
}

#[test]
fn a_second_invitation_needs_the_pin_of_this_tablet() {
    let party = Party::new("http://127.0.0.1:9");
    let device = Device::enrolled(party.package(1).into_bytes(), &party.code(0).to_string());
    let code = party.code(1).to_string();
    let wrong =
        device.call(Command::Enrol { code: code.as_str().into(), pin: WRONG.into() }).unwrap_err();
    assert_eq!(wrong.code, ProblemCode::PinWrong);
    assert_eq!(device.view().precincts.len(), 1);
    device.clock.advance(1_000);
    let view = device.view_of(Command::Enrol { code: code.as_str().into(), pin: PIN.into() });
    assert_eq!(
        view.precincts.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(),
        ["maple-1", "maple-2"]
    );
}
