//! What a screen may ask.

use std::fmt;

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use zeroize::Zeroize as _;

#[allow(unused_imports, reason = "some are only linked to")]
use super::*;

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
    /// Signs the reply to a question of headquarters: the numbers stand as they were signed.
    Reply {
        /// [`QuestionView::id`].
        question: String,
        /// Why they stand.
        reason: ReasonChoice,
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
