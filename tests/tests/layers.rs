//! Made-up data through every layer, in small.

use std::fs;
use std::path::Path;
use std::process::Command;

use countersign_tests::{independent, places};
use serde_json::Value;

/// Numbers of a page that stand in cells of a measure beginning like this.
fn cells(page: &str, begins: &str) -> usize {
    page.matches(&format!("<td data-measure=\"{begins}")).count()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every page below a folder.
fn pages(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder was written").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(pages(&path));
        } else if path.extension().is_some_and(|ending| ending == "html") {
            found.push(read(&path));
        }
    }
    found
}

#[test]
fn t68_t69_t20_recanvass_recount_and_early_votes_are_shown_on_made_up_data_marked_as_such() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = Command::new(env!("CARGO_BIN_EXE_layers"))
        .args(["--precincts", "60"])
        .arg("--folder")
        .arg(folder.path())
        .output()
        .expect("the program starts");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let summary: Value = serde_json::from_str(&read(&folder.path().join("layers.json"))).unwrap();
    assert_eq!(summary["made_up"], true);
    let pairs: Vec<_> = summary["pairs"].as_array().unwrap().iter().collect();
    let differ = |before: &str, after: &str| {
        let pair = pairs.iter().find(|pair| pair["before"] == before && pair["after"] == after);
        pair.expect("every two layers")["precincts"].as_u64()
    };
    assert_eq!(pairs.len(), 10);
    assert_eq!(differ("corrected", "recanvass"), Some(29));
    assert_eq!(differ("recanvass", "recount"), Some(23));
    assert_eq!(differ("recount", "certified"), Some(0));

    let results = folder.path().join("results");
    let compare = read(&results.join("compare/recanvass-recount.html"));
    assert_eq!(compare.matches("<section class=\"change\">").count(), 23);
    assert!(cells(&compare, "difference:sde:") > 20);
    assert_eq!(compare.matches("the preference cards were counted again (made up)").count(), 23);
    let whole = read(&results.join("es/compare/night-certified.html"));
    assert!(whole.contains("Causa: el recuento") && whole.contains("Causa: la revisión de hojas"));
    assert!(whole.contains("Causa: el precinto corrigió su propio informe"));
    assert_eq!(fs::read_dir(results.join("compare")).unwrap().count(), 20);

    let early = folder.path().join("early/results");
    let precinct = read(&early.join("precincts/exampleton-1.html"));
    assert!(precinct.contains("The rules work on their sum: 60."), "{precinct}");
    assert_eq!(cells(&precinct, "sum:finalAlignment:"), 4);
    for site in [&results, &early] {
        let pages = pages(site);
        assert!(pages.len() > 20, "{}", pages.len());
        for page in pages {
            let band = ["Made-up data. No such caucus", "Datos inventados. Esta asamblea"];
            assert!(band.iter().any(|band| page.contains(band)), "{page}");
        }
    }

    // Another program, from the public log and what is published beside it, as a folder.
    for party in [folder.path().to_owned(), folder.path().join("early")] {
        let results = party.join("results");
        let export = Command::new(places::program("countersign-server").expect("it is built"))
            .args(["log", "export", "--out"])
            .arg(&results)
            .arg("--data")
            .arg(party.join("party/server"))
            .output()
            .expect("the program starts");
        assert!(export.status.success(), "{}", String::from_utf8_lossy(&export.stderr));
        let results = results.to_str().expect("text");
        let said = independent::verify(results, &party.join("party/caucus.package"));
        let said = said.expect("it holds");
        assert!(said.contains("Not there: nothing."), "{said}");
    }
}
