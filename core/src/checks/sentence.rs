//! A finding in one plain English sentence for headquarters.

use super::{Finding, RuleId, Variant};
use crate::contest::Contest;

impl Finding {
    /// What headquarters reads. Numbers that disagree are both named; nobody is blamed.
    #[must_use]
    pub fn headquarters_sentence(&self, contest: &Contest) -> String {
        let name = |group: Option<usize>| {
            group
                .and_then(|group| contest.groups.get(group))
                .map_or_else(|| "a group".to_owned(), |group| group.full_name.clone())
        };
        let group = name(self.group);
        let other = name(self.other_group);
        let number = |at: usize| self.numbers.get(at).copied().unwrap_or(0);
        let (entered, expected) = (number(0), number(1));
        let difference = entered.abs_diff(expected);
        match (self.rule, self.variant) {
            (RuleId::C01, Variant::Fewer) => format!(
                "First alignment adds up to {}, {expected} attended: {difference} too few.",
                people(entered)
            ),
            (RuleId::C01, _) => format!(
                "First alignment adds up to {}, {expected} attended: {difference} too many.",
                people(entered)
            ),
            (RuleId::C02, _) => format!(
                "Final alignment adds up to {}, first alignment to {expected}: {difference} too many.",
                people(entered)
            ),
            (RuleId::C03, _) => format!(
                "{group} was viable with {} at first alignment and has {entered} at final alignment.",
                people(expected)
            ),
            (RuleId::C04, _) => format!(
                "{group} has {} at final alignment, fewer than the {expected} that viability needs.",
                people(entered)
            ),
            (RuleId::C05, _) => {
                format!("Delegates add up to {entered}, the precinct elects {expected}.")
            }
            (RuleId::C06, _) => format!(
                "The room announced {}; for these counts the rules give {}.",
                self.delegates(contest, 0),
                self.delegates(contest, 1)
            ),
            (RuleId::C07, Variant::ViableWithoutDelegate) => {
                format!("{group} is viable and has no delegate, the rules give it {expected}.")
            }
            (RuleId::C07, _) => {
                format!("{group} has {} and nobody at final alignment.", delegates(entered))
            }
            (RuleId::C08, Variant::Needless) => {
                "A lot is recorded that no tie in these counts needed.".to_owned()
            }
            (RuleId::C08, _) => {
                let others = match entered.saturating_sub(2) {
                    0 => String::new(),
                    1 => " and 1 other group".to_owned(),
                    more => format!(" and {more} other groups"),
                };
                format!(
                    "{group}, {other}{others} are equal, and no lot is recorded that favours {expected} of them."
                )
            }
            (RuleId::C09, _) => format!(
                "Final alignment adds up to {}, under {} of the {expected} at first alignment.",
                people(entered),
                contest.rules.final_share_min
            ),
            (RuleId::C10, _) => format!(
                "{group} has {} and {}, {other} has {} and {}.",
                people(number(2)),
                delegates(entered),
                people(number(3)),
                delegates(expected)
            ),
        }
    }

    /// The evidence that would settle it.
    #[must_use]
    pub const fn settled_by(&self) -> &'static str {
        match self.rule {
            RuleId::C01 => "The photo of the signed worksheet, or a count of the sign-in sheets",
            RuleId::C02 | RuleId::C03 | RuleId::C04 | RuleId::C09 => {
                "The photo of the signed worksheet, or the preference cards"
            }
            RuleId::C05 | RuleId::C06 | RuleId::C07 | RuleId::C10 => {
                "The photo of the signed worksheet, or a call to the number on file"
            }
            RuleId::C08 => {
                "What the signed worksheet says of the lot, or a call to the number on file"
            }
        }
    }

    /// `Sanders 5, Warren 4` from one of the two halves of the numbers of C06.
    fn delegates(&self, contest: &Contest, half: usize) -> String {
        let groups = contest.groups.len();
        let named: Vec<String> = contest
            .groups
            .iter()
            .zip(self.numbers.iter().skip(half * groups))
            .filter(|(_, delegates)| **delegates > 0)
            .map(|(group, delegates)| format!("{} {delegates}", group.name))
            .collect();
        if named.is_empty() { "no delegates".to_owned() } else { named.join(", ") }
    }
}

fn people(count: u32) -> String {
    if count == 1 { "1 person".to_owned() } else { format!("{count} people") }
}

fn delegates(count: u32) -> String {
    if count == 1 { "1 delegate".to_owned() } else { format!("{count} delegates") }
}
