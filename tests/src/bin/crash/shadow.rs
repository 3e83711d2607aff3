//! A tablet that does what the killed one did, and is never killed.

use countersign_device::Tablet;
use countersign_device::api::{CaucusView, Command, LockView, ProblemCode, ReportView, View};
use serde_json::{Value, json};

use crate::Outcome;
use crate::device::look;

/// Does a command on the tablet that is never killed. Its reports have other ids: what names a report names its newest.
pub(crate) fn follow(shadow: &Tablet, command: &Command) -> Outcome<Option<ProblemCode>> {
    let mut command = command.clone();
    if let Command::BeginCorrection { report, .. } | Command::HandOff { report } = &mut command {
        let newest = look(shadow)?.reports.into_iter().next();
        *report = newest.ok_or("the shadow has no report")?.id;
    }
    Ok(shadow.call(command).err().map(|problem| problem.code))
}

/// Everything that two tablets which did the same have in common: no ids, no clock, nothing that the network brought.
pub(crate) fn picture(view: &View) -> Outcome<Value> {
    let lines = view.caucuses.iter().map(|line| {
        json!([line.precinct, line.room, line.draft_step, line.correcting, line.report.is_some()])
    });
    Ok(json!({
        "pin": view.lock != LockView::NoPin,
        "precincts": view.precincts,
        "caucus": view.caucus.as_ref().map(draft).transpose()?,
        "lines": lines.collect::<Vec<_>>(),
        "reports": view.reports.iter().map(report).collect::<Vec<_>>(),
    }))
}

/// The open draft: figures, step, chosen cell, lots, reasons, what was attested.
fn draft(caucus: &CaucusView) -> Outcome<Value> {
    let mut draft = serde_json::to_value(caucus)?;
    for (what, moving) in [("timer", "leftMs"), ("correction", "supersedes")] {
        if let Some(part) = draft[what].as_object_mut() {
            part.remove(moving).ok_or_else(|| format!("no {moving} in {what}"))?;
        }
    }
    Ok(draft)
}

/// What a report says.
pub(crate) fn report(report: &ReportView) -> Value {
    json!({
        "revision": report.revision,
        "corrects": report.supersedes.is_some(),
        "corrected": report.superseded_by.is_some(),
        "attendees": report.attendees,
        "counts": report.counts,
        "phrase": report.phrase,
    })
}
