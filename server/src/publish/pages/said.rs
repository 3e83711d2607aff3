//! How pages mark what they say beside numbers: regions of `data-says`, and of which of them not everyone can tell that they are right.
//!
//! What follows neither from the log nor from the time of making stands in elements that hold text alone and end with `data-untold`: what
//! witnesses did, and when pages are made anew. There are as many of them whatever that was, as long as the contest names the witnesses.

use super::place::NOT_RELEASED;
use super::read_back::Of;
use super::words::read_whole;
use super::{read_back, untold};
use crate::publish::cells::Cell;

/// The region of what is said of the state or of the night as a whole.
pub(super) const STATE: &str = "state";

/// The mark of how many precincts the contest has.
const ALL: &str = "all";

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

/// What nobody but headquarters and observers can tell of a page, as far as it may stand there: everything else is compared.
pub(crate) struct CannotTell {
    /// What the page that was made anew has in the places of what does not follow from the log.
    untold: Vec<String>,
    /// Precincts of the contest; nothing that came in is more.
    precincts: u64,
    came_in: bool,
}

impl CannotTell {
    /// By a page that was made anew. With `came_in` something that came in cannot be read.
    #[must_use]
    pub(crate) fn of(made_anew: &str, came_in: bool) -> Self {
        let cells = read_back::cells(made_anew);
        Self {
            untold: read_back::untold(made_anew).collect(),
            precincts: cells.get(STATE, ALL).and_then(read_whole).unwrap_or(0),
            came_in,
        }
    }

    /// What stands for a text of the page, which is one that may stand there as well; `None` where the text stays.
    #[must_use]
    pub(crate) fn other(&self, of: Of<'_>, text: &str) -> Option<&str> {
        let Cell { region, measure } = match of {
            Of::Cell(cell) => cell,
            Of::Untold(at) => {
                let ours = self.untold.get(at)?;
                return untold::may_stand_for(ours, text).then_some(ours);
            }
        };
        let is_number = || read_whole(text).is_some_and(|number| number <= self.precincts);
        if !self.came_in {
            None
        } else if region == CAME_IN {
            is_number().then_some("0")
        } else if measure == CAME_IN {
            NOT_RELEASED.contains(&text).then_some(NOT_RELEASED[0])
        } else {
            None
        }
    }
}

/// Whether it takes what each of headquarters and of the observers said, of which two people may have withheld something.
#[must_use]
pub(crate) fn rests_on_what_people_said(cell: &Cell) -> bool {
    cell.region.starts_with(ENTRY) || cell.measure == INQUIRIES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_stand_in_a_cell_is_left_out() {
        let page = "<p data-region=\"state\"><b data-says=\"all\">1,765</b> \
            <i data-untold>NOT WITNESSED. Silent: w1 (0 of 1 have cosigned it, 1 needed)</i></p>";
        let left = |region: &str, measure: &str, text: &str| {
            let cell = Cell { region: region.to_owned(), measure: measure.to_owned() };
            let other = CannotTell::of(page, false).other(Of::Cell(&cell), text).is_some();
            assert!(!other, "everything of it can be read");
            let not_all = CannotTell::of(page, true);
            let found = not_all.other(Of::Cell(&cell), text);
            let again = |found| not_all.other(Of::Cell(&cell), found) == Some(found);
            assert!(found.is_none_or(again), "it may stand there");
            found.is_some()
        };
        assert!(left(CAME_IN, "received", "0") && left(CAME_IN, "received", "1,765"));
        for text in ["1,766", "1765", "", "7 CORRECTED", "in review"] {
            assert!(!left(CAME_IN, "received", text), "{text}");
        }
        assert!(left("precinct:a", CAME_IN, "in review"));
        assert!(left("precinct:a", CAME_IN, "no recibido"));
        for text in ["released", "Released: Red 45", "", "7"] {
            assert!(!left("precinct:a", CAME_IN, text), "{text}");
        }
        assert!(!left("check:C01", "passed", "7"), "these are taken over and compared");
        assert!(!left(STATE, "released", "7"));
        let untold = |text| CannotTell::of(page, false).other(Of::Untold(0), text).is_some();
        assert!(untold("1 of 1 witnesses have cosigned it (1 needed)") && !untold(""));
        assert!(!untold("NOT WITNESSED. Silent: w2 (0 of 1 have cosigned it, 1 needed)"));
        assert!(!untold("CORRECTED RESULT"));
    }
}
