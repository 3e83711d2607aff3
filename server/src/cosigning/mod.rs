//! The log's side of witnessing: each room's newest checkpoint is offered to every witness, and what they cosign is kept in
//! memory and shown. It reads the committed log and nothing waits for it: no message, no receipt, no commit.
//!
//! The release gate asks here: [`Witnesses::is_witnessed`], [`Witnesses::silent`], [`Witnesses::checkpoint`],
//! [`Witnesses::inconsistent`].

mod address;
mod asking;
mod collected;
mod exchange;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use countersign_core::room::Room;
use serde::Serialize;
use utoipa::ToSchema;

use crate::room::CosignedHead;
use collected::Collected;

pub use address::{NotAnAddress, WitnessAddress};
pub use asking::{Asking, EVERY};

/// Most witnesses: with a dozen cosignatures a checkpoint fits wherever one is carried.
const WITNESSES_MAX: usize = 12;

/// What went wrong with a witness last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Trouble {
    /// It cannot be reached.
    Unreachable,
    /// It does not answer in time.
    Slow,
    /// It does not watch this log.
    UnknownLog,
    /// It trusts another key for this log.
    Untrusted,
    /// It answers something that is not the protocol, or a signature that is not its own.
    Strange,
    /// Others offer it checkpoints of this log at the same time.
    Moving,
    /// It says that the log does not go on from what it cosigned, and shows nothing that would prove it.
    ClaimsInconsistent,
    /// It has shown a checkpoint that the log's own key signed and that the log does not lead to.
    Inconsistent,
}

impl Trouble {
    /// The word in counters and documents.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Slow => "slow",
            Self::UnknownLog => "unknown-log",
            Self::Untrusted => "untrusted",
            Self::Strange => "strange",
            Self::Moving => "moving",
            Self::ClaimsInconsistent => "claims-inconsistent",
            Self::Inconsistent => "inconsistent",
        }
    }
}

/// A witness and one room's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WitnessStatus {
    /// The witness's name.
    pub name: String,
    /// Entries of the largest checkpoint that it cosigned since the server started; 0 for none.
    pub size: u64,
    /// When its last cosignature came, server time, milliseconds since the Unix epoch.
    pub at_ms: Option<u64>,
    /// What went wrong last, if nothing went well since.
    #[schema(inline)]
    pub trouble: Option<Trouble>,
}

/// Witnesses that cannot be asked together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotWitnesses {
    /// One key or name is given twice.
    #[error("the witness {0} is named twice: one key is one witness, whatever it is called")]
    Twice(String),
    /// More than fit.
    #[error("there are {0} witnesses; a checkpoint has room for 12 cosignatures")]
    TooMany(usize),
    /// A number that cannot be reached, or asks for nothing.
    #[error("{needed} of {of} witnesses cannot be needed: name a number from 1 to {of}")]
    Needed {
        /// What was asked for.
        needed: usize,
        /// How many there are.
        of: usize,
    },
}

/// The witnesses of a server's logs, and what they cosigned since it started.
#[derive(Debug)]
pub struct Witnesses {
    needed: usize,
    addresses: Vec<WitnessAddress>,
    rooms: [Mutex<Collected>; 2],
    inconsistent: [AtomicBool; 2],
}

impl Default for Witnesses {
    /// Nobody.
    fn default() -> Self {
        Self::of(Vec::new(), 0)
    }
}

impl Witnesses {
    /// These witnesses, of which so many are needed; where that is left out, more than half.
    ///
    /// # Errors
    /// [`NotWitnesses`].
    pub fn new(
        addresses: Vec<WitnessAddress>,
        needed: Option<usize>,
    ) -> Result<Self, NotWitnesses> {
        let of = addresses.len();
        for (at, address) in addresses.iter().enumerate() {
            let same = |other: &WitnessAddress| {
                other.key.key() == address.key.key() || other.key.name() == address.key.name()
            };
            if addresses[..at].iter().any(same) {
                return Err(NotWitnesses::Twice(address.key.name().to_owned()));
            }
        }
        if of > WITNESSES_MAX {
            return Err(NotWitnesses::TooMany(of));
        }
        match needed {
            None => Ok(Self::of(addresses, of / 2 + usize::from(of > 0))),
            Some(needed) if (1..=of).contains(&needed) => Ok(Self::of(addresses, needed)),
            Some(needed) => Err(NotWitnesses::Needed { needed, of }),
        }
    }

    fn of(addresses: Vec<WitnessAddress>, needed: usize) -> Self {
        let rooms = Room::ALL.map(|_| Mutex::new(Collected::new(addresses.len(), needed)));
        Self { needed, addresses, rooms, inconsistent: Room::ALL.map(|_| AtomicBool::new(false)) }
    }

