//! The CSV file of precincts, and what has to fit between it and the counties.

use std::collections::BTreeMap;

use super::manifest::Manifest;
use super::rosters::{district, id, text, word};
use crate::contest::table::{Column, Row, Table};
use crate::contest::{County, CountyKind, Limits, Mistake, Precinct, PrecinctKind};

/// A precinct's number has 20 bits in an invitation.
const PRECINCTS_MAX: usize = 1 << 20;
/// Delegates of one precinct.
const DELEGATES_MAX: u32 = 10_000;
/// What a cell says whose number nobody knows. Left empty, it could as well have been forgotten.
const UNKNOWN: &str = "unknown";
/// What the cell of the district says where a place counts statewide only.
const STATEWIDE: &str = "statewide";

pub(super) const COLUMNS: [Column; 8] = [
    Column::needed("precinct_id"),
    Column::needed("county_id"),
    Column::needed("name"),
    Column::needed("kind"),
    Column::needed("delegates"),
    Column::optional("congressional_district"),
    Column::optional("published_name"),
    Column::optional("plausible_max"),
];

/// Reads the precincts, and compares them with their counties.
pub(super) fn read(
    table: &Table<'_>,
    counties: &[(County, Row<'_>)],
    manifest: &Manifest,
    mistakes: &mut Vec<Mistake>,
) -> Vec<Precinct> {
    let kinds = [("precinct", PrecinctKind::Precinct), ("satellite", PrecinctKind::Satellite)];
    let by_id: BTreeMap<&str, (u16, &County)> = counties
        .iter()
        .zip(0..)
        .map(|((county, _), index)| (county.id.as_str(), (index, county)))
        .collect();
    let mut seen = BTreeMap::new();
    let mut names: BTreeMap<(u16, String), u32> = BTreeMap::new();
    let mut out: Vec<Precinct> = Vec::new();
    let mut sums = vec![Sum::default(); counties.len()];
    for row in &table.rows {
        let id = id(row, "precinct_id", 96, &mut seen, mistakes);
        let name = text(row, "name", mistakes);
        let kind = word(row, "kind", &kinds, mistakes);
        let unknown = row.get("delegates") == UNKNOWN;
        let delegates =
            if unknown { None } else { row.number("delegates", DELEGATES_MAX, mistakes) };
        let plausible_max = row.number("plausible_max", Limits::WIDEST.count_max, mistakes);
        let place = by_id.get(row.get("county_id")).copied();
        if place.is_none() && !counties.is_empty() {
            let what = format!("there is no county {:?}", row.get("county_id"));
            mistakes.push(row.mistake(what, "write a county_id of the counties' file"));
        }
        let (Some(id), Some(name), Some(kind), Some((county, place))) = (id, name, kind, place)
        else {
            continue;
        };
        if let Some(line) = names.insert((county, name.clone()), row.line) {
            let what = format!("{name} is also the name in line {line}, in the same county");
            mistakes.push(row.mistake(what, "tell the precincts apart by their names"));
        }
        let elects = if unknown { Elects::Unknown } else { Elects::from(delegates) };
        if let Some((what, remedy)) = place_flaw(kind, elects, place, manifest) {
            mistakes.push(row.mistake(format!("{id} {what}"), remedy));
        }
        let sum = &mut sums[usize::from(county)];
        let congressional_district = own_district(row, place, manifest, sum, mistakes);
        if out.len() == PRECINCTS_MAX {
            mistakes
                .push(row.mistake("there are more than 1048576 precincts", "split the contest"));
            break;
        }
        sum.add(elects);
        let delegates = delegates.and_then(|delegates| u16::try_from(delegates).ok());
        out.push(Precinct {
            id,
            name,
            county,
            kind,
            delegates,
            plausible_max,
            congressional_district,
        });
    }
    if !out.is_empty() {
        compare(counties, &sums, manifest, mistakes);
    }
    out
}

/// What the cell of the delegates says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Elects {
    Number(u32),
    Empty,
    Unknown,
}

impl From<Option<u32>> for Elects {
    fn from(delegates: Option<u32>) -> Self {
        delegates.map_or(Self::Empty, Self::Number)
    }
}

/// What the precincts of a county are together.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    places: usize,
    delegates: u64,
    /// Places of which nobody knows how many they elect.
    unknown: usize,
    /// Places that leave their district to the county.
    without_district: usize,
}

