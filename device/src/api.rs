//! The command surface: everything a screen may ask of the tablet, and everything it is told.
//!
//! One JSON object goes in ([`Command`]), one comes out (an [`Answer`] or a [`Problem`]). The
//! screens hold no state of their own that matters: they draw the [`View`], send a command for
//! each press, and draw the view that comes back. Hosts (the Tauri window, the HTTP host of the
//! tests) carry the JSON and decide nothing. The TypeScript in `ui/shared/src/gen_api.ts` is
//! generated from this file and compared in CI.
//!
//! Numbers are plain JSON numbers below 2^53. Times are milliseconds since the Unix epoch.

use std::fmt;

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use zeroize::Zeroize as _;

/// A language of the screens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    En,
    /// Spanish.
    Es,
}

/// Which of the server's two rooms a report belongs to (design section 10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum RoomName {
    /// The caucus itself.
    Official,
    /// Rehearsal: same app, same server, other keys, another log.
    Rehearsal,
}

/// A key of the number keypad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Key {
    /// 0
    D0,
    /// 1
    D1,
    /// 2
    D2,
    /// 3
    D3,
    /// 4
    D4,
    /// 5
    D5,
    /// 6
    D6,
    /// 7
    D7,
    /// 8
    D8,
    /// 9
    D9,
    /// Takes the last digit away; an empty number stays empty.
    Delete,
    /// Makes the number empty (which is not zero).
    Clear,
    /// One less, not below 0.
    Minus,
    /// One more; an empty number becomes 1.
    Plus,
}

/// A cell that a press changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Cell {
    /// The number of people who attended.
    Attendees,
    /// One group in one count.
    Count {
        /// Index into [`CaucusView::counts`].
        count: u8,
        /// Index into [`CaucusView::groups`] (ballot order).
        group: u8,
    },
}

/// The steps of one caucus, in order. Where a step makes no sense (realignment and first alignment
/// in a precinct where nobody came) [`CaucusView::steps`] leaves it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Step {
    /// How many people attended.
    Attendance,
    /// People in each group at first alignment.
    FirstAlignment,
    /// The realignment period, with a timer.
    Realignment,
    /// People in each group at final alignment.
    FinalAlignment,
    /// Delegates as announced in the room, with what the rules give and the working; lots.
    Delegates,
    /// What does not add up.
    Check,
    /// The room sees the figures; chair, secretary and captains stand by them or object.
    Attest,
    /// The PIN, and the signature.
    Sign,
}

/// Who stands by the report, or objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Attester {
    /// The caucus chair.
    Chair,
    /// The caucus secretary.
    Secretary,
    /// The captain of a viable group.
    Captain {
        /// Index in ballot order.
        group: u8,
    },
}

/// A reason: a code of the contest's list, and for `other` at most 60 characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReasonChoice {
    /// One of [`PackageView::reasons`].
    pub code: String,
    /// Only with the code `other`: what everyone will be able to read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub text: Option<String>,
}

