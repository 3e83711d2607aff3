//! Nevada 2020: the roster, the rules against the real awards, the audit, the typing slip, the national delegates.

mod common;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use common::oracle;
use countersign_core::audit::{self, Audit, AuditRow, Reading};
use countersign_core::checks::RuleId;
use countersign_core::contest::{
    Contest, CountKind, DelegateRule, OneDelegateRule, OverLimit, Rules,
};
use countersign_core::message::{Channel, Report, ShapeError};
use countersign_core::rules::{self, Regions, TenThousandths, all_awards, national_worth};

fn audit_of(name: &str) -> Audit {
    audit::audit(&common::nevada(), name, &common::nevada_csv(name)).expect("it has no mistake")
}

fn row<'a>(audit: &'a Audit, id: &str) -> &'a AuditRow {
    audit.rows.iter().find(|row| row.precinct_id == id).expect("it is in the file")
}

fn count(audit: &Audit, wanted: impl Fn(&AuditRow) -> bool) -> usize {
    audit.rows.iter().filter(|row| wanted(row)).count()
}

#[test]
fn nevada_2020_is_what_was_apportioned() {
    let contest = common::nevada();
    assert_eq!(contest.precincts.len(), 2_096);
    assert_eq!((contest.groups.len(), contest.counties.len()), (12, 17));
    let known = contest.precincts.iter().filter_map(|place| place.delegates).map(u32::from);
    assert_eq!(known.sum::<u32>(), 14_834);
    let unknown: Vec<&str> = contest
        .precincts
        .iter()
        .filter(|place| place.delegates.is_none())
        .map(|place| place.id.as_str())
        .collect();
    assert_eq!(
        unknown,
        [
            "clark-3778",
            "clark-3779",
            "clark-5561",
            "clark-5590",
            "clark-5905",
            "clark-harrahs",
            "clark-wynn-resorts"
        ]
    );
    let (number, harrahs) = contest.precinct_by_id("clark-harrahs").expect("it is in the roster");
    assert_eq!(contest.delegates_to_elect(number, Some(82)), None);
    assert_eq!(contest.district_of(harrahs), None, "it counts statewide only");
    let above = |id| contest.county_display(contest.precinct_by_id(id).expect("it is there").1);
    assert_eq!(
        (above("carson-city-101"), above("elko-7")),
        ("Carson City".into(), "Elko County".into())
    );
    let district = |id| contest.district_of(contest.precinct_by_id(id).expect("it is there").1);
    assert_eq!(district("washoe-750700"), Some(2), "its county's");
    let counts = [Some(1), Some(2), Some(3), Some(4), None].map(|wanted| {
        contest.precincts.iter().filter(|place| contest.district_of(place) == wanted).count()
    });
    assert_eq!(counts, [316, 767, 465, 536, 12]);
}

#[test]
fn nevada_totals_are_those_published() {
    let contest = common::nevada();
    let rows = common::nevada_published("final");
    assert_eq!(rows.len(), 2_096);
    assert_eq!(rows.iter().filter_map(|row| row.attendees).sum::<u32>(), 105_195);
    let published = [
        ("sanders", [35_652, 41_075, 6_788]),
        ("biden", [18_424, 19_179, 2_927]),
        ("buttigieg", [16_102, 17_598, 2_073]),
        ("warren", [13_438, 11_703, 1_406]),
        ("steyer", [9_503, 4_120, 682]),
        ("klobuchar", [10_100, 7_376, 603]),
    ];
    for (key, expected) in published {
        let group = contest.group_index(key).expect("it is on the ballot");
        let totals = rows.iter().fold([0; 3], |[first, last, delegates], row| {
            let won = row.delegates.as_ref().expect("the file has delegates")[group];
            [first + row.first[group], last + row.last[group], delegates + won]
        });
        assert_eq!(totals, expected, "{key}");
    }
}

#[test]
fn t49_nevada_most_awards_are_what_the_rules_give() {
    let audit = audit_of("final");
    assert_eq!((audit.rows.len(), audit.absent.len()), (2_096, 0));
    assert_eq!(count(&audit, |row| row.agrees == Some(true)), 1_976);
    assert_eq!(count(&audit, |row| row.agrees == Some(true) && row.nobody), 441, "nobody came");
    assert_eq!(count(&audit, |row| row.nobody), 446);
    assert_eq!(count(&audit, |row| row.agrees == Some(true) && row.lot), 89);
    assert_eq!(count(&audit, |row| row.agrees == Some(false)), 113);
    assert_eq!(count(&audit, |row| row.agrees.is_none()), 7, "how many they elect is not known");
    let fits = |reading| count(&audit, |row| row.fits.contains(&reading));
    assert_eq!(
        [
            Reading::FirstAlignment,
            Reading::Majority,
            Reading::FinalTotal,
            Reading::NoAddedSeats,
            Reading::FirstTotal,
            Reading::Plurality,
        ]
        .map(fits),
        [34, 19, 12, 6, 1, 0]
    );
    let unexplained = |row: &AuditRow| row.agrees == Some(false) && row.fits.is_empty();
    assert_eq!(count(&audit, unexplained), 64);
    let trips = |rule| count(&audit, |row| row.checks.contains(&rule));
    assert_eq!(trips(RuleId::C01), 136 + 38, "fewer, and more, than attended");
    assert_eq!(trips(RuleId::C02), 121);
    assert_eq!(trips(RuleId::C09), 192);
}

