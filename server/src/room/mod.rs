//! One room: its projection, shared for reading, and the sequencer that alone writes it.

mod cosigned;
mod projection;
mod receipt;
mod replay;
mod sequencer;
mod sight;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard};
use std::thread::JoinHandle;

use countersign_core::crypto::SigningKey;
use countersign_core::id::PublicKey;
use countersign_core::log::{Checkpoint, Hash};
use countersign_core::message::Message;
use countersign_core::receipt::Receipt;
use countersign_core::refusal::Refusal;
use countersign_core::room::Room;
use tokio::sync::{mpsc, oneshot};

use crate::clock::SharedClock;
use crate::metrics::Metrics;
use crate::store::{LogStore, StoreError};

pub use cosigned::{Cosigned, CosignedHead};
pub use projection::{LoadError, Projection};
pub use receipt::{Answer, Beginning};
pub use sequencer::{Sequencer, Step};
pub use sight::{Sight, keep, look};

/// Messages that may wait for the sequencer. More are told to come again.
const QUEUE: usize = 8192;

/// What became of a message that was handed to the sequencer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is in the log, durably, at this index.
    Entered(u64),
    /// It was there already, at this index.
    Already(u64),
    /// It cannot be entered.
    Refused(Refusal),
}

struct Submission {
    message: Arc<Message>,
    answer: oneshot::Sender<Outcome>,
}

/// What the parts of a room share.
struct Shared {
    projection: RwLock<Projection>,
    /// False while the sequencer reads the log again after a commit of unknown outcome.
    serving: AtomicBool,
    /// A signed checkpoint that was shown and that this log does not lead to. Nothing is taken any more.
    beyond: OnceLock<Checkpoint>,
    /// What witnesses cosigned.
    cosigned: RwLock<Arc<Cosigned>>,
}

impl Shared {
    /// A panic while the lock is held for writing ends the sequencer and with it the server; readers until then see
    /// what was committed.
    fn read(&self) -> RwLockReadGuard<'_, Projection> {
        self.projection.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How a room's log goes on, with receipts against its head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogHead {
    /// The head's signed checkpoint.
    pub checkpoint: String,
    /// Consistency proof from the log that was seen; `None` when that was larger than this one.
    pub consistency: Option<Vec<Hash>>,
    /// C2SP tlog-proofs of the entries that were asked for, in their order.
    pub receipts: Vec<String>,
}

/// A room that takes messages.
pub struct RoomDesk {
    room: Room,
    shared: Arc<Shared>,
    store: Arc<dyn LogStore>,
    keys: Vec<PublicKey>,
    queue: mpsc::Sender<Submission>,
}

/// What a room is made of.
pub struct RoomParts {
    /// Its log.
    pub store: Arc<dyn LogStore>,
    /// The projection of that log.
    pub projection: Projection,
    /// Signs its checkpoints.
    pub key: SigningKey,
    /// Keys that may have signed the stored one.
    pub keys: Vec<PublicKey>,
    /// Gives entries their time.
    pub clock: SharedClock,
    /// Counts.
    pub metrics: Arc<Metrics>,
}

