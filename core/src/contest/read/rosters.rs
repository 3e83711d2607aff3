//! The CSV files: groups and counties; precincts are in [`places`](super::places).

use std::collections::BTreeMap;

use super::Files;
use super::manifest::{Manifest, Named};
use super::places;
use crate::contest::section::{TEXT_REMEDY, choose, is_id, text_flaw};
use crate::contest::table::{Column, Row, Table};
use crate::contest::{
    County, CountyKind, Group, GroupKind, GroupName, Mistake, National, Precinct,
};

/// Groups of one contest.
const GROUPS_MAX: usize = 64;

const GROUP_COLUMNS: [Column; 8] = [
    Column::needed("candidate"),
    Column::needed("name"),
    Column::needed("short_name"),
    Column::needed("kind"),
    Column::optional("name_en"),
    Column::optional("short_name_en"),
    Column::optional("name_es"),
    Column::optional("short_name_es"),
];

const COUNTY_COLUMNS: [Column; 6] = [
    Column::needed("county_id"),
    Column::needed("county"),
    Column::needed("kind"),
    Column::needed("congressional_district"),
    Column::needed("state_delegates"),
    Column::needed("county_convention_delegates"),
];

/// What the files say; rows with mistakes are left out.
pub(super) struct Rosters {
    pub(super) groups: Vec<Group>,
    pub(super) counties: Vec<County>,
    pub(super) precincts: Vec<Precinct>,
}

impl Rosters {
    pub(super) fn read(files: &Files, manifest: &Manifest, mistakes: &mut Vec<Mistake>) -> Self {
        let mut groups = Vec::new();
        if let Some(table) = table(files, manifest.groups.as_ref(), &GROUP_COLUMNS, mistakes) {
            groups = read_groups(&table, &manifest.languages, mistakes);
        }
        let counties = table(files, manifest.counties.as_ref(), &COUNTY_COLUMNS, mistakes)
            .map(|table| read_counties(table, manifest, mistakes))
            .unwrap_or_default();
        let precincts = table(files, manifest.precincts.as_ref(), &places::COLUMNS, mistakes)
            .map(|table| places::read(&table, &counties, manifest, mistakes))
            .unwrap_or_default();
        Self {
            groups,
            counties: counties.into_iter().map(|(county, _)| county).collect(),
            precincts,
        }
    }
}

/// The bytes of a file that the manifest names.
pub(super) fn bring<'a>(
    files: &'a Files,
    named: &Named,
    mistakes: &mut Vec<Mistake>,
) -> Option<&'a [u8]> {
    let found = files.get(&named.path);
    if found.is_none() {
        let what = format!("there is no file {}", named.path);
        let remedy = "write its path in the contest's folder, with / between folders";
        mistakes.push(Mistake::new(super::MANIFEST, named.line, what, remedy));
    }
    found.map(Vec::as_slice)
}

fn table<'a>(
    files: &Files,
    named: Option<&'a Named>,
    columns: &[Column],
    mistakes: &mut Vec<Mistake>,
) -> Option<Table<'a>> {
    let named = named?;
    let table = Table::read(&named.path, bring(files, named, mistakes)?, columns, mistakes);
    if table.rows.is_empty() {
        mistakes.push(Mistake::new(
            &named.path,
            0,
            "there is no row in it",
            "add a line for each item",
        ));
    }
    Some(table)
}

/// An id that no earlier row has.
pub(super) fn id(
    row: &Row<'_>,
    column: &str,
    longest: usize,
    seen: &mut BTreeMap<String, u32>,
    mistakes: &mut Vec<Mistake>,
) -> Option<String> {
    let text = row.get(column);
    if !is_id(text, longest) {
        let remedy = format!("write 1 to {longest} lower-case letters, digits and hyphens");
        mistakes.push(row.mistake(format!("{column} is {text:?}"), remedy));
        return None;
    }
    if let Some(line) = seen.insert(text.to_owned(), row.line) {
        mistakes.push(
            row.mistake(
                format!("{column} {text} was used in line {line} already"),
                "use each once",
            ),
        );
        return None;
    }
    Some(text.to_owned())
}

pub(super) fn text(row: &Row<'_>, column: &str, mistakes: &mut Vec<Mistake>) -> Option<String> {
    let text = row.get(column);
    if let Some(flaw) = text_flaw(text) {
        mistakes.push(row.mistake(format!("{column} {flaw}"), TEXT_REMEDY));
        return None;
    }
    Some(text.to_owned())
}

