//! A stored log, read while the part before it is entered.

use std::sync::mpsc::{SyncSender, sync_channel};

use countersign_core::log::Entry;
use countersign_core::message::Message;

use super::LoadError;
use crate::store::LogStore;

/// Entries that change hands at once.
const BATCH: usize = 512;

/// Batches that may wait to be entered.
const AHEAD: usize = 4;

/// An entry with its message, read again.
pub(super) struct Read {
    pub(super) index: u64,
    pub(super) entry: Entry,
    pub(super) message: Message,
}

/// Hands the first `size` entries with their messages to `enter`, in order. They are read, and their messages compared with
/// the ids that the entries keep of them, on a thread of its own: a start waits for the slower of the two, not for both.
pub(super) fn replay(
    store: &dyn LogStore,
    size: u64,
    mut enter: impl FnMut(Read) -> Result<(), LoadError>,
) -> Result<(), LoadError> {
    std::thread::scope(|scope| {
        let (sender, batches) = sync_channel(AHEAD);
        let reader = scope.spawn(move || read(store, size, &sender));
        // Returning with an error lets go of `batches`, and the reader stops.
        for read in batches.into_iter().flatten() {
            enter(read)?;
        }
        reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

fn read(store: &dyn LogStore, size: u64, batches: &SyncSender<Vec<Read>>) -> Result<(), LoadError> {
    let mut batch = Vec::with_capacity(BATCH);
    let mut changed = None;
    let whole = store.read(&mut |index, stored| {
        // Entries behind the head belong to a commit of another process after the head was read.
        if index >= size {
            return false;
        }
        let entry = stored.entry;
        match Message::read_again(stored.message, entry.message) {
            Ok(message) => batch.push(Read { index, entry, message }),
            Err(error) => {
                changed = Some(LoadError::Entry { index, what: error.to_string() });
                return false;
            }
        }
        batch.len() < BATCH
            || batches.send(std::mem::replace(&mut batch, Vec::with_capacity(BATCH))).is_ok()
    });
    // What lies before the trouble comes first: it may hold trouble of its own.
    if batches.send(batch).is_ok() {
        whole?;
    }
    changed.map_or(Ok(()), Err)
}
