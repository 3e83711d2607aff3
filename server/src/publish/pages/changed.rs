//! What changed after it had been released, cell by cell.

use askama::Template;
use countersign_core::language::Language;

use super::compared::{Block, Said, Side};
use super::precinct::cell_name;
use super::words::Words as _;
use super::{CHANGES, Frame, Night, pairs};
use crate::publish::sums::{self, Sums};

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
    /// Cell, before, after.
    cells: Vec<(String, u32, u32)>,
}

/// The newest release first.
pub(super) fn page<'a>(night: &'a Night<'a>, sums: &Sums, language: Language) -> ChangesPage<'a> {
    let contest = night.contest;
    let review = night.state.review();
    let mut releases = Vec::new();
    for release in night.releases.iter().rev() {
        let changes = night.changes.iter().filter(|one| one.release == release.release.signed.id);
        let precincts: Vec<Changed> = changes
            .filter_map(|change| {
                let precinct = contest.precinct(change.precinct.0)?;
                let decisions = review.decisions(change.precinct);
                let decided = decisions.iter().find(|one| Some(one.signed.id) == change.decision);
                let before = night.release(change.before_release);
                let cells = change.cells().into_iter();
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
                    cells: cells
                        .map(|one| (cell_name(night, one.cell, language), one.before, one.after))
                        .collect(),
                })
            })
            .collect();
        if !precincts.is_empty() {
            let at = night.time(language, release.at_ms);
            let cells = sums.of(contest, release.release.signed.id);
            let said = Said { night, language };
            let sums = Block {
                region: sums::region(release),
                title: language
                    .say("Sums of all released precincts", "Sumas de los precintos publicados")
                    .to_owned(),
                page: String::new(),
                rows: said.every(cells.into_iter()),
            };
            releases.push(OfRelease { name: &release.named.name, at, sums, precincts });
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
