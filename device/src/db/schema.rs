//! Tables. A migration that was released is never edited: a new one follows.

use rusqlite::Connection;
use rusqlite_migration::{Error as MigrationError, M, MigrationDefinitionError, Migrations};

use crate::api::ProblemCode;
use crate::error::{Error, Result};

/// In the file's header: a database of another program is not ours to migrate.
pub(super) const APPLICATION_ID: i32 = 0x4353_4E31;

const V1: &str = "
PRAGMA application_id = 0x43534E31;

CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The party whose packages are believed. Once pinned it is never replaced.
CREATE TABLE party (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    key BLOB NOT NULL CHECK (length(key) = 32),
    contest TEXT NOT NULL,
    pinned INTEGER NOT NULL
) STRICT;

-- Every package this tablet ever worked with: reports and drafts name theirs.
CREATE TABLE package (
    id BLOB PRIMARY KEY,
    number INTEGER NOT NULL,
    bytes BLOB NOT NULL
) STRICT;

CREATE TABLE vault (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    salt BLOB NOT NULL,
    memory_kib INTEGER NOT NULL,
    passes INTEGER NOT NULL,
    lanes INTEGER NOT NULL,
    nonce BLOB NOT NULL,
    sealed BLOB NOT NULL,
    wrong_tries INTEGER NOT NULL DEFAULT 0
) STRICT;

-- One key for each invitation and room.
CREATE TABLE device_key (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    room TEXT NOT NULL,
    precinct INTEGER NOT NULL,
    invitation BLOB NOT NULL,
    sequence INTEGER NOT NULL DEFAULT 0,
    nonce BLOB NOT NULL,
    sealed BLOB NOT NULL,
    UNIQUE (invitation, room)
) STRICT;

