//! The contests of this repository are read without a mistake, and mistakes in them are found.

mod common;

use countersign_core::contest::{self, Contest, CountKind, PrecinctKind, worksheet};

#[test]
fn iowa_2020_is_what_was_apportioned() {
    let contest = common::iowa();
    assert_eq!(contest.precincts.len(), 1_765);
    assert_eq!(contest.groups.len(), 14);
    assert_eq!(contest.counts, CountKind::ALL);
    let delegates: u32 =
        contest.precincts.iter().filter_map(|place| place.delegates).map(u32::from).sum();
    assert_eq!(delegates, 11_402);
    let state: u32 = contest
        .counties
        .iter()
        .filter(|county| county.convention_delegates.is_some())
        .map(|county| county.state_delegates)
        .sum();
    assert_eq!(state, 2_107);
    let (number, precinct) = contest.precinct_by_id("polk-dm-055").expect("it is in the roster");
    assert_eq!(precinct.name, "Des Moines 55");
    assert_eq!(contest.county_display(precinct), "Polk County");
    assert_eq!(contest.delegates_to_elect(number, None), Some(14));
}

#[test]
fn a_contest_survives_its_encoding_byte_for_byte() {
    for contest in [common::iowa(), common::nevada(), common::early(), common::practice()] {
        let bytes = minicbor::to_vec(&contest).expect("it encodes");
        let decoded: Contest = minicbor::decode(&bytes).expect("it decodes");
        assert_eq!(decoded, contest);
        assert_eq!(minicbor::to_vec(&decoded).expect("it encodes again"), bytes);
        assert_eq!(decoded.check_shape(), Ok(()));
        assert!(bytes.len() < 300_000, "{} bytes", bytes.len());
    }
}

#[test]
fn t19_a_satellites_delegates_follow_its_attendance() {
    let contest = common::iowa();
    let site = contest
        .precincts
        .iter()
        .position(|place| place.kind == PrecinctKind::Satellite)
        .expect("there are satellites");
    let number = u32::try_from(site).expect("it is small");
    assert_eq!(contest.delegates_to_elect(number, None), None);
    let table = [
        (0, 0),
        (1, 4),
        (20, 4),
        (21, 5),
        (40, 5),
        (41, 6),
        (60, 6),
        (61, 7),
        (80, 7),
        (81, 8),
        (100, 8),
        (101, 9),
        (900, 9),
    ];
    for (attendees, elects) in table {
        assert_eq!(
            contest.delegates_to_elect(number, Some(attendees)),
            Some(elects),
            "{attendees}"
        );
    }
}

#[test]
fn every_precinct_has_a_worksheet_of_another_one_that_elects_as_many() {
    for contest in [common::iowa(), common::practice()] {
        let mut nearest = Vec::new();
        for number in 0..u32::try_from(contest.precincts.len()).expect("it is small") {
            let precinct = contest.precinct(number).expect("it exists");
            let sheet =
                worksheet(&contest, number).unwrap_or_else(|| panic!("{} has none", precinct.id));
            assert_eq!(
                Some(&sheet),
                worksheet(&contest, number).as_ref(),
                "it is the same each time"
            );
            assert_ne!(sheet.source, number);
            assert_eq!(
                contest.precinct(sheet.source).map(|source| source.kind),
                Some(precinct.kind)
            );
            let elects = contest.delegates_to_elect(number, Some(sheet.attendees)).expect("known");
            let delegates = contest.count_index(CountKind::Delegates).expect("counted");
            assert_eq!(sheet.counts[delegates].iter().sum::<u32>(), elects, "{}", precinct.id);
            if contest.delegates_to_elect(sheet.source, Some(sheet.attendees)) != Some(elects) {
                nearest.push(precinct.id.as_str());
            }
        }
        assert!(nearest.len() <= 6, "only numbers that no other precinct elects: {nearest:?}");
    }
}

fn mistakes(change: impl FnOnce(&mut contest::Files)) -> Vec<String> {
    let mut files = common::files("practice");
    change(&mut files);
    contest::read(&files).expect_err("there is a mistake").iter().map(ToString::to_string).collect()
}

fn replace(files: &mut contest::Files, file: &str, from: &str, to: &str) {
    let text = String::from_utf8(files[file].clone()).expect("it is text");
    assert!(text.contains(from), "{file} has no {from:?}");
    files.insert(file.to_owned(), text.replacen(from, to, 1).into_bytes());
}

#[test]
fn every_mistake_is_named_with_file_line_and_remedy() {
    let found = mistakes(|files| {
        replace(files, "contest.toml", "hotline = ", "hot_line = ");
        replace(files, "contest.toml", "share = \"1/6\"", "share = \"7/6\"");
        replace(files, "groups.csv", "sanders,", "Sanders,");
        replace(files, "precincts.csv", ",satellite,", ",sattelite,");
    });
    let text = found.join("\n");
    assert_eq!(found.len(), 5, "{text}");
    for part in [
        "contest.toml:10: there is no key hot_line; is hotline meant?",
        "hotline is missing; add it",
        "rules.viability.share is \"7/6\"; write a percentage or a fraction",
        "groups.csv:10: candidate is \"Sanders\"; write 1 to 32 lower-case letters",
        "kind is \"sattelite\"; write one of precinct, satellite",
    ] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
}

