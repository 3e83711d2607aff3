//! Any two layers side by side: a page in each language and a CSV, for each pair of layers that have something in effect. Each is
//! read back and compared, cell by cell, before it is offered.

use countersign_core::language::Language;
use countersign_core::message::Layer;
use countersign_core::results::{Compared, ComparedCell, ComparedPrecinct, Measure, Released};

use super::PublishError;
use super::cells::Cells;
use super::data::compared as csv;
use super::files::{File, Files, put};
use super::pages::{self, Night};
use super::sums;

/// Most numbers of precincts that a page shows; the CSV beside it has all of them. A recanvass changes some hundred.
const CELLS_MAX: usize = 5_000;

/// Two layers, and what of them a page shows.
pub(super) struct Pair<'a> {
    /// The earlier layer's results.
    pub(super) before: &'a Released,
    /// The later layer's.
    pub(super) after: &'a Released,
    /// All that was found.
    pub(super) compared: Compared,
    /// Whether enough is released in both for national delegates to be shown.
    pub(super) covered: bool,
}

/// Name of a pair's files, without their ending: `compare/night-recount`.
#[must_use]
pub(super) fn name(before: Layer, after: Layer) -> String {
    format!("compare/{}-{}", before.code(), after.code())
}

impl Pair<'_> {
    /// Precincts whose numbers the page shows, and how many more there are: as many as fit.
    #[must_use]
    pub(super) fn precincts(&self) -> (&[ComparedPrecinct], usize) {
        let mut cells = 0;
        let fits = |precinct: &&ComparedPrecinct| {
            cells += precinct.cells.len();
            cells <= CELLS_MAX
        };
        let all = &self.compared.precincts;
        let shown = all.iter().take_while(fits).count();
        (&all[..shown], all.len() - shown)
    }

    /// Whether a page shows a number.
    #[must_use]
    pub(super) fn shows(&self, cell: &ComparedCell) -> bool {
        match cell.measure {
            Measure::National => self.covered,
            _ => sums::is_shown(&self.after.package.contest, cell),
        }
    }

    /// What the page has to say.
    fn on_the_page(&self) -> Cells {
        let (shown, _) = self.precincts();
        let regions = self.compared.regions.clone();
        let compared = Compared { regions, precincts: shown.to_vec(), ..self.compared };
        Cells::of_compared(&self.after.package.contest, &compared, |cell| self.shows(cell))
    }
}

/// Every pair's pages and data.
///
/// # Errors
/// When one does not say what was worked out.
pub(super) fn files(night: &Night<'_>) -> Result<Files, PublishError> {
    let mut files = Files::new();
    // The last layer's results are worked out already, and with one layer there is nothing to compare.
    let Some((_, earlier)) = night.layers.split_last() else { return Ok(files) };
    let earlier: Vec<Released> =
        earlier.iter().filter_map(|&layer| night.released_in(layer)).collect();
    let released: Vec<&Released> = earlier.iter().chain(&night.released).collect();
    for (later, after) in released.iter().enumerate() {
        for before in &released[..later] {
            let compared = Compared::of(night.state, before, after, |one| night.stands(one));
            let covered = before.is_covered() && after.is_covered();
            of_pair(night, &Pair { before, after, compared, covered }, &mut files)?;
        }
    }
    Ok(files)
}

fn of_pair(night: &Night<'_>, pair: &Pair<'_>, files: &mut Files) -> Result<(), PublishError> {
    let name = name(pair.compared.before, pair.compared.after);
    let text = csv::write(night, pair);
    csv::check(&pair.after.package.contest, &pair.compared, &text)?;
    put(files, format!("{name}.csv"), File::text(&text, "text/csv; charset=utf-8", false));
    let expected = pair.on_the_page();
    for language in Language::ALL {
        let (page, file) = pages::of_pair(night, pair, language)?;
        let html = file.read().unwrap_or_default();
        says(&expected, &page, &String::from_utf8_lossy(&html))?;
        put(files, page, file);
    }
    Ok(())
}

/// Reads a page back, and compares it with what it has to say.
///
/// # Errors
/// When it says something else.
pub(super) fn says(expected: &Cells, page: &str, html: &str) -> Result<(), PublishError> {
    let found = pages::read_back::cells(html);
    let differs = |difference| PublishError::Page { page: page.to_owned(), difference };
    expected.agree_with(&found).map_err(differs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t65_a_page_whose_layers_changed_places_is_not_offered() {
        let html = "<table data-region=\"precinct:a\"><td data-measure=\"before:attendees\">1,020</td>\
            <td data-measure=\"after:attendees\">1,018</td>\
            <td data-measure=\"difference:attendees\">\u{2212}2</td></table>";
        let mut expected = Cells::default();
        expected.put("precinct:a", "before:attendees", 1020);
        expected.put("precinct:a", "after:attendees", 1018);
        expected.put("precinct:a", "difference:attendees", -2);
        assert!(says(&expected, "a", html).is_ok());
        for (right, wrong) in [("before", "after"), ("\u{2212}2", "+2"), ("1,018", "1,108")] {
            let error = says(&expected, "a", &html.replace(right, wrong)).unwrap_err();
            assert!(matches!(error, PublishError::Page { .. }), "{right}");
        }
    }
}
