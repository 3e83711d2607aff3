//! Each check is tripped by a real precinct of Iowa 2020, and a caucus that adds up trips none.

mod common;

use common::{figures, iowa, real};
use countersign_core::checks::{Figures, Finding, Findings, RuleId, Severity, Variant, check};
use countersign_core::contest::{Contest, OneDelegateRule, PrecinctKind};
use countersign_core::language::Language;
use countersign_core::rules::LotOutcome;

/// The checks of a precinct as published, with so many attendees.
fn published(contest: &Contest, id: &str, attendees: Option<u32>) -> Findings {
    let (number, row, awarded) = real(contest, id);
    let attendees = attendees.or(row.attendance()).expect("it is known");
    check(contest, number, &figures(attendees, [&row.first, &row.last, &awarded]), &[])
}

fn only(findings: &Findings, rule: RuleId) -> Vec<&Finding> {
    findings.findings.iter().filter(|finding| finding.rule == rule).collect()
}

/// The one finding of a rule: variant, severity, group, numbers, and what headquarters reads.
fn expect(
    contest: &Contest,
    findings: &Findings,
    (rule, variant, severity): (RuleId, Variant, Severity),
    group: Option<&str>,
    numbers: &[u32],
    sentence: &str,
) {
    let found = only(findings, rule);
    assert_eq!(found.len(), 1, "{findings:?}");
    let finding = found[0];
    assert_eq!((finding.variant, finding.severity), (variant, severity));
    assert_eq!(finding.group.map(|group| contest.groups[group].key.as_str()), group);
    assert_eq!(finding.numbers, numbers);
    assert_eq!(finding.headquarters_sentence(contest, Language::English), sentence);
    says_the_same_in_spanish(contest, finding);
    assert!(!findings.passed.contains(&rule));
}

