//! `release compare-copy` and `release record-copy`: somebody else's copy of the results.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use countersign_core::id::MessageId;
use countersign_core::message::{Act, CopyCompared, CopyDecision};
use countersign_core::results::{RecordedCopy, Released, RoomState};
use countersign_core::room::Room;
use serde::Serialize;

use super::person::{Signer, message_id};
use super::release::place;
use super::{Data, print};
use crate::failure::Failure;
use crate::node;
use crate::publish::copy::{COPY_MAX, Comparison, Copy, StandsIn};

/// Compare somebody else's copy of the results, such as the national party's, and print every precinct and cell that differs.
///
/// The copy is a CSV file in the form of a release's precincts.csv. It is compared with what counts in each precinct now, released
/// or not, or with a release or preview that is named. Columns that the copy does not have are not compared.
///
/// Exit codes: 0 nothing differs, 1 something does, 2 the copy or an argument has a mistake.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(super) struct CompareCopy {
    #[command(flatten)]
    data: Data,
    /// Which room.
    #[arg(long, default_value = "official")]
    room: Room,
    #[command(flatten)]
    asked: Asked,
    /// JSON instead of text.
    #[arg(long)]
    json: bool,
}

/// Record that a copy was compared, what differed, and what was decided. Signed by a release manager or an admin.
///
/// It is compared once more, so that what is recorded is what the log gives. A decision to stop is followed by `release stop`, which
/// a second person approves.
#[derive(Args)]
pub(super) struct RecordCopy {
    #[command(flatten)]
    signer: Signer,
    #[command(flatten)]
    asked: Asked,
    /// Whose copy it is, in at most 60 characters that everyone will read.
    #[arg(long, value_name = "TEXT")]
    whose: String,
    /// What was decided.
    #[arg(long, value_enum)]
    decision: DecisionName,
    /// Why, in at most 200 characters that everyone will read.
    #[arg(long, value_name = "TEXT")]
    why: String,
}

#[derive(Args)]
struct Asked {
    /// The copy, CSV.
    #[arg(long, value_name = "FILE")]
    copy: PathBuf,
    /// Id of a release that took effect: the copy is compared with the results as they were then.
    #[arg(long, value_name = "ID", conflicts_with = "preview")]
    release: Option<String>,
    /// Number of a preview: the copy is compared with the results as they would be with it.
    #[arg(long)]
    preview: Option<u32>,
}

#[derive(Clone, Copy, ValueEnum)]
enum DecisionName {
    /// Releases go on.
    GoOn,
    /// Releases are to stop.
    Stop,
}

impl DecisionName {
    const fn of(self) -> CopyDecision {
        match self {
            Self::GoOn => CopyDecision::GoOn,
            Self::Stop => CopyDecision::Stop,
        }
    }
}

/// What a copy was compared with.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum With {
    /// What counts in each precinct.
    Candidates,
    /// Number of a preview.
    Preview(u32),
    /// Id of a release.
    Release(String),
}

#[derive(Serialize)]
struct Report {
    with: With,
    #[serde(flatten)]
    comparison: Comparison,
}

