//! Admission: looks at a message, cheapest first, before the sequencer sees it (design section 9).
//!
//! The order: canonical form, already entered, room, known key, the address's budget of failures, signature, the key's
//! budget, contest and precinct. Nothing is charged to a key before its signature was good, nor to an address for good
//! messages.

mod budget;
mod inspect;
mod line;
mod quarantine;

use std::net::IpAddr;
use std::sync::Arc;

use countersign_core::id::{KeyId, MessageId};
use countersign_core::message::Message;
use countersign_core::refusal::{Fate, Refusal};
use countersign_core::room::Room;

use crate::clock::SharedClock;
use crate::metrics::{Counted, Metrics};
use crate::room::{Outcome, RoomDesk};
use crate::store::{Kept, Quarantined, Why};

pub use budget::{Budgets, Rate};
use inspect::Proof;
use line::LastInLine;
pub use quarantine::{Keeper, Quarantine};

/// Largest message that is kept in quarantine. Tablets send nothing larger; headquarters has its own copies.
const KEPT_BYTES: usize = 8 << 10;

/// Limits of admission.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Failures that an address may cause before it is served last.
    pub address: Rate,
    /// Messages that a key may send.
    pub key: Rate,
    /// Messages a second that are looked at of all addresses and keys over their budget together.
    pub last_in_line: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            address: Rate { burst: 60, per_minute: 60 },
            key: Rate { burst: 60, per_minute: 60 },
            last_in_line: 2_000,
        }
    }
}

/// What became of the bytes that came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// The key that the message names, where the bytes are a message.
    pub key: Option<KeyId>,
    /// The index of its entry, or why it was not entered.
    pub outcome: Result<u64, NotEntered>,
}

/// Why a message was not entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotEntered {
    /// The refusal to answer with.
    pub refusal: Refusal,
    /// Seconds after which it may be worth trying again.
    pub retry_after: Option<u64>,
}

/// Both rooms behind their admission.
pub struct Admission {
    rooms: [RoomDesk; 2],
    limits: Limits,
    addresses: Budgets<IpAddr>,
    keys: Budgets<(Room, KeyId)>,
    line: LastInLine,
    quarantine: Quarantine,
    clock: SharedClock,
    metrics: Arc<Metrics>,
}

/// What is known of a message that is not entered.
struct Rejected {
    refusal: Refusal,
    proof: Proof,
    retry_after: Option<u64>,
}

impl Rejected {
    const fn new(refusal: Refusal, proof: Proof) -> Self {
        Self { refusal, proof, retry_after: None }
    }
}

impl Admission {
    /// Puts admission before the rooms, `official` first.
    #[must_use]
    pub fn new(
        rooms: [RoomDesk; 2],
        limits: Limits,
        quarantine: Quarantine,
        clock: SharedClock,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self {
            rooms,
            limits,
            addresses: Budgets::new(limits.address),
            keys: Budgets::new(limits.key),
            line: LastInLine::new(limits.last_in_line),
            quarantine,
            clock,
            metrics,
        }
    }

    /// A room.
    #[must_use]
    pub fn room(&self, room: Room) -> &RoomDesk {
        match room {
            Room::Official => &self.rooms[0],
            Room::Rehearsal => &self.rooms[1],
        }
    }

    fn other(&self, room: Room) -> &RoomDesk {
        match room {
            Room::Official => &self.rooms[1],
            Room::Rehearsal => &self.rooms[0],
        }
    }

    /// Enters a message or says why not. On return what was entered is durable, and so is what is held.
    /// `from` is the sender's address, when it is known.
    pub async fn submit(&self, room: Room, bytes: &[u8], from: Option<IpAddr>) -> Verdict {
        let message = match inspect::canonical(bytes) {
            Ok(message) => Arc::new(message),
            Err(refusal) => {
                self.charge(from);
                self.metrics.message(room, Counted::Refused(refusal));
                return Verdict {
                    key: None,
                    outcome: Err(NotEntered { refusal, retry_after: None }),
                };
            }
        };
        let key = Some(message.key());
        let rejected = match self.admit(room, &message, from).await {
            Ok((index, counted)) => {
                self.metrics.message(room, counted);
                return Verdict { key, outcome: Ok(index) };
            }
            Err(rejected) => rejected,
        };
        if rejected.proof == Proof::None {
            self.charge(from);
        }
        let refusal = self.keep(room, &message, &rejected).await;
        self.metrics.message(room, Counted::Refused(refusal));
        let retry_after = rejected.retry_after.or_else(|| retry_after(refusal));
        Verdict { key, outcome: Err(NotEntered { refusal, retry_after }) }
    }

