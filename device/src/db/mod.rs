//! The tablet's database: one SQLite file, write-ahead log, `synchronous=FULL`. What a transaction committed survives
//! a kill at any instruction and a lost battery.
//!
//! Opening never begins afresh over something that was there: a damaged file is left as it is and said to be damaged.

pub(crate) mod draft;
pub(crate) mod history;
pub(crate) mod keys;
pub(crate) mod log;
pub(crate) mod notice;
pub(crate) mod outbox;
pub(crate) mod package;
pub(crate) mod question;
pub(crate) mod released;
mod schema;
pub(crate) mod setting;
pub(crate) mod text;

use std::fs;
use std::io;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use crate::api::ProblemCode;
use crate::error::{Error, Result};

/// The database's file.
const FILE: &str = "tablet.db";
/// Stands beside it once something was begun: a database that then is missing was lost, not never there.
const MARK: &str = "tablet.begun";

/// Opens the database of a folder, making both where there never was one.
///
/// # Errors
/// `ReadOnly`, `DiskFull`, `DatabaseDamaged`, `DatabaseNewer`. Nothing was changed then.
pub(crate) fn open(folder: &Path) -> Result<Connection> {
    fs::create_dir_all(folder).map_err(folder_error)?;
    let file = folder.join(FILE);
    let was_here = fs::metadata(&file).is_ok_and(|found| found.len() > 0);
    let begun = folder.join(MARK).exists()
        || fs::metadata(folder.join("tablet.db-wal")).is_ok_and(|wal| wal.len() > 0);
    if begun && !was_here {
        return Err(ProblemCode::DatabaseDamaged.into());
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut db = Connection::open_with_flags(&file, flags)?;
    prepare(&mut db, was_here)?;
    if !begun {
        fs::write(folder.join(MARK), b"").map_err(folder_error)?;
    }
    Ok(db)
}

fn prepare(db: &mut Connection, was_here: bool) -> Result<()> {
    db.busy_timeout(std::time::Duration::from_secs(5))?;
    if was_here {
        check(db)?;
    }
    db.pragma_update(None, "journal_mode", "wal")?;
    db.pragma_update(None, "synchronous", "full")?;
    db.pragma_update(None, "foreign_keys", true)?;
    schema::migrate(db)?;
    // A read-only file opens without complaint; only a write tells.
    setting::write(db, "opened", "1")
}

/// Whether an existing file is whole and ours.
fn check(db: &Connection) -> Result<()> {
    let application: i32 = db.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let verdict: String = db.pragma_query_value(None, "quick_check", |row| row.get(0))?;
    if verdict != "ok" {
        tracing::error!(verdict, "the database is damaged");
        return Err(ProblemCode::DatabaseDamaged.into());
    }
    // Killed before the first migration committed, our own file is still empty.
    if application == schema::APPLICATION_ID || (application == 0 && empty(db)?) {
        Ok(())
    } else {
        Err(ProblemCode::DatabaseDamaged.into())
    }
}

fn empty(db: &Connection) -> Result<bool> {
    Ok(db.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| row.get(0))?)
}

fn folder_error(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ProblemCode::DiskFull.into(),
        _ => ProblemCode::ReadOnly.into(),
    }
}
