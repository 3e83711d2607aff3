//! The witnesses of one list, and what they cosigned. Another list is another panel: whoever still asks for the old one does not
//! disturb the new one.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use countersign_core::contest::WitnessList;
use countersign_core::log::WitnessKey;
use countersign_core::room::Room;

use super::collected::{Collected, Known};
use super::{WitnessAddress, WitnessStatus};

/// The witnesses of one list.
#[derive(Debug)]
pub(super) struct Panel {
    /// The package's list that it was made from; `None` where the package names nobody.
    list: Option<WitnessList>,
    /// How many have to cosign; 0 where there are no witnesses.
    pub(super) needed: usize,
    pub(super) all: Vec<One>,
    rooms: [Mutex<Collected>; 2],
}

/// A witness.
#[derive(Debug)]
pub(super) struct One {
    pub(super) key: WitnessKey,
    /// Where it is asked, where that is known.
    pub(super) address: Option<WitnessAddress>,
    /// Held by whoever asks it: it is asked for one thing at a time.
    pub(super) turn: Arc<tokio::sync::Mutex<()>>,
}

impl One {
    pub(super) fn new(key: WitnessKey, address: Option<WitnessAddress>) -> Self {
        Self { key, address, turn: Arc::default() }
    }
}

impl Panel {
    pub(super) fn new(list: Option<WitnessList>, all: Vec<One>, needed: u32) -> Self {
        let needed = usize::try_from(needed).unwrap_or(usize::MAX);
        let rooms = Room::ALL.map(|_| Mutex::new(Collected::new(all.len(), needed)));
        Self { list, needed, all, rooms }
    }

    /// Nobody, whatever the package's list.
    pub(super) fn nobody(list: Option<WitnessList>) -> Self {
        Self::new(list, Vec::new(), 0)
    }

    pub(super) const fn list(&self) -> Option<&WitnessList> {
        self.list.as_ref()
    }

    pub(super) fn name(&self, witness: usize) -> &str {
        self.all[witness].key.name()
    }

    pub(super) fn collected(&self, room: Room) -> MutexGuard<'_, Collected> {
        self.rooms[room.place()].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes over what another panel knows of the witnesses that are in both, and what was witnessed.
    pub(super) fn take_over(&mut self, before: &Self) {
        for room in Room::ALL {
            let (mut now, was) = (self.collected(room), before.collected(room));
            now.goes_on_from(&was);
            for (at, one) in self.all.iter().enumerate() {
                if let Some(place) = before.all.iter().position(|other| other.key == one.key) {
                    now.witnesses[at] = was.witnesses[place].clone();
                }
            }
        }
        for one in &mut self.all {
            if let Some(was) = before.all.iter().find(|other| other.key == one.key) {
                one.turn = Arc::clone(&was.turn);
            }
        }
    }

    /// Every witness, as far as one room's log goes.
    pub(super) fn status(&self, room: Room) -> Vec<WitnessStatus> {
        let collected = self.collected(room);
        let status = |(one, known): (&One, &Known)| WitnessStatus {
            name: one.key.name().to_owned(),
            key: one.key.to_string(),
            size: known.size,
            at_ms: known.at_ms,
            waits_since_ms: known.waits_since_ms,
            trouble: known.trouble,
        };
        self.all.iter().zip(&collected.witnesses).map(status).collect()
    }

    /// Names of the witnesses that have not cosigned a checkpoint of at least `size` entries.
    pub(super) fn silent(&self, room: Room, size: u64) -> Vec<String> {
        let status = self.status(room).into_iter();
        status.filter(|witness| witness.size < size).map(|witness| witness.name).collect()
    }

    /// How many witnesses have cosigned a checkpoint of at least `size` entries.
    pub(super) fn cosigned(&self, room: Room, size: u64) -> usize {
        self.all.len() - self.silent(room, size).len()
    }
}
