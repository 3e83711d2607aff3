//! `make bench`: how fast it is, beside what this machine can do at all. Prints a table and leaves `run/bench.json`.
//!
//! Nothing here is asserted: figures of a shared machine are for people to read. Every receipt that ingest gets is
//! verified all the same, after the clock has stopped, and one that does not verify ends the program.

mod ceiling;
mod client;
mod growth;
mod ingest;
mod layers;
mod meaning;
mod program;
mod results;
mod same_second;
mod setup;
mod signing;
mod table;
mod tablet;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Parser, ValueEnum};
use countersign_tests::places;
use serde::Serialize;

/// Whatever went wrong, in words.
type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Measures signing, checks, commits, ingest, a state that reports in one second, a release of it, logs of several sizes, and what the person
/// at a tablet waits for.
#[derive(Parser)]
struct Arguments {
    /// Measure these alone; may be repeated. All of them if nothing is said.
    #[arg(long, value_enum)]
    only: Vec<Part>,
    /// Reports for each ingest run.
    #[arg(long, default_value_t = 20_000)]
    reports: usize,
    /// Connections of each ingest run; may be repeated.
    #[arg(long = "connections", default_values_t = [64, 1])]
    connections: Vec<usize>,
    /// Precincts of a contest whose growth is measured; may be repeated. 180000 take four minutes.
    #[arg(long = "growth", default_values_t = [2_000, 20_000, 180_000])]
    growth: Vec<usize>,
    /// Leave the tablet out: it needs a virtual display and tauri-driver.
    #[arg(long)]
    no_window: bool,
    /// Where the figures go.
    #[arg(long, default_value_os_t = places::root().join("run/bench.json"))]
    out: PathBuf,
}

/// What can be measured by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Signing, checks, commits and ingest with Iowa 2020.
    Night,
    /// Every precinct of Iowa 2020 reports in the same second, over TLS.
    SameSecond,
    /// A release of every precinct of Iowa 2020: its checks, pages, data, readers, and verifying it; and five layers.
    Results,
    /// Logs of several sizes.
    Growth,
    /// The tablet, alone and in its window.
    Tablet,
}

impl Arguments {
    fn asks_for(&self, part: Part) -> bool {
        let left_out = part == Part::Tablet && self.no_window;
        !left_out && (self.only.is_empty() || self.only.contains(&part))
    }
}

/// Everything that was measured. What was left out is absent.
#[derive(Serialize)]
struct Figures {
    cores: usize,
    release_build: bool,
    #[serde(flatten)]
    night: Option<NightFigures>,
    same_second: Option<same_second::Figures>,
    results: Option<results::Figures>,
    layers: Option<Vec<layers::Figures>>,
    growth: Option<Vec<growth::Figures>>,
    tablet: Option<tablet::Figures>,
}

/// Iowa 2020.
#[derive(Serialize)]
struct NightFigures {
    report_bytes: usize,
    meaning: meaning::Figures,
    ceiling: ceiling::Figures,
    ingest: Vec<ingest::Figures>,
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
    let part = |part: Part| arguments.asks_for(part).then_some(());
    let figures = Figures {
        cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        release_build: !cfg!(debug_assertions),
        night: part(Part::Night).map(|()| night(arguments)).transpose()?,
        same_second: part(Part::SameSecond).map(|()| same_second::measure()).transpose()?,
        results: part(Part::Results).map(|()| results::measure()).transpose()?,
        layers: part(Part::Results).map(|()| layers::measure()).transpose()?,
        growth: part(Part::Growth).map(|()| growth::measure(&arguments.growth)).transpose()?,
        tablet: part(Part::Tablet).map(|()| tablet()).transpose()?,
    };
    print!("{}", table::render(&figures));
    if let Some(folder) = arguments.out.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(&arguments.out, serde_json::to_vec_pretty(&figures)?)?;
    println!("\n{}", arguments.out.display());
    Ok(())
}

fn night(arguments: &Arguments) -> Outcome<NightFigures> {
    let total = arguments.reports * arguments.connections.len();
    eprintln!("setting up a server for Iowa 2020 and signing {total} reports");
    let night = setup::Night::begin(total)?;
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
    Ok(NightFigures { report_bytes, meaning, ceiling, ingest })
}

fn tablet() -> Outcome<tablet::Figures> {
    eprintln!("pressing keys in the app's window");
    tablet::measure()
}
