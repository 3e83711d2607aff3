//! The first package of a tablet whose installer carried none. That the link of an invitation brings it is tested with the
//! real server, in the tests of the whole.

mod common;

use common::Party;
use common::tablet::{Device, PIN};
use countersign_device::api::*;
use data_encoding::BASE64;

/// Without a package a code says nothing, and there is no PIN yet that could unlock anything: the file comes first.
#[test]
fn t05_a_file_brings_the_first_package_before_there_is_a_pin() {
    let party = Party::new("http://127.0.0.1:9");
    let code = party.code(0).to_string();
    let mut device = Device::new(None);
    let preview = Command::PreviewInvitation { code: code.as_str().into() };
    let enrol = Command::Enrol { code: code.as_str().into(), pin: PIN.into() };
    for command in [preview.clone(), enrol.clone()] {
        assert_eq!(device.call(command).unwrap_err().code, ProblemCode::NoPackage);
    }
    let file = Some(BASE64.encode(party.package(1).bytes()));
    let view = device.view_of(Command::ImportHandOff { link: None, file });
    let package = view.package.expect("it was taken");
    assert_eq!((package.number, package.pinned), (1, false), "no installer vouches for it");
    assert_eq!(view.lock, LockView::NoPin);
    device.restart();
    assert_eq!(device.view().package, Some(package), "it is kept");
    let Ok(Answer::Invitation { precinct, already_here: false }) = device.call(preview) else {
        panic!("the code can be read now")
    };
    assert_eq!(precinct.id, "maple-1");
    assert_eq!(device.view_of(enrol).precincts[0].id, "maple-1");
    // From now on the PIN is asked for.
    device.restart();
    let file = Some(BASE64.encode(party.package(2).bytes()));
    let problem = device.call(Command::ImportHandOff { link: None, file }).unwrap_err();
    assert_eq!(problem.code, ProblemCode::Locked);
}
