//! `run/summary.json`.

use std::collections::BTreeMap;

use countersign_tests::caucus::Caucus;
use serde::Serialize;

/// What a run came to.
#[derive(Debug, Serialize)]
pub(crate) struct Summary {
    /// The precinct's id.
    pub(crate) precinct: String,
    /// What was typed.
    pub(crate) counts: Caucus,
    /// The report's id.
    pub(crate) report_id: String,
    /// The three words that the tablet shows.
    pub(crate) read_back_phrase: String,
    /// The report's index in the log, as the tablet shows it.
    pub(crate) log_index: u64,
    /// Whether a second program found the receipt good, from its file and the package alone.
    pub(crate) receipt_verified: bool,
    /// The same of a receipt with one bit flipped.
    pub(crate) flipped_receipt_verified: bool,
    /// Results as the server gives them.
    pub(crate) results: serde_json::Value,
    /// Seconds of each phase.
    pub(crate) seconds: BTreeMap<&'static str, f64>,
    /// Pictures of the window.
    pub(crate) screenshots: Vec<String>,
}
