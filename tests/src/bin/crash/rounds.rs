//! The rounds of a run, one after another, and the line that replays one.

use std::io::{IsTerminal as _, Write as _};
use std::time::Instant;

use clap::ValueEnum;
use countersign_tests::faulty_disk::{Fault, FaultyDisk, Strike};

use crate::servers::{self, Servers};
use crate::tablets::Tablets;
use crate::{Arguments, Outcome};

/// Rounds with the same folders, keys and logs. What is checked after each round grows with what was done before it.
const SEASON: u64 = 25;
/// A program that starts and saves some things does about as much with its databases.
const OPERATIONS: u64 = 60;
/// From one operation that is struck to the next, so that few rounds already reach early and late ones. With no divisor in
/// common with [`OPERATIONS`], it meets each.
const STRIDE: u64 = 7;

/// Whom the kills and faults strike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Whom {
    /// A tablet.
    Tablet,
    /// The party server.
    Server,
    /// A tablet on a faulty disk.
    TabletDisk,
    /// The party server on a faulty disk.
    ServerDisk,
}

impl Whom {
    const fn name(self) -> &'static str {
        match self {
            Self::Tablet => "tablet",
            Self::Server => "server",
            Self::TabletDisk => "tablet-disk",
            Self::ServerDisk => "server-disk",
        }
    }
}

/// What happened in all.
pub(crate) struct Told {
    /// Kills and faults in the middle of something, which are what all this is about.
    pub(crate) struck: u64,
    /// In words.
    pub(crate) words: String,
}

/// What is killed.
pub(crate) trait Subject {
    /// Makes everything anew for the season that begins with this round.
    fn begin(&mut self, round: u64) -> Outcome<()>;

    /// Starts, works, kills and looks.
    fn round(&mut self, round: u64) -> Outcome<()>;

    /// What can be looked at only when nothing is killed any more.
    fn end(&mut self) -> Outcome<()>;

    /// The last look, and what happened in all.
    fn finish(&mut self) -> Outcome<Told>;
}

/// The fault of a round: one operation after another, up to the `OPERATIONS`th, with each fault.
pub(crate) fn strike(round: u64) -> Strike {
    let faults = Fault::ALL.len() as u64;
    let which = usize::try_from(round % faults).unwrap_or_default();
    Strike { nth: round / faults * STRIDE % OPERATIONS + 1, fault: Fault::ALL[which] }
}

/// Runs what was asked for.
pub(crate) fn run(arguments: &Arguments) -> Outcome<()> {
    let wanted = |whom| arguments.only.is_none_or(|only| only == whom);
    let seed = arguments.seed;
    if wanted(Whom::Tablet) {
        drive(Whom::Tablet, arguments, &mut Tablets::set_up(seed, None)?)?;
    }
    if wanted(Whom::Server) {
        drive(Whom::Server, arguments, &mut Servers::new(seed, None))?;
    }
    if [Whom::TabletDisk, Whom::ServerDisk].into_iter().any(wanted) {
        let folder = servers::folder()?;
        let disk = FaultyDisk::build(folder.path())?;
        let disk = if arguments.lies { disk.lying() } else { disk };
        if wanted(Whom::TabletDisk) {
            drive(Whom::TabletDisk, arguments, &mut Tablets::set_up(seed, Some(disk.clone()))?)?;
        }
        if wanted(Whom::ServerDisk) {
            drive(Whom::ServerDisk, arguments, &mut Servers::new(seed, Some(disk)))?;
        }
    }
    Ok(())
}

fn drive(whom: Whom, arguments: &Arguments, subject: &mut dyn Subject) -> Outcome<()> {
    let (begun, name, rounds) = (Instant::now(), whom.name(), arguments.rounds);
    let first = arguments.from - arguments.from % SEASON;
    let end = first.saturating_add(rounds);
    for round in first..end {
        let done = one(subject, round, round + 1 == end);
        done.map_err(|error| {
            let (seed, from) = (arguments.seed, round - round % SEASON);
            let replay = round - from + 1;
            format!(
                "{name}, seed {seed}, round {round}: {error}\n\
                 again: make crash SEED={seed} ONLY={name} FROM={from} ROUNDS={replay}"
            )
        })?;
        progress(name, round + 1 - first, rounds);
    }
    let Told { struck, words } = subject
        .finish()
        .map_err(|error| format!("{name}, seed {}, in the end: {error}", arguments.seed))?;
    println!("{name}: {rounds} rounds in {} s: {words}", begun.elapsed().as_secs());
    // A replay may be as short as a round.
    if struck == 0 && rounds >= SEASON {
        return Err(format!("{name}: nothing was struck, so these rounds say nothing").into());
    }
    Ok(())
}

fn one(subject: &mut dyn Subject, round: u64, last: bool) -> Outcome<()> {
    if round.is_multiple_of(SEASON) {
        subject.begin(round)?;
    }
    subject.round(round)?;
    if last || (round + 1).is_multiple_of(SEASON) {
        subject.end()?;
    }
    Ok(())
}

/// One line that changes in place; where there is no terminal, a line for each season.
fn progress(name: &str, done: u64, rounds: u64) {
    let mut out = std::io::stderr().lock();
    // Nobody has to see it.
    let _ = if out.is_terminal() {
        let end = if done == rounds { "\n" } else { "" };
        write!(out, "\r\x1b[K{name}: {done} of {rounds} rounds{end}").and_then(|()| out.flush())
    } else if done.is_multiple_of(SEASON) || done == rounds {
        writeln!(out, "{name}: {done} of {rounds} rounds")
    } else {
        Ok(())
    };
}
