//! What was heard from the tablets, each thing once.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::hall::{Held, Said};

/// A receipt that a tablet has shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown {
    pub(crate) at_ms: u64,
    pub(crate) log_index: u64,
    /// Requests that it took.
    pub(crate) requests: u32,
}

/// Everything that the tablets said.
#[derive(Default)]
pub(crate) struct Ledger {
    /// Tablets that are enrolled.
    pub(crate) enrolled: usize,
    /// Signed reports, and the machine's time of the signature.
    pub(crate) signed: HashMap<String, u64>,
    /// Reports that a tablet showed as countersigned.
    pub(crate) receipted: HashMap<String, Shown>,
    /// Reports that came to another end.
    pub(crate) otherwise: BTreeMap<String, String>,
    /// Reports that another tablet brought.
    pub(crate) carried: HashSet<String>,
    /// Commands that were refused.
    pub(crate) troubles: Vec<String>,
    /// What the tablets held at the end.
    pub(crate) held: Vec<Held>,
}

impl Ledger {
    /// Takes in what a hall said.
    pub(crate) fn hear(&mut self, said: Said) {
        match said {
            Said::Enrolled => self.enrolled += 1,
            Said::Signed { id, at_ms } => {
                self.signed.entry(id).or_insert(at_ms);
            }
            Said::Receipted { id, at_ms, log_index, requests } => {
                self.receipted.entry(id).or_insert(Shown { at_ms, log_index, requests });
            }
            Said::Otherwise { id, standing } => {
                self.otherwise.insert(id, standing);
            }
            Said::Carried { id } => {
                self.carried.insert(id);
            }
            Said::Trouble { tablet, what } => {
                self.troubles.push(format!("tablet {tablet}: {what}"))
            }
            Said::Holds(held) => self.held.push(held),
        }
    }
}
