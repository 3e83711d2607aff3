//! `contest audit --json` over the real results, as somebody with a script runs it.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::commands::{good, wrong};

const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The arguments, as they are typed in the repository's root.
fn audit(reports: &str) -> [&str; 6] {
    ["contest", "audit", "contests/iowa-2020", "--reports", reports, "--json"]
}

/// What a file of results is refused with.
fn refused(csv: &str) -> String {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("some.csv");
    std::fs::write(&file, csv).unwrap();
    wrong(Path::new(REPOSITORY), &audit(file.to_str().unwrap()))
}

#[test]
fn t49_the_json_has_one_object_for_every_real_precinct() {
    let printed = good(Path::new(REPOSITORY), &audit("contests/iowa-2020/results/final.csv"));
    let rows: Vec<Value> = serde_json::from_str(&printed).unwrap();
    assert_eq!(rows.len(), 1_765);
    for row in &rows {
        let keys: Vec<&String> = row.as_object().unwrap().keys().collect();
        let expected = [
            "agrees",
            "agrees_majority",
            "attendees",
            "awards",
            "checks",
            "inconsistencies",
            "precinct_id",
            "published",
            "same_as",
            "statewide",
        ];
        assert_eq!(keys, expected, "{row}");
    }
    let count = |key: &str, said: Value| rows.iter().filter(|row| row[key] == said).count();
    assert_eq!(count("agrees", json!(true)), 1_610);
    assert_eq!(count("agrees", json!(false)), 68);
    assert_eq!(count("agrees", Value::Null), 87);
    assert_eq!(count("agrees_majority", json!(true)), 1_627);

    let toronto = rows.iter().find(|row| row["precinct_id"] == "clinton-lbto").unwrap();
    let nobody = json!({
        "bennet": 0, "biden": 0, "bloomberg": 0, "buttigieg": 0, "delaney": 0, "gabbard": 0, "klobuchar": 0,
        "patrick": 0, "sanders": 0, "steyer": 0, "warren": 0, "yang": 0, "other": 0, "uncommitted": 0,
    });
    let only = |group: &str| {
        let mut award = nobody.clone();
        award[group] = json!(1);
        award
    };
    let expected = json!({
        "precinct_id": "clinton-lbto",
        "agrees": false,
        "agrees_majority": true,
        "awards": [only("sanders")],
        "published": only("klobuchar"),
        "attendees": 13,
        "checks": ["C06", "C10"],
        "statewide": [],
        "inconsistencies": ["more_people_fewer_delegates", "differs_without_lot"],
        "same_as": [],
    });
    assert_eq!(*toronto, expected);
}

#[test]
fn results_that_do_not_fit_the_contest_are_refused_by_line() {
    let text = refused("precinct_id,candidate,first,sde\nadair-01nw,biden,6,0.0784\n");
    assert!(text.contains("some.csv:1: column final is missing; add it"), "{text}");
    assert!(text.ends_with("\n1 mistake\n"), "{text}");
    let text = refused(
        "precinct_id,candidate,first,final,sde\n\
         adair-01nw,biden,6,6,0.0784\n\
         polk-dm-999,biden,6,6,0.0784\n",
    );
    assert!(
        text.contains("some.csv:3: there is no precinct \"polk-dm-999\" in iowa-2020; write the"),
        "{text}"
    );
    assert!(text.ends_with("\n1 mistake\n"), "{text}");
}

#[test]
fn nevadas_typing_slip_is_named_and_stops_nothing() {
    let reports = "contests/nevada-2020/results/s2112.csv";
    let arguments = ["contest", "audit", "contests/nevada-2020", "--reports", reports];
    let text = good(Path::new(REPOSITORY), &arguments);
    for part in [
        "   881  precincts in the file\n",
        "washoe-750700 (Precinct 750700, Washoe County)\n  200000 for Warren at first alignment, in line ",
    ] {
        assert!(text.contains(part), "{part:?} is not in the text");
    }
}

#[test]
fn every_contest_of_the_repository_is_read_without_a_mistake() {
    for contest in ["iowa-2020", "nevada-2020", "practice", "early-votes-example"] {
        let folder = format!("contests/{contest}");
        let text = good(Path::new(REPOSITORY), &["contest", "check", &folder]);
        assert!(text.ends_with("no mistakes\n"), "{text}");
    }
}