/// A PIN or a code on its way in: `Debug` does not show it, and it is wiped when it was used.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The text.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// Everything a screen may ask. Every answer but those named in [`Answer`] is the new [`View`], and
/// what a command changed is durable before it answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "cmd", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Command {
    /// The state as it is. Changes nothing.
    View,
    /// Sets the language of the screens.
    SetLanguage {
        /// The new language.
        language: Language,
    },
    /// Sets the text size in percent: 100, 150 or 200.
    SetTextScale {
        /// 100, 150 or 200.
        percent: u16,
    },
    /// Switches the high-contrast theme.
    SetContrast {
        /// On or off.
        high: bool,
    },
    /// Says, offline, what an invitation code is for. Answers [`Answer::Invitation`].
    PreviewInvitation {
        /// 20 Crockford base-32 characters; spaces, dashes and case do not matter. Also the link of an invitation QR.
        #[ts(type = "string")]
        code: Secret,
    },
    /// Takes an invitation: makes the keys of both rooms, seals them with the PIN, queues the enrolments.
    /// The first invitation sets the PIN; a later one must bring the PIN of this tablet.
    Enrol {
        /// As in `previewInvitation`.
        #[ts(type = "string")]
        code: Secret,
        /// Six digits.
        #[ts(type = "string")]
        pin: Secret,
    },
    /// Opens the app with the PIN.
    Unlock {
        /// Six digits.
        #[ts(type = "string")]
        pin: Secret,
    },
    /// Locks the app; nothing is lost, sync goes on.
    Lock,
    /// Opens the draft of a precinct in a room, or begins one.
    OpenCaucus {
        /// The precinct's number in the package.
        precinct: u32,
        /// The room.
        room: RoomName,
    },
    /// Leaves the draft for the home screen; the draft stays.
    CloseCaucus,
    /// One press of the number keypad.
    Press {
        /// The cell it goes to.
        cell: Cell,
        /// The key.
        key: Key,
    },
    /// Remembers which cell is chosen, so that a restart opens there.
    ChooseCell {
        /// The cell.
        cell: Cell,
    },
    /// Fills every empty group of a count with 0 ("Nobody in the rest").
    NobodyInTheRest {
        /// Index into [`CaucusView::counts`].
        count: u8,
    },
    /// Copies the computed delegates into the empty cells of the delegates count ("As the rules give").
    TakeComputedDelegates,
    /// Goes to a step. Never refused for numbers that do not add up; `Sign` needs what [`CaucusView::missing`] names.
    GoTo {
        /// The step.
        step: Step,
    },
    /// Starts the realignment timer, or starts it again.
    StartTimer {
        /// Length in seconds, 60 to 3600.
        seconds: u32,
    },
    /// Stops the realignment timer.
    StopTimer,
    /// Says why attendance changes after first alignment was begun; kept in the draft's history (T12).
    ExplainAttendance {
        /// Why.
        reason: ReasonChoice,
    },
    /// Records the outcome of a lot for a tie that the view names.
    DrawLot {
        /// Index into [`CaucusView::ties`].
        tie: u8,
        /// Groups (ballot index) that the lot favoured; as many as the tie has seats.
        winners: Vec<u8>,
        /// How it was drawn.
        method: LotMethod,
        /// Who drew: a role, no name.
        drawn_by: LotDrawer,
    },
    /// Takes a recorded lot back.
    UndrawLot {
        /// Index into [`CaucusView::ties`].
        tie: u8,
    },
    /// Keeps a finding, with a reason.
    Acknowledge {
        /// [`FindingView::key`].
        finding: String,
        /// Why.
        reason: ReasonChoice,
    },
    /// Takes an acknowledgement back.
    Unacknowledge {
        /// [`FindingView::key`].
        finding: String,
    },
    /// Records that someone stands by the figures (`objection` absent) or objects.
    Attest {
        /// Who.
        who: Attester,
        /// Why they object.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        objection: Option<ReasonChoice>,
    },
    /// Takes an attestation back.
    Unattest {
        /// Who.
        who: Attester,
    },
    /// Signs the draft and queues it, in one durable step. Asks for the PIN again.
    Sign {
        /// Six digits.
        #[ts(type = "string")]
        pin: Secret,
    },
    /// Begins a correction: a draft that starts with the numbers of the report it will replace.
    BeginCorrection {
        /// [`ReportView::id`].
        report: String,
        /// Why.
        reason: ReasonChoice,
    },
    /// Gives up a correction that is not signed; the report stays as it is.
    DropCorrection,
    /// Puts rehearsal drafts and worksheet answers of this precinct away and begins afresh. Rehearsal only.
    RehearseAgain {
        /// The precinct's number in the package.
        precinct: u32,
    },
    /// Compares the last rehearsal report with the worksheet it was entered from. Answers [`Answer::Worksheet`].
    CompareWorksheet {
        /// [`ReportView::id`].
        report: String,
    },
    /// Makes the hand-off of a report: link, QR and file. Answers [`Answer::HandOff`].
    HandOff {
        /// [`ReportView::id`].
        report: String,
    },
    /// Writes the `.countersign` file of a report where the host lets the person choose. Answers [`Answer::Saved`].
    SaveHandOff {
        /// [`ReportView::id`].
        report: String,
    },
    /// Reads another tablet's hand-off (the link's text, or a file's bytes in base 64) and queues it here to be carried.
    ImportHandOff {
        /// The link that the QR holds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        link: Option<String>,
        /// A `.countersign` file or a picture (PNG, JPEG) of the QR, in base 64, at most 8 MiB decoded.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        file: Option<String>,
    },
    /// Tries to reach the server now, whatever the back-off says.
    SyncNow,
    /// Looks at the tablet: storage, clock, package, server. Answers [`Answer::Preflight`].
    Preflight,
    /// A message from headquarters was read.
    Dismiss {
        /// [`NoticeView::id`].
        notice: String,
    },
}

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

