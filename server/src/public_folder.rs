//! The public log as a folder of files, which any web host can carry and `verify` reads (docs/formats.md, "The public log as
//! a folder").

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use countersign_core::id::MessageId;
use countersign_core::log::tile::{Tile, entry_bundle, hash_tile};
use countersign_core::log::{Checkpoint, Entry, Origin, Tree};
use countersign_core::message::Message;
use countersign_core::results::Audience;
use countersign_core::room::Room;

use crate::cosigning::leads_to;
use crate::folder::{Folder, FolderError};
use crate::node::{Closed, open_read_only};
use crate::room::{LoadError, Projection};
use crate::store::{KeptCosignatures, LogStore as _, SqliteLog, StoreError, kept_cosignatures};

/// Name of a room's checkpoint.
#[must_use]
pub fn checkpoint(room: Room) -> String {
    format!("log/{room}/checkpoint")
}

/// Name of the newest checkpoint that as many witnesses as needed have cosigned, with their lines.
#[must_use]
pub fn witnessed(room: Room) -> String {
    format!("log/{room}/witnessed")
}

/// Name of a tile of a room's log.
#[must_use]
pub fn tile(room: Room, tile: &Tile) -> String {
    format!("log/{room}/{}", tile.path())
}

/// Name of a message. Both rooms' messages lie side by side: what is the same in both has one name.
#[must_use]
pub fn message(id: MessageId) -> String {
    format!("messages/{id}.cose")
}

/// A public log could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The data folder cannot be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] LoadError),
    /// A message cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file cannot be written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The folder holds another log, which would be written over.
    #[error(
        "{folder} holds the log {origin}, which is another one: nothing was written; give the logs of each contest a folder of their own"
    )]
    AnotherLog {
        /// The folder.
        folder: PathBuf,
        /// Origin of the log that is there.
        origin: String,
    },
}

impl ExportError {
    /// Whether trying again can help.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Folder(error) => error.is_transient(),
            Self::Log(error) => error.is_transient(),
            Self::Store(error) => error.is_transient(),
            Self::File { .. } => true,
            Self::AnotherLog { .. } => false,
        }
    }
}

/// What was written of a room.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Exported {
    /// Entries of the log.
    pub entries: u64,
    /// Messages that everyone may read.
    pub messages: u64,
    /// Messages that not everyone may read, which are left out.
    pub left_out: u64,
    /// Witnesses whose lines the checkpoint carries.
    pub cosigned: usize,
    /// Entries of the newest checkpoint that enough witnesses cosigned; `None` where there is none.
    pub witnessed: Option<u64>,
}

/// A room's log as a data folder had it at one moment, with the cosignatures that its server kept.
pub(crate) struct Opened {
    pub(crate) store: SqliteLog,
    pub(crate) log: Projection,
    pub(crate) kept: KeptCosignatures,
}

impl Opened {
    /// Reads it from a data folder that a server may be using.
    ///
    /// # Errors
    /// [`ExportError`].
    pub(crate) fn read(folder: &Folder, room: Room) -> Result<Self, ExportError> {
        let Closed { store, keys, empty } = open_read_only(folder, room)?;
        // Before the log, which then leads to all that was cosigned.
        let kept = kept_cosignatures(&folder.private(), room, empty.origin())?;
        let log = Projection::load(empty, &store, &keys)?;
        Ok(Self { store, log, kept })
    }

    /// Writes it as a public log. What is in `out` already stays, but for messages that were withheld since. Checkpoints come last, so that
    /// whoever reads meanwhile finds all that they lead to.
    ///
    /// # Errors
    /// [`ExportError`]. What was written until then is good, and the same call goes on from there. With [`ExportError::AnotherLog`]
    /// nothing was written.
    pub(crate) fn write(&self, out: &Path) -> Result<Exported, ExportError> {
        let Self { store, log, kept } = self;
        let room = log.state.room();
        self.check(out)?;
        let mut writer = Writer::new(out);
        let mut exported = Exported { entries: log.size(), ..Exported::default() };
        let mut trouble = None;
        store.read(&mut |index, stored| {
            // Entries behind the head belong to a later commit.
            if index >= log.size() {
                return false;
            }
            let done = publish(&mut writer, log, stored.entry.message, &stored.message);
            match done {
                Ok(true) => exported.messages += 1,
                Ok(false) => exported.left_out += 1,
                Err(error) => trouble = Some(error),
            }
            trouble.is_none()
        })?;
        trouble.map_or(Ok(()), Err)?;
        writer.log(room, log.entries(), &log.tree)?;
        if log.size() > 0 {
            let head = &log.head().checkpoint;
            let lines = kept.each.values().filter_map(|one| one.note.strip_prefix(head.as_str()));
            let lines: Vec<&str> = lines.collect();
            exported.cosigned = lines.len();
            writer.replace(&checkpoint(room), (head.clone() + &lines.concat()).as_bytes())?;
        }
        exported.witnessed = kept.witnessed.as_ref().and_then(|note| leads_to(log, note));
        match kept.witnessed.as_ref().filter(|_| exported.witnessed.is_some()) {
            Some(note) => writer.replace(&witnessed(room), note.as_bytes())?,
            None => _ = writer.take_away(&witnessed(room))?,
        }
        Ok(exported)
    }
}

