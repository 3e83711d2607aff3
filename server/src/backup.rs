//! A copy of a data folder that a server can be started from, taken while one runs.

use std::fs::File;
use std::path::{Path, PathBuf};

use countersign_core::room::Room;
use rusqlite::{Connection, OpenFlags};

use crate::folder::{Folder, FolderError, LogIdentity, rename};

/// A backup that was not made. What was there before is as it was.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The folder cannot be used, or the copy cannot be put in its place.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// Something lies where the backup should go.
    #[error("{0} is there already: name a new folder for each backup")]
    Taken(PathBuf),
    /// A database cannot be copied.
    #[error("{path}: {source}")]
    Database {
        /// The database.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// A file cannot be copied.
    #[error("{path}: {source}")]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

impl BackupError {
    /// Whether trying again can help without a person mending something.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Folder(error) => error.is_transient(),
            Self::Taken(_) => false,
            Self::Database { .. } | Self::File { .. } => true,
        }
    }
}

/// Copies a data folder to `to`, whole or not at all; durable on return. A server may be running: each log is copied as it
/// was at one moment, the private store before them, so that it never names an entry that the copy lacks.
///
/// # Errors
/// [`BackupError`].
pub fn backup(folder: &Folder, to: &Path) -> Result<(), BackupError> {
    let identity = folder.identity()?;
    if to.exists() {
        return Err(BackupError::Taken(to.to_owned()));
    }
    let mut name = to.as_os_str().to_owned();
    name.push(".unfinished");
    let copy = Folder(PathBuf::from(name));
    let keys = copy.file("keys");
    // Left over from a backup that did not come to its end.
    let _ = std::fs::remove_dir_all(&copy.0);
    std::fs::create_dir_all(&keys)
        .map_err(|source| BackupError::File { path: keys.clone(), source })?;
    // First of all, so that it never names a log that was begun again while the copy was taken.
    file(&folder.file("server.json"), &copy.file("server.json"))?;
    database(&folder.private(), &copy.private())?;
    for room in Room::ALL {
        let number = identity.log(room).map_or(1, LogIdentity::number);
        for earlier in folder.numbers(room, number - 1) {
            let (from, to) = (folder.numbered_log(room, earlier), copy.numbered_log(room, earlier));
            // One that is damaged is the reason why a later one began: it is kept as it is.
            database(&from, &to).or_else(|_| file(&from, &to))?;
        }
        database(&folder.numbered_log(room, number), &copy.numbered_log(room, number))?;
        file(&folder.log_key(room), &copy.log_key(room))?;
        if folder.results_key(room).exists() {
            file(&folder.results_key(room), &copy.results_key(room))?;
        }
    }
    Ok(rename(&copy.0, to)?)
}

/// One consistent moment of a database that others may be writing.
fn database(from: &Path, to: &Path) -> Result<(), BackupError> {
    let failed = |source| BackupError::Database { path: from.to_owned(), source };
    let connection =
        Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(failed)?;
    connection.execute("VACUUM INTO ?1", [to.to_string_lossy()]).map_err(failed)?;
    sync(to)
}

/// With its permissions: keys stay readable for their owner alone.
fn file(from: &Path, to: &Path) -> Result<(), BackupError> {
    std::fs::copy(from, to)
        .map_err(|source| BackupError::File { path: from.to_owned(), source })?;
    sync(to)
}

fn sync(path: &Path) -> Result<(), BackupError> {
    File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(|source| BackupError::File { path: path.to_owned(), source })
}
