//! Caucus nights on one thread, from a seed: tablets (the real engine over its real database), admission and sequencer (the
//! real ones, behind the real routes), a network, disks and clocks that go wrong in every way, and kills at any step. The
//! same seed is the same night to the byte.
//!
//! [`Plan`](plan) says what a seed means, the [`World`](world) lets it happen event by event, a [`Witness`](check) looks at
//! everything and ends the night where a rule is broken: no signed report lost, doubled or forged; nothing shown as
//! countersigned that the log does not prove; whatever was acknowledged there after a crash, at the place that was said; and,
//! once the faults stop, a receipt for everything within [`BOUND_MS`]. [`Bug`]s are planted to see that it looks well.
//!
//! What is not here: threads, sockets and TLS (`make night` has them), a tablet whose disk forgets, more than one server
//! address, revoked keys, and headquarters changing anything during the night.

mod check;
mod clock;
mod disk;
mod network;
mod party;
mod plan;
mod planted;
mod scheduler;
mod server;
mod tablet;
mod trace;
mod world;

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

pub use check::{Broken, Finding};
pub use planted::Bug;
pub use trace::Trace;
use world::World;

use crate::places;

/// Everything has its receipt so long after the faults stopped or the last report was signed, in simulated milliseconds. A
/// tablet asks again after ten minutes about what a damaged answer made it believe held; a request may just have begun
/// (half a minute), and back-off and `Retry-After` add up to a minute and a half; then messages of one key go one after
/// another.
pub const BOUND_MS: u64 = 15 * 60 * 1_000;

/// What happened in a night, counted.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    /// Reports that were signed.
    pub reports: usize,
    /// Requests that tablets made.
    pub requests: usize,
    /// Requests that were lost.
    pub lost: usize,
    /// Requests that arrived twice.
    pub doubled: usize,
    /// Requests that arrived damaged.
    pub damaged: usize,
    /// Requests that somebody else answered, or that got another one's answer.
    pub strange: usize,
    /// Times that a key had sent too much in a short time.
    pub too_many: usize,
    /// Times that the server was busy, or did not know whether it had entered a message.
    pub busy: usize,
    /// Answers that came when nobody waited for them any more.
    pub late: usize,
    /// Times that nothing passed between a tablet and the server.
    pub cuts: usize,
    /// Commits.
    pub commits: usize,
    /// Of them, of more than one message.
    pub batches: usize,
    /// Of them, refused; done and unknown; lost and unknown; ended by a crash before and after being durable.
    pub mishaps: [usize; 5],
    /// Attempts to read the log again.
    pub recoveries: usize,
    /// Times that a disk was full.
    pub full: usize,
    /// Jumps of the server's clock.
    pub jumps: usize,
    /// Kills of the server.
    pub server_killed: usize,
    /// Kills of tablets.
    pub tablets_killed: usize,
    /// Of them, while a request was under way.
    pub killed_asking: usize,
    /// Reports that another tablet carried as well.
    pub carried: usize,
    /// How long the night was.
    pub simulated_ms: u64,
    /// How long after the faults stopped, or the last signature, everything had its receipt.
    pub calm_ms: u64,
}

/// A night that went well.
#[derive(Debug)]
pub struct Lived {
    /// What happened, line by line.
    pub trace: Trace,
    /// And counted.
    pub counts: Counts,
}

/// A night in which a rule was broken.
#[derive(Debug)]
pub struct Failure {
    /// The seed.
    pub seed: u64,
    /// What did not hold.
    pub finding: Finding,
    /// What happened until then.
    pub trace: Trace,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.trace.lines();
        let last = lines.len().saturating_sub(40);
        for line in &lines[last..] {
            writeln!(f, "{line}")?;
        }
        let Self { seed, finding, .. } = self;
        writeln!(f, "seed {seed} at commit {}: {finding}", commit())?;
        write!(f, "again: make nights SEED={seed}")
    }
}

impl std::error::Error for Failure {}

/// The commit that is checked out, and whether files differ from it.
fn commit() -> String {
    let git = |words: &[&str]| {
        let output = Command::new("git").arg("-C").arg(places::root()).args(words).output();
        output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let Ok(commit) = git(&["rev-parse", "HEAD"]) else { return "unknown".to_owned() };
    match git(&["status", "--porcelain", "--untracked-files=no"]) {
        Ok(changed) if changed.is_empty() => commit,
        _ => format!("{commit}, with changes"),
    }
}

/// Memory, where the system has a place for it: every tablet has a disk of its own, and this machine has one.
fn memory() -> PathBuf {
    let shared = PathBuf::from("/dev/shm");
    if shared.is_dir() { shared } else { std::env::temp_dir() }
}

/// Lives through the night of a seed, with a bug planted or none.
///
/// # Errors
///
/// A [`Failure`], when a rule was broken.
///
/// # Panics
///
/// When the machine has no room for a folder.
pub fn live(seed: u64, bug: Option<Bug>) -> Result<Lived, Box<Failure>> {
    let folder = tempfile::tempdir_in(memory()).expect("a folder can be made");
    let mut world = World::new(seed, bug, folder.path());
    let ended = world.run();
    let World { trace, counts, .. } = world;
    match ended {
        Ok(()) => Ok(Lived { trace, counts }),
        Err(finding) => Err(Box::new(Failure { seed, finding, trace })),
    }
}

/// Lives through the night of a seed twice; both are the same to the byte.
///
/// # Errors
///
/// In words: a rule was broken, or the two nights differ.
pub fn live_twice(seed: u64) -> Result<Lived, String> {
    let words = |failure: Box<Failure>| failure.to_string();
    let one = live(seed, None).map_err(words)?;
    let two = live(seed, None).map_err(words)?;
    let (lines, others) = (one.trace.lines(), two.trace.lines());
    match lines.iter().zip(others).find(|(line, other)| line != other) {
        Some((line, other)) => {
            Err(format!("seed {seed} at commit {}: once {line}, then {other}", commit()))
        }
        None if one.trace.hash() != two.trace.hash() => {
            Err(format!("seed {seed} at commit {}: one night went on longer", commit()))
        }
        None => Ok(one),
    }
}

/// Does something for each seed, as many at once as this machine has processors. `done` hears of each, in no particular order.
pub fn for_each_seed<T: Send>(
    seeds: Range<u64>,
    what: impl Fn(u64) -> T + Sync,
    done: impl FnMut(u64, T) + Send,
) {
    let threads = std::thread::available_parallelism().map_or(1, Into::into);
    let (seeds, done) = (Mutex::new(seeds), Mutex::new(done));
    let next = || seeds.lock().unwrap_or_else(PoisonError::into_inner).next();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(seed) = next() {
                    let came = what(seed);
                    done.lock().unwrap_or_else(PoisonError::into_inner)(seed, came);
                }
            });
        }
    });
}
