//! A room's log on a disk that remembers what was made durable and forgets the rest in a crash.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use countersign_core::id::MessageId;
use countersign_core::log::{Entry, Tree};
use countersign_server::store::{Batch, CommitError, Head, LogStore, StoreError, Stored};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt as _, SeedableRng as _};

/// How a commit goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mishap {
    /// Nothing is written, and the store says so.
    Refused,
    /// It is durable, and nobody can tell.
    DoneUnknown,
    /// It is lost, and nobody can tell.
    LostUnknown,
    /// The machine dies before it is durable.
    CrashBefore,
    /// The machine dies once it is durable, before anyone hears of it.
    CrashAfter,
}

impl Mishap {
    /// Every one.
    pub(super) const ALL: [Self; 5] =
        [Self::Refused, Self::DoneUnknown, Self::LostUnknown, Self::CrashBefore, Self::CrashAfter];
}

/// What is on the disk, or in the memory before it.
#[derive(Debug, Clone)]
struct Contents {
    rows: Vec<Stored>,
    head: Head,
}

#[derive(Debug)]
struct Inner {
    /// What the running system sees.
    written: Contents,
    /// What is there after a crash.
    durable: Contents,
    /// It acknowledges before it is durable: what the system writes out by itself, it writes out later.
    lazy: bool,
    full: bool,
    /// Commits of a thousand that go wrong, by [`Mishap`].
    mishaps: [u32; 5],
    dice: ChaCha8Rng,
    crashed: bool,
    happened: Vec<(usize, Option<Mishap>)>,
}

/// The disk of one room's log.
pub(super) struct Disk(Mutex<Inner>);

impl Disk {
    /// An empty one.
    pub(super) fn new() -> Self {
        let head = Head { size: 0, root: Tree::default().root(0), checkpoint: String::new() };
        Self::holding(Contents { rows: Vec::new(), head })
    }

    fn holding(contents: Contents) -> Self {
        Self(Mutex::new(Inner {
            durable: contents.clone(),
            written: contents,
            lazy: false,
            full: false,
            mishaps: [0; 5],
            dice: ChaCha8Rng::seed_from_u64(0),
            crashed: false,
            happened: Vec::new(),
        }))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Another disk with the same on it, on which nothing goes wrong.
    pub(super) fn copy(&self) -> Self {
        let inner = self.lock();
        Self::holding(inner.written.clone())
    }

    /// From now on commits go wrong: so many of a thousand, by [`Mishap`].
    pub(super) fn trouble(&self, mishaps: [u32; 5], seed: u64) {
        let mut inner = self.lock();
        inner.mishaps = mishaps;
        inner.dice = ChaCha8Rng::seed_from_u64(seed);
    }

    /// It acknowledges before it is durable.
    pub(super) fn be_lazy(&self) {
        self.lock().lazy = true;
    }

    /// Nothing more finds room, or everything does again.
    pub(super) fn fill(&self, full: bool) {
        self.lock().full = full;
    }

    /// What an operating system does by itself now and then: everything written becomes durable.
    pub(super) fn flush(&self) {
        let mut inner = self.lock();
        inner.durable = inner.written.clone();
    }

    /// Power is gone: what was not durable is forgotten.
    pub(super) fn crash(&self) {
        let mut inner = self.lock();
        inner.written = inner.durable.clone();
    }

    /// Whether the machine died in a commit since this was last asked.
    pub(super) fn take_crash(&self) -> bool {
        std::mem::take(&mut self.lock().crashed)
    }

    /// The commits since this was last asked: of how many entries, and what went wrong.
    pub(super) fn take_happened(&self) -> Vec<(usize, Option<Mishap>)> {
        std::mem::take(&mut self.lock().happened)
    }

    /// An entry.
    pub(super) fn entry(&self, index: u64) -> Option<Entry> {
        let at = usize::try_from(index).ok()?;
        self.lock().written.rows.get(at).map(|row| row.entry)
    }

    /// Everything, with the last checkpoint.
    pub(super) fn whole(&self) -> (String, Vec<(Entry, Vec<u8>)>) {
        let inner = self.lock();
        let rows = inner.written.rows.iter();
        let rows = rows.map(|row| (row.entry, row.message.clone())).collect();
        (inner.written.head.checkpoint.clone(), rows)
    }

    /// Puts something else on it, whatever was there.
    pub(super) fn replace(&self, rows: Vec<Stored>, head: Head) {
        let contents = Contents { rows, head };
        let mut inner = self.lock();
        inner.written = contents.clone();
        inner.durable = contents;
    }
}

impl Inner {
    fn has_room(&self) -> Result<(), StoreError> {
        if self.full {
            return Err(StoreError::Disk(io::ErrorKind::StorageFull.into()));
        }
        Ok(())
    }

    fn draw(&mut self) -> Option<Mishap> {
        let mut drawn = self.dice.random_range(0..1_000);
        for (mishap, share) in Mishap::ALL.into_iter().zip(self.mishaps) {
            if drawn < share {
                return Some(mishap);
            }
            drawn -= share;
        }
        None
    }

    fn write(&mut self, batch: &Batch<'_>) {
        let rows = batch.entries.iter();
        self.written
            .rows
            .extend(rows.map(|(entry, bytes)| Stored { entry: *entry, message: bytes.to_vec() }));
        self.written.head = batch.head.clone();
        if !self.lazy {
            self.durable = self.written.clone();
        }
    }
}

fn trouble() -> StoreError {
    StoreError::Disk(io::Error::other("the disk does not answer"))
}

impl LogStore for Disk {
    fn head(&self) -> Result<Head, StoreError> {
        Ok(self.lock().written.head.clone())
    }

    fn commit(&self, batch: &Batch<'_>) -> Result<(), CommitError> {
        let mut inner = self.lock();
        if inner.written.head != *batch.onto {
            return Err(CommitError::HeadMoved);
        }
        inner.has_room().map_err(CommitError::NotCommitted)?;
        let mishap = inner.draw();
        inner.happened.push((batch.entries.len(), mishap));
        match mishap {
            None => {
                inner.write(batch);
                return Ok(());
            }
            Some(Mishap::Refused) => return Err(CommitError::NotCommitted(trouble())),
            Some(Mishap::LostUnknown) => {}
            Some(Mishap::DoneUnknown) => inner.write(batch),
            Some(Mishap::CrashBefore) => inner.crashed = true,
            Some(Mishap::CrashAfter) => {
                inner.write(batch);
                inner.crashed = true;
            }
        }
        Err(CommitError::Unknown(trouble()))
    }

    fn has_room(&self) -> Result<(), StoreError> {
        self.lock().has_room()
    }

    fn read(&self, visit: &mut dyn FnMut(u64, Stored) -> bool) -> Result<(), StoreError> {
        let rows = self.lock().written.rows.clone();
        for (index, row) in (0..).zip(rows) {
            if !visit(index, row) {
                break;
            }
        }
        Ok(())
    }

    fn message(&self, index: u64, id: MessageId) -> Result<Option<Vec<u8>>, StoreError> {
        let at = usize::try_from(index).unwrap_or(usize::MAX);
        match self.lock().written.rows.get(at) {
            Some(row) if MessageId::of(&row.message) != id => {
                Err(StoreError::Damaged(format!("entry {index}: its message is another one")))
            }
            row => Ok(row.map(|row| row.message.clone())),
        }
    }
}
