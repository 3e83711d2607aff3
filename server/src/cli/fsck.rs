//! `fsck`.

use std::process::ExitCode;

use clap::Args;
use countersign_core::room::Room;

use super::{Data, print};
use crate::failure::Failure;
use crate::folder::Folder;
use crate::fsck;

/// Check a data folder: order, tree, checkpoints, every signature, every judgement.
///
/// Reads both logs from their first entry and checks everything again: order, times, tree, checkpoint, every signature and
/// every judgement. Names the first difference. Exit code 1 when there is one. A server may be running.
#[derive(Args)]
pub(super) struct Fsck {
    #[command(flatten)]
    data: Data,
}

pub(super) fn run(command: &Fsck) -> Result<ExitCode, Failure> {
    report(&command.data.folder())
}

/// Checks both rooms of a folder and prints what was found.
pub(super) fn report(folder: &Folder) -> Result<ExitCode, Failure> {
    let mut good = true;
    for room in Room::ALL {
        match fsck::check(folder, room) {
            Ok(sound) => print(&format!(
                "{room} room: {} entries, every signature, the tree and the checkpoint are good\n",
                sound.entries
            ))?,
            Err(fsck::Trouble::Folder(error)) => return Err(Failure::mistake(error)),
            Err(trouble) => {
                good = false;
                print(&format!("{room} room: {trouble}\n"))?;
            }
        }
        // They are said and not judged: what is wrong with one is why a later one began.
        let earlier = fsck::check_earlier(folder, room).map_err(Failure::mistake)?;
        for fsck::CheckedEarlier { origin, found } in earlier {
            let found = match found {
                Ok(sound) => format!("{} entries, good", sound.entries),
                Err(trouble) => trouble.to_string(),
            };
            print(&format!("  before it {origin}: {found}\n"))?;
        }
    }
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
