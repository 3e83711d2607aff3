//! What must hold, whatever goes wrong; looked at after every answer, every start, and in the end.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use countersign_core::id::{MessageId, PrecinctNumber};
use countersign_core::log::Entry;
use countersign_core::message::{Kind, Message};
use countersign_core::receipt::Receipt;
use countersign_core::room::Room;
use countersign_device::Answered;
use countersign_device::api::Standing;

use super::disk::Disk;
use super::party::{PARTY, at};
use super::tablet::{Desk, Shown};
use crate::log::Log;
use crate::paper::Paper;

/// What did not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Broken {
    /// A signed report is gone: from its tablet, or from the log.
    Lost,
    /// A message has two entries.
    Doubled,
    /// An entry of a report that no tablet signed.
    Forged,
    /// *Countersigned* without a receipt that proves what the log holds.
    Unproven,
    /// What the server acknowledged is not there after a crash.
    Forgotten,
    /// A message that was sent again got another place, or another entry.
    Moved,
    /// Long after the faults stopped, a report has no receipt.
    Late,
    /// Something was refused, or could not be done, that nothing here should lead to.
    Trouble,
}

/// What did not hold, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which rule.
    pub broken: Broken,
    /// What was seen.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.broken, self.what)
    }
}

pub(super) fn broken<T>(broken: Broken, what: impl ToString) -> Result<T, Finding> {
    Err(Finding { broken, what: what.to_string() })
}

/// A report that was signed.
struct Signed {
    tablet: usize,
    room: Room,
    paper: Paper,
    /// Its place, once it was shown as countersigned.
    countersigned: Option<u64>,
}

/// Who sees everything and believes nothing.
pub(super) struct Witness {
    /// What the server has on its disks.
    disks: [Arc<Disk>; 2],
    signed: BTreeMap<MessageId, Signed>,
    /// What the server has given receipts for.
    given: BTreeMap<(Room, MessageId), (u64, Entry)>,
}

impl Witness {
    pub(super) const fn new(disks: [Arc<Disk>; 2]) -> Self {
        Self { disks, signed: BTreeMap::new(), given: BTreeMap::new() }
    }

    fn entry(&self, room: Room, index: u64) -> Option<Entry> {
        self.disks[at(room)].entry(index)
    }

    /// The server answered `bytes`: a receipt proves, and says what it said before. Gives the place.
    pub(super) fn answered(
        &mut self,
        room: Room,
        bytes: &[u8],
        answered: &Answered,
    ) -> Result<Option<u64>, Finding> {
        if answered.status != 200 {
            return Ok(None);
        }
        let Ok(message) = Message::parse(bytes) else {
            return broken(Broken::Forged, "a receipt for something that is no message");
        };
        let body: serde_json::Value = serde_json::from_slice(&answered.body).unwrap_or_default();
        let receipt = verify(body["receipt"].as_str().unwrap_or(""), &message, room)?;
        let given = (receipt.index, receipt.entry);
        let before = *self.given.entry((room, message.id())).or_insert(given);
        if before != given {
            return broken(
                Broken::Moved,
                format!("{} stood at {} and then at {}", message.id(), before.0, given.0),
            );
        }
        Ok(Some(given.0))
    }

    /// The server starts: what it ever gave a receipt for is there.
    pub(super) fn started(&self) -> Result<(), Finding> {
        for ((room, id), (index, entry)) in &self.given {
            if self.entry(*room, *index).as_ref() != Some(entry) {
                return broken(Broken::Forgotten, format!("{id}, entry {index} of {room}"));
            }
        }
        Ok(())
    }

    /// Looks at a tablet: whatever was signed on it is there; whatever it shows as countersigned is proven, and was not
    /// shown otherwise after that. Gives the reports that are new here.
    pub(super) fn look(&mut self, tablet: usize, desk: &Desk) -> Result<Vec<MessageId>, Finding> {
        let shown = match desk.shown() {
            Ok(shown) => shown,
            Err(problem) => {
                return broken(Broken::Trouble, format!("tablet {tablet}: {problem:?}"));
            }
        };
        let mut new = Vec::new();
        for report in &shown {
            if !self.signed.contains_key(&report.id) {
                new.push(report.id);
            }
            self.report(tablet, desk, report)?;
        }
        let there: BTreeSet<MessageId> = shown.iter().map(|report| report.id).collect();
        let own = self.signed.iter().filter(|(_, signed)| signed.tablet == tablet);
        match own.map(|(id, _)| id).find(|id| !there.contains(id)) {
            Some(id) => broken(Broken::Lost, format!("{id} is no longer on tablet {tablet}")),
            None => Ok(new),
        }
    }

