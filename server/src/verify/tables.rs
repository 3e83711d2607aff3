//! Tables of numbers before and after: of two layers, and of what a release changed.

use countersign_core::contest::Contest;
use countersign_core::results::Compared;

use super::difference::Difference;
use super::published::can_be_worked_out;
use super::verdict::Verdict;
use crate::publish::cells::{Cell, Cells};
use crate::publish::data::{Unreadable, compared as table};
use crate::publish::pages::Night;

/// What a table has to say.
#[derive(Clone, Copy)]
pub(super) struct Table<'a> {
    pub(super) night: &'a Night<'a>,
    /// The contest by which it was made.
    pub(super) contest: &'a Contest,
    pub(super) compared: &'a Compared,
}

/// What of a night is known to whoever verifies it.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    /// Precincts whose numbers cannot be worked out.
    not_worked_out: &'a [String],
    /// Whether every message can be read that is public by the rules.
    all: bool,
}

impl<'a> Known<'a> {
    pub(super) const fn of(verdict: &'a Verdict) -> Self {
        let not_worked_out = verdict.not_worked_out.as_slice();
        Self { not_worked_out, all: verdict.withheld.is_empty() }
    }

    /// Precincts whose numbers cannot be worked out.
    pub(super) const fn not_worked_out(self) -> &'a [String] {
        self.not_worked_out
    }
}

impl Table<'_> {
    /// The table as this program writes it.
    pub(super) fn made_anew(self) -> String {
        table::write(self.night, self.contest, self.compared)
    }

    /// Compares a published table; how many numbers were compared. What explains a number rests on decisions and previews, so it is
    /// compared where nothing was withheld.
    pub(super) fn agree(
        self,
        name: &str,
        document: &[u8],
        known: Known<'_>,
    ) -> Result<usize, Difference> {
        let Self { contest, compared, .. } = self;
        let unreadable =
            |error: Unreadable| Difference::File { file: name.to_owned(), what: error.to_string() };
        let text = String::from_utf8_lossy(document);
        let theirs = table::read(&text).map_err(unreadable)?;
        let ours = Cells::of_compared(contest, compared, |_| true);
        let can_be = |cell: &Cell| can_be_worked_out(cell, known.not_worked_out);
        let (ours, theirs) = (ours.only(can_be), theirs.only(can_be));
        ours.agree_with(&theirs).map_err(|other| Difference::cell(name, other))?;
        if known.all {
            let other = table::difference(&self.made_anew(), &text).map_err(unreadable)?;
            other.map_or(Ok(()), |other| Err(Difference::cell(name, other)))?;
        }
        Ok(ours.len())
    }
}
