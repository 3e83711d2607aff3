//! Viability and delegates against an independent oracle: every attendance, random rooms, and the real precincts.

mod common;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use common::oracle;
use countersign_core::contest::{DelegateRule, OneDelegateRule, Rules};
use countersign_core::rules::{LotOutcome, all_awards, award, viability_number};
use proptest::prelude::*;

const RULES: [DelegateRule; 2] = [DelegateRule::Iowa2020, DelegateRule::Nevada2020];
const ONE: [OneDelegateRule; 2] = [OneDelegateRule::Plurality, OneDelegateRule::Majority];

fn rules(delegates: DelegateRule, one_delegate: OneDelegateRule) -> Rules {
    static RULES: LazyLock<Rules> = LazyLock::new(|| common::practice().rules);
    Rules { delegates, one_delegate, ..RULES.clone() }
}

fn set(awards: Vec<Vec<u32>>) -> BTreeSet<Vec<u32>> {
    let count = awards.len();
    let set: BTreeSet<_> = awards.into_iter().collect();
    assert_eq!(set.len(), count, "no award is listed twice");
    set
}

#[test]
fn t14_every_attendance_and_number_of_delegates_needs_what_the_oracle_counts() {
    let rules = common::iowa().rules;
    for attendees in 1..=3_000 {
        assert_eq!(viability_number(&rules, 1, attendees), None, "one delegate knows no viability");
        // The oracle sees three classes of delegates; each is counted up once.
        let needs = [2, 3, 4].map(|delegates| oracle::need(delegates, attendees));
        for delegates in 2..=30 {
            let expected = needs[(delegates.min(4) - 2) as usize];
            assert_eq!(
                viability_number(&rules, delegates, attendees),
                Some(expected),
                "{attendees}, {delegates}"
            );
        }
    }
}

#[test]
fn t14_exact_thresholds_are_met_and_not_exceeded() {
    let rules = common::iowa().rules;
    assert_eq!(viability_number(&rules, 4, 667), Some(101), "100.05 people");
    assert_eq!(viability_number(&rules, 4, 660), Some(99), "exactly 99");
    assert_eq!(viability_number(&rules, 14, 704), Some(106), "105.6 people");
    for sixth in 1..=500 {
        assert_eq!(viability_number(&rules, 3, sixth * 6), Some(sixth));
        assert_eq!(viability_number(&rules, 3, sixth * 6 + 1), Some(sixth + 1));
    }
    assert_eq!(viability_number(&rules, 4, 0), None, "nobody can be viable where nobody is");
}

