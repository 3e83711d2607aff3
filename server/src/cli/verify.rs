//! `verify`.

use std::cell::Cell;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;
use countersign_core::id::KeyId;
use countersign_core::log::{Checkpoint, LogKey, WitnessKey};
use countersign_core::message::Package;
use countersign_core::receipt::Receipt;
use countersign_core::room::Room;

use super::{print, read_file};
use crate::clock::{Clock as _, SystemClock};
use crate::failure::Failure;
use crate::tls;
use crate::verify::{Known, Order, Source, Step, party_key, verify};

/// Verify a night yourself: log, signatures and results, from public files alone.
///
/// Reads what a party publishes, from a server's public address or from a folder that `log export` wrote, and believes the party
/// key and nothing else:
///
///   countersign-server verify https://results.example.org --party-key 3fa9…
///
/// Every entry is shown to be one that the log signed. Every public message is read; its signatures, who may sign it, and the
/// rules by which it was entered are checked again from the first entry on: party, admin, invitation, tablet, report, decision,
/// preview, release, second person. Messages that the rules do not publish yet are counted by kind; one that ought to be public
/// and cannot be read is named. Results are worked out anew and compared with the published files and pages, in both languages,
/// number by number; then every page and document is made anew from the log and compared character by character. Published receipts
/// have to prove their messages' entries, and lists of hashes to be signed. The first difference is named, and what it means.
///
/// Whoever copies public files can leave some out, or old ones in their place. What could not be compared is named at the end.
///
/// Exit code 0 only when everything holds and nothing is missing; 3 when all that could be compared holds, and something could not;
/// 1 when something does not hold; 2 when it cannot be read.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Verify {
    /// A server's public address, or a folder with its public files.
    #[arg(value_name = "ADDRESS|FOLDER")]
    from: String,
    /// The party key, as the party announced it: its id in 32 hexadecimal digits, the key in 64, or a file that holds one of
    /// them, or a package that you have from the party itself.
    #[arg(long, value_name = "KEY|FILE")]
    party_key: String,
    /// Which room.
    #[arg(long, default_value = "official")]
    room: Room,
    /// The log's verifier key, where you do not want to rely on the one that the party's package in the log names; may be
    /// repeated.
    #[arg(long = "log-key", value_name = "KEY")]
    log_keys: Vec<LogKey>,
    /// The verifier key of a witness beside those that the contest names. One at least of those that are given here has to have
    /// cosigned; may be repeated.
    #[arg(long = "witness", value_name = "KEY")]
    witnesses: Vec<WitnessKey>,
    /// An older checkpoint or a receipt that you kept: the log has to go on from it. May be repeated.
    #[arg(long, value_name = "FILE")]
    known: Vec<PathBuf>,
    /// Certificates (PEM) that the connection has to lead to, instead of the public ones.
    #[arg(long, value_name = "FILE")]
    tls_root: Option<PathBuf>,
    /// JSON instead of text.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(command: &Verify) -> Result<ExitCode, Failure> {
    let roots = match &command.tls_root {
        Some(path) => tls::read_certificates(path)?.iter().map(|root| root.to_vec()).collect(),
        None => Vec::new(),
    };
    let source = Source::open(&command.from, &roots).map_err(Failure::mistake)?;
    let order = Order {
        room: command.room,
        party: read_party_key(&command.party_key)?,
        log_keys: command.log_keys.clone(),
        witnesses: command.witnesses.clone(),
        known: command.known.iter().map(|path| read_known(path)).collect::<Result<_, _>>()?,
        now_ms: SystemClock.now_ms(),
    };
    let progress = Progress::default();
    let found = verify(&source, &order, &|step, done, all| progress.show(step, done, all));
    progress.end();
    let verdict = found.map_err(Failure::mistake)?;
    if command.json {
        let mut text = serde_json::to_string_pretty(&verdict).map_err(Failure::internal)?;
        text.push('\n');
        print(&text)?;
    } else {
        print(&verdict.text())?;
    }
    Ok(match (verdict.holds, verdict.complete) {
        (true, true) => ExitCode::SUCCESS,
        (true, false) => ExitCode::from(NOT_ALL_COMPARED),
        _ => ExitCode::FAILURE,
    })
}

/// Exit code where all that could be compared holds, and something could not be compared.
const NOT_ALL_COMPARED: u8 = 3;

fn read_party_key(given: &str) -> Result<KeyId, Failure> {
    if let Some(key) = party_key(given) {
        return Ok(key);
    }
    let path = Path::new(given);
    let wrong = || {
        Failure::mistake(format!(
            "{given} is no party key: give its id (32 hexadecimal digits), the key (64), or a file with one of them or with a \
             package"
        ))
    };
    if !path.exists() {
        return Err(wrong());
    }
    let bytes = read_file(path)?;
    if let Some(key) = std::str::from_utf8(&bytes).ok().and_then(party_key) {
        return Ok(key);
    }
    Package::read(&bytes).map(|(_, package)| package.party_key.id()).map_err(|_| wrong())
}

fn read_known(path: &Path) -> Result<Known, Failure> {
    let name = path.display().to_string();
    let text = String::from_utf8(read_file(path)?)
        .ok()
        .filter(|text| Checkpoint::claim(Receipt::checkpoint_note(text).unwrap_or(text)).is_some());
    let wrong = || Failure::mistake(format!("{name} is neither a checkpoint nor a receipt"));
    Ok(Known { text: text.ok_or_else(wrong)?, name })
}

/// How far it is, on standard error: a line that changes on a terminal, one for each step elsewhere.
struct Progress {
    terminal: bool,
    step: Cell<Option<Step>>,
    shown: Cell<Instant>,
}

impl Default for Progress {
    fn default() -> Self {
        let terminal = std::io::stderr().is_terminal();
        Self { terminal, step: Cell::new(None), shown: Cell::new(Instant::now()) }
    }
}

/// Time between two changes of the line.
const PAUSE: Duration = Duration::from_millis(100);

impl Progress {
    fn show(&self, step: Step, done: usize, all: usize) {
        let new = self.step.get() != Some(step);
        let due = self.shown.get().elapsed() >= PAUSE || done == all;
        let line = match self.terminal {
            true if new || due => format!("\r{}: {done} of {all}\u{1b}[K", step.words()),
            false if new => format!("{}: {all}\n", step.words()),
            _ => return,
        };
        self.step.set(Some(step));
        self.shown.set(Instant::now());
        // What cannot be shown is no reason to stop.
        let _ = std::io::stderr().write_all(line.as_bytes());
    }

    fn end(&self) {
        if self.terminal && self.step.get().is_some() {
            let _ = std::io::stderr().write_all(b"\r\x1b[K");
        }
    }
}
