//! After the flood: whether anything was lost, doubled or forged. Read from what the server stored, with the code that
//! anyone who recomputes has, and from what the tablets hold.

use std::collections::{HashMap, HashSet};

use countersign_core::contest::Contest;
use countersign_core::id::{KeyId, MessageId, PrecinctNumber};
use countersign_core::log::Entry;
use countersign_tests::log::{Account, Log};
use serde::Serialize;

use crate::ledger::Ledger;

/// What must hold, and what was found. Every list is empty after a flood that was stood.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Findings {
    /// Signed reports without an entry.
    pub(crate) lost: Vec<String>,
    /// Reports with more than one.
    pub(crate) doubled: Vec<String>,
    /// Entries of reports that neither a tablet nor the stolen key signed.
    pub(crate) forged: Vec<String>,
    /// Signed reports whose tablet has no receipt, or one that the final log does not bear out.
    pub(crate) broken_receipts: Vec<String>,
    /// Reports of tablets that no longer count as a newest one of their key in their precinct.
    pub(crate) displaced: Vec<String>,
}

impl Findings {
    /// The lists, and what each is of.
    pub(crate) fn lists(&self) -> [(&'static str, &[String]); 5] {
        let Self { lost, doubled, forged, broken_receipts, displaced } = self;
        [
            ("signed reports without an entry", lost),
            ("reports with more than one entry", doubled),
            ("entries that nobody signed", forged),
            ("signed reports without a receipt that the log bears out", broken_receipts),
            ("reports displaced by others", displaced),
        ]
    }
}

/// What came of checking.
pub(crate) struct Audit {
    pub(crate) findings: Findings,
    pub(crate) receipts_verified: usize,
    /// Entries of the stolen key.
    pub(crate) stolen: usize,
}

/// Checks what was stored. `stolen` is a key, and the precinct that it may report.
pub(crate) fn check(
    log: &Log,
    ledger: &Ledger,
    contest: &Contest,
    stolen: (KeyId, PrecinctNumber),
) -> Audit {
    let mut findings = Findings::default();
    let of_stolen = log.state.reports(stolen.1).iter().filter(|report| report.key == stolen.0);
    let of_stolen: HashSet<String> = of_stolen.map(|report| report.id.to_string()).collect();
    entries(&log.entries, ledger, &of_stolen, &mut findings);
    let receipts_verified = receipts(log, ledger, contest, &mut findings);
    for held in &ledger.held {
        let mut heads = log.state.heads(PrecinctNumber(held.precinct));
        if !heads.any(|head| head.id.to_string() == held.id) {
            findings.displaced.push(held.id.clone());
        }
    }
    Audit { findings, receipts_verified, stolen: of_stolen.len() }
}

/// One entry for each signed report, and none besides but the stolen key's.
fn entries(entries: &[Entry], ledger: &Ledger, stolen: &HashSet<String>, findings: &mut Findings) {
    // The stolen key's reports were read from the log: none of them can be missing there.
    let Account { lost, doubled, forged } =
        Account::of(entries, &ledger.signed.keys().chain(stolen).collect());
    findings.lost = lost;
    findings.doubled = doubled;
    findings.forged = forged;
}

/// Verifies the receipt of every signed report.
fn receipts(log: &Log, ledger: &Ledger, contest: &Contest, findings: &mut Findings) -> usize {
    let held: HashMap<&String, &Option<String>> =
        ledger.held.iter().map(|held| (&held.id, &held.receipt)).collect();
    let mut verified = 0;
    for id in ledger.signed.keys() {
        let receipt = held.get(id).and_then(|receipt| receipt.as_ref());
        let proven = match (MessageId::from_hex(id), receipt) {
            (Some(id), Some(receipt)) => {
                log.bears_out(receipt, id, contest).map_err(|error| error.to_string())
            }
            _ => Err("its tablet has none".to_owned()),
        };
        match proven {
            Ok(()) => verified += 1,
            Err(error) => findings.broken_receipts.push(format!("{id}: {error}")),
        }
    }
    verified
}

#[cfg(test)]
mod tests {
    use countersign_core::message::Kind;

    use super::*;
    use crate::ledger::Signed;

    fn entry(name: u8) -> Entry {
        Entry { kind: Kind::Report, time_ms: 1, message: MessageId([name; 32]) }
    }

    fn name(name: u8) -> String {
        MessageId([name; 32]).to_string()
    }

    fn found(log: &[u8], stolen: &[u8]) -> Findings {
        let mut ledger = Ledger::default();
        for number in [1, 2] {
            ledger.signed.insert(name(number), Signed { number: 0, at_ms: 0 });
        }
        let log: Vec<Entry> = log.iter().copied().map(entry).collect();
        let stolen = stolen.iter().copied().map(name).collect();
        let mut findings = Findings::default();
        entries(&log, &ledger, &stolen, &mut findings);
        findings
    }

    #[test]
    fn what_is_lost_doubled_or_forged_is_found() {
        let good = |findings: Findings| findings.lists().iter().all(|(_, list)| list.is_empty());
        assert!(good(found(&[1, 2], &[])));
        assert!(good(found(&[1, 9, 2], &[9])), "the stolen key may sign");
        assert_eq!(found(&[1], &[]).lost, [name(2)]);
        assert_eq!(found(&[1, 2, 1], &[]).doubled, [name(1)]);
        assert_eq!(found(&[1, 2, 3], &[9]).forged, [name(3)]);
    }
}