    fn report(&mut self, tablet: usize, desk: &Desk, report: &Shown) -> Result<(), Finding> {
        let Shown { id, room, standing, receipt, revision } = report;
        let plan = &desk.plan;
        let signed = self.signed.entry(*id).or_insert_with(|| {
            let corrected = plan.correction.as_ref().filter(|_| *revision > 1);
            let paper = corrected.unwrap_or(&plan.paper).clone();
            Signed { tablet, room: *room, paper, countersigned: None }
        });
        let Standing::Countersigned { log_index, .. } = standing else {
            return match signed.countersigned {
                Some(_) => broken(Broken::Lost, format!("{id} is no longer countersigned")),
                None => Ok(()),
            };
        };
        if signed.countersigned.replace(*log_index).is_some_and(|before| before != *log_index) {
            return broken(Broken::Moved, format!("{id} is shown at {log_index}"));
        }
        let receipt = verify_report(receipt.as_deref().unwrap_or(""), *id, *room)?;
        if receipt.index != *log_index || self.entry(*room, *log_index) != Some(receipt.entry) {
            return broken(Broken::Unproven, format!("{id}: entry {log_index} is another one"));
        }
        Ok(())
    }

    /// How many reports were signed.
    pub(super) fn signed(&self) -> usize {
        self.signed.len()
    }

    /// The first signed report that has no receipt.
    pub(super) fn without_receipt(&self) -> Option<MessageId> {
        self.signed.iter().find(|(_, signed)| signed.countersigned.is_none()).map(|(id, _)| *id)
    }

    /// In the end: the logs, read with `core` alone, hold each signed report once, as it was signed, and no other; and
    /// what the tablets hold proves it. Gives the logs' roots.
    pub(super) fn end(&self, desks: &[Desk]) -> Result<Vec<[u8; 32]>, Finding> {
        let mut roots = Vec::new();
        for room in Room::ALL {
            let (checkpoint, rows) = self.disks[at(room)].whole();
            let once: BTreeSet<MessageId> = rows.iter().map(|(entry, _)| entry.message).collect();
            if once.len() != rows.len() {
                return broken(
                    Broken::Doubled,
                    format!("{} entries of {}", rows.len(), once.len()),
                );
            }
            let log = match Log::replay(&PARTY.package, room, &checkpoint, rows) {
                Ok(log) => log,
                Err(error) => return broken(Broken::Trouble, error),
            };
            self.entries(room, &log)?;
            self.receipts(room, &log, desks)?;
            roots.push(log.head().root);
        }
        Ok(roots)
    }

    fn entries(&self, room: Room, log: &Log) -> Result<(), Finding> {
        let entered: BTreeSet<MessageId> = log.reports().map(|entry| entry.message).collect();
        if let Some(id) = entered.iter().find(|id| !self.signed.contains_key(id)) {
            return broken(Broken::Forged, id);
        }
        for (id, signed) in self.signed.iter().filter(|(_, signed)| signed.room == room) {
            if !entered.contains(id) {
                return broken(Broken::Lost, format!("{id} is not in the log"));
            }
            let reports = log.state.reports(PrecinctNumber(signed.paper.precinct));
            let paper = &signed.paper;
            let as_signed = reports.iter().any(|received| {
                let report = received.report();
                received.id == *id
                    && report.attendees == paper.attendees
                    && report.counts[..2] == [paper.first.clone(), paper.last.clone()]
            });
            if !as_signed {
                return broken(Broken::Forged, format!("{id} does not say what was on the paper"));
            }
        }
        Ok(())
    }

    fn receipts(&self, room: Room, log: &Log, desks: &[Desk]) -> Result<(), Finding> {
        for desk in desks {
            let shown = desk.shown().unwrap_or_default();
            for report in shown.into_iter().filter(|report| report.room == room) {
                let receipt = report.receipt.unwrap_or_default();
                if let Err(error) = log.bears_out(&receipt, report.id, &PARTY.package.contest) {
                    return broken(Broken::Unproven, format!("{}: {error}", report.id));
                }
            }
        }
        Ok(())
    }
}

fn verify_report(text: &str, id: MessageId, room: Room) -> Result<Receipt, Finding> {
    proven(text, id, Kind::Report, room)
}

fn verify(text: &str, message: &Message, room: Room) -> Result<Receipt, Finding> {
    proven(text, message.id(), message.kind(), room)
}

fn proven(text: &str, id: MessageId, kind: Kind, room: Room) -> Result<Receipt, Finding> {
    let pinned = PARTY.package.contest.log(room).expect("the package names both logs");
    match Receipt::verify(text, id, kind, &pinned.origin, &pinned.keys) {
        Ok(receipt) => Ok(receipt),
        Err(error) => broken(Broken::Unproven, format!("{id}: {error}")),
    }
}
