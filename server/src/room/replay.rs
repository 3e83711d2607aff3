//! A stored log, read while the part before it is entered.

use std::sync::mpsc::{SyncSender, sync_channel};

use countersign_core::message::Message;

use super::LoadError;
use super::projection::Next;
use crate::store::{LogStore, Stored};

/// Entries that change hands at once. More of them make blocks of memory so large that giving one back tidies up the whole
/// heap.
const BATCH: usize = 128;

/// Batches that may wait to be entered.
const AHEAD: usize = 16;

/// Hands the first `size` entries to `put`, in order. They are read, compared with the ids that they keep of their messages,
/// and decoded on a thread of its own: a start waits for the slower of the two, not for both.
pub(super) fn replay(
    store: &dyn LogStore,
    size: u64,
    mut put: impl FnMut(Next) -> Result<(), LoadError>,
) -> Result<(), LoadError> {
    std::thread::scope(|scope| {
        let (sender, batches) = sync_channel(AHEAD);
        let reader = scope.spawn(move || read(store, size, &sender));
        // Returning with an error lets go of `batches`, and the reader stops.
        for next in batches.into_iter().flatten() {
            put(next)?;
        }
        reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

fn read(store: &dyn LogStore, size: u64, batches: &SyncSender<Vec<Next>>) -> Result<(), LoadError> {
    let mut batch = Vec::with_capacity(BATCH);
    let mut trouble = None;
    let whole = store.read(&mut |index, stored| {
        // Entries behind the head belong to a commit of another process after the head was read.
        if index >= size {
            return false;
        }
        match next(index, stored) {
            Ok(next) => batch.push(next),
            Err(error) => {
                trouble = Some(error);
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
    trouble.map_or(Ok(()), Err)
}

fn next(index: u64, stored: Stored) -> Result<Next, LoadError> {
    let Stored { entry, message } = stored;
    let message = Message::read_again(message, entry.message)
        .map_err(|error| LoadError::Entry { index, what: error.to_string() })?;
    Next::new(index, entry, &message)
}
