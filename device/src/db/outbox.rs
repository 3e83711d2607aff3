//! The outbox: every message that was signed or is carried here. Append-only; a row changes its state and never goes
//! away (triggers see to it).

use countersign_core::id::{KeyId, MessageId};
use countersign_core::message::{Kind, Message};
use countersign_core::receipt::Receipt;
use countersign_core::room::Room;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::text::{self, json, signed, unsigned};
use crate::api::{HeldReason, RefusedReason};
use crate::error::Result;

/// Where a message stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum State {
    /// To be sent; an attempt may be under way.
    Queued,
    /// A receipt was verified here.
    Receipted {
        /// Index of its entry.
        log_index: u64,
        /// Server time of its entry.
        entered_ms: u64,
        /// Server time less device time when the receipt came, in seconds.
        skew_s: Option<i64>,
    },
    /// The server keeps it for a person to judge.
    Held(HeldReason),
    /// The server does not take it.
    Refused(RefusedReason),
}

/// A row without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) place: i64,
    pub(crate) id: MessageId,
    pub(crate) kind: Kind,
    pub(crate) room: Room,
    pub(crate) key: KeyId,
    pub(crate) carried: bool,
    pub(crate) state: State,
    /// A later report that took its place under another key.
    pub(crate) replaced_by: Option<MessageId>,
    /// Put away by "Rehearse again".
    pub(crate) put_away: bool,
}

const COLUMNS: &str = "place, id, kind, room, key, carried, state, reason, log_index, entered_ms, skew_s, replaced_by, put_away";

fn read(row: &Row<'_>) -> rusqlite::Result<Item> {
    let state: String = row.get(6)?;
    let reason: Option<String> = row.get(7)?;
    let state = match state.as_str() {
        "receipted" => State::Receipted {
            log_index: unsigned(row.get(8)?),
            entered_ms: unsigned(row.get(9)?),
            skew_s: row.get(10)?,
        },
        "held" => State::Held(text::from_json_if(reason, 7)?.unwrap_or(HeldReason::Unknown)),
        "refused" => State::Refused(text::from_json_if(reason, 7)?.unwrap_or(RefusedReason::Other)),
        // Whether an attempt that was under way at a kill arrived is not known: it is made again.
        _ => State::Queued,
    };
    let kind: u8 = row.get(2)?;
    Ok(Item {
        place: row.get(0)?,
        id: text::message_id(&row.get::<_, Vec<u8>>(1)?, 1)?,
        kind: Kind::from_number(kind)
            .ok_or(rusqlite::Error::IntegralValueOutOfRange(2, kind.into()))?,
        room: text::room(&row.get::<_, String>(3)?, 3)?,
        key: text::key_id(&row.get::<_, Vec<u8>>(4)?, 4)?,
        carried: row.get(5)?,
        state,
        replaced_by: row
            .get::<_, Option<Vec<u8>>>(11)?
            .map(|id| text::message_id(&id, 11))
            .transpose()?,
        put_away: row.get(12)?,
    })
}

/// Queues a message; one that is here already stays as it is. Durable once the transaction around it commits.
pub(crate) fn add(db: &Connection, room: Room, message: &Message, carried: bool) -> Result<bool> {
    let added = db.execute(
        "INSERT INTO outbox (id, kind, room, key, bytes, carried) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (id) DO NOTHING",
        params![
            message.id().0,
            message.kind().number(),
            room.as_str(),
            message.key().0,
            message.bytes(),
            carried
        ],
    )?;
    Ok(added > 0)
}

/// A message's bytes.
pub(crate) fn bytes(db: &Connection, id: MessageId) -> Result<Option<Vec<u8>>> {
    let mut find = db.prepare_cached("SELECT bytes FROM outbox WHERE id = ?1")?;
    Ok(find.query_row([id.0], |row| row.get(0)).optional()?)
}

/// A verified receipt's text.
pub(crate) fn receipt(db: &Connection, id: MessageId) -> Result<Option<String>> {
    let sql = "SELECT receipt FROM outbox WHERE id = ?1 AND state = 'receipted'";
    Ok(db.query_row(sql, [id.0], |row| row.get(0)).optional()?)
}

