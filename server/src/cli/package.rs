//! `package`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use countersign_core::message::Package;
use countersign_core::room::Room;

use super::desk::Admin;
use super::{print, read_file};
use crate::failure::Failure;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Enter a package with a higher number into both logs. Reports made by earlier ones stay acceptable.
    Enter {
        #[command(flatten)]
        admin: Admin,
        /// The package that `contest pack` made.
        #[arg(long, value_name = "FILE")]
        package: PathBuf,
    },
}

pub(super) fn run(command: Command) -> Result<ExitCode, Failure> {
    let Command::Enter { admin, package } = command;
    let (message, content) = Package::read(&read_file(&package)?).map_err(Failure::mistake)?;
    let desk = admin.open()?;
    if desk.room(Room::Official)?.state.party() != content.party_key {
        return Err(Failure::mistake(
            "the package is signed by another party key than this server's contest",
        ));
    }
    for room in Room::ALL {
        let index = desk.enter(room, message.clone())?;
        print(&format!("{room} room: package {} by log entry {index}\n", content.number))?;
    }
    print(&super::contest::witnesses(&content.contest))?;
    desk.close()?;
    Ok(ExitCode::SUCCESS)
}
