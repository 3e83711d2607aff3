//! What may be done to a draft. Every change is one transaction that also writes the history; it is durable on return.

use countersign_core::contest::{Contest, CountKind};
use countersign_core::room::Room;
use rusqlite::Connection;

use crate::api::{Attester, Cell, Key, LotDrawer, LotMethod, ProblemCode, ReasonChoice, Step};
use crate::db::draft::{self as table, NewDraft};
use crate::db::history::{self, Change};
use crate::db::keys;
use crate::db::outbox::{self, State as Standing};
use crate::db::text::json;
use crate::draft::press::press as pressed;
use crate::draft::{Correction, Draft, DrawnLot, Kept, Said, Timer, cell_name};
use crate::error::{Error, Result};
use crate::names;
use crate::reckoning::Reckoning;
use crate::report;
use crate::state::State;

/// Shortest and longest realignment, in seconds.
const TIMER_S: std::ops::RangeInclusive<u32> = 60..=3600;

/// Opens the draft of a precinct in a room, or begins one.
///
/// # Errors
/// `NoInvitation`; `NotPossibleNow` where the precinct was reported already (a correction is begun otherwise).
pub(crate) fn open(state: &mut State, precinct: u32, room: Room) -> Result<()> {
    if keys::newest(&state.db, precinct, room)?.is_none() {
        return Err(ProblemCode::NoInvitation.into());
    }
    if let Some(draft) = table::find_open(&state.db, precinct, room)? {
        return State::set_open_draft(&state.db, Some(draft));
    }
    if has_report(state, precinct, room)? {
        return Err(Error::NOT_NOW);
    }
    begin(state, precinct, room)
}

fn begin(state: &mut State, precinct: u32, room: Room) -> Result<()> {
    let (package, _) = state.current_package()?;
    let new = NewDraft {
        precinct,
        room,
        package,
        step: Step::Attendance,
        correction: None,
        at_ms: state.wall_ms(),
    };
    let tx = state.begin()?;
    let draft = table::begin(&tx, &new)?;
    State::set_open_draft(&tx, Some(draft))?;
    Ok(tx.commit()?)
}

