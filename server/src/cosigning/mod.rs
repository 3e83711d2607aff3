//! The log's side of witnessing: each room's newest checkpoint is offered to every witness, and what they cosign is kept and
//! shown. Who the witnesses are, and how many are needed, says the contest's package; where it names nobody, the operator. It reads the committed log and nothing waits for it: no message, no receipt, no commit.
//!
//! The release gate asks here: [`Witnesses::is_witnessed`], [`Witnesses::silent`], [`Witnesses::checkpoint`],
//! [`Witnesses::inconsistent`].

mod address;
mod asking;
mod collected;
mod exchange;
mod recall;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use countersign_core::contest::{NotWitnesses, WitnessList};
use countersign_core::log::WitnessKey;
use countersign_core::room::Room;
use serde::Serialize;
use utoipa::ToSchema;

use crate::room::CosignedHead;
use collected::Collected;

pub use address::{GivenAddress, NotAnAddress, Who, WitnessAddress};
pub use asking::{Asking, EVERY};
pub(crate) use recall::leads_to;

/// What went wrong with a witness last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Trouble {
    /// The contest names it, and nobody said where it is asked.
    NoAddress,
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
            Self::NoAddress => "no-address",
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
    /// Its verifier key.
    pub key: String,
    /// Entries of the largest checkpoint that it cosigned; 0 for none.
    pub size: u64,
    /// When its last cosignature came, server time, milliseconds since the Unix epoch.
    pub at_ms: Option<u64>,
    /// Since when the log has gone on without its cosignature, server time, milliseconds since the Unix epoch, as far as this
    /// server has seen since it started.
    pub waits_since_ms: Option<u64>,
    /// What went wrong last, if nothing went well since.
    #[schema(inline)]
    pub trouble: Option<Trouble>,
}

/// Witnesses that cannot be asked together, or not for this contest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// They are no list of witnesses.
    #[error(transparent)]
    List(#[from] NotWitnesses),
    /// The contest names witnesses, and not this one.
    #[error(
        "the contest's package does not name the witness {given}; it names {named}. Whom the package does not name nobody counts: leave it out, or enter a package with it"
    )]
    NotNamed {
        /// Who was given.
        given: String,
        /// Whom the package names.
        named: String,
    },
    /// Two addresses for one witness.
    #[error("the witness {0} is given two addresses: it is asked at one")]
    TwoAddresses(String),
    /// The package says how many are needed.
    #[error(
        "how many witnesses are needed says the contest's package ({0}): leave --witnesses-needed out"
    )]
    NeededByPackage(u32),
    /// A name alone, where the contest names nobody.
    #[error(
        "the contest names no witnesses, so the name {0} says nothing: give the witness's verifier key"
    )]
    KeyMissing(String),
}

/// The witnesses of a server's logs, and what they cosigned.
#[derive(Debug)]
pub struct Witnesses {
    needed: usize,
    keys: Vec<WitnessKey>,
    /// Where each is asked, where that is known.
    addresses: Vec<Option<WitnessAddress>>,
    rooms: [Mutex<Collected>; 2],
    inconsistent: [AtomicBool; 2],
}

impl Default for Witnesses {
    /// Nobody.
    fn default() -> Self {
        Self::of(Vec::new(), Vec::new(), 0)
    }
}

impl Witnesses {
    /// The witnesses that a contest names, each asked where the operator says; those without an address are silent. Where it
    /// names nobody: those that the operator names.
    ///
    /// # Errors
    /// [`Unfit`].
    pub fn of_contest(
        list: Option<&WitnessList>,
        given: Vec<GivenAddress>,
        needed: Option<usize>,
    ) -> Result<Self, Unfit> {
        let Some(list) = list else {
            let with_key = |one: GivenAddress| match one.who {
                Who::Key(key) => Ok(WitnessAddress { key, url: one.url }),
                Who::Name(name) => Err(Unfit::KeyMissing(name)),
            };
            let addresses = given.into_iter().map(with_key).collect::<Result<_, _>>()?;
            return Ok(Self::new(addresses, needed)?);
        };
        list.check()?;
        if needed.is_some() {
            return Err(Unfit::NeededByPackage(list.needed));
        }
        let mut addresses: Vec<Option<WitnessAddress>> = vec![None; list.keys.len()];
        for GivenAddress { who, url } in given {
            let at = list.keys.iter().position(|key| who.is(key)).ok_or_else(|| {
                let names: Vec<&str> = list.keys.iter().map(WitnessKey::name).collect();
                Unfit::NotNamed { given: who.name().to_owned(), named: names.join(", ") }
            })?;
            let address = WitnessAddress { key: list.keys[at].clone(), url };
            if addresses[at].replace(address).is_some() {
                return Err(Unfit::TwoAddresses(who.name().to_owned()));
            }
        }
        let needed = usize::try_from(list.needed).unwrap_or(usize::MAX);
        Ok(Self::of(list.keys.clone(), addresses, needed))
    }

