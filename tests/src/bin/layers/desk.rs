//! What people at headquarters do: enrol tablets, decide, release in pairs, write the results.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::process::Command;

use countersign_core::checks::Severity;
use countersign_core::id::{MessageId, PrecinctNumber};
use countersign_core::message::{
    Approve, Cause, Decision, Evidence, FindingName, Layer, Release, Report,
};
use countersign_core::results::Flag;
use countersign_server::review;
use countersign_tests::house::House;
use countersign_tests::places;
use countersign_tests::signer::{Signed, Signer};

use crate::Outcome;

/// A party with a running server, and a tablet in every precinct.
pub(crate) struct Desk {
    pub(crate) house: House,
    tablets: HashMap<u32, Signer>,
    sequence: u64,
}

impl Desk {
    /// Sets it up below `folder` with a contest's files, and enrols every tablet.
    pub(crate) fn open(folder: &Path, contest: &Path) -> Outcome<Self> {
        let house = House::open(&folder.join("party"), contest)?;
        let codes = house.party.invite_all()?;
        let signed = Signed::read(&house.party)?;
        let mut tablets = HashMap::new();
        for (number, precinct) in (0..).zip(&house.contest.precincts) {
            let code = codes.get(&precinct.id).ok_or("a precinct has no invitation")?;
            tablets.insert(number, house.tablet(&signed, code, &precinct.id)?);
        }
        Ok(Self { house, tablets, sequence: 0 })
    }

    /// Number of the next report; each is larger than the one before, whoever signs.
    pub(crate) fn next(&mut self) -> u64 {
        self.sequence += 1;
        self.sequence
    }

    /// A report that the precinct's tablet signs.
    pub(crate) fn report(&self, report: &Report) -> Outcome<MessageId> {
        let tablet = self.tablets.get(&report.precinct.0).ok_or("a precinct has no tablet")?;
        Ok(self.house.report(tablet, report)?)
    }

    /// A report that somebody types from a worksheet or from cards, and the decision that it counts.
    pub(crate) fn transcribe(
        &self,
        report: &Report,
        evidence: Evidence,
        why: &str,
    ) -> Outcome<MessageId> {
        let id = self.house.act(&self.house.workers.transcriber, report)?;
        self.decide(report.precinct, id, evidence, why, Vec::new())?;
        Ok(id)
    }

    fn decide(
        &self,
        precinct: PrecinctNumber,
        report: MessageId,
        evidence: Evidence,
        why: &str,
        answers: Vec<FindingName>,
    ) -> Outcome<()> {
        let state = self.house.state()?;
        let decision: Decision =
            review::decide(&state, precinct, Some(report), evidence, why, answers, false);
        self.house.act(&self.house.workers.reviewer, &decision)?;
        Ok(())
    }

    /// A reviewer answers everything impossible that is still open in precincts whose reports count.
    fn answer(&self, layer: Layer, precincts: &[(PrecinctNumber, MessageId)]) -> Outcome<usize> {
        let state = self.house.state()?;
        let across = state.across(layer);
        let mut answered = 0;
        for &(precinct, report) in precincts {
            let flags = state.flags(precinct, across.of(precinct));
            if !flags.iter().any(Flag::is_open) {
                continue;
            }
            let impossible = flags.iter().filter(|flag| flag.severity == Severity::Impossible);
            let answers: BTreeSet<FindingName> = impossible.map(|flag| flag.name).collect();
            let before = state.review().decision(precinct);
            let evidence = before.map_or(Evidence::Report, |before| before.decision.evidence);
            let why = before.map_or("looked at again, and it stands (made up)", |before| {
                before.decision.why.as_str()
            });
            self.decide(precinct, report, evidence, why, answers.into_iter().collect())?;
            answered += 1;
        }
        Ok(answered)
    }

    /// Precincts are shown to observers, and released by one manager and a second one. They are prepared as the command and
    /// headquarters prepare them.
    pub(crate) fn release(
        &self,
        name: &str,
        layer: Layer,
        precincts: &[(PrecinctNumber, MessageId)],
        cause: Option<Cause>,
    ) -> Outcome<()> {
        let answered = self.answer(layer, precincts)?;
        let numbers: Vec<PrecinctNumber> = precincts.iter().map(|&(number, _)| number).collect();
        let prepared = review::prepare(&self.house.state()?, name, layer, &numbers, cause);
        if let Some((precinct, why)) = prepared.not_ready.first() {
            return Err(format!("{name}: precinct {} is not ready: {why}", precinct.0).into());
        }
        let managers = &self.house.workers;
        let preview = self.house.act(&managers.manager, &prepared.preview)?;
        let release = Release { preview, left_out: Vec::new() };
        let release = self.house.act(&managers.manager, &release)?;
        self.house.act(&managers.second, &Approve { approves: release })?;
        eprintln!(
            "{:<10} {:<28} {:>5} precincts, {answered} answers to what checks found",
            layer.code(),
            name,
            precincts.len()
        );
        Ok(())
    }

    /// Holds the night against its public address as a stranger does, stops the server and writes the results.
    pub(crate) fn close(&mut self, results: &Path) -> Outcome<()> {
        // Pages are made after a release.
        self.house.wait_for_pages(&self.house.state()?)?;
        let verdict = self.house.verify()?;
        if !verdict.complete {
            return Err(verdict.text().into());
        }
        self.house.party.stop()?;
        let export = Command::new(places::program("countersign-server")?)
            .args(["export".as_ref(), "--data".as_ref(), self.house.party.data().as_os_str()])
            .args(["--out".as_ref(), results.as_os_str()])
            .output()?;
        if !export.status.success() {
            return Err(String::from_utf8_lossy(&export.stderr).into());
        }
        let said = String::from_utf8_lossy(&export.stdout);
        eprintln!("everything holds for a stranger; {}", said.trim().replace('\n', "; "));
        Ok(())
    }
}
