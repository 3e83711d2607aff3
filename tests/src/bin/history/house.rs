//! The party's server and the people who work there.

use std::path::Path;

use countersign_core::contest::Contest;
use countersign_core::crypto::SigningKey;
use countersign_core::id::{MessageId, sha256};
use countersign_core::message::{Message, Package, Payload, People, Person, Report, Role, Scope};
use countersign_core::results::RoomState;
use countersign_core::room::Room;
use countersign_server::keys::{KeyFolder, read_key};
use countersign_server::verify::{Order, Source, Verdict, verify};
use countersign_tests::party::Party;
use countersign_tests::signer::{Signed, Signer};

use crate::Outcome;

/// Everything happens in the official room.
pub(crate) const ROOM: Room = Room::Official;

/// Somebody at headquarters.
pub(crate) struct Worker(SigningKey);

/// The people whom a release takes.
pub(crate) struct Workers {
    /// Decides which report counts.
    pub(crate) reviewer: Worker,
    /// Types numbers from signed worksheets and cards.
    pub(crate) transcriber: Worker,
    /// Prepares releases.
    pub(crate) manager: Worker,
    /// Approves them.
    pub(crate) second: Worker,
}

/// A running server.
pub(crate) struct House {
    pub(crate) party: Party,
    pub(crate) package: MessageId,
    pub(crate) contest: Contest,
    pub(crate) workers: Workers,
    agent: ureq::Agent,
    address: String,
}

impl House {
    /// Makes keys and package of a contest below `folder`, starts the server, and has the party name its people.
    pub(crate) fn open(folder: &Path, contest: &Path) -> Outcome<Self> {
        let mut party = Party::plain(folder, contest)?;
        let (message, package) = Package::read(&std::fs::read(party.package())?)?;
        party.start()?;
        let address = format!("http://{}/v1/{ROOM}/messages", party.reporting());
        let house = Self {
            package: message.id(),
            contest: package.contest,
            workers: Workers {
                reviewer: worker("reviewer"),
                transcriber: worker("transcriber"),
                manager: worker("manager"),
                second: worker("second manager"),
            },
            agent: ureq::Agent::config_builder().http_status_as_error(false).build().into(),
            address,
            party,
        };
        house.name_people()?;
        Ok(house)
    }

    fn name_people(&self) -> Outcome<()> {
        let Workers { reviewer, transcriber, manager, second } = &self.workers;
        let named = [
            (2, Role::Reviewer, reviewer),
            (3, Role::Reviewer, transcriber),
            (4, Role::ReleaseManager, manager),
            (5, Role::ReleaseManager, second),
        ];
        let person = |(number, role, worker): (u32, Role, &Worker)| Person {
            number,
            role,
            key: worker.0.public(),
        };
        let people = People { people: named.map(person).to_vec() };
        let key = read_key(&KeyFolder(self.party.keys()).party())?;
        self.send(&Message::sign(&key, Scope::room(&self.contest.id, ROOM), &people)).map(drop)
    }

    /// Enrols a tablet for a precinct with its invitation.
    pub(crate) fn tablet(&self, signed: &Signed, code: &str, precinct: &str) -> Outcome<Signer> {
        let signer = Signer::new(signed, code, ROOM, precinct)?;
        self.send(&signer.enrolment())?;
        Ok(signer)
    }

    /// Signs what a person does, and enters it.
    pub(crate) fn act<P: Payload>(&self, worker: &Worker, payload: &P) -> Outcome<MessageId> {
        self.send(&Message::sign(&worker.0, Scope::room(&self.contest.id, ROOM), payload))
    }

    /// Enters a report that a tablet signs.
    pub(crate) fn report(&self, tablet: &Signer, report: &Report) -> Outcome<MessageId> {
        self.send(&tablet.sign(report))
    }

    fn send(&self, message: &Message) -> Outcome<MessageId> {
        let mut answer = self.agent.post(&self.address).send(message.bytes())?;
        let body = answer.body_mut().read_to_string()?;
        if answer.status() == 200 {
            Ok(message.id())
        } else {
            Err(format!("a {} was refused: {body}", message.kind()).into())
        }
    }

    /// Verifies the room as a stranger does: from its public address, believing the party key and nothing else.
    pub(crate) fn verify(&self) -> Outcome<Verdict> {
        let address = self.party.public().ok_or("the server does not run")?;
        let source = Source::open(address, &[])?;
        let key = read_key(&KeyFolder(self.party.keys()).party())?;
        let order = Order {
            room: ROOM,
            party: key.public().id(),
            log_keys: Vec::new(),
            witnesses: Vec::new(),
            known: Vec::new(),
        };
        Ok(verify(&source, &order, &|_, _, _| ())?)
    }

    /// The room as its stored log makes it, read with `core` alone.
    pub(crate) fn state(&self) -> Outcome<RoomState> {
        Ok(self.party.stored_log(ROOM)?.state)
    }
}

fn worker(name: &str) -> Worker {
    Worker(SigningKey::from_seed(&sha256(name.as_bytes())))
}
