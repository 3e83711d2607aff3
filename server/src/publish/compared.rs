//! Any two layers side by side: a page in each language and a CSV, for each pair of layers that have something in effect. Each is
//! read back and compared, cell by cell, before it is offered.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use countersign_core::contest::Contest;
use countersign_core::id::MessageId;
use countersign_core::message::Layer;
use countersign_core::results::{Compared, ComparedCell, ComparedPrecinct, Measure, Released};

use super::PublishError;
use super::cells::Cells;
use super::data::{self, compared as csv};
use super::files::{File, Files, put};
use super::pages::{self, Night};

/// Most numbers of precincts that a page shows; the CSV beside it has all of them. A recanvass changes some hundred.
const CELLS_MAX: usize = 5_000;

/// Two layers, and what of them a page shows.
pub(crate) struct Pair<'a> {
    /// The earlier layer's results.
    pub(super) before: &'a Released,
    /// The later layer's.
    pub(super) after: &'a Released,
    /// All that was found.
    pub(crate) compared: Compared,
    /// Whether enough is released in both for national delegates to be shown.
    pub(super) covered: bool,
}

/// Name of a pair's files, without their ending: `compare/night-recount`.
#[must_use]
pub(crate) fn name(before: Layer, after: Layer) -> String {
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
            Measure::Official => pages::shows_official(&self.after.package.contest),
            _ => true,
        }
    }

    /// The contest.
    #[must_use]
    pub(crate) fn contest(&self) -> &Contest {
        &self.after.package.contest
    }

    /// What the page has to say.
    #[must_use]
    pub(crate) fn on_the_page(&self) -> Cells {
        let (shown, _) = self.precincts();
        let regions = self.compared.regions.clone();
        let compared = Compared { regions, precincts: shown.to_vec(), ..self.compared };
        Cells::of_compared(self.contest(), &compared, |cell| self.shows(cell))
    }
}

/// Calls with each of these pairs that can be compared, one at a time: ten pairs of a whole state are a lot of numbers.
///
/// # Errors
/// The first error of a call.
pub(crate) fn each_pair<E>(
    night: &Night<'_>,
    wanted: &[(Layer, Layer)],
    mut call: impl FnMut(&Pair<'_>) -> Result<(), E>,
) -> Result<(), E> {
    // The last layer's results are worked out already.
    let last = night.layers.last().copied();
    let layers: BTreeSet<Layer> =
        wanted.iter().flat_map(|&(before, after)| [before, after]).collect();
    let earlier = layers.into_iter().filter(|&layer| Some(layer) != last);
    let earlier: BTreeMap<Layer, Released> =
        earlier.filter_map(|layer| Some((layer, night.released_in(layer)?))).collect();
    let released = |layer| match last {
        Some(last) if last == layer => night.released.as_ref(),
        _ => earlier.get(&layer),
    };
    for &(before, after) in wanted {
        let Some((before, after)) = released(before).zip(released(after)) else { continue };
        let compared = Compared::of(night.state, before, after, |one| night.stands(one));
        let covered = before.is_covered() && after.is_covered();
        call(&Pair { before, after, compared, covered })?;
    }
    Ok(())
}

/// What the files of a pair are a function of, besides what never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Said {
    package: Option<MessageId>,
    /// Releases that stand in the later layer and those before it.
    releases: Vec<MessageId>,
    /// How many messages were withheld.
    withheld: usize,
}

impl Said {
    fn of(night: &Night<'_>, after: Layer) -> Self {
        let standing = night
            .releases
            .iter()
            .filter(|one| one.layer <= after && one.release.withdrawal.is_none());
        Self {
            package: night.state.package_id(),
            releases: standing.map(|one| one.release.signed.id).collect(),
            withheld: night.state.review().all_withheld().len(),
        }
    }
}

/// Every pair's pages and data, each made anew only when what it says may have changed.
#[derive(Debug, Default)]
pub(super) struct Pairs(BTreeMap<(Layer, Layer), (Said, Files)>);

impl Pairs {
    /// The files of every pair.
    ///
    /// # Errors
    /// When one does not say what was worked out.
    pub(super) fn files(&mut self, night: &Night<'_>) -> Result<Files, PublishError> {
        let pairs: Vec<(Layer, Layer)> = night.pairs().collect();
        self.0.retain(|pair, (said, _)| pairs.contains(pair) && *said == Said::of(night, pair.1));
        let missing = pairs.iter().filter(|pair| !self.0.contains_key(pair));
        let missing: Vec<(Layer, Layer)> = missing.copied().collect();
        each_pair(night, &missing, |pair| {
            let mut files = Files::new();
            of_pair(night, pair, &mut files)?;
            let layers = (pair.compared.before, pair.compared.after);
            self.0.insert(layers, (Said::of(night, layers.1), files));
            Ok::<_, PublishError>(())
        })?;
        let made = self.0.values().flat_map(|(_, files)| files);
        Ok(made.map(|(name, file)| (name.clone(), Arc::clone(file))).collect())
    }
}

fn of_pair(night: &Night<'_>, pair: &Pair<'_>, files: &mut Files) -> Result<(), PublishError> {
    let name = name(pair.compared.before, pair.compared.after);
    let text = csv::write(night, pair.contest(), &pair.compared);
    csv::check(pair.contest(), &pair.compared, &text)?;
    put(files, format!("{name}.csv"), File::text(&text, data::CSV, false));
    let mut both = Files::new();
    pages::of_pair(night, pair, &mut both)?;
    let expected = pair.on_the_page();
    super::check(&both, |_| Cow::Borrowed(&expected))?;
    files.extend(both);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::pages::read_back;

    #[test]
    fn t65_a_page_whose_layers_changed_places_is_not_offered() {
        let html = "<table data-region=\"precinct:a\"><td data-measure=\"before:attendees\">1,020</td>\
            <td data-measure=\"after:attendees\">1,018</td>\
            <td data-measure=\"difference:attendees\">\u{2212}2</td></table>";
        let mut expected = Cells::default();
        expected.put("precinct:a", "before:attendees", 1020);
        expected.put("precinct:a", "after:attendees", 1018);
        expected.put("precinct:a", "difference:attendees", -2);
        assert_eq!(read_back::agree(&expected, html), Ok(3));
        for (right, wrong) in [("before", "after"), ("\u{2212}2", "+2"), ("1,018", "1,108")] {
            assert!(read_back::agree(&expected, &html.replace(right, wrong)).is_err(), "{right}");
        }
    }
}