/// The open draft, with all that can be worked out from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CaucusView {
    /// The precinct.
    pub precinct: PrecinctView,
    /// The room.
    pub room: RoomName,
    /// Where the person is.
    pub step: Step,
    /// The steps of this caucus, in order.
    pub steps: Vec<StepView>,
    /// The chosen cell.
    pub cell: Option<Cell>,
    /// Groups in ballot order.
    pub groups: Vec<GroupView>,
    /// Counts in the contest's order.
    pub counts: Vec<CountView>,
    /// People who attended; absent while empty.
    pub attendees: Option<u32>,
    /// Delegates to elect with this attendance.
    pub delegates_to_elect: Option<u32>,
    /// People a group needs to be viable; absent where viability does not apply (one delegate) or attendance is empty.
    pub viability_number: Option<u32>,
    /// The same as a fraction of the attendees, for the sentence under the question.
    pub viability_rule: Option<FractionView>,
    /// The delegate rule's working.
    pub award: Option<AwardView>,
    /// Ties that a lot settles, with the lots recorded.
    pub ties: Vec<TieView>,
    /// What does not add up, worst first.
    pub findings: Vec<FindingView>,
    /// Checks that passed, by id (`C01`).
    pub passed: Vec<String>,
    /// Who has to attest, and what they said.
    pub attestations: Vec<AttestationView>,
    /// What is missing before it can be signed.
    pub missing: Vec<Missing>,
    /// The realignment timer.
    pub timer: Option<TimerView>,
    /// The correction this draft is.
    pub correction: Option<CorrectionView>,
    /// Attendance was changed after first alignment was begun and nobody has said why yet.
    pub attendance_needs_reason: bool,
}

/// A step and how far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct StepView {
    /// The step.
    pub step: Step,
    /// Nothing is missing in it.
    pub done: bool,
}

/// A preference group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct GroupView {
    /// Stable key, such as `sanders`.
    pub key: String,
    /// Short name for lists, in the chosen language.
    pub name: String,
    /// Full name, in the chosen language.
    pub full_name: String,
}

/// What a count counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum CountKind {
    /// People at first alignment.
    FirstAlignment,
    /// People at final alignment.
    FinalAlignment,
    /// Delegates as announced in the room.
    Delegates,
}

/// One count of the draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CountView {
    /// What it counts.
    pub kind: CountKind,
    /// One cell for each group.
    pub cells: Vec<CountCell>,
    /// Sum of the cells that are filled.
    pub sum: u32,
    /// What the sum is compared with: attendees, the first alignment's sum, the delegates to elect.
    pub expected: Option<u32>,
    /// Empty cells.
    pub empty: u32,
}

/// A cell of a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CountCell {
    /// Absent while empty: empty is not zero.
    pub value: Option<u32>,
    /// The group is viable with this number; absent where viability does not apply or the cell is empty.
    pub viable: Option<bool>,
    /// How many are short of viability.
    pub short: Option<u32>,
}

/// A fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FractionView {
    /// Numerator.
    pub numerator: u32,
    /// Denominator, not 0.
    pub denominator: u32,
}

/// What the delegate rule gives for these counts, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AwardView {
    /// Delegates for each group; absent while a tie is not settled, or where the counts do not say (majority rule).
    pub delegates: Option<Vec<u32>>,
    /// Row by row.
    pub rows: Vec<AwardRow>,
    /// Changes after rounding, in order.
    pub changes: Vec<AwardChange>,
}

/// A group's line in the working.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AwardRow {
    /// Ballot index.
    pub group: u8,
    /// People at final alignment.
    pub people: u32,
    /// Exact share as a decimal text with four places, such as `4.8721`.
    pub share: String,
    /// After rounding half up, at least one for a viable group.
    pub rounded: u32,
}

/// A delegate taken or given after rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AwardChange {
    /// Ballot index.
    pub group: u8,
    /// Given (`true`) or taken.
    pub gains: bool,
    /// A lot decided it.
    pub by_lot: bool,
}

/// How a lot is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum LotMethod {
    /// A coin.
    Coin,
    /// The higher card.
    HighCard,
    /// Names from a hat, straws, or another way the room agreed on.
    Other,
}

/// Who drew a lot: a role, never a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum LotDrawer {
    /// The chair.
    Chair,
    /// The secretary.
    Secretary,
    /// A captain.
    Captain,
}