    /// These witnesses, of which so many are needed; where that is left out, more than half.
    ///
    /// # Errors
    /// [`NotWitnesses`].
    pub fn new(
        addresses: Vec<WitnessAddress>,
        needed: Option<usize>,
    ) -> Result<Self, NotWitnesses> {
        let keys: Vec<WitnessKey> = addresses.iter().map(|address| address.key.clone()).collect();
        if keys.is_empty() && needed.is_none() {
            return Ok(Self::default());
        }
        let of = u32::try_from(keys.len()).unwrap_or(u32::MAX);
        let wanted = needed
            .map_or(WitnessList::majority(of), |needed| u32::try_from(needed).unwrap_or(u32::MAX));
        WitnessList { keys: keys.clone(), needed: wanted }.check()?;
        let needed = usize::try_from(wanted).unwrap_or(usize::MAX);
        Ok(Self::of(keys, addresses.into_iter().map(Some).collect(), needed))
    }

    fn of(keys: Vec<WitnessKey>, addresses: Vec<Option<WitnessAddress>>, needed: usize) -> Self {
        let rooms = Room::ALL.map(|_| Mutex::new(Collected::new(keys.len(), needed)));
        let inconsistent = Room::ALL.map(|_| AtomicBool::new(false));
        Self { needed, keys, addresses, rooms, inconsistent }
    }

    /// Whether there are any.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// How many there are: n.
    #[must_use]
    pub fn count(&self) -> usize {
        self.keys.len()
    }

    /// How many have to cosign a checkpoint: k; 0 where there are no witnesses.
    #[must_use]
    pub const fn needed(&self) -> usize {
        self.needed
    }

    fn name(&self, witness: usize) -> &str {
        self.keys[witness].name()
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
            key: self.keys[at].to_string(),
            size: known.size,
            at_ms: known.at_ms,
            waits_since_ms: known.waits_since_ms,
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
    fn the_contest_s_list_counts_and_the_operator_says_where() {
        let keys: Vec<_> = (1..4).map(|seed| address(seed, &format!("w{seed}")).key).collect();
        let list = WitnessList { keys: keys.clone(), needed: 3 };
        let given = |who: Who| GivenAddress { who, url: "http://127.0.0.1:1".to_owned() };
        let (one, two) = (Who::Key(keys[0].clone()), Who::Name("w2".to_owned()));
        let of = |given, needed| Witnesses::of_contest(Some(&list), given, needed);
        let found = of(vec![given(two.clone()), given(one.clone())], None).unwrap();
        assert_eq!((found.needed(), found.count()), (3, 3));
        let asked: Vec<bool> = found.addresses.iter().map(Option::is_some).collect();
        assert_eq!(asked, [true, true, false], "the third is silent");
        assert_eq!(found.silent(Room::Official, 1), ["w1", "w2", "w3"]);
        let stranger = Who::Key(address(9, "w1").key);
        let refused = of(vec![given(stranger)], None).unwrap_err();
        let named = "w1, w2, w3".to_owned();
        assert_eq!(refused, Unfit::NotNamed { given: "w1".to_owned(), named });
        let twice = of(vec![given(one), given(Who::Name("w1".to_owned()))], None).unwrap_err();
        assert_eq!(twice, Unfit::TwoAddresses("w1".to_owned()));
        assert_eq!(of(Vec::new(), Some(2)).unwrap_err(), Unfit::NeededByPackage(3));
        let nobody = Witnesses::of_contest(None, vec![given(two)], None).unwrap_err();
        assert_eq!(nobody, Unfit::KeyMissing("w2".to_owned()));
        assert!(Witnesses::of_contest(None, Vec::new(), None).unwrap().is_empty());
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
