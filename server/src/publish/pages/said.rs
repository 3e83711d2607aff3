//! How pages mark what they say beside numbers: regions of `data-says`, and of which of them not everyone can tell that they are right.
//!
//! What follows neither from the log nor from the time of making stands in elements that hold text alone and end with `data-untold`: what
//! witnesses did, and when pages are made anew. There are as many of them whatever that was, as long as the contest names the witnesses.

use crate::publish::cells::Cell;

/// The region of what is said of the state or of the night as a whole.
pub(super) const STATE: &str = "state";

/// The region, and in the list of precincts the mark, of what follows from what came in, released or not.
pub(super) const CAME_IN: &str = "cameIn";

/// What the regions of checks begin with, which look at what came in too; the check's name follows.
pub(super) const CHECK: &str = "check:";

/// The mark of how many inquiries wait for a response.
pub(super) const INQUIRIES: &str = "inquiries";

/// What the regions of messages begin with; the number of the entry follows.
const ENTRY: &str = "entry:";

/// The region of what somebody did or said, by its entry in the log.
pub(super) fn entry(index: u64) -> String {
    format!("{ENTRY}{index}")
}

/// Whether it takes every report to tell what a page has to say there: whoever verifies has only those of released precincts.
#[must_use]
pub(crate) fn rests_on_what_came_in(cell: &Cell) -> bool {
    cell.region == CAME_IN || cell.measure == CAME_IN || cell.region.starts_with(CHECK)
}

/// Whether it takes what each of headquarters and of the observers said, of which two people may have withheld something.
#[must_use]
pub(crate) fn rests_on_what_people_said(cell: &Cell) -> bool {
    cell.region.starts_with(ENTRY) || cell.measure == INQUIRIES
}