#[test]
fn t14_a_single_delegate_goes_by_the_rule_that_the_contest_names() {
    let people = [4, 3, 2];
    let by =
        |one, attendees| all_awards(&rules(DelegateRule::Iowa2020, one), 1, attendees, &people);
    assert_eq!(by(OneDelegateRule::Plurality, 9), [[1, 0, 0]]);
    assert_eq!(
        by(OneDelegateRule::Majority, 9),
        [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        "4 of 9 is no majority"
    );
    assert_eq!(by(OneDelegateRule::Majority, 8).len(), 3, "half is no majority");
    assert_eq!(by(OneDelegateRule::Majority, 7), [[1, 0, 0]]);
    let rules = rules(DelegateRule::Iowa2020, OneDelegateRule::Majority);
    let open = award(&rules, 1, 9, &people, &[]);
    assert!(open.undetermined && open.delegates.is_none() && open.ties.is_empty());
}

/// Every division of up to 12 people into three groups, with up to 6 delegates and up to 2 people in no group.
#[test]
fn t15_all_small_rooms_agree_with_the_oracle() {
    for (rule, one) in RULES.into_iter().flat_map(|rule| ONE.map(|one| (rule, one))) {
        let rules = rules(rule, one);
        for delegates in 0..=6 {
            for a in 0..=12_u32 {
                for b in 0..=12 - a {
                    for c in 0..=12 - a - b {
                        for absent in 0..=2 {
                            let people = [a, b, c];
                            let attendees = a + b + c + absent;
                            let expected =
                                oracle::permitted(rule, one, delegates, attendees, &people);
                            let got = set(all_awards(&rules, delegates, attendees, &people));
                            assert_eq!(
                                got, expected,
                                "{rule:?} {one:?}: {delegates} for {people:?} of {attendees}"
                            );
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn t15_the_real_precincts_agree_with_the_oracle() {
    let contest = common::iowa();
    for (rule, one) in RULES.into_iter().flat_map(|rule| ONE.map(|one| (rule, one))) {
        let rules = Rules { delegates: rule, one_delegate: one, ..contest.rules.clone() };
        for row in common::published(&contest) {
            let attendees = row.attendance().expect("no total is too large");
            let elects =
                contest.delegates_to_elect(row.precinct, Some(attendees)).expect("it is known");
            let expected = oracle::permitted(rule, one, elects, attendees, &row.last);
            let got = set(all_awards(&rules, elects, attendees, &row.last));
            assert_eq!(got, expected, "precinct {}", row.precinct);
        }
    }
}

#[test]
fn t15_more_viable_groups_than_delegates_leave_the_smallest_without() {
    let iowa = rules(DelegateRule::Iowa2020, OneDelegateRule::Plurality);
    let nevada = rules(DelegateRule::Nevada2020, OneDelegateRule::Plurality);
    // Two delegates, four groups of a quarter and more.
    let people = [30, 26, 25, 25];
    let first = award(&iowa, 2, 100, &people, &[]);
    assert_eq!(first.delegates, Some(vec![1, 1, 0, 0]));
    assert_eq!(first.changes.len(), 2);
    assert!(first.changes.iter().all(|change| !change.gains && !change.by_lot));
    assert_eq!(
        award(&nevada, 2, 100, &people, &[]).delegates,
        Some(vec![1, 1, 1, 1]),
        "seats are added"
    );
}

#[test]
fn t15_an_only_delegate_is_spared_while_another_group_has_two() {
    let rules = rules(DelegateRule::Iowa2020, OneDelegateRule::Plurality);
    // 4 delegates, 100 people: shares 1.4, 0.64, 0.64, 0.64, 0.64; all five are viable, so five are awarded.
    let spared = award(&rules, 4, 100, &[35, 16, 16, 16, 16], &[]);
    assert_eq!(spared.delegates, None, "nobody has two: the four smaller ones draw");
    assert_eq!(spared.ties[0].groups, [1, 2, 3, 4]);
    assert_eq!((spared.ties[0].seats, spared.ties[0].gains), (3, false));
    // 5 delegates, 100 people: shares 2.0, 0.75, 0.75, 0.75, 0.75: six are awarded, and the group with two loses one
    // although it does not exceed its share.
    let taken = award(&rules, 5, 100, &[40, 15, 15, 15, 15], &[]);
    assert_eq!(taken.delegates, Some(vec![1, 1, 1, 1, 1]));
}

#[test]
fn t16_a_lot_is_applied_only_where_it_settles_the_tie() {
    let rules = rules(DelegateRule::Iowa2020, OneDelegateRule::Plurality);
    // Shares 2.5, 2.5: both round to three, one loses.
    let people = [50, 50];
    let open = award(&rules, 5, 100, &people, &[]);
    assert_eq!(open.delegates, None);
    assert_eq!((open.ties[0].seats, open.ties[0].gains, open.ties[0].settled), (1, false, false));
    let lot = |winner| LotOutcome { groups: vec![0, 1], seats: 1, winners: vec![winner] };
    let drawn = award(&rules, 5, 100, &people, &[lot(1)]);
    assert_eq!(drawn.delegates, Some(vec![2, 3]));
    assert!(drawn.ties[0].settled && drawn.needless_lots.is_empty());
    assert_eq!(drawn.changes.iter().filter(|change| change.by_lot).count(), 1);
    let twice = award(&rules, 5, 100, &people, &[lot(0), lot(1)]);
    assert_eq!(
        (twice.delegates, twice.needless_lots),
        (Some(vec![3, 2]), vec![1]),
        "the first lot counts"
    );
    let other = award(&rules, 5, 100, &[60, 40], &[lot(1)]);
    assert_eq!(
        (other.delegates, other.needless_lots),
        (Some(vec![3, 2]), vec![0]),
        "no tie, no lot"
    );
}

#[test]
fn t18_nobody_came_one_person_came() {
    for rule in RULES {
        let rules = rules(rule, OneDelegateRule::Plurality);
        for delegates in [0, 1, 2, 3, 14] {
            assert_eq!(all_awards(&rules, delegates, 0, &[0, 0, 0]), [[0, 0, 0]]);
        }
        for delegates in [1, 2, 3, 14] {
            assert_eq!(all_awards(&rules, delegates, 1, &[0, 1, 0]), [[0, delegates, 0]]);
        }
    }
}

/// Counts a thousand times the attendance and back: as far as a report may go.
#[test]
fn no_report_however_odd_keeps_the_rules_busy() {
    for (rule, one) in RULES.into_iter().flat_map(|rule| ONE.map(|one| (rule, one))) {
        let rules = rules(rule, one);
        for people in [vec![], vec![0], vec![100_000; 64], vec![100_000, 1, 0, 99_999, 50_000]] {
            for attendees in [0, 1, 7, 100_000] {
                for delegates in [0, 1, 2, 14, 10_000] {
                    let award = award(&rules, delegates, attendees, &people, &[]);
                    assert!(award.changes.len() <= 1_000);
                    assert!(award.permits(&award.nearest(&people)) || award.undetermined);
                    assert!(all_awards(&rules, delegates, attendees, &people).len() <= 10_000);
                }
            }
        }
    }
}

prop_compose! {
    fn room()(
        people in prop::collection::vec(prop_oneof![2 => 0_u32..8, 3 => 0_u32..90], 1..9),
        absent in 0_u32..6,
        delegates in 1_u32..20,
        rule in prop::sample::select(&RULES[..]),
        one in prop::sample::select(&ONE[..]),
    ) -> (Rules, u32, u32, Vec<u32>) {
        let attendees = people.iter().sum::<u32>() + absent;
        (rules(rule, one), delegates, attendees, people)
    }
}

prop_compose! {
    /// A room where several groups are equal, so that lots are common.
    fn equal_room()(
        size in 1_u32..40,
        equal in 2_usize..6,
        others in prop::collection::vec(0_u32..60, 0..3),
        delegates in 1_u32..20,
        rule in prop::sample::select(&RULES[..]),
    ) -> (Rules, u32, u32, Vec<u32>) {
        let mut people = vec![size; equal];
        people.extend(others);
        (rules(rule, OneDelegateRule::Plurality), delegates, people.iter().sum(), people)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn t15_random_rooms_agree_with_the_oracle((rules, delegates, attendees, people) in room()) {
        let expected = oracle::permitted(rules.delegates, rules.one_delegate, delegates, attendees, &people);
        prop_assert_eq!(set(all_awards(&rules, delegates, attendees, &people)), expected);
    }

    #[test]
    fn as_many_are_awarded_as_the_precinct_elects((rules, delegates, attendees, people) in room()) {
        let need = viability_number(&rules, delegates, attendees);
        let viable = people.iter().filter(|&&people| people > 0 && need.is_none_or(|need| people >= need)).count();
        for award in all_awards(&rules, delegates, attendees, &people) {
            let total: u32 = award.iter().sum();
            if viable == 0 {
                prop_assert!(total == 0 || delegates == 1);
            } else if rules.delegates == DelegateRule::Nevada2020 && delegates > 1 {
                prop_assert!(total >= delegates);
            } else {
                prop_assert_eq!(total, delegates);
            }
        }
    }

    /// Awards need not be listed to be asked about.
    #[test]
    fn an_award_is_permitted_exactly_if_it_is_listed(
        (rules, delegates, attendees, people) in prop_oneof![room(), equal_room()], at in 0_usize..9, up: bool,
    ) {
        let open = award(&rules, delegates, attendees, &people, &[]);
        let listed = set(all_awards(&rules, delegates, attendees, &people));
        for permitted in &listed {
            prop_assert!(open.permits(permitted));
            let mut other = permitted.clone();
            let at = at % other.len();
            other[at] = if up { other[at] + 1 } else { other[at].saturating_sub(1) };
            prop_assert_eq!(open.permits(&other), listed.contains(&other), "{:?}", other);
            let (from, to) = (at, (at + 1) % other.len());
            let mut moved = permitted.clone();
            if moved[from] > 0 { moved[from] -= 1; moved[to] += 1; }
            prop_assert_eq!(open.permits(&moved), listed.contains(&moved), "{:?}", moved);
        }
        for group in 0..people.len() {
            if !open.undetermined {
                let least = listed.iter().map(|award| award[group]).min().expect("there is one");
                prop_assert_eq!(open.at_least(group), least);
            }
        }
    }

    /// Counts far above the attendance take the same way, only faster.
    #[test]
    fn counts_beyond_the_attendance_agree_with_the_oracle(
        people in prop::collection::vec(0_u32..60, 1..6), attendees in 1_u32..40, delegates in 2_u32..12,
        rule in prop::sample::select(&RULES[..]),
    ) {
        let one = OneDelegateRule::Plurality;
        let expected = oracle::permitted(rule, one, delegates, attendees, &people);
        prop_assert_eq!(set(all_awards(&rules(rule, one), delegates, attendees, &people)), expected);
    }

    /// Names do not matter: groups in another order get the same delegates in that order.
    #[test]
    fn the_order_of_groups_does_not_matter((rules, delegates, attendees, people) in room(), turn in 0_usize..9) {
        let turn = turn % people.len();
        let mut turned = people.clone();
        turned.rotate_left(turn);
        let expected: BTreeSet<Vec<u32>> = all_awards(&rules, delegates, attendees, &people)
            .into_iter()
            .map(|mut award| { award.rotate_left(turn); award })
            .collect();
        prop_assert_eq!(set(all_awards(&rules, delegates, attendees, &turned)), expected);
    }

    /// Only proportions matter: a room ten times as large gives the same delegates.
    #[test]
    fn the_size_of_the_room_does_not_matter((rules, delegates, attendees, people) in room(), times in 1_u32..50) {
        let large: Vec<u32> = people.iter().map(|people| people * times).collect();
        prop_assert_eq!(
            all_awards(&rules, delegates, attendees * times, &large),
            all_awards(&rules, delegates, attendees, &people)
        );
    }

    /// In no award has a group fewer delegates than a smaller one has.
    #[test]
    fn a_larger_group_never_has_fewer((rules, delegates, attendees, people) in room()) {
        prop_assume!(delegates > 1 || rules.one_delegate == OneDelegateRule::Plurality);
        for award in all_awards(&rules, delegates, attendees, &people) {
            for a in 0..people.len() {
                for b in 0..people.len() {
                    prop_assert!(people[a] <= people[b] || award[a] >= award[b], "{:?}", award);
                }
            }
        }
    }

    /// T16: recomputing with the recorded outcome gives the recorded delegates, for every way a lot can fall.
    #[test]
    fn t16_every_lot_leads_to_one_permitted_award((rules, delegates, attendees, people) in equal_room()) {
        let open = award(&rules, delegates, attendees, &people, &[]);
        prop_assume!(!open.ties.is_empty());
        let permitted = set(all_awards(&rules, delegates, attendees, &people));
        let tie = &open.ties[0];
        let winners = tie.groups.iter().copied().take(tie.seats as usize).collect();
        let lot = LotOutcome { groups: tie.groups.clone(), seats: tie.seats, winners };
        let drawn = award(&rules, delegates, attendees, &people, &[lot]);
        prop_assert!(drawn.ties[0].settled);
        prop_assert!(permitted.contains(&drawn.delegates.expect("the tie is settled")));
    }
}
