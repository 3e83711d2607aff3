//! A room's log as it was stored, read with `core` alone: what anyone who recomputes has.

use std::collections::{BTreeMap, BTreeSet};

use countersign_core::contest::Contest;
use countersign_core::id::MessageId;
use countersign_core::log::{Checkpoint, Entry, Tree};
use countersign_core::message::{Kind, Message, Package};
use countersign_core::receipt::Receipt;
use countersign_core::results::RoomState;
use countersign_core::room::Room;

use crate::{Error, Result};

/// A log that is what its last checkpoint says.
#[derive(Debug)]
pub struct Log {
    /// Every entry, in order.
    pub entries: Vec<Entry>,
    /// The room as the entries make it.
    pub state: RoomState,
    tree: Tree,
    head: Checkpoint,
}

/// The entries of a log beside the reports that were signed, by their ids.
#[derive(Debug)]
pub struct Account {
    /// Signed, and without an entry.
    pub lost: Vec<String>,
    /// With more than one entry.
    pub doubled: Vec<String>,
    /// Entered, and signed by nobody.
    pub forged: Vec<String>,
}

impl Account {
    /// Looks for one entry for each report of `signed`, and for none of another.
    #[must_use]
    pub fn of(entries: &[Entry], signed: &BTreeSet<&String>) -> Self {
        let mut times: BTreeMap<String, usize> = BTreeMap::new();
        for entry in entries.iter().filter(|entry| entry.kind == Kind::Report) {
            *times.entry(entry.message.to_string()).or_default() += 1;
        }
        let lost = signed.iter().filter(|id| !times.contains_key(**id));
        let doubled = times.iter().filter(|(_, times)| **times > 1);
        let forged = times.keys().filter(|id| !signed.contains(id));
        Self {
            lost: lost.map(|id| (*id).clone()).collect(),
            doubled: doubled.map(|(id, _)| id.clone()).collect(),
            forged: forged.cloned().collect(),
        }
    }
}

fn wrong(what: impl ToString) -> Error {
    Error::Unexpected(what.to_string())
}

impl Log {
    /// Replays a log of a contest's room: entries with the bytes of their messages, and the last signed checkpoint.
    ///
    /// # Errors
    ///
    /// When entries, messages and checkpoint do not belong together.
    pub fn replay(
        package: &Package,
        room: Room,
        checkpoint: &str,
        stored: impl IntoIterator<Item = (Entry, Vec<u8>)>,
    ) -> Result<Self> {
        let pinned = package.contest.log(room).ok_or_else(|| wrong("no such log"))?;
        let head = Checkpoint::open(checkpoint, &pinned.origin, &pinned.keys).map_err(wrong)?;
        let mut state = RoomState::new(&package.contest.id, room, package.party_key);
        let (mut entries, mut tree) = (Vec::new(), Tree::default());
        for (entry, bytes) in stored {
            let index = tree.size();
            let message = Message::parse(&bytes).map_err(wrong)?;
            if message.id() != entry.message {
                return Err(wrong(format!("entry {index} holds another message")));
            }
            state
                .apply(index, &entry, &message)
                .map_err(|refusal| wrong(format!("entry {index}: {}", refusal.code())))?;
            tree.push(entry.leaf());
            entries.push(entry);
        }
        if head.size != tree.size() || head.root != tree.root(tree.size()) {
            return Err(wrong("the last checkpoint is not that of the entries"));
        }
        Ok(Self { entries, state, tree, head })
    }

    /// Entries of reports.
    pub fn reports(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.kind == Kind::Report)
    }

    /// Whether a receipt of a report proves what stands in this log: its entry lies there, and its checkpoint is one that
    /// the log has grown from.
    ///
    /// # Errors
    ///
    /// When it does not.
    pub fn bears_out(&self, receipt: &str, id: MessageId, contest: &Contest) -> Result<()> {
        let pinned = contest.log(self.state.room()).ok_or_else(|| wrong("no such log"))?;
        let receipt = Receipt::verify(receipt, id, Kind::Report, &pinned.origin, &pinned.keys)
            .map_err(wrong)?;
        let size = receipt.checkpoint.size;
        if size > self.head.size || self.tree.root(size) != receipt.checkpoint.root {
            return Err(wrong("its checkpoint is not one of this log"));
        }
        let at = usize::try_from(receipt.index).map_err(wrong)?;
        if self.entries.get(at) != Some(&receipt.entry) {
            return Err(wrong("its entry is not in the log"));
        }
        Ok(())
    }

    /// The last signed checkpoint.
    #[must_use]
    pub const fn head(&self) -> &Checkpoint {
        &self.head
    }
}
