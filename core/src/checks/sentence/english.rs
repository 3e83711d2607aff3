//! In English.

use super::Told;
use crate::checks::{RuleId, Variant};

pub(super) fn sentence(told: &Told<'_>) -> String {
    let (group, other) = (told.group(), told.other_group());
    let (entered, expected) = (told.number(0), told.number(1));
    let difference = entered.abs_diff(expected);
    match (told.finding.rule, told.finding.variant) {
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
            told.delegates(0),
            told.delegates(1)
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
            told.contest.rules.final_share_min
        ),
        (RuleId::C10, _) => format!(
            "{group} has {} and {}, {other} has {} and {}.",
            people(told.number(2)),
            delegates(entered),
            people(told.number(3)),
            delegates(expected)
        ),
    }
}

fn people(count: u32) -> String {
    if count == 1 { "1 person".to_owned() } else { format!("{count} people") }
}

fn delegates(count: u32) -> String {
    if count == 1 { "1 delegate".to_owned() } else { format!("{count} delegates") }
}
