//! `room`.

use std::process::ExitCode;

use clap::Subcommand;
use countersign_core::message::RoomChange;
use countersign_core::room::Room;

use super::desk::Admin;
use super::print;
use crate::failure::Failure;
use crate::genesis::room_act;

#[derive(Subcommand)]
pub(super) enum Command {
    /// From now on the room takes reports.
    Open {
        #[command(flatten)]
        admin: Admin,
        /// Which room.
        #[arg(long)]
        room: Room,
    },
    /// A new rehearsal round begins: its numbers start afresh, the log goes on.
    Round {
        #[command(flatten)]
        admin: Admin,
    },
}

pub(super) fn run(command: Command) -> Result<ExitCode, Failure> {
    let (admin, room, change) = match command {
        Command::Open { admin, room } => (admin, room, RoomChange::Open),
        Command::Round { admin } => (admin, Room::Rehearsal, RoomChange::Round),
    };
    let key = admin.key()?;
    let desk = admin.open()?;
    let state = desk.room(room)?.state;
    let round = match change {
        RoomChange::Open if state.is_open() => {
            return Err(Failure::mistake(format!("the {room} room is open already")));
        }
        RoomChange::Open => 1,
        RoomChange::Round => state.round() + 1,
    };
    let index = desk.enter(room, room_act(&key, state.contest(), room, change, round))?;
    desk.close()?;
    print(&format!("{room} room: round {round} by log entry {index}\n"))?;
    Ok(ExitCode::SUCCESS)
}
