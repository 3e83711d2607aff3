//! A contest made up after the shape of Iowa 2020: as many precincts in each county and delegates in each precinct, other names, and
//! groups named after colours.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use countersign_tests::places;
use serde::{Deserialize, Serialize};

use crate::Outcome;

/// Names of the groups that stand in the place of candidates, in English and Spanish.
const COLOURS: [(&str, &str); 12] = [
    ("Amber", "Ámbar"),
    ("Blue", "Azul"),
    ("Crimson", "Carmesí"),
    ("Green", "Verde"),
    ("Indigo", "Añil"),
    ("Jade", "Jade"),
    ("Lilac", "Lila"),
    ("Maroon", "Granate"),
    ("Navy", "Marino"),
    ("Orange", "Naranja"),
    ("Purple", "Morado"),
    ("Teal", "Turquesa"),
];

const MANIFEST: &str = r#"# MADE UP. No such places, groups or votes exist.

id = "layers-example"
title = "Example with a recanvass and a recount (made up)"
date = "2020-02-03"
time_zone = "America/Chicago"
party = "Example Party"
languages = ["en", "es"]
hotline = "555-555-0100"
counts = ["firstAlignment", "finalAlignment", "delegates"]
publish = "release"
data = "made-up"

[files]
groups = "groups.csv"
counties = "counties.csv"
precincts = "precincts.csv"

[rules]
delegates = "iowa-2020"
one_delegate = "plurality"
lot = "coin"
final_share_min = "90 %"
national_threshold = "15 %"

[[rules.viability]]
delegates_from = 2
share = "25 %"

[[rules.viability]]
delegates_from = 3
share = "1/6"

[[rules.viability]]
delegates_from = 4
share = "15 %"

[national]
at_large = 9
pleo = 5
districts = [
    { district = 1, seats = 7 },
    { district = 2, seats = 7 },
    { district = 3, seats = 8 },
    { district = 4, seats = 5 },
]

[freeze]
from = 2020-01-31T00:00:00-06:00
until = 2020-02-06T00:00:00-06:00

[valid]
from = 2019-12-01T00:00:00-06:00
until = 2036-01-01T00:00:00-06:00

[[reasons]]
code = "recount"
en = "The room counted again"
es = "La sala volvió a contar"

[[reasons]]
code = "other"
en = "Another reason"
es = "Otro motivo"

# The time between preview and release passes in no time here.
[release]
window_minutes = 0
coverage = "50 %"
official_delegates = "signed"
"#;

#[derive(Deserialize)]
struct County {
    county_id: String,
    kind: String,
    congressional_district: String,
    state_delegates: String,
    county_convention_delegates: String,
}

#[derive(Deserialize)]
struct Precinct {
    precinct_id: String,
    county_id: String,
    delegates: String,
}

#[derive(Deserialize)]
struct Cell {
    precinct_id: String,
    candidate: String,
    first: u32,
}

#[derive(Serialize)]
struct Row<'a> {
    precinct_id: &'a str,
    county_id: &'a str,
    name: &'a str,
    kind: &'a str,
    delegates: &'a str,
}

/// Writes the contest's files below `folder`: whole counties until there are `wanted` precincts. Gives what the first alignment of each
/// precinct is made up from: how many people stand in how many groups, in ballot order.
pub(crate) fn make(folder: &Path, wanted: u32) -> Outcome<Vec<Vec<u32>>> {
    let iowa = places::contest("iowa-2020");
    let groups = groups(&folder.join("groups.csv"))?;
    let rows: Vec<Precinct> = read(&iowa.join("precincts.csv"))?;
    let rooms = rooms(&iowa.join("results/final.csv"))?;
    let counties: Vec<County> = read(&iowa.join("counties.csv"))?;
    let counties = counties.iter().filter(|county| county.kind == "county");
    let mut county_rows =
        "county_id,county,kind,congressional_district,state_delegates,county_convention_delegates\n"
            .to_owned();
    let mut precincts = csv::Writer::from_path(folder.join("precincts.csv"))?;
    let mut people = Vec::new();
    for (number, county) in (1..).zip(counties) {
        if people.len() >= wanted as usize {
            break;
        }
        let id = format!("example-{number}");
        writeln!(
            county_rows,
            "{id},Example {number},county,{},{},{}",
            county.congressional_district,
            county.state_delegates,
            county.county_convention_delegates
        )?;
        let own = rows.iter().filter(|row| row.county_id == county.county_id);
        for (place, row) in (1..).zip(own) {
            precincts.serialize(Row {
                precinct_id: &format!("{id}-{place}"),
                county_id: &id,
                name: &format!("Exampleton {number}-{place}"),
                kind: "precinct",
                delegates: &row.delegates,
            })?;
            people.push(room(rooms.get(&row.precinct_id), groups, people.len()));
        }
    }
    precincts.flush()?;
    std::fs::write(folder.join("counties.csv"), county_rows)?;
    std::fs::write(folder.join("contest.toml"), MANIFEST)?;
    Ok(people)
}

/// Writes the groups; how many there are.
fn groups(file: &Path) -> Outcome<usize> {
    let mut rows = "candidate,name,short_name,kind,name_es,short_name_es\n".to_owned();
    for (english, spanish) in COLOURS {
        let key = english.to_lowercase();
        writeln!(rows, "{key},{english} Group,{english},candidate,Grupo {spanish},{spanish}")?;
    }
    rows.push_str(
        "uncommitted,Uncommitted,Uncommitted,uncommitted,Sin compromiso,Sin compromiso\n",
    );
    std::fs::write(file, rows)?;
    Ok(COLOURS.len() + 1)
}

/// How large the groups of each real precinct were at first alignment, the largest first: no candidate's name stays with them.
fn rooms(file: &Path) -> Outcome<BTreeMap<String, Vec<u32>>> {
    let mut rooms: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for Cell { precinct_id, candidate, first } in read::<Cell>(file)? {
        if first > 0 && seen.insert((precinct_id.clone(), candidate)) {
            rooms.entry(precinct_id).or_default().push(first);
        }
    }
    for room in rooms.values_mut() {
        room.sort_unstable_by_key(|&people| std::cmp::Reverse(people));
    }
    Ok(rooms)
}

/// Gives the sizes of a room's groups to other groups, from precinct to precinct to others. A room in which nobody stood is made up too.
fn room(sizes: Option<&Vec<u32>>, groups: usize, precinct: usize) -> Vec<u32> {
    const FEW: [u32; 2] = [9, 4];
    let mut people = vec![0; groups];
    let sizes = sizes.map_or(&FEW[..], Vec::as_slice);
    for (place, &size) in sizes.iter().take(groups).enumerate() {
        // 5 and the number of groups have no common factor, so that no two sizes meet.
        people[(place * 5 + precinct * 3) % groups] = size;
    }
    people
}

fn read<T: for<'de> Deserialize<'de>>(file: &Path) -> Outcome<Vec<T>> {
    let mut reader = csv::Reader::from_path(file)?;
    Ok(reader.deserialize().collect::<Result<_, _>>()?)
}
