//! From core's words to the command surface's, and back.

use countersign_core::checks::{Cells, RuleId, Severity as CoreSeverity};
use countersign_core::contest::{
    self, Contest, CountKind as CoreCount, LotMethod as ContestLot, PrecinctKind,
};
use countersign_core::id::MessageId;
use countersign_core::message::{self, Reason};
use countersign_core::room::Room;

use crate::api::{
    Attester, Cell, CountKind, GroupView, Language, LotDrawer, LotMethod, PlaceKind, PrecinctView,
    ReasonChoice, RoomName, Severity, Step,
};

/// A room's word.
pub(crate) fn room_name(room: Room) -> RoomName {
    match room {
        Room::Official => RoomName::Official,
        Room::Rehearsal => RoomName::Rehearsal,
    }
}

/// The room of a word.
pub(crate) fn room(name: RoomName) -> Room {
    match name {
        RoomName::Official => Room::Official,
        RoomName::Rehearsal => Room::Rehearsal,
    }
}

/// A language as contests write it.
pub(crate) fn language_code(language: Language) -> &'static str {
    match language {
        Language::En => "en",
        Language::Es => "es",
    }
}

/// What a count counts.
pub(crate) fn count_kind(kind: CoreCount) -> CountKind {
    match kind {
        CoreCount::FirstAlignment => CountKind::FirstAlignment,
        CoreCount::FinalAlignment => CountKind::FinalAlignment,
        CoreCount::Delegates => CountKind::Delegates,
    }
}

/// The step where a count is typed.
pub(crate) fn count_step(kind: CoreCount) -> Step {
    match kind {
        CoreCount::FirstAlignment => Step::FirstAlignment,
        CoreCount::FinalAlignment => Step::FinalAlignment,
        CoreCount::Delegates => Step::Delegates,
    }
}

/// The step where cells are typed.
pub(crate) fn cells_step(cells: Cells) -> Step {
    match cells {
        Cells::Attendees => Step::Attendance,
        Cells::Count(kind) => count_step(kind),
    }
}

/// How bad.
pub(crate) fn severity(severity: CoreSeverity) -> Severity {
    match severity {
        CoreSeverity::Impossible => Severity::Impossible,
        CoreSeverity::Unusual => Severity::Unusual,
        CoreSeverity::Note => Severity::Note,
    }
}

/// The id of a check that a message names by number: `C01` to `C10`, `H01` to `H05`.
pub(crate) fn check(number: u8) -> String {
    match RuleId::from_number(number) {
        Some(rule) => rule.to_string(),
        None => format!("H{:02}", number.saturating_sub(100)),
    }
}

/// A ballot index. Contests have at most 64 groups.
pub(crate) fn ballot(index: usize) -> u8 {
    u8::try_from(index).unwrap_or(u8::MAX)
}

/// Every cell of two sets of figures of one shape, each attendance and counts: the cell, what the one says, what the other
/// says. Attendance first, then by count and group.
pub(crate) fn side_by_side(
    one: (u32, &[Vec<u32>]),
    other: (u32, &[Vec<u32>]),
) -> Vec<(Cell, u32, u32)> {
    let mut cells = vec![(Cell::Attendees, one.0, other.0)];
    for (count, (one, other)) in one.1.iter().zip(other.1).enumerate() {
        let row = one.iter().zip(other).enumerate();
        cells.extend(row.map(|(group, (&one, &other))| {
            (Cell::Count { count: ballot(count), group: ballot(group) }, one, other)
        }));
    }
    cells
}

/// Ballot indices.
pub(crate) fn ballots(indices: &[usize]) -> Vec<u8> {
    indices.iter().copied().map(ballot).collect()
}

/// The lot that a contest's rules ask for.
pub(crate) fn contest_lot(method: ContestLot) -> LotMethod {
    match method {
        ContestLot::Coin => LotMethod::Coin,
        ContestLot::HighCard => LotMethod::HighCard,
        ContestLot::Other => LotMethod::Other,
    }
}

/// How a lot was drawn, as a report says it.
pub(crate) fn lot_method(method: LotMethod) -> message::LotMethod {
    match method {
        LotMethod::Coin => message::LotMethod::Coin,
        LotMethod::HighCard => message::LotMethod::HighCard,
        LotMethod::Other => message::LotMethod::Other,
    }
}

/// Who drew, as a report says it.
pub(crate) fn lot_drawer(drawer: LotDrawer) -> message::LotDrawer {
    match drawer {
        LotDrawer::Chair => message::LotDrawer::Chair,
        LotDrawer::Secretary => message::LotDrawer::Secretary,
        LotDrawer::Captain => message::LotDrawer::Captain,
    }
}

/// Who attests, as a report says it.
pub(crate) fn attester(who: Attester) -> (message::Attester, Option<u8>) {
    match who {
        Attester::Chair => (message::Attester::Chair, None),
        Attester::Secretary => (message::Attester::Secretary, None),
        Attester::Captain { group } => (message::Attester::Captain, Some(group)),
    }
}

/// A reason, as a report says it.
pub(crate) fn reason(choice: &ReasonChoice) -> Reason {
    Reason { code: choice.code.clone(), text: choice.text.clone() }
}

/// Whether a contest has this reason, with words only where they belong.
pub(crate) fn reason_fits(contest: &Contest, choice: &ReasonChoice) -> bool {
    let short = |text: &String| {
        u32::try_from(text.chars().count())
            .is_ok_and(|chars| chars <= contest.limits.reason_text_max)
    };
    reason(choice).fits(contest) && choice.text.as_ref().is_none_or(short)
}

/// A precinct; `attendees` decides how many delegates a satellite elects.
pub(crate) fn precinct(
    contest: &Contest,
    number: u32,
    attendees: Option<u32>,
) -> Option<PrecinctView> {
    let found = contest.precinct(number)?;
    Some(PrecinctView {
        number,
        id: found.id.clone(),
        name: found.name.clone(),
        county: contest.county_display(found),
        kind: match found.kind {
            PrecinctKind::Precinct => PlaceKind::Precinct,
            PrecinctKind::Satellite => PlaceKind::Satellite,
        },
        delegates: contest.delegates_to_elect(number, attendees),
    })
}

/// Groups in ballot order.
pub(crate) fn groups(contest: &Contest, language: Language) -> Vec<GroupView> {
    let language = language_code(language);
    let view = |group: &contest::Group| GroupView {
        key: group.key.clone(),
        name: group.name_in(language).to_owned(),
        full_name: group.full_name_in(language).to_owned(),
    };
    contest.groups.iter().map(view).collect()
}

/// The id of a report as screens write it.
pub(crate) fn report_id(text: &str) -> Option<MessageId> {
    MessageId::from_hex(text)
}
