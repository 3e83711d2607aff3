//! Release after release.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Write as _;
use std::time::Instant;

use countersign_core::checks::statewide::StatewideRule;
use countersign_core::checks::{Finding, Severity};
use countersign_core::contest::Published;
use countersign_core::id::{MessageId, PrecinctNumber};
use countersign_core::language::Language;
use countersign_core::message::{
    Approve, Cause, Channel, Decision, Evidence, FindingName, Layer, Preview, PreviewedPrecinct,
    Release, Report,
};
use countersign_core::results::{Flag, Released, RoomState, changes, findings_of};
use countersign_server::review;
use countersign_server::verify::GroupResults;
use countersign_tests::house::{self, House};
use countersign_tests::places;
use countersign_tests::signer::{Signed, Signer};
use serde::Serialize;

use crate::compare::{self, Compared};
use crate::recorded::Recorded;
use crate::sheet::{self, Road};
use crate::{Arguments, Outcome};

/// Precincts of the batch in which columns were shifted.
const SHIFTED: usize = 100;

/// What a release came to.
#[derive(Serialize)]
pub(crate) struct Figure {
    release: String,
    label: String,
    layer: &'static str,
    precincts: u32,
    decisions: usize,
    corrected: usize,
    compared: Compared,
}

#[derive(Serialize)]
struct Summary<'a> {
    contest: &'a str,
    releases: &'a [Figure],
    /// The batch in which columns were shifted, where the contest's history has one.
    shifted_batch: Option<Stopped>,
    /// Precincts that were changed after they had been released, and how many of their cells.
    changed_precincts: usize,
    changed_cells: usize,
    national_delegates: BTreeMap<String, u32>,
    national_delegates_as_published: bool,
    /// Totals that differ from what was published and are not explained by what was not published.
    unexplained: usize,
    entries: u64,
    seconds: f64,
    /// Whether everything holds for somebody with the public address and the party key, and gives the same national delegates.
    verified: bool,
    verify_seconds: f64,
}

/// A caucus under way.
struct Story {
    house: House,
    recorded: Recorded,
    tablets: HashMap<u32, Signer>,
    /// What counts in a precinct: the published numbers that its report was made of.
    standing: BTreeMap<u32, Published>,
    sequence: u64,
    /// Previews so far.
    previews: u32,
    /// Reports in which columns had been shifted, by precinct.
    shifted: BTreeMap<u32, MessageId>,
    stopped: Option<Stopped>,
}

/// What became of the batch in which columns were shifted.
#[derive(Clone, Copy, Serialize)]
struct Stopped {
    precincts: usize,
    /// Precincts that H03 named by themselves.
    named: usize,
    /// Sentences about the batch as a whole.
    of_the_batch: usize,
    /// Precincts that would have been shown to observers all the same.
    shown: usize,
}

/// Goes through the releases; gives whether every total is as published, or explained.
pub(crate) fn run(arguments: &Arguments) -> Outcome<bool> {
    let begun = Instant::now();
    let files = places::contest(&arguments.contest);
    if arguments.folder.exists() {
        std::fs::remove_dir_all(&arguments.folder)?;
    }
    std::fs::create_dir_all(&arguments.folder)?;
    let contest = house::without_window(&files, &arguments.folder.join("contest"))?;
    say("setting up the party's server and inviting every precinct");
    let house = House::open(&arguments.folder.join("party"), &contest)?;
    let recorded = Recorded::read(&files, &house.contest)?;
    let mut story = Story {
        tablets: HashMap::new(),
        standing: BTreeMap::new(),
        sequence: 0,
        previews: 0,
        shifted: BTreeMap::new(),
        stopped: None,
        house,
        recorded,
    };
    story.enrol()?;
    let mut figures = Vec::new();
    for release in story.recorded.releases.clone() {
        match release.release.as_str() {
            "r085" => story.shifted_batch("r086")?,
            // Nobody kept it by precinct.
            "recanvass" => {}
            "feb10" => figures.push(story.correct("feb10", Layer::Corrected, Evidence::Sheet)?),
            "final" => figures.push(story.correct("final", Layer::Recount, Evidence::Cards)?),
            key => figures.push(story.batch(key)?),
        }
    }
    let good = story.finish(arguments, &figures, begun)?;
    story.house.party.stop()?;
    Ok(good)
}

