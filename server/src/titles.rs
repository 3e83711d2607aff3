//! English titles for headquarters' eyes.

use countersign_core::contest::CountKind;

/// Title of a count.
#[must_use]
pub const fn of_count(kind: CountKind) -> &'static str {
    match kind {
        CountKind::FirstAlignment => "First alignment",
        CountKind::FinalAlignment => "Final alignment",
        CountKind::Delegates => "Delegates",
    }
}
