//! The processes of the halls, as the night sees them.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc::Sender;

use countersign_tests::children::Group;

use crate::Outcome;
use crate::hall::{Said, Told};

/// What the night hears of a hall.
pub(crate) enum Heard {
    /// It said something.
    Said(Said),
    /// Nothing more will come from one of its processes.
    Silence,
}

/// A hall, whose process can be killed and started again.
pub(crate) struct Hall {
    orders: PathBuf,
    heard: Sender<Heard>,
    process: Group,
}

impl Hall {
    /// Starts the process with the orders of a file.
    pub(crate) fn start(orders: PathBuf, heard: Sender<Heard>) -> Outcome<Self> {
        let mut process = Group::start(
            "a hall",
            Command::new(std::env::current_exe()?)
                .arg("--hall")
                .arg(&orders)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped()),
        )?;
        let out = process.child().stdout.take().ok_or("a hall has no output")?;
        let listener = heard.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                // A process that is killed may leave half a line.
                if let Ok(said) = serde_json::from_str(&line) {
                    let _ = listener.send(Heard::Said(said));
                }
            }
            let _ = listener.send(Heard::Silence);
        });
        Ok(Self { orders, heard, process })
    }

    /// Tells it something.
    pub(crate) fn tell(&mut self, told: Told) -> Outcome<()> {
        let mut line = serde_json::to_vec(&told)?;
        line.push(b'\n');
        let stdin = self.process.child().stdin.as_mut().ok_or("a hall has no input")?;
        Ok(stdin.write_all(&line)?)
    }

    /// The process's id.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Kills the process as a power cut would, and starts it again.
    pub(crate) fn kill_and_start(self, begin: Told) -> Outcome<Self> {
        let Self { orders, heard, process } = self;
        process.kill()?;
        let mut again = Self::start(orders, heard)?;
        again.tell(begin)?;
        Ok(again)
    }
}
