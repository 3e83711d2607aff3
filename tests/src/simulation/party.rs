//! What every seed begins with: keys, package, invitations, and two logs with their first entries. Made once, of fixed keys,
//! so that a seed means the same in every process.

use std::fs;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use countersign_core::crypto::SigningKey;
use countersign_core::id::PrecinctNumber;
use countersign_core::invitation::InvitationCode;
use countersign_core::message::{Invitation, Invitations, Message, Package, RoomChange, Scope};
use countersign_core::room::Room;
use countersign_server::genesis::{Packing, pack, room_act};
use countersign_server::keys::KeyFolder;
use countersign_server::metrics::Metrics;
use countersign_server::node::enter;
use countersign_server::practice;
use countersign_server::room::{Projection, RoomDesk, RoomParts};

use super::clock::{ServerClock, Time};
use super::disk::Disk;

/// The practice contest's party.
pub(super) struct Party {
    /// The package's bytes.
    pub(super) bytes: Vec<u8>,
    /// What it says.
    pub(super) package: Package,
    /// A code for each precinct, by number.
    pub(super) codes: Vec<String>,
    /// The logs of both rooms with their first entries, `official` first.
    pub(super) logs: [Disk; 2],
}

/// The party. The same for every seed.
pub(super) static PARTY: LazyLock<Party> = LazyLock::new(Party::make);

/// Keys by number: the party's, the admin's, the spare log key, the logs'.
fn seed(number: u8) -> [u8; 32] {
    [number; 32]
}

/// What a PKCS#8 file of an Ed25519 seed begins with (RFC 8410, section 7).
const PKCS8: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

fn key_folder(at: &Path) -> KeyFolder {
    let keys = KeyFolder(at.to_owned());
    let files = [keys.party(), keys.admin(), keys.spare()]
        .into_iter()
        .chain(Room::ALL.map(|room| keys.log(room)));
    for (number, file) in (1..).zip(files) {
        let folder = file.parent().expect("every key lies in a folder");
        fs::create_dir_all(folder).expect("a folder can be made");
        fs::write(file, [&PKCS8[..], &seed(number)].concat()).expect("a file can be written");
    }
    keys
}

/// The key that signs a room's checkpoints.
pub(super) fn log_key(room: Room) -> SigningKey {
    SigningKey::from_seed(&seed(4 + u8::from(room == Room::Rehearsal)))
}

/// Where a room stands in a pair, `official` first.
pub(super) fn at(room: Room) -> usize {
    usize::from(room == Room::Rehearsal)
}

impl Party {
    fn make() -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let keys = key_folder(folder.path());
        let packing = Packing {
            number: 1,
            servers: vec!["https://reports.example.org".to_owned()],
            tls_roots: Vec::new(),
        };
        let contest = practice::contest().expect("the practice contest has no mistakes");
        let packed = pack(contest, &packing, &keys).expect("a package can be made of it");
        let bytes = packed.package.bytes().to_vec();
        let (_, package) = Package::read(&bytes).expect("it was made here");
        let codes: Vec<InvitationCode> = (0..)
            .zip(&package.contest.precincts)
            .map(|(number, _)| InvitationCode::new(PrecinctNumber(number), &[number as u8 + 1; 10]))
            .collect();
        let begun = packed.package;
        let logs = Room::ALL.map(|room| {
            let people = packed.genesis.people(room).expect("the party names its people");
            first_entries(&package, room, &codes, vec![begun.clone(), people])
        });
        let codes = codes.iter().map(ToString::to_string).collect();
        Self { bytes, package, codes, logs }
    }

    /// A room before its first entry.
    pub(super) fn empty(&self, room: Room) -> Projection {
        empty(&self.package, room)
    }
}

fn empty(package: &Package, room: Room) -> Projection {
    let origin = &package.contest.log(room).expect("the package names it").origin;
    Projection::new(&package.contest.id, room, package.party_key, origin)
}

/// A log with its first entries, the room open and every precinct invited: entered by the sequencer on its own thread, as
/// `init` does.
fn first_entries(
    package: &Package,
    room: Room,
    codes: &[InvitationCode],
    mut messages: Vec<Message>,
) -> Disk {
    let contest = &package.contest;
    let admin = SigningKey::from_seed(&seed(2));
    messages.push(room_act(&admin, &contest.id, room, RoomChange::Open, 1));
    let invite = |code: &InvitationCode| Invitation {
        key: code.key(&contest.id).public(),
        precinct: code.precinct(),
    };
    let invitations = Invitations { invitations: codes.iter().map(invite).collect() };
    messages.push(Message::sign(&admin, Scope::room(&contest.id, room), &invitations));
    let disk = Arc::new(Disk::new());
    let parts = RoomParts {
        store: disk.clone(),
        projection: empty(package, room),
        key: log_key(room),
        keys: contest.log(room).expect("the package names it").keys.clone(),
        clock: Arc::new(ServerClock::new(&Time::default())),
        metrics: Arc::new(Metrics::default()),
    };
    let (desk, thread) = RoomDesk::start(parts).expect("the system gives a thread");
    for message in messages {
        enter(&desk, &Arc::new(message)).expect("every room begins so");
    }
    drop(desk);
    thread.join().expect("the sequencer ends in order");
    disk.copy()
}
