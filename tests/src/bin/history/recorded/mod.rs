//! What was published of a contest, release by release: its `history` folder and the results it names.

mod files;

use std::collections::BTreeMap;
use std::path::Path;

use countersign_core::contest::{Contest, CountKind, Published};
use countersign_core::message::Layer;
use countersign_core::rules::TenThousandths;
use serde::Deserialize;

use self::files::{Files, rows, rows_if_any};
use crate::Outcome;

/// Everything that is recorded of a contest.
pub(crate) struct Recorded {
    /// In the order in which they came.
    pub(crate) releases: Vec<Release>,
    /// National delegates as published, by group.
    pub(crate) national: BTreeMap<String, u32>,
}

/// A release as it was published.
pub(crate) struct Release {
    /// Its key in every file.
    pub(crate) key: String,
    /// What it was called, and what is known of it.
    pub(crate) label: String,
    /// The layer of the corrections that came with it. Precincts that came with it are caucus night's.
    pub(crate) layer: Layer,
    /// What was kept of it by precinct.
    pub(crate) kept: Kept,
    /// Its sums, statewide and by county.
    pub(crate) totals: Vec<Total>,
}

/// What was kept of a release by precinct.
pub(crate) enum Kept {
    Nothing,
    /// Nothing but what had happened to it.
    ColumnsShifted,
    /// What it said of every precinct that it had, by number.
    Numbers(BTreeMap<u32, Published>),
}

/// A sum over the precincts of a release.
pub(crate) struct Total {
    /// Of a county, by its place in the contest; else statewide.
    pub(crate) county: Option<usize>,
    /// Of a group, by its ballot index; else of all of them.
    pub(crate) group: Option<usize>,
    pub(crate) of: Summed,
    /// What the numbers that were published by precinct add up to.
    pub(crate) summed: Option<Decimal>,
    /// What was printed as the total, at its precision.
    pub(crate) printed: Option<Decimal>,
}

/// What is summed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Summed {
    Precincts,
    Attendance,
    Count(CountKind),
    Sde,
}

impl Summed {
    /// As it is named in the files, and in what is said here.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Precincts => "precincts",
            Self::Attendance => "attendance",
            Self::Count(CountKind::FirstAlignment) => "first",
            Self::Count(CountKind::FinalAlignment) => "final",
            Self::Count(CountKind::Delegates) => "delegates",
            Self::Sde => "SDE",
        }
    }

    fn parse(text: &str) -> Outcome<Self> {
        Ok(match text {
            "first" => Self::Count(CountKind::FirstAlignment),
            "final" => Self::Count(CountKind::FinalAlignment),
            "delegates" => Self::Count(CountKind::Delegates),
            "sde" => Self::Sde,
            other => return Err(format!("unknown metric {other}").into()),
        })
    }
}

/// A number with the decimals that it was printed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decimal {
    pub(crate) value: TenThousandths,
    decimals: u32,
}

impl Decimal {
    fn parse(text: &str) -> Outcome<Option<Self>> {
        if text.is_empty() {
            return Ok(None);
        }
        let value = TenThousandths::parse(text).ok_or_else(|| format!("{text:?} is no number"))?;
        let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        Ok(Some(Self { value, decimals: u32::try_from(decimals)? }))
    }

    /// Whether a number is printed so, rounded half up.
    pub(crate) fn is_print_of(&self, number: TenThousandths) -> bool {
        let unit = 10_u64.pow(4_u32.saturating_sub(self.decimals));
        (number.0 + unit / 2) / unit * unit == self.value.0
    }
}

/// A row of `releases.csv`.
#[derive(Deserialize)]
struct ReleaseRow {
    release: String,
    label: String,
    layer: String,
    results: String,
    precincts: String,
    attendees: String,
    first: String,
    r#final: String,
    delegates: String,
    sde: String,
}

impl ReleaseRow {
    fn totals(&self) -> Outcome<Vec<Total>> {
        let sums = [
            (Summed::Precincts, &self.precincts),
            (Summed::Attendance, &self.attendees),
            (Summed::Count(CountKind::FirstAlignment), &self.first),
            (Summed::Count(CountKind::FinalAlignment), &self.r#final),
            (Summed::Count(CountKind::Delegates), &self.delegates),
            (Summed::Sde, &self.sde),
        ];
        let total = |(of, sum): (Summed, &String)| {
            let summed = Decimal::parse(sum)?;
            Ok(Total { county: None, group: None, of, summed, printed: None })
        };
        sums.into_iter().map(total).collect()
    }
}

/// A row of `statewide_totals.csv`.
#[derive(Deserialize)]
struct StatewideRow {
    release: String,
    candidate: String,
    metric: String,
    published: String,
    summed: String,
}

/// A row of `county_totals.csv`: what was printed.
#[derive(Deserialize)]
struct CountyRow {
    release: String,
    county: String,
    candidate: String,
    first: String,
    r#final: String,
    sde: String,
}

#[derive(Deserialize)]
struct Delegates {
    candidate: String,
    delegates: u32,
}

impl Recorded {
    /// Reads what is recorded of a contest in its folder.
    pub(crate) fn read(folder: &Path, contest: &Contest) -> Outcome<Self> {
        let history = folder.join("history");
        let published: Vec<ReleaseRow> = rows(&history.join("releases.csv"))?;
        let mut files = Files::open(folder, contest)?;
        let statewide: Vec<StatewideRow> = rows(&history.join("statewide_totals.csv"))?;
        let counties: Vec<CountyRow> = rows_if_any(&history.join("county_totals.csv"))?;
        let mut releases = Vec::new();
        for row in published {
            let mut totals = row.totals()?;
            for of in statewide.iter().filter(|of| of.release == row.release) {
                totals.push(statewide_total(contest, of)?);
            }
            for of in counties.iter().filter(|of| of.release == row.release) {
                totals.extend(county_totals(contest, of)?);
            }
            let layer = Layer::ALL.into_iter().find(|layer| layer.code() == row.layer);
            releases.push(Release {
                kept: files.kept(&row)?,
                layer: layer.ok_or_else(|| format!("unknown layer {:?}", row.layer))?,
                key: row.release,
                label: row.label,
                totals,
            });
        }
        let national: Vec<Delegates> = rows(&history.join("national_delegates.csv"))?;
        let national = national.into_iter().map(|row| (row.candidate, row.delegates)).collect();
        Ok(Self { releases, national })
    }
}

fn group(contest: &Contest, key: &str) -> Outcome<usize> {
    Ok(contest.group_index(key).ok_or_else(|| format!("no group {key}"))?)
}

fn statewide_total(contest: &Contest, row: &StatewideRow) -> Outcome<Total> {
    Ok(Total {
        county: None,
        group: Some(group(contest, &row.candidate)?),
        of: Summed::parse(&row.metric)?,
        summed: Decimal::parse(&row.summed)?,
        printed: Decimal::parse(&row.published)?,
    })
}

fn county_totals(contest: &Contest, row: &CountyRow) -> Outcome<Vec<Total>> {
    let county = contest.counties.iter().position(|county| county.name == row.county);
    let county = county.ok_or_else(|| format!("no county {}", row.county))?;
    let group = group(contest, &row.candidate)?;
    let cells = [("first", &row.first), ("final", &row.r#final), ("sde", &row.sde)];
    let total = |(metric, cell): (&str, &String)| {
        Ok(Total {
            county: Some(county),
            group: Some(group),
            of: Summed::parse(metric)?,
            summed: Decimal::parse(cell)?,
            printed: None,
        })
    };
    cells.into_iter().map(total).collect()
}