impl Opened {
    /// Looks whether a folder holds the logs of another contest, or of another server. One that was begun again takes the place of the one
    /// before; the other room's may lie beside it.
    fn check(&self, out: &Path) -> Result<(), ExportError> {
        // Before there is a package nothing is known of the other room.
        let own = [(self.log.state.room(), Some(self.log.origin()))];
        let package = self.log.state.package();
        let named = package.into_iter().flat_map(|package| {
            let origin = |room| package.contest.log(room).map(|log| log.origin.as_str());
            Room::ALL.map(|room| (room, origin(room)))
        });
        for (room, ours) in own.into_iter().chain(named) {
            let note = fs::read_to_string(out.join(checkpoint(room))).ok();
            let Some(there) = note.as_deref().and_then(Checkpoint::claim) else { continue };
            if ours.and_then(series) != series(&there.origin) {
                let origin = there.origin;
                return Err(ExportError::AnotherLog { folder: out.to_owned(), origin });
            }
        }
        Ok(())
    }
}

/// Everything of an origin but the number, which grows when the log is begun again.
fn series(origin: &str) -> Option<&str> {
    Origin::parse(origin).map(|origin| origin.series())
}

/// Writes a room's public log, with the cosignatures that its server has, from a data folder that a server may be using. What is in
/// `out` already stays, but for messages that were withheld since.
///
/// # Errors
/// [`ExportError`]. What was written until then is good, and the same call goes on from there.
pub fn export(folder: &Folder, room: Room, out: &Path) -> Result<Exported, ExportError> {
    Opened::read(folder, room)?.write(out)
}

/// Writes a message that everyone may read; whether it is one.
fn publish(
    writer: &mut Writer<'_>,
    log: &Projection,
    id: MessageId,
    bytes: &[u8],
) -> Result<bool, ExportError> {
    let read = Message::parse(bytes).ok();
    let everyone = read.is_some_and(|read| log.state.audience(&read) == Audience::Everyone);
    if everyone {
        writer.once(&message(id), bytes)?;
    } else {
        writer.take_away(&message(id))?;
    }
    Ok(everyone)
}

/// Writes files below a folder, each whole or not at all.
#[derive(Debug)]
pub struct Writer<'a> {
    out: &'a Path,
    folders: HashSet<PathBuf>,
}

impl<'a> Writer<'a> {
    /// Below `out`, which is made where it is not there.
    #[must_use]
    pub fn new(out: &'a Path) -> Self {
        Self { out, folders: HashSet::new() }
    }

    /// Writes every tile and bundle of a log.
    ///
    /// # Errors
    /// [`ExportError::File`].
    pub fn log(&mut self, room: Room, entries: &[Entry], tree: &Tree) -> Result<(), ExportError> {
        let size = entries.len() as u64;
        for bundle in Tile::bundles(size) {
            let from = usize::try_from(bundle.index * 256).unwrap_or(usize::MAX);
            let to = from.saturating_add(usize::try_from(bundle.width).unwrap_or(usize::MAX));
            let entries = entries.get(from..to).unwrap_or_default();
            self.put(&tile(room, &bundle), &entry_bundle(entries))?;
        }
        for hashes in Tile::hashes(size) {
            let level = hashes.level.unwrap_or_default();
            if let Some(bytes) = hash_tile(tree, level, hashes.index, hashes.width) {
                self.put(&tile(room, &hashes), &bytes)?;
            }
        }
        Ok(())
    }

    /// Writes a file that is named by its content, unless it is there.
    ///
    /// # Errors
    /// [`ExportError::File`].
    pub fn once(&mut self, name: &str, bytes: &[u8]) -> Result<(), ExportError> {
        let there = fs::metadata(self.out.join(name));
        if there.is_ok_and(|there| there.len() == bytes.len() as u64) {
            return Ok(());
        }
        self.replace(name, bytes)
    }

    /// Writes a file unless it is there and says the same; whether it was written. Tiles too: a log that was begun again has others under
    /// the same names.
    ///
    /// # Errors
    /// [`ExportError::File`].
    pub fn put(&mut self, name: &str, bytes: &[u8]) -> Result<bool, ExportError> {
        if fs::read(self.out.join(name)).is_ok_and(|there| there == bytes) {
            return Ok(false);
        }
        self.replace(name, bytes)?;
        Ok(true)
    }

    /// Writes a file, or puts it in the place of the one that is there.
    ///
    /// # Errors
    /// [`ExportError::File`].
    pub fn replace(&mut self, name: &str, bytes: &[u8]) -> Result<(), ExportError> {
        let path = self.out.join(name);
        let failed = |source| ExportError::File { path: path.clone(), source };
        if let Some(folder) = path.parent()
            && self.folders.insert(folder.to_owned())
        {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        let mut new = path.as_os_str().to_owned();
        new.push(".new");
        fs::write(&new, bytes).and_then(|()| fs::rename(&new, &path)).map_err(failed)
    }

    /// Takes a file away; whether there was one.
    ///
    /// # Errors
    /// [`ExportError::File`].
    pub fn take_away(&self, name: &str) -> Result<bool, ExportError> {
        let path = self.out.join(name);
        match fs::remove_file(&path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(source) => Err(ExportError::File { path, source }),
        }
    }
}
