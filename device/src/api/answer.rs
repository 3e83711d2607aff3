//! What a command answers besides the view.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[allow(unused_imports, reason = "some are only linked to")]
use super::*;

/// What a command answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "answer", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Answer {
    /// The new state. Boxed: it is much larger than the rest.
    View {
        /// The state.
        view: Box<View>,
    },
    /// What an invitation is for.
    Invitation {
        /// The precinct.
        precinct: PrecinctView,
        /// This tablet already holds this invitation.
        already_here: bool,
    },
    /// A hand-off.
    HandOff {
        /// `HTTPS://HOST/C/…`, upper case.
        link: String,
        /// The QR, row by row, `1` for dark; without quiet zone.
        qr: Vec<String>,
        /// A name for the file.
        file_name: String,
    },
    /// Where a file was written; absent when the person changed their mind.
    Saved {
        /// The path as the person knows it.
        path: Option<String>,
    },
    /// Report and worksheet, cell by cell.
    Worksheet {
        /// Every cell.
        cells: Vec<WorksheetCell>,
        /// How many cells differ.
        differing: u32,
    },
    /// What the tablet found out about itself.
    Preflight {
        /// Line by line.
        items: Vec<PreflightItem>,
    },
}

/// One cell of a rehearsal compared with its worksheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WorksheetCell {
    /// Which cell.
    pub cell: Cell,
    /// What the worksheet says.
    pub worksheet: u32,
    /// What was reported.
    pub reported: u32,
}

/// One line of the preflight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PreflightItem {
    /// What was looked at.
    pub what: PreflightSubject,
    /// How it is.
    pub good: bool,
    /// A figure to show beside it (a size, a version, a skew in seconds); plain text, no sentence.
    pub detail: String,
}

/// What the preflight looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum PreflightSubject {
    /// A write reached the disk and came back.
    Storage,
    /// The device clock against the caucus date and the server.
    Clock,
    /// The package, its number and age.
    Package,
    /// The server answered over TLS.
    Server,
    /// The app's version.
    App,
}
