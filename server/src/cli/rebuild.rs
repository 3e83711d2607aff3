//! `rebuild`.

use std::process::ExitCode;

use clap::Args;
use countersign_core::room::Room;

use super::{Data, print};
use crate::failure::Failure;
use crate::rebuild::{Rebuilt, rebuild};

/// Replay the logs as a start does, and say what came out and how long it took.
///
/// What the server knows of precincts, keys and numbers is never stored: it is worked out from entries and messages at
/// each start and kept in memory. So there is nothing that could be out of date, and nothing to repair. This command is
/// for seeing, before a start, that the logs can be replayed, and how long the start will take. It writes nothing, and a
/// server may be running.
///
/// The first thing that cannot be replayed is named, with exit code 2. `fsck` checks more: every signature as well.
#[derive(Args)]
pub(super) struct Rebuild {
    #[command(flatten)]
    data: Data,
    /// One JSON array instead of text.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(command: &Rebuild) -> Result<ExitCode, Failure> {
    let folder = command.data.folder();
    let rebuilt = Room::ALL
        .into_iter()
        .map(|room| rebuild(&folder, room))
        .collect::<Result<Vec<_>, _>>()
        .map_err(Failure::mistake)?;
    if command.json {
        let mut text = serde_json::to_string(&rebuilt).map_err(Failure::internal)?;
        text.push('\n');
        print(&text)?;
    } else {
        for room in &rebuilt {
            print(&line(room))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn line(rebuilt: &Rebuilt) -> String {
    format!(
        "{} room: {} entries, {} of them reports; precincts with a report: {}, in conflict: {}; replayed in {} ms\n",
        rebuilt.room,
        rebuilt.entries,
        rebuilt.reports,
        rebuilt.precincts_with_report,
        rebuilt.precincts_in_conflict,
        rebuilt.milliseconds
    )
}
