//! What changed after it had been released, cell by cell.

use askama::Template;
use countersign_core::language::Language;
use countersign_core::results::ChangedPrecinct;

use super::compared::{Block, Said, Side};
use super::words::Words as _;
use super::{CHANGES, Effective, Frame, Night, pairs};
use crate::publish::cells::changed_measure;
use crate::publish::corrections::{self, Corrections, region_of};

#[derive(Template)]
#[template(path = "results/changes.html")]
pub(super) struct ChangesPage<'a> {
    f: Frame<'a>,
    /// Titles of the columns of sums.
    before: Side,
    after: Side,
    releases: Vec<OfRelease<'a>>,
    pairs: Vec<(String, String)>,
}

struct OfRelease<'a> {
    name: &'a str,
    /// Folder of its data.
    folder: &'a str,
    at: String,
    /// The state's sums that it changed.
    sums: Block,
    precincts: Vec<Changed>,
}

struct Changed {
    id: String,
    name: String,
    county: String,
    cause: Option<&'static str>,
    evidence: Option<&'static str>,
    why: Option<String>,
    before_release: String,
    taken_out: bool,
    changed: ChangedNumbers,
}

/// The numbers of a precinct that a release changed.
#[derive(Default)]
pub(super) struct ChangedNumbers {
    pub(super) region: String,
    pub(super) cells: Vec<ChangedNumber>,
}

/// A number that changed.
pub(super) struct ChangedNumber {
    /// In words: `Final alignment, Amy Klobuchar`.
    pub(super) label: String,
    /// The measure and the group.
    pub(super) of: String,
    pub(super) before: u32,
    pub(super) after: u32,
}

/// The newest release first.
pub(super) fn page<'a>(
    night: &'a Night<'a>,
    corrections: &Corrections,
    language: Language,
) -> ChangesPage<'a> {
    let contest = night.contest;
    let review = night.state.review();
    let mut releases = Vec::new();
    for release in night.releases.iter().rev() {
        let precincts: Vec<Changed> = corrections::of_release(night, release)
            .filter_map(|change| {
                let precinct = contest.precinct(change.precinct.0)?;
                let decisions = review.decisions(change.precinct);
                let decided = decisions.iter().find(|one| Some(one.signed.id) == change.decision);
                let before = night.release(change.before_release);
                Some(Changed {
                    id: precinct.id.clone(),
                    name: precinct.name.clone(),
                    county: contest.county_display(precinct),
                    cause: change.cause.map(|cause| language.cause(cause)),
                    evidence: decided.map(|one| language.evidence(one.decision.evidence)),
                    why: decided
                        .map(|one| night.written(language, one.signed.id, &one.decision.why)),
                    before_release: before.map_or_else(String::new, |one| one.named.name.clone()),
                    taken_out: change.after.is_none(),
                    changed: numbers(night, release, change, language),
                })
            })
            .collect();
        if !precincts.is_empty() {
            let at = night.time(language, release.at_ms);
            let cells = corrections.sums(contest, release.release.signed.id);
            let said = Said { night, language };
            let sums = Block {
                region: corrections::region(release),
                title: language
                    .say("Sums of all released precincts", "Sumas de los precintos publicados")
                    .to_owned(),
                page: String::new(),
                rows: said.every(cells),
            };
            let (name, folder) = (&*release.named.name, &*release.folder);
            releases.push(OfRelease { name, folder, at, sums, precincts });
        }
    }
    let title = language.say("What changed", "Qué cambió").to_owned();
    ChangesPage {
        f: Frame::of(night, language, CHANGES, title),
        before: Side::titled(language.say("Before", "Antes")),
        after: Side::titled(language.say("After", "Después")),
        releases,
        pairs: pairs(night, language),
    }
}

/// The numbers that a release changed of a precinct.
pub(super) fn numbers(
    night: &Night<'_>,
    release: &Effective<'_>,
    change: &ChangedPrecinct,
    language: Language,
) -> ChangedNumbers {
    let contest = night.contest;
    let Some(precinct) = contest.precinct(change.precinct.0) else {
        return ChangedNumbers::default();
    };
    let cells = change.cells().into_iter().map(|one| ChangedNumber {
        label: label(night, one.cell, language),
        of: changed_measure(contest, one.cell),
        before: one.before,
        after: one.after,
    });
    ChangedNumbers { region: region_of(release, &precinct.id), cells: cells.collect() }
}

/// A cell in words.
fn label(night: &Night<'_>, cell: Option<(usize, usize)>, language: Language) -> String {
    let contest = night.contest;
    let Some((count, group)) = cell else {
        return language.say("Attendance", "Asistencia").to_owned();
    };
    let count = contest.counts.get(count).map_or("", |&kind| language.count(kind));
    let group = contest.groups.get(group).map_or("", |group| group.full_name_in(language.code()));
    format!("{count}, {group}")
}
