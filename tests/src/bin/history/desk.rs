//! What people at headquarters do: they decide which reports count, answer what is impossible, and release.

use std::collections::BTreeSet;

use countersign_core::checks::statewide::StatewideFinding;
use countersign_core::checks::{Finding, Severity};
use countersign_core::id::{MessageId, PrecinctNumber};
use countersign_core::language::Language;
use countersign_core::message::{
    Approve, Cause, Decision, Evidence, FindingName, Layer, Preview, PreviewedPrecinct, Release,
    Report,
};
use countersign_core::results::{Flag, findings_of};

use crate::Outcome;
use crate::story::{Counted, Story};

/// Why a decision names a report.
const ON_THE_WORKSHEET: &str = "it stands so on the signed worksheet";
/// Why decisions say that none counts.
pub(crate) const CANNOT_BE: &str = "it cannot be so: the signed worksheet is awaited";
pub(crate) const TAKEN_OUT: &str = "it was taken out of what was published; why, nobody kept";

impl Story {
    /// A reviewer answers whatever impossible is open in what was sent, across precincts and sources as well. Gives what a
    /// preview says of each.
    pub(crate) fn settle(
        &mut self,
        layer: Layer,
        sent: Vec<Counted>,
        cause: Option<Cause>,
    ) -> Outcome<Vec<PreviewedPrecinct>> {
        let state = self.house.state()?;
        let across = state.across(layer);
        let sentence = |finding: &StatewideFinding| {
            finding.headquarters_sentence(&self.house.contest, Language::English)
        };
        self.of_the_batch.extend(across.of_the_batch().map(sentence));
        let mut named = Vec::new();
        for counted in sent {
            let precinct = counted.report.precinct;
            let flags = state.flags(precinct, across.of(precinct));
            if flags.iter().any(Flag::is_open) {
                let impossible = flags.iter().filter(|flag| flag.severity == Severity::Impossible);
                let answers: BTreeSet<FindingName> = impossible.map(|flag| flag.name).collect();
                self.decide(&counted, evidence(layer), answers.into_iter().collect())?;
            }
            let decision = self.decided.get(&precinct.0).copied();
            named.push(PreviewedPrecinct { precinct, report: Some(counted.id), decision, cause });
            self.standing.insert(precinct.0, counted);
        }
        Ok(named)
    }

    pub(crate) fn decide(
        &mut self,
        counted: &Counted,
        evidence: Evidence,
        answers: Vec<FindingName>,
    ) -> Outcome<MessageId> {
        let named = Some(counted.id);
        let decision = self.decision(counted.report.precinct, named, evidence, ON_THE_WORKSHEET);
        self.enter_decision(&Decision { answers, ..decision })
    }

    pub(crate) fn decision(
        &self,
        precinct: PrecinctNumber,
        report: Option<MessageId>,
        evidence: Evidence,
        why: &str,
    ) -> Decision {
        Decision {
            precinct,
            report,
            evidence,
            why: why.to_owned(),
            answers: Vec::new(),
            after: self.decided.get(&precinct.0).copied(),
            overrides: None,
        }
    }

    pub(crate) fn enter_decision(&mut self, decision: &Decision) -> Outcome<MessageId> {
        let id = self.house.act(&self.house.workers.reviewer, decision)?;
        self.decided.insert(decision.precinct.0, id);
        Ok(id)
    }

    pub(crate) fn impossible(&self, report: &Report) -> Vec<FindingName> {
        let findings = findings_of(&self.house.contest, report);
        let impossible = findings.iter().filter(|one| one.severity == Severity::Impossible);
        let names: BTreeSet<FindingName> = impossible.map(Finding::name).collect();
        names.into_iter().collect()
    }

    /// Preview, release by one manager, approval by another. Gives how many of its precincts a reviewer decided about.
    pub(crate) fn publish(
        &mut self,
        name: &str,
        layer: Layer,
        precincts: Vec<PreviewedPrecinct>,
    ) -> Outcome<usize> {
        let decisions = precincts.iter().filter(|named| named.decision.is_some()).count();
        self.previews += 1;
        let (number, name) = (self.previews, name.to_owned());
        let wrong = !self.of_the_batch.is_empty();
        let despite = wrong.then(|| "as it was published".to_owned());
        let preview = Preview { number, name, layer, precincts, despite };
        let managers = &self.house.workers;
        let preview = self.house.act(&managers.manager, &preview)?;
        let release = Release { preview, left_out: Vec::new() };
        let release = self.house.act(&managers.manager, &release)?;
        self.house.act(&managers.second, &Approve { approves: release })?;
        Ok(decisions)
    }
}

/// What the numbers of a layer rest on.
pub(crate) const fn evidence(layer: Layer) -> Evidence {
    match layer {
        Layer::Recount => Evidence::Cards,
        _ => Evidence::Sheet,
    }
}
