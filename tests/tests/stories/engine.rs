//! The tablet's engine without a window, where a real server or a real disk decides.

use std::path::Path;
use std::process::Stdio;

use countersign_core::invitation::InvitationLink;
use countersign_device::api::{
    Answer, Command, LockView, NetworkState, PreflightSubject, Problem, ProblemCode, View,
};
use countersign_device::{Config, Tablet};
use countersign_tests::children::Group;
use countersign_tests::disk::SmallDisk;
use countersign_tests::party::Party;
use countersign_tests::wait::{self, Look};
use countersign_tests::{Error, Result, places};
use serde_json::Value;

use crate::{COUNTERSIGNED_WITHIN, PIN, folder, same};

/// A tablet whose installer carried no package.
fn tablet(folder: &Path) -> Result<Tablet> {
    let opened = Tablet::open(Config::new(folder.to_path_buf(), "0.1.0"));
    opened.map_err(|problem| unexpected(&problem))
}

fn unexpected(problem: &Problem) -> Error {
    Error::Unexpected(format!("the tablet says {:?}", problem.code))
}

fn view(tablet: &Tablet, command: Command) -> Result<View> {
    match tablet.call(command) {
        Ok(Answer::View { view }) => Ok(*view),
        Ok(other) => Err(Error::Unexpected(format!("no view: {other:?}"))),
        Err(problem) => Err(unexpected(&problem)),
    }
}

/// Place that a link is for, or why it cannot be said.
fn preview(tablet: &Tablet, link: &str) -> Result<std::result::Result<String, ProblemCode>> {
    match tablet.call(Command::PreviewInvitation { code: link.into() }) {
        Ok(Answer::Invitation { precinct, already_here: false }) => Ok(Ok(precinct.id)),
        Ok(other) => Err(Error::Unexpected(format!("no invitation: {other:?}"))),
        Err(problem) => Ok(Err(problem.code)),
    }
}

/// A code alone does not say where the server is; its link does. The link brings the package, the code is understood,
/// both keys are enrolled, and what was brought is kept. A link that names another party than the server's brings nothing.
#[test]
fn t05_an_invitation_s_link_brings_the_first_package() -> Result<()> {
    let folder = folder()?;
    let contest = places::contest("practice");
    let mut party = Party::plain(&folder.path().join("party"), &contest)?;
    party.start()?;
    let mut other = Party::plain(&folder.path().join("other"), &contest)?;
    other.start()?;
    let link = party.invite_by_link("maple-1")?;
    let of_party = InvitationLink::parse(&link)
        .ok()
        .flatten()
        .ok_or_else(|| Error::Unexpected(format!("{link} is no link")))?;

    let data = folder.path().join("tablet");
    let here = tablet(&data)?;
    same("a code alone", Err(ProblemCode::NoPackage), preview(&here, &of_party.code.to_string())?)?;
    let address = format!("http://localhost:{}", other.reporting().port());
    let misled = InvitationLink { address, ..of_party }.to_text();
    same("another party's server", Err(ProblemCode::PackageRefused), preview(&here, &misled)?)?;
    same("its package", None, view(&here, Command::View)?.package)?;

    same("the place", Ok("maple-1".to_owned()), preview(&here, &link)?)?;
    let package = view(&here, Command::View)?.package;
    let said = package.as_ref().map(|package| (package.number, package.pinned));
    same("number, and whether an installer pins it", Some((1, false)), said)?;
    drop(here);
    let here = tablet(&data)?;
    same("the package after a restart", package, view(&here, Command::View)?.package)?;
    view(&here, Command::Enrol { code: link.as_str().into(), pin: PIN.into() })?;
    here.start_sync();
    wait::until("both enrolments", COUNTERSIGNED_WITHIN, || {
        let network = view(&here, Command::View)?.network;
        Ok(if network.waiting == 0 { Look::Yes(()) } else { Look::NotYet(format!("{network:?}")) })
    })?;
    let rooms: Vec<Option<String>> = party
        .devices()?
        .into_iter()
        .filter(|device| device["precinct"] == "maple-1")
        .map(|device| device.get("room").cloned())
        .collect();
    same("rooms", vec![Some("official".to_owned()), Some("rehearsal".to_owned())], rooms)
}

/// The server is away when the link is read: the tablet says so and, once the server is there, has the package by itself.
#[test]
fn t05_a_link_read_without_a_network_is_followed_later() -> Result<()> {
    let folder = folder()?;
    let contest = places::contest("practice");
    let mut party = Party::plain(&folder.path().join("party"), &contest)?;
    let link = party.invite_by_link("oak-1")?;
    let here = tablet(&folder.path().join("tablet"))?;
    here.start_sync();
    same("without a server", Err(ProblemCode::NoPackage), preview(&here, &link)?)?;
    wait::until("an attempt", wait::LONG, || {
        let state = view(&here, Command::View)?.network.state;
        Ok(if state == NetworkState::Refused {
            Look::Yes(())
        } else {
            Look::NotYet(format!("{state:?}"))
        })
    })?;
    party.start()?;
    wait::until("the package", COUNTERSIGNED_WITHIN, || {
        let view = view(&here, Command::View)?;
        same("nothing was enrolled", LockView::NoPin, view.lock)?;
        Ok(match view.package {
            Some(_) => Look::Yes(()),
            None => Look::NotYet(format!("{:?}", view.network)),
        })
    })?;
    same("the place", Ok("oak-1".to_owned()), preview(&here, &link)?)
}

/// The preflight's line for storage, on a disk that is full and on the same one when there is room again. The tablet runs in
/// the small program that hosts it for browsers, since only a process started on the small disk finds it.
#[test]
fn t14_a_preflight_tells_of_a_full_disk() -> Result<()> {
    let folder = folder()?;
    let disk = SmallDisk::over(&folder.path().join("disk"), 4 << 10)?;
    let mut command = disk.command(&places::program("tablet-host")?);
    command.arg("--data").arg(disk.folder()).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut host = Group::start("tablet-host", &mut command)?;
    let address = format!("{}/rpc", host.first_line()?.trim());
    let storage = || {
        let asked = ureq::post(&address).send_json(Command::Preflight);
        let reply: Value = asked
            .and_then(|mut answer| answer.body_mut().read_json())
            .map_err(|error| Error::Unexpected(format!("{address}: {error}")))?;
        match serde_json::from_value(reply["ok"].clone()) {
            Ok(Answer::Preflight { items }) => {
                let storage = items.iter().find(|item| item.what == PreflightSubject::Storage);
                Ok(storage.map(|item| item.good))
            }
            _ => Err(Error::Unexpected(format!("no preflight: {reply}"))),
        }
    };
    same("storage with room", Some(true), storage()?)?;
    disk.fill()?;
    same("storage without room", Some(false), storage()?)?;
    disk.clear()?;
    same("storage with room again", Some(true), storage()?)
}