/// Receipts of a message in logs whose place another one took, each after its log's origin, in the order of the logs.
pub(crate) fn earlier_receipts(db: &Connection, id: MessageId) -> Result<Vec<(String, String)>> {
    let mut list = db.prepare_cached(
        "SELECT origin, receipt FROM earlier_receipt WHERE message = ?1 ORDER BY rowid",
    )?;
    let rows = list.query_map([id.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// One row.
pub(crate) fn item(db: &Connection, id: MessageId) -> Result<Option<Item>> {
    let mut find = db.prepare_cached(&format!("SELECT {COLUMNS} FROM outbox WHERE id = ?1"))?;
    Ok(find.query_row([id.0], read).optional()?)
}

/// The enrolment of a key.
pub(crate) fn enrolment(db: &Connection, key: KeyId) -> Result<Option<Item>> {
    let sql =
        format!("SELECT {COLUMNS} FROM outbox WHERE key = ?1 AND kind = ?2 ORDER BY place LIMIT 1");
    let mut find = db.prepare_cached(&sql)?;
    Ok(find.query_row(params![key.0, Kind::Enrolment.number()], read).optional()?)
}

/// Everything of one kind, newest first.
pub(crate) fn newest_first(db: &Connection, kind: Kind) -> Result<Vec<Item>> {
    let mut list = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM outbox WHERE kind = ?1 ORDER BY place DESC"
    ))?;
    let rows = list.query_map([kind.number()], read)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// What may still be sent, in order: queued, and held.
pub(crate) fn waiting(db: &Connection) -> Result<Vec<Item>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM outbox WHERE state IN ('queued', 'sending', 'held') ORDER BY place"
    );
    let mut list = db.prepare_cached(&sql)?;
    let rows = list.query_map([], read)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// An attempt begins.
pub(crate) fn set_sending(db: &Connection, id: MessageId) -> Result<()> {
    db.execute("UPDATE outbox SET state = 'sending' WHERE id = ?1 AND state = 'queued'", [id.0])?;
    Ok(())
}

/// To be sent (again).
pub(crate) fn set_queued(db: &Connection, id: MessageId) -> Result<()> {
    db.execute("UPDATE outbox SET state = 'queued', reason = NULL WHERE id = ?1", [id.0])?;
    Ok(())
}

/// Everything that is held because the log was another one is to be sent again.
pub(crate) fn requeue_mismatched(db: &Connection) -> Result<()> {
    db.execute(
        "UPDATE outbox SET state = 'queued', reason = NULL WHERE state = 'held' AND reason = ?1",
        [json(&HeldReason::LogMismatch)],
    )?;
    Ok(())
}

/// Everything of a room that has a receipt of the log of `origin` is sent again, for another log took its place; the receipts
/// are kept. So is everything that was held because the log was another one. Says how many reports had a receipt.
pub(crate) fn send_again(db: &Connection, room: Room, origin: &str) -> Result<usize> {
    db.execute(
        "INSERT INTO earlier_receipt (message, origin, receipt, log_index, entered_ms)
         SELECT id, ?2, receipt, log_index, entered_ms FROM outbox
         WHERE room = ?1 AND state = 'receipted' AND receipt IS NOT NULL
         ORDER BY place
         ON CONFLICT (message, origin) DO NOTHING",
        params![room.as_str(), origin],
    )?;
    let reports: i64 = db.query_row(
        "SELECT count(*) FROM outbox WHERE room = ?1 AND state = 'receipted' AND kind = ?2",
        params![room.as_str(), Kind::Report.number()],
        |row| row.get(0),
    )?;
    db.execute(
        "UPDATE outbox SET state = 'queued', reason = NULL, receipt = NULL, log_index = NULL, entered_ms = NULL
         WHERE room = ?1 AND (state = 'receipted' OR (state = 'held' AND reason = ?2))",
        params![room.as_str(), json(&HeldReason::LogMismatch)],
    )?;
    Ok(usize::try_from(reports).unwrap_or(0))
}

/// Rooms in whose log something of this tablet stands, or of those it carries for.
pub(crate) fn receipted_rooms(db: &Connection) -> Result<Vec<Room>> {
    let mut found = Vec::new();
    for room in Room::ALL {
        let mut any = db.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM outbox WHERE state = 'receipted' AND room = ?1)",
        )?;
        if any.query_row([room.as_str()], |row| row.get(0))? {
            found.push(room);
        }
    }
    Ok(found)
}

/// Whether a report that was signed here stands in a room's log.
pub(crate) fn has_receipted_report(db: &Connection, room: Room) -> Result<bool> {
    let mut any = db.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM outbox WHERE state = 'receipted' AND room = ?1 AND kind = ?2 AND NOT carried)",
    )?;
    Ok(any.query_row(params![room.as_str(), Kind::Report.number()], |row| row.get(0))?)
}

/// Countersigned, with the receipt that was verified. The clocks were compared when its first receipt came: an entry of a
/// log that was begun again has the time of that.
pub(crate) fn set_receipted(
    db: &Connection,
    id: MessageId,
    receipt: &Receipt,
    text: &str,
    skew_s: Option<i64>,
) -> Result<()> {
    db.execute(
        "UPDATE outbox SET state = 'receipted', reason = NULL, receipt = ?2, log_index = ?3, entered_ms = ?4,
            skew_s = CASE WHEN EXISTS (SELECT 1 FROM earlier_receipt WHERE message = ?1) THEN skew_s ELSE ?5 END
         WHERE id = ?1",
        params![id.0, text, signed(receipt.index), signed(receipt.entry.time_ms), skew_s],
    )?;
    Ok(())
}

/// Held.
pub(crate) fn set_held(db: &Connection, id: MessageId, reason: HeldReason) -> Result<()> {
    db.execute(
        "UPDATE outbox SET state = 'held', reason = ?2 WHERE id = ?1",
        params![id.0, json(&reason)],
    )?;
    Ok(())
}

/// Refused.
pub(crate) fn set_refused(db: &Connection, id: MessageId, reason: RefusedReason) -> Result<()> {
    db.execute(
        "UPDATE outbox SET state = 'refused', reason = ?2 WHERE id = ?1",
        params![id.0, json(&reason)],
    )?;
    Ok(())
}

/// Another report, signed by a newer key, takes this one's place.
pub(crate) fn set_replaced(db: &Connection, id: MessageId, by: MessageId) -> Result<()> {
    db.execute("UPDATE outbox SET replaced_by = ?2 WHERE id = ?1", params![id.0, by.0])?;
    Ok(())
}

/// Puts a rehearsal report away.
pub(crate) fn put_away(db: &Connection, id: MessageId) -> Result<()> {
    db.execute("UPDATE outbox SET put_away = 1 WHERE id = ?1", [id.0])?;
    Ok(())
}
