//! The sequencer: one thread for each room that decides the order. It takes what waits, judges each message again on top
//! of the committed log, commits them with one signed checkpoint, and only then answers.
//!
//! Messages share a commit only where none of them changes how another is judged ([`SideBySide`]); the others wait for
//! the next one. So the committed log is all that judging needs, and there is one projection of it and no second one that
//! runs ahead.
//!
//! While one batch is being written the next one gathers, so nothing waits for a timer: a single tablet gets its
//! receipt after one commit, and many share one.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::{Duration, Instant};

use countersign_core::crypto::SigningKey;
use countersign_core::id::PublicKey;
use countersign_core::log::{Checkpoint, Entry, Hash};
use countersign_core::message::Message;
use countersign_core::results::SideBySide;
use countersign_core::room::Room;
use tokio::sync::mpsc;

use super::projection::Next;
use super::{LoadError, Outcome, Projection, RoomParts, Shared, Submission};
use crate::clock::SharedClock;
use crate::metrics::Metrics;
use crate::store::{Batch, CommitError, Head, LogStore};

/// Most entries in one commit.
const BATCH: usize = 1024;

/// Between two attempts to read the log again.
const RECOVERY_PAUSE: Duration = Duration::from_secs(1);

/// What a step of a sequencer did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Nothing waited.
    Idle,
    /// What waited was answered; what was entered is durable.
    Worked,
    /// The log could not be read again yet. Nothing is taken before it was.
    Recovering,
    /// The log was read again.
    Recovered,
}

/// Decides the order of one room.
pub struct Sequencer {
    store: Arc<dyn LogStore>,
    key: SigningKey,
    keys: Vec<PublicKey>,
    clock: SharedClock,
    metrics: Arc<Metrics>,
    /// The room before its first entry, to read the log into.
    empty: Projection,
    shared: Arc<Shared>,
    submissions: mpsc::Receiver<Submission>,
    /// Why the log could not be read again, as it was last said.
    trouble: Option<String>,
}

/// One batch while it is made.
struct Gathered {
    /// The head that it is put onto.
    onto: Arc<Head>,
    entries: Vec<(Entry, Arc<Message>)>,
    /// The root of the tree with these entries.
    root: Hash,
    outcomes: Vec<(Submission, Outcome)>,
}

impl Sequencer {
    pub(super) fn new(parts: RoomParts, submissions: mpsc::Receiver<Submission>) -> Self {
        let RoomParts { store, projection, key, keys, clock, metrics } = parts;
        let empty = projection.before_its_first_entry();
        let shared = Arc::new(Shared {
            projection: RwLock::new(projection),
            serving: AtomicBool::new(true),
            beyond: OnceLock::new(),
            cosigned: RwLock::default(),
        });
        Self { store, key, keys, clock, metrics, empty, shared, submissions, trouble: None }
    }

    /// What whoever reads the room shares with it.
    pub(super) fn shared(&self) -> Arc<Shared> {
        Arc::clone(&self.shared)
    }

    /// Works until every sender is gone and everything that was sent is answered.
    pub(super) fn run(mut self) {
        let mut taken = Vec::with_capacity(BATCH);
        loop {
            taken.clear();
            if self.submissions.blocking_recv_many(&mut taken, BATCH) == 0 {
                return;
            }
            self.work(std::mem::take(&mut taken));
            while self.is_recovering() && !self.recover() {
                if self.submissions.is_closed() {
                    tracing::error!(room = %self.room(), "stopping without having read the log again");
                    return;
                }
                std::thread::sleep(RECOVERY_PAUSE);
            }
        }
    }

    /// One turn of what the thread of [`RoomDesk::start`](super::RoomDesk::start) does for ever, without waiting for
    /// anything: takes what waits, in one commit, or makes one attempt to read the log again after a commit that went
    /// wrong.
    pub fn step(&mut self) -> Step {
        if self.is_recovering() {
            return if self.recover() { Step::Recovered } else { Step::Recovering };
        }
        let mut taken = Vec::new();
        while taken.len() < BATCH
            && let Ok(submission) = self.submissions.try_recv()
        {
            taken.push(submission);
        }
        if taken.is_empty() {
            return Step::Idle;
        }
        self.work(taken);
        if self.is_recovering() { Step::Recovering } else { Step::Worked }
    }

    fn room(&self) -> Room {
        self.empty.state.room()
    }

    /// Whether a commit went wrong and the log was not read again yet.
    fn is_recovering(&self) -> bool {
        !self.shared.serving.load(Ordering::Acquire)
    }

