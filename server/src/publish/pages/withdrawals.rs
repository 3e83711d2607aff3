//! Releases that were withdrawn: which, when, why and by whom.

use countersign_core::language::Language;

use super::status::who;
use super::{Effective, Night};

/// A withdrawal, as the status page shows it.
pub(super) struct Withdrawn<'a> {
    /// Name and number of the release.
    pub(super) name: &'a str,
    pub(super) sequence: usize,
    /// When it took effect.
    pub(super) at: String,
    pub(super) why: String,
    /// Who asked for it and who approved it: role and number.
    pub(super) people: (String, String),
}

/// Every withdrawal of a release that was shown, that of the newest release first.
pub(super) fn withdrawals<'a>(night: &'a Night<'_>, language: Language) -> Vec<Withdrawn<'a>> {
    let withdrawn = |one: &'a Effective<'_>| {
        let withdrawal = one.release.withdrawal.as_ref()?;
        let approval = withdrawal.approval.signed;
        Some(Withdrawn {
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