pub(super) fn word<T: Copy>(
    row: &Row<'_>,
    column: &str,
    words: &[(&'static str, T)],
    mistakes: &mut Vec<Mistake>,
) -> Option<T> {
    let text = row.get(column);
    let found = words.iter().find(|(word, _)| *word == text);
    if found.is_none() {
        mistakes.push(row.mistake(format!("{column} is {text:?}"), choose(words)));
    }
    found.map(|(_, value)| *value)
}

fn read_groups(table: &Table<'_>, languages: &[String], mistakes: &mut Vec<Mistake>) -> Vec<Group> {
    let kinds = [
        ("candidate", GroupKind::Candidate),
        ("other", GroupKind::Other),
        ("uncommitted", GroupKind::Uncommitted),
    ];
    let mut seen = BTreeMap::new();
    let mut out: Vec<Group> = Vec::new();
    for row in &table.rows {
        let key = id(row, "candidate", 32, &mut seen, mistakes);
        let full_name = text(row, "name", mistakes);
        let name = text(row, "short_name", mistakes);
        let kind = word(row, "kind", &kinds, mistakes);
        let (Some(key), Some(full_name), Some(name), Some(kind)) = (key, full_name, name, kind)
        else {
            continue;
        };
        if out.len() == GROUPS_MAX {
            let what = format!("there are more than {GROUPS_MAX} groups");
            mistakes.push(row.mistake(what, "put the smallest ones together as other"));
            break;
        }
        if out.iter().any(|group| group.name == name) {
            mistakes.push(
                row.mistake(format!("short_name {name} is another group's too"), "tell them apart"),
            );
        }
        let translations =
            languages.iter().skip(1).filter_map(|language| translation(row, language)).collect();
        out.push(Group { key, name, full_name, kind, translations });
    }
    out
}

/// Names in a language, where the row has any.
fn translation(row: &Row<'_>, language: &str) -> Option<GroupName> {
    let cell = |column: &str, fallback: &str| {
        let text = row.get(&format!("{column}_{language}"));
        if text.is_empty() { row.get(fallback).to_owned() } else { text.to_owned() }
    };
    let name = GroupName {
        language: language.to_owned(),
        name: cell("short_name", "short_name"),
        full_name: cell("name", "name"),
    };
    (name.name != row.get("short_name") || name.full_name != row.get("name")).then_some(name)
}

/// Counties with the mistakes to report should their sums be wrong.
fn read_counties<'a>(
    table: Table<'a>,
    manifest: &Manifest,
    mistakes: &mut Vec<Mistake>,
) -> Vec<(County, Row<'a>)> {
    let kinds = [
        ("county", CountyKind::County),
        ("city", CountyKind::City),
        ("satellite_pool", CountyKind::SatellitePool),
    ];
    let mut seen = BTreeMap::new();
    let mut out = Vec::new();
    for row in table.rows {
        let id = id(&row, "county_id", 64, &mut seen, mistakes);
        let name = text(&row, "county", mistakes);
        let kind = word(&row, "kind", &kinds, mistakes);
        let congressional_district = district(&row, manifest, mistakes);
        let state_delegates = state_delegates(&row, manifest, mistakes);
        let convention_delegates = row.number("county_convention_delegates", 1_000_000, mistakes);
        let (Some(id), Some(name), Some(kind), Some(state_delegates)) =
            (id, name, kind, state_delegates)
        else {
            continue;
        };
        if kind != CountyKind::SatellitePool
            && convention_delegates.is_none_or(|delegates| delegates == 0)
        {
            let remedy = "write how many delegates its precincts elect together";
            mistakes.push(row.mistake(format!("{id} has no county_convention_delegates"), remedy));
        }
        if kind == CountyKind::SatellitePool && convention_delegates.is_some() {
            let remedy = "leave the cell empty: attendance decides how many delegates sites elect";
            mistakes
                .push(row.mistake(format!("pool {id} has county_convention_delegates"), remedy));
        }
        if out.len() > usize::from(u16::MAX) {
            mistakes.push(row.mistake("there are more than 65536 counties", "put some together"));
            break;
        }
        out.push((
            County {
                id,
                name,
                kind,
                congressional_district,
                state_delegates,
                convention_delegates,
            },
            row,
        ));
    }
    out
}

/// State delegates; an empty cell is 0 where national delegates follow something else.
fn state_delegates(row: &Row<'_>, manifest: &Manifest, mistakes: &mut Vec<Mistake>) -> Option<u32> {
    const MAX: u32 = 1_000_000;
    if manifest.national.as_ref().is_some_and(|national| national.basis.is_some()) {
        return Some(row.number("state_delegates", MAX, mistakes).unwrap_or(0));
    }
    row.needed_number("state_delegates", MAX, mistakes)
}

/// A congressional district that the contest knows; `None` where the cell is empty.
pub(super) fn district(
    row: &Row<'_>,
    manifest: &Manifest,
    mistakes: &mut Vec<Mistake>,
) -> Option<u8> {
    let district = row.number("congressional_district", 255, mistakes)?;
    let district = u8::try_from(district).ok()?;
    let known =
        |national: &National| national.districts.iter().any(|known| known.district == district);
    if manifest.national.as_ref().is_some_and(|national| !known(national)) {
        let remedy = "name the district in [[national.districts]] of contest.toml, or correct it";
        mistakes
            .push(row.mistake(format!("there is no congressional district {district}"), remedy));
    }
    Some(district)
}
