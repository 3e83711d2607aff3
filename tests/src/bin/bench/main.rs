//! `make bench`: how fast it is, beside what this machine can do at all. Prints a table and leaves `run/bench.json`.
//!
//! Nothing here is asserted: figures of a shared machine are for people to read. Every receipt that ingest gets is
//! verified all the same, after the clock has stopped, and one that does not verify ends the program.

mod ceiling;
mod client;
mod ingest;
mod meaning;
mod setup;
mod table;
mod tablet;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use countersign_tests::places;
use serde::Serialize;

/// Whatever went wrong, in words.
type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Measures signing, checks, commits, ingest, and what the person at a tablet waits for.
#[derive(Parser)]
struct Arguments {
    /// Reports for each ingest run.
    #[arg(long, default_value_t = 20_000)]
    reports: usize,
    /// Connections of each ingest run; may be repeated.
    #[arg(long = "connections", default_values_t = [64, 1])]
    connections: Vec<usize>,
    /// Leave the tablet out: it needs a virtual display and tauri-driver.
    #[arg(long)]
    no_window: bool,
    /// Where the figures go.
    #[arg(long, default_value_os_t = places::root().join("run/bench.json"))]
    out: PathBuf,
}

/// Everything that was measured.
#[derive(Serialize)]
struct Figures {
    cores: usize,
    release_build: bool,
    report_bytes: usize,
    meaning: meaning::Figures,
    ceiling: ceiling::Figures,
    ingest: Vec<ingest::Figures>,
    /// Absent with `--no-window`.
    tablet: Option<tablet::Figures>,
}

/// How often something was done, and in what time.
#[derive(Debug, Clone, Copy, Serialize)]
struct Pace {
    times: usize,
    microseconds: u64,
    per_second: u64,
}

impl Pace {
    fn new(times: usize, took: Duration) -> Self {
        let microseconds = u64::try_from(took.as_micros()).unwrap_or(u64::MAX).max(1);
        let per_second = (times as u64).saturating_mul(1_000_000) / microseconds;
        Self { times, microseconds, per_second }
    }

    /// Times `work`, which does something `times` times.
    fn of(times: usize, work: impl FnOnce()) -> Self {
        let started = Instant::now();
        work();
        Self::new(times, started.elapsed())
    }
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Outcome<()> {
    let total = arguments.reports * arguments.connections.len();
    eprintln!("setting up a server for Iowa 2020 and signing {total} reports");
    let mut night = setup::Night::begin(total)?;
    let meaning = meaning::measure(&night)?;
    let ceiling = ceiling::measure(&night)?;
    let mut ingest = Vec::new();
    for (reports, &connections) in
        night.reports.chunks(arguments.reports).zip(&arguments.connections)
    {
        eprintln!("sending {} reports over {connections} connections", reports.len());
        ingest.push(ingest::measure(&night, reports, connections)?);
    }
    let report_bytes = night.reports.first().map_or(0, |report| report.message.bytes().len());
    night.end()?;
    let tablet = if arguments.no_window {
        None
    } else {
        eprintln!("pressing keys in the app's window");
        Some(tablet::measure()?)
    };
    let figures = Figures {
        cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        release_build: !cfg!(debug_assertions),
        report_bytes,
        meaning,
        ceiling,
        ingest,
        tablet,
    };
    print!("{}", table::render(&figures));
    if let Some(folder) = arguments.out.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(&arguments.out, serde_json::to_vec_pretty(&figures)?)?;
    println!("\n{}", arguments.out.display());
    Ok(())
}
