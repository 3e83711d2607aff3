//! `make night`: a whole caucus night on one machine. Every precinct has a tablet that runs the real engine over a database
//! of its own, and reports to the real server through networks that fail, from a seed that makes the same plan again.
//!
//! [`plan`] says what will happen; a [`hall`] is a process with some hundred tablets, each served by a [`secretary`];
//! [`weather`] is the networks; [`audit`] checks in the end that nothing was lost, doubled or forged, and [`summary`] says
//! how it went.

mod audit;
mod evening;
mod hall;
mod halls;
mod ledger;
mod plan;
mod progress;
mod stage;
mod summary;
mod weather;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use countersign_tests::{paper, places, process, secretary};

use crate::plan::Faults;

/// Whatever went wrong, in words.
type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Lives through a caucus night: every precinct reports to a real server, and much goes wrong. Ends with a report of how it
/// went, and with exit code 1 when anything was lost, doubled or forged, or has no receipt.
#[derive(Debug, Parser)]
#[command(name = "night")]
struct Arguments {
    /// Makes the same plan again.
    #[arg(long, default_value_t = 2020)]
    seed: u64,
    /// A contest of this repository.
    #[arg(long, default_value = "iowa-2020")]
    contest: String,
    /// What is on the papers: a CSV as for `contest audit`. Without it, the contest's own results.
    #[arg(long)]
    reports: Option<PathBuf>,
    /// How many precincts report; all without it.
    #[arg(long)]
    tablets: Option<usize>,
    /// How long the evening is.
    #[arg(long, default_value_t = 240, value_parser = clap::value_parser!(u64).range(10..=10_000))]
    minutes: u64,
    /// In how many seconds of this machine it passes.
    #[arg(long, default_value_t = 120, value_parser = clap::value_parser!(u64).range(2..=36_000))]
    seconds: u64,
    /// What goes wrong.
    #[arg(long, value_enum, default_value_t = Faults::Usual)]
    faults: Faults,
    /// Where the figures go.
    #[arg(long, default_value_os_t = places::root().join("run/night.json"))]
    out: PathBuf,
    /// Where the tablets' databases are, below a folder of their own. Every tablet has a disk of its own and this machine has
    /// one, so it is memory where the system has a place for that.
    #[arg(long, default_value_os_t = memory())]
    tablets_in: PathBuf,
    /// Keep the folders of the night, and say where they are.
    #[arg(long)]
    keep: bool,
    /// Be a hall of the night: its orders.
    #[arg(long, hide = true)]
    hall: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Each connection and each tablet has its open files.
    if let Err(error) = process::raise_open_files() {
        eprintln!("night: {error}");
    }
    let ended = match &arguments.hall {
        Some(orders) => hall::run(orders).map(|()| true),
        None => stage::run(&arguments),
    };
    match ended {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("night: {error}");
            ExitCode::FAILURE
        }
    }
}

fn memory() -> PathBuf {
    let shared = PathBuf::from("/dev/shm");
    if shared.is_dir() { shared } else { std::env::temp_dir() }
}