    async fn admit(
        &self,
        room: Room,
        message: &Arc<Message>,
        from: Option<IpAddr>,
    ) -> Result<(u64, Counted), Rejected> {
        let desk = self.room(room);
        if desk.beyond().is_some() {
            // Not even a receipt: it would be of a log that tablets know to be older.
            return Err(Rejected::new(Refusal::LogBehind, Proof::Unneeded));
        }
        let (contest, authority, key) = {
            let projection = desk.read();
            if let Some(index) = projection.find(message.id()) {
                return Ok((index, Counted::Duplicate));
            }
            let key = inspect::budget_key(&projection, message);
            (projection.state.contest().to_owned(), projection.state.authority(message), key)
        };
        // Until it is known what the message is, not until it is entered: the disk is not what the line spares.
        let turn = if self.is_last(room, key, from) {
            Some(self.line.turn().await.ok_or(Rejected::new(Refusal::Busy, Proof::Unneeded))?)
        } else {
            None
        };
        let authority = match authority {
            Ok(authority) => authority,
            Err(Refusal::UnknownKey) if inspect::is_of(self.other(room), message, None) => {
                return Err(Rejected::new(Refusal::WrongRoom, Proof::Good));
            }
            // A sender who comes too early is not to blame.
            Err(Refusal::NotOpenYet) => {
                return Err(Rejected::new(Refusal::NotOpenYet, Proof::Unneeded));
            }
            Err(refusal) => {
                return Err(Rejected::new(inspect::of_stranger(message, refusal), Proof::None));
            }
        };
        if !inspect::is_signed(message, &authority, &contest, room) {
            let (refusal, proof) =
                inspect::why_not_signed(desk, self.other(room), message, &authority);
            return Err(Rejected::new(refusal, proof));
        }
        let proof = inspect::proof(&desk.read(), message);
        // Only keys that the log knows have a budget of their own; the others' addresses are charged.
        if let Some(key) = key {
            self.keys.take((room, key), self.clock.now_ms()).map_err(|wait| Rejected {
                refusal: Refusal::TooMany,
                proof,
                retry_after: Some(wait),
            })?;
        }
        let judged = desk.read().judge(message, self.clock.now_ms());
        judged.map_err(|refusal| Rejected::new(refusal, proof))?;
        drop(turn);
        match desk.submit(Arc::clone(message)).await {
            Ok(Outcome::Entered(index)) => Ok((index, Counted::Entered)),
            Ok(Outcome::Already(index)) => Ok((index, Counted::Duplicate)),
            Ok(Outcome::Refused(refusal)) | Err(refusal) => Err(Rejected::new(refusal, proof)),
        }
    }

    /// Puts what cannot be entered into quarantine, where the design says so. The answer is then the refusal, or *busy*
    /// when a held message could not be kept: the tablet must not believe that a person will see it.
    async fn keep(&self, room: Room, message: &Arc<Message>, rejected: &Rejected) -> Refusal {
        let refusal = rejected.refusal;
        let why = match (refusal.fate(), rejected.proof) {
            (Fate::TryAgain, _) => return refusal,
            (Fate::Held, _) => Why::Held,
            (Fate::Refused, Proof::Good) => Why::Refused,
            (Fate::Refused, _) => Why::Unproven,
        };
        let quarantined = Quarantined {
            room,
            message: message.id(),
            key: message.key(),
            refusal,
            why,
            received_ms: self.clock.now_ms(),
            bytes: message.bytes().to_vec(),
        };
        if why != Why::Held {
            if quarantined.bytes.len() <= KEPT_BYTES {
                self.quarantine.offer(quarantined);
            } else {
                self.metrics.quarantined(room, why, None);
            }
            return refusal;
        }
        match self.quarantine.keep(quarantined).await {
            Some(Kept::New | Kept::Already) => refusal,
            Some(Kept::Full) | None => Refusal::Busy,
        }
    }

    /// Whether a message is in a room's log, and where.
    #[must_use]
    pub fn find(&self, room: Room, id: MessageId) -> Option<u64> {
        self.room(room).read().find(id)
    }

    /// Charges an address for a failure.
    pub fn charge(&self, from: Option<IpAddr>) {
        if let Some(from) = from {
            // Over budget there is nothing more to take.
            let _ = self.addresses.take(network_of(from), self.clock.now_ms());
        }
    }

    /// Whether a message has to wait until the others were looked at: its address failed too often, or the key that it
    /// names has sent too many. Only what was signed counts against a key, so nobody is put last by what others forge.
    fn is_last(&self, room: Room, key: Option<KeyId>, from: Option<IpAddr>) -> bool {
        let now_ms = self.clock.now_ms();
        let address = from.is_some_and(|from| self.addresses.is_spent(&network_of(from), now_ms));
        if address {
            self.metrics.over_budget();
        }
        let key = key.is_some_and(|key| self.keys.is_spent(&(room, key), now_ms));
        if key {
            self.metrics.key_over_budget();
        }
        address || key
    }

    /// Limits in force.
    #[must_use]
    pub const fn limits(&self) -> Limits {
        self.limits
    }
}

/// Seconds after which a message that may be entered later is worth sending again.
pub(crate) const fn retry_after(refusal: Refusal) -> Option<u64> {
    match refusal {
        Refusal::NotOpenYet | Refusal::LogBehind => Some(30),
        Refusal::UnknownKey => Some(1),
        Refusal::TooMany => Some(10),
        Refusal::Busy => Some(2),
        _ => None,
    }
}

/// One customer of an IPv6 provider has at least a /64, so that counts as one address.
pub(crate) fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
        v4 => v4,
    }
}
