//! What went wrong with releases, and what becomes of it here.

use std::collections::BTreeMap;

use countersign_core::checks::statewide::{Scope, StatewideRule};
use countersign_core::checks::{Finding, Severity};
use countersign_core::contest::{Contest, CountKind, Limits, Published};
use countersign_core::id::PrecinctNumber;
use countersign_core::language::Language;
use countersign_core::message::{Channel, Evidence, Layer};
use countersign_core::results::findings_of;
use countersign_server::review::{self, NotReady};
use serde::Serialize;

use crate::Outcome;
use crate::desk::CANNOT_BE;
use crate::recorded::Release;
use crate::story::{Story, say};

/// Precincts of the batch in which columns were shifted.
const SHIFTED: usize = 100;

/// What became of the batch in which columns were shifted.
#[derive(Clone, Copy, Serialize)]
pub(crate) struct Stopped {
    precincts: usize,
    /// Precincts that H03 named by themselves.
    named: usize,
    /// Sentences about the batch as a whole.
    of_the_batch: usize,
    /// Precincts that would have been shown to observers all the same.
    shown: usize,
}

impl Stopped {
    /// Nobody but headquarters saw it.
    pub(crate) const fn holds(&self) -> bool {
        self.shown == 0
    }
}

/// What became of a number that was published and that no report may hold.
#[derive(Serialize)]
pub(crate) struct Slip {
    release: String,
    precinct: String,
    /// The cells, with their numbers.
    cells: Vec<String>,
    /// What the server answered to a report that holds them.
    refusal: String,
    /// The largest number that a report may hold, which was typed next.
    largest: u32,
    /// What was found then, in words.
    findings: Vec<String>,
    /// What somebody has to answer before that can be released. Empty would mean that it can.
    to_answer: Vec<String>,
}

impl Slip {
    /// It was refused, and the largest number that is not refused is not released by itself either.
    pub(crate) const fn holds(&self) -> bool {
        !self.to_answer.is_empty()
    }
}

impl Story {
    /// What happened to a batch, made up for precincts of the batch that came in its place (nobody kept which they were):
    /// the people of two groups stand under their neighbours' names. It is prepared as a release manager prepares one, and is
    /// not shown to anybody.
    pub(crate) fn shifted_batch(
        &mut self,
        release: &Release,
        next: &BTreeMap<u32, Published>,
    ) -> Outcome<()> {
        let new = next.values().filter(|one| !self.standing.contains_key(&one.precinct));
        let batch: Vec<&Published> = new.take(SHIFTED).collect();
        let contest = self.house.contest.clone();
        let group = |key: &str| contest.group_index(key).ok_or(format!("no group {key}"));
        let swaps = [(group("sanders")?, group("patrick")?), (group("warren")?, group("steyer")?)];
        for published in &batch {
            let mut report = self.report(published, Channel::Transcription);
            for count in &mut report.counts {
                swaps.iter().for_each(|&(one, other)| count.swap(one, other));
            }
            self.enter(published, report)?;
        }
        let state = self.house.state()?;
        let precincts: Vec<PrecinctNumber> =
            batch.iter().map(|one| PrecinctNumber(one.precinct)).collect();
        let across = state.across(Layer::Night);
        let h03 = StatewideRule::H03.number();
        let named = |precinct: &&PrecinctNumber| {
            across.of(**precinct).iter().any(|flag| flag.name.check == h03)
        };
        let prepared = review::prepare(&state, &release.label, Layer::Night, &precincts, None);
        let stopped = Stopped {
            precincts: precincts.len(),
            named: precincts.iter().filter(named).count(),
            of_the_batch: prepared.of_the_batch.len(),
            // By the same function as the command and headquarters' page: nobody said why it should be shown all the same.
            shown: prepared.to_show(None).map_or(0, |preview| preview.precincts.len()),
        };
        let first = prepared.of_the_batch.first().map_or_else(String::new, |finding| {
            finding.headquarters_sentence(&contest, Language::English)
        });
        say(&format!(
            "{:<6} columns shifted in {} precincts: {} of them named, {} shown to observers. {first}",
            release.key, stopped.precincts, stopped.named, stopped.shown
        ));
        self.stopped = Some(stopped);
        Ok(())
    }

