//! What changed after it had been released, cell by cell.

use askama::Template;
use countersign_core::language::Language;

use super::precinct::cell_name;
use super::words::Words as _;
use super::{Frame, Night, pairs};

#[derive(Template)]
#[template(path = "results/changes.html")]
pub(super) struct ChangesPage<'a> {
    f: Frame<'a>,
    releases: Vec<OfRelease<'a>>,
    pairs: Vec<(String, String)>,
}

struct OfRelease<'a> {
    name: &'a str,
    at: String,
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
pub(super) fn page<'a>(night: &'a Night<'_>, language: Language) -> ChangesPage<'a> {
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
            releases.push(OfRelease { name: &release.named.name, at, precincts });
        }
    }
    let title = language.say("What changed", "Qué cambió").to_owned();
    ChangesPage {
        f: Frame::of(night, language, "changes.html", title),
        releases,
        pairs: pairs(night, language),
    }
}
