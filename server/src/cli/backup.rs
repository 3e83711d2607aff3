//! `backup`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::{Data, fsck, print};
use crate::backup::backup;
use crate::failure::Failure;
use crate::folder::Folder;

/// Copy the data folder while the server runs, and check the copy from its first entry.
///
/// The copy holds both logs, the private store and the logs' keys: keep it as you keep the server. What was acknowledged
/// after it was taken is not in it: `docs/operations.md`, "To restore", says step by step how to go on from it.
#[derive(Args)]
pub(super) struct Backup {
    #[command(flatten)]
    data: Data,
    /// A folder that is not there yet.
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
}

pub(super) fn run(command: &Backup) -> Result<ExitCode, Failure> {
    backup(&command.data.folder(), &command.to).map_err(Failure::mistake)?;
    print(&format!("copied to {}\n", command.to.display()))?;
    fsck::report(&Folder(command.to.clone()))
}
