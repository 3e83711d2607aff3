//! The open draft, with all that can be worked out from it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[allow(unused_imports, reason = "some are only linked to")]
use super::*;

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
    /// People in the room; absent while empty.
    pub attendees: Option<u32>,
    /// Early votes of the precinct, which rules and checks count with the room's; absent where there are none.
    pub early_votes: Option<EarlyVotesView>,
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

/// Votes cast before the caucus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EarlyVotesView {
    /// People who voted early.
    pub attendees: u32,
    /// One list for each count, each with a number for each group; no delegates among them.
    pub counts: Vec<Vec<u32>>,
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
    /// The group is viable with this number and its early votes; absent where viability does not apply or the cell is empty.
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
