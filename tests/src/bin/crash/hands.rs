//! What is done to the tablet: mostly what brings a report towards its signature, and now and then something else.

use countersign_device::api::{
    AttestationView, CaucusView, Cell, Command, Key, LockView, Missing, ReasonChoice, RoomName,
    Step, View,
};
use countersign_tests::paper::Paper;
use countersign_tests::secretary;
use rand::RngExt as _;
use rand::rngs::ChaCha8Rng;

use crate::child::Orders;
use crate::device::PIN;
use crate::dice;

/// The longest realignment: none runs out while it is compared.
const REALIGNMENT_S: u32 = 3600;

/// The next command.
pub(crate) fn next(view: &View, orders: &Orders, dice: &mut ChaCha8Rng) -> Command {
    match view.lock {
        LockView::NoPin => {
            return Command::Enrol { code: orders.code.as_str().into(), pin: PIN.into() };
        }
        LockView::Locked { .. } => return Command::Unlock { pin: PIN.into() },
        LockView::Unlocked { .. } => {}
    }
    match &view.caucus {
        None => at_home(view, orders, dice),
        Some(caucus) if dice.random_ratio(1, 5) => otherwise(view, caucus, dice),
        Some(caucus) => forward(caucus, orders),
    }
}

/// On the home screen: goes on with the draft, or corrects the newest report.
fn at_home(view: &View, orders: &Orders, dice: &mut ChaCha8Rng) -> Command {
    let open = Command::OpenCaucus { precinct: orders.paper.precinct, room: RoomName::Official };
    if view.caucuses.iter().any(|line| line.draft_step.is_some()) {
        return open;
    }
    let Some(newest) = view.reports.first() else { return open };
    match dice.random_range(0..4) {
        0 => Command::HandOff { report: newest.id.clone() },
        1 => Command::SyncNow,
        _ => secretary::correct(&newest.id),
    }
}

/// What the secretary does. From what no later step can settle, back to the beginning.
fn forward(caucus: &CaucusView, orders: &Orders) -> Command {
    let gap = |missing: &Missing| {
        matches!(missing, Missing::Attendance | Missing::Groups { .. } | Missing::Lot { .. })
    };
    let back = Command::GoTo { step: Step::Attendance };
    if caucus.step > Step::Delegates && caucus.missing.iter().any(gap) {
        return back;
    }
    secretary::next(caucus, &paper(caucus, orders), Step::Sign, PIN).unwrap_or(back)
}

/// The paper of this revision. Every correction corrects a figure, the same one after a kill.
fn paper(caucus: &CaucusView, orders: &Orders) -> Paper {
    match &caucus.correction {
        None => orders.paper.clone(),
        Some(correction) => {
            let words = format!("{} revision {}", orders.season, correction.revision);
            orders.paper.misread(&mut dice(&words))
        }
    }
}

/// Something that is not the next thing to do.
fn otherwise(view: &View, caucus: &CaucusView, dice: &mut ChaCha8Rng) -> Command {
    let cell = caucus.cell.unwrap_or(Cell::Attendees);
    let chosen = match dice.random_range(0..14) {
        0 => Some(Command::Lock),
        1 => Some(Command::CloseCaucus),
        2 => view.reports.first().map(|newest| Command::HandOff { report: newest.id.clone() }),
        3 => pick(&caucus.steps, dice).map(|step| Command::GoTo { step: step.step }),
        4 => Some(Command::StartTimer { seconds: REALIGNMENT_S }),
        5 => Some(Command::StopTimer),
        6 => Some(Command::ChooseCell { cell: Cell::Attendees }),
        7 => pick(&caucus.attestations, dice).map(objection),
        8 => pick(&caucus.attestations, dice).map(|one| Command::Unattest { who: one.who }),
        9 => (!caucus.ties.is_empty()).then_some(Command::UndrawLot { tie: 0 }),
        10 => pick(&caucus.findings, dice)
            .map(|finding| Command::Unacknowledge { finding: finding.key.clone() }),
        11 if dice.random_ratio(1, 4) => {
            caucus.correction.as_ref().map(|_| Command::DropCorrection)
        }
        _ => None,
    };
    chosen.unwrap_or_else(|| Command::Press { cell, key: key(dice) })
}

fn objection(one: &AttestationView) -> Command {
    let text = Some("counted twice".to_owned());
    let reason = ReasonChoice { code: "other".to_owned(), text };
    Command::Attest { who: one.who, objection: Some(reason) }
}

fn key(dice: &mut ChaCha8Rng) -> Key {
    const KEYS: [Key; 8] =
        [Key::D0, Key::D1, Key::D5, Key::D9, Key::Delete, Key::Clear, Key::Minus, Key::Plus];
    KEYS[dice.random_range(0..KEYS.len())]
}

fn pick<'a, T>(all: &'a [T], dice: &mut ChaCha8Rng) -> Option<&'a T> {
    if all.is_empty() { None } else { all.get(dice.random_range(0..all.len())) }
}
