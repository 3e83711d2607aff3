//! Rehearsal: the report beside the worksheet it was entered from (design section 10).

use countersign_core::contest;
use countersign_core::room::Room;

use crate::api::WorksheetCell;
use crate::db::outbox::Item;
use crate::error::{Error, Result};
use crate::names;
use crate::report::{self, Facts};
use crate::state::State;

/// Whether a report has a worksheet to be compared with.
pub(crate) fn is_known(state: &mut State, item: &Item, facts: &Facts) -> Result<bool> {
    if item.room != Room::Rehearsal {
        return Ok(false);
    }
    let place = (facts.report.package, facts.report.precinct.0);
    if let Some(known) = state.worksheets.get(&place) {
        return Ok(*known);
    }
    let package = state.package(place.0)?;
    let known = contest::worksheet(&package.contest, place.1).is_some();
    state.worksheets.insert(place, known);
    Ok(known)
}

/// Compares cell by cell.
///
/// # Errors
/// `NotPossibleNow` for a report without a worksheet.
pub(crate) fn compare(state: &mut State, report: &str) -> Result<(Vec<WorksheetCell>, u32)> {
    let (item, facts) = report::own(state, report)?;
    if item.room != Room::Rehearsal {
        return Err(Error::NOT_NOW);
    }
    let package = state.package(facts.report.package)?;
    let sheet =
        contest::worksheet(&package.contest, facts.report.precinct.0).ok_or(Error::NOT_NOW)?;
    let on_sheet = (sheet.attendees, sheet.counts.as_slice());
    let entered = (facts.report.attendees, facts.report.counts.as_slice());
    let cells: Vec<WorksheetCell> = names::side_by_side(on_sheet, entered)
        .into_iter()
        .map(|(cell, worksheet, reported)| WorksheetCell { cell, worksheet, reported })
        .collect();
    let differing = cells.iter().filter(|cell| cell.worksheet != cell.reported).count();
    Ok((cells, u32::try_from(differing).unwrap_or(u32::MAX)))
}
