//! `devices`.

use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};
use countersign_core::id::KeyId;
use countersign_core::message::{Message, Revoke, RevokeReason, Scope};
use countersign_core::room::Room;

use super::desk::Admin;
use super::table::Table;
use super::{Data, print};
use crate::failure::Failure;
use crate::node;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Every enrolled tablet of both rooms, as CSV.
    List {
        #[command(flatten)]
        data: Data,
    },
    /// No longer trust a key. Reports that came before stand; later ones are held for a person to judge.
    Revoke {
        #[command(flatten)]
        admin: Admin,
        /// Key id of a tablet (as `devices list` shows it) or of an invitation.
        #[arg(long, value_name = "KEY")]
        key: String,
        /// Why.
        #[arg(long, value_enum)]
        reason: Reason,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Reason {
    /// The tablet is lost.
    Lost,
    /// Another tablet took its place.
    Replaced,
    /// Somebody else may have the key.
    Compromised,
    /// The code was never used.
    Unused,
}

pub(super) fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::List { data } => list(&data)?,
        Command::Revoke { admin, key, reason } => revoke(&admin, &key, reason)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn list(data: &Data) -> Result<(), Failure> {
    let mut table =
        Table::of(["room", "key", "precinct", "invitation", "enrolled_at", "revoked_at"])?;
    for room in Room::ALL {
        let projection = node::read_room(&data.folder(), room).map_err(Failure::mistake)?;
        let package = projection.state.package();
        let mut devices: Vec<_> = projection.state.devices().collect();
        devices.sort_by_key(|device| device.enrolled_at);
        for device in devices {
            let precinct = package.and_then(|package| package.contest.precinct(device.precinct.0));
            let precinct = precinct
                .map_or_else(|| device.precinct.to_string(), |precinct| precinct.id.clone());
            table.line([
                room.as_str(),
                &device.key.id().to_string(),
                &precinct,
                &device.invitation.to_string(),
                &device.enrolled_at.to_string(),
                &device.revoked_at.map(|index| index.to_string()).unwrap_or_default(),
            ])?;
        }
    }
    print(&table.text()?)
}

fn revoke(admin: &Admin, key: &str, reason: Reason) -> Result<(), Failure> {
    let id = KeyId::from_hex(key).ok_or_else(|| {
        Failure::mistake(format!("{key} is no key id: it has 32 hexadecimal digits"))
    })?;
    let signer = admin.key()?;
    let desk = admin.open()?;
    let reason = match reason {
        Reason::Lost => RevokeReason::Lost,
        Reason::Replaced => RevokeReason::Replaced,
        Reason::Compromised => RevokeReason::Compromised,
        Reason::Unused => RevokeReason::Unused,
    };
    let mut entered = Vec::new();
    for room in Room::ALL {
        let state = desk.room(room)?.state;
        // A tablet has one key for each room; an invitation serves both. A log that was begun again may not have got either
        // back yet, and the revocation should not come after it.
        let known = state.device(id).is_some() || state.invitation(id).is_some();
        if known || state.begun().is_some() {
            let scope = Scope::room(state.contest(), room);
            let message = Message::sign(&signer, scope, &Revoke { key: id, reason });
            let index = desk.enter(room, message)?;
            entered.push(format!("{room} room: revoked by log entry {index}\n"));
        }
    }
    desk.close()?;
    if entered.is_empty() {
        return Err(Failure::mistake(format!("no tablet and no invitation has the key {key}")));
    }
    print(&entered.concat())
}