/// A tie that a lot settles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TieView {
    /// Groups in the tie (ballot index).
    pub groups: Vec<u8>,
    /// How many of them the lot favours.
    pub seats: u32,
    /// Favoured groups gain a delegate (`true`), or those not favoured lose one (`false`).
    pub gains: bool,
    /// The method of the contest's rules.
    pub method: LotMethod,
    /// Recorded outcome.
    pub drawn: Option<LotView>,
}

/// A recorded lot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LotView {
    /// Favoured groups.
    pub winners: Vec<u8>,
    /// How.
    pub method: LotMethod,
    /// Who drew.
    pub drawn_by: LotDrawer,
}

/// How bad a finding is (design section 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    /// Asks for a second look and a reason.
    Impossible,
    /// Asks for a reason.
    Unusual,
    /// Only shown.
    Note,
}

/// Something that does not add up. The sentence is chosen by `rule`, `variant` and the numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FindingView {
    /// Stable while the same thing is wrong: `C03:4`. An acknowledgement belongs to it and falls away when its numbers change.
    pub key: String,
    /// `C01` … `C10`.
    pub rule: String,
    /// Which of the rule's sentences: `C01` has `more` and `fewer`, `C06` `differs`, `C07` `delegatesWithoutPeople` and `viableWithoutDelegate`, `C08` `missing` and `needless`; else `found`.
    pub variant: String,
    /// How bad.
    pub severity: Severity,
    /// Group concerned (ballot index).
    pub group: Option<u8>,
    /// Second group concerned (C10).
    pub other_group: Option<u8>,
    /// The numbers that disagree, in the order of the sentence: what was entered first, what it should be second.
    pub numbers: Vec<u32>,
    /// Step where it can be corrected, the likeliest first.
    pub steps: Vec<Step>,
    /// The reason given.
    pub acknowledged: Option<ReasonChoice>,
}

/// Somebody who attests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AttestationView {
    /// Who.
    pub who: Attester,
    /// `None`: not asked yet.
    pub said: Option<AttestationSaid>,
}

/// What an attester said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum AttestationSaid {
    /// Stands by the figures.
    StandsBy,
    /// Objects.
    Objects {
        /// Why.
        reason: ReasonChoice,
    },
}

/// What is missing before a draft can be signed. None of it is a judgement on the numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Missing {
    /// Attendance is empty.
    Attendance,
    /// Groups without a number in a count.
    Groups {
        /// Index into [`CaucusView::counts`].
        count: u8,
        /// Ballot indices.
        groups: Vec<u8>,
    },
    /// A tie without a lot.
    Lot {
        /// Index into [`CaucusView::ties`].
        tie: u8,
    },
    /// A finding that asks for a reason.
    Reason {
        /// [`FindingView::key`].
        finding: String,
    },
    /// Why attendance changed.
    AttendanceReason,
    /// The chair or the secretary has not said anything.
    Attestation {
        /// Who.
        who: Attester,
    },
}

/// The realignment timer. It counts on the device's monotonic clock and survives a restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TimerView {
    /// Milliseconds left at this view; 0 when it has run out.
    pub left_ms: u32,
    /// Its whole length in milliseconds.
    pub length_ms: u32,
    /// It runs.
    pub running: bool,
}

/// The correction a draft is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CorrectionView {
    /// [`ReportView::id`] of the report it replaces.
    pub supersedes: String,
    /// Revision it will have.
    pub revision: u32,
    /// Why.
    pub reason: ReasonChoice,
    /// Cells that differ from the report it replaces.
    pub changed: Vec<Cell>,
}

/// Where a report stands (design section 1, idea 3). There is no state called "sent".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Standing {
    /// Signed and queued, durable on this tablet.
    SavedHere,
    /// A receipt was verified on this tablet.
    Countersigned {
        /// Index in the log.
        #[ts(type = "number")]
        log_index: u64,
        /// Server time of the entry.
        #[ts(type = "number")]
        entered_ms: u64,
    },
    /// The server keeps it for a person to judge.
    Held {
        /// Stable code.
        reason: HeldReason,
    },
    /// The server does not take it.
    Refused {
        /// Stable code.
        reason: RefusedReason,
    },
}

/// Why a report is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum HeldReason {
    /// The key was revoked before the report came.
    RevokedKey,
    /// The server's log is not the one this tablet knows (older, or another).
    LogMismatch,
    /// It asks for something this version of the app does not know.
    Unknown,
}

