//! The checks across precincts and sources (H01 to H05) over a room.

use std::collections::BTreeMap;

use super::reports::ReceivedReport;
use super::review::{Decided, Previewed};
use super::room_state::{Candidate, RoomState};
use super::standing::Flag;
use crate::checks::statewide::{
    self, Numbers, PrecinctSources, Scope, Source, SourceName, StatewideFinding, StatewideRule,
    check_statewide,
};
use crate::contest::Contest;
use crate::id::{MessageId, PrecinctNumber};
use crate::message::{FindingName, Layer, Report};

/// What was found across precincts and sources.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Across {
    /// Everything, in the order of precincts, then counties, then the batch as a whole.
    pub findings: Vec<StatewideFinding>,
    by_precinct: BTreeMap<PrecinctNumber, Vec<Flag>>,
    asked: BTreeMap<PrecinctNumber, Vec<StatewideRule>>,
}

impl Across {
    /// Checks that had something to compare a precinct's numbers with, whatever they found; none where nothing counts.
    #[must_use]
    pub fn asked(&self, precinct: PrecinctNumber) -> &[StatewideRule] {
        self.asked.get(&precinct).map_or(&[], Vec::as_slice)
    }

    /// Findings of a precinct as a decision names them, for [`RoomState::flags`]. That two precincts have the same numbers
    /// (H01) is answered by a decision about either of them, if it was made while both had these numbers.
    #[must_use]
    pub fn of(&self, precinct: PrecinctNumber) -> &[Flag] {
        self.by_precinct.get(&precinct).map_or(&[], Vec::as_slice)
    }

    /// What is wrong with the batch as a whole, or with all of a county in it: that no decision about one precinct answers.
    pub fn of_the_batch(&self) -> impl Iterator<Item = &StatewideFinding> {
        self.findings.iter().filter(|finding| !matches!(finding.scope, Scope::Precinct(_)))
    }
}

impl RoomState {
    /// Checks what counts in every precinct against other precincts, other sources, the numbers that it corrects and what is
    /// released in a layer. Precincts in which nothing counts are not looked at. Linear in the cells, but for sorting: meant
    /// for whoever prepares a release, not for each message.
    #[must_use]
    pub fn across(&self, layer: Layer) -> Across {
        let Some(package) = self.package() else { return Across::default() };
        let released = self.review().released(layer);
        let mut precincts = Vec::new();
        for precinct in package.contest.precinct_numbers() {
            let Candidate::Report(candidate) = self.candidate(precinct) else { continue };
            let named = released.get(&precinct).and_then(|(_, named)| named.report);
            let heads = self.heads(precinct);
            let mut sources = self.sources(precinct, candidate, heads, self.size());
            sources.last_release = named.and_then(|id| self.numbers_of(precinct, id));
            sources.in_batch = sources.last_release.as_ref() != Some(&sources.candidate.numbers)
                && !self.flags(precinct, &[]).iter().any(Flag::is_open);
            precincts.push(sources);
        }
        let asked = statewide::asked(&package.contest, &precincts);
        let numbers = precincts.iter().map(|sources| PrecinctNumber(sources.precinct));
        let asked = numbers.zip(asked).collect();
        let findings = check_statewide(&package.contest, &precincts);
        let mut by_precinct: BTreeMap<PrecinctNumber, Vec<Flag>> = BTreeMap::new();
        for finding in &findings {
            let Scope::Precinct(number) = finding.scope else { continue };
            let precinct = PrecinctNumber(number);
            by_precinct.entry(precinct).or_default().push(self.flag(precinct, finding));
        }
        Across { findings, by_precinct, asked }
    }

    /// Checks what a preview names by what observers could see when it was entered: against the latest numbers that previews had
    /// named of other precincts, all reports of its precincts, and what was released in its layer. What it names is the batch.
    /// Other precincts are in no finding but in those about equal numbers. Reports that two people withheld are left out. Linear
    /// in the cells of all precincts that were previewed until then, but for sorting.
    #[must_use]
    pub fn across_preview(
        &self,
        contest: &Contest,
        previewed: &Previewed,
    ) -> Vec<StatewideFinding> {
        let (preview, size) = (&previewed.preview, previewed.signed.index);
        let review = self.review();
        let mut named = BTreeMap::new();
        for earlier in review.previews().iter().filter(|earlier| earlier.signed.index <= size) {
            named.extend(earlier.preview.precincts.iter().map(|it| (it.precinct, it.report)));
        }
        let released = review.released_by(preview.layer, |release| release.is_in_effect(size));
        let is_shown = |id| review.withheld(id).is_none();
        let mut precincts = Vec::new();
        for (precinct, report) in named {
            let Some(candidate) = report
                .filter(|&id| is_shown(id))
                .and_then(|id| self.reports(precinct).iter().find(|one| one.id == id))
            else {
                continue;
            };
            let named = released
                .get(&precinct)
                .and_then(|(_, named)| named.report)
                .filter(|&id| is_shown(id));
            let heads = self.heads_in(precinct, size).filter(|head| is_shown(head.id));
            let mut sources = self.sources(precinct, candidate, heads, size);
            if candidate.supersedes.is_some_and(|id| !is_shown(id)) {
                sources.corrects = None;
            }
            sources.last_release = named.and_then(|id| self.numbers_of(precinct, id));
            sources.in_batch = preview.of(precinct).is_some();
            precincts.push(sources);
        }
        let mut findings = check_statewide(contest, &precincts);
        findings.retain(|finding| match finding.scope {
            Scope::Precinct(number) => preview.of(PrecinctNumber(number)).is_some(),
            Scope::County(_) | Scope::Batch => true,
        });
        findings
    }

