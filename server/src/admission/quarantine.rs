//! The quarantine's own thread: storing what was not entered never holds up what can be.

use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::{mpsc, oneshot};

use crate::metrics::Metrics;
use crate::store::{Kept, PrivateStore, Quarantined};

/// Messages that may wait to be stored.
const QUEUE: usize = 1024;

/// Most messages in one transaction.
const BATCH: usize = 256;

struct Offered {
    message: Quarantined,
    answer: Option<oneshot::Sender<Kept>>,
}

/// Where messages wait that were not entered.
pub struct Quarantine {
    queue: mpsc::Sender<Offered>,
    metrics: Arc<Metrics>,
}

impl Quarantine {
    /// Starts the thread. It ends, with everything stored, once the quarantine is dropped.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(
        store: Arc<PrivateStore>,
        metrics: Arc<Metrics>,
    ) -> std::io::Result<(Self, JoinHandle<()>)> {
        let (quarantine, mut keeper) = Self::open(store, metrics);
        let thread =
            std::thread::Builder::new().name("quarantine".to_owned()).spawn(move || {
                let mut taken = Vec::with_capacity(BATCH);
                while keeper.offered.blocking_recv_many(&mut taken, BATCH) > 0 {
                    keeper.store_all(std::mem::take(&mut taken));
                }
            })?;
        Ok((quarantine, thread))
    }

    /// The quarantine without a thread: nothing is stored but by [`Keeper::step`]. For simulations.
    #[must_use]
    pub fn open(store: Arc<PrivateStore>, metrics: Arc<Metrics>) -> (Self, Keeper) {
        let (queue, offered) = mpsc::channel(QUEUE);
        (Self { queue, metrics: Arc::clone(&metrics) }, Keeper { offered, store, metrics })
    }

    /// Offers a message whose sender keeps it anyway. When too many wait it is counted and dropped.
    pub fn offer(&self, message: Quarantined) {
        let (room, why) = (message.room, message.why);
        if self.queue.try_send(Offered { message, answer: None }).is_err() {
            self.metrics.quarantined(room, why, None);
        }
    }

    /// Keeps a message durably; `None` when that did not work.
    pub async fn keep(&self, message: Quarantined) -> Option<Kept> {
        let (room, why) = (message.room, message.why);
        let (answer, kept) = oneshot::channel();
        if self.queue.try_send(Offered { message, answer: Some(answer) }).is_err() {
            self.metrics.quarantined(room, why, None);
            return None;
        }
        kept.await.ok()
    }
}

/// Stores what is offered to a quarantine.
pub struct Keeper {
    offered: mpsc::Receiver<Offered>,
    store: Arc<PrivateStore>,
    metrics: Arc<Metrics>,
}

impl Keeper {
    /// Stores what waits, without waiting for more.
    pub fn step(&mut self) {
        let mut taken = Vec::new();
        while taken.len() < BATCH
            && let Ok(offered) = self.offered.try_recv()
        {
            taken.push(offered);
        }
        if !taken.is_empty() {
            self.store_all(taken);
        }
    }

    fn store_all(&self, offered: Vec<Offered>) {
        let (messages, answers): (Vec<_>, Vec<_>) =
            offered.into_iter().map(|offered| (offered.message, offered.answer)).unzip();
        match self.store.keep(&messages) {
            Ok(kept) => {
                for ((message, answer), kept) in messages.iter().zip(answers).zip(kept) {
                    self.metrics.quarantined(message.room, message.why, Some(kept));
                    if let Some(answer) = answer {
                        // Whoever asked may have gone; the message is kept all the same.
                        let _ = answer.send(kept);
                    }
                }
            }
            Err(error) => {
                tracing::error!(%error, "the quarantine cannot be written");
                for message in &messages {
                    self.metrics.quarantined(message.room, message.why, None);
                }
            }
        }
    }
}
