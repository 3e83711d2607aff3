//! Hand-off to another tablet, and packages that are not taken.

mod common;

use common::Party;
use common::server::Server;
use common::tablet::{Device, MAPLE_1, config};
use countersign_core::room::Room;
use countersign_device::Tablet;
use countersign_device::api::*;

#[test]
fn t29_another_tablet_carries_the_report_and_can_change_nothing() {
    let server = Server::plain();
    let (first, second) = {
        let hall = server.hall();
        (hall.party.code(0).to_string(), hall.party.code(1).to_string())
    };
    let device = Device::enrolled(server.package(), &first);
    device.fill(0, RoomName::Official, MAPLE_1);
    let report = device.sign();
    let Ok(Answer::HandOff { link, qr, .. }) =
        device.call(Command::HandOff { report: report.id.clone() })
    else {
        panic!("a hand-off")
    };
    assert!(qr.len() > 20 && qr.iter().all(|row| row.len() == qr.len()));
    let carrier = Device::enrolled(server.package(), &second);
    let mut altered = link.clone();
    altered
        .replace_range(link.len() - 4..link.len() - 3, if link.ends_with('A') { "B" } else { "A" });
    if altered != link {
        let brought = Command::ImportHandOff { link: Some(altered), file: None };
        assert_eq!(carrier.call(brought).unwrap_err().code, ProblemCode::HandOffUnreadable);
    }
    let view = carrier.view_of(Command::ImportHandOff { link: Some(link), file: None });
    assert_eq!(view.carried[0].id, report.id);
    carrier.sync_until_settled(20);
    let standing = carrier.view().carried[0].standing.clone();
    assert!(matches!(standing, Standing::Countersigned { .. }), "{standing:?}");
    device.sync_until_settled(20);
    assert!(matches!(device.standing(&report.id), Standing::Countersigned { .. }));
    assert_eq!(server.hall().reports(Room::Official), 1);
}

#[test]
fn a_lower_package_or_another_party_s_is_not_taken() {
    let party = Party::new("http://127.0.0.1:9");
    let mut device = Device::enrolled(party.package(3).into_bytes(), &party.code(0).to_string());
    device.config.package = Some(party.package(2).into_bytes());
    device.restart();
    assert_eq!(device.view().package.unwrap().number, 3);
    device.tablet = None;
    let other = Party::numbered(2, "http://127.0.0.1:9").package(9).into_bytes();
    let Err(problem) = Tablet::open(config(device.folder.path(), Some(other)).0) else {
        panic!("another party's package opens nothing")
    };
    assert_eq!(problem.code, ProblemCode::PackageRefused);
}
