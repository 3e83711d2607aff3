//! The server's program: its commands, and the server itself while it runs.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use countersign_core::invitation::InvitationCode;
use countersign_tests::places;
use serde_json::Value;
use tempfile::TempDir;

use crate::Outcome;

/// A running server. Dropping it kills it.
pub(crate) struct Server {
    child: Child,
    /// Where it listens for tablets: host and port.
    pub(crate) reporting: String,
}

impl Server {
    /// Starts the server of the folder `data` in `at` and waits until it listens.
    pub(crate) fn start(at: &Path, more: &[&str]) -> Outcome<Self> {
        let any = "127.0.0.1:0";
        let mut child = Command::new(program()?)
            .current_dir(at)
            .args(["serve", "--data", "data", "--reporting", any])
            .args(["--public", any, "--private", any])
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut line = String::new();
        let out = child.stdout.take().ok_or("the server has no output")?;
        BufReader::new(out).read_line(&mut line)?;
        let mut server = Self { child, reporting: String::new() };
        let addresses: Value = serde_json::from_str(&line)?;
        let reporting = addresses["reporting"].as_str().and_then(|text| text.split_once("://"));
        server.reporting = reporting.ok_or("the server says no address")?.1.to_owned();
        Ok(server)
    }

    /// Id of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kills it, as a power cut would.
    pub(crate) fn kill(mut self) -> Outcome<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A folder on the same disk as everything else here.
pub(crate) fn folder() -> Outcome<TempDir> {
    let run = places::root().join("run");
    std::fs::create_dir_all(&run)?;
    Ok(TempDir::with_prefix_in("bench-", run)?)
}

/// Runs a command of the server's program; what it prints.
pub(crate) fn command(at: &Path, arguments: &[&str]) -> Outcome<String> {
    let output = Command::new(program()?).current_dir(at).args(arguments).output()?;
    if output.status.success() {
        Ok(String::from_utf8(output.stdout)?)
    } else {
        Err(format!("{arguments:?}: {}", String::from_utf8_lossy(&output.stderr)).into())
    }
}

/// Makes keys, the package of the contest in the folder `files`, the logs and an invitation for each precinct; their codes in
/// the order of the roster.
pub(crate) fn set_up(at: &Path, files: &Path, room: &str) -> Outcome<Vec<InvitationCode>> {
    let files = files.to_str().ok_or("the contest's path is not text")?;
    command(at, &["keys", "init", "--out", "keys", "--host", "localhost"])?;
    let pack = ["contest", "pack", files, "--number", "1", "--keys", "keys"];
    let rest = ["--server", "http://127.0.0.1:8470", "--out", "package"];
    command(at, &[&pack[..], &rest].concat())?;
    let init = ["init", "--data", "data", "--package", "package", "--keys", "keys"];
    command(at, &[&init[..], &["--open", room]].concat())?;
    let invite = ["invitations", "--data", "data", "--keys", "keys", "--all", "--csv", "codes.csv"];
    command(at, &invite)?;
    codes(&at.join("codes.csv"))
}

fn program() -> Outcome<PathBuf> {
    Ok(places::program("countersign-server")?)
}

/// The codes of an invitations table, in the order of the roster. Only a code has a check character that fits.
fn codes(path: &Path) -> Outcome<Vec<InvitationCode>> {
    let text = std::fs::read_to_string(path)?;
    text.lines()
        .skip(1)
        .map(|line| {
            let code = line.split(',').find_map(|field| InvitationCode::parse(field).ok());
            code.ok_or_else(|| format!("no code in {line:?}").into())
        })
        .collect()
}
