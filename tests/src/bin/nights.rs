//! `make nights`: simulated nights, as many as wanted, or one that went wrong again.

use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use countersign_tests::simulation::{Lived, for_each_seed, live, live_twice};

/// Lives through simulated nights, each twice, and says which seed went wrong.
#[derive(Debug, Parser)]
#[command(name = "nights")]
struct Arguments {
    /// How many seeds.
    #[arg(long, default_value_t = 1_000)]
    nights: u64,
    /// The first of them.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Only this one, with everything that happens.
    #[arg(long)]
    seed: Option<u64>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let good = match arguments.seed {
        Some(seed) => show(seed),
        None => many(&arguments),
    };
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn show(seed: u64) -> bool {
    match live(seed, None) {
        Ok(Lived { trace, counts }) => {
            println!("{}", trace.lines().join("\n"));
            println!("{counts:#?}");
            println!("seed {seed}: good, trace {}", trace.hash());
            true
        }
        Err(failure) => {
            println!("{}", failure.trace.lines().join("\n"));
            eprintln!("{failure}");
            false
        }
    }
}

fn many(arguments: &Arguments) -> bool {
    let begun = Instant::now();
    let (mut failed, mut longest_ms) = (0, 0);
    let seeds = arguments.from..arguments.from.saturating_add(arguments.nights);
    for_each_seed(seeds, live_twice, |_, lived| match lived {
        Ok(lived) => longest_ms = lived.counts.calm_ms.max(longest_ms),
        Err(words) => {
            failed += 1;
            eprintln!("{words}");
        }
    });
    println!(
        "{} nights, each twice, in {} s: {failed} went wrong; {} s after the faults stopped, at the latest, everything had \
         its receipt",
        arguments.nights,
        begun.elapsed().as_secs(),
        longest_ms / 1_000
    );
    failed == 0
}
