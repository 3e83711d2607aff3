//! `make flood`: a party server is flooded, on this machine and the loopback interface only, while every precinct's tablet
//! reports through the same door.
//!
//! [`capacity`] measures what the server can do with nobody in its way; [`attack`] is what comes instead, in processes of
//! their own, twenty times as much; a [`hall`] is a process of tablets that run the real engine and know nothing of it;
//! [`watch`] looks at the server from outside; [`audit`] checks in the end that nothing was lost, doubled or forged, and
//! [`summary`] says how it went. Everything ends by itself.

mod attack;
mod audit;
mod capacity;
mod gate;
mod hall;
mod ledger;
mod orders;
mod stage;
mod summary;
mod watch;
mod wire;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use countersign_tests::{places, process};

/// Whatever went wrong, in words.
type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Floods a party server while every precinct reports to it. Ends with a report of how it went, and with exit code 1 when a
/// report was lost, doubled or forged, or when receipts, pages or memory were beyond their bounds.
#[derive(Debug, Parser)]
#[command(name = "flood")]
struct Arguments {
    /// Decides who signs when, and where from.
    #[arg(long, default_value_t = 2020)]
    seed: u64,
    /// A contest of this repository.
    #[arg(long, default_value = "iowa-2020")]
    contest: String,
    /// How many precincts report; all without it.
    #[arg(long, value_parser = clap::value_parser!(u64).range(2..))]
    tablets: Option<u64>,
    /// How long the flood lasts.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(4..=600))]
    seconds: u64,
    /// What comes, in parts of what the server can enter.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=1_000))]
    times: u64,
    /// Connections of the attackers, per cent of a full flood's.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..=100))]
    crowd: u64,
    /// Say how long things took without judging it: for machines that do other things as well.
    #[arg(long)]
    patient: bool,
    /// Where the figures go.
    #[arg(long, default_value_os_t = places::root().join("run/flood.json"))]
    out: PathBuf,
    /// Where the tablets' databases are, below a folder of their own: memory where the system has a place for that, since
    /// every tablet has a disk of its own and this machine has one.
    #[arg(long, default_value_os_t = memory())]
    tablets_in: PathBuf,
    /// Be a hall of tablets: its orders.
    #[arg(long, hide = true)]
    hall: Option<PathBuf>,
    /// Be an attacker: its orders.
    #[arg(long, hide = true)]
    attack: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Each connection and each tablet has its open files.
    if let Err(error) = process::raise_open_files() {
        eprintln!("flood: {error}");
    }
    let ended = match (&arguments.hall, &arguments.attack) {
        (Some(orders), _) => hall::run(orders).map(|()| true),
        (_, Some(orders)) => attack::run(orders).map(|()| true),
        _ => stage::run(&arguments),
    };
    match ended {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("flood: {error}");
            ExitCode::FAILURE
        }
    }
}

fn memory() -> PathBuf {
    let shared = PathBuf::from("/dev/shm");
    if shared.is_dir() { shared } else { std::env::temp_dir() }
}
