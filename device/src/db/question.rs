//! What headquarters asks about reports that were signed here. Rows stay; what closed them is said by `open`.

use countersign_core::id::MessageId;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::text::{self, signed, unsigned};
use crate::error::Result;

/// A question, as it was proven to stand in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) id: MessageId,
    /// The report it is about.
    pub(crate) report: MessageId,
    /// The signed message.
    pub(crate) message: Vec<u8>,
    /// Server time of its entry.
    pub(crate) entered_ms: u64,
    /// The server said so when it was last asked.
    pub(crate) open: bool,
    /// The reply in the outbox.
    pub(crate) reply: Option<MessageId>,
}

const COLUMNS: &str = "id, report, message, entered_ms, open, reply";

fn read(row: &Row<'_>) -> rusqlite::Result<Kept> {
    let reply: Option<Vec<u8>> = row.get(5)?;
    Ok(Kept {
        id: text::message_id(&row.get::<_, Vec<u8>>(0)?, 0)?,
        report: text::message_id(&row.get::<_, Vec<u8>>(1)?, 1)?,
        message: row.get(2)?,
        entered_ms: unsigned(row.get(3)?),
        open: row.get(4)?,
        reply: reply.map(|id| text::message_id(&id, 5)).transpose()?,
    })
}

/// Keeps an open question with the receipt that proves it; one that is here already is open (again).
pub(crate) fn keep(db: &Connection, kept: &Kept, receipt: &str) -> Result<()> {
    db.execute(
        "INSERT INTO question (id, report, message, receipt, entered_ms, open) VALUES (?1, ?2, ?3, ?4, ?5, 1)
         ON CONFLICT (id) DO UPDATE SET open = 1",
        params![kept.id.0, kept.report.0, kept.message, receipt, signed(kept.entered_ms)],
    )?;
    Ok(())
}

/// It is open no longer.
pub(crate) fn close(db: &Connection, id: MessageId) -> Result<()> {
    db.execute("UPDATE question SET open = 0 WHERE id = ?1", [id.0])?;
    Ok(())
}

/// The reply to it was signed.
pub(crate) fn set_reply(db: &Connection, id: MessageId, reply: MessageId) -> Result<()> {
    db.execute("UPDATE question SET reply = ?2 WHERE id = ?1", params![id.0, reply.0])?;
    Ok(())
}

/// One question.
pub(crate) fn one(db: &Connection, id: MessageId) -> Result<Option<Kept>> {
    let mut find = db.prepare_cached(&format!("SELECT {COLUMNS} FROM question WHERE id = ?1"))?;
    Ok(find.query_row([id.0], read).optional()?)
}

/// Questions about a report, newest first.
pub(crate) fn about(db: &Connection, report: MessageId) -> Result<Vec<Kept>> {
    let mut list = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM question WHERE report = ?1 ORDER BY entered_ms DESC, id"
    ))?;
    let rows = list.query_map([report.0], read)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
