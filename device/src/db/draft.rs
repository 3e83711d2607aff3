//! Drafts: one row for each cell. Every function is one statement or a few; the caller's transaction makes them one.

use countersign_core::id::MessageId;
use countersign_core::room::Room;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::text::{self, from_json, from_json_if, json, signed, unsigned};
use crate::api::{Attester, Cell, ReasonChoice, Step};
use crate::draft::{Correction, Draft, DrawnLot, Kept, Said, Timer};
use crate::error::{Error, Result};

/// Count number of the attendance cell.
const ATTENDANCE: i64 = -1;

/// What a new draft starts with.
#[derive(Debug, Clone)]
pub(crate) struct NewDraft {
    pub(crate) precinct: u32,
    pub(crate) room: Room,
    pub(crate) package: MessageId,
    pub(crate) step: Step,
    pub(crate) correction: Option<Correction>,
    pub(crate) at_ms: u64,
}

/// A draft as a line of the home screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) id: i64,
    pub(crate) precinct: u32,
    pub(crate) room: Room,
    pub(crate) step: Step,
    pub(crate) correcting: bool,
}

/// Begins a draft; gives its id.
pub(crate) fn begin(db: &Connection, new: &NewDraft) -> Result<i64> {
    let correction = new.correction.as_ref();
    db.execute(
        "INSERT INTO draft (precinct, room, package, touched_ms, step, revision, supersedes, reason)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            new.precinct,
            new.room.as_str(),
            new.package.0,
            signed(new.at_ms),
            json(&new.step),
            correction.map_or(1, |correction| correction.revision),
            correction.map(|correction| correction.supersedes.0),
            correction.map(|correction| json(&correction.reason)),
        ],
    )?;
    Ok(db.last_insert_rowid())
}

/// The unsigned draft of a precinct in a room.
pub(crate) fn find_open(db: &Connection, precinct: u32, room: Room) -> Result<Option<i64>> {
    let sql = "SELECT id FROM draft WHERE precinct = ?1 AND room = ?2 AND signed IS NULL AND NOT put_away";
    Ok(db.query_row(sql, params![precinct, room.as_str()], |row| row.get(0)).optional()?)
}