fn say(what: &str) {
    eprintln!("{what}");
    let _ = std::io::stderr().flush();
}

impl Story {
    fn enrol(&mut self) -> Outcome<()> {
        let codes = self.house.party.invite_all()?;
        let signed = Signed::read(&self.house.party)?;
        for (number, precinct) in (0..).zip(&self.house.contest.precincts) {
            let code = codes.get(&precinct.id).ok_or("a precinct has no invitation")?;
            self.tablets.insert(number, self.house.tablet(&signed, code, &precinct.id)?);
        }
        Ok(())
    }

    fn road(&mut self, channel: Channel) -> Road {
        self.sequence += 1;
        let time_ms = 1_580_780_000_000 + self.sequence * 1_000;
        Road { channel, supersedes: None, sequence: self.sequence, time_ms }
    }

    fn report(&mut self, published: &Published, channel: Channel) -> Report {
        let mut road = self.road(channel);
        if channel == Channel::Transcription {
            road.supersedes = self.shifted.get(&published.precinct).copied();
        }
        sheet::report(&self.house.contest, self.house.package, published, road)
    }

    /// Precincts that were first released with a batch.
    fn first_released(&self, key: &str) -> Vec<u32> {
        let first = (0..).zip(&self.recorded.first_release);
        first.filter(|(_, first)| *first == key).map(|(number, _)| number).collect()
    }

    /// The precincts of a batch report, are reviewed and released.
    fn batch(&mut self, key: &str) -> Outcome<Figure> {
        let mut sent = Vec::new();
        for number in self.first_released(key) {
            let published = self.recorded.complete[number as usize].clone();
            let report = self.report(&published, Channel::Tablet);
            let id = self.house.report(&self.tablets[&number], &report)?;
            self.standing.insert(number, published);
            sent.push((number, report, id));
        }
        for (number, report, id) in &sent {
            // What had been typed with shifted columns is another source now: somebody says which counts.
            if self.shifted.contains_key(number) {
                self.decide(report, *id, Evidence::Sheet, self.impossible(report), None)?;
            }
        }
        let named = self.settle(Layer::Night, &sent, Evidence::Sheet, None)?;
        self.release(key, Layer::Night, named, 0)
    }

    /// Precincts whose published numbers changed are typed again from paper, decided and released with their cause.
    fn correct(&mut self, key: &str, layer: Layer, evidence: Evidence) -> Outcome<Figure> {
        let corrected = self.recorded.corrected(&self.house.contest, key)?;
        let changed: Vec<Published> = corrected
            .into_iter()
            .filter(|new| self.standing.get(&new.precinct).is_some_and(|old| old != new))
            .collect();
        let cause = if layer == Layer::Recount { Cause::Recount } else { Cause::Sheet };
        let before = self.house.state()?;
        let mut sent = Vec::new();
        for published in &changed {
            let report = self.report(published, Channel::Transcription);
            let id = self.house.act(&self.house.workers.transcriber, &report)?;
            self.shifted.insert(published.precinct, id);
            let after = before.review().decision(report.precinct).map(|one| one.signed.id);
            self.decide(&report, id, evidence, self.impossible(&report), after)?;
            self.standing.insert(published.precinct, published.clone());
            sent.push((published.precinct, report, id));
        }
        let corrected = changed.len();
        let named = self.settle(layer, &sent, evidence, Some(cause))?;
        self.release(key, layer, named, corrected)
    }

