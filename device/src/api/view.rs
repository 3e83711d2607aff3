//! The view, and what stands around the open draft.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[allow(unused_imports, reason = "some are only linked to")]
use super::*;

/// Everything the screens show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct View {
    /// Version of the app.
    pub app_version: String,
    /// Chosen language.
    pub language: Language,
    /// 100, 150 or 200.
    pub text_scale: u16,
    /// High-contrast theme.
    pub high_contrast: bool,
    /// What this host can do besides the commands.
    pub host: HostView,
    /// The PIN's state.
    pub lock: LockView,
    /// The contest this tablet knows; absent until a package has come.
    pub package: Option<PackageView>,
    /// Precincts this tablet may report for, in the order of their invitations.
    pub precincts: Vec<PrecinctView>,
    /// Which room stands first on the home screen (`official` from the caucus date on).
    pub first_room: RoomName,
    /// The connection.
    pub network: NetworkView,
    /// The open draft.
    pub caucus: Option<CaucusView>,
    /// Drafts and reports, newest first, without those put away by "Rehearse again".
    pub caucuses: Vec<CaucusSummary>,
    /// Reports signed here, newest first.
    pub reports: Vec<ReportView>,
    /// Reports carried for other tablets, newest first.
    pub carried: Vec<CarriedView>,
    /// Messages from headquarters that were not dismissed.
    pub notices: Vec<NoticeView>,
}

/// What the host can do; a screen shows no button for what it cannot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HostView {
    /// It can ask where to write a file.
    pub save_file: bool,
}

/// The PIN's state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum LockView {
    /// No PIN yet: enrol first.
    NoPin,
    /// The PIN is asked for.
    Locked {
        /// Wrong tries in a row so far.
        wrong_tries: u32,
        /// Milliseconds from this view until the next try is possible; 0 when it is.
        wait_ms: u32,
    },
    /// Open. Signing asks for the PIN again, with the same delays.
    Unlocked {
        /// Wrong tries in a row so far.
        wrong_tries: u32,
        /// Milliseconds from this view until the next try is possible; 0 when it is.
        wait_ms: u32,
    },
}

/// What the screens need of the package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PackageView {
    /// Title of the contest.
    pub title: String,
    /// Caucus day, ISO 8601.
    pub date: String,
    /// The party.
    pub party: String,
    /// Number of the package.
    pub number: u32,
    /// First characters of its SHA-256, for the help screen ("rules 3f9a…").
    pub fingerprint: String,
    /// The hotline's number.
    pub hotline: String,
    /// Reason codes, `other` last.
    pub reasons: Vec<ReasonView>,
    /// It was pinned by the installer.
    pub pinned: bool,
}

/// A reason that may be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReasonView {
    /// The code.
    pub code: String,
    /// Its text in the chosen language.
    pub label: String,
}

/// What kind of place a precinct is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum PlaceKind {
    /// An ordinary precinct.
    Precinct,
    /// A satellite caucus: the number of delegates follows attendance.
    Satellite,
}

/// A precinct.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PrecinctView {
    /// Number in the package.
    pub number: u32,
    /// Stable id, such as `polk-dm-055`.
    pub id: String,
    /// Name as people say it.
    pub name: String,
    /// County or satellite pool.
    pub county: String,
    /// Kind of place.
    pub kind: PlaceKind,
    /// Delegates it elects; absent for a satellite until attendance is known.
    pub delegates: Option<u32>,
}

/// The connection, as last experienced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct NetworkView {
    /// What the last attempt met.
    pub state: NetworkState,
    /// An attempt is under way.
    pub trying: bool,
    /// Milliseconds from this view until the next attempt; absent when there is nothing to do or one is under way.
    pub next_try_ms: Option<u32>,
    /// Messages waiting for a receipt.
    pub waiting: u32,
}

/// What the last attempt met. The four kinds of no network are told apart (design section 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum NetworkState {
    /// Nothing tried since the start.
    Unknown,
    /// The party server answered.
    Online,
    /// No connection could be made.
    Refused,
    /// No answer in time.
    Silent,
    /// Something answered that is not the party server (a log-in page of the building's network).
    Portal,
    /// The certificate is not the party server's; no count was shown to it.
    FalseCertificate,
    /// The server answered with a fault of its own (it is busy, or restarting).
    ServerTrouble,
}

/// A draft or its latest report, as a line of the home screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CaucusSummary {
    /// Precinct number.
    pub precinct: u32,
    /// Room.
    pub room: RoomName,
    /// Step of an unsigned draft.
    pub draft_step: Option<Step>,
    /// The draft corrects a report.
    pub correcting: bool,
    /// [`ReportView::id`] of the newest report.
    pub report: Option<String>,
}
