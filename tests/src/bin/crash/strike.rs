//! One run of a tablet's process, which ends with a kill, and what it had said until then.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use countersign_tests::children::Group;
use countersign_tests::faulty_disk::{FaultyDisk, Strike};
use countersign_tests::wait;
use rand::RngExt as _;
use rand::rngs::ChaCha8Rng;

use crate::child::Said;
use crate::{Outcome, let_pass};

/// The running program, also after another build has put a newer one in its place.
const OURSELVES: &str = "/proc/self/exe";
/// Most commands that are waited for.
const COMMANDS: usize = 40;
/// A command takes less.
const COMMAND: Duration = Duration::from_millis(5);
/// A start with its first commands takes about as long.
const START: Duration = Duration::from_millis(60);

/// When the process is killed.
#[derive(Debug)]
pub(crate) struct Blow {
    /// After so many commands were answered.
    commands: usize,
    /// And so long.
    pause: Duration,
}

impl Blow {
    /// Chooses an instant; every eighth lies about the start.
    pub(crate) fn choose(dice: &mut ChaCha8Rng) -> Self {
        if dice.random_ratio(1, 8) {
            Self { commands: 0, pause: dice.random_range(Duration::ZERO..START) }
        } else {
            let commands = dice.random_range(1..=COMMANDS);
            Self { commands, pause: dice.random_range(Duration::ZERO..COMMAND) }
        }
    }

    /// Starts a tablet with these orders and kills it; gives all that it said. A fault below its `folder` may end it sooner.
    pub(crate) fn strike(
        &self,
        orders: &Path,
        fault: Option<(&FaultyDisk, &Path, Strike)>,
    ) -> Outcome<Vec<Said>> {
        let mut tablet = Command::new(OURSELVES);
        tablet.arg("--tablet").arg(orders).stdin(Stdio::null()).stdout(Stdio::piped());
        if let Some((disk, folder, strike)) = fault {
            disk.strike(&mut tablet, folder, strike)?;
            // That a tablet cannot be opened is one of the outcomes.
            tablet.stderr(Stdio::null());
        }
        let mut process = Group::start("a tablet", &mut tablet)?;
        let out = process.child().stdout.take().ok_or("a tablet has no output")?;
        let (sender, lines) = channel();
        let listener = std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                // A process that is killed may leave half a line.
                if let Ok(said) = serde_json::from_str::<Said>(&line) {
                    let _ = sender.send(said);
                }
            }
        });
        let mut heard = Vec::new();
        let mut done = 0;
        while done < self.commands {
            let said = match lines.recv_timeout(wait::LONG) {
                Err(RecvTimeoutError::Disconnected) if fault.is_some() => break,
                said => said.map_err(|_| "the tablet fell silent by itself")?,
            };
            done += usize::from(matches!(said, Said::Did(_)));
            heard.push(said);
        }
        let_pass(self.pause);
        process.kill()?;
        listener.join().map_err(|_| "the listener panicked")?;
        heard.extend(lines);
        Ok(heard)
    }
}