    /// What the given heads of a precinct say otherwise than one of its reports (H02, and what of H03 goes with it). Whoever has
    /// the precinct's reports can tell.
    #[must_use]
    pub fn between_sources<'a>(
        &self,
        precinct: PrecinctNumber,
        report: &ReceivedReport,
        heads: impl Iterator<Item = &'a ReceivedReport>,
    ) -> Vec<StatewideFinding> {
        let Some(package) = self.package() else { return Vec::new() };
        let PrecinctSources { candidate, others, .. } =
            self.sources(precinct, report, heads, self.size());
        statewide::check_sources(&package.contest, precinct.0, &candidate, &others)
    }

    /// A finding of a precinct, with what became of it.
    pub(super) fn flag(&self, precinct: PrecinctNumber, finding: &StatewideFinding) -> Flag {
        let name = named(finding.rule());
        let answered = match finding.rule() {
            StatewideRule::H01 => self.answer_of_pairs(precinct, finding),
            _ => self.answer(precinct, name),
        };
        let answered = answered.map(|decided| decided.signed.id);
        Flag { name, severity: finding.severity(), answered }
    }

    /// A precinct's report in a log of so many entries, and those of its heads that may say something else: other sources, what
    /// the same source sent to replace it, and what it sent after the last decision, which the decision did not know.
    fn sources<'a>(
        &self,
        precinct: PrecinctNumber,
        candidate: &ReceivedReport,
        heads: impl Iterator<Item = &'a ReceivedReport>,
        size: u64,
    ) -> PrecinctSources {
        let report = candidate.report();
        let own = self.source(candidate.key, report.channel);
        let decisions = self.review().decisions(precinct).iter().map(|one| one.signed.index);
        let decided = decisions.take_while(|&index| index < size).last();
        let heads: Vec<_> = heads.collect();
        let is_replaced = heads.iter().all(|head| head.id != candidate.id);
        let is_later = |head: &ReceivedReport| {
            decided.is_some_and(|decided| head.index > decided)
                || (is_replaced && head.key == candidate.key)
        };
        let others = heads
            .into_iter()
            .filter(|head| head.id != candidate.id)
            .map(|head| (head, head.report()))
            .filter(|(head, report)| {
                is_later(head) || self.source(head.key, report.channel) != own
            });
        let others: Vec<_> = others.collect();
        // A report's road says which one it is, unless several came by it.
        let source = |index, own: &Report| {
            let all = std::iter::once(&report).chain(others.iter().map(|(_, other)| other));
            let is_only = all.filter(|one| one.channel == own.channel).count() == 1;
            let entry = (!is_only).then_some(index);
            let name = SourceName::Report { channel: own.channel, entry };
            Source { name, numbers: numbers(own) }
        };
        PrecinctSources {
            precinct: precinct.0,
            candidate: source(candidate.index, &report),
            others: others.iter().map(|(head, report)| source(head.index, report)).collect(),
            last_release: None,
            corrects: report.supersedes.and_then(|id| self.numbers_of(precinct, id)),
            in_batch: true,
        }
    }

    /// The numbers of a report of a precinct.
    fn numbers_of(&self, precinct: PrecinctNumber, id: MessageId) -> Option<Numbers> {
        let found = self.reports(precinct).iter().find(|report| report.id == id)?;
        Some(numbers(&found.report()))
    }

    /// The latest of the decisions that answer for every pair of an H01; `None` while one is open.
    fn answer_of_pairs(
        &self,
        precinct: PrecinctNumber,
        finding: &StatewideFinding,
    ) -> Option<&Decided> {
        let own = self.answer(precinct, named(StatewideRule::H01));
        let answer = |other| {
            let own = own.filter(|own| self.counted(other, own));
            own.or_else(|| {
                let of_the_other = self.answer(other, named(StatewideRule::H01))?;
                self.counted(precinct, of_the_other).then_some(of_the_other)
            })
        };
        let mut last: Option<&Decided> = None;
        for other in finding.other_precincts() {
            let answered = answer(PrecinctNumber(other))?;
            last = last.filter(|last| last.signed.index > answered.signed.index).or(Some(answered));
        }
        last
    }

    /// Whether what counts in a precinct now counted when a decision about another one was made.
    fn counted(&self, precinct: PrecinctNumber, then: &Decided) -> bool {
        let Candidate::Report(ReceivedReport { id, index, .. }) = self.candidate(precinct) else {
            return false;
        };
        let decisions = self.review().decisions(precinct);
        let (before, since) = decisions
            .split_at(decisions.partition_point(|one| one.signed.index < then.signed.index));
        let the_same = match before.last() {
            Some(decided) => decided.decision.report == Some(*id),
            // Without a decision the only head counts.
            None => since.is_empty() || self.heads(precinct).nth(1).is_none(),
        };
        *index < then.signed.index && (since.is_empty() || the_same)
    }
}

/// How a decision names a check.
const fn named(rule: StatewideRule) -> FindingName {
    FindingName { check: rule.number(), group: None }
}

fn numbers(report: &Report) -> Numbers {
    Numbers { attendees: report.attendees, counts: report.counts.clone() }
}
