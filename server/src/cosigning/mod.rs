//! The log's side of witnessing: each room's newest checkpoint is offered to every witness, and what they cosign is kept and
//! shown. Who the witnesses are, and how many are needed, says the newest package of the official log, also while the server
//! runs; where it names nobody, the operator. It reads the committed log and nothing waits for it: no message, no receipt, no
//! commit.
//!
//! The release gate asks here: [`Witnesses::is_witnessed`], [`Witnesses::silent`], [`Witnesses::checkpoint`],
//! [`Witnesses::inconsistent`].

mod address;
mod asking;
mod collected;
mod exchange;
mod operator;
mod panel;
mod recall;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use countersign_core::contest::{NotWitnesses, WitnessList};
use countersign_core::log::WitnessKey;
use countersign_core::room::Room;
use serde::Serialize;
use utoipa::ToSchema;

use crate::room::CosignedHead;
use operator::Operator;
use panel::Panel;

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

/// A witness that a package named once and the newest one does not name any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierWitness {
    /// Its verifier key.
    pub key: WitnessKey,
    /// Entries of the largest checkpoint that it cosigned.
    pub size: u64,
    /// When that cosignature came, server time, milliseconds since the Unix epoch.
    pub at_ms: u64,
}

/// Witnesses that cannot be asked together, or not for this contest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// They are no list of witnesses.
    #[error(transparent)]
    List(#[from] NotWitnesses),
    /// Two addresses for one witness.
    #[error("the witness {0} is given two addresses: it is asked at one")]
    TwoAddresses(String),
    /// The package says how many are needed.
    #[error(
        "how many witnesses are needed says the contest's package ({0}): leave --witnesses-needed out"
    )]
    NeededByPackage(u32),
}

/// The witnesses of a server's logs, and what they cosigned.
#[derive(Debug)]
pub struct Witnesses {
    operator: Operator,
    /// Those that count now.
    panel: RwLock<Arc<Panel>>,
    /// Of each room, and of whoever was ever heard, by key: size and time of the largest checkpoint cosigned.
    heard: [Mutex<BTreeMap<String, EarlierWitness>>; 2],
    inconsistent: [AtomicBool; 2],
}

impl Default for Witnesses {
    /// Nobody, until a package names somebody.
    fn default() -> Self {
        Self::of(Operator::default(), Panel::nobody(None))
    }
}

impl Witnesses {
    /// The witnesses that a contest names, each asked where the operator says; those without an address are silent, and whoever is
    /// not named yet waits for a package that does. Where it names nobody: those whom the operator names by key.
    ///
    /// # Errors
    /// [`Unfit`].
    pub fn of_contest(
        list: Option<&WitnessList>,
        given: Vec<GivenAddress>,
        needed: Option<usize>,
    ) -> Result<Self, Unfit> {
        let operator = Operator::new(given, needed)?;
        if let (Some(list), Some(_)) = (list, needed)
            && operator.keyed().next().is_none()
        {
            return Err(Unfit::NeededByPackage(list.needed));
        }
        let panel = operator.panel(list)?;
        Ok(Self::of(operator, panel))
    }

    /// These witnesses, of which so many are needed; where that is left out, more than half.
    ///
    /// # Errors
    /// [`Unfit`].
    pub fn new(addresses: Vec<WitnessAddress>, needed: Option<usize>) -> Result<Self, Unfit> {
        let given = |one: WitnessAddress| GivenAddress { who: Who::Key(one.key), url: one.url };
        Self::of_contest(None, addresses.into_iter().map(given).collect(), needed)
    }

    fn of(operator: Operator, panel: Panel) -> Self {
        let heard = Room::ALL.map(|_| Mutex::default());
        let inconsistent = Room::ALL.map(|_| AtomicBool::new(false));
        Self { operator, panel: RwLock::new(Arc::new(panel)), heard, inconsistent }
    }

    /// The panel as it stays for as long as this is held.
    fn held(&self) -> RwLockReadGuard<'_, Arc<Panel>> {
        self.panel.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn panel(&self) -> Arc<Panel> {
        Arc::clone(&self.held())
    }

    /// The panel of another list, when it is another one. Nobody is asked before [`Witnesses::change`].
    fn other_panel(&self, list: Option<&WitnessList>) -> Option<Panel> {
        if self.held().list() == list {
            return None;
        }
        Some(self.operator.panel(list).unwrap_or_else(|unfit| {
            tracing::error!(%unfit, "the package names no witnesses, and those of the command line are none: nobody is asked");
            Panel::nobody(list.cloned())
        }))
    }

