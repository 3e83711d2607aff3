//! What a caucus came to: the figures that a secretary has on paper.

use std::path::Path;

use crate::error::Doing;
use crate::{Error, Result};

/// One precinct's figures. Groups are named by their key, in ballot order.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Caucus {
    /// Precinct id, such as `polk-dm-055`.
    #[serde(skip)]
    pub precinct: String,
    /// People who attended.
    pub attendees: u32,
    /// People of each group that has any at first alignment.
    #[serde(rename = "firstAlignment", serialize_with = "as_map")]
    pub first: Vec<(String, u32)>,
    /// People of each group that has any at final alignment.
    #[serde(rename = "finalAlignment", serialize_with = "as_map")]
    pub last: Vec<(String, u32)>,
    /// Delegates as announced.
    #[serde(rename = "delegates", serialize_with = "as_map")]
    pub delegates: Vec<(String, u32)>,
}

impl Caucus {
    /// Des Moines 55 of 3 February 2020, the precinct whose columns were shifted in the 85 % release. Its counts are
    /// read from a results file; attendance and delegates were not published and are what fits them.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or lacks the precinct.
    pub fn des_moines_55() -> Result<Self> {
        let results = crate::places::contest("iowa-2020").join("results/final.csv");
        Self::from_results(
            &results,
            "polk-dm-055",
            704,
            &[("buttigieg", 5), ("sanders", 5), ("warren", 4)],
        )
    }

    /// A precinct of the practice contest, with the real counts it was given. As many attended as aligned first.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or lacks the precinct.
    pub fn practice(precinct: &str) -> Result<Self> {
        let results = crate::places::contest("practice").join("results.csv");
        let mut caucus = Self::from_results(&results, precinct, 0, &[])?;
        caucus.attendees = caucus.first.iter().map(|(_, people)| people).sum();
        Ok(caucus)
    }

    /// A caucus in which final alignment was as first alignment.
    #[must_use]
    pub fn simple(
        precinct: &str,
        attendees: u32,
        people: &[(&str, u32)],
        delegates: &[(&str, u32)],
    ) -> Self {
        let owned = |pairs: &[(&str, u32)]| {
            pairs.iter().map(|(key, n)| ((*key).to_owned(), *n)).collect::<Vec<_>>()
        };
        Self {
            precinct: precinct.to_owned(),
            attendees,
            first: owned(people),
            last: owned(people),
            delegates: owned(delegates),
        }
    }

    /// What a rehearsal worksheet says, as `countersign-server contest worksheet` prints it; `contest` is the contest's
    /// folder, whose roster has the keys of the groups.
    ///
    /// # Errors
    ///
    /// When the roster cannot be read, or the sheet is not one.
    pub fn from_worksheet(sheet: &str, contest: &Path) -> Result<Self> {
        let roster = contest.join("groups.csv");
        let groups =
            std::fs::read_to_string(&roster).doing(format!("reading {}", roster.display()))?;
        let key_of = |short: &str| {
            groups.lines().find_map(|line| {
                let mut cells = line.split(',');
                let key = cells.next()?;
                (cells.nth(1)? == short).then(|| key.to_owned())
            })
        };
        let wrong = |line: &str| Error::Unexpected(format!("a worksheet says {line:?}"));
        let (mut precinct, mut attendees) = (String::new(), 0);
        let mut counts: Vec<Vec<(String, u32)>> = Vec::new();
        for line in sheet.lines().filter(|line| !line.is_empty()) {
            if let Some((_, id)) = line.split_once('(') {
                id.trim_end_matches(')').clone_into(&mut precinct);
            } else if let Some(people) = line.strip_prefix("Attendees ") {
                attendees = people.trim().parse().map_err(|_| wrong(line))?;
            } else if line.starts_with(' ') {
                let (short, people) = line.trim().rsplit_once(' ').ok_or_else(|| wrong(line))?;
                let people: u32 = people.parse().map_err(|_| wrong(line))?;
                let key = key_of(short.trim()).ok_or_else(|| wrong(line))?;
                if people > 0 {
                    counts.last_mut().ok_or_else(|| wrong(line))?.push((key, people));
                }
            } else if line != "REHEARSAL" {
                counts.push(Vec::new());
            }
        }
        let [first, last, delegates] = counts.try_into().map_err(|_| wrong(sheet))?;
        Ok(Self { precinct, attendees, first, last, delegates })
    }

    /// A precinct's counts out of a results file (columns `precinct_id,candidate,first,final`, and `delegates` where they
    /// are not given).
    ///
    /// # Errors
    ///
    /// When the file cannot be read or lacks the precinct.
    pub fn from_results(
        file: &Path,
        precinct: &str,
        attendees: u32,
        delegates: &[(&str, u32)],
    ) -> Result<Self> {
        let text = std::fs::read_to_string(file).doing(format!("reading {}", file.display()))?;
        let mut caucus = Self {
            precinct: precinct.to_owned(),
            attendees,
            first: Vec::new(),
            last: Vec::new(),
            delegates: delegates.iter().map(|(key, n)| ((*key).to_owned(), *n)).collect(),
        };
        for line in text.lines() {
            let mut cells = line.split(',');
            if cells.next() != Some(precinct) {
                continue;
            }
            let (Some(key), Some(first), Some(last)) = (cells.next(), cells.next(), cells.next())
            else {
                return Err(Error::Unexpected(format!("{}: {line}", file.display())));
            };
            let awarded = match cells.next() {
                Some(awarded) if delegates.is_empty() && !awarded.is_empty() => awarded,
                _ => "0",
            };
            for (count, text) in [
                (&mut caucus.first, first),
                (&mut caucus.last, last),
                (&mut caucus.delegates, awarded),
            ] {
                let people: u32 = text
                    .parse()
                    .map_err(|_| Error::Unexpected(format!("{}: {line}", file.display())))?;
                if people > 0 {
                    count.push((key.to_owned(), people));
                }
            }
        }
        if caucus.first.is_empty() {
            return Err(Error::Unexpected(format!("{} lacks {precinct}", file.display())));
        }
        Ok(caucus)
    }
}

fn as_map<S: serde::Serializer>(
    pairs: &[(String, u32)],
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().map(|(key, n)| (key, n)))
}
