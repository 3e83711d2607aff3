//! `invitations`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use countersign_core::contest::Contest;
use countersign_core::id::PrecinctNumber;
use countersign_core::invitation::{InvitationCode, InvitationLink};
use countersign_core::message::{Invitation, Invitations, Message, Package, Scope};
use countersign_core::room::Room;
use ring::rand::{SecureRandom as _, SystemRandom};

use super::desk::Admin;
use super::print;
use super::table::Table;
use crate::failure::Failure;
use crate::keys::write_secret;

/// Keys in one message: well under what a message may have.
const AT_ONCE: usize = 5_000;

/// Invite precincts: codes to print, their keys into the log.
///
/// Makes a code for each precinct, enters its public key in both rooms, and prints what to put on the invitation:
/// precinct, name, county, code, and the link for its QR. The server keeps no code: whoever has one can enrol a tablet.
#[derive(Args)]
pub(super) struct Invite {
    #[command(flatten)]
    admin: Admin,
    /// Id of a precinct; may be repeated.
    #[arg(
        long = "precinct",
        value_name = "ID",
        required_unless_present = "all",
        conflicts_with = "all"
    )]
    precincts: Vec<String>,
    /// Every precinct.
    #[arg(long)]
    all: bool,
    /// Write the table to a new file that only its owner may read, instead of printing it.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

pub(super) fn run(invite: &Invite) -> Result<ExitCode, Failure> {
    if let Some(path) = invite.csv.as_ref().filter(|path| path.exists()) {
        return Err(Failure::mistake(format!(
            "{} exists already: name a new file",
            path.display()
        )));
    }
    let key = invite.admin.key()?;
    let desk = invite.admin.open()?;
    let official = desk.room(Room::Official)?;
    let package = official.state.package().cloned().ok_or_else(super::no_package)?;
    let contest = &package.contest;
    let precincts = if invite.all {
        (0..).zip(&contest.precincts).map(|(number, _)| number).collect()
    } else {
        numbers(contest, &invite.precincts)?
    };
    let codes = make_codes(&precincts)?;
    // Written before the keys are entered: a code that nobody has is worse than one that is not known yet.
    let table = table(&package, &codes)?;
    if let Some(path) = &invite.csv {
        write_secret(path, table.as_bytes()).map_err(Failure::mistake)?;
    }
    for room in Room::ALL {
        for codes in codes.chunks(AT_ONCE) {
            let invitations = codes.iter().map(|code| Invitation {
                key: code.key(&contest.id).public(),
                precinct: code.precinct(),
            });
            let invitations = Invitations { invitations: invitations.collect() };
            let message = Message::sign(&key, Scope::room(&contest.id, room), &invitations);
            desk.enter(room, message)?;
        }
    }
    desk.close()?;
    match &invite.csv {
        Some(path) => print(&format!("{} invitations in {}\n", codes.len(), path.display()))?,
        None => print(&table)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn numbers(contest: &Contest, ids: &[String]) -> Result<Vec<u32>, Failure> {
    ids.iter()
        .map(|id| {
            contest
                .precinct_by_id(id)
                .map(|(number, _)| number)
                .ok_or_else(|| Failure::mistake(format!("the contest has no precinct {id}")))
        })
        .collect()
}

/// A new code for each precinct.
///
/// # Errors
/// When the machine gives no randomness.
pub(crate) fn make_codes(precincts: &[u32]) -> Result<Vec<InvitationCode>, Failure> {
    let random = SystemRandom::new();
    precincts
        .iter()
        .map(|&number| {
            let mut secret = [0; 10];
            random
                .fill(&mut secret)
                .map_err(|_| Failure::internal("the machine gives no randomness"))?;
            Ok(InvitationCode::new(PrecinctNumber(number), &secret))
        })
        .collect()
}

fn table(package: &Package, codes: &[InvitationCode]) -> Result<String, Failure> {
    let contest = &package.contest;
    let address = contest.servers.first().map(|server| server.address.clone()).unwrap_or_default();
    let mut table = Table::of(["precinct", "name", "county", "code", "link"])?;
    for code in codes {
        let precinct = contest
            .precinct(code.precinct().0)
            .ok_or_else(|| Failure::internal("a code for a precinct that is not there"))?;
        let link = InvitationLink {
            code: code.clone(),
            address: address.clone(),
            party: package.party_key.id(),
        };
        table.line([
            &precinct.id,
            &precinct.name,
            &contest.county_display(precinct),
            &code.to_string(),
            &link.to_text(),
        ])?;
    }
    table.text()
}