/// At most [`COPY_MAX`] bytes and one more, which is then too many.
fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |error| Failure::mistake(format!("{}: {error}", path.display()));
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(COPY_MAX as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

impl Asked {
    /// What the copy is compared with, its message where there is one, and how the copy differs.
    fn compare(&self, state: &RoomState) -> Result<(Report, Option<MessageId>), Failure> {
        let (with, id, released) = self.subject(state)?;
        let released = released.ok_or_else(super::no_package)?;
        let copy = Copy::read(&read(&self.copy)?, &released.package.contest);
        let copy = copy.map_err(Failure::mistake)?;
        Ok((Report { with, comparison: copy.compare(&released) }, id))
    }

    fn subject(
        &self,
        state: &RoomState,
    ) -> Result<(With, Option<MessageId>, Option<Released>), Failure> {
        let review = state.review();
        if let Some(text) = &self.release {
            let id = message_id(text)?;
            let release = review.effective().find(|release| release.signed.id == id);
            let release = release.ok_or_else(|| {
                Failure::mistake(format!("no release {id} took effect: `release list` shows them"))
            })?;
            return Ok((With::Release(id.to_string()), Some(id), Released::when(state, release)));
        }
        if let Some(number) = self.preview {
            let none = || Failure::mistake(format!("there is no preview {number}"));
            let at = place(number).filter(|&at| at < review.previews().len()).ok_or_else(none)?;
            let id = review.previews()[at].signed.id;
            return Ok((With::Preview(number), Some(id), Released::with_preview(state, at)));
        }
        Ok((With::Candidates, None, Released::of_candidates(state)))
    }
}

pub(super) fn compare(asked: &CompareCopy) -> Result<ExitCode, Failure> {
    let state = node::read_room(&asked.data.folder(), asked.room).map_err(Failure::mistake)?.state;
    let (report, _) = asked.asked.compare(&state)?;
    if asked.json {
        let mut text = serde_json::to_string(&report).map_err(Failure::internal)?;
        text.push('\n');
        print(&text)?;
    } else {
        print(&report.text())?;
    }
    Ok(ExitCode::from(u8::from(report.comparison.cells > 0)))
}

pub(super) fn record(record: &RecordCopy) -> Result<(), Failure> {
    record.signer.act(|state| {
        let (Report { comparison, .. }, compared_with) = record.asked.compare(state)?;
        let number = |number: usize| u32::try_from(number).map_err(Failure::internal);
        let compared = CopyCompared {
            copy: comparison.digest,
            whose: record.whose.clone(),
            compared_with,
            precincts: number(comparison.precincts.len())?,
            cells: number(comparison.cells)?,
            decision: record.decision.of(),
            why: record.why.clone(),
        };
        let (precincts, cells) = (compared.precincts, compared.cells);
        print(&format!("{precincts} precincts differ, in {cells} cells\n"))?;
        Ok(Act::CopyCompared(compared))
    })?;
    Ok(())
}

/// A comparison in the log, as `release list` shows it.
pub(super) fn recorded(one: &RecordedCopy) -> String {
    let RecordedCopy { signed, compared } = one;
    let with = compared
        .compared_with
        .map_or_else(|| "what counted in each precinct".to_owned(), |id| id.to_string());
    format!(
        "copy of {} compared with {with} by person {} at entry {}, {}: {} precincts and {} cells differ; {}: {}",
        compared.whose,
        signed.person,
        signed.index,
        signed.id,
        compared.precincts,
        compared.cells,
        compared.decision.code(),
        compared.why,
    )
}

impl Report {
    fn text(&self) -> String {
        let Comparison { digest, compared, cells, precincts } = &self.comparison;
        let mut text = match &self.with {
            With::Candidates => "compared with what counts in each precinct now".to_owned(),
            With::Preview(number) => format!("compared with the results with preview {number}"),
            With::Release(id) => format!("compared with the results as of release {id}"),
        };
        let _ = writeln!(text, ", {compared} numbers; copy {digest}");
        for one in precincts {
            let name = one.name.as_deref().unwrap_or("no precinct of this contest");
            let _ = match one.stands_in {
                StandsIn::Both => writeln!(text, "{} ({name})", one.precinct),
                StandsIn::Ours => writeln!(text, "{} ({name}): not in the copy", one.precinct),
                StandsIn::Copy => writeln!(text, "{} ({name}): only in the copy", one.precinct),
            };
            for cell in &one.cells {
                let group =
                    cell.group.as_deref().map_or_else(String::new, |group| format!(" {group}"));
                let (count, ours, copy) = (&cell.count, &cell.ours, &cell.copy);
                let _ = writeln!(text, "  {count}{group}: ours {ours}, the copy {copy}");
            }
        }
        let precincts = precincts.len();
        let _ = match cells {
            0 => writeln!(text, "no number differs"),
            _ => writeln!(text, "{precincts} precincts differ, in {cells} cells"),
        };
        text
    }
}