/// Every unsigned draft, the one touched last first.
pub(crate) fn lines(db: &Connection) -> Result<Vec<Line>> {
    let mut list = db.prepare_cached(
        "SELECT id, precinct, room, step, supersedes IS NOT NULL FROM draft
         WHERE signed IS NULL AND NOT put_away ORDER BY touched_ms DESC, id DESC",
    )?;
    let rows = list.query_map([], |row| {
        Ok(Line {
            id: row.get(0)?,
            precinct: row.get(1)?,
            room: text::room(&row.get::<_, String>(2)?, 2)?,
            step: from_json(&row.get::<_, String>(3)?, 3)?,
            correcting: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The package a draft was begun with; `None` when there is no such unsigned draft.
pub(crate) fn package(db: &Connection, id: i64) -> Result<Option<MessageId>> {
    let mut find = db.prepare_cached(
        "SELECT package FROM draft WHERE id = ?1 AND signed IS NULL AND NOT put_away",
    )?;
    let found = find.query_row([id], |row| text::message_id(&row.get::<_, Vec<u8>>(0)?, 0));
    Ok(found.optional()?)
}

/// Reads a draft whose contest has so many counts and groups.
pub(crate) fn load(db: &Connection, id: i64, counts: usize, groups: usize) -> Result<Draft> {
    let mut find = db.prepare_cached(
        "SELECT precinct, room, package, step, cell, revision, supersedes, reason, attendance_basis,
                timer_length_ms, timer_started_ms FROM draft WHERE id = ?1",
    )?;
    let mut draft = find.query_row([id], |row| head(row, id, counts, groups))?;
    let mut cells =
        db.prepare_cached("SELECT count, party, value FROM draft_cell WHERE draft = ?1")?;
    let mut rows = cells.query([id])?;
    while let Some(row) = rows.next()? {
        let (count, group): (i64, u32) = (row.get(0)?, row.get(1)?);
        let value = Some(row.get(2)?);
        if count == ATTENDANCE {
            draft.attendees = value;
        } else {
            let cell = usize::try_from(count)
                .ok()
                .and_then(|count| draft.counts.get_mut(count)?.get_mut(group as usize));
            *cell.ok_or_else(|| {
                Error::Internal(format!("draft {id} has a cell outside its contest"))
            })? = value;
        }
    }
    draft.lots = lots(db, id)?;
    draft.kept = kept(db, id)?;
    draft.said = said(db, id)?;
    Ok(draft)
}

fn head(row: &Row<'_>, id: i64, counts: usize, groups: usize) -> rusqlite::Result<Draft> {
    let supersedes =
        row.get::<_, Option<Vec<u8>>>(6)?.map(|id| text::message_id(&id, 6)).transpose()?;
    let reason: Option<ReasonChoice> = from_json_if(row.get(7)?, 7)?;
    let revision = row.get(5)?;
    let timer = row.get::<_, Option<u32>>(9)?.zip(row.get::<_, Option<i64>>(10)?);
    Ok(Draft {
        id,
        precinct: row.get(0)?,
        room: text::room(&row.get::<_, String>(1)?, 1)?,
        package: text::message_id(&row.get::<_, Vec<u8>>(2)?, 2)?,
        step: from_json(&row.get::<_, String>(3)?, 3)?,
        cell: from_json_if(row.get(4)?, 4)?,
        correction: supersedes.zip(reason).map(|(supersedes, reason)| Correction {
            revision,
            supersedes,
            reason,
        }),
        attendance_basis: row.get(8)?,
        timer: timer
            .map(|(length_ms, started_ms)| Timer { length_ms, started_ms: unsigned(started_ms) }),
        attendees: None,
        counts: vec![vec![None; groups]; counts],
        lots: Vec::new(),
        kept: Vec::new(),
        said: Vec::new(),
    })
}

fn lots(db: &Connection, id: i64) -> Result<Vec<DrawnLot>> {
    let mut list =
        db.prepare_cached("SELECT tied, seats, winners, method, drawn_by FROM draft_lot WHERE draft = ?1 ORDER BY tied")?;
    let rows = list.query_map([id], |row| {
        Ok(DrawnLot {
            tied: from_json(&row.get::<_, String>(0)?, 0)?,
            seats: row.get(1)?,
            winners: from_json(&row.get::<_, String>(2)?, 2)?,
            method: from_json(&row.get::<_, String>(3)?, 3)?,
            drawn_by: from_json(&row.get::<_, String>(4)?, 4)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn kept(db: &Connection, id: i64) -> Result<Vec<Kept>> {
    let mut list =
        db.prepare_cached("SELECT finding, numbers, reason FROM draft_kept WHERE draft = ?1")?;
    let rows = list.query_map([id], |row| {
        Ok(Kept {
            finding: row.get(0)?,
            numbers: from_json(&row.get::<_, String>(1)?, 1)?,
            reason: from_json(&row.get::<_, String>(2)?, 2)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn said(db: &Connection, id: i64) -> Result<Vec<Said>> {
    let mut list = db
        .prepare_cached("SELECT who, figures, objection FROM draft_attestation WHERE draft = ?1")?;
    let rows = list.query_map([id], |row| {
        Ok(Said {
            who: from_json(&row.get::<_, String>(0)?, 0)?,
            figures: row.get(1)?,
            objection: from_json_if(row.get(2)?, 2)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn place(cell: Cell) -> (i64, u8) {
    match cell {
        Cell::Attendees => (ATTENDANCE, 0),
        Cell::Count { count, group } => (count.into(), group),
    }
}

/// Sets a cell, or empties it.
pub(crate) fn set_cell(db: &Connection, draft: i64, cell: Cell, value: Option<u32>) -> Result<()> {
    let (count, group) = place(cell);
    if let Some(value) = value {
        let mut put = db.prepare_cached(
            "INSERT INTO draft_cell (draft, count, party, value) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (draft, count, party) DO UPDATE SET value = excluded.value",
        )?;
        put.execute(params![draft, count, group, value])?;
    } else {
        let mut take = db.prepare_cached(
            "DELETE FROM draft_cell WHERE draft = ?1 AND count = ?2 AND party = ?3",
        )?;
        take.execute(params![draft, count, group])?;
    }
    Ok(())
}

/// Remembers the chosen cell.
pub(crate) fn set_chosen(db: &Connection, draft: i64, cell: Option<Cell>) -> Result<()> {
    let mut put = db.prepare_cached("UPDATE draft SET cell = ?2 WHERE id = ?1")?;
    put.execute(params![draft, cell.map(|cell| json(&cell))])?;
    Ok(())
}

/// Goes to a step; no cell is chosen there yet.
pub(crate) fn set_step(db: &Connection, draft: i64, step: Step) -> Result<()> {
    db.execute(
        "UPDATE draft SET step = ?2, cell = NULL WHERE id = ?1",
        params![draft, json(&step)],
    )?;
    Ok(())
}

/// Sets the attendance that a later change is measured against.
pub(crate) fn set_attendance_basis(db: &Connection, draft: i64, attendees: u32) -> Result<()> {
    db.execute("UPDATE draft SET attendance_basis = ?2 WHERE id = ?1", params![draft, attendees])?;
    Ok(())
}

/// Starts, replaces or stops the timer.
pub(crate) fn set_timer(db: &Connection, draft: i64, timer: Option<Timer>) -> Result<()> {
    db.execute(
        "UPDATE draft SET timer_length_ms = ?2, timer_started_ms = ?3 WHERE id = ?1",
        params![
            draft,
            timer.map(|timer| timer.length_ms),
            timer.map(|timer| signed(timer.started_ms))
        ],
    )?;
    Ok(())
}

/// Records a lot, in place of an earlier one for the same tie.
pub(crate) fn set_lot(db: &Connection, draft: i64, lot: &DrawnLot) -> Result<()> {
    db.execute(
        "INSERT OR REPLACE INTO draft_lot (draft, tied, seats, winners, method, drawn_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![draft, json(&lot.tied), lot.seats, json(&lot.winners), json(&lot.method), json(&lot.drawn_by)],
    )?;
    Ok(())
}

/// Takes a lot back.
pub(crate) fn remove_lot(db: &Connection, draft: i64, tied: &[u8], seats: u32) -> Result<()> {
    db.execute(
        "DELETE FROM draft_lot WHERE draft = ?1 AND tied = ?2 AND seats = ?3",
        params![draft, json(&tied), seats],
    )?;
    Ok(())
}

/// Keeps a finding.
pub(crate) fn set_kept(db: &Connection, draft: i64, kept: &Kept) -> Result<()> {
    db.execute(
        "INSERT OR REPLACE INTO draft_kept (draft, finding, numbers, reason) VALUES (?1, ?2, ?3, ?4)",
        params![draft, kept.finding, json(&kept.numbers), json(&kept.reason)],
    )?;
    Ok(())
}

/// Takes a reason back.
pub(crate) fn remove_kept(db: &Connection, draft: i64, finding: &str) -> Result<()> {
    db.execute(
        "DELETE FROM draft_kept WHERE draft = ?1 AND finding = ?2",
        params![draft, finding],
    )?;
    Ok(())
}

/// Records what somebody said.
pub(crate) fn set_said(db: &Connection, draft: i64, said: &Said) -> Result<()> {
    db.execute(
        "INSERT OR REPLACE INTO draft_attestation (draft, who, figures, objection) VALUES (?1, ?2, ?3, ?4)",
        params![draft, json(&said.who), said.figures, said.objection.as_ref().map(json)],
    )?;
    Ok(())
}

/// Takes back what somebody said.
pub(crate) fn remove_said(db: &Connection, draft: i64, who: Attester) -> Result<()> {
    db.execute(
        "DELETE FROM draft_attestation WHERE draft = ?1 AND who = ?2",
        params![draft, json(&who)],
    )?;
    Ok(())
}

/// The draft was signed: it is a report now.
pub(crate) fn set_signed(db: &Connection, draft: i64, report: MessageId) -> Result<()> {
    db.execute("UPDATE draft SET signed = ?2 WHERE id = ?1", params![draft, report.0])?;
    Ok(())
}

/// Puts a draft away; it is kept.
pub(crate) fn put_away(db: &Connection, draft: i64) -> Result<()> {
    db.execute("UPDATE draft SET put_away = 1 WHERE id = ?1", [draft])?;
    Ok(())
}