#[test]
fn t49_nevada_readings_are_named_with_their_precincts() {
    let audit = audit_of("final");
    assert_eq!(row(&audit, "clark-2469").fits, [Reading::NoAddedSeats]);
    assert_eq!(row(&audit, "washoe-301600").fits, []);
    let lyon = row(&audit, "lyon-8");
    assert_eq!(lyon.fits, [Reading::Majority, Reading::FirstAlignment], "17 people, none at final");
    let text = audit::render(&common::nevada(), &audit);
    for part in [
        "  1976  published awards that the rules give\n",
        "   441  of these, nobody elected where nobody came\n",
        "lyon-8 (Precinct 8, Lyon County), elects 1, 17 attendees\n  published  biden 1\n",
        "fits one delegate by majority; people taken from the first alignment\n",
        "fits no seats added for groups with one delegate\n",
    ] {
        assert!(text.contains(part), "{part:?} is not in the text");
    }
    assert!(!text.contains("no report may hold"), "the slip was corrected before the end");
}

/// More viable groups than delegates: what Nevada did tells its rule from Iowa's.
#[test]
fn nevada_added_seats_rather_than_take_a_groups_only_delegate() {
    let contest = common::nevada();
    let iowas = rules_with(DelegateRule::Iowa2020);
    let (mut added, mut taken, mut equal) = (Vec::new(), Vec::new(), 0);
    for row in common::nevada_published("final") {
        let (Some(elects), Some(attendees)) =
            (contest.delegates_to_elect(row.precinct, None), row.attendees)
        else {
            continue;
        };
        let awarded = row.delegates.as_ref().expect("the file has delegates");
        let id = contest.precincts[row.precinct as usize].id.as_str();
        let by = |rules| all_awards(rules, elects, attendees, &row.last).contains(awarded);
        match (by(&contest.rules), by(&iowas)) {
            (true, false) => added.push(id),
            (false, true) => taken.push(id),
            _ => equal += 1,
        }
    }
    assert_eq!((added.len(), taken.len(), equal), (22, 6, 2_096 - 7 - 28));
    assert!(added.contains(&"elko-7"), "two delegates, four viable groups, four were elected");
    let readings = count(&audit_of("final"), |row| row.fits.contains(&Reading::NoAddedSeats));
    assert_eq!(readings, taken.len());
}

fn rules_with(delegates: DelegateRule) -> Rules {
    Rules { delegates, ..common::nevada().rules }
}

#[test]
fn t15_nevadas_real_precincts_agree_with_the_oracle() {
    let contest = common::nevada();
    for row in common::nevada_published("final") {
        let attendees = row.attendees.expect("it was published");
        let Some(elects) = contest.delegates_to_elect(row.precinct, None) else { continue };
        let one = OneDelegateRule::Plurality;
        let expected =
            oracle::permitted(DelegateRule::Nevada2020, one, elects, attendees, &row.last);
        let got: BTreeSet<Vec<u32>> =
            all_awards(&contest.rules, elects, attendees, &row.last).into_iter().collect();
        assert_eq!(got, expected, "precinct {}", row.precinct);
    }
}

/// On the evening 200,000 people were published for one group in a precinct where 19 attended.
#[test]
fn nevada_typing_slip_is_caught() {
    let contest = common::nevada();
    let audit = audit_of("s2112");
    assert_eq!((audit.rows.len(), audit.absent.len()), (881, 1_215), "one number stops nothing");
    let slip = row(&audit, "washoe-750700");
    let warren = contest.group_index("warren").expect("she is on the ballot");
    let [OverLimit { count: Some(CountKind::FirstAlignment), group, number: 200_000, .. }] =
        slip.over_limit[..]
    else {
        panic!("{:?}", slip.over_limit);
    };
    assert_eq!(group, warren);
    assert_eq!(count(&audit, |row| !row.over_limit.is_empty()), 1);
    assert_eq!(slip.attendees, Some(19));
    assert_eq!(slip.checks, [RuleId::C01, RuleId::C03, RuleId::C04, RuleId::C09]);
    assert_eq!(slip.findings[0].numbers, [200_004, 19]);
    let text = audit::render(&contest, &audit);
    for part in [
        "\nNumbers above 100000, which no keypad takes and no report may hold\n",
        "\nwashoe-750700 (Precinct 750700, Washoe County)\n  200000 for Warren at first alignment, in line ",
        "\n  C01 ",
    ] {
        assert!(text.contains(part), "{part:?} is not in the text");
    }
    // Half an hour later it was gone.
    for name in ["s1934", "s2007", "s2252", "final"] {
        assert_eq!(count(&audit_of(name), |row| !row.over_limit.is_empty()), 0, "{name}");
    }
    // No report can say it: with it the shape does not fit, without it it does.
    let (number, _) = contest.precinct_by_id("washoe-750700").expect("it is in the roster");
    let published = common::nevada_published("s2112");
    let real = published.iter().find(|row| row.precinct == number).expect("it was published");
    let report = |first: &[u32]| Report {
        package: countersign_core::id::MessageId([0; 32]),
        precinct: countersign_core::id::PrecinctNumber(number),
        revision: 1,
        supersedes: None,
        reason: None,
        attendees: 19,
        counts: vec![
            first.to_vec(),
            real.last.clone(),
            real.delegates.clone().expect("the file has delegates"),
        ],
        lots: Vec::new(),
        acknowledged: Vec::new(),
        attestations: Vec::new(),
        photos: Vec::new(),
        channel: Channel::Tablet,
        device_sequence: 1,
        device_time_ms: 0,
        app_version: "1".to_owned(),
    };
    assert_eq!(report(&real.first).check_shape(&contest), Err(ShapeError::Limit));
    assert_eq!(ShapeError::Limit.to_string(), "a number or a text is over its limit");
    let mut mended = real.first.clone();
    mended[warren] = 2;
    assert_eq!(report(&mended).check_shape(&contest), Ok(()));
}

