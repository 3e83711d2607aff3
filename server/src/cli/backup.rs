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
/// The copy holds both logs, the private store and the logs' keys: keep it as you keep the server. To restore it, stop the
/// server, put the copy where the data folder was, and start. What was acknowledged after the copy was taken is not in
/// it; `docs/operations.md` says what to do then.
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
