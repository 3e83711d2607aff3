//! The freeze: around the caucus a tablet keeps the package that it rehearsed with, whoever brings a newer one.

mod common;

use std::sync::atomic::Ordering;

use common::Party;
use common::hall::CAUCUS_MS;
use common::server::Server;
use common::tablet::Device;
use countersign_core::contest::Contest;
use countersign_device::api::*;
use data_encoding::BASE64;

/// Device times, and whether a newer package is taken then. A clock outside the package's validity is wrong, and it is
/// taken to be the caucus day.
fn moments(contest: &Contest) -> [(u64, bool); 10] {
    let (freeze, valid) = (contest.freeze, contest.valid);
    assert!(freeze.contains(CAUCUS_MS), "the caucus lies in the freeze");
    [
        (0, false),
        (valid.from_ms - 1, false),
        (valid.from_ms, true),
        (freeze.from_ms - 1, true),
        (freeze.from_ms, false),
        (CAUCUS_MS, false),
        (freeze.until_ms - 1, false),
        (freeze.until_ms, true),
        (valid.until_ms - 1, true),
        (valid.until_ms, false),
    ]
}

/// A tablet that was enrolled with the first package; its clock is set afterwards.
fn enrolled(party: &Party, wall_ms: u64) -> Device {
    let device = Device::enrolled(party.package(1).into_bytes(), &party.code(0).to_string());
    device.clock.wall.store(wall_ms, Ordering::SeqCst);
    device
}

fn number(device: &Device) -> u32 {
    device.view().package.expect("it has one").number
}

#[test]
fn a_file_brings_a_newer_package_outside_the_freeze_only() {
    let party = Party::new("http://127.0.0.1:9");
    for (wall_ms, taken) in moments(&party.contest) {
        let device = enrolled(&party, wall_ms);
        let file = BASE64.encode(party.package(2).bytes());
        device.view_of(Command::ImportHandOff { link: None, file: Some(file) });
        assert_eq!(number(&device), if taken { 2 } else { 1 }, "at {wall_ms}");
    }
}

#[test]
fn a_newer_installer_brings_its_package_outside_the_freeze_only() {
    let party = Party::new("http://127.0.0.1:9");
    for (wall_ms, taken) in moments(&party.contest) {
        let mut device = enrolled(&party, wall_ms);
        device.config.package = Some(party.package(2).into_bytes());
        device.restart();
        assert_eq!(number(&device), if taken { 2 } else { 1 }, "at {wall_ms}");
    }
}

/// Inside the freeze the server is not even asked for one.
#[test]
fn the_server_brings_a_newer_package_outside_the_freeze_only() {
    for (wall_ms, taken) in moments(&Party::new("http://127.0.0.1:9").contest) {
        let server = Server::plain();
        let code = server.hall().party.code(0).to_string();
        let device = Device::enrolled(server.package(), &code);
        device.sync_until_settled(20);
        {
            let mut hall = server.hall();
            hall.package = hall.party.package(2);
            hall.packages_asked = 0;
        }
        device.clock.wall.store(wall_ms, Ordering::SeqCst);
        device.view_of(Command::SyncNow);
        device.sync();
        assert_eq!(server.hall().packages_asked > 0, taken, "at {wall_ms}");
        assert_eq!(number(&device), if taken { 2 } else { 1 }, "at {wall_ms}");
    }
}
