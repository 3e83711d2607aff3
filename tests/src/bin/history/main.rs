//! `make history`: the releases of real caucuses once more, through the whole path: what was published first comes as
//! signed reports to the real server, is reviewed and released in the same batches by two people, is corrected as it was
//! corrected then, and every total is compared with what was published at the time.
//!
//! [`recorded`] reads what was published; [`sheet`] makes a report of it; [`story`] goes through the releases, [`desk`]
//! does what people at headquarters do and [`incident`] what went wrong; [`compare`] says where totals differ and [`summary`] what came out.

mod compare;
mod desk;
mod incident;
mod recorded;
mod sheet;
mod story;
mod summary;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use countersign_tests::places;

/// Whatever went wrong, in words.
type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Feeds the recorded releases of real caucuses through the whole path, as batches and corrections, and compares every
/// total with what was published. Ends with exit code 1 where they differ and nothing explains it.
#[derive(Debug, Parser)]
#[command(name = "history")]
struct Arguments {
    /// A contest of this repository that has a `history` folder. Can be given again.
    #[arg(long = "contest", value_name = "CONTEST", default_values = ["iowa-2020", "nevada-2020"])]
    contests: Vec<String>,
    /// Where everything goes: the figures of each contest (`<contest>.json`), and a folder of its name with the party's
    /// own, which are kept, to look at, to export and to verify.
    #[arg(long, default_value_os_t = places::root().join("run/history"))]
    folder: PathBuf,
    /// Leaves the server of each contest running once all is well, prints its public address, and goes on when standard input ends.
    #[arg(long)]
    hold: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut good = true;
    for contest in &arguments.contests {
        match story::run(contest, &arguments.folder, arguments.hold) {
            Ok(as_published) => good &= as_published,
            Err(error) => {
                eprintln!("history: {contest}: {error}");
                good = false;
            }
        }
    }
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
