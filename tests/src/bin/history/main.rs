//! `make history`: the releases of a real caucus once more, through the whole path: what was published first comes as
//! signed reports to the real server, is reviewed and released in the same batches by two people, is corrected as it was
//! corrected then, and every total is compared with what was published at the time.
//!
//! [`recorded`] reads what was published; [`sheet`] makes a report of it;
//! [`story`] goes through the releases; [`compare`] says where the totals differ.

mod compare;
mod recorded;
mod sheet;
mod story;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use countersign_tests::places;

/// Whatever went wrong, in words.
type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Feeds the recorded releases of a real caucus through the whole path, as batches and corrections, and compares every
/// total with what was published. Ends with exit code 1 where they differ and nothing explains it.
#[derive(Debug, Parser)]
#[command(name = "history", about)]
struct Arguments {
    /// A contest of this repository that has a `history` folder.
    #[arg(long, default_value = "iowa-2020")]
    contest: String,
    /// Where the figures go.
    #[arg(long, default_value_os_t = places::root().join("run/history.json"))]
    out: PathBuf,
    /// Where the party's folders go: they are kept, to look at, to export and to verify.
    #[arg(long, default_value_os_t = places::root().join("run/history"))]
    folder: PathBuf,
}

fn main() -> ExitCode {
    match story::run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("history: {error}");
            ExitCode::FAILURE
        }
    }
}
