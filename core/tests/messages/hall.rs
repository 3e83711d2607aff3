//! A room and its log, without a server, and the people who work in it.
#![allow(dead_code, reason = "each test file uses a part")]

use countersign_core::crypto::SigningKey;
use countersign_core::id::MessageId;
use countersign_core::log::Entry;
use countersign_core::message::{Approve, Message, Payload, People, Person, Role, Scope};
use countersign_core::refusal::Refusal;
use countersign_core::results::{Received, RoomState};
use countersign_core::room::Room;

use crate::common;
use crate::party::Party;

/// Server time of a log's first entry.
pub(crate) const FIRST_MS: u64 = 1_580_780_000_000;

/// A room and its log, without a server.
pub(crate) struct Hall {
    pub(crate) party: Party,
    pub(crate) state: RoomState,
    /// Time of the next entry, but for a millisecond more with each.
    pub(crate) now_ms: u64,
    pub(crate) log: Vec<(Entry, Message)>,
}

impl Hall {
    /// A room with a package and an admin, not open yet.
    pub(crate) fn closed() -> Self {
        Self::closed_in(Room::Official)
    }

    pub(crate) fn closed_in(room: Room) -> Self {
        let party = Party { room, adds_up: true, ..Party::new(common::practice()) };
        let state = RoomState::new("practice", room, party.party.public());
        let mut hall = Self { party, state, now_ms: FIRST_MS, log: Vec::new() };
        hall.enter(&hall.party.package.clone()).expect("the first package");
        hall.enter(&hall.party.people()).expect("the party names its admin");
        hall
    }

    /// Open, with an invitation for each of the first four precincts.
    pub(crate) fn open() -> Self {
        Self::open_in(Room::Official)
    }

    pub(crate) fn open_in(room: Room) -> Self {
        let mut hall = Self::closed_in(room);
        hall.enter(&hall.party.open()).expect("the admin opens the room");
        hall.enter(&hall.party.invitations(&[0, 1, 2, 3])).expect("the admin invites");
        hall
    }

    pub(crate) fn enter(&mut self, message: &Message) -> Result<(), Refusal> {
        let authority = self.state.authority(message)?;
        self.state.verify(message, &authority)?;
        let index = self.log.len() as u64;
        let time_ms = self.now_ms + index;
        self.state.judge(message, time_ms)?;
        let entry = Entry { kind: message.kind(), time_ms, message: message.id() };
        self.state.apply(index, &entry, message)?;
        self.log.push((entry, message.clone()));
        Ok(())
    }

    pub(crate) fn received(&self) -> Received {
        Received::of(&self.state).expect("there is a package")
    }
}

/// A person at headquarters, with a key that every test knows.
pub(crate) struct Worker {
    pub(crate) number: u32,
    pub(crate) role: Role,
    pub(crate) key: SigningKey,
}

impl Worker {
    pub(crate) fn new(number: u32, role: Role) -> Self {
        let mut seed = [20; 32];
        seed[..4].copy_from_slice(&number.to_be_bytes());
        seed[4] = role as u8;
        Self { number, role, key: SigningKey::from_seed(&seed) }
    }

    pub(crate) fn person(&self) -> Person {
        Person { number: self.number, role: self.role, key: self.key.public() }
    }

    pub(crate) fn sign<P: Payload>(&self, hall: &Hall, payload: &P) -> Message {
        let contest = &hall.party.contest().id;
        Message::sign(&self.key, Scope::room(contest, hall.party.room), payload)
    }

    pub(crate) fn approve(&self, hall: &Hall, approves: MessageId) -> Message {
        self.sign(hall, &Approve { approves })
    }
}

impl Hall {
    /// Has the party name people.
    pub(crate) fn employ(&mut self, workers: &[&Worker]) {
        let people = workers.iter().map(|worker| worker.person()).collect();
        let contest = self.party.contest().id.clone();
        let scope = Scope::room(&contest, self.party.room);
        let message = Message::sign(&self.party.party, scope, &People { people });
        self.enter(&message).expect("the party names people");
    }

    /// Signs and enters.
    pub(crate) fn act<P: Payload>(
        &mut self,
        worker: &Worker,
        payload: &P,
    ) -> Result<MessageId, Refusal> {
        let message = worker.sign(self, payload);
        self.enter(&message).map(|()| message.id())
    }

    /// Lets time pass.
    pub(crate) fn wait(&mut self, minutes: u64) {
        self.now_ms += minutes * 60_000;
    }
}
