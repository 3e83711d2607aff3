//! The logs of both rooms, and the answers a party server gives: by core's own rules, in memory.

use countersign_core::id::MessageId;
use countersign_core::log::{Checkpoint, Entry, Tree};
use countersign_core::message::Message;
use countersign_core::receipt::Receipt;
use countersign_core::refusal::Refusal;
use countersign_core::results::RoomState;
use countersign_core::room::Room;
use data_encoding::BASE64;

use super::Party;

/// One room.
pub struct RoomLog {
    pub state: RoomState,
    pub tree: Tree,
    pub entries: Vec<(Entry, Message)>,
}

/// Both rooms of a party.
pub struct Hall {
    pub party: Party,
    pub rooms: [RoomLog; 2],
    pub time_ms: u64,
    pub package: Message,
    /// Said to every tablet with the next answers.
    pub messages: Vec<serde_json::Value>,
}

/// Status and body of an answer.
pub struct Said {
    pub status: u16,
    pub body: Vec<u8>,
    pub retry_after_s: Option<u64>,
}

/// What the tests take as the server's time.
pub const CAUCUS_MS: u64 = 1_580_780_400_000;

impl Hall {
    /// Both rooms with package and admin, open, with the first code of every precinct invited.
    pub fn open(party: Party) -> Self {
        let mut hall = Self::closed(party);
        for room in Room::ALL {
            let opened = hall.party.open(room);
            hall.enter(room, &opened).expect("the admin opens the room");
        }
        hall
    }

    /// Both rooms with package, admin and invitations, not open yet.
    pub fn closed(party: Party) -> Self {
        let room = |room| RoomLog {
            state: RoomState::new(&party.contest.id, room, party.party.public()),
            tree: Tree::default(),
            entries: Vec::new(),
        };
        let rooms = [room(Room::Official), room(Room::Rehearsal)];
        let package = party.package(1);
        let mut hall = Self { party, rooms, time_ms: CAUCUS_MS, package, messages: Vec::new() };
        let codes: Vec<_> =
            (0..hall.party.contest.precincts.len() as u32).map(|n| hall.party.code(n)).collect();
        for room in Room::ALL {
            let package = hall.package.clone();
            hall.enter(room, &package).expect("the party's package");
            let people = hall.party.people(room);
            hall.enter(room, &people).expect("the party names its admin");
            let invitations = hall.party.invitations(room, &codes);
            hall.enter(room, &invitations).expect("the admin invites");
        }
        hall
    }

    pub fn room(&mut self, room: Room) -> &mut RoomLog {
        &mut self.rooms[usize::from(room == Room::Rehearsal)]
    }

    pub fn enter(&mut self, room: Room, message: &Message) -> Result<(), Refusal> {
        self.time_ms += 1;
        let time_ms = self.time_ms;
        let hall = self.room(room);
        let authority = hall.state.authority(message)?;
        hall.state.verify(message, &authority)?;
        hall.state.judge(message)?;
        let index = hall.tree.size();
        let entry = Entry { kind: message.kind(), time_ms, message: message.id() };
        hall.state.apply(index, &entry, message)?;
        hall.tree.push(entry.leaf());
        hall.entries.push((entry, message.clone()));
        Ok(())
    }

    /// Reports entered in a room.
    pub fn reports(&self, room: Room) -> usize {
        let hall = &self.rooms[usize::from(room == Room::Rehearsal)];
        hall.entries
            .iter()
            .filter(|(_, message)| message.kind() == countersign_core::message::Kind::Report)
            .count()
    }

    /// `POST /v1/{room}/messages?seen=…`
    pub fn post(&mut self, room: Room, seen: u64, bytes: &[u8]) -> Said {
        let message = match Message::parse(bytes) {
            Ok(message) => message,
            Err(_) => return self.problem(Refusal::NotCanonical),
        };
        let known = self.room(room).entries.iter().any(|(_, entered)| entered.id() == message.id());
        if !known && let Err(refusal) = self.enter(room, &message) {
            return self.problem(refusal);
        }
        self.receipt(room, seen, message.id())
    }

    fn receipt(&mut self, room: Room, seen: u64, id: MessageId) -> Said {
        let key = usize::from(room == Room::Rehearsal);
        let origin = self.party.contest.logs[key].origin.clone();
        let messages = std::mem::take(&mut self.messages);
        let hall = &self.rooms[key];
        let index =
            hall.entries.iter().position(|(_, message)| message.id() == id).expect("it is entered");
        let size = hall.tree.size();
        let checkpoint = Checkpoint { origin, size, root: hall.tree.root(size) };
        let proof = hall.tree.inclusion(index as u64, size).expect("it is in the tree");
        let note = checkpoint.sign(&self.party.logs[key]);
        let text = Receipt::write(hall.entries[index].0, index as u64, &proof, &note);
        let consistency = hall
            .tree
            .consistency(seen, size)
            .map(|hashes| hashes.iter().map(|hash| BASE64.encode(hash)).collect::<Vec<_>>());
        let body = serde_json::json!({ "receipt": text, "consistency": consistency, "messages": messages });
        Said { status: 200, body: body.to_string().into_bytes(), retry_after_s: None }
    }

    pub fn problem(&mut self, refusal: Refusal) -> Said {
        let body = serde_json::json!({
            "type": format!("urn:countersign:problem:{}", refusal.code()),
            "title": refusal.title(),
            "status": refusal.status(),
            "code": refusal.code(),
            "messages": std::mem::take(&mut self.messages),
        });
        let retry_after_s = matches!(refusal.status(), 503 | 429).then_some(7);
        Said { status: refusal.status(), body: body.to_string().into_bytes(), retry_after_s }
    }
}
