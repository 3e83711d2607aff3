//! The releases of Iowa 2020 and Nevada 2020 through the whole path, in full.

use std::process::Command;

use serde_json::{Value, json};

/// The figures of a contest's history, which went well.
fn history(contest: &str) -> Value {
    let folder = tempfile::tempdir().expect("a folder");
    let run = Command::new(env!("CARGO_BIN_EXE_history"))
        .args(["--contest", contest, "--folder"])
        .arg(folder.path())
        .output()
        .expect("the program starts");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let figures = std::fs::read(folder.path().join(format!("{contest}.json")));
    let history: Value =
        serde_json::from_slice(&figures.expect("it leaves its figures")).expect("JSON");
    assert_eq!(history["unexplained"], 0);
    assert_eq!(history["national_delegates_as_published"], true);
    assert_eq!(history["verified"], true, "t69: from the public address alone");
    history
}

/// A figure of every release.
fn of_releases<'a>(history: &'a Value, figure: &str) -> Vec<&'a Value> {
    let releases = history["releases"].as_array().expect("a list");
    releases.iter().map(|one| &one[figure]).collect()
}

/// t50, t60, t68: a batch with shifted columns is shown to nobody; named batches whose totals are those of their time, corrections by layer, 41 national delegates.
#[test]
fn t50_t60_t68_every_published_total_of_iowa_2020_comes_out_again() {
    let history = history("iowa-2020");
    let precincts = of_releases(&history, "precincts");
    assert_eq!(precincts, [1099, 1250, 1320, 1520, 1624, 1686, 1711, 1765, 1765, 1765]);
    let shifted = &history["shifted_batch"];
    assert_eq!((&shifted["precincts"], &shifted["shown"]), (&100.into(), &0.into()), "{shifted}");
    assert!(shifted["named"].as_u64() > Some(20), "{shifted}");
    assert!(shifted["of_the_batch"].as_u64() > Some(0), "{shifted}");
    assert!(history["changed_cells"].as_u64() > Some(300), "corrections are shown by cell");
    // Five totals that were printed beside the second release are not what was published by precinct: they are named.
    let differences = history["releases"][1]["compared"]["differences"].as_array().expect("a list");
    let contradicted: Vec<_> = differences.iter().map(|one| one["what"].as_str()).collect();
    let of = ["biden", "buttigieg", "klobuchar", "sanders", "warren"];
    let expected = of.map(|group| format!("{group}, final, as printed"));
    assert_eq!(contradicted, expected.each_ref().map(|what| Some(what.as_str())));
}

/// t60: the evening's snapshots of Nevada 2020 and the party's last figures; what changed between them cell by cell, what was taken out; 200,000 people of one group in one precinct enter nowhere; 36 national delegates.
#[test]
fn t60_every_published_total_of_nevada_2020_comes_out_again_but_for_a_slip_that_is_refused() {
    let history = history("nevada-2020");
    // 881 were published in the third, one of them with the slip.
    assert_eq!(of_releases(&history, "precincts"), [469, 555, 880, 1022, 2096]);
    assert_eq!(of_releases(&history, "left_out"), [0, 0, 1, 0, 0]);
    assert_eq!(of_releases(&history, "corrected"), [0, 0, 7, 3, 164]);
    assert_eq!(of_releases(&history, "taken_out"), [0, 0, 13, 5, 0]);
    // 693 cells of counts, and 44 attendances.
    assert_eq!(history["changed_cells"], 737);

    let slips = history["slips"].as_array().expect("a list");
    let [slip] = slips.as_slice() else { panic!("{slips:?}") };
    assert_eq!((&slip["release"], &slip["precinct"]), (&"s2112".into(), &"washoe-750700".into()));
    assert_eq!(slip["cells"], json!(["warren, first: 200000"]));
    assert_eq!(slip["refusal"], "A length or a number is outside the contest's limits.");
    // The largest number that is not refused is kept from release by what does not add up.
    assert_eq!(slip["largest"], 100_000);
    assert_eq!(slip["to_answer"], json!(["C01", "H03"]));
    let c01 = "C01: First alignment adds up to 100004 people, 19 attended: 99985 too many.";
    assert_eq!(slip["findings"][0], c01);

    // The published sums of that release have the slip in them: each that differs is named, with the reason.
    let compared = of_releases(&history, "compared");
    let differences: Vec<_> = compared
        .iter()
        .flat_map(|one| one["differences"].as_array().expect("a list"))
        .map(|one| (one["what"].as_str(), one["published"].as_str(), one["released"].as_str()))
        .collect();
    let expected = [
        ("precincts", "881", "880"),
        ("attendance", "46724", "46705"),
        ("first", "246270", "46266"),
        ("final", "44948", "44929"),
        ("delegates", "6641", "6639"),
    ];
    let expected = expected.map(|(what, then, now)| (Some(what), Some(then), Some(now)));
    assert_eq!(differences, expected);

    // Numbers that contradict each other were kept as they were published, and each is named.
    let contradictions = history["contradictions"].as_array().expect("a list");
    assert_eq!(contradictions.len(), 223);
    assert_eq!(contradictions[0]["precinct"], "carson-city-103");
    assert_eq!(contradictions[0]["finding"], "C02");
    assert_eq!(history["national_delegates"]["sanders"], 24);
    assert_eq!(history["national_delegates"]["biden"], 9);
    assert_eq!(history["national_delegates"]["buttigieg"], 3);
}
