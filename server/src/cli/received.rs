//! `received`.

use std::process::ExitCode;

use clap::Args;
use countersign_core::results::Received;
use countersign_core::room::Room;

use super::{Data, print};
use crate::failure::Failure;
use crate::{begun, node, titles};

/// What was received, not reviewed.
///
/// Sums of what was received, worked out from the log in the data folder; a server may be running. Nobody has reviewed
/// them: they are *received*, never results.
#[derive(Args)]
pub(super) struct Show {
    #[command(flatten)]
    data: Data,
    /// Which room.
    #[arg(long, default_value = "official")]
    room: Room,
    /// JSON instead of text.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(show: &Show) -> Result<ExitCode, Failure> {
    let projection = node::read_room(&show.data.folder(), show.room).map_err(Failure::mistake)?;
    let received = Received::of(&projection.state).ok_or_else(super::no_package)?;
    if show.json {
        let mut text = serde_json::to_string_pretty(&received).map_err(Failure::internal)?;
        text.push('\n');
        print(&text)?;
    } else {
        print(&text(&received))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn text(received: &Received) -> String {
    let mut text = format!(
        "{}, {} room, not reviewed: {} of {} precincts received, {} in conflict\n",
        received.contest,
        received.room,
        received.precincts_received,
        received.precincts_total,
        received.precincts_in_conflict
    );
    if let Some(begun) = &received.begun_again {
        text.push_str(&format!("{}\n", begun::english(received.room, begun)));
    }
    for total in &received.totals {
        text.push_str(&format!("\n{}\n", titles::of_count(total.count)));
        for (group, number) in received.groups.iter().zip(&total.groups) {
            text.push_str(&format!("  {group:<20}{number:>9}\n"));
        }
    }
    text
}
