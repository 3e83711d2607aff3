//! The process that is killed: a real tablet, worked on until then.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use countersign_device::api::{Answer, Command, ProblemCode, View};
use countersign_tests::paper::Paper;
use serde::{Deserialize, Serialize};

use crate::{Outcome, device, dice, hands};

/// What it is started with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Orders {
    /// The tablet's folder.
    pub(crate) folder: PathBuf,
    /// The package that the installer carries.
    pub(crate) package: PathBuf,
    /// The invitation's code.
    pub(crate) code: String,
    /// What is on the paper.
    pub(crate) paper: Paper,
    /// Names the dice of the season.
    pub(crate) season: String,
    /// Names the dice of this round.
    pub(crate) round: String,
}

/// What it says, a line each.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Said {
    /// This is about to be done.
    Will(Command),
    /// It was done, or refused.
    Did(Shown),
}

/// What a command answered.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Shown {
    /// Why it was refused.
    pub(crate) problem: Option<ProblemCode>,
    /// The signed reports that the tablet then shows, each with its place in the log where it is countersigned.
    pub(crate) reports: Vec<(String, Option<u64>)>,
}

impl Shown {
    /// The disk failed under the command.
    pub(crate) const fn failed_to_save(&self) -> bool {
        matches!(self.problem, Some(ProblemCode::ReadOnly))
    }
}

/// Works on the tablet until the process is killed, or nobody listens any more.
pub(crate) fn run(orders: &Path) -> Outcome<()> {
    let orders: Orders = serde_json::from_slice(&std::fs::read(orders)?)?;
    let tablet = device::open(&orders.folder, &orders.package)?;
    tablet.start_sync();
    let mut dice = dice(&orders.round);
    let mut again = None;
    loop {
        let view = device::wait_for_pin(&tablet)?;
        let command = again.take().unwrap_or_else(|| hands::next(&view, &orders, &mut dice));
        say(&Said::Will(command.clone()))?;
        let shown = match tablet.call(command.clone()) {
            Ok(Answer::View { view }) => Shown { problem: None, reports: reports(&view) },
            Ok(_) => Shown { problem: None, reports: Vec::new() },
            Err(problem) => Shown { problem: Some(problem.code), reports: Vec::new() },
        };
        // What could not be saved is what the screen asks for again.
        again = shown.failed_to_save().then_some(command);
        say(&Said::Did(shown))?;
    }
}

fn reports(view: &View) -> Vec<(String, Option<u64>)> {
    view.reports.iter().map(|report| (report.id.clone(), device::log_index(report))).collect()
}

/// In one piece, so that a kill leaves a whole line or none that can be read.
fn say(said: &Said) -> Outcome<()> {
    let mut line = serde_json::to_vec(said)?;
    line.push(b'\n');
    Ok(std::io::stdout().lock().write_all(&line)?)
}