    fn work(&mut self, submissions: Vec<Submission>) {
        let mut waiting = VecDeque::from(submissions);
        while !waiting.is_empty() {
            let gathered = self.gather(&mut waiting);
            if gathered.entries.is_empty() {
                answer(gathered.outcomes);
                continue;
            }
            match self.commit(&gathered) {
                Ok(head) => {
                    self.publish(&gathered, head);
                    answer(gathered.outcomes);
                }
                Err(error) => {
                    tracing::error!(room = %self.room(), %error, "commit failed; reading the log again");
                    self.shared.serving.store(false, Ordering::Release);
                    // Nobody gets an answer, those who wait no more than those of this batch: all are told to come again.
                    return;
                }
            }
        }
    }

    /// Takes what can share one commit from the front of what waits.
    fn gather(&self, waiting: &mut VecDeque<Submission>) -> Gathered {
        let projection = self.shared.read();
        // The machine's clock may go back; the log's time does not.
        let time_ms = self.clock.now_ms().max(projection.state.now_ms());
        let mut together = SideBySide::default();
        let (mut entries, mut outcomes) = (Vec::new(), Vec::new());
        while let Some(submission) = waiting.pop_front() {
            let message = &submission.message;
            let outcome = match projection.find(message.id()) {
                Some(index) => Outcome::Already(index),
                None if !together.admits(message) => {
                    waiting.push_front(submission);
                    break;
                }
                None => match projection.judge(message, time_ms) {
                    Err(refusal) => Outcome::Refused(refusal),
                    Ok(()) => {
                        together.add(message);
                        let index = projection.size() + entries.len() as u64;
                        let entry = Entry { kind: message.kind(), time_ms, message: message.id() };
                        entries.push((entry, Arc::clone(message)));
                        Outcome::Entered(index)
                    }
                },
            };
            outcomes.push((submission, outcome));
        }
        let root = projection.tree.root_with(entries.iter().map(|(entry, _)| entry.leaf()));
        Gathered { onto: Arc::clone(projection.head()), entries, root, outcomes }
    }

    fn commit(&self, gathered: &Gathered) -> Result<Arc<Head>, CommitError> {
        let Gathered { onto, entries, root, .. } = gathered;
        let size = onto.size + entries.len() as u64;
        let checkpoint = Checkpoint { origin: self.empty.origin().to_owned(), size, root: *root };
        let head = Arc::new(Head { size, root: *root, checkpoint: checkpoint.sign(&self.key) });
        let rows: Vec<(Entry, &[u8])> =
            entries.iter().map(|(entry, message)| (*entry, message.bytes())).collect();
        let started = Instant::now();
        let result = self.store.commit(&Batch { onto, entries: &rows, head: &head });
        self.metrics.committed(self.room(), rows.len(), started.elapsed(), result.is_ok());
        result.map(|()| head)
    }

    fn publish(&self, gathered: &Gathered, head: Arc<Head>) {
        const JUDGED: &str =
            "a message that was judged good, is new and not in the past can be entered";
        let entries = (gathered.onto.size..).zip(&gathered.entries);
        // Before the lock, for which every reader waits.
        let next: Vec<Next> = entries
            .map(|(index, (entry, message))| Next::new(index, *entry, message).expect(JUDGED))
            .collect();
        let mut shared = self.shared.projection.write().unwrap_or_else(PoisonError::into_inner);
        for next in next {
            shared.put(next).expect(JUDGED);
        }
        shared.set_head(head);
    }

    /// After a commit that failed or whose outcome is not known: sees that there is room for the next one and reads the
    /// log again, by the same code as at start. Nothing is taken before both have worked; says whether they have.
    fn recover(&mut self) -> bool {
        let room = self.room();
        // Whoever was already waiting must not wait for the recovery.
        while let Ok(waiting) = self.submissions.try_recv() {
            drop(waiting);
        }
        match self.read_again() {
            Ok(projection) => {
                self.trouble = None;
                let size = projection.size();
                *self.shared.projection.write().unwrap_or_else(PoisonError::into_inner) =
                    projection;
                self.shared.serving.store(true, Ordering::Release);
                self.metrics.recovered(room);
                tracing::info!(%room, size, "the log was read again");
                true
            }
            Err(error) => {
                // A disk may stay full for hours, and this program's own log may lie on it: the same trouble is said
                // once.
                let trouble = error.to_string();
                if self.trouble.as_ref() != Some(&trouble) {
                    tracing::error!(%room, %error, "nothing can be entered; trying again until it can");
                    self.trouble = Some(trouble);
                }
                false
            }
        }
    }

    fn read_again(&self) -> Result<Projection, LoadError> {
        self.store.has_room()?;
        Projection::load(self.empty.clone(), &*self.store, &self.keys)
    }
}

fn answer(outcomes: Vec<(Submission, Outcome)>) {
    for (submission, outcome) in outcomes {
        // Whoever asked may have gone; the entry stands all the same.
        let _ = submission.answer.send(outcome);
    }
}