/// Other words, and the same numbers in the same order.
fn says_the_same_in_spanish(contest: &Contest, finding: &Finding) {
    let [english, spanish] =
        Language::ALL.map(|language| finding.headquarters_sentence(contest, language));
    let numbers = |text: &str| -> Vec<String> {
        let parts = text.split(|letter: char| !letter.is_ascii_digit());
        parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    assert_ne!(english, spanish);
    assert_eq!(numbers(&english), numbers(&spanish), "{english} / {spanish}");
}

#[test]
fn des_moines_55_trips_c04_and_nothing_else() {
    let contest = iowa();
    let findings = published(&contest, "polk-dm-055", Some(704));
    expect(
        &contest,
        &findings,
        (RuleId::C04, Variant::Found, Severity::Note),
        Some("uncommitted"),
        &[31, 106],
        "Uncommitted has 31 people at final alignment, fewer than the 106 that viability needs.",
    );
    assert_eq!(findings.findings.len(), 1);
    assert_eq!(findings.findings[0].key(), "C04:13");
    let passed: Vec<RuleId> = RuleId::ALL.into_iter().filter(|rule| *rule != RuleId::C04).collect();
    assert_eq!(findings.passed, passed);
}

#[test]
fn c01_first_alignment_against_attendance() {
    let contest = iowa();
    // The party shared out this site's pool with 116 attendees, of whom 43 stand at first alignment.
    expect(
        &contest,
        &published(&contest, "sat-cd1-cedar-rapids-hoover-elementary-school", Some(116)),
        (RuleId::C01, Variant::Fewer, Severity::Unusual),
        None,
        &[43, 116],
        "First alignment adds up to 43 people, 116 attended: 73 too few.",
    );
    expect(
        &contest,
        &published(&contest, "polk-dm-055", Some(703)),
        (RuleId::C01, Variant::More, Severity::Impossible),
        None,
        &[704, 703],
        "First alignment adds up to 704 people, 703 attended: 1 too many.",
    );
}

#[test]
fn c02_final_above_first() {
    let contest = iowa();
    let findings = published(&contest, "adair-04se", None);
    expect(
        &contest,
        &findings,
        (RuleId::C02, Variant::Found, Severity::Impossible),
        None,
        &[36, 34],
        "Final alignment adds up to 36 people, first alignment to 34: 2 too many.",
    );
}

#[test]
fn c03_a_viable_group_shrank() {
    let contest = iowa();
    let findings = published(&contest, "scott-d34", None);
    expect(
        &contest,
        &findings,
        (RuleId::C03, Variant::Found, Severity::Unusual),
        Some("biden"),
        &[25, 26],
        "Joe Biden was viable with 26 people at first alignment and has 25 at final alignment.",
    );
}

#[test]
fn c05_and_c06_delegates_do_not_add_up_and_differ() {
    let contest = iowa();
    let findings = published(&contest, "black-hawk-c000", None);
    expect(
        &contest,
        &findings,
        (RuleId::C05, Variant::Found, Severity::Impossible),
        None,
        &[7, 8],
        "Delegates add up to 7, the precinct elects 8.",
    );
    assert_eq!(findings.findings[0].rule, RuleId::C05, "the worst comes first");
    let findings = published(&contest, "adair-03sw", None);
    let found = only(&findings, RuleId::C06)[0];
    assert_eq!((found.variant, found.severity), (Variant::Differs, Severity::Unusual));
    assert_eq!(
        found.headquarters_sentence(&contest, Language::English),
        "The room announced Biden 2, Sanders 2, Yang 5; for these counts the rules give Biden 3, Sanders 2, Yang 4."
    );
    assert_eq!(found.numbers.len(), 28);
    assert!(findings.passed.contains(&RuleId::C05));
}

#[test]
fn c07_delegates_and_people() {
    let contest = iowa();
    expect(
        &contest,
        &published(&contest, "scott-d34", None),
        (RuleId::C07, Variant::DelegatesWithoutPeople, Severity::Impossible),
        Some("other"),
        &[1, 0],
        "Other has 1 delegate and nobody at final alignment.",
    );
    expect(
        &contest,
        &published(&contest, "buchanan-ht", None),
        (RuleId::C07, Variant::ViableWithoutDelegate, Severity::Unusual),
        Some("buttigieg"),
        &[0, 1],
        "Pete Buttigieg is viable and has no delegate, the rules give it 1.",
    );
}

#[test]
fn t16_c08_a_tie_needs_its_lot_and_nothing_else_does() {
    let contest = iowa();
    let (number, row, awarded) = real(&contest, "adams-ad1");
    let seen = figures(29, [&row.first, &row.last, &awarded]);
    let [biden, klobuchar, warren] = ["biden", "klobuchar", "warren"]
        .map(|key| contest.group_index(key).expect("on the ballot"));
    let without = check(&contest, number, &seen, &[]);
    expect(
        &contest,
        &without,
        (RuleId::C08, Variant::Missing, Severity::Impossible),
        Some("biden"),
        &[3, 1],
        "Joe Biden, Amy Klobuchar and 1 other group are equal, and no lot is recorded that favours 1 of them.",
    );
    assert_eq!(
        without.findings.len(),
        1,
        "one of the permitted outcomes was announced: {without:?}"
    );
    let lot = |winner| LotOutcome {
        groups: vec![biden, klobuchar, warren],
        seats: 1,
        winners: vec![winner],
    };
    let with = check(&contest, number, &seen, &[lot(klobuchar)]);
    assert!(with.findings.is_empty() && with.passed == RuleId::ALL, "{with:?}");
    let other = check(&contest, number, &seen, &[lot(warren)]);
    assert_eq!(other.findings.len(), 1, "the lot says Warren, the room Klobuchar");
    assert_eq!(other.findings[0].rule, RuleId::C06);

    let (number, row, awarded) = real(&contest, "polk-dm-055");
    let seen = figures(704, [&row.first, &row.last, &awarded]);
    let needless = check(&contest, number, &seen, &[lot(klobuchar)]);
    expect(
        &contest,
        &needless,
        (RuleId::C08, Variant::Needless, Severity::Note),
        None,
        &[1],
        "A lot is recorded that no tie in these counts needed.",
    );
}

#[test]
fn c09_many_people_left() {
    let contest = iowa();
    expect(
        &contest,
        &published(&contest, "adams-ad2", None),
        (RuleId::C09, Variant::Found, Severity::Unusual),
        None,
        &[14, 20],
        "Final alignment adds up to 14 people, under 90 % of the 20 at first alignment.",
    );
}

#[test]
fn c10_more_people_but_fewer_delegates() {
    let contest = iowa();
    expect(
        &contest,
        &published(&contest, "clay-wflt", None),
        (RuleId::C10, Variant::Found, Severity::Unusual),
        Some("warren"),
        &[0, 1, 3, 2],
        "Elizabeth Warren has 3 people and 0 delegates, Pete Buttigieg has 2 people and 1 delegate.",
    );
}

#[test]
fn t17_an_empty_cell_leaves_out_the_checks_that_need_it() {
    let contest = iowa();
    let (number, row, awarded) = real(&contest, "scott-d34");
    let mut seen = figures(150, [&row.first, &row.last, &awarded]);
    seen.counts[1][0] = None;
    let findings = check(&contest, number, &seen, &[]);
    let mut rules: Vec<RuleId> = findings.passed.clone();
    rules.extend(findings.findings.iter().map(|finding| finding.rule));
    rules.sort();
    assert_eq!(rules, [RuleId::C01, RuleId::C05], "only these do without the final alignment");
    let nothing = check(&contest, number, &Figures::default(), &[]);
    assert_eq!(nothing, Findings::default());
}

#[test]
fn t18_nobody_came_adds_up_everywhere() {
    let contest = iowa();
    let zeros = vec![0; contest.groups.len()];
    for number in 0..u32::try_from(contest.precincts.len()).expect("small") {
        let findings = check(&contest, number, &figures(0, [&zeros, &zeros, &zeros]), &[]);
        assert_eq!(findings.findings, [], "precinct {number}");
        assert_eq!(findings.passed, RuleId::ALL);
    }
}

#[test]
fn t18_one_person_elects_all_delegates() {
    let contest = iowa();
    for (number, precinct) in (0..).zip(&contest.precincts) {
        let mut one = vec![0; contest.groups.len()];
        one[8] = 1;
        let elects = contest.delegates_to_elect(number, Some(1)).expect("known");
        let mut delegates = vec![0; contest.groups.len()];
        delegates[8] = elects;
        let findings = check(&contest, number, &figures(1, [&one, &one, &delegates]), &[]);
        assert_eq!(findings.findings, [], "{}", precinct.id);
    }
}

#[test]
fn t14_one_delegate_without_a_majority_trips_no_check_whoever_was_named() {
    let mut contest = iowa();
    contest.rules.one_delegate = OneDelegateRule::Majority;
    // 5 of 13 is the largest group; the room elected another.
    let (number, row, awarded) = real(&contest, "clinton-lbto");
    let seen = figures(13, [&row.first, &row.last, &awarded]);
    let by_majority = check(&contest, number, &seen, &[]);
    let about_delegates = [RuleId::C05, RuleId::C06, RuleId::C07, RuleId::C08, RuleId::C10];
    assert!(
        about_delegates.iter().all(|rule| by_majority.passed.contains(rule)),
        "{by_majority:?}"
    );
    contest.rules.one_delegate = OneDelegateRule::Plurality;
    let by_plurality = check(&contest, number, &seen, &[]);
    assert_eq!(only(&by_plurality, RuleId::C06).len(), 1);
}

#[test]
fn t19_a_satellite_is_checked_with_the_delegates_of_its_attendance() {
    let contest = iowa();
    let (number, row, _) = real(&contest, "sat-cd1-cedar-rapids-hoover-elementary-school");
    assert_eq!(contest.precinct(number).map(|place| place.kind), Some(PrecinctKind::Satellite));
    let six = |elects| {
        let mut delegates = vec![0; contest.groups.len()];
        delegates[8] = elects;
        check(&contest, number, &figures(43, [&row.first, &row.last, &delegates]), &[])
    };
    assert!(six(6).passed.contains(&RuleId::C05));
    assert_eq!(only(&six(5), RuleId::C05)[0].numbers, [5, 6]);
}

/// A report may say anything within its limits; a finding never holds a sum that wrapped around.
#[test]
fn the_largest_counts_are_checked_without_wrapping() {
    let contest = iowa();
    let full = vec![100_000; contest.groups.len()];
    let findings = check(&contest, 0, &figures(1, [&full, &full, &full]), &[]);
    assert_eq!(only(&findings, RuleId::C01)[0].numbers, [1_400_000, 1]);
    for finding in &findings.findings {
        says_the_same_in_spanish(&contest, finding);
    }
}

#[test]
fn keys_tell_the_findings_of_a_precinct_apart() {
    let contest = iowa();
    for row in common::published(&contest) {
        let awarded = row.awarded(&contest).unwrap_or_else(|| vec![0; contest.groups.len()]);
        let seen = figures(row.attendance().expect("small"), [&row.first, &row.last, &awarded]);
        let findings = check(&contest, row.precinct, &seen, &[]).findings;
        let keys: std::collections::BTreeSet<String> = findings.iter().map(Finding::key).collect();
        assert_eq!(keys.len(), findings.len());
    }
}
