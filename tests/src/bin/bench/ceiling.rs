//! What this machine can do at all with the same bytes: bare `ring`, bare SQLite.

use std::path::Path;

use countersign_core::crypto;
use rusqlite::{Connection, params};
use serde::Serialize;

use crate::setup::{Night, Signed};
use crate::{Outcome, Pace};

/// Reports that are looked at.
const SAMPLE: usize = 20_000;

/// Commits of one report each.
const SINGLE: usize = 1_000;

/// The ceiling.
#[derive(Serialize)]
pub(crate) struct Figures {
    /// Bare Ed25519 verifications on one core.
    pub(crate) verify_one_core: Pace,
    /// Rows in commits of so many, WAL and `synchronous=FULL`.
    pub(crate) commits: Vec<Commits>,
}

#[derive(Serialize)]
pub(crate) struct Commits {
    pub(crate) rows_a_commit: usize,
    pub(crate) rows: Pace,
}

pub(crate) fn measure(night: &Night) -> Outcome<Figures> {
    let sample = &night.reports[..night.reports.len().min(SAMPLE)];
    let commits = [(1, SINGLE), (64, SAMPLE), (1024, SAMPLE)]
        .into_iter()
        .map(|(size, rows)| {
            let path = night.folder.path().join(format!("ceiling-{size}.db"));
            let rows = commit(&path, &sample[..sample.len().min(rows)], size)?;
            Ok(Commits { rows_a_commit: size, rows })
        })
        .collect::<Outcome<_>>()?;
    Ok(Figures { verify_one_core: verify(night, sample), commits })
}

fn verify(night: &Night, sample: &[Signed]) -> Pace {
    let signed: Vec<_> = sample
        .iter()
        .map(|report| {
            let (key, bytes) = (&night.devices[report.device], report.message.bytes());
            (key.public(), bytes, key.sign(bytes))
        })
        .collect();
    Pace::of(signed.len(), || {
        let good =
            signed.iter().filter(|(key, bytes, signature)| crypto::verify(key, bytes, signature));
        assert_eq!(good.count(), signed.len(), "what was just signed verifies");
    })
}

fn commit(path: &Path, sample: &[Signed], size: usize) -> Outcome<Pace> {
    let mut database = Connection::open(path)?;
    database.pragma_update(None, "journal_mode", "WAL")?;
    database.pragma_update(None, "synchronous", "FULL")?;
    database.execute_batch(
        "CREATE TABLE report (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT",
    )?;
    let mut result = Ok(());
    let pace = Pace::of(sample.len(), || {
        result = sample.chunks(size).try_for_each(|rows| {
            let transaction = database.transaction()?;
            {
                let mut insert =
                    transaction.prepare_cached("INSERT INTO report (bytes) VALUES (?1)")?;
                for row in rows {
                    insert.execute(params![row.message.bytes()])?;
                }
            }
            transaction.commit()
        });
    });
    result?;
    Ok(pace)
}