impl Sum {
    fn add(&mut self, elects: Elects) {
        self.places += 1;
        match elects {
            Elects::Number(delegates) => self.delegates += u64::from(delegates),
            Elects::Unknown => self.unknown += 1,
            Elects::Empty => {}
        }
    }
}

/// A precinct's own district, in a county that lies in several.
fn own_district(
    row: &Row<'_>,
    county: &County,
    manifest: &Manifest,
    sum: &mut Sum,
    mistakes: &mut Vec<Mistake>,
) -> Option<u8> {
    const CELL: &str = "congressional_district";
    match row.get(CELL) {
        "" => {
            sum.without_district += 1;
            None
        }
        UNKNOWN | STATEWIDE => {
            if county.congressional_district.is_some() {
                let what = format!("{CELL} is {}, that of {} is known", row.get(CELL), county.id);
                let remedy = "leave the cell empty; or empty the county's, and write one here for \
                              each of its precincts";
                mistakes.push(row.mistake(what, remedy));
            }
            None
        }
        _ => district(row, manifest, mistakes),
    }
}

/// What does not fit between a place, its county and its delegates.
fn place_flaw(
    kind: PrecinctKind,
    elects: Elects,
    county: &County,
    manifest: &Manifest,
) -> Option<(&'static str, &'static str)> {
    match (kind, county.kind, elects) {
        (PrecinctKind::Precinct, CountyKind::SatellitePool, _) => Some((
            "is a precinct in a satellite pool",
            "write a county's id, or the kind satellite",
        )),
        (PrecinctKind::Satellite, CountyKind::County | CountyKind::City, _) => Some((
            "is a satellite site in a county",
            "write a satellite pool's id, or the kind precinct",
        )),
        (PrecinctKind::Precinct, _, Elects::Empty | Elects::Number(0)) => {
            Some(("elects no delegates", "write how many county delegates it elects, or unknown"))
        }
        (
            PrecinctKind::Satellite,
            CountyKind::SatellitePool,
            Elects::Number(_) | Elects::Unknown,
        ) => Some((
            "is a satellite site with a number of delegates",
            "leave the cell empty: attendance decides how many it elects",
        )),
        (PrecinctKind::Satellite, CountyKind::SatellitePool, _) if !manifest.satellites => Some((
            "is a satellite site, and no rule says how many delegates it elects",
            "add [rules.satellite] to contest.toml",
        )),
        _ => None,
    }
}

/// A county's convention has as many delegates as its precincts elect, and its national delegates a district.
fn compare(
    counties: &[(County, Row<'_>)],
    sums: &[Sum],
    manifest: &Manifest,
    mistakes: &mut Vec<Mistake>,
) {
    for ((county, row), sum) in counties.iter().zip(sums) {
        let elected = sum.delegates;
        if sum.places == 0 {
            let remedy = "add its precincts, or leave it out";
            mistakes.push(row.mistake(format!("{} has no precinct", county.id), remedy));
        } else if let Some(convention) = county.convention_delegates.map(u64::from)
            && (convention < elected || (convention > elected && sum.unknown == 0))
        {
            mistakes.push(row.mistake(
                format!(
                    "{} has {convention} convention delegates, its precincts elect {elected}",
                    county.id
                ),
                "correct the county, or the delegates of its precincts",
            ));
        }
        if county.kind != CountyKind::SatellitePool
            && manifest.national.is_some()
            && county.congressional_district.is_none()
            && sum.without_district > 0
        {
            let what = format!(
                "{} has no congressional_district, and {} of its precincts name none",
                county.id, sum.without_district
            );
            let remedy = "write the district whose national delegates it takes part in; where it \
                          lies in several, write one for each precinct, or statewide";
            mistakes.push(row.mistake(what, remedy));
        }
    }
}
