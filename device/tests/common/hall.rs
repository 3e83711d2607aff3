//! The logs of both rooms, and the answers a party server gives: by core's own rules, in memory.

use countersign_core::crypto::SigningKey;
use countersign_core::id::MessageId;
use countersign_core::log::{Checkpoint, Entry, Origin, Tree};
use countersign_core::message::{BeginReason, BegunAgain, Carried, Message, Question};
use countersign_core::receipt::Receipt;
use countersign_core::refusal::Refusal;
use countersign_core::results::RoomState;
use countersign_core::room::Room;
use data_encoding::{BASE64, HEXLOWER};

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
    /// How often the newest package was asked for.
    pub packages_asked: usize,
    /// Checkpoints that tablets showed, as they were signed.
    pub shown: Vec<String>,
    /// Set, it hides that a log was begun again.
    pub hides_beginning: bool,
    /// What it says is released; `None`: it is an older server that says nothing of it.
    pub released: Option<Vec<serde_json::Value>>,
    /// Precincts that a tablet asked about last.
    pub precincts_asked: String,
    /// The proofs of reports that it has which a tablet showed last.
    pub holding: Vec<String>,
    /// Changed before it is said what headquarters asks.
    pub bends_questions: Option<fn(&mut serde_json::Value)>,
    /// Set, it is an older server that says nothing of questions.
    pub asks_nothing: bool,
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
        let mut hall = Self {
            party,
            rooms,
            time_ms: CAUCUS_MS,
            package,
            messages: Vec::new(),
            packages_asked: 0,
            shown: Vec::new(),
            hides_beginning: false,
            released: None,
            precincts_asked: String::new(),
            holding: Vec::new(),
            bends_questions: None,
            asks_nothing: false,
        };
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
        hall.state.judge(message, time_ms)?;
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

    /// Origin of a room's log as it is now.
    pub fn origin(&self, room: Room) -> String {
        let at = usize::from(room == Room::Rehearsal);
        let packed = &self.party.contest.logs[at].origin;
        let begun = self.rooms[at].state.begun();
        begun.map_or_else(|| packed.clone(), |begun| begun.begun_again.begins.clone())
    }

    /// The beginning of a room's next log by an admin: nothing of it stands in a log yet.
    pub fn beginning(&self, room: Room, size: u64) -> BegunAgain {
        let at = usize::from(room == Room::Rehearsal);
        let from = self.origin(room);
        let of = Origin::parse(&from).expect("an origin");
        BegunAgain {
            begins: of.numbered(of.number() + 1),
            known: None,
            carried: Carried { size, root: self.rooms[at].tree.root(size) },
            reason: BeginReason::Restored,
            why: None,
            people: self.party.people(room).into_bytes(),
            from: from.clone(),
        }
    }

    /// The server is lost and restored from a copy with `size` entries of a room's log, which is begun again.
    pub fn begin_again(&mut self, room: Room, size: usize, by: &SigningKey) {
        let contest = self.party.contest.id.clone();
        let act = self.beginning(room, size as u64).sign(&contest, room, by);
        let party = self.party.party.public();
        let new = RoomLog {
            state: RoomState::new(&contest, room, party),
            tree: Tree::default(),
            entries: Vec::new(),
        };
        let old = std::mem::replace(self.room(room), new);
        let carried = old.entries.into_iter().take(size).map(|(_, message)| message);
        // Whoever has the log's key can write into it what he likes.
        for message in std::iter::once(act).chain(carried) {
            self.time_ms += 1;
            let entry =
                Entry { kind: message.kind(), time_ms: self.time_ms, message: message.id() };
            let hall = self.room(room);
            hall.state.apply(hall.tree.size(), &entry, &message).expect("it was entered before");
            hall.tree.push(entry.leaf());
            hall.entries.push((entry, message));
        }
    }

    /// `GET /v1/{room}/log?seen=…&precincts=…`
    pub fn log(&mut self, room: Room, seen: u64, precincts: &str, shown: Option<&str>) -> Said {
        precincts.clone_into(&mut self.precincts_asked);
        let (seen, begun_again) = self.hold(room, seen, shown);
        let (checkpoint, _) = self.head(room);
        let mut body = serde_json::json!({
            "checkpoint": checkpoint,
            "consistency": self.consistency(room, seen),
            "begun_again": begun_again,
        });
        if let Some(released) = &self.released {
            body["released"] = released.clone().into();
        }
        if !self.asks_nothing {
            body["questions"] = self.questions(room).into();
            if let Some(bend) = self.bends_questions {
                bend(&mut body["questions"]);
            }
        }
        Said { status: 200, body: body.to_string().into_bytes(), retry_after_s: None }
    }

    /// Open questions about the reports that the asker proved to have.
    fn questions(&self, room: Room) -> Vec<serde_json::Value> {
        let hall = &self.rooms[usize::from(room == Room::Rehearsal)];
        let holds = |report: &Message| {
            self.holding.contains(&HEXLOWER.encode(&Question::holding(report.bytes())))
        };
        let message = |id| hall.entries.iter().position(|(entry, _)| entry.message == id);
        let mut shown = Vec::new();
        for precinct in hall.state.precincts_asked() {
            for asked in hall.state.open_questions(precinct) {
                let report = message(asked.question.report).expect("it was asked about");
                if holds(&hall.entries[report].1) {
                    let index = message(asked.signed.id).expect("it was asked");
                    shown.push(serde_json::json!({
                        "message": BASE64.encode(hall.entries[index].1.bytes()),
                        "receipt": self.write_receipt(room, index),
                    }));
                }
            }
        }
        shown
    }

    fn head(&self, room: Room) -> (String, u64) {
        let at = usize::from(room == Room::Rehearsal);
        let hall = &self.rooms[at];
        let size = hall.tree.size();
        let checkpoint = Checkpoint { origin: self.origin(room), size, root: hall.tree.root(size) };
        (checkpoint.sign(&self.party.logs[at]), size)
    }

    fn consistency(&self, room: Room, seen: u64) -> Option<Vec<String>> {
        let tree = &self.rooms[usize::from(room == Room::Rehearsal)].tree;
        let proof = tree.consistency(seen, tree.size())?;
        Some(proof.iter().map(|hash| BASE64.encode(hash)).collect())
    }

    fn write_receipt(&self, room: Room, index: usize) -> String {
        let hall = &self.rooms[usize::from(room == Room::Rehearsal)];
        let (note, size) = self.head(room);
        let proof = hall.tree.inclusion(index as u64, size).expect("it is in the tree");
        Receipt::write(hall.entries[index].0, index as u64, &proof, &note)
    }

    /// Up to where the asker knows this log, and the proof that it was begun again if that is new to the asker.
    fn hold(
        &mut self,
        room: Room,
        seen: u64,
        shown: Option<&str>,
    ) -> (u64, Option<serde_json::Value>) {
        self.shown.extend(shown.map(str::to_owned));
        let hall = &self.rooms[usize::from(room == Room::Rehearsal)];
        let known = shown.and_then(Checkpoint::claim).map(|shown| shown.origin);
        if hall.state.begun().is_none() {
            return (seen, None);
        }
        if known == Some(self.origin(room)) {
            return (seen, None);
        }
        let proof = (!self.hides_beginning).then(|| {
            serde_json::json!({
                "message": BASE64.encode(hall.entries[0].1.bytes()),
                "receipt": self.write_receipt(room, 0),
            })
        });
        (0, proof)
    }

    /// `POST /v1/{room}/messages?seen=…`
    pub fn post(&mut self, room: Room, seen: u64, bytes: &[u8]) -> Said {
        self.post_showing(room, seen, None, bytes)
    }

    /// The same with the checkpoint that the tablet shows.
    pub fn post_showing(
        &mut self,
        room: Room,
        seen: u64,
        shown: Option<&str>,
        bytes: &[u8],
    ) -> Said {
        let message = match Message::parse(bytes) {
            Ok(message) => message,
            Err(_) => return self.problem(Refusal::NotCanonical),
        };
        let known = self.room(room).entries.iter().any(|(_, entered)| entered.id() == message.id());
        let entered = if known { Ok(()) } else { self.enter(room, &message) };
        let (seen, begun_again) = self.hold(room, seen, shown);
        if let Err(refusal) = entered {
            return self.problem_with(refusal, begun_again);
        }
        self.receipt(room, seen, begun_again, message.id())
    }

    fn receipt(
        &mut self,
        room: Room,
        seen: u64,
        begun_again: Option<serde_json::Value>,
        id: MessageId,
    ) -> Said {
        let messages = std::mem::take(&mut self.messages);
        let entries = &self.room(room).entries;
        let index =
            entries.iter().position(|(_, message)| message.id() == id).expect("it is entered");
        let body = serde_json::json!({
            "receipt": self.write_receipt(room, index),
            "consistency": self.consistency(room, seen),
            "messages": messages,
            "begun_again": begun_again,
        });
        Said { status: 200, body: body.to_string().into_bytes(), retry_after_s: None }
    }

    pub fn problem(&mut self, refusal: Refusal) -> Said {
        self.problem_with(refusal, None)
    }

    fn problem_with(&mut self, refusal: Refusal, begun_again: Option<serde_json::Value>) -> Said {
        let body = serde_json::json!({
            "type": format!("urn:countersign:problem:{}", refusal.code()),
            "title": refusal.title(),
            "status": refusal.status(),
            "code": refusal.code(),
            "messages": std::mem::take(&mut self.messages),
            "begun_again": begun_again,
        });
        let retry_after_s = matches!(refusal.status(), 503 | 429).then_some(7);
        Said { status: refusal.status(), body: body.to_string().into_bytes(), retry_after_s }
    }
}
