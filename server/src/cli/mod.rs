//! The program's commands. Exit codes: 0 done, 2 a mistake that a person can mend, 1 anything else.

mod accounts;
mod backup;
mod compare_rules;
mod contest;
mod copy;
mod desk;
mod devices;
mod export;
mod feed_tokens;
mod fsck;
mod init;
mod inquiry;
mod invitations;
mod keys;
mod log;
mod package;
mod passkeys;
mod people;
mod person;
mod rebuild;
mod received;
mod release;
mod review;
mod room;
mod serve;
mod table;
mod verify;
mod verify_receipt;
mod witness;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::failure::Failure;
use crate::folder::Folder;

/// The party server of Countersign: takes signed caucus reports, countersigns them with receipts from an append-only log.
///
/// A contest begins like this:
///
///   countersign-server keys init --out keys --host reports.example.org
///   countersign-server contest check contests/iowa-2020
///   countersign-server contest pack contests/iowa-2020 --number 1 --keys keys \
///       --server https://reports.example.org --tls-root keys/server/tls/ca.pem --out iowa-2020.countersign
///   countersign-server init --data data --package iowa-2020.countersign --keys keys --open official,rehearsal
///   countersign-server invitations --data data --keys keys --all --csv invitations.csv
///   countersign-server serve --data data --reporting 0.0.0.0:443 \
///       --tls-cert keys/server/tls/cert.pem --tls-key keys/server/tls/key.pem
///
/// `keys/party` never goes onto the server; the other commands need `keys/server` only.
#[derive(Parser)]
#[command(version, verbatim_doc_comment, max_term_width = 110)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

// A command that is a struct has its help on the struct: a comment here would take its place.
#[derive(Subcommand)]
enum Command {
    /// Make the keys of a contest.
    #[command(subcommand)]
    Keys(keys::Command),
    /// Check, pack and audit a contest's files.
    #[command(subcommand)]
    Contest(contest::Command),
    Init(init::Init),
    Invitations(invitations::Invite),
    /// List enrolled tablets, or revoke one.
    #[command(subcommand)]
    Devices(devices::Command),
    /// Open a room, or begin a rehearsal round.
    #[command(subcommand)]
    Room(room::Command),
    /// Write a room's public log as files, or begin it again after a disaster.
    #[command(subcommand)]
    Log(log::Command),
    /// Enter a newer package.
    #[command(subcommand)]
    Package(package::Command),
    /// Name the people of headquarters, make their accounts and keys.
    #[command(subcommand)]
    People(people::Command),
    /// What waits for a reviewer, and what a reviewer decides.
    #[command(subcommand)]
    Review(review::Command),
    /// Preview, release, withdraw, stop.
    #[command(subcommand)]
    Release(release::Command),
    Serve(serve::Serve),
    Received(received::Show),
    Export(export::Export),
    Fsck(fsck::Fsck),
    Rebuild(rebuild::Rebuild),
    Backup(backup::Backup),
    Verify(verify::Verify),
    VerifyReceipt(verify_receipt::VerifyReceipt),
    Witness(witness::Witness),
}

/// Which data folder.
#[derive(Args)]
struct Data {
    /// The server's data folder.
    #[arg(long, value_name = "DIR", env = "COUNTERSIGN_SERVER_DATA")]
    data: PathBuf,
}

impl Data {
    fn folder(&self) -> Folder {
        Folder(self.data.clone())
    }
}

/// Runs the program with the arguments it was started with.
#[must_use]
pub fn main() -> ExitCode {
    // clap ends the program with 2 on a wrong argument, and with 0 after --help.
    let result = match Cli::parse().command {
        Command::Keys(command) => keys::run(command),
        Command::Contest(command) => contest::run(command),
        Command::Init(init) => init::run(&init),
        Command::Invitations(invite) => invitations::run(&invite),
        Command::Devices(command) => devices::run(command),
        Command::Room(command) => room::run(command),
        Command::Log(command) => log::run(command),
        Command::Package(command) => package::run(command),
        Command::People(command) => people::run(command),
        Command::Review(command) => review::run(command),
        Command::Release(command) => release::run(command),
        Command::Serve(serve) => serve::run(serve),
        Command::Received(show) => received::run(&show),
        Command::Export(export) => export::run(&export),
        Command::Fsck(fsck) => fsck::run(&fsck),
        Command::Rebuild(rebuild) => rebuild::run(&rebuild),
        Command::Backup(backup) => backup::run(&backup),
        Command::Verify(command) => verify::run(&command),
        Command::VerifyReceipt(verify) => verify_receipt::run(&verify),
        Command::Witness(witness) => witness::run(&witness),
    };
    match result {
        Ok(code) => code,
        Err(failure) => {
            // Standard error may be a file on a full disk; the exit code says it all the same.
            let _ = writeln!(std::io::stderr(), "{failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}

/// Prints to the terminal. A reader that has gone (`| head`) is no failure.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::internal(error))
        }
        _ => Ok(()),
    }
}

/// What is said of a log into which no package was entered.
fn no_package() -> Failure {
    Failure::mistake("the log has no package yet")
}

fn read_file(path: &std::path::Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| Failure::mistake(format!("{}: {error}", path.display())))
}