    /// Whether there are any.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.addresses.is_empty()
    }

    /// How many there are: n.
    #[must_use]
    pub fn count(&self) -> usize {
        self.addresses.len()
    }

    /// How many have to cosign a checkpoint: k; 0 where there are no witnesses.
    #[must_use]
    pub const fn needed(&self) -> usize {
        self.needed
    }

    fn name(&self, witness: usize) -> &str {
        self.addresses[witness].key.name()
    }

    fn collected(&self, room: Room) -> MutexGuard<'_, Collected> {
        self.rooms[room.place()].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every witness, as far as one room's log goes.
    #[must_use]
    pub fn status(&self, room: Room) -> Vec<WitnessStatus> {
        let collected = self.collected(room);
        let status = |(at, known): (usize, &collected::Known)| WitnessStatus {
            name: self.name(at).to_owned(),
            size: known.size,
            at_ms: known.at_ms,
            trouble: known.trouble,
        };
        collected.witnesses.iter().enumerate().map(status).collect()
    }

    /// Names of the witnesses that have not cosigned a checkpoint of at least `size` entries.
    #[must_use]
    pub fn silent(&self, room: Room, size: u64) -> Vec<String> {
        let status = self.status(room).into_iter();
        status.filter(|witness| witness.size < size).map(|witness| witness.name).collect()
    }

    /// How many witnesses have cosigned a checkpoint of at least `size` entries, each perhaps another one: since each saw a
    /// proof that the log goes on, all of them have seen the first `size` entries as they are.
    #[must_use]
    pub fn cosigned(&self, room: Room, size: u64) -> usize {
        self.count() - self.silent(room, size).len()
    }

    /// Whether as many as needed have cosigned `size` entries. Never where there are no witnesses.
    #[must_use]
    pub fn is_witnessed(&self, room: Room, size: u64) -> bool {
        !self.is_empty() && self.cosigned(room, size) >= self.needed
    }

    /// The newest checkpoint that as many as needed have cosigned, with their lines, when it has at least `size` entries.
    #[must_use]
    pub fn checkpoint(&self, room: Room, size: u64) -> Option<Arc<CosignedHead>> {
        self.collected(room).witnessed().filter(|head| head.size >= size).cloned()
    }

    /// Whether a witness has shown a checkpoint that a key of this room's log signed and that the log does not lead to. What a
    /// witness only claims does not count: nobody stops releases by a lie. Stays until the server ends; the proof is kept, and
    /// the server does not start again with that log.
    #[must_use]
    pub fn inconsistent(&self, room: Room) -> bool {
        self.inconsistent[room.place()].load(Ordering::Acquire)
    }

    fn set_inconsistent(&self, room: Room) {
        self.inconsistent[room.place()].store(true, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_core::crypto::SigningKey;
    use countersign_core::log::WitnessKey;

    fn address(seed: u8, name: &str) -> WitnessAddress {
        let public = SigningKey::from_seed(&[seed; 32]).public();
        let key = WitnessKey::new(name, public).unwrap();
        WitnessAddress { key, url: "http://127.0.0.1:1".to_owned() }
    }

    #[test]
    fn one_key_is_one_witness_and_more_than_half_are_needed() {
        let three = || (1..4).map(|seed| address(seed, &format!("w{seed}"))).collect::<Vec<_>>();
        assert_eq!(Witnesses::new(three(), None).unwrap().needed(), 2);
        assert_eq!(Witnesses::new(three(), Some(3)).unwrap().needed(), 3);
        for needed in [0, 4] {
            let refused = Witnesses::new(three(), Some(needed)).unwrap_err();
            assert_eq!(refused, NotWitnesses::Needed { needed, of: 3 });
        }
        for twice in [address(1, "other"), address(9, "w2")] {
            let name = twice.key.name().to_owned();
            let all = [three(), vec![twice]].concat();
            assert_eq!(Witnesses::new(all, None).unwrap_err(), NotWitnesses::Twice(name));
        }
        let many = (0..13).map(|seed| address(seed, &format!("w{seed}"))).collect();
        assert_eq!(Witnesses::new(many, None).unwrap_err(), NotWitnesses::TooMany(13));
        let nobody = Witnesses::default();
        assert!(nobody.is_empty() && nobody.needed() == 0);
        assert!(!nobody.is_witnessed(Room::Official, 0));
    }

    #[test]
    fn who_has_not_cosigned_is_named() {
        let room = Room::Rehearsal;
        let witnesses = Witnesses::new(vec![address(1, "a"), address(2, "b")], Some(2)).unwrap();
        witnesses.collected(room).cosigned(0, 9, String::new(), 5);
        assert_eq!(witnesses.silent(room, 9), ["b"]);
        assert_eq!(witnesses.silent(room, 10), ["a", "b"]);
        assert!(!witnesses.is_witnessed(room, 9));
        witnesses.collected(room).cosigned(1, 12, String::new(), 6);
        assert!(witnesses.is_witnessed(room, 9) && !witnesses.is_witnessed(room, 10));
        assert_eq!(witnesses.cosigned(Room::Official, 1), 0);
    }
}
