//! With a display: the server, an invitation, and the app for a person to use.

use std::process::Command;

use countersign_tests::children::Group;
use countersign_tests::party::Party;
use countersign_tests::port::free_port;
use countersign_tests::wait::{self, Look};
use countersign_tests::{Error, Result, places};

use crate::stage::Stage;

/// The precinct that is invited.
const PRECINCT: &str = "polk-dm-055";
/// Nobody is hurried: a person may leave the app open for as long as a caucus takes.
const A_DAY: std::time::Duration = std::time::Duration::from_secs(24 * 60 * 60);

pub(crate) fn run() -> Result<()> {
    let mut stage = Stage::set()?;
    stage.phase("party");
    let port = free_port()?;
    let folder = stage.data().join("party");
    let mut party = Party::prepare(&folder, &places::contest("iowa-2020"), port, port)?;
    party.start()?;
    let code = party.invite(PRECINCT)?;
    stage.say("party server up: Iowa 2020, 1,765 precincts, both rooms open");
    if let Some(private) = party.private() {
        stage.say(&format!("what headquarters receives: {private}/"));
    }
    println!("\n    The code for Des Moines 55, Polk County:\n\n        {code}\n");
    println!("    Type it on the tablet's own keys. Any six digits make a PIN.\n");

    let data = stage.data().join("tablet");
    std::fs::create_dir_all(&data)
        .map_err(|source| Error::Io { doing: "making the tablet's folder".to_owned(), source })?;
    let mut app = Group::start(
        "the app",
        Command::new(places::program("countersign")?)
            .env("COUNTERSIGN_DATA", &data)
            .env("COUNTERSIGN_PACKAGE", party.package()),
    )?;
    stage.say("the app is open; close its window to end");
    wait::until("the app to be closed", A_DAY, || {
        Ok(if app.running()? { Look::NotYet("open".to_owned()) } else { Look::Yes(()) })
    })?;
    party.stop()?;
    stage.say("app and server have ended; data is in run/data");
    Ok(())
}
