//! What can be inconsistent in a precinct's published results, finer than the checks: a list for each.

use serde::{Serialize, Serializer};

use super::AuditRow;
use crate::checks::statewide::{Found, StatewideFinding};
use crate::checks::{RuleId, Variant};
use crate::contest::{Contest, CountKind, Published};
use crate::rules;

/// A kind of inconsistency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Inconsistency {
    /// C02.
    FinalAboveFirst,
    /// C03.
    ViableGroupLost,
    /// A group below the viability number at final alignment has delegates.
    DelegatesWithoutViability,
    /// C07.
    ViableWithoutDelegate,
    /// C05, too many.
    DelegatesAbove,
    /// C05, too few.
    DelegatesBelow,
    /// C10.
    MorePeopleFewerDelegates,
    /// The award is not the only one that the rules give.
    DiffersWithoutLot,
    /// The award is none of several that the rules and a lot give.
    DiffersWithLot,
    /// C07.
    DelegatesWithoutPeople,
    /// H01.
    SameFirst,
    /// H01.
    SameFinal,
}

impl Inconsistency {
    /// All of them, in the order of a report.
    pub const ALL: [Self; 12] = [
        Self::FinalAboveFirst,
        Self::ViableGroupLost,
        Self::DelegatesWithoutViability,
        Self::ViableWithoutDelegate,
        Self::DelegatesAbove,
        Self::DelegatesBelow,
        Self::MorePeopleFewerDelegates,
        Self::DiffersWithoutLot,
        Self::DiffersWithLot,
        Self::DelegatesWithoutPeople,
        Self::SameFirst,
        Self::SameFinal,
    ];

    /// The word for it in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FinalAboveFirst => "final_above_first",
            Self::ViableGroupLost => "viable_group_lost",
            Self::DelegatesWithoutViability => "delegates_without_viability",
            Self::ViableWithoutDelegate => "viable_without_delegate",
            Self::DelegatesAbove => "delegates_above",
            Self::DelegatesBelow => "delegates_below",
            Self::MorePeopleFewerDelegates => "more_people_fewer_delegates",
            Self::DiffersWithoutLot => "differs_without_lot",
            Self::DiffersWithLot => "differs_with_lot",
            Self::DelegatesWithoutPeople => "delegates_without_people",
            Self::SameFirst => "same_first",
            Self::SameFinal => "same_final",
        }
    }

    /// It in a few words, for text.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::FinalAboveFirst => "more people at final than at first alignment",
            Self::ViableGroupLost => "a viable group that lost people",
            Self::DelegatesWithoutViability => "a group below viability with delegates",
            Self::ViableWithoutDelegate => {
                "a viable group without the delegate that seats sufficed for"
            }
            Self::DelegatesAbove => "more delegates than the precinct elects",
            Self::DelegatesBelow => "fewer delegates than the precinct elects",
            Self::MorePeopleFewerDelegates => "more people but fewer delegates than another group",
            Self::DiffersWithoutLot => "delegates differ from the rules, no lot involved",
            Self::DiffersWithLot => "delegates differ from the rules, whatever the lot",
            Self::DelegatesWithoutPeople => "delegates without people",
            Self::SameFirst => "the first alignment of another precinct",
            Self::SameFinal => "the final alignment of another precinct",
        }
    }

    /// Whether a row has it, apart from what [`without_viability`] finds.
    fn is_in(self, row: &AuditRow) -> bool {
        let check = |rule| row.checks.contains(&rule);
        let variant = |variant| row.findings.iter().any(|finding| finding.variant == variant);
        let sum = |wanted: fn(u32, u32) -> bool| {
            row.findings.iter().any(|finding| {
                finding.rule == RuleId::C05
                    && matches!(*finding.numbers, [entered, elects] if wanted(entered, elects))
            })
        };
        let same = |wanted| row.statewide_findings.iter().any(|finding| is_same(finding, wanted));
        match self {
            Self::FinalAboveFirst => check(RuleId::C02),
            Self::ViableGroupLost => check(RuleId::C03),
            Self::DelegatesWithoutViability => row.inconsistencies.contains(&self),
            Self::ViableWithoutDelegate => variant(Variant::ViableWithoutDelegate),
            Self::DelegatesAbove => sum(|entered, elects| entered > elects),
            Self::DelegatesBelow => sum(|entered, elects| entered < elects),
            Self::MorePeopleFewerDelegates => check(RuleId::C10),
            Self::DiffersWithoutLot => row.agrees == Some(false) && !row.lot,
            Self::DiffersWithLot => row.agrees == Some(false) && row.lot,
            Self::DelegatesWithoutPeople => variant(Variant::DelegatesWithoutPeople),
            Self::SameFirst => same(CountKind::FirstAlignment),
            Self::SameFinal => same(CountKind::FinalAlignment),
        }
    }
}

impl Serialize for Inconsistency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

fn is_same(finding: &StatewideFinding, wanted: CountKind) -> bool {
    matches!(finding.found, Found::SameNumbers { count, .. } if count == wanted)
}

/// Every inconsistency of a row whose findings are complete.
pub(super) fn of_row(row: &AuditRow) -> Vec<Inconsistency> {
    Inconsistency::ALL.into_iter().filter(|kind| kind.is_in(row)).collect()
}

/// A group with people below the viability number has delegates. One without people is
/// [`Inconsistency::DelegatesWithoutPeople`].
pub(super) fn without_viability(
    contest: &Contest,
    published: &Published,
    elects: Option<u32>,
    attendees: Option<u32>,
    awarded: Option<&[u32]>,
) -> bool {
    let (Some(elects), Some(attendees), Some(awarded)) = (elects, attendees, awarded) else {
        return false;
    };
    rules::viability_number(&contest.rules, elects, attendees).is_some_and(|needed| {
        published
            .last
            .iter()
            .zip(awarded)
            .any(|(&people, &delegates)| people > 0 && people < needed && delegates > 0)
    })
}
