//! `keys`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use countersign_core::room::Room;

use super::print;
use crate::failure::Failure;
use crate::genesis::fingerprint;
use crate::keys::{KeyError, KeyFolder, read_key};

#[derive(Subcommand)]
pub(super) enum Command {
    /// Make every key and a TLS certificate. Nothing is ever overwritten.
    ///
    /// DIR/party/party.key signs packages: move it to a medium that is kept off the server. DIR/server goes to the server:
    /// one log key for each room, a spare, one key for each room that signs lists of hashes, the admin's key, and a certificate with an authority of its own in tls/ (for
    /// `contest pack --tls-root` and `serve --tls-cert`).
    Init {
        /// A folder for the keys.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Host name or address in the TLS certificate; may be repeated.
        #[arg(long = "host", value_name = "HOST", default_values = ["localhost", "127.0.0.1"])]
        hosts: Vec<String>,
    },
    /// Make the keys that sign the lists of hashes of published documents, in a folder that has none yet.
    ///
    /// For folders from before there were any, and after these keys were lost: take the old ones away first. The next package
    /// names them; copy DIR/server/results-*.key into keys/ of the server's data folder when it is entered.
    Results {
        /// The folder that `keys init` made.
        #[arg(long, value_name = "DIR")]
        keys: PathBuf,
    },
}

pub(super) fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Init { out, hosts } => init(&KeyFolder(out), &hosts),
        Command::Results { keys } => results(&KeyFolder(keys)),
    }
}

fn failure(error: KeyError) -> Failure {
    match error {
        KeyError::Made(_) => Failure::internal(error),
        other => Failure::mistake(other),
    }
}

fn results(keys: &KeyFolder) -> Result<ExitCode, Failure> {
    keys.init_results().map_err(failure)?;
    let mut text = String::new();
    for room in Room::ALL {
        text.push_str(&format!("made {}\n", keys.results(room).display()));
    }
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn init(keys: &KeyFolder, hosts: &[String]) -> Result<ExitCode, Failure> {
    keys.init(hosts).map_err(failure)?;
    let party = read_key(&keys.party()).map_err(Failure::internal)?;
    print(&format!(
        "party key          {}\n  keep this one off the server: whoever has it can replace the contest\n\
         its fingerprint    {}\nfor the server     {}\n",
        keys.party().display(),
        fingerprint(&party.public()),
        keys.server().display(),
    ))?;
    Ok(ExitCode::SUCCESS)
}
