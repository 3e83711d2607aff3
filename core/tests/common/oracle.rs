//! The delegate rules once more, slowly and on other lines: every seat is moved alone, and where groups are equal every
//! one of them is tried. What the rules and a lot permit is the set of all ends.

use std::collections::BTreeSet;

use countersign_core::contest::{DelegateRule, OneDelegateRule};

/// The smallest number of people that makes a group viable, found by counting up.
pub(crate) fn need(delegates: u32, attendees: u32) -> u32 {
    let enough = |people: u32| match delegates {
        2 => 4 * people >= attendees,
        3 => 6 * people >= attendees,
        _ => 20 * people >= 3 * attendees,
    };
    (0..).find(|&people| enough(people)).expect("everybody together is enough")
}

pub(crate) fn permitted(
    rule: DelegateRule,
    one: OneDelegateRule,
    delegates: u32,
    attendees: u32,
    people: &[u32],
) -> BTreeSet<Vec<u32>> {
    if delegates == 1 {
        return single(one, attendees, people);
    }
    let none = vec![0; people.len()];
    if attendees == 0 || delegates == 0 {
        return BTreeSet::from([none]);
    }
    let need = need(delegates, attendees);
    let start: Vec<u32> = people
        .iter()
        .map(|&people| {
            if people == 0 || people < need {
                return 0;
            }
            // The largest number whose half below does not exceed the share: halves go up.
            let mut seats = 0;
            while (2 * u64::from(seats) + 1) * u64::from(attendees)
                <= 2 * u64::from(people) * u64::from(delegates)
            {
                seats += 1;
            }
            seats.max(1)
        })
        .collect();
    let mut ends = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut open = vec![start];
    while let Some(award) = open.pop() {
        if !seen.insert(award.clone()) {
            continue;
        }
        let total: u32 = award.iter().sum();
        let viable = |group: usize| people[group] > 0 && people[group] >= need;
        if total == delegates || !(0..people.len()).any(viable) {
            ends.insert(award);
            continue;
        }
        // Award less share, times the attendees.
        let over = |group: usize| {
            i64::from(award[group]) * i64::from(attendees)
                - i64::from(people[group]) * i64::from(delegates)
        };
        let (claimants, step): (Vec<usize>, i32) = if total > delegates {
            let several: Vec<usize> = (0..award.len()).filter(|&group| award[group] > 1).collect();
            if several.is_empty() && rule == DelegateRule::Nevada2020 {
                ends.insert(award);
                continue;
            }
            let may = if several.is_empty() {
                (0..award.len()).filter(|&group| award[group] > 0).collect()
            } else {
                several
            };
            let worst = may.iter().map(|&group| over(group)).max().expect("somebody has a seat");
            (may.into_iter().filter(|&group| over(group) == worst).collect(), -1)
        } else {
            let may: Vec<usize> = (0..award.len()).filter(|&group| viable(group)).collect();
            let worst = may.iter().map(|&group| over(group)).min().expect("somebody is viable");
            (may.into_iter().filter(|&group| over(group) == worst).collect(), 1)
        };
        for group in claimants {
            let mut next = award.clone();
            next[group] =
                next[group].checked_add_signed(step).expect("nobody loses what they have not");
            open.push(next);
        }
    }
    ends
}

fn single(one: OneDelegateRule, attendees: u32, people: &[u32]) -> BTreeSet<Vec<u32>> {
    let elect = |group: usize| {
        let mut award = vec![0; people.len()];
        award[group] = 1;
        award
    };
    let may: Vec<usize> = match one {
        OneDelegateRule::Plurality => (0..people.len())
            .filter(|&group| {
                people[group] > 0 && people.iter().all(|&other| other <= people[group])
            })
            .collect(),
        OneDelegateRule::Majority if attendees == 0 && people.iter().all(|&people| people == 0) => {
            Vec::new()
        }
        OneDelegateRule::Majority => {
            let winners: Vec<usize> =
                (0..people.len()).filter(|&group| 2 * people[group] > attendees).collect();
            if winners.is_empty() { (0..people.len()).collect() } else { winners }
        }
    };
    if may.is_empty() {
        return BTreeSet::from([vec![0; people.len()]]);
    }
    may.into_iter().map(elect).collect()
}