#[test]
fn sums_and_references_between_files_are_checked() {
    let found = mistakes(|files| {
        replace(files, "precincts.csv", ",precinct,14\n", ",precinct,15\n");
    });
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("counties.csv:2: practice-county has"), "{found:?}");
    let found = mistakes(|files| {
        replace(files, "contest.toml", "precincts.csv", "precinct.csv");
    });
    assert!(found[0].contains("there is no file precinct.csv"), "{found:?}");
    let found = mistakes(|files| {
        replace(files, "results.csv", ",sanders,", ",sander,");
    });
    assert!(found[0].starts_with("results.csv:"), "{found:?}");
}

#[test]
fn a_county_in_several_districts_leaves_them_to_its_precincts() {
    let nevada = |file: &str, from: &str, to: &str| {
        let mut files = common::files("nevada-2020");
        replace(&mut files, file, from, to);
        let found = contest::read(&files).expect_err("there is a mistake");
        found.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let found = nevada("counties.csv", "washoe,Washoe,county,2,", "washoe,Washoe,county,,");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with(
            "counties.csv:17: washoe has no congressional_district, and 558 of its precincts name none;"
        ),
        "{found:?}"
    );
    let found = nevada("precincts.csv", ",precinct,51,statewide,", ",precinct,51,5,");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("there is no congressional district 5;"), "{found:?}");
    let found = nevada("precincts.csv", ",precinct,9,,440,", ",precinct,9,statewide,440,");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("is statewide, that of carson-city is known;"), "{found:?}");
}

#[test]
fn a_number_of_delegates_that_nobody_knows_is_said_so() {
    let nevada = |file: &str, from: &str, to: &str| {
        let mut files = common::files("nevada-2020");
        replace(&mut files, file, from, to);
        let found = contest::read(&files).expect_err("there is a mistake");
        found.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let found = nevada(
        "precincts.csv",
        "Harrah's Strip site,precinct,unknown,",
        "Harrah's Strip site,precinct,,",
    );
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("clark-harrahs elects no delegates; write how many"), "{found:?}");
    let found = nevada("counties.csv", ",,11020", ",,11019");
    assert!(
        found[0].contains("clark has 11019 convention delegates, its precincts elect 11020"),
        "{found:?}"
    );
    // Of a county where all numbers are known the sum has to be the same.
    let found = nevada("counties.csv", ",2,,2343", ",2,,2344");
    assert!(found[0].contains("washoe has 2344 convention delegates"), "{found:?}");
    // More than the known ones together may be right in a county where some are not known.
    let mut files = common::files("nevada-2020");
    replace(&mut files, "counties.csv", ",,11020", ",,11060");
    assert!(contest::read(&files).is_ok());
    // Where national delegates follow state delegates, each county says how many it has.
    let mut files = common::files("nevada-2020");
    replace(&mut files, "contest.toml", "\"county-delegates\"", "\"sde\"");
    let found = contest::read(&files).expect_err("they are missing");
    assert_eq!(found.len(), 17, "{found:?}");
    assert!(found[0].to_string().starts_with("counties.csv:2: state_delegates is empty;"));
}

#[test]
fn a_worksheet_holds_no_number_that_a_report_cannot() {
    let found = mistakes(|files| {
        replace(files, "results.csv", "maple-1,biden,47,", "maple-1,biden,100001,");
    });
    assert_eq!(
        found,
        ["results.csv:2: 100001 is more than a report may hold; write at most 100000"]
    );
}

#[test]
fn broken_text_is_a_mistake_and_nothing_worse() {
    let whole = common::files("practice");
    assert_eq!(mistakes(contest::Files::clear).len(), 1);
    let toml = String::from_utf8(whole["contest.toml"].clone()).expect("it is text");
    for end in 0..toml.len() {
        if !toml.is_char_boundary(end) || toml[..end].trim_end() == toml.trim_end() {
            continue;
        }
        let mut files = whole.clone();
        files.insert("contest.toml".to_owned(), toml.as_bytes()[..end].to_vec());
        let found = contest::read(&files).expect_err("a part of the file is missing");
        assert!(found.iter().all(|mistake| !mistake.remedy.is_empty() && !mistake.is_transient()));
    }
    let found = mistakes(|files| {
        files.insert("groups.csv".to_owned(), b"candidate,name\n\xff\xfe,x\n".to_vec());
    });
    assert!(
        found.iter().any(|mistake| mistake.contains("groups.csv:2: the text is not UTF-8")),
        "{found:?}"
    );
}