impl RoomDesk {
    /// Starts the room's sequencer on a thread of its own. The thread ends, with everything that was accepted
    /// answered, once the desk is dropped.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(parts: RoomParts) -> std::io::Result<(Self, JoinHandle<()>)> {
        let (desk, sequencer) = Self::open(parts);
        let thread = std::thread::Builder::new()
            .name(format!("sequencer-{}", desk.room))
            .spawn(move || sequencer.run())?;
        Ok((desk, thread))
    }

    /// The room without a thread: nothing is entered but by [`Sequencer::step`]. For simulations, whose seed decides when
    /// that is.
    #[must_use]
    pub fn open(parts: RoomParts) -> (Self, Sequencer) {
        let room = parts.projection.state.room();
        let store = Arc::clone(&parts.store);
        let keys = parts.keys.clone();
        let (queue, submissions) = mpsc::channel(QUEUE);
        let sequencer = Sequencer::new(parts, submissions);
        let shared = sequencer.shared();
        (Self { room, shared, store, keys, queue }, sequencer)
    }

    /// Which room.
    #[must_use]
    pub const fn room(&self) -> Room {
        self.room
    }

    /// The room as its committed log makes it. Hold it briefly: the sequencer waits for readers.
    pub fn read(&self) -> RwLockReadGuard<'_, Projection> {
        self.shared.read()
    }

    /// Hands a message, whose signatures are good, to the sequencer and waits until it is durable or refused.
    ///
    /// # Errors
    /// [`Refusal::Busy`] when too many wait, or it is not known whether it was entered; [`Refusal::LogBehind`].
    pub async fn submit(&self, message: Arc<Message>) -> Result<Outcome, Refusal> {
        self.is_whole()?;
        if !self.shared.serving.load(Ordering::Acquire) {
            return Err(Refusal::Busy);
        }
        let (answer, outcome) = oneshot::channel();
        self.queue.try_send(Submission { message, answer }).map_err(|_| Refusal::Busy)?;
        outcome.await.map_err(|_| Refusal::Busy)
    }

    /// The same for a caller outside the asynchronous runtime.
    ///
    /// # Errors
    /// As [`RoomDesk::submit`].
    pub fn submit_blocking(&self, message: Arc<Message>) -> Result<Outcome, Refusal> {
        self.is_whole()?;
        let (answer, outcome) = oneshot::channel();
        self.queue.blocking_send(Submission { message, answer }).map_err(|_| Refusal::Busy)?;
        outcome.blocking_recv().map_err(|_| Refusal::Busy)
    }

    /// Receipt of an entry against the newest checkpoint that enough witnesses cosigned, where that one has the entry, else
    /// against the newest of all, and the proof that the log of size `seen` is its beginning.
    /// `None` when there is no such entry.
    #[must_use]
    pub fn receipt(&self, index: u64, seen: u64) -> Option<Answer> {
        receipt::answer(&self.read(), &self.cosigned(), index, seen)
    }

    /// Receipt of an entry against the newest checkpoint, whatever witnesses did: for whoever is shown how the log began by the
    /// same answer, and so has seen its head.
    #[must_use]
    pub fn newest_receipt(&self, index: u64, seen: u64) -> Option<Answer> {
        receipt::answer(&self.read(), &Cosigned::default(), index, seen)
    }

    /// The bytes of an entered message.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn message(&self, index: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(id) = self.read().entry(index).map(|entry| entry.message) else {
            return Ok(None);
        };
        self.store.message(index, id)
    }

    /// Looks at a signed checkpoint that somebody shows. One that this log's own key signed and that the log does not lead
    /// to proves that it is an older copy: from then on nothing is taken, until the log was begun again.
    #[must_use]
    pub fn show(&self, note: &str) -> Sight {
        let sight = sight::look(&self.read(), &self.keys, note);
        if let Sight::Beyond(checkpoint) = &sight
            && self.shared.beyond.set(checkpoint.clone()).is_ok()
        {
            tracing::error!(
                room = %self.room, size = self.read().head().size, shown = checkpoint.size, origin = %checkpoint.origin,
                "this log is an older copy: it does not lead to a checkpoint that its own key signed and that was shown \
                 just now. Nothing is entered any more. Stop the server and put the newer folder back; if there is none, \
                 `countersign-server log begin-again --reason restored` (docs/operations.md, \"To restore\")"
            );
        }
        sight
    }

    /// The checkpoint that proved this log to be an older copy.
    #[must_use]
    pub fn beyond(&self) -> Option<&Checkpoint> {
        self.shared.beyond.get()
    }

    fn is_whole(&self) -> Result<(), Refusal> {
        self.beyond().map_or(Ok(()), |_| Err(Refusal::LogBehind))
    }

    /// The proof that this log was begun again; `None` for a room's first log.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn beginning(&self) -> Result<Option<Beginning>, StoreError> {
        if self.read().state.begun().is_none() {
            return Ok(None);
        }
        let Some(receipt) = self.newest_receipt(0, 0) else { return Ok(None) };
        Ok(self.message(0)?.map(|message| Beginning { message, receipt: receipt.receipt }))
    }

    /// What witnesses cosigned of this room's log.
    #[must_use]
    pub fn cosigned(&self) -> Arc<Cosigned> {
        let cosigned = self.shared.cosigned.read();
        Arc::clone(&cosigned.unwrap_or_else(PoisonError::into_inner))
    }

    /// Shows from now on what witnesses cosigned.
    pub fn show_cosigned(&self, cosigned: Cosigned) {
        *self.shared.cosigned.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(cosigned);
    }

    /// The head's signed checkpoint, with the cosignatures that it has so far, and the proof that the log of size `seen` is its
    /// beginning, where there is one, with receipts of some of its entries; `None` for an empty log, or one without one of those
    /// entries.
    #[must_use]
    pub fn follow(&self, seen: u64, entries: &[u64]) -> Option<LogHead> {
        let projection = self.read();
        let size = projection.head().size;
        if size == 0 {
            return None;
        }
        let checkpoint = self.cosigned().head(&projection);
        let receipt = |&index: &u64| {
            let entry = *projection.entry(index)?;
            let proof = projection.tree.inclusion(index, size)?;
            Some(Receipt::write(entry, index, &proof, &checkpoint))
        };
        Some(LogHead {
            receipts: entries.iter().map(receipt).collect::<Option<_>>()?,
            consistency: projection.tree.consistency(seen, size),
            checkpoint,
        })
    }

    /// The checkpoint that is published: the newest one that enough witnesses cosigned while that is recent, else the head;
    /// `None` for an empty log.
    #[must_use]
    pub fn published(&self) -> Option<String> {
        let projection = self.read();
        (projection.head().size > 0).then(|| self.cosigned().published(&projection))
    }

    /// Messages that wait for the sequencer.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.queue.max_capacity() - self.queue.capacity()
    }

    /// Whether messages are taken at the moment.
    #[must_use]
    pub fn is_serving(&self) -> bool {
        self.shared.serving.load(Ordering::Acquire)
            && !self.queue.is_closed()
            && self.beyond().is_none()
    }
}