    /// Asks a new panel from now on, which takes over what is known of those who stay.
    fn change(&self, mut panel: Panel) {
        let mut now = self.panel.write().unwrap_or_else(PoisonError::into_inner);
        panel.take_over(&now);
        *now = Arc::new(panel);
    }

    fn heard(&self, room: Room) -> MutexGuard<'_, BTreeMap<String, EarlierWitness>> {
        self.heard[room.place()].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a cosignature was verified, whether or not that witness still counts.
    fn hear(&self, room: Room, key: &WitnessKey, size: u64, at_ms: u64) {
        let mut heard = self.heard(room);
        let of = heard.get(&key.to_string()).map_or(0, |known| known.size);
        if size >= of {
            heard.insert(key.to_string(), EarlierWitness { key: key.clone(), size, at_ms });
        }
    }

    /// Names of those for whom an address is given and who do not count now.
    #[must_use]
    pub fn not_asked(&self) -> Vec<String> {
        self.operator.not_among(&self.panel())
    }

    /// Whether the operator says how many are needed where the package says it, which then counts.
    #[must_use]
    pub fn is_needed_overruled(&self) -> bool {
        self.operator.says_how_many() && self.held().list().is_some()
    }

    /// Says in the program's log what of the operator's words counts for nothing now.
    pub fn warn(&self) {
        let names = self.not_asked();
        if !names.is_empty() {
            let names = names.join(", ");
            tracing::warn!(%names, "the contest's newest package does not name these witnesses: they are not asked until one does");
        }
        if self.is_needed_overruled() {
            let needed = self.needed();
            tracing::warn!(
                needed,
                "how many witnesses are needed says the contest's package, not --witnesses-needed"
            );
        }
    }

    fn is_named(&self, name: &str) -> bool {
        self.held().all.iter().any(|one| one.key.name() == name)
    }

    /// Whether there are any.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// How many there are: n.
    #[must_use]
    pub fn count(&self) -> usize {
        self.held().all.len()
    }

    /// How many have to cosign a checkpoint: k; 0 where there are no witnesses.
    #[must_use]
    pub fn needed(&self) -> usize {
        self.held().needed
    }

    /// Every witness, as far as one room's log goes.
    #[must_use]
    pub fn status(&self, room: Room) -> Vec<WitnessStatus> {
        self.panel().status(room)
    }

    /// Every witness that has cosigned one room's log and does not count any more: releases that were approved while it did
    /// still rest on it.
    #[must_use]
    pub fn earlier(&self, room: Room) -> Vec<EarlierWitness> {
        let panel = self.panel();
        let counts = |one: &EarlierWitness| panel.all.iter().any(|now| now.key == one.key);
        self.heard(room).values().filter(|one| !counts(one)).cloned().collect()
    }

    /// Names of the witnesses that have not cosigned a checkpoint of at least `size` entries.
    #[must_use]
    pub fn silent(&self, room: Room, size: u64) -> Vec<String> {
        self.panel().silent(room, size)
    }

    /// How many witnesses have cosigned a checkpoint of at least `size` entries, each perhaps another one: since each saw a
    /// proof that the log goes on, all of them have seen the first `size` entries as they are.
    #[must_use]
    pub fn cosigned(&self, room: Room, size: u64) -> usize {
        self.panel().cosigned(room, size)
    }

    /// Whether as many as needed have cosigned `size` entries. Never where there are no witnesses.
    #[must_use]
    pub fn is_witnessed(&self, room: Room, size: u64) -> bool {
        let panel = self.panel();
        !panel.all.is_empty() && panel.cosigned(room, size) >= panel.needed
    }

