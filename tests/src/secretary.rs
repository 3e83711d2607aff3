//! A secretary with a paper: looks at the tablet and does the next thing. Killed and started again, the tablet shows where
//! it was, and the secretary goes on from there.

use countersign_device::api::{
    CaucusView, Cell, Command, CountKind, CountView, Key, LotDrawer, Missing, ReasonChoice, Step,
};

use crate::paper::Paper;

/// The reason for whatever wants one.
const REASON: &str = "recount";

/// The next command that brings the open caucus towards a signature, going no further than `may`. `None`: nothing to do
/// before more is known.
#[must_use]
pub fn next(caucus: &CaucusView, paper: &Paper, may: Step, pin: &str) -> Option<Command> {
    let typed = match caucus.step {
        Step::Attendance => type_cell(Cell::Attendees, caucus.attendees, paper.attendees),
        Step::FirstAlignment => count(caucus, CountKind::FirstAlignment, &paper.first),
        Step::FinalAlignment => count(caucus, CountKind::FinalAlignment, &paper.last),
        Step::Delegates => delegates(caucus, paper),
        Step::Check | Step::Attest => settle(caucus),
        Step::Realignment => None,
        Step::Sign => return Some(sign(caucus, pin)),
    };
    typed.or_else(|| forward(caucus, may))
}

/// What the app's bar does: the next step.
fn forward(caucus: &CaucusView, may: Step) -> Option<Command> {
    let at = caucus.steps.iter().position(|step| step.step == caucus.step)?;
    let next = caucus.steps.get(at + 1)?.step;
    (next <= may).then_some(Command::GoTo { step: next })
}

fn sign(caucus: &CaucusView, pin: &str) -> Command {
    // A change of attendance after first alignment, for one, wants words.
    settle(caucus).unwrap_or(Command::Sign { pin: pin.into() })
}

/// Presses the key that brings a cell nearer to what is on the paper.
fn type_cell(cell: Cell, shown: Option<u32>, wanted: u32) -> Option<Command> {
    let (shown, wanted) = (shown.map(|shown| shown.to_string()), wanted.to_string());
    let typed = shown.as_deref().unwrap_or("");
    if typed == wanted {
        return None;
    }
    let key = match wanted.strip_prefix(typed).and_then(|rest| rest.bytes().next()) {
        Some(digit) if typed != "0" => digit_key(digit),
        _ => Key::Clear,
    };
    Some(Command::Press { cell, key })
}

fn digit_key(digit: u8) -> Key {
    const DIGITS: [Key; 10] =
        [Key::D0, Key::D1, Key::D2, Key::D3, Key::D4, Key::D5, Key::D6, Key::D7, Key::D8, Key::D9];
    DIGITS[usize::from(digit - b'0')]
}

fn view_of(caucus: &CaucusView, kind: CountKind) -> Option<(u8, &CountView)> {
    (0..).zip(&caucus.counts).find(|(_, count)| count.kind == kind)
}

/// Types what is not nobody, then says that nobody is in the rest.
fn count(caucus: &CaucusView, kind: CountKind, paper: &[u32]) -> Option<Command> {
    let (count, view) = view_of(caucus, kind)?;
    let mut rest = false;
    for ((group, cell), &wanted) in (0..).zip(&view.cells).zip(paper) {
        if wanted > 0 || cell.value.is_some_and(|value| value > 0) {
            let press = type_cell(Cell::Count { count, group }, cell.value, wanted);
            if press.is_some() {
                return press;
            }
        }
        rest |= cell.value.is_none();
    }
    rest.then_some(Command::NobodyInTheRest { count })
}

fn delegates(caucus: &CaucusView, paper: &Paper) -> Option<Command> {
    let open = (0..).zip(&caucus.ties).find(|(_, tie)| tie.drawn.is_none());
    if let Some((tie, view)) = open {
        let seats = usize::try_from(view.seats).unwrap_or(usize::MAX);
        return Some(Command::DrawLot {
            tie,
            winners: view.groups.iter().copied().take(seats).collect(),
            method: view.method,
            drawn_by: LotDrawer::Chair,
        });
    }
    match &paper.delegates {
        Some(announced) => count(caucus, CountKind::Delegates, announced),
        None => {
            let (_, view) = view_of(caucus, CountKind::Delegates)?;
            let computed = caucus.award.as_ref().and_then(|award| award.delegates.as_ref());
            match computed {
                Some(_) if view.empty > 0 => Some(Command::TakeComputedDelegates),
                Some(_) => None,
                None => count(caucus, CountKind::Delegates, &vec![0; view.cells.len()]),
            }
        }
    }
}

fn reason() -> ReasonChoice {
    ReasonChoice { code: REASON.to_owned(), text: None }
}

/// Gives the reasons that are asked for; chair, secretary and captains stand by the figures.
fn settle(caucus: &CaucusView) -> Option<Command> {
    caucus.missing.iter().find_map(|missing| match missing {
        Missing::Reason { finding } => {
            Some(Command::Acknowledge { finding: finding.clone(), reason: reason() })
        }
        Missing::AttendanceReason => Some(Command::ExplainAttendance { reason: reason() }),
        Missing::Attestation { who } => Some(Command::Attest { who: *who, objection: None }),
        Missing::Attendance | Missing::Groups { .. } | Missing::Lot { .. } => None,
    })
}

/// Begins the correction of a report.
#[must_use]
pub fn correct(report: &str) -> Command {
    Command::BeginCorrection { report: report.to_owned(), reason: reason() }
}
