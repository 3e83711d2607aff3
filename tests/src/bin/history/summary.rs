//! What came out in the end.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::time::Instant;

use countersign_core::checks::Severity;
use countersign_core::language::Language;
use countersign_core::message::Layer;
use countersign_core::results::{Released, RoomState, changes, findings_of};
use countersign_server::verify::GroupResults;
use serde::Serialize;

use crate::Outcome;
use crate::compare::Compared;
use crate::incident::{Slip, Stopped};
use crate::story::{Story, say};

/// What a release came to.
#[derive(Serialize)]
pub(crate) struct Figure {
    pub(crate) release: String,
    pub(crate) label: String,
    pub(crate) layer: &'static str,
    pub(crate) precincts: u32,
    #[serde(skip)]
    pub(crate) of_precincts: u32,
    /// Precincts in it that a reviewer decided about.
    pub(crate) decisions: usize,
    /// Precincts whose numbers it changed.
    pub(crate) corrected: usize,
    /// Precincts that were released before and are not any more.
    pub(crate) taken_out: usize,
    /// Precincts that were published then and are not in it, since no report could say it.
    pub(crate) left_out: usize,
    /// What was found in its batches as a whole. Headquarters releases such a batch only when somebody says so.
    pub(crate) of_the_batch: Vec<String>,
    pub(crate) compared: Compared,
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { release, layer, precincts, of_precincts, decisions, .. } = self;
        write!(f, "{release:<6} {layer:<9} {precincts:>5} of {of_precincts} precincts")?;
        for (number, what) in [
            (self.corrected, "corrected"),
            (self.taken_out, "taken out"),
            (self.left_out, "left out"),
        ] {
            if number > 0 {
                write!(f, ", {number} {what}")?;
            }
        }
        write!(f, ", {decisions} decided")?;
        if !self.of_the_batch.is_empty() {
            write!(f, ", released despite {} warnings about the batch", self.of_the_batch.len())?;
        }
        write!(f, ": {}", self.compared)
    }
}

/// A precinct whose numbers contradict each other, as they were published last.
#[derive(Serialize)]
struct Contradiction {
    precinct: String,
    /// The check, and the group where it concerns one: `C03:4`.
    finding: String,
    /// What contradicts what, in words.
    says: String,
}

#[derive(Serialize)]
struct Summary<'a> {
    contest: &'a str,
    releases: &'a [Figure],
    /// The batch in which columns were shifted, where the contest's history has one.
    shifted_batch: Option<Stopped>,
    /// Published numbers that no report may hold.
    slips: &'a [Slip],
    /// Precincts that were changed after they had been released, and how many of their cells.
    changed_precincts: usize,
    changed_cells: usize,
    /// What is impossible in the numbers as they were published last: kept, and named.
    contradictions: &'a [Contradiction],
    national_delegates: BTreeMap<String, u32>,
    national_delegates_as_published: bool,
    /// Totals that differ from what was published, and nothing explains it.
    unexplained: usize,
    entries: u64,
    seconds: f64,
    /// Whether everything holds for somebody with the public address and the party key, and gives the same national delegates.
    verified: bool,
    /// Pages whose numbers were compared in that, and files that were compared character by character.
    verified_pages: usize,
    made_anew: usize,
    verify_seconds: f64,
}

impl Story {
    /// Compares what is released in the end, has it verified, and leaves the figures; gives whether everything holds.
    pub(crate) fn finish(&self, out: &Path, figures: &[Figure], begun: Instant) -> Outcome<bool> {
        let state: RoomState = self.house.state()?;
        let released = Released::of(&state, Layer::Certified).ok_or("no package")?;
        let national = self.national(&released);
        let as_published = national
            .iter()
            .all(|(group, seats)| self.recorded.national.get(group).unwrap_or(&0) == seats);
        let changes = changes(&state);
        let cells = changes.iter().map(|change| change.cells().len()).sum();
        let unexplained = figures.iter().map(|figure| figure.compared.unexplained()).sum();
        let contradictions = self.contradictions();
        // Pages are made after a release.
        self.house.wait_for_pages(&state)?;
        let asked = Instant::now();
        let verdict = self.house.verify()?;
        let verify_seconds = asked.elapsed().as_secs_f64();
        if !verdict.complete {
            say(&verdict.text());
        }
        let last = verdict.layers.last().ok_or("verify sees no release")?;
        let same = |group: &GroupResults| {
            group.national_delegates.unwrap_or(0) == *national.get(&group.group).unwrap_or(&0)
        };
        let verified = verdict.complete && last.groups.iter().all(same);
        let summary = Summary {
            contest: &self.house.contest.id,
            releases: figures,
            shifted_batch: self.stopped,
            slips: &self.slips,
            changed_precincts: changes.len(),
            changed_cells: cells,
            contradictions: &contradictions,
            national_delegates: national.clone(),
            national_delegates_as_published: as_published,
            unexplained,
            entries: state.size(),
            seconds: begun.elapsed().as_secs_f64(),
            verified,
            verified_pages: verdict.pages.files,
            made_anew: verdict.words.same,
            verify_seconds,
        };
        std::fs::write(out, serde_json::to_vec_pretty(&summary)?)?;
        let seats: Vec<String> = national
            .iter()
            .filter(|(_, seats)| **seats > 0)
            .map(|(group, seats)| format!("{group} {seats}"))
            .collect();
        say(&format!(
            "{} changes of released precincts, {cells} cells; national delegates {} ({}); {} entries, {:.0} s",
            changes.len(),
            seats.join(", "),
            if as_published { "as published" } else { "NOT as published" },
            state.size(),
            begun.elapsed().as_secs_f64(),
        ));
        if let Some(Contradiction { precinct, says, .. }) = contradictions.first() {
            say(&format!(
                "{} numbers as published last contradict others of their precinct; the first, in {precinct}: {says}",
                contradictions.len()
            ));
        }
        let holds = if verified { "everything holds" } else { "it does NOT hold" };
        say(&format!("verified from the public address alone in {verify_seconds:.1} s: {holds}"));
        say(&format!("{}", out.display()));
        let caught = self.stopped.iter().all(Stopped::holds) && self.slips.iter().all(Slip::holds);
        Ok(unexplained == 0 && as_published && caught && verified)
    }

    fn national(&self, released: &Released) -> BTreeMap<String, u32> {
        let groups = self.house.contest.groups.iter().map(|group| group.key.clone());
        let totals = released.national.as_ref().map_or_else(Vec::new, |national| national.totals());
        groups.zip(totals).collect()
    }

    fn contradictions(&self) -> Vec<Contradiction> {
        let contest = &self.house.contest;
        let mut contradictions = Vec::new();
        for (number, counted) in &self.standing {
            let findings = findings_of(contest, &counted.report);
            for finding in findings.iter().filter(|one| one.severity == Severity::Impossible) {
                contradictions.push(Contradiction {
                    precinct: contest.precincts[*number as usize].id.clone(),
                    finding: finding.key(),
                    says: finding.headquarters_sentence(contest, Language::English),
                });
            }
        }
        contradictions
    }
}