/// Attendance or final counts beyond every limit are named as well, and keep nobody busy.
#[test]
fn impossible_numbers_are_named_and_not_worked_with() {
    let csv = "precinct_id,candidate,first,final,delegates,attendees\n\
               washoe-750700,sanders,9,4294967295,1,19\n\
               clark-1038,sanders,9,9,4000000000,4294967295\n";
    let nevada = common::nevada();
    let begun = Instant::now();
    let audit = audit::audit(&nevada, "x.csv", csv.as_bytes()).expect("it is read");
    assert!(begun.elapsed() < Duration::from_secs(60), "working with them would take for ever");
    let last = row(&audit, "washoe-750700");
    assert_eq!((last.agrees, last.awards.len(), last.over_limit.len()), (None, 0, 1));
    let attendance = row(&audit, "clark-1038");
    assert_eq!((attendance.agrees, attendance.attendees), (None, None));
    assert_eq!(attendance.over_limit.len(), 2);
    let text = audit::render(&common::nevada(), &audit);
    for part in [
        "  4294967295 for Sanders at final alignment, in line 2\n",
        "  4000000000 delegates for Sanders, in line 3\n  4294967295 attendees, in line 3\n",
    ] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
}

/// 24, 9 and 3, as published; the split by region is the one that public data were worked out to. Where the sites on the
/// Strip count does not matter.
#[test]
fn nevadas_national_delegates_are_those_published() {
    for strip in [None, Some(1), Some(3), Some(4)] {
        let mut contest = common::nevada();
        for precinct in &mut contest.precincts {
            if precinct.name.ends_with("Strip site") {
                precinct.congressional_district = strip;
            }
        }
        let regions = regions(&contest);
        let whole: TenThousandths = regions.statewide.iter().copied().sum();
        assert_eq!(whole.to_string(), "14491.0000", "delegates as they are, not state delegates");
        let national = regions.national_delegates(&contest).expect("the contest decides some");
        let parts: Vec<_> = national
            .districts
            .iter()
            .map(|(_, split)| split)
            .chain([&national.at_large, &national.pleo])
            .collect();
        assert!(parts.iter().all(|split| split.tie.is_none()));
        let seats: Vec<u32> = parts.iter().map(|split| split.seats.iter().sum()).collect();
        assert_eq!(seats, [5, 6, 6, 6, 8, 5]);
        let totals = national.totals();
        for (key, seats) in [
            ("sanders", [4, 4, 3, 4, 6, 3]),
            ("biden", [1, 0, 2, 2, 2, 2]),
            ("buttigieg", [0, 2, 1, 0, 0, 0]),
        ] {
            let group = contest.group_index(key).expect("it is on the ballot");
            let got: Vec<u32> = parts.iter().map(|split| split.seats[group]).collect();
            assert_eq!(got, seats, "{key}");
            assert_eq!(totals[group], seats.iter().sum::<u32>(), "{key}");
        }
        assert_eq!(totals.iter().sum::<u32>(), 36);
    }
    assert_eq!(rules::sde(&common::nevada().counties[0], 5), None, "state delegates are not known");
}

fn regions(contest: &Contest) -> Regions {
    let worth: Vec<(u32, Vec<TenThousandths>)> = common::nevada_published("final")
        .iter()
        .map(|row| {
            let delegates = row.delegates.as_ref().expect("the file has delegates");
            let worth =
                |&delegates| national_worth(contest, row.precinct, delegates).expect("it is known");
            (row.precinct, delegates.iter().map(worth).collect())
        })
        .collect();
    Regions::sum(contest, worth.iter().map(|(at, worth)| (*at, worth.as_slice())))
}
