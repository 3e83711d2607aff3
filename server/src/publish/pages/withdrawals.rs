//! Releases that were withdrawn: which, when, why and by whom.

use countersign_core::language::Language;

use super::said::entry;
use super::status::who;
use super::{Effective, Night};
use crate::publish::cells::Cells;

/// A withdrawal, as the status page shows it.
pub(super) struct Withdrawn<'a> {
    /// The entry of the message that asked for it.
    pub(super) entry: u64,
    /// Name and number of the release.
    pub(super) name: &'a str,
    pub(super) sequence: usize,
    /// When it took effect.
    pub(super) at: String,
    pub(super) why: String,
    /// Who asked for it and who approved it: role and number.
    pub(super) people: (String, String),
}

impl Withdrawn<'_> {
    /// What the page has to say of it.
    pub(super) fn said(&self, cells: &mut Cells) {
        let region = entry(self.entry);
        cells.put(&region, "at", &self.at);
        cells.put(&region, "number", self.sequence);
        cells.put(&region, "name", self.name);
        cells.put(&region, "why", &self.why);
        cells.put(&region, "askedBy", &self.people.0);
        cells.put(&region, "approvedBy", &self.people.1);
    }
}

/// Every withdrawal of a release that was shown, that of the newest release first.
pub(super) fn withdrawals<'a>(night: &'a Night<'_>, language: Language) -> Vec<Withdrawn<'a>> {
    let withdrawn = |one: &'a Effective<'_>| {
        let withdrawal = one.release.withdrawal.as_ref()?;
        let approval = withdrawal.approval.signed;
        Some(Withdrawn {
            entry: withdrawal.signed.index,
            name: &one.named.name,
            sequence: one.named.sequence,
            at: night.time(language, approval.entered_ms),
            why: night.written(language, withdrawal.signed.id, &withdrawal.why),
            people: (
                who(night, language, withdrawal.signed.person),
                who(night, language, approval.person),
            ),
        })
    };
    night.releases.iter().rev().filter_map(withdrawn).collect()
}
