//! Everything the server knows of a room, made from its entries and messages.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::sync::Arc;

use countersign_core::id::{KeyId, MessageId, PublicKey};
use countersign_core::log::{Checkpoint, CheckpointError, Entry, Hash, Origin, Tree};
use countersign_core::message::{Act, Message};
use countersign_core::refusal::Refusal;
use countersign_core::results::{Change, RoomState};
use countersign_core::room::Room;

use super::replay::replay;
use crate::store::{Head, LogStore, StoreError};

/// A stored log cannot be read into a projection.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An entry or its message does not make sense.
    #[error("entry {index}: {what}")]
    Entry {
        /// Index of the first one.
        index: u64,
        /// What is wrong.
        what: String,
    },
    /// Entries and head do not belong together.
    #[error("the stored head does not fit the entries: {0}")]
    Head(String),
}

impl LoadError {
    /// Whether trying again can help.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_transient())
    }
}

/// One room as its log makes it.
#[derive(Debug, Clone)]
pub struct Projection {
    /// Who may say what, and what was said.
    pub state: RoomState,
    /// The tree.
    pub tree: Tree,
    origin: String,
    head: Arc<Head>,
    entries: Vec<Entry>,
    by_message: HashMap<MessageId, u64>,
}

/// An entry that is to be put at the end of a projection: all that can be worked out without the ones before it.
#[derive(Debug)]
pub(super) struct Next {
    leaf: Hash,
    change: Change,
}

impl Next {
    /// The entry at `index`, with its message.
    pub(super) fn new(index: u64, entry: Entry, message: &Message) -> Result<Self, LoadError> {
        let wrong = |what: &str| LoadError::Entry { index, what: what.to_owned() };
        if entry.message != message.id() || entry.kind != message.kind() {
            return Err(wrong("the entry is of another message"));
        }
        let change = Change::of(index, entry, message)
            .map_err(|_| wrong("its message cannot be decoded"))?;
        Ok(Self { leaf: entry.leaf(), change })
    }
}

impl Projection {
    /// A room before its first entry.
    #[must_use]
    pub fn new(contest: &str, room: Room, party: PublicKey, origin: &str) -> Self {
        let tree = Tree::default();
        let head = Head { size: 0, root: tree.root(0), checkpoint: String::new() };
        Self {
            state: RoomState::new(contest, room, party),
            tree,
            origin: origin.to_owned(),
            head: Arc::new(head),
            entries: Vec::new(),
            by_message: HashMap::new(),
        }
    }

    /// The same room before its first entry.
    #[must_use]
    pub fn before_its_first_entry(&self) -> Self {
        Self::new(self.state.contest(), self.state.room(), self.state.party(), &self.origin)
    }

    /// Reads a stored log whole: at start, and after a commit whose outcome is not known. Structure, order, tree and
    /// checkpoint are checked, and that each message is the one that was entered; its signatures were checked before that, and
    /// are by `fsck`.
    ///
    /// # Errors
    /// [`LoadError`], which names the first thing that is wrong.
    pub fn load(
        mut empty: Self,
        store: &dyn LogStore,
        keys: &[PublicKey],
    ) -> Result<Self, LoadError> {
        let head = store.head()?;
        empty.make_room(head.size);
        replay(store, head.size, |next| empty.put(next))?;
        empty.adopt(head, keys)?;
        Ok(empty)
    }

    fn adopt(&mut self, head: Head, keys: &[PublicKey]) -> Result<(), LoadError> {
        let wrong = |what: String| Err(LoadError::Head(what));
        if head.size != self.size() {
            return wrong(format!("it says {} entries, there are {}", head.size, self.size()));
        }
        if head.root != self.tree.root(head.size) {
            return wrong("the root of the tree is another one".to_owned());
        }
        if head.size > 0 {
            match Checkpoint::open(&head.checkpoint, &self.origin, keys) {
                Ok(checkpoint) if checkpoint.size == head.size && checkpoint.root == head.root => {}
                Ok(_) => return wrong("the checkpoint is for another head".to_owned()),
                Err(CheckpointError::Signature) => {
                    return wrong("the checkpoint is not signed by the key of this log".to_owned());
                }
                Err(error) => return wrong(error.to_string()),
            }
        }
        self.head = Arc::new(head);
        Ok(())
    }

