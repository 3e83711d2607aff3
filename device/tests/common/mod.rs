//! A party, its server and its tablets, for the tests of this crate.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "each test file uses a part; a test that cannot go on panics"
)]

pub mod hall;
pub mod server;
pub mod tablet;

use std::fs;
use std::path::Path;

use countersign_core::contest::{self, Contest, RoomLog, Server};
use countersign_core::crypto::SigningKey;
use countersign_core::id::PrecinctNumber;
use countersign_core::invitation::InvitationCode;
use countersign_core::message::{
    Invitation, Invitations, Message, Package, People, Person, Revoke, RevokeReason, Role, RoomAct,
    RoomChange, Scope,
};
use countersign_core::room::Room;

/// The contest of `contests/practice`, without addresses and logs.
pub fn practice() -> Contest {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../contests/practice");
    let mut files = contest::Files::new();
    for entry in fs::read_dir(folder).expect("the contest is in the repository") {
        let path = entry.expect("its folder can be listed").path();
        let name = path.file_name().expect("files have names").to_string_lossy().into_owned();
        files.insert(name, fs::read(&path).expect("it can be read"));
    }
    contest::read(&files).expect("it has no mistakes")
}

/// Keys of a party and its headquarters.
pub struct Party {
    pub party: SigningKey,
    pub admin: SigningKey,
    pub logs: [SigningKey; 2],
    pub contest: Contest,
}

impl Party {
    /// A party with its own keys, whose server is at `address`.
    pub fn new(address: &str) -> Self {
        Self::numbered(1, address)
    }

    /// Another party for each `seed`.
    pub fn numbered(seed: u8, address: &str) -> Self {
        let key = |n: u8| SigningKey::from_seed(&[seed.wrapping_mul(16).wrapping_add(n); 32]);
        let logs = [key(3), key(4)];
        let mut contest = practice();
        contest.servers = vec![Server { address: address.to_owned() }];
        contest.logs = Room::ALL
            .iter()
            .zip(&logs)
            .map(|(&room, key)| RoomLog {
                room,
                origin: format!("party{seed}.example/practice/{room}/1"),
                keys: vec![key.public()],
            })
            .collect();
        Self { party: key(1), admin: key(2), logs, contest }
    }

    pub fn package(&self, number: u32) -> Message {
        Package::sign(number, self.contest.clone(), &self.party)
    }

    pub fn people(&self, room: Room) -> Message {
        let people = vec![Person { number: 1, role: Role::Admin, key: self.admin.public() }];
        Message::sign(&self.party, Scope::room(&self.contest.id, room), &People { people })
    }

    pub fn open(&self, room: Room) -> Message {
        self.act(room, RoomAct { change: RoomChange::Open, round: 1 })
    }

    pub fn act(&self, room: Room, act: RoomAct) -> Message {
        Message::sign(&self.admin, Scope::room(&self.contest.id, room), &act)
    }

    pub fn code(&self, precinct: u32) -> InvitationCode {
        self.code_again(precinct, 1)
    }

    /// Another invitation for the same precinct for each `n`.
    pub fn code_again(&self, precinct: u32, n: u8) -> InvitationCode {
        let mut secret = [n; 10];
        secret[..4].copy_from_slice(&precinct.to_be_bytes());
        InvitationCode::new(PrecinctNumber(precinct), &secret)
    }

    pub fn invitations(&self, room: Room, codes: &[InvitationCode]) -> Message {
        let invitations = codes
            .iter()
            .map(|code| Invitation {
                key: code.key(&self.contest.id).public(),
                precinct: code.precinct(),
            })
            .collect();
        Message::sign(
            &self.admin,
            Scope::room(&self.contest.id, room),
            &Invitations { invitations },
        )
    }

    pub fn revoke(&self, room: Room, key: countersign_core::id::KeyId) -> Message {
        let revoke = Revoke { key, reason: RevokeReason::Lost };
        Message::sign(&self.admin, Scope::room(&self.contest.id, room), &revoke)
    }
}
