//! Bugs that are not there, planted from outside, to see that the checks find them.

use std::sync::Arc;

use countersign_core::crypto::SigningKey;
use countersign_core::id::MessageId;
use countersign_core::log::{Checkpoint, Entry, Tree};
use countersign_core::message::{Kind, Message, Scope};
use countersign_core::receipt::Receipt;
use countersign_core::room::Room;
use countersign_device::Answered;
use countersign_server::store::{Head, Stored};
use data_encoding::BASE64;
use serde_json::{Value, json};

use super::disk::Disk;
use super::party::{PARTY, at, log_key};

/// A bug.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// The server's store acknowledges before it is durable.
    AcknowledgesBeforeDurable,
    /// The server forgets to look whether it has a message already, and enters it as often as it comes.
    EntersTwice,
    /// The server gives a message that comes again another place in the log.
    MovesEntries,
    /// The server enters a report that no tablet signed.
    Forges,
    /// The tablet takes any answer of status 200 for a receipt.
    BelievesStatus,
    /// The tablet shows *countersigned* as soon as it has sent.
    MarksOnSending,
    /// The tablet drops a report from its outbox once it was sent.
    DropsOutbox,
    /// The tablet tries so often, and no more.
    GivesUp,
}

impl Bug {
    /// Every one.
    pub const ALL: [Self; 8] = [
        Self::AcknowledgesBeforeDurable,
        Self::EntersTwice,
        Self::MovesEntries,
        Self::Forges,
        Self::BelievesStatus,
        Self::MarksOnSending,
        Self::DropsOutbox,
        Self::GivesUp,
    ];

    /// Whether it is in how the server keeps its log.
    pub(super) const fn is_of_the_log(self) -> bool {
        matches!(self, Self::EntersTwice | Self::MovesEntries | Self::Forges)
    }
}

/// A server with a bug in its log: admission and sequencer are the real ones, but what they enter goes into another log as
/// the bug will have it, and receipts are of that one.
pub(super) struct BadBook {
    bug: Bug,
    /// What the bad server has on its disks.
    pub(super) disks: [Arc<Disk>; 2],
}

impl BadBook {
    pub(super) fn new(bug: Bug) -> Self {
        Self { bug, disks: [0, 1].map(|room| Arc::new(PARTY.logs[room].copy())) }
    }

    /// What the bad server answers where the real one has answered so.
    pub(super) fn instead(
        &self,
        room: Room,
        bytes: &[u8],
        seen: u64,
        mut answered: Answered,
    ) -> Answered {
        let Some(mut body) = serde_json::from_slice::<Value>(&answered.body).ok() else {
            return answered;
        };
        let claim = body["receipt"].as_str().and_then(Receipt::claim);
        let Some((_, entry)) = claim.filter(|_| answered.status == 200) else { return answered };
        let (index, tree, checkpoint) = self.enter(room, entry, bytes);
        let proof = tree.inclusion(index, tree.size()).unwrap_or_default();
        let consistency = tree.consistency(seen, tree.size());
        let texts = |hashes: Vec<[u8; 32]>| {
            hashes.iter().map(|hash| BASE64.encode(hash)).collect::<Vec<_>>()
        };
        body["receipt"] = json!(Receipt::write(entry, index, &proof, &checkpoint));
        body["consistency"] = json!(consistency.map(texts));
        answered.body = body.to_string().into_bytes();
        answered
    }

    fn enter(&self, room: Room, entry: Entry, bytes: &[u8]) -> (u64, Tree, String) {
        let disk = &self.disks[at(room)];
        let (_, rows) = disk.whole();
        let stored = |(entry, message)| Stored { entry, message };
        let mut rows: Vec<Stored> = rows.into_iter().map(stored).collect();
        let found = rows.iter().position(|row| row.entry.message == entry.message);
        let message = bytes.to_vec();
        let index = match (self.bug, found) {
            (Bug::MovesEntries, Some(index)) => {
                let moved = rows.remove(index);
                rows.push(moved);
                rows.len() - 1
            }
            (Bug::EntersTwice, Some(index)) => {
                rows.push(Stored { entry, message });
                index
            }
            (_, Some(index)) => index,
            (_, None) => {
                rows.push(Stored { entry, message });
                rows.len() - 1
            }
        };
        if self.bug == Bug::Forges && found.is_none() && entry.kind == Kind::Report {
            rows.extend(forged(room, entry, bytes));
        }
        let mut tree = Tree::default();
        for row in &rows {
            tree.push(row.entry.leaf());
        }
        let (size, root) = (tree.size(), tree.root(tree.size()));
        let origin = PARTY.empty(room).origin().to_owned();
        let checkpoint = Checkpoint { origin, size, root }.sign(&log_key(room));
        disk.replace(rows, Head { size, root, checkpoint: checkpoint.clone() });
        (index as u64, tree, checkpoint)
    }
}

/// The same report with one more who came, signed by a key of nobody's.
fn forged(room: Room, entry: Entry, bytes: &[u8]) -> Option<Stored> {
    let mut report: countersign_core::message::Report =
        Message::parse(bytes).ok()?.decode().ok()?;
    report.attendees += 1;
    let nobody = SigningKey::from_seed(&[99; 32]);
    let message = Message::sign(&nobody, Scope::room(&PARTY.package.contest.id, room), &report);
    let id: MessageId = message.id();
    Some(Stored { entry: Entry { message: id, ..entry }, message: message.into_bytes() })
}
