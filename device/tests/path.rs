//! The whole path on one tablet: from the code to the verified receipt.

mod common;

use common::server::Server;
use common::tablet::{Device, MAPLE_1, PIN};
use countersign_core::message::Kind;
use countersign_core::receipt::Receipt;
use countersign_core::room::Room;
use countersign_device::api::*;

#[test]
fn t05_from_code_and_pin_to_a_verified_receipt() {
    let server = Server::plain();
    let code = server.hall().party.code(0).to_string();
    let device = Device::new(Some(server.package()));
    assert_eq!(device.view().lock, LockView::NoPin);
    let Ok(Answer::Invitation { precinct, already_here }) =
        device.call(Command::PreviewInvitation { code: code.as_str().into() })
    else {
        panic!("the code is for a precinct")
    };
    assert_eq!(
        (precinct.name.as_str(), precinct.county.as_str(), already_here),
        ("Maple 1", "Practice County", false)
    );
    let view = device.view_of(Command::Enrol { code: code.as_str().into(), pin: PIN.into() });
    assert_eq!(view.precincts.len(), 1);
    assert_eq!(view.network.waiting, 2, "an enrolment for each room");

    device.fill(0, RoomName::Official, MAPLE_1);
    let caucus = device.caucus();
    assert_eq!(caucus.missing, []);
    assert_eq!(caucus.viability_number, Some(106));
    assert_eq!(
        caucus
            .award
            .as_ref()
            .and_then(|award| award.delegates.clone())
            .map(|d| (d[3], d[8], d[10])),
        Some((5, 5, 4))
    );
    assert_eq!(caucus.findings.iter().map(|f| f.key.as_str()).collect::<Vec<_>>(), ["C04:13"]);
    let report = device.sign();
    assert_eq!(report.standing, Standing::SavedHere);
    assert_eq!(report.counts[1][13], 31);
    assert!(device.view().caucus.is_none(), "the draft is a report now");

    device.sync();
    let Standing::Countersigned { log_index, .. } = device.standing(&report.id) else {
        panic!("{:?}", device.view().network)
    };
    let receipt = device.tablet().receipt(&report.id).unwrap().expect("the receipt is kept");
    let hall = server.hall();
    let log = hall.party.contest.log(Room::Official).unwrap();
    let id = countersign_core::id::MessageId::from_hex(&report.id).unwrap();
    let verified = Receipt::verify(&receipt, id, Kind::Report, &log.origin, &log.keys).unwrap();
    assert_eq!(verified.index, log_index);
    assert_eq!(hall.reports(Room::Official), 1);
    assert_eq!(device.view().network.waiting, 0);
    assert_eq!(device.view().network.state, NetworkState::Online);
}
