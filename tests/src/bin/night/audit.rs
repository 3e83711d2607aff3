//! After the night: whether anything was lost, doubled or forged. Read from what the server stored, with the code that
//! anyone who recomputes has, and from what the tablets hold; nothing is asked of the server but the numbers it gives.

use std::collections::HashMap;

use countersign_core::contest::Contest;
use countersign_core::id::MessageId;
use countersign_core::log::Entry;
use countersign_core::results::{PrecinctState, Received};
use countersign_tests::log::{Account, Log};
use serde::Serialize;
use serde_json::Value;

use crate::Outcome;
use crate::hall::Held;
use crate::ledger::Ledger;
use crate::paper::Paper;

/// What must hold, and what was found. Every list is empty after a good night.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Findings {
    /// Signed reports without an entry.
    pub(crate) lost: Vec<String>,
    /// Reports with more than one.
    pub(crate) doubled: Vec<String>,
    /// Entries of reports that no tablet signed.
    pub(crate) forged: Vec<String>,
    /// Receipts that a tablet has shown and that the final log does not bear out.
    pub(crate) broken_receipts: Vec<String>,
    /// Sums that were worked out twice and differ.
    pub(crate) disagreements: Vec<String>,
}

impl Findings {
    pub(crate) fn good(&self) -> bool {
        let Self { lost, doubled, forged, broken_receipts, disagreements } = self;
        [lost, doubled, forged, broken_receipts, disagreements].iter().all(|list| list.is_empty())
    }
}

/// What came of checking a night.
pub(crate) struct Audit {
    pub(crate) findings: Findings,
    pub(crate) receipts_verified: usize,
    pub(crate) received: Received,
}

/// Checks the night. `papers` are what every precinct came to, `served` is what the server itself gives as received.
pub(crate) fn check(
    log: &Log,
    ledger: &Ledger,
    contest: &Contest,
    papers: &[Paper],
    served: &Value,
) -> Outcome<Audit> {
    let mut findings = Findings::default();
    entries(&log.entries, ledger, &mut findings);
    let receipts_verified = receipts(log, ledger, contest, &mut findings);
    let received = Received::of(&log.state).ok_or("the log has no package")?;
    if serde_json::to_value(&received)? != *served {
        findings.disagreements.push("what the server gives is not what its log says".to_owned());
    }
    from_the_tablets(&received, contest, &ledger.held, papers, &mut findings);
    Ok(Audit { findings, receipts_verified, received })
}

/// One entry for each signed report, and none besides; what a tablet has shown in the night stands where it stood.
fn entries(entries: &[Entry], ledger: &Ledger, findings: &mut Findings) {
    let held = ledger.held.iter().map(|held| &held.id);
    let Account { lost, doubled, forged } =
        Account::of(entries, &ledger.signed.keys().chain(held).collect());
    findings.lost = lost;
    findings.doubled = doubled;
    findings.forged = forged;
    for (id, shown) in &ledger.receipted {
        let entry = usize::try_from(shown.log_index).ok().and_then(|at| entries.get(at));
        if entry.is_none_or(|entry| entry.message.to_string() != *id) {
            findings.broken_receipts.push(format!("{id}: shown as countersigned, and not there"));
        }
    }
}

/// Verifies every receipt that a tablet holds.
fn receipts(log: &Log, ledger: &Ledger, contest: &Contest, findings: &mut Findings) -> usize {
    let mut verified = 0;
    for held in &ledger.held {
        let Some(receipt) = &held.receipt else { continue };
        let proven = MessageId::from_hex(&held.id)
            .ok_or_else(|| "no id".to_owned())
            .and_then(|id| log.bears_out(receipt, id, contest).map_err(|error| error.to_string()));
        match proven {
            Ok(()) => verified += 1,
            Err(error) => findings.broken_receipts.push(format!("{}: {error}", held.id)),
        }
    }
    verified
}

/// The same sums without the server: what counts in a precinct is what one of its tablets signed, figure by figure, and
/// what stood on its paper.
fn from_the_tablets(
    received: &Received,
    contest: &Contest,
    held: &[Held],
    papers: &[Paper],
    findings: &mut Findings,
) {
    let held: HashMap<&str, &Held> = held.iter().map(|held| (held.id.as_str(), held)).collect();
    let papers: HashMap<u32, &Paper> = papers.iter().map(|paper| (paper.precinct, paper)).collect();
    for precinct in &received.precincts {
        if precinct.state != PrecinctState::Received {
            continue;
        }
        let id = &precinct.precinct;
        let report = precinct.report.as_deref().and_then(|id| held.get(id));
        let counts = precinct.counts.as_ref();
        let signed = report.is_some_and(|held| {
            Some(held.attendees) == precinct.attendees && Some(&held.counts) == counts
        });
        if !signed {
            findings.disagreements.push(format!("{id}: no tablet signed what counts"));
        }
        let number = contest.precinct_by_id(id).map(|(number, _)| number);
        let paper = number.and_then(|number| papers.get(&number));
        let written = paper.zip(counts).is_some_and(|(paper, counts)| {
            contest.counts.iter().zip(counts).all(|(&kind, counted)| {
                paper.count(kind).is_none_or(|on_paper| on_paper == counted)
            })
        });
        if !written {
            findings.disagreements.push(format!("{id}: what counts is not what the paper says"));
        }
    }
}

#[cfg(test)]
mod tests {
    use countersign_core::message::Kind;

    use super::*;
    use crate::ledger::Shown;

    fn entry(name: u8) -> Entry {
        Entry { kind: Kind::Report, time_ms: 1, message: MessageId([name; 32]) }
    }

    fn name(name: u8) -> String {
        MessageId([name; 32]).to_string()
    }

    /// Reports 1 and 2, both signed and shown as countersigned.
    fn night() -> (Vec<Entry>, Ledger) {
        let mut ledger = Ledger::default();
        for (index, number) in (0..).zip([1, 2]) {
            ledger.signed.insert(name(number), 0);
            ledger
                .receipted
                .insert(name(number), Shown { at_ms: 0, log_index: index, requests: 1 });
        }
        (vec![entry(1), entry(2)], ledger)
    }

    fn found(log: &[Entry], ledger: &Ledger) -> Findings {
        let mut findings = Findings::default();
        entries(log, ledger, &mut findings);
        findings
    }

    #[test]
    fn a_good_night_is_good() {
        let (log, ledger) = night();
        assert!(found(&log, &ledger).good());
    }

    #[test]
    fn what_is_lost_doubled_or_forged_is_found() {
        let (log, ledger) = night();
        let lost = found(&log[..1], &ledger);
        assert_eq!((lost.lost, lost.broken_receipts.len()), (vec![name(2)], 1));
        let doubled = found(&[entry(1), entry(2), entry(1)], &ledger);
        assert_eq!((doubled.doubled, doubled.broken_receipts), (vec![name(1)], vec![]));
        let forged = found(&[entry(1), entry(2), entry(3)], &ledger);
        assert_eq!(forged.forged, vec![name(3)]);
    }

    #[test]
    fn a_receipt_shown_for_another_place_is_found() {
        let (log, mut ledger) = night();
        ledger.receipted.insert(name(2), Shown { at_ms: 0, log_index: 0, requests: 1 });
        assert_eq!(found(&log, &ledger).broken_receipts.len(), 1);
    }
}
