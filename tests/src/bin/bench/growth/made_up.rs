//! A contest with as many precincts as are asked for. Its places are made up and called so.

use std::fmt::Write as _;
use std::path::Path;

use countersign_tests::places;

use crate::Outcome;

/// Precincts of a county.
const COUNTY: usize = 500;

/// Delegates that each precinct elects.
const DELEGATES: usize = 3;

/// Writes the contest's files into a new folder: rules and groups of the practice contest, and made-up places.
///
/// A package holds at most 4 MiB, that is 23 bytes for each of 180,000 precincts, so ids and names are as short as they can
/// be told apart: `m` or `M` and a number.
pub(super) fn write(folder: &Path, precincts: usize) -> Outcome<()> {
    std::fs::create_dir(folder)?;
    let practice = places::contest("practice");
    std::fs::copy(practice.join("groups.csv"), folder.join("groups.csv"))?;
    let manifest = std::fs::read_to_string(practice.join("contest.toml"))?;
    std::fs::write(folder.join("contest.toml"), renamed(&manifest, precincts))?;
    let mut counties = String::from(
        "county_id,county,kind,congressional_district,state_delegates,county_convention_delegates\n",
    );
    let mut roster = String::from("precinct_id,county_id,name,kind,delegates\n");
    for (county, from) in (0..precincts).step_by(COUNTY).enumerate() {
        let count = COUNTY.min(precincts - from);
        writeln!(counties, "m{county},Made-up {county},county,,10,{}", count * DELEGATES)?;
        for number in 0..count {
            let id = base_36(from + number);
            writeln!(roster, "m{id},m{county},M{number},precinct,{DELEGATES}")?;
        }
    }
    std::fs::write(folder.join("counties.csv"), counties)?;
    std::fs::write(folder.join("precincts.csv"), roster)?;
    Ok(())
}

/// The manifest under another name, without the worksheets of places that are not there.
fn renamed(manifest: &str, precincts: usize) -> String {
    let line = |line: &str| match line.split_once(" = ").map_or("", |(key, _)| key) {
        "id" => format!("id = \"made-up-{precincts}\"\n"),
        "title" => format!("title = \"Made-up contest of {precincts} precincts\"\n"),
        "party" => "party = \"Made-up Party\"\n".to_owned(),
        "worksheets" => String::new(),
        _ => format!("{line}\n"),
    };
    manifest.lines().map(line).collect()
}

fn base_36(mut number: usize) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut digits = Vec::new();
    loop {
        digits.push(char::from(DIGITS[number % 36]));
        number /= 36;
        if number == 0 {
            return digits.iter().rev().collect();
        }
    }
}