/// Why a report is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum RefusedReason {
    /// Not canonical, too large, or damaged.
    NotCanonical,
    /// The signature does not fit.
    BadSignature,
    /// Another contest's.
    WrongContest,
    /// Another room's.
    WrongRoom,
    /// A precinct the invitation does not name.
    WrongPrecinct,
    /// A package the server does not know.
    UnknownPackage,
    /// The invitation is not (or no longer) valid.
    InvitationNotValid,
    /// Numbers or lengths outside the limits.
    OverLimit,
    /// It corrects a report this tablet's key did not sign.
    WrongSupersedes,
    /// Another reason.
    Other,
}

/// A report signed on this tablet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReportView {
    /// Its id: SHA-256 of the signed bytes, 64 lower-case hexadecimal digits.
    pub id: String,
    /// The precinct.
    pub precinct: PrecinctView,
    /// The room.
    pub room: RoomName,
    /// 1 for the first.
    pub revision: u32,
    /// The report it replaces.
    pub supersedes: Option<String>,
    /// The report that replaces it.
    pub superseded_by: Option<String>,
    /// Device time of the signature.
    #[ts(type = "number")]
    pub signed_ms: u64,
    /// Three words.
    pub phrase: String,
    /// People who attended.
    pub attendees: u32,
    /// Groups in ballot order.
    pub groups: Vec<GroupView>,
    /// What each count counts.
    pub count_kinds: Vec<CountKind>,
    /// The numbers, by count and group.
    pub counts: Vec<Vec<u32>>,
    /// Where it stands.
    pub standing: Standing,
    /// Server time less device time at the receipt, in seconds, where it is more than a minute.
    pub skew_s: Option<i64>,
    /// A worksheet is known to compare it with (rehearsal).
    pub worksheet: bool,
}

/// A report carried for another tablet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CarriedView {
    /// Report id.
    pub id: String,
    /// The precinct, where the package knows it.
    pub precinct: Option<PrecinctView>,
    /// The room.
    pub room: RoomName,
    /// Where it stands.
    pub standing: Standing,
}

/// A message from headquarters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct NoticeView {
    /// Its id.
    pub id: String,
    /// What kind.
    pub kind: NoticeKind,
    /// The precinct it is about.
    pub precinct: Option<PrecinctView>,
    /// Words of headquarters, where there are any.
    pub text: Option<String>,
    /// When it came (server time).
    #[ts(type = "number")]
    pub at_ms: u64,
}

/// What kind of message from headquarters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum NoticeKind {
    /// A key of this tablet was revoked.
    Revocation,
    /// A kind this version does not know; kept.
    Unknown,
}

/// Why a command did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// The code: the screens choose their words by it and by nothing else.
    pub code: ProblemCode,
    /// Trying the same again can help.
    pub retry: bool,
    /// For `pinWrong` and `pinWait`: milliseconds until the next try.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub wait_ms: Option<u32>,
}

/// The closed set of codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum ProblemCode {
    /// The PIN is not right.
    PinWrong,
    /// Too early for another try.
    PinWait,
    /// A PIN has six digits.
    PinFormat,
    /// The app is locked.
    Locked,
    /// The code's length or characters are not those of an invitation.
    CodeFormat,
    /// The check character does not fit: a slip in typing.
    CodeSlip,
    /// The code names no precinct of this contest.
    CodeOtherContest,
    /// No package yet: connect once, or bring it as a file.
    NoPackage,
    /// The package's party key is not the pinned one, or its signature does not fit.
    PackageRefused,
    /// This tablet holds no invitation for that precinct.
    NoInvitation,
    /// No draft is open.
    NoDraft,
    /// The number would be over 100 000.
    NumberTooLarge,
    /// Something is still missing before it can be signed.
    NotComplete,
    /// A reason is needed, or is longer than 60 characters.
    ReasonFormat,
    /// The command does not fit the state (a report already signed, an unknown id, an index out of range).
    NotPossibleNow,
    /// The hand-off could not be read.
    HandOffUnreadable,
    /// The disk is full. What was shown as saved is safe.
    DiskFull,
    /// The folder cannot be written.
    ReadOnly,
    /// The database is damaged; it was left as it is and nothing was begun over it.
    DatabaseDamaged,
    /// The database was written by a newer version of the app.
    DatabaseNewer,
    /// A bug: the command could not be understood or an invariant broke. Nothing was changed.
    Internal,
}