CREATE TABLE draft (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    precinct INTEGER NOT NULL,
    room TEXT NOT NULL,
    package BLOB NOT NULL REFERENCES package (id),
    touched_ms INTEGER NOT NULL,
    step TEXT NOT NULL,
    cell TEXT,
    revision INTEGER NOT NULL DEFAULT 1,
    supersedes BLOB,
    reason TEXT,
    attendance_basis INTEGER,
    timer_length_ms INTEGER,
    timer_started_ms INTEGER,
    signed BLOB,
    put_away INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX draft_open ON draft (precinct, room) WHERE signed IS NULL AND put_away = 0;

-- An empty cell has no row. Attendance is count -1.
CREATE TABLE draft_cell (
    draft INTEGER NOT NULL REFERENCES draft (id),
    count INTEGER NOT NULL,
    party INTEGER NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (draft, count, party)
) STRICT, WITHOUT ROWID;

CREATE TABLE draft_history (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    draft INTEGER NOT NULL REFERENCES draft (id),
    at_ms INTEGER NOT NULL,
    what TEXT NOT NULL,
    old TEXT,
    new TEXT
) STRICT;

CREATE TABLE draft_lot (
    draft INTEGER NOT NULL REFERENCES draft (id),
    tied TEXT NOT NULL,
    seats INTEGER NOT NULL,
    winners TEXT NOT NULL,
    method TEXT NOT NULL,
    drawn_by TEXT NOT NULL,
    PRIMARY KEY (draft, tied, seats)
) STRICT, WITHOUT ROWID;

-- A reason belongs to the numbers it was given for.
CREATE TABLE draft_kept (
    draft INTEGER NOT NULL REFERENCES draft (id),
    finding TEXT NOT NULL,
    numbers TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (draft, finding)
) STRICT, WITHOUT ROWID;

-- Who stood by which figures.
CREATE TABLE draft_attestation (
    draft INTEGER NOT NULL REFERENCES draft (id),
    who TEXT NOT NULL,
    figures TEXT NOT NULL,
    objection TEXT,
    PRIMARY KEY (draft, who)
) STRICT, WITHOUT ROWID;

-- Append-only: a row changes its state and never goes away.
CREATE TABLE outbox (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 32),
    kind INTEGER NOT NULL,
    room TEXT NOT NULL,
    key BLOB NOT NULL,
    bytes BLOB NOT NULL,
    carried INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'queued'
        CHECK (state IN ('queued', 'sending', 'receipted', 'held', 'refused')),
    reason TEXT,
    receipt TEXT,
    log_index INTEGER,
    entered_ms INTEGER,
    skew_s INTEGER,
    replaced_by BLOB,
    put_away INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX outbox_waiting ON outbox (place) WHERE state IN ('queued', 'sending', 'held');
CREATE TRIGGER outbox_keeps BEFORE DELETE ON outbox BEGIN
    SELECT RAISE(ABORT, 'a message in the outbox never goes away');
END;
CREATE TRIGGER outbox_same_bytes BEFORE UPDATE OF id, kind, room, key, bytes ON outbox BEGIN
    SELECT RAISE(ABORT, 'a signed message never changes');
END;
CREATE TRIGGER outbox_receipt_is_final BEFORE UPDATE OF state ON outbox
    WHEN OLD.state = 'receipted' AND NEW.state NOT IN ('receipted', 'queued') BEGIN
    SELECT RAISE(ABORT, 'what was countersigned stays so');
END;

-- The largest checkpoint seen of each log.
CREATE TABLE checkpoint (
    origin TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    root BLOB NOT NULL CHECK (length(root) = 32)
) STRICT;

CREATE TABLE notice (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    precinct INTEGER,
    text TEXT,
    at_ms INTEGER NOT NULL,
    dismissed INTEGER NOT NULL DEFAULT 0
) STRICT;
";

/// Logs that take another one's place. The largest checkpoint seen came with a receipt, which holds its note.
const V2: &str = "
ALTER TABLE checkpoint ADD COLUMN note TEXT;
UPDATE checkpoint SET note = (
    SELECT substr(receipt, instr(receipt, char(10, 10)) + 2) FROM outbox
    WHERE receipt IS NOT NULL
      AND instr(receipt, char(10, 10) || checkpoint.origin || char(10) || checkpoint.size || char(10)) > 0
    LIMIT 1
);

-- A room's log that was begun again, with its first message and the receipt for it.
CREATE TABLE begun_log (
    origin TEXT PRIMARY KEY,
    room TEXT NOT NULL,
    number INTEGER NOT NULL,
    message BLOB NOT NULL,
    receipt TEXT NOT NULL,
    entered_ms INTEGER NOT NULL
) STRICT;

-- Receipts of logs whose place another one took: evidence, kept for ever.
CREATE TABLE earlier_receipt (
    message BLOB NOT NULL REFERENCES outbox (id),
    origin TEXT NOT NULL,
    receipt TEXT NOT NULL,
    log_index INTEGER NOT NULL,
    entered_ms INTEGER NOT NULL,
    PRIMARY KEY (message, origin)
) STRICT;
CREATE TRIGGER earlier_receipt_keeps BEFORE DELETE ON earlier_receipt BEGIN
    SELECT RAISE(ABORT, 'a receipt never goes away');
END;
CREATE TRIGGER earlier_receipt_same BEFORE UPDATE ON earlier_receipt BEGIN
    SELECT RAISE(ABORT, 'a receipt never changes');
END;
";

const V3: &str = "
-- What headquarters released of this tablet's precincts, as it was last said.
CREATE TABLE released (
    room TEXT NOT NULL,
    precinct INTEGER NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (room, precinct)
) STRICT, WITHOUT ROWID;
";

const V4: &str = "
-- What headquarters asks about reports that were signed here, as it was proven to stand in the log.
CREATE TABLE question (
    id BLOB PRIMARY KEY CHECK (length(id) = 32),
    report BLOB NOT NULL,
    message BLOB NOT NULL,
    receipt TEXT NOT NULL,
    entered_ms INTEGER NOT NULL,
    open INTEGER NOT NULL,
    reply BLOB
) STRICT;
CREATE INDEX question_about ON question (report);
";

/// Brings the tables to this version.
///
/// # Errors
/// `DatabaseNewer` where a newer version of the app wrote it; what SQLite says else.
pub(super) fn migrate(db: &mut Connection) -> Result<()> {
    let migrations = Migrations::new(vec![M::up(V1), M::up(V2), M::up(V3), M::up(V4)]);
    migrations.to_latest(db).map_err(|error| match error {
        MigrationError::MigrationDefinition(MigrationDefinitionError::DatabaseTooFarAhead) => {
            ProblemCode::DatabaseNewer.into()
        }
        MigrationError::RusqliteError { err, .. } => Error::Database(err),
        other => Error::Internal(format!("migration: {other}")),
    })
}
