//! Processes that end with their handle, and others that are found by what they run.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use serde::de::DeserializeOwned;

use crate::error::Doing;
use crate::wait::{self, Look};
use crate::{Error, Result};

/// How long a process gets to end on request before it is killed.
const GRACE: Duration = Duration::from_secs(20);

/// Every group that runs, for [`end_all`].
static RUNNING: Mutex<Vec<u32>> = Mutex::new(Vec::new());

fn running() -> MutexGuard<'static, Vec<u32>> {
    // A thread that panicked while holding it left a whole list behind.
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Kills every group that was started and still runs: for a program that is told to end at once.
pub fn end_all() {
    for id in running().drain(..) {
        if let Some(group) = pid(id) {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

/// A child process in a process group of its own. Dropping the handle kills the whole group.
#[derive(Debug)]
pub struct Group {
    child: Child,
    name: String,
}

impl Group {
    /// Starts `command` in a new process group.
    ///
    /// # Errors
    ///
    /// When the program cannot be started.
    pub fn start(name: &str, command: &mut Command) -> Result<Self> {
        let child = command.process_group(0).spawn().doing(format!("starting {name}"))?;
        running().push(child.id());
        Ok(Self { child, name: name.to_owned() })
    }

    /// The child itself, for its pipes.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// The first line that it prints, once it is there; empty when it ended before. Its output has to be a pipe.
    ///
    /// # Errors
    ///
    /// When its output is none, or was taken before.
    pub fn first_line(&mut self) -> Result<String> {
        let said = self.child.stdout.take();
        let said = said.ok_or_else(|| Error::Unexpected(format!("{} has no output", self.name)))?;
        let mut line = String::new();
        BufReader::new(said).read_line(&mut line).doing(format!("waiting for {}", self.name))?;
        Ok(line)
    }

    /// Process id of the child.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it still runs.
    ///
    /// # Errors
    ///
    /// When the system does not say.
    pub fn running(&mut self) -> Result<bool> {
        Ok(self.child.try_wait().doing(format!("looking at {}", self.name))?.is_none())
    }

    /// Asks it to end (SIGTERM) and waits; kills it when it takes more than 20 s.
    ///
    /// # Errors
    ///
    /// When it had to be killed, or ended with a failure.
    pub fn stop(mut self) -> Result<ExitStatus> {
        self.signal(Signal::TERM);
        let status = wait::until(&format!("the end of {}", self.name), GRACE, || {
            Ok(match self.child.try_wait().doing("waiting for a process")? {
                Some(status) => Look::Yes(status),
                None => Look::NotYet("still running".to_owned()),
            })
        })?;
        if status.success() {
            Ok(status)
        } else {
            Err(Error::Program {
                program: self.name.clone(),
                status: status.to_string(),
                stderr: String::new(),
            })
        }
    }

    /// Kills it as a power cut would (SIGKILL), and waits until it is gone.
    ///
    /// # Errors
    ///
    /// When the system does not say that it is gone.
    pub fn kill(mut self) -> Result<()> {
        self.signal(Signal::KILL);
        self.child.wait().doing(format!("waiting for the end of {}", self.name)).map(|_| ())
    }

    fn signal(&mut self, signal: Signal) {
        if let Ok(None) = self.child.try_wait()
            && let Some(pid) = pid(self.child.id())
        {
            // It may have ended between the look and the signal; then there is nothing to do.
            let _ = kill_process(pid, signal);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = pid(self.child.id()) {
            // The group may be gone already.
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.wait();
        running().retain(|id| *id != self.child.id());
    }
}

/// In a child process: what its parent tells it, a line of JSON each, until the first that is none or the end.
#[must_use]
pub fn told<T: DeserializeOwned + Send + 'static>() -> Receiver<T> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            let told = line.ok().and_then(|line| serde_json::from_str(&line).ok());
            if told.is_none_or(|told| sender.send(told).is_err()) {
                return;
            }
        }
    });
    receiver
}

fn pid(id: u32) -> Option<Pid> {
    i32::try_from(id).ok().and_then(Pid::from_raw)
}

/// Process ids that run `program` with the environment variable `name` set to `value`.
///
/// # Errors
///
/// When `/proc` cannot be read.
pub fn find(program: &Path, name: &str, value: &OsStr) -> Result<Vec<u32>> {
    let program = program.canonicalize().doing(format!("looking for {}", program.display()))?;
    let mut wanted = Vec::from(name.as_bytes());
    wanted.push(b'=');
    wanted.extend_from_slice(value.as_bytes());
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").doing("reading /proc")?.flatten() {
        let Some(id) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        // A process may end while it is looked at; it is not the one then.
        let runs_it = std::fs::read_link(entry.path().join("exe")).is_ok_and(|exe| exe == program);
        let has_it = || {
            std::fs::read(entry.path().join("environ"))
                .is_ok_and(|environ| environ.split(|byte| *byte == 0).any(|pair| pair == wanted))
        };
        if runs_it && has_it() {
            found.push(id);
        }
    }
    Ok(found)
}

/// Kills the process `id` as a power cut would, and waits until it is gone.
///
/// # Errors
///
/// When there is no such process, or it does not go away.
pub fn kill_now(id: u32) -> Result<()> {
    let pid = pid(id).ok_or_else(|| Error::Unexpected(format!("{id} cannot be a process id")))?;
    kill_process(pid, Signal::KILL)
        .map_err(std::io::Error::from)
        .doing(format!("killing process {id}"))?;
    wait::until("the end of a killed process", GRACE, || {
        // A killed child stays a zombie without an `exe` until its parent looks at it.
        let gone = std::fs::read_link(format!("/proc/{id}/exe")).is_err();
        Ok(if gone { Look::Yes(()) } else { Look::NotYet("still there".to_owned()) })
    })
}
