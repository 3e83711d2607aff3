//! `make crash`: real processes, killed (SIGKILL) at random instants and started again, and what they had acknowledged
//! looked for; and the same with a disk below them of which one operation fails, or ends them.
//!
//! [`tablets`] kills a tablet, worked on in a process of its own ([`child`]) by a secretary whose [`hands`] slip now and then,
//! and compares it with a tablet that did the same and was never killed ([`shadow`]); [`servers`] kills the party server
//! while each [`writer`] sends it reports.

mod child;
mod device;
mod hands;
mod rounds;
mod servers;
mod shadow;
mod strike;
mod tablets;
mod writer;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use countersign_core::id::sha256;
use rand::SeedableRng as _;
use rand::rngs::ChaCha8Rng;

use crate::rounds::Whom;

/// Whatever went wrong, in words.
type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Kills a tablet and a party server at random instants, hundreds of times, and looks each time whether all is there that
/// they had acknowledged.
///
/// Tablets: everything that a command answered has to be there after the kill; the one command that was under way may have
/// been done or not, and nothing between. Reports stay, receipts verify, the log has one entry for each report.
///
/// Servers: every report that had its receipt stands where the receipt says; what had none is sent again and gets one entry.
///
/// With a faulty disk, the kill comes before or after a chosen operation on a database, or the operation fails, done or not
/// done, or the power fails at it; a tablet's person then does the same again, and a server has to get over it by itself.
///
/// Ends with exit code 1 and the line that replays it when something is not so.
#[derive(Debug, Parser)]
#[command(name = "crash")]
struct Arguments {
    /// Rounds of each.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u64).range(1..))]
    rounds: u64,
    /// Chooses the same commands and the same instants again. Processes are real, so what lies under an instant differs.
    #[arg(long, default_value_t = 2020)]
    seed: u64,
    /// The round to begin with; begins at the start of its season, for which everything is made anew.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Only these.
    #[arg(long, value_enum)]
    only: Option<Whom>,
    /// Let the faulty disk lie about every fsync: the rounds have to find out.
    #[arg(long, hide = true)]
    lies: bool,
    /// Be a tablet: its orders.
    #[arg(long, hide = true)]
    tablet: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let ended = match &arguments.tablet {
        Some(orders) => child::run(orders),
        None => rounds::run(&arguments),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\ncrash: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Dice that fall the same for the same words.
fn dice(words: &str) -> ChaCha8Rng {
    ChaCha8Rng::from_seed(sha256(words.as_bytes()))
}

/// Waits for an instant that the dice chose: it is the point here, nothing is waited for.
fn let_pass(pause: Duration) {
    let begun = Instant::now();
    while let Some(left) = pause.checked_sub(begun.elapsed()).filter(|left| !left.is_zero()) {
        std::thread::park_timeout(left);
    }
}