fn has_report(state: &mut State, precinct: u32, room: Room) -> Result<bool> {
    for item in outbox::newest_first(&state.db, countersign_core::message::Kind::Report)? {
        let ours = !item.carried && !item.put_away && item.room == room;
        if ours && report::facts(state, item.id)?.report.precinct.0 == precinct {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Leaves the draft; it stays.
pub(crate) fn close(state: &mut State) -> Result<()> {
    State::set_open_draft(&state.db, None)
}

/// One press.
pub(crate) fn press(state: &mut State, cell: Cell, key: Key) -> Result<()> {
    let (draft, package) = state.draft()?;
    if !draft.has(cell) {
        return Err(Error::NOT_NOW);
    }
    let new = pressed(draft.value(cell), key, package.contest.limits.count_max)?;
    let now = state.wall_ms();
    let tx = state.begin()?;
    set(&tx, &draft, cell, new, now)?;
    if draft.cell != Some(cell) {
        table::set_chosen(&tx, draft.id, Some(cell))?;
    }
    begin_alignment(&tx, &package.contest, &draft, cell)?;
    Ok(tx.commit()?)
}

fn set(tx: &Connection, draft: &Draft, cell: Cell, new: Option<u32>, now: u64) -> Result<()> {
    let old = draft.value(cell);
    if old == new {
        return Ok(());
    }
    table::set_cell(tx, draft.id, cell, new)?;
    let text = |value: Option<u32>| value.map(|value| value.to_string());
    let (old, new) = (text(old), text(new));
    history::add(
        tx,
        draft.id,
        now,
        Change { what: &cell_name(cell), old: old.as_deref(), new: new.as_deref() },
    )
}

/// The first number of a count fixes the attendance that a later change has to be explained against (T12).
fn begin_alignment(tx: &Connection, contest: &Contest, draft: &Draft, cell: Cell) -> Result<()> {
    let counting = matches!(cell, Cell::Count { count, .. }
        if contest.counts.get(usize::from(count)) != Some(&CountKind::Delegates));
    match draft.attendees {
        Some(attendees) if counting && draft.attendance_basis.is_none() => {
            table::set_attendance_basis(tx, draft.id, attendees)
        }
        _ => Ok(()),
    }
}

/// Remembers the chosen cell.
pub(crate) fn choose(state: &mut State, cell: Cell) -> Result<()> {
    let (draft, _) = state.draft()?;
    if draft.has(cell) {
        table::set_chosen(&state.db, draft.id, Some(cell))
    } else {
        Err(Error::NOT_NOW)
    }
}

/// Fills empty cells of one count, all in one step.
fn fill(state: &mut State, count: usize, value: impl Fn(usize) -> Option<u32>) -> Result<()> {
    let (draft, package) = state.draft()?;
    let cells = draft.counts.get(count).ok_or(Error::NOT_NOW)?;
    let now = state.wall_ms();
    let tx = state.begin()?;
    for (group, _) in cells.iter().enumerate().filter(|(_, cell)| cell.is_none()) {
        let cell = Cell::Count { count: names::ballot(count), group: names::ballot(group) };
        set(&tx, &draft, cell, value(group), now)?;
        begin_alignment(&tx, &package.contest, &draft, cell)?;
    }
    Ok(tx.commit()?)
}

/// "Nobody in the rest".
pub(crate) fn nobody_in_the_rest(state: &mut State, count: u8) -> Result<()> {
    fill(state, count.into(), |_| Some(0))
}

/// "As the rules give", into the empty cells.
pub(crate) fn take_computed(state: &mut State) -> Result<()> {
    let (draft, package) = state.draft()?;
    let award = Reckoning::of(&package.contest, &draft).award.and_then(|award| award.delegates);
    let delegates = award.ok_or(Error::NOT_NOW)?;
    let count = package.contest.count_index(CountKind::Delegates).ok_or(Error::NOT_NOW)?;
    fill(state, count, |group| delegates.get(group).copied())
}

/// Goes to a step of this caucus.
pub(crate) fn go_to(state: &mut State, step: Step) -> Result<()> {
    let (draft, package) = state.draft()?;
    if !Reckoning::of(&package.contest, &draft).steps.contains(&step) {
        return Err(Error::NOT_NOW);
    }
    table::set_step(&state.db, draft.id, step)
}

/// Starts the timer, or starts it again.
pub(crate) fn start_timer(state: &mut State, seconds: u32) -> Result<()> {
    let (draft, _) = state.draft()?;
    if !TIMER_S.contains(&seconds) {
        return Err(Error::NOT_NOW);
    }
    let timer = Timer { length_ms: seconds * 1000, started_ms: state.wall_ms() };
    table::set_timer(&state.db, draft.id, Some(timer))?;
    state.timer_started(draft.id, timer);
    Ok(())
}

/// Stops the timer.
pub(crate) fn stop_timer(state: &mut State) -> Result<()> {
    let (draft, _) = state.draft()?;
    table::set_timer(&state.db, draft.id, None)
}

fn check_reason(contest: &Contest, reason: &ReasonChoice) -> Result<()> {
    if names::reason_fits(contest, reason) { Ok(()) } else { Err(ProblemCode::ReasonFormat.into()) }
}

/// Says why attendance changed.
pub(crate) fn explain_attendance(state: &mut State, reason: &ReasonChoice) -> Result<()> {
    let (draft, package) = state.draft()?;
    check_reason(&package.contest, reason)?;
    let (Some(attendees), Some(basis)) = (draft.attendees, draft.attendance_basis) else {
        return Err(Error::NOT_NOW);
    };
    let now = state.wall_ms();
    let tx = state.begin()?;
    table::set_attendance_basis(&tx, draft.id, attendees)?;
    let (old, new) = (basis.to_string(), format!("{attendees} {}", json(reason)));
    history::add(
        &tx,
        draft.id,
        now,
        Change { what: "attendance explained", old: Some(&old), new: Some(&new) },
    )?;
    Ok(tx.commit()?)
}

/// Records a lot.
///
/// # Errors
/// `NotPossibleNow` unless the winners are as many of the tied groups as the tie has seats.
pub(crate) fn draw_lot(
    state: &mut State,
    tie: u8,
    winners: &[u8],
    method: LotMethod,
    drawn_by: LotDrawer,
) -> Result<()> {
    let (draft, package) = state.draft()?;
    let facts = Reckoning::of(&package.contest, &draft);
    let tie = facts.ties().get(usize::from(tie)).ok_or(Error::NOT_NOW)?;
    let mut winners = winners.to_vec();
    winners.sort_unstable();
    let lot =
        DrawnLot { tied: names::ballots(&tie.groups), seats: tie.seats, winners, method, drawn_by };
    if !lot.outcome().settles(tie) {
        return Err(Error::NOT_NOW);
    }
    let now = state.wall_ms();
    let old = facts.lot_of(tie).map(|lot| json(&lot.winners));
    let new = format!("{} {} {}", json(&lot.winners), json(&method), json(&drawn_by));
    let what = format!("lot {}", json(&lot.tied));
    let tx = state.begin()?;
    table::set_lot(&tx, draft.id, &lot)?;
    history::add(&tx, draft.id, now, Change { what: &what, old: old.as_deref(), new: Some(&new) })?;
    Ok(tx.commit()?)
}

/// Takes a lot back.
pub(crate) fn undraw_lot(state: &mut State, tie: u8) -> Result<()> {
    let (draft, package) = state.draft()?;
    let facts = Reckoning::of(&package.contest, &draft);
    let lot = facts
        .ties()
        .get(usize::from(tie))
        .and_then(|tie| facts.lot_of(tie))
        .ok_or(Error::NOT_NOW)?;
    let now = state.wall_ms();
    let (what, old) = (format!("lot {}", json(&lot.tied)), json(&lot.winners));
    let tx = state.begin()?;
    table::remove_lot(&tx, draft.id, &lot.tied, lot.seats)?;
    history::add(&tx, draft.id, now, Change { what: &what, old: Some(&old), new: None })?;
    Ok(tx.commit()?)
}

/// Keeps a finding with a reason.
pub(crate) fn acknowledge(state: &mut State, finding: &str, reason: &ReasonChoice) -> Result<()> {
    let (draft, package) = state.draft()?;
    check_reason(&package.contest, reason)?;
    let facts = Reckoning::of(&package.contest, &draft);
    let found = facts.findings.iter().find(|one| one.key() == finding).ok_or(Error::NOT_NOW)?;
    let kept = Kept {
        finding: finding.to_owned(),
        numbers: found.numbers.clone(),
        reason: reason.clone(),
    };
    let now = state.wall_ms();
    let tx = state.begin()?;
    table::set_kept(&tx, draft.id, &kept)?;
    history::add(
        &tx,
        draft.id,
        now,
        Change { what: finding, old: None, new: Some(&json(reason)) },
    )?;
    Ok(tx.commit()?)
}

/// Takes a reason back.
pub(crate) fn unacknowledge(state: &mut State, finding: &str) -> Result<()> {
    let (draft, _) = state.draft()?;
    let now = state.wall_ms();
    let tx = state.begin()?;
    table::remove_kept(&tx, draft.id, finding)?;
    history::add(&tx, draft.id, now, Change { what: finding, old: Some("kept"), new: None })?;
    Ok(tx.commit()?)
}

/// Records that somebody stands by the figures as they are now, or objects.
pub(crate) fn attest(
    state: &mut State,
    who: Attester,
    objection: Option<&ReasonChoice>,
) -> Result<()> {
    let (draft, package) = state.draft()?;
    if let Some(reason) = objection {
        check_reason(&package.contest, reason)?;
    }
    if !Reckoning::of(&package.contest, &draft).attesters().contains(&who) {
        return Err(Error::NOT_NOW);
    }
    let said = Said { who, figures: draft.figures_digest(), objection: objection.cloned() };
    let now = state.wall_ms();
    let new = objection
        .map_or_else(|| "stands by it".to_owned(), |reason| format!("objects {}", json(reason)));
    let tx = state.begin()?;
    table::set_said(&tx, draft.id, &said)?;
    history::add(&tx, draft.id, now, Change { what: &json(&who), old: None, new: Some(&new) })?;
    Ok(tx.commit()?)
}

/// Takes back what somebody said.
pub(crate) fn unattest(state: &mut State, who: Attester) -> Result<()> {
    let (draft, _) = state.draft()?;
    let now = state.wall_ms();
    let tx = state.begin()?;
    table::remove_said(&tx, draft.id, who)?;
    history::add(&tx, draft.id, now, Change { what: &json(&who), old: Some("said"), new: None })?;
    Ok(tx.commit()?)
}

/// Begins a correction with the numbers of the report it will replace; opens it.
///
/// # Errors
/// `NotPossibleNow` for a report that was replaced already, or that the server refused: there is nothing to replace.
pub(crate) fn begin_correction(
    state: &mut State,
    report: &str,
    reason: &ReasonChoice,
) -> Result<()> {
    let (item, facts) = report::own(state, report)?;
    let old = &facts.report;
    let package = state.package(old.package)?;
    check_reason(&package.contest, reason)?;
    if let Some(draft) = table::find_open(&state.db, old.precinct.0, item.room)? {
        let same = table::lines(&state.db)?.iter().any(|line| line.id == draft && line.correcting);
        return if same {
            State::set_open_draft(&state.db, Some(draft))
        } else {
            Err(Error::NOT_NOW)
        };
    }
    let refused = matches!(item.state, Standing::Refused(_));
    if refused || item.put_away || report::superseded_by(state, item.id)?.is_some() {
        return Err(Error::NOT_NOW);
    }
    let correction =
        Correction { revision: old.revision + 1, supersedes: item.id, reason: reason.clone() };
    let new = NewDraft {
        precinct: old.precinct.0,
        room: item.room,
        package: old.package,
        step: Step::Attendance,
        correction: Some(correction),
        at_ms: state.wall_ms(),
    };
    let tx = state.begin()?;
    let draft = table::begin(&tx, &new)?;
    table::set_cell(&tx, draft, Cell::Attendees, Some(old.attendees))?;
    for (count, cells) in old.counts.iter().enumerate() {
        for (group, value) in cells.iter().enumerate() {
            let cell = Cell::Count { count: names::ballot(count), group: names::ballot(group) };
            table::set_cell(&tx, draft, cell, Some(*value))?;
        }
    }
    for lot in &old.lots {
        table::set_lot(&tx, draft, &lot_again(lot))?;
    }
    State::set_open_draft(&tx, Some(draft))?;
    Ok(tx.commit()?)
}

fn lot_again(lot: &countersign_core::message::Lot) -> DrawnLot {
    use countersign_core::message::{LotDrawer as Drawer, LotMethod as Method};
    DrawnLot {
        tied: lot.groups.clone(),
        seats: lot.seats,
        winners: lot.winners.clone(),
        method: match lot.method {
            Method::Coin => LotMethod::Coin,
            Method::HighCard => LotMethod::HighCard,
            Method::Other => LotMethod::Other,
        },
        drawn_by: match lot.drawn_by {
            Drawer::Chair => LotDrawer::Chair,
            Drawer::Secretary => LotDrawer::Secretary,
            Drawer::Captain => LotDrawer::Captain,
        },
    }
}

/// Gives up an unsigned correction; it is kept, put away.
pub(crate) fn drop_correction(state: &mut State) -> Result<()> {
    let (draft, _) = state.draft()?;
    if draft.correction.is_none() {
        return Err(Error::NOT_NOW);
    }
    let tx = state.begin()?;
    table::put_away(&tx, draft.id)?;
    State::set_open_draft(&tx, None)?;
    Ok(tx.commit()?)
}

/// Puts the rehearsal of a precinct away and begins afresh.
pub(crate) fn rehearse_again(state: &mut State, precinct: u32) -> Result<()> {
    let room = Room::Rehearsal;
    if keys::newest(&state.db, precinct, room)?.is_none() {
        return Err(ProblemCode::NoInvitation.into());
    }
    let mut reports = Vec::new();
    for item in outbox::newest_first(&state.db, countersign_core::message::Kind::Report)? {
        let ours = !item.carried && item.room == room;
        if ours && report::facts(state, item.id)?.report.precinct.0 == precinct {
            reports.push(item.id);
        }
    }
    let tx = state.begin()?;
    if let Some(draft) = table::find_open(&tx, precinct, room)? {
        table::put_away(&tx, draft)?;
    }
    for report in reports {
        outbox::put_away(&tx, report)?;
    }
    tx.commit()?;
    begin(state, precinct, room)
}
