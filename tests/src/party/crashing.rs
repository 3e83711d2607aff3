//! The party's server for who kills it at any instant, and reads what it stored.

use std::io::Read as _;

use countersign_core::log::Entry;
use countersign_core::message::Package;
use countersign_core::room::Room;
use rusqlite::{Connection, OpenFlags};

use super::Party;
use crate::error::Doing;
use crate::faulty_disk::{FaultyDisk, Strike};
use crate::log::Log;
use crate::{Error, Result};

/// An entry, and the message that it enters, as they lie in the table.
type Row = (Vec<u8>, Vec<u8>);

impl Party {
    /// From its next start on the server takes so many messages a minute from each key: for who sends faster than tablets.
    pub const fn allow_each_key(&mut self, messages: u32) {
        self.each_key = Some(messages);
    }

    /// From its next start on the server's databases meet a fault, or none.
    pub fn strike_disk(&mut self, fault: Option<(FaultyDisk, Strike)>) {
        self.disk = fault;
    }

    /// Whether the server that was started has ended by itself.
    ///
    /// # Errors
    ///
    /// When the system does not say.
    pub fn has_ended(&mut self) -> Result<bool> {
        self.server.as_mut().map_or(Ok(true), |server| {
            let ended = server.process.child().try_wait().doing("looking at the server")?;
            Ok(ended.is_some())
        })
    }

    /// Process id of the running server.
    #[must_use]
    pub fn server_id(&self) -> Option<u32> {
        self.server.as_ref().map(|server| server.process.id())
    }

    /// Starts the server and kills it as a power cut would once `pause` returns; gives whether it had come up by then.
    ///
    /// # Errors
    ///
    /// When it cannot be started, or does not go away.
    pub fn kill_starting(&self, pause: impl FnOnce()) -> Result<bool> {
        let mut process = self.begin_serving()?;
        let mut said = process.child().stdout.take();
        pause();
        process.kill()?;
        let mut line = String::new();
        if let Some(said) = &mut said {
            said.read_to_string(&mut line).doing("reading what the server said")?;
        }
        Ok(!line.is_empty())
    }

    /// The log of a room as it was stored, replayed from the first entry. The server does not run.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or entries, messages and checkpoint do not belong together.
    pub fn stored_log(&self, room: Room) -> Result<Log> {
        let package = std::fs::read(self.package()).doing("reading the package")?;
        let (_, package) = Package::read(&package).map_err(strange)?;
        let (checkpoint, rows) = self.stored(room).map_err(strange)?;
        let stored = rows
            .into_iter()
            .map(|(entry, message)| Ok((Entry::from_bytes(&entry).map_err(strange)?, message)));
        Log::replay(&package, room, &checkpoint, stored.collect::<Result<Vec<_>>>()?)
    }

    /// The last checkpoint, and entries with their messages.
    fn stored(&self, room: Room) -> rusqlite::Result<(String, Vec<Row>)> {
        let file = self.data().join(format!("{room}.db"));
        let file = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let head = file.query_row("SELECT checkpoint FROM head", [], |row| row.get(0))?;
        let mut rows = file.prepare("SELECT entry, message FROM log ORDER BY idx")?;
        let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok((head, rows.collect::<rusqlite::Result<_>>()?))
    }
}

fn strange(what: impl ToString) -> Error {
    Error::Unexpected(what.to_string())
}