    /// The newest checkpoint that as many as needed have cosigned, with their lines, when it has at least `size` entries.
    #[must_use]
    pub fn checkpoint(&self, room: Room, size: u64) -> Option<Arc<CosignedHead>> {
        self.panel().collected(room).witnessed().filter(|head| head.size >= size).cloned()
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
            assert_eq!(refused, NotWitnesses::Needed { needed, of: 3 }.into());
        }
        for twice in [address(1, "other"), address(9, "w2")] {
            let name = twice.key.name().to_owned();
            let all = [three(), vec![twice]].concat();
            assert_eq!(Witnesses::new(all, None).unwrap_err(), NotWitnesses::Twice(name).into());
        }
        let many = (0..13).map(|seed| address(seed, &format!("w{seed}"))).collect();
        assert_eq!(Witnesses::new(many, None).unwrap_err(), NotWitnesses::TooMany(13).into());
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
        let asked = |of: &Witnesses| -> Vec<bool> {
            of.panel().all.iter().map(|one| one.address.is_some()).collect()
        };
        assert_eq!(asked(&found), [true, true, false], "the third is silent");
        assert_eq!(found.silent(Room::Official, 1), ["w1", "w2", "w3"]);
        let twice =
            of(vec![given(one.clone()), given(Who::Name("w1".to_owned()))], None).unwrap_err();
        assert_eq!(twice, Unfit::TwoAddresses("w1".to_owned()));
        assert_eq!(of(vec![given(two.clone())], Some(2)).unwrap_err(), Unfit::NeededByPackage(3));
        assert!(Witnesses::of_contest(None, Vec::new(), None).unwrap().is_empty());
        // Who is not named waits for a package; what the operator says of the number then counts for nothing.
        let stranger = Who::Key(address(9, "w1").key);
        let found = of(vec![given(stranger), given(two.clone())], Some(1)).unwrap();
        assert_eq!((asked(&found), found.needed()), (vec![false, true, false], 3));
        assert_eq!(found.not_asked(), ["w1"]);
        assert!(found.is_needed_overruled());
        let nobody = Witnesses::of_contest(None, vec![given(two)], None).unwrap();
        assert!(nobody.is_empty() && nobody.not_asked() == ["w2"]);
    }

    #[test]
    fn another_list_is_followed_and_what_was_collected_stays() {
        let room = Room::Official;
        let [a, b, c] = [(1, "a"), (2, "b"), (3, "c")].map(|(seed, name)| address(seed, name));
        let list = |keys: &[&WitnessAddress], needed| WitnessList {
            keys: keys.iter().map(|one| one.key.clone()).collect(),
            needed,
        };
        let by_name = |one: &WitnessAddress| GivenAddress {
            who: Who::Name(one.key.name().to_owned()),
            url: one.url.clone(),
        };
        let first = list(&[&a, &b], 2);
        let given = vec![by_name(&a), by_name(&c)];
        let witnesses = Witnesses::of_contest(Some(&first), given, None).unwrap();
        assert!(witnesses.other_panel(Some(&first)).is_none(), "the same list");
        for (at, size, one) in [(0, 9, &a), (1, 4, &b)] {
            witnesses.panel().collected(room).cosigned(at, size, String::new(), 5);
            witnesses.hear(room, &one.key, size, 5);
        }
        witnesses.panel().collected(room).witnesses[1].waits_since_ms = Some(3);
        assert!(witnesses.earlier(room).is_empty());

        // The first goes, the second moves up, the third comes, whose address was given in advance.
        let before = witnesses.panel();
        witnesses.change(witnesses.other_panel(Some(&list(&[&b, &c], 1))).unwrap());
        assert_eq!((witnesses.needed(), witnesses.count()), (1, 2));
        let status = witnesses.status(room);
        assert_eq!((status[0].size, status[0].waits_since_ms), (4, Some(3)));
        assert_eq!((status[1].size, status[1].name.as_str()), (0, "c"));
        let asked: Vec<bool> =
            witnesses.panel().all.iter().map(|one| one.address.is_some()).collect();
        assert_eq!((asked, witnesses.not_asked()), (vec![false, true], vec!["a".to_owned()]));
        assert!(Arc::ptr_eq(&before.all[1].turn, &witnesses.panel().all[0].turn));
        let earlier = witnesses.earlier(room);
        assert_eq!(earlier, [EarlierWitness { key: a.key.clone(), size: 9, at_ms: 5 }]);
        // An answer of before the change that comes after it.
        witnesses.hear(room, &a.key, 12, 6);
        witnesses.hear(room, &a.key, 11, 7);
        assert_eq!(witnesses.earlier(room)[0].size, 12);
        assert!(witnesses.is_witnessed(room, 4) && !witnesses.is_witnessed(room, 5));
        // A package that names nobody: those whom the operator names by key, here nobody.
        witnesses.change(witnesses.other_panel(None).unwrap());
        assert!(witnesses.is_empty() && witnesses.earlier(room).len() == 2);
    }

    #[test]
    fn who_has_not_cosigned_is_named() {
        let room = Room::Rehearsal;
        let witnesses = Witnesses::new(vec![address(1, "a"), address(2, "b")], Some(2)).unwrap();
        witnesses.panel().collected(room).cosigned(0, 9, String::new(), 5);
        assert_eq!(witnesses.silent(room, 9), ["b"]);
        assert_eq!(witnesses.silent(room, 10), ["a", "b"]);
        assert!(!witnesses.is_witnessed(room, 9));
        witnesses.panel().collected(room).cosigned(1, 12, String::new(), 6);
        assert!(witnesses.is_witnessed(room, 9) && !witnesses.is_witnessed(room, 10));
        assert_eq!(witnesses.cosigned(Room::Official, 1), 0);
    }
}