    /// A reviewer answers whatever impossible is open in what was sent, across precincts and sources as well. Gives what a
    /// preview says of each.
    fn settle(
        &self,
        layer: Layer,
        sent: &[(u32, Report, MessageId)],
        evidence: Evidence,
        cause: Option<Cause>,
    ) -> Outcome<Vec<PreviewedPrecinct>> {
        let state = self.house.state()?;
        let across = state.across(layer);
        let mut named = Vec::new();
        for (number, report, id) in sent {
            let precinct = report.precinct;
            let flags = state.flags(precinct, across.of(precinct));
            let mut decision = state.review().decision(precinct).map(|one| one.signed.id);
            if flags.iter().any(Flag::is_open) {
                let impossible = flags.iter().filter(|flag| flag.severity == Severity::Impossible);
                let answers: BTreeSet<FindingName> = impossible.map(|flag| flag.name).collect();
                let answers = answers.into_iter().collect();
                decision = Some(self.decide(report, *id, evidence, answers, decision)?);
            }
            named.push(PreviewedPrecinct {
                precinct: PrecinctNumber(*number),
                report: Some(*id),
                decision,
                cause,
            });
        }
        Ok(named)
    }

    fn decide(
        &self,
        report: &Report,
        id: MessageId,
        evidence: Evidence,
        answers: Vec<FindingName>,
        after: Option<MessageId>,
    ) -> Outcome<MessageId> {
        let decision = Decision {
            precinct: report.precinct,
            report: Some(id),
            evidence,
            why: "it stands so on the signed worksheet".to_owned(),
            answers,
            after,
            overrides: None,
        };
        Ok(self.house.act(&self.house.workers.reviewer, &decision)?)
    }

    /// What happened to the batch of 5 February 2020, made up for precincts of the batch that came in its place (nobody kept which
    /// they were): the people of two groups stand under their neighbours' names. It is prepared as a release manager
    /// prepares one, and is not shown to anybody.
    fn shifted_batch(&mut self, next: &str) -> Outcome<()> {
        let numbers: Vec<u32> = self.first_released(next).into_iter().take(SHIFTED).collect();
        let contest = self.house.contest.clone();
        let group = |key: &str| contest.group_index(key).ok_or(format!("no group {key}"));
        let swaps = [(group("sanders")?, group("patrick")?), (group("warren")?, group("steyer")?)];
        for &number in &numbers {
            let published = self.recorded.complete[number as usize].clone();
            let mut report = self.report(&published, Channel::Transcription);
            for count in &mut report.counts {
                swaps.iter().for_each(|&(one, other)| count.swap(one, other));
            }
            let id = self.house.act(&self.house.workers.transcriber, &report)?;
            self.shifted.insert(number, id);
        }
        let state = self.house.state()?;
        let precincts: Vec<PrecinctNumber> = numbers.iter().copied().map(PrecinctNumber).collect();
        let across = state.across(Layer::Night);
        let h03 = StatewideRule::H03.number();
        let named = |precinct: &&PrecinctNumber| {
            across.of(**precinct).iter().any(|(name, _)| name.check == h03)
        };
        let prepared = review::prepare(&state, "85 %", Layer::Night, &precincts, None);
        let stopped = Stopped {
            precincts: numbers.len(),
            named: precincts.iter().filter(named).count(),
            of_the_batch: prepared.of_the_batch.len(),
            // As the command does it: a batch about which something is said as a whole is shown to nobody.
            shown: match prepared.of_the_batch.len() {
                0 => prepared.preview.precincts.len(),
                _ => 0,
            },
        };
        let first = prepared.of_the_batch.first().map_or_else(String::new, |finding| {
            finding.headquarters_sentence(&self.house.contest, Language::English)
        });
        say(&format!(
            "r085   columns shifted in {} precincts: {} of them named, {} shown to observers. {first}",
            stopped.precincts, stopped.named, stopped.shown
        ));
        self.stopped = Some(stopped);
        Ok(())
    }

    fn impossible(&self, report: &Report) -> Vec<FindingName> {
        let findings = findings_of(&self.house.contest, report);
        let impossible = findings.iter().filter(|one| one.severity == Severity::Impossible);
        let names: BTreeSet<FindingName> = impossible.map(Finding::name).collect();
        names.into_iter().collect()
    }

