//! Reading a contest's folder. Every mistake is reported, with its file, line and remedy.
//!
//! `contest.toml` says what the other files are:
//!
//! | key of `[files]` | columns |
//! | --- | --- |
//! | `groups` | `candidate`, `name`, `short_name`, `kind`; in another language `name_es`, `short_name_es` |
//! | `counties` | `county_id`, `county`, `kind`, `congressional_district`, `state_delegates`, `county_convention_delegates` |
//! | `precincts` | `precinct_id`, `county_id`, `name`, `kind`, `delegates`; optional `congressional_district`, `published_name`, `plausible_max` |
//! | `worksheets` (optional) | published results, see [`read_published`](super::read_published) |
//! | `early_votes` (optional) | the same columns without `sde` and `delegates`; `attendees` is needed |

mod manifest;
mod places;
mod rosters;
mod witnesses;

use std::collections::BTreeMap;

use super::early::read_early_votes;
use super::sound::Unsound;
use super::{Contest, Limits, Mistake, choose_worksheets, read_published};
use manifest::Manifest;
use rosters::Rosters;

/// The file that names the others.
const MANIFEST: &str = "contest.toml";

/// The files of a contest's folder by their path in it, with `/` between folders.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Reads a contest. Addresses, certificates and logs are not in its files: they stay empty until a package is made.
///
/// # Errors
/// Every mistake in the files, in the order of files and lines.
pub fn read(files: &Files) -> Result<Contest, Vec<Mistake>> {
    let mut mistakes = Vec::new();
    let contest = read_all(files, &mut mistakes);
    mistakes.sort();
    mistakes.dedup();
    match contest {
        Some(contest) if mistakes.is_empty() => Ok(contest),
        _ => Err(mistakes),
    }
}

fn read_all(files: &Files, mistakes: &mut Vec<Mistake>) -> Option<Contest> {
    let Some(text) = files.get(MANIFEST) else {
        let remedy = "name the folder that holds contest.toml";
        mistakes.push(Mistake::new(MANIFEST, 0, "there is no such file", remedy));
        return None;
    };
    let manifest = Manifest::read(MANIFEST, text, mistakes)?;
    let rosters = Rosters::read(files, &manifest, mistakes);
    let (worksheets, early_votes) = (manifest.worksheets.clone(), manifest.early_votes.clone());
    // Only what was read without a mistake can be looked at as a whole.
    if !mistakes.is_empty() {
        return None;
    }
    let mut contest = manifest.into_contest(rosters)?;
    if let Some(file) = &worksheets {
        let text = rosters::bring(files, file, mistakes)?;
        match read_published(&contest, &file.path, text) {
            Ok(published) => {
                for over in published.iter().flat_map(|row| &row.over_limit) {
                    let what = format!("{} is more than a report may hold", over.number);
                    let remedy = format!("write at most {}", Limits::WIDEST.count_max);
                    mistakes.push(Mistake::new(&file.path, over.line, what, remedy));
                }
                contest.worksheets = choose_worksheets(&contest, &published);
            }
            Err(found) => mistakes.extend(found),
        }
    }
    if let Some(file) = early_votes {
        if worksheets.is_some() {
            let what = "a contest with early votes has worksheets too";
            let remedy = "leave one of them out: counts of another precinct do not fit the early \
                          votes of the one that rehearses";
            mistakes.push(Mistake::new(MANIFEST, file.line, what, remedy));
        }
        let text = rosters::bring(files, &file, mistakes)?;
        contest.early_votes = Some(read_early_votes(&contest, &file.path, text, mistakes));
        if !mistakes.is_empty() {
            return None;
        }
    }
    if let Err(Unsound(what)) = contest.check_shape() {
        mistakes.push(Mistake::new(MANIFEST, 0, what, "correct the files so that this holds"));
    }
    Some(contest)
}
