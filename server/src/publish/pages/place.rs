//! Counties, and the list of every precinct.

use askama::Template;
use countersign_core::contest::{Contest, CountyKind};
use countersign_core::id::PrecinctNumber;
use countersign_core::language::Language;
use countersign_core::results::{Candidate, Region, Released, Totals};

use super::said::CAME_IN;
use super::tables::Table;
use super::words::whole;
use super::{Frame, Night};
use crate::publish::cells::{Cells, region_name};

#[derive(Template)]
#[template(path = "results/county.html")]
pub(super) struct CountyPage<'a> {
    f: Frame<'a>,
    region: String,
    name: String,
    pool: bool,
    released: String,
    all: String,
    attendees: String,
    /// People who voted early; absent where the contest has no early votes.
    early: Option<String>,
    provisional: bool,
    covered: bool,
    table: Table,
    /// The count of which the precincts' numbers are.
    count: &'static str,
    /// Short names and keys of the groups that have anybody in the county.
    groups: Vec<(&'a str, &'a str)>,
    precincts: Vec<PrecinctRow>,
}

struct PrecinctRow {
    id: String,
    name: String,
    /// Numbers of the last count of people, for the groups of the page; empty where nothing is released.
    numbers: Vec<String>,
    attendees: String,
}

/// The last count of people, which a county's page shows of its precincts, by its index.
pub(in crate::publish) fn last_of_people(contest: &Contest) -> Option<usize> {
    contest.counts.iter().rposition(|kind| kind.is_of_people())
}

/// The page of a county, and its name.
pub(super) fn county<'a>(
    night: &'a Night<'_>,
    released: &Released,
    totals: &Totals,
    language: Language,
) -> Option<(String, CountyPage<'a>)> {
    let Region::County(index) = totals.region else { return None };
    let contest = night.contest;
    let county = contest.counties.get(index)?;
    let people = last_of_people(contest)?;
    let shown: Vec<usize> =
        (0..contest.groups.len()).filter(|&group| totals.counts[people][group] > 0).collect();
    let mut precincts = Vec::new();
    for (number, precinct) in (0..).zip(&contest.precincts) {
        if usize::from(precinct.county) != index {
            continue;
        }
        let results = released.precinct(PrecinctNumber(number));
        let cell = |&group: &usize| results.map(|one| whole(one.numbers.counts[people][group]));
        precincts.push(PrecinctRow {
            id: precinct.id.clone(),
            name: precinct.name.clone(),
            numbers: shown.iter().filter_map(cell).collect(),
            attendees: results.map_or_else(String::new, |one| whole(one.numbers.attendees)),
        });
    }
    let name = format!("counties/{}.html", county.id);
    let covered = released.is_covered();
    let page = CountyPage {
        f: Frame::of(night, language, &name, county.name.clone()),
        region: region_name(contest, totals.region),
        name: county.name.clone(),
        pool: county.kind == CountyKind::SatellitePool,
        released: whole(totals.precincts_released),
        all: whole(totals.precincts_total),
        attendees: whole(totals.attendees),
        early: contest.early_votes.as_ref().map(|_| whole(totals.early_attendees)),
        provisional: totals.provisional,
        covered,
        table: Table::of(contest, totals, language, covered),
        count: contest.counts[people].as_str(),
        groups: shown
            .iter()
            .map(|&group| &contest.groups[group])
            .map(|group| (group.name_in(language.code()), group.key.as_str()))
            .collect(),
        precincts,
    };
    Some((name, page))
}

#[derive(Template)]
#[template(path = "results/precincts.html")]
pub(super) struct AllPage<'a> {
    f: Frame<'a>,
    precincts: Vec<ListRow>,
}

struct ListRow {
    id: String,
    name: String,
    county: String,
    /// Whether there is a page.
    has_page: bool,
    standing: &'static str,
    /// What the mark of that is: what came in of precincts that are not released, not everyone can tell.
    mark: &'static str,
    /// The name of the release its numbers are from.
    release: String,
}

impl AllPage<'_> {
    /// What it has to say.
    pub(super) fn said(&self) -> Cells {
        let mut cells = Cells::default();
        for row in &self.precincts {
            let region = format!("precinct:{}", row.id);
            cells.put(&region, row.mark, row.standing);
            cells.put(&region, "release", &row.release);
        }
        cells
    }
}

/// Where precincts stand that are not released, in English and in Spanish.
const NOT_RECEIVED: (&str, &str) = ("not received", "no recibido");
const IN_REVIEW: (&str, &str) = ("in review", "en revisión");

/// The same, all of them.
pub(super) const NOT_RELEASED: [&str; 4] =
    [NOT_RECEIVED.0, NOT_RECEIVED.1, IN_REVIEW.0, IN_REVIEW.1];

/// Every precinct of the contest.
pub(super) fn all<'a>(night: &'a Night<'_>, language: Language) -> AllPage<'a> {
    let rows = (0..).zip(&night.contest.precincts).map(|(number, precinct)| {
        let number = PrecinctNumber(number);
        let results = night.released.as_ref().and_then(|released| released.precinct(number));
        let release = results.and_then(|results| night.release(results.release));
        ListRow {
            id: precinct.id.clone(),
            name: precinct.name.clone(),
            county: night.contest.county_display(precinct),
            has_page: night.has_page(number),
            standing: match (results, night.state.candidate(number)) {
                (Some(_), _) => language.say("released", "publicado"),
                (None, Candidate::Missing) => language.say(NOT_RECEIVED.0, NOT_RECEIVED.1),
                (None, _) => language.say(IN_REVIEW.0, IN_REVIEW.1),
            },
            mark: if results.is_some() { "standing" } else { CAME_IN },
            release: release.map_or_else(String::new, |release| release.named.name.clone()),
        }
    });
    let title = language.say("All precincts", "Todos los precintos").to_owned();
    AllPage { f: Frame::of(night, language, "precincts.html", title), precincts: rows.collect() }
}
