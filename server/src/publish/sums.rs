//! What releases that changed released numbers made of the state's sums: just before each took effect, and then. The page of
//! changes shows them, and is read back like the others.

use std::collections::HashMap;

use countersign_core::contest::Contest;
use countersign_core::id::MessageId;
use countersign_core::language::Language;
use countersign_core::results::{ComparedCell, ComparedRegion, Measure, Released};

use super::PublishError;
use super::cells::Cells;
use super::compared::says;
use super::files::Files;
use super::pages::{self, Effective, Night};

/// The sums of each such release. They never change once it took effect.
#[derive(Debug, Default)]
pub(super) struct Sums(HashMap<MessageId, ComparedRegion>);

impl Sums {
    /// Works out those that are not known yet.
    pub(super) fn follow(&mut self, night: &Night<'_>) {
        for release in &night.releases {
            let id = release.release.signed.id;
            if !release.named.corrects || self.0.contains_key(&id) {
                continue;
            }
            let before = Released::just_before(night.state, release.release);
            let after = Released::when(night.state, release.release);
            if let (Some(before), Some(after)) = (before, after) {
                self.0.insert(id, ComparedRegion::statewide(&before, &after));
            }
        }
    }

    /// The sums that a release changed.
    pub(super) fn of(&self, contest: &Contest, release: MessageId) -> Vec<&ComparedCell> {
        let cells = self.0.get(&release).map_or(&[][..], |region| &region.cells);
        cells.iter().filter(|cell| cell.differs() && is_shown(contest, cell)).collect()
    }

    /// Reads the pages of changes back, and compares them with what they have to say.
    ///
    /// # Errors
    /// When one says something else.
    pub(super) fn check(&self, night: &Night<'_>, files: &Files) -> Result<(), PublishError> {
        let mut expected = Cells::default();
        for release in &night.releases {
            for cell in self.of(night.contest, release.release.signed.id) {
                expected.put_compared(night.contest, &region(release), cell);
            }
        }
        for language in Language::ALL {
            let page = pages::in_language(language, pages::CHANGES);
            let html = files.get(&page).and_then(|file| file.read().ok()).unwrap_or_default();
            says(&expected, &page, &String::from_utf8_lossy(&html))?;
        }
        Ok(())
    }
}

/// Delegates that count are the signed ones wherever the contest does not say otherwise.
pub(super) fn is_shown(contest: &Contest, cell: &ComparedCell) -> bool {
    cell.measure != Measure::Official || pages::shows_official(contest)
}

/// What the page of changes calls the sums of a release.
pub(super) fn region(release: &Effective<'_>) -> String {
    format!("release:{}", release.named.sequence)
}
