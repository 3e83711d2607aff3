//! What was heard from the tablets, each thing once.

use std::collections::HashMap;

use crate::orders::Said;

/// A signed report.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Signed {
    /// The tablet's number.
    pub(crate) number: usize,
    pub(crate) at_ms: u64,
}

/// A receipt that a tablet has shown.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    pub(crate) at_ms: u64,
    /// What its requests met since the signature, the last one included.
    pub(crate) met: Vec<String>,
}

/// What a tablet holds at the end.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub(crate) id: String,
    pub(crate) precinct: u32,
    pub(crate) receipt: Option<String>,
}

/// Everything that the tablets said.
#[derive(Default)]
pub(crate) struct Ledger {
    pub(crate) enrolled: usize,
    /// Halls whose tablets are ready to sign.
    pub(crate) typed: usize,
    pub(crate) signed: HashMap<String, Signed>,
    pub(crate) receipted: HashMap<String, Shown>,
    pub(crate) troubles: Vec<String>,
    pub(crate) held: Vec<Held>,
}

impl Ledger {
    /// Takes in what a hall said.
    pub(crate) fn hear(&mut self, said: Said) {
        match said {
            Said::Enrolled => self.enrolled += 1,
            Said::Typed => self.typed += 1,
            Said::Signed { id, number, at_ms } => {
                self.signed.insert(id, Signed { number, at_ms });
            }
            Said::Receipted { id, at_ms, met } => {
                self.receipted.insert(id, Shown { at_ms, met });
            }
            Said::Trouble { number, what } => {
                self.troubles.push(format!("tablet {number}: {what}"))
            }
            Said::Holds { id, precinct, receipt } => self.held.push(Held { id, precinct, receipt }),
        }
    }
}
