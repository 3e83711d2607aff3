//! The checks across precincts and sources (H01 to H05) over a room.

use std::collections::BTreeMap;

use super::room_state::{Candidate, RoomState};
use crate::checks::Severity;
use crate::checks::statewide::{
    self, Numbers, PrecinctSources, Scope, Source, StatewideFinding, StatewideRule, check_statewide,
};
use crate::id::{MessageId, PrecinctNumber};
use crate::message::{FindingName, Layer, Report};

/// What was found across precincts and sources.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Across {
    /// Everything, in the order of precincts, then counties, then the batch as a whole.
    pub findings: Vec<StatewideFinding>,
    by_precinct: BTreeMap<PrecinctNumber, Vec<(FindingName, Severity)>>,
    asked: BTreeMap<PrecinctNumber, Vec<StatewideRule>>,
}

impl Across {
    /// Checks that had something to compare a precinct's numbers with, whatever they found; none where nothing counts.
    #[must_use]
    pub fn asked(&self, precinct: PrecinctNumber) -> &[StatewideRule] {
        self.asked.get(&precinct).map_or(&[], Vec::as_slice)
    }

    /// Findings of a precinct as a decision names them, for [`RoomState::flags`].
    #[must_use]
    pub fn of(&self, precinct: PrecinctNumber) -> &[(FindingName, Severity)] {
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
        for (number, _) in (0..).zip(&package.contest.precincts) {
            let precinct = PrecinctNumber(number);
            let Candidate::Report(candidate) = self.candidate(precinct) else { continue };
            let report = candidate.report();
            let find = |id: MessageId| {
                let found = self.reports(precinct).iter().find(|report| report.id == id)?;
                Some(numbers(&found.report()))
            };
            let own = self.source(candidate.key, report.channel);
            let others = self
                .heads(precinct)
                .filter(|head| head.id != candidate.id)
                .map(|head| (head, head.report()))
                .filter(|(head, report)| self.source(head.key, report.channel) != own);
            let others = (1..)
                .zip(others)
                .map(|(number, (_, report))| Source { number, numbers: numbers(&report) });
            precincts.push(PrecinctSources {
                precinct: number,
                candidate: Source { number: 0, numbers: numbers(&report) },
                others: others.collect(),
                last_release: released
                    .get(&precinct)
                    .and_then(|(_, named)| named.report)
                    .and_then(find),
                corrects: report.supersedes.and_then(find),
            });
        }
        let asked = statewide::asked(&package.contest, &precincts);
        let numbers = precincts.iter().map(|sources| PrecinctNumber(sources.precinct));
        let asked = numbers.zip(asked).collect();
        let findings = check_statewide(&package.contest, &precincts);
        let mut by_precinct: BTreeMap<PrecinctNumber, Vec<(FindingName, Severity)>> =
            BTreeMap::new();
        for finding in &findings {
            let Scope::Precinct(number) = finding.scope else { continue };
            let name = FindingName { check: finding.rule().number(), group: None };
            by_precinct.entry(PrecinctNumber(number)).or_default().push((name, finding.severity()));
        }
        Across { findings, by_precinct, asked }
    }
}

fn numbers(report: &Report) -> Numbers {
    Numbers { attendees: report.attendees, counts: report.counts.clone() }
}
