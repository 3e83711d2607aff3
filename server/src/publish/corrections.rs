//! What releases changed of numbers that were released before: the state's sums just before each took effect and then, and each
//! changed number of a precinct. The page of changes, precincts' histories and `changes.csv` show it.

use std::collections::HashMap;

use countersign_core::contest::Contest;
use countersign_core::id::MessageId;
use countersign_core::results::{
    ChangedPrecinct, Compared, ComparedCell, ComparedPrecinct, Measure, Released, Step,
};

use super::cells::{Cells, changed_measure};
use super::pages::{self, Effective, Night};

/// What each release changed, by its message. It never changes once the release took effect.
#[derive(Debug, Default)]
pub(crate) struct Corrections(HashMap<MessageId, Compared>);

impl Corrections {
    /// Works out those of every release that is shown.
    #[must_use]
    pub(crate) fn of(night: &Night<'_>) -> Self {
        let mut corrections = Self::default();
        corrections.follow(night);
        corrections
    }

    /// Works out those that are not known yet.
    pub(super) fn follow(&mut self, night: &Night<'_>) {
        for release in &night.releases {
            let id = release.release.signed.id;
            self.0.entry(id).or_insert_with(|| compared(night, release));
        }
    }

    /// What a release changed: the state's sums, and precincts that were released before and are another then. Nothing of one that
    /// changed nothing. `None` of a release that is not shown.
    #[must_use]
    pub(crate) fn of_release(&self, release: MessageId) -> Option<&Compared> {
        self.0.get(&release)
    }

    /// The state's sums that a release changed, as far as pages show them.
    pub(super) fn sums(
        &self,
        contest: &Contest,
        release: MessageId,
    ) -> impl Iterator<Item = &ComparedCell> {
        let state = self.0.get(&release).and_then(Compared::statewide);
        let cells = state.map_or(&[][..], |state| &state.cells);
        let is_shown = pages::shows_official(contest);
        cells
            .iter()
            .filter(move |cell| cell.differs() && (is_shown || cell.measure != Measure::Official))
    }

    /// What the page of changes has to say.
    #[must_use]
    pub(super) fn on_the_page(&self, night: &Night<'_>) -> Cells {
        let mut cells = Cells::default();
        for release in &night.releases {
            let region = region(release);
            let changes: Vec<_> = of_release(night, release).collect();
            cells.put(&region, PRECINCTS, changes.len());
            for cell in self.sums(night.contest, release.release.signed.id) {
                cells.put_compared(night.contest, &region, cell);
            }
            for change in changes {
                put(&mut cells, night.contest, release, change);
            }
        }
        cells
    }
}

/// Measure of how many precincts a release changed.
pub(super) const PRECINCTS: &str = "precincts";

fn compared(night: &Night<'_>, release: &Effective<'_>) -> Compared {
    let nothing = Compared {
        before: release.layer,
        after: release.layer,
        regions: Vec::new(),
        precincts: Vec::new(),
    };
    if !release.named.corrects {
        return nothing;
    }
    let before = Released::just_before(night.state, release.release);
    let Some((before, after)) = before.zip(Released::when(night.state, release.release)) else {
        return nothing;
    };
    let mut compared = Compared::of(night.state, &before, &after, |_| false);
    // The state comes first. What is released for the first time changes counties as well, and is no correction.
    compared.regions.truncate(1);
    compared.precincts.retain(|precinct| precinct.before.is_some());
    let changes: HashMap<_, _> =
        of_release(night, release).map(|change| (change.precinct, change)).collect();
    let step = |precinct: &ComparedPrecinct| {
        let change = changes.get(&precinct.precinct)?;
        Some(Step { release: change.release, cause: change.cause, decision: change.decision })
    };
    for precinct in &mut compared.precincts {
        precinct.steps = step(precinct).into_iter().collect();
    }
    compared
}

/// Precincts of which a release changed what was released before.
pub(super) fn of_release<'n>(
    night: &'n Night<'_>,
    release: &Effective<'_>,
) -> impl Iterator<Item = &'n ChangedPrecinct> {
    let id = release.release.signed.id;
    night.changes.iter().filter(move |change| change.release == id)
}

/// What pages call the state's sums around a release.
pub(super) fn region(release: &Effective<'_>) -> String {
    format!("release:{}", release.named.sequence)
}

/// What pages call the numbers of a precinct that a release changed.
pub(super) fn region_of(release: &Effective<'_>, precinct: &str) -> String {
    format!("{}/precinct:{precinct}", region(release))
}

/// Puts the changed numbers of a precinct into what a page has to say.
pub(super) fn put(
    cells: &mut Cells,
    contest: &Contest,
    release: &Effective<'_>,
    change: &ChangedPrecinct,
) {
    let Some(precinct) = contest.precinct(change.precinct.0) else { return };
    let region = region_of(release, &precinct.id);
    for cell in change.cells() {
        let of = changed_measure(contest, cell.cell);
        cells.put(&region, format!("before:{of}"), cell.before);
        cells.put(&region, format!("after:{of}"), cell.after);
    }
}
