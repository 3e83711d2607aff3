//! What was published, release by release.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use countersign_core::contest::{Contest, Published, read_published};
use countersign_core::rules::TenThousandths;
use serde::Deserialize;

use crate::Outcome;

/// A release as it was published.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Release {
    /// Its key in every file.
    pub(crate) release: String,
    /// What it was called.
    pub(crate) label: String,
    /// Precincts in it, where that is known.
    pub(crate) precincts: Option<u32>,
    /// People at first and at final alignment, and state delegate equivalents, summed over its precincts.
    pub(crate) first: Option<u64>,
    #[serde(rename = "final")]
    pub(crate) last: Option<u64>,
    pub(crate) sde: Option<String>,
}

/// A value that was changed after all precincts had been published.
#[derive(Debug, Clone, Deserialize)]
struct Correction {
    precinct_id: String,
    candidate: String,
    field: String,
    value_feb10: String,
    value_final: String,
}

/// A total that was printed at the time, or the sum of what was published by precinct.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Total {
    pub(crate) release: String,
    #[serde(default)]
    pub(crate) county: String,
    pub(crate) candidate: String,
    #[serde(default)]
    pub(crate) metric: String,
    #[serde(default)]
    pub(crate) summed: String,
    #[serde(default)]
    pub(crate) first: String,
    #[serde(default, rename = "final")]
    pub(crate) last: String,
    #[serde(default)]
    pub(crate) sde: String,
}

#[derive(Debug, Clone, Deserialize)]
struct FirstRelease {
    precinct_id: String,
    release: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Delegates {
    candidate: String,
    delegates: u32,
}

/// Everything that is recorded of a contest.
pub(crate) struct Recorded {
    /// In the order in which they came.
    pub(crate) releases: Vec<Release>,
    /// Where a precinct was published for the first time, by its number.
    pub(crate) first_release: Vec<String>,
    /// What stood when every precinct had been published, by number.
    pub(crate) complete: Vec<Published>,
    pub(crate) statewide: Vec<Total>,
    pub(crate) counties: Vec<Total>,
    /// National delegates as published, by group.
    pub(crate) national: BTreeMap<String, u32>,
    corrections: Vec<Correction>,
}

impl Recorded {
    /// Reads the `history` folder of a contest.
    pub(crate) fn read(folder: &Path, contest: &Contest) -> Outcome<Self> {
        let history = folder.join("history");
        let first: HashMap<String, String> =
            rows::<FirstRelease>(&history.join("first_release.csv"))?
                .into_iter()
                .map(|row| (row.precinct_id, row.release))
                .collect();
        let first_release = contest
            .precincts
            .iter()
            .map(|precinct| first.get(&precinct.id).cloned().ok_or_else(|| precinct.id.clone()))
            .collect::<Result<_, _>>()
            .map_err(|id| format!("{id} has no first release"))?;
        let results = std::fs::read(folder.join("results/r100.csv"))?;
        let complete =
            read_published(contest, "results/r100.csv", &results).map_err(|mistakes| {
                format!("{} mistakes, the first: {}", mistakes.len(), mistakes[0])
            })?;
        let national: Vec<Delegates> = rows(&history.join("national_delegates.csv"))?;
        Ok(Self {
            releases: rows(&history.join("releases.csv"))?,
            first_release,
            complete,
            statewide: rows(&history.join("statewide_totals.csv"))?,
            counties: rows(&history.join("county_totals.csv"))?,
            national: national.into_iter().map(|row| (row.candidate, row.delegates)).collect(),
            corrections: rows(&history.join("corrections.csv"))?,
        })
    }

    /// What stood after a release that corrected: `feb10` or `final`. `sde` stays as it was where none was published.
    pub(crate) fn corrected(&self, contest: &Contest, release: &str) -> Outcome<Vec<Published>> {
        let mut corrected = self.complete.clone();
        for correction in &self.corrections {
            let value = match release {
                "feb10" => &correction.value_feb10,
                _ => &correction.value_final,
            };
            if value.is_empty() {
                continue;
            }
            let (number, _) = contest
                .precinct_by_id(&correction.precinct_id)
                .ok_or_else(|| format!("no precinct {}", correction.precinct_id))?;
            let group = contest
                .group_index(&correction.candidate)
                .ok_or_else(|| format!("no group {}", correction.candidate))?;
            let published = &mut corrected[number as usize];
            match correction.field.as_str() {
                "first" => published.first[group] = value.parse()?,
                "final" => published.last[group] = value.parse()?,
                "sde" => {
                    let sde = published.sde.as_mut().ok_or("no SDE to correct")?;
                    sde[group] = TenThousandths::parse(value).ok_or("an SDE is no number")?;
                }
                other => return Err(format!("unknown field {other}").into()),
            }
        }
        Ok(corrected)
    }
}

fn rows<T: for<'de> Deserialize<'de>>(path: &Path) -> Outcome<Vec<T>> {
    let mut reader = csv::Reader::from_path(path)?;
    Ok(reader.deserialize().collect::<Result<_, _>>()?)
}