    /// A precinct was published with a number that no report may hold. Its tablet sends it as it was published and is
    /// refused; then it sends the largest number that it may, which is entered and kept from release. A reviewer sets that
    /// aside, and the precinct is not in this release.
    pub(crate) fn slip(&mut self, release: &Release, published: &Published) -> Outcome<()> {
        let contest = self.house.contest.clone();
        let precinct = PrecinctNumber(published.precinct);
        let report = self.report(published, Channel::Tablet);
        let problem = self.house.refusal(&self.tablets[&precinct.0], &report)?;
        let refusal = problem["title"].as_str().ok_or("a refusal without words")?.to_owned();
        let report = self.report(&within_limits(published), Channel::Tablet);
        let counted = self.enter(published, report)?;
        let state = self.house.state()?;
        let prepared = review::prepare(&state, &release.label, Layer::Night, &[precinct], None);
        let to_answer =
            prepared.not_ready.first().map_or(&[][..], |(_, why)| NotReady::findings(why));
        let own = findings_of(&contest, &counted.report);
        let own = own.iter().filter(|one| one.severity == Severity::Impossible);
        let sentence = |finding: &Finding| {
            let says = finding.headquarters_sentence(&contest, Language::English);
            format!("{}: {says}", finding.rule)
        };
        let across = state.across(Layer::Night);
        let across = across.findings.iter().filter(|one| {
            one.scope == Scope::Precinct(precinct.0) && one.severity() == Severity::Impossible
        });
        let across = across.map(|one| one.headquarters_sentence(&contest, Language::English));
        let slip = Slip {
            release: release.key.clone(),
            precinct: contest.precincts[precinct.0 as usize].id.clone(),
            cells: cells(&contest, published),
            refusal,
            largest: Limits::WIDEST.count_max,
            findings: own.map(sentence).chain(across).collect(),
            to_answer: to_answer.iter().map(review::finding).collect(),
        };
        say(&format!(
            "{:<6} {} cannot be entered as it was published ({}): {}\n       \
             With {} instead, the most that a report may hold, it is entered and cannot be released before a reviewer \
             answers {}:\n         {}\n       A reviewer sets it aside, and it is left out of this release.",
            slip.release,
            slip.precinct,
            slip.cells.join("; "),
            slip.refusal,
            slip.largest,
            slip.to_answer.join(", "),
            slip.findings.join("\n         "),
        ));
        self.slips.push(slip);
        // Nothing counts in this precinct before the right numbers come.
        let none = self.decision(precinct, None, Evidence::Report, CANNOT_BE);
        self.enter_decision(&none)?;
        Ok(())
    }
}

/// The same with the largest number that a report may hold in place of each larger one.
fn within_limits(published: &Published) -> Published {
    let limit = |number: &u32| (*number).min(Limits::WIDEST.count_max);
    let all = |numbers: &Vec<u32>| numbers.iter().map(limit).collect::<Vec<u32>>();
    Published {
        first: all(&published.first),
        last: all(&published.last),
        attendees: published.attendees.as_ref().map(limit),
        delegates: published.delegates.as_ref().map(all),
        over_limit: Vec::new(),
        ..published.clone()
    }
}

/// Cells that no report may hold, in words.
fn cells(contest: &Contest, published: &Published) -> Vec<String> {
    let cell = |over: &countersign_core::contest::OverLimit| {
        let group = &contest.groups[over.group].key;
        match over.count {
            Some(CountKind::FirstAlignment) => format!("{group}, first: {}", over.number),
            Some(CountKind::FinalAlignment) => format!("{group}, final: {}", over.number),
            Some(CountKind::Delegates) => format!("{group}, delegates: {}", over.number),
            None => format!("attendance: {}", over.number),
        }
    };
    published.over_limit.iter().map(cell).collect()
}