    /// Room in memory for so many entries more, as far as that can be believed before they were read.
    fn make_room(&mut self, entries: u64) {
        const BELIEVED: u64 = 1 << 20;
        let entries = entries.min(BELIEVED) as usize;
        self.entries.reserve(entries);
        self.by_message.reserve(entries);
    }

    /// Puts an entry at the end; its index.
    ///
    /// # Errors
    /// [`LoadError::Entry`] when entry and message do not belong together, the message is there already, time goes
    /// back, or the message cannot be decoded.
    pub fn enter(&mut self, entry: Entry, message: &Message) -> Result<u64, LoadError> {
        let index = self.size();
        self.put(Next::new(index, entry, message)?)?;
        Ok(index)
    }

    /// Puts an entry at the end that was made ready for it.
    pub(super) fn put(&mut self, next: Next) -> Result<(), LoadError> {
        let Next { leaf, change } = next;
        let (index, entry) = (change.index(), *change.entry());
        let wrong = |what: &str| Err(LoadError::Entry { index, what: what.to_owned() });
        if index != self.size() {
            return wrong("an entry is missing before it");
        }
        if !self.may_begin(change.begun().map(|begun| begun.begun_again.begins.as_str())) {
            return wrong("the log does not begin as its origin says");
        }
        if entry.time_ms < self.state.now_ms() {
            return wrong("its time is before that of the entry before it");
        }
        match self.by_message.entry(entry.message) {
            Slot::Occupied(_) => return wrong("its message was entered before"),
            Slot::Vacant(slot) => slot.insert(index),
        };
        self.state.change(change);
        self.tree.push(leaf);
        self.entries.push(entry);
        Ok(())
    }

    /// Takes over the head of the entries that were just put at the end.
    pub(crate) fn set_head(&mut self, head: Arc<Head>) {
        self.head = head;
    }

    /// Number of entries.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.entries.len() as u64
    }

    /// Origin of the log's checkpoints.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The committed head.
    #[must_use]
    pub const fn head(&self) -> &Arc<Head> {
        &self.head
    }

    /// Index of a message.
    #[must_use]
    pub fn find(&self, id: MessageId) -> Option<u64> {
        self.by_message.get(&id).copied()
    }

    /// An entry.
    #[must_use]
    pub fn entry(&self, index: u64) -> Option<&Entry> {
        self.entries.get(usize::try_from(index).ok()?)
    }

    /// Every entry, in order.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry that revoked a device's key.
    #[must_use]
    pub fn revocation(&self, key: KeyId) -> Option<&Entry> {
        self.entry(self.state.device(key)?.revoked_at?)
    }

    /// Whether a message may be entered at a time; see [`RoomState::judge`].
    ///
    /// # Errors
    /// The [`Refusal`].
    pub fn judge(&self, message: &Message, now_ms: u64) -> Result<(), Refusal> {
        self.state.judge(message, now_ms)?;
        let begins = match message.decode() {
            Ok(Act::BegunAgain(begun_again)) => Some(begun_again.begins),
            _ => None,
        };
        self.may_begin(begins.as_deref()).then_some(()).ok_or(Refusal::NotAllowed)
    }

    /// A room's first log begins with anything but an act; a later one with the act that begins it, and nothing else. Given
    /// the origin that the entry's act names, if it is one.
    fn may_begin(&self, begins: Option<&str>) -> bool {
        if self.size() > 0 {
            return true;
        }
        let later = Origin::parse(&self.origin).is_some_and(|origin| origin.number() > 1);
        match begins {
            Some(origin) => later && origin == self.origin,
            None => !later,
        }
    }
}
