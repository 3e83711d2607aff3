//! One kill of a tablet's process, and what it had said until then.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

use countersign_tests::children::Group;
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

    /// Starts a tablet with these orders and kills it; gives all that it said.
    pub(crate) fn strike(&self, orders: &Path) -> Outcome<Vec<Said>> {
        let mut process = Group::start(
            "a tablet",
            Command::new(OURSELVES)
                .arg("--tablet")
                .arg(orders)
                .stdin(Stdio::null())
                .stdout(Stdio::piped()),
        )?;
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
            let said =
                lines.recv_timeout(wait::LONG).map_err(|_| "the tablet fell silent by itself")?;
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
