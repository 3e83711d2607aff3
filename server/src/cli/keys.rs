//! `keys`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use super::print;
use crate::failure::Failure;
use crate::genesis::fingerprint;
use crate::keys::{KeyError, KeyFolder, read_key};

#[derive(Subcommand)]
pub(super) enum Command {
    /// Make every key and a TLS certificate. Nothing is ever overwritten.
    ///
    /// DIR/party/party.key signs packages: move it to a medium that is kept off the server. DIR/server goes to the server:
    /// one log key for each room, a spare, the admin's key, and a certificate with an authority of its own in tls/ (for
    /// `contest pack --tls-root` and `serve --tls-cert`).
    Init {
        /// A folder for the keys.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Host name or address in the TLS certificate; may be repeated.
        #[arg(long = "host", value_name = "HOST", default_values = ["localhost", "127.0.0.1"])]
        hosts: Vec<String>,
    },
}

pub(super) fn run(command: Command) -> Result<ExitCode, Failure> {
    let Command::Init { out, hosts } = command;
    let keys = KeyFolder(out);
    keys.init(&hosts).map_err(|error| match error {
        KeyError::Made(_) => Failure::internal(error),
        other => Failure::mistake(other),
    })?;
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