    /// Preview, release by one manager, approval by another; then the totals.
    fn release(
        &mut self,
        key: &str,
        layer: Layer,
        precincts: Vec<PreviewedPrecinct>,
        corrected: usize,
    ) -> Outcome<Figure> {
        let decisions = precincts.iter().filter(|named| named.decision.is_some()).count();
        let recorded = self.recorded.releases.iter().find(|one| one.release == key);
        let recorded = recorded.ok_or("an unknown release")?.clone();
        self.previews += 1;
        let number = self.previews;
        // The part before a semicolon: a release's name is short.
        let name = recorded.label.split(';').next().unwrap_or_default();
        let preview = Preview { number, name: name.trim().to_owned(), layer, precincts };
        let managers = &self.house.workers;
        let preview = self.house.act(&managers.manager, &preview)?;
        let release = Release { preview, left_out: Vec::new() };
        let release = self.house.act(&managers.manager, &release)?;
        self.house.act(&managers.second, &Approve { approves: release })?;
        let state = self.house.state()?;
        let released = Released::of(&state, layer).ok_or("no package")?;
        let compared =
            compare::with_published(&released, &recorded, &self.recorded, &self.standing);
        let line = format!(
            "{:<6} {:<9} {:>5} of {} precincts, {decisions} decisions: {compared}",
            key,
            layer.code(),
            released.statewide.precincts_released,
            released.statewide.precincts_total,
        );
        say(&line);
        Ok(Figure {
            release: key.to_owned(),
            label: recorded.label,
            layer: layer.code(),
            precincts: released.statewide.precincts_released,
            decisions,
            corrected,
            compared,
        })
    }

    fn finish(&self, arguments: &Arguments, figures: &[Figure], begun: Instant) -> Outcome<bool> {
        let state: RoomState = self.house.state()?;
        let released = Released::of(&state, Layer::Certified).ok_or("no package")?;
        let national = self.national(&released);
        let as_published = national
            .iter()
            .all(|(group, seats)| self.recorded.national.get(group).unwrap_or(&0) == seats);
        let changes = changes(&state);
        let cells = changes.iter().map(|change| change.cells().len()).sum();
        let unexplained = figures.iter().map(|figure| figure.compared.unexplained()).sum();
        let asked = Instant::now();
        let verdict = self.house.verify()?;
        let verify_seconds = asked.elapsed().as_secs_f64();
        if let Some(difference) = &verdict.difference {
            say(&format!("verify: {}", difference.what));
        }
        let last = verdict.layers.last().ok_or("verify sees no release")?;
        let same = |group: &GroupResults| {
            group.national_delegates.unwrap_or(0) == *national.get(&group.group).unwrap_or(&0)
        };
        let verified = verdict.holds && last.groups.iter().all(same);
        let summary = Summary {
            contest: &self.house.contest.id,
            releases: figures,
            shifted_batch: self.stopped,
            changed_precincts: changes.len(),
            changed_cells: cells,
            national_delegates: national.clone(),
            national_delegates_as_published: as_published,
            unexplained,
            entries: state.size(),
            seconds: begun.elapsed().as_secs_f64(),
            verified,
            verify_seconds,
        };
        std::fs::write(&arguments.out, serde_json::to_vec_pretty(&summary)?)?;
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
        let holds = if verified { "everything holds" } else { "it does NOT hold" };
        say(&format!("verified from the public address alone in {verify_seconds:.1} s: {holds}"));
        say(&format!("{}", arguments.out.display()));
        let stopped = self.stopped.is_none_or(|stopped| stopped.shown == 0);
        Ok(unexplained == 0 && as_published && stopped && verified)
    }

    fn national(&self, released: &Released) -> BTreeMap<String, u32> {
        let groups = self.house.contest.groups.iter().map(|group| group.key.clone());
        let totals = released.national.as_ref().map_or_else(Vec::new, |national| national.totals());
        groups.zip(totals).collect()
    }
}
