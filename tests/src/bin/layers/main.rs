//! `make layers`: made-up data through the whole path, so that recanvass, recount, certified results and early votes can be looked
//! at. A contest is made up after the shape of Iowa 2020; its precincts report to the real server, are reviewed and released by two
//! people in every layer, and the results are written as a folder of pages. A second, small contest shows early votes.
//!
//! [`place`] makes up the contest; [`sheet`] makes up what stands on a precinct's worksheet, and the report of it;
//! [`desk`] does what people at headquarters do; [`story`] goes through the layers; [`early`] shows early votes.

mod desk;
mod early;
mod place;
mod sheet;
mod story;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use countersign_tests::places;

/// Whatever went wrong, in words.
type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Sends made-up reports through every layer (as reported, corrected, recanvass, recount, certified) and early votes through a
/// contest of their own, and writes both as pages that say they are made up. Ends with exit code 1 where something does not hold.
#[derive(Debug, Parser)]
#[command(name = "layers", about)]
struct Arguments {
    /// About how many precincts report: whole counties, until there are so many.
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u32).range(60..=1_678))]
    precincts: u32,
    /// Where keys, logs and pages go. What an earlier run left there is taken away.
    #[arg(long, default_value_os_t = places::root().join("run/layers"))]
    folder: PathBuf,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("layers: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Outcome<()> {
    let folder = &arguments.folder;
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    std::fs::create_dir_all(folder)?;
    let summary = story::run(folder, arguments.precincts)?;
    std::fs::write(folder.join("layers.json"), serde_json::to_vec_pretty(&summary)?)?;
    early::run(&folder.join("early"))?;
    for pages in ["results", "early/results"] {
        println!("made-up data, to be opened: {}", folder.join(pages).join("index.html").display());
    }
    Ok(())
}
