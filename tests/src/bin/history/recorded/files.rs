//! What was kept of each release by precinct.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use countersign_core::contest::{Contest, CountKind, Published, read_published};
use countersign_core::rules::TenThousandths;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Kept, ReleaseRow, Summed, group};
use crate::Outcome;

/// In place of a file of results: the batch was withdrawn because columns had been shifted, and nobody kept it by precinct.
const COLUMNS_SHIFTED: &str = "columns-shifted";

/// A row of `first_release.csv`.
#[derive(Deserialize)]
struct FirstRelease {
    precinct_id: String,
    release: String,
}

/// The files that say what was published by precinct.
pub(super) struct Files<'a> {
    folder: &'a Path,
    contest: &'a Contest,
    /// Files of results that were read.
    results: HashMap<String, BTreeMap<u32, Published>>,
    /// The release in which a precinct appeared, by its number, where a file has more precincts than were published then.
    first: Option<BTreeMap<u32, String>>,
    /// Keys of the releases so far.
    so_far: Vec<String>,
    /// Rows that say how single cells were corrected: with a column `value_<release>` for each release that did.
    corrections: Vec<HashMap<String, String>>,
}

impl<'a> Files<'a> {
    pub(super) fn open(folder: &'a Path, contest: &'a Contest) -> Outcome<Self> {
        let history = folder.join("history");
        let first: Vec<FirstRelease> = rows_if_any(&history.join("first_release.csv"))?;
        let first: BTreeMap<u32, String> = first
            .into_iter()
            .map(|row| Ok((number(contest, &row.precinct_id)?, row.release)))
            .collect::<Outcome<_>>()?;
        Ok(Self {
            folder,
            contest,
            results: HashMap::new(),
            first: (!first.is_empty()).then_some(first),
            so_far: Vec::new(),
            corrections: rows_if_any(&history.join("corrections.csv"))?,
        })
    }

    /// What was kept of the next release. They are asked for in their order.
    pub(super) fn kept(&mut self, row: &ReleaseRow) -> Outcome<Kept> {
        self.so_far.push(row.release.clone());
        match row.results.as_str() {
            "" => return Ok(Kept::Nothing),
            COLUMNS_SHIFTED => return Ok(Kept::ColumnsShifted),
            name => self.load(name)?,
        }
        let mut numbers = self.results[&row.results].clone();
        if let Some(first) = &self.first {
            numbers.retain(|number, _| {
                first.get(number).is_some_and(|release| self.so_far.contains(release))
            });
        }
        self.correct(&row.release, &mut numbers)?;
        Ok(Kept::Numbers(numbers))
    }

    fn load(&mut self, name: &str) -> Outcome<()> {
        if self.results.contains_key(name) {
            return Ok(());
        }
        let path: PathBuf = self.folder.join("results").join(format!("{name}.csv"));
        let published =
            read_published(self.contest, name, &std::fs::read(path)?).map_err(|mistakes| {
                format!("{} mistakes, the first: {}", mistakes.len(), mistakes[0])
            })?;
        // In another file the same numbers stand in another line.
        let place = |one: Published| (one.precinct, Published { line: 0, ..one });
        self.results.insert(name.to_owned(), published.into_iter().map(place).collect());
        Ok(())
    }

    /// Puts in the values that a release corrected. SDE stay as they were where none were published.
    fn correct(&self, release: &str, numbers: &mut BTreeMap<u32, Published>) -> Outcome<()> {
        let column = format!("value_{release}");
        for row in &self.corrections {
            let cell = |name: &str| row.get(name).map(String::as_str).unwrap_or_default();
            let value = cell(&column);
            if value.is_empty() {
                continue;
            }
            let precinct = number(self.contest, cell("precinct_id"))?;
            let group = group(self.contest, cell("candidate"))?;
            let published = numbers.get_mut(&precinct).ok_or("corrected before it was there")?;
            match Summed::parse(cell("field"))? {
                Summed::Count(CountKind::FirstAlignment) => {
                    published.first[group] = value.parse()?
                }
                Summed::Count(CountKind::FinalAlignment) => {
                    published.last[group] = value.parse()?
                }
                Summed::Sde => {
                    let sde = published.sde.as_mut().ok_or("no SDE to correct")?;
                    sde[group] = TenThousandths::parse(value).ok_or("an SDE is no number")?;
                }
                other => return Err(format!("{} cannot be corrected", other.as_str()).into()),
            }
        }
        Ok(())
    }
}

fn number(contest: &Contest, id: &str) -> Outcome<u32> {
    let (number, _) = contest.precinct_by_id(id).ok_or_else(|| format!("no precinct {id}"))?;
    Ok(number)
}

/// Reads a file of the history.
pub(super) fn rows<T: DeserializeOwned>(path: &Path) -> Outcome<Vec<T>> {
    let named = |error: csv::Error| format!("{}: {error}", path.display());
    let mut reader = csv::Reader::from_path(path).map_err(named)?;
    Ok(reader.deserialize().collect::<Result<_, _>>().map_err(named)?)
}

/// The same of a file that not every contest has.
pub(super) fn rows_if_any<T: DeserializeOwned>(path: &Path) -> Outcome<Vec<T>> {
    if path.exists() { rows(path) } else { Ok(Vec::new()) }
}
