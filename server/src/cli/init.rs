//! `init`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use countersign_core::room::Room;

use super::{Data, print, read_file};
use crate::clock::{SharedClock, SystemClock};
use crate::failure::Failure;
use crate::genesis::{Beginning, Genesis, begin, beside};
use crate::keys::KeyFolder;

/// Make a server's data folder from a package.
///
/// Makes DIR with both logs: package and people entered, rooms opened. DIR must be new or empty; it appears whole or not
/// at all.
#[derive(Args)]
pub(super) struct Init {
    #[command(flatten)]
    data: Data,
    /// The package that `contest pack` made.
    #[arg(long, value_name = "FILE")]
    package: PathBuf,
    /// What `contest pack` wrote beside it, if it lies elsewhere now.
    #[arg(long, value_name = "FILE")]
    genesis: Option<PathBuf>,
    /// The folder that `keys init` made; only its server/ is read.
    #[arg(long, value_name = "DIR")]
    keys: PathBuf,
    /// Rooms that take reports at once: official, rehearsal, or both with a comma. Others open later by `room open`.
    #[arg(long, value_name = "ROOM", value_delimiter = ',')]
    open: Vec<Room>,
}

pub(super) fn run(init: &Init) -> Result<ExitCode, Failure> {
    let package = read_file(&init.package)?;
    let path = init.genesis.clone().unwrap_or_else(|| beside(&init.package));
    let genesis: Genesis = serde_json::from_slice(&read_file(&path)?)
        .map_err(|error| Failure::mistake(format!("{}: {error}", path.display())))?;
    let beginning = Beginning {
        package: &package,
        genesis: &genesis,
        keys: &KeyFolder(init.keys.clone()),
        open: &init.open,
    };
    let clock: SharedClock = Arc::new(SystemClock);
    begin(&init.data.folder(), &beginning, &clock)?;
    print(&format!(
        "{} is ready: `countersign-server serve --data` it\n",
        init.data.data.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}
