//! What the tablet finds out about itself before the night: each line good and bad. Storage that is full is met on a
//! real disk, in the tests of the whole.

mod common;

use std::sync::atomic::Ordering;

use common::hall::CAUCUS_MS;
use common::server::{Certificates, Mode, Server};
use common::tablet::Device;
use countersign_device::api::*;

fn enrolled(server: &Server) -> Device {
    let code = server.hall().party.code(0).to_string();
    Device::enrolled(server.package(), &code)
}

fn items(device: &Device) -> Vec<PreflightItem> {
    match device.call(Command::Preflight) {
        Ok(Answer::Preflight { items }) => items,
        other => panic!("a preflight was expected: {other:?}"),
    }
}

/// Verdict and detail of one line.
fn line(device: &Device, what: PreflightSubject) -> (bool, String) {
    let item = items(device).into_iter().find(|item| item.what == what).expect("a line for each");
    (item.good, item.detail)
}

#[test]
fn a_tablet_that_is_ready_says_so_line_by_line() {
    let server = Server::plain();
    let device = enrolled(&server);
    let items = items(&device);
    let what: Vec<PreflightSubject> = items.iter().map(|item| item.what).collect();
    let expected = [
        PreflightSubject::Storage,
        PreflightSubject::Clock,
        PreflightSubject::Package,
        PreflightSubject::Server,
        PreflightSubject::App,
    ];
    assert_eq!(what, expected);
    assert!(items.iter().all(|item| item.good), "{items:?}");
    let package = device.view().package.expect("it has one");
    let details: Vec<&str> = items.iter().map(|item| item.detail.as_str()).collect();
    assert!(details[0].ends_with(" KiB") && details[0] != "0 KiB", "{details:?}");
    let of_package = format!("1 · {}", package.fingerprint);
    assert_eq!(details[1..], ["-0 s", of_package.as_str(), "online", "0.1.0"]);
}

#[test]
fn a_clock_is_compared_with_the_server_s() {
    let server = Server::plain();
    let device = enrolled(&server);
    let time = server.hall().time_ms;
    let cases = [
        (time + 300_999, true, "+300 s"),
        (time + 301_000, false, "+301 s"),
        (time - 300_999, true, "-300 s"),
        (time - 301_000, false, "-301 s"),
    ];
    for (wall_ms, good, detail) in cases {
        device.clock.wall.store(wall_ms, Ordering::SeqCst);
        assert_eq!(line(&device, PreflightSubject::Clock), (good, detail.to_owned()));
    }
}

#[test]
fn without_a_server_a_clock_is_compared_with_the_package() {
    let server = Server::plain();
    let device = enrolled(&server);
    let valid = server.hall().party.contest.valid;
    drop(server);
    let cases = [
        (CAUCUS_MS, true, "2020-02-04 01:40 UTC"),
        (0, false, "1970-01-01 00:00 UTC"),
        (valid.until_ms, false, "2036-01-01 06:00 UTC"),
    ];
    for (wall_ms, good, detail) in cases {
        device.clock.wall.store(wall_ms, Ordering::SeqCst);
        assert_eq!(line(&device, PreflightSubject::Clock), (good, detail.to_owned()));
    }
}

#[test]
fn without_a_package_there_is_nobody_to_ask() {
    let device = Device::new(None);
    assert_eq!(line(&device, PreflightSubject::Package), (false, String::new()));
    assert_eq!(line(&device, PreflightSubject::Server), (false, String::new()));
    assert!(line(&device, PreflightSubject::Storage).0 && line(&device, PreflightSubject::App).0);
}

#[test]
fn each_kind_of_no_server_is_named() {
    let server = Server::plain();
    let mut device = enrolled(&server);
    device.impatient();
    let kinds = [
        (Mode::Portal, "portal"),
        (Mode::Redirect, "portal"),
        (Mode::BadGateway, "server trouble"),
        (Mode::Silent, "silent"),
        (Mode::CutBefore, "silent"),
    ];
    for (mode, detail) in kinds {
        server.set(mode);
        assert_eq!(line(&device, PreflightSubject::Server), (false, detail.to_owned()), "{mode:?}");
    }
    drop(server);
    assert_eq!(line(&device, PreflightSubject::Server), (false, "refused".to_owned()));
}

#[test]
fn a_certificate_decides_whether_it_is_the_server() {
    let (named, other) = (Certificates::new(), Certificates::new());
    for (shown, expected) in [(&named, (true, "online")), (&other, (false, "false certificate"))] {
        let server = Server::tls(&named, shown);
        let (good, detail) = line(&enrolled(&server), PreflightSubject::Server);
        assert_eq!((good, detail.as_str()), expected);
    }
}
