//! Released totals beside what was published.

use std::collections::BTreeMap;
use std::fmt;

use countersign_core::contest::{CountKind, CountyKind, PrecinctKind, Published};
use countersign_core::results::{Released, Totals};
use countersign_core::rules::TenThousandths;
use serde::Serialize;

use crate::recorded::{Recorded, Release};

/// A number that is not as published.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Difference {
    place: String,
    what: String,
    published: String,
    released: String,
    /// Why it has to be so, where that is known.
    because: Option<&'static str>,
}

/// What a comparison found.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Compared {
    cells: usize,
    differences: Vec<Difference>,
}

/// The one thing that was never published.
const POOLS: &str =
    "attendance of satellite sites, which shares out their pools' SDE, was not published";

impl Compared {
    /// Differences that nothing explains.
    pub(crate) fn unexplained(&self) -> usize {
        self.differences.iter().filter(|difference| difference.because.is_none()).count()
    }

    fn look(&mut self, place: &str, what: String, published: String, released: String, pool: bool) {
        self.cells += 1;
        if published != released {
            let because = pool.then_some(POOLS);
            let place = place.to_owned();
            self.differences.push(Difference { place, what, published, released, because });
        }
    }
}

impl fmt::Display for Compared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (cells, open) = (self.cells, self.unexplained());
        let explained = self.differences.len() - open;
        write!(f, "{cells} numbers compared, {open} differ, {explained} more for satellites' SDE")?;
        for difference in self.differences.iter().filter(|one| one.because.is_none()).take(5) {
            let Difference { place, what, published, released, .. } = difference;
            write!(f, "\n    {place}, {what}: published {published}, released {released}")?;
        }
        Ok(())
    }
}

/// Compares a release with the sums that are recorded of it, statewide and by county, and every precinct with what its
/// reports were made of.
pub(crate) fn with_published(
    released: &Released,
    release: &Release,
    recorded: &Recorded,
    standing: &BTreeMap<u32, Published>,
) -> Compared {
    let mut compared = Compared::default();
    let state = &released.statewide;
    if let Some(precincts) = release.precincts {
        let now = state.precincts_released.to_string();
        compared.look("statewide", "precincts".into(), precincts.to_string(), now, false);
    }
    let sums =
        [(CountKind::FirstAlignment, release.first), (CountKind::FinalAlignment, release.last)];
    for (kind, published) in sums {
        let Some(published) = published else { continue };
        let now: u64 = count(released, state, kind).iter().sum();
        let what = kind.as_str().to_owned();
        compared.look("statewide", what, published.to_string(), now.to_string(), false);
    }
    if let Some(published) = release.sde.as_ref().filter(|sde| !sde.is_empty()) {
        let now: TenThousandths = state.sde.iter().copied().sum();
        compared.look("statewide", "SDE".into(), published.clone(), now.to_string(), true);
    }
    by_group(&mut compared, released, release, recorded);
    by_county(&mut compared, released, release, recorded);
    by_precinct(&mut compared, released, standing);
    compared
}

fn count<'a>(released: &Released, totals: &'a Totals, kind: CountKind) -> &'a [u64] {
    let index = released.package.contest.count_index(kind);
    index.and_then(|index| totals.counts.get(index)).map_or(&[], Vec::as_slice)
}

fn decimal(text: &str) -> String {
    TenThousandths::parse(text).map_or_else(|| text.to_owned(), |value| value.to_string())
}

fn by_group(compared: &mut Compared, released: &Released, release: &Release, recorded: &Recorded) {
    let contest = &released.package.contest;
    let rows = recorded.statewide.iter().filter(|row| row.release == release.release);
    for row in rows.filter(|row| !row.summed.is_empty()) {
        let Some(group) = contest.group_index(&row.candidate) else { continue };
        let (now, pool) = match row.metric.as_str() {
            "first" => {
                (count(released, &released.statewide, CountKind::FirstAlignment)[group], false)
            }
            "final" => {
                (count(released, &released.statewide, CountKind::FinalAlignment)[group], false)
            }
            _ => {
                let now = released.statewide.sde[group].to_string();
                let what = format!("{}, SDE", row.candidate);
                compared.look("statewide", what, decimal(&row.summed), now, true);
                continue;
            }
        };
        let what = format!("{}, {}", row.candidate, row.metric);
        compared.look("statewide", what, row.summed.clone(), now.to_string(), pool);
    }
}

fn by_county(compared: &mut Compared, released: &Released, release: &Release, recorded: &Recorded) {
    let contest = &released.package.contest;
    for row in recorded.counties.iter().filter(|row| row.release == release.release) {
        let county = contest.counties.iter().position(|county| county.name == row.county);
        let (Some(county), Some(group)) = (county, contest.group_index(&row.candidate)) else {
            compared.look(&row.county, row.candidate.clone(), "a row".into(), "none".into(), false);
            continue;
        };
        let pool = contest.counties[county].kind == CountyKind::SatellitePool;
        let totals = &released.counties[county];
        let mut look = |what: &str, published: &str, now: String, pool: bool| {
            if !published.is_empty() {
                let what = format!("{}, {what}", row.candidate);
                compared.look(&row.county, what, published.to_owned(), now, pool);
            }
        };
        let people = |kind| count(released, totals, kind)[group].to_string();
        look("first", &row.first, people(CountKind::FirstAlignment), false);
        look("final", &row.last, people(CountKind::FinalAlignment), false);
        look("SDE", &decimal(&row.sde), totals.sde[group].to_string(), pool);
    }
}

fn by_precinct(compared: &mut Compared, released: &Released, standing: &BTreeMap<u32, Published>) {
    let contest = &released.package.contest;
    for precinct in &released.precincts {
        let Some(published) = standing.get(&precinct.precinct.0) else { continue };
        let Some(place) = contest.precinct(precinct.precinct.0) else { continue };
        let pool = place.kind == PrecinctKind::Satellite;
        for (group, name) in contest.groups.iter().enumerate() {
            let mut look = |what: &str, then: String, now: String, pool: bool| {
                compared.look(&place.id, format!("{}, {what}", name.key), then, now, pool);
            };
            let now = |kind| {
                let index = contest.count_index(kind)?;
                Some(precinct.numbers.counts[index][group].to_string())
            };
            if let Some(now) = now(CountKind::FirstAlignment) {
                look("first", published.first[group].to_string(), now, false);
            }
            if let Some(now) = now(CountKind::FinalAlignment) {
                look("final", published.last[group].to_string(), now, false);
            }
            if let (Some(then), Some(now)) = (&published.sde, precinct.sde.get(group)) {
                look("SDE", then[group].to_string(), now.to_string(), pool);
            }
        }
    }
}
