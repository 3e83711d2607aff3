//! A party, its admin and its tablets, with keys that every test knows.
#![allow(dead_code, reason = "each test file uses a part")]

use countersign_core::contest::{Contest, RoomLog, Server};
use countersign_core::crypto::SigningKey;
use countersign_core::id::{KeyId, MessageId, PrecinctNumber};
use countersign_core::invitation::InvitationCode;
use countersign_core::log::Checkpoint;
use countersign_core::message::{
    Acknowledged, Attestation, Attester, BeginReason, BegunAgain, Carried, Channel, Enrolment,
    EnrolmentRequest, Invitation, Invitations, Lot, LotDrawer, LotMethod, Message, Package, People,
    Person, Reason, Report, Revoke, RevokeReason, Role, RoomAct, RoomChange, Scope,
};
use countersign_core::room::Room;

pub(crate) struct Party {
    pub(crate) party: SigningKey,
    pub(crate) admin: SigningKey,
    pub(crate) package: Message,
    pub(crate) contest: Contest,
    pub(crate) room: Room,
    /// Whether its tablets report numbers in which nothing is impossible. What was recorded of messages has others.
    pub(crate) adds_up: bool,
}

pub(crate) struct Tablet {
    pub(crate) key: SigningKey,
    pub(crate) room: Room,
    contest: String,
    package: MessageId,
    shape: (usize, usize),
    /// How many delegates each precinct elects, where its numbers have to add up.
    elects: Option<Vec<u32>>,
}

impl Party {
    pub(crate) fn new(mut contest: Contest) -> Self {
        let party = SigningKey::from_seed(&[1; 32]);
        contest.servers = vec![Server { address: "https://reports.example.org".to_owned() }];
        contest.logs = Room::ALL
            .map(|room| RoomLog {
                room,
                origin: format!("reports.example.org/{}/{room}/1", contest.id),
                keys: vec![SigningKey::from_seed(&[4; 32]).public()],
            })
            .to_vec();
        Self {
            package: Package::sign(1, contest.clone(), &party),
            party,
            admin: SigningKey::from_seed(&[2; 32]),
            contest,
            room: Room::Official,
            adds_up: false,
        }
    }

    pub(crate) fn contest(&self) -> &Contest {
        &self.contest
    }

    fn scope(&self) -> Scope<'_> {
        Scope::room(&self.contest.id, self.room)
    }

    pub(crate) fn people(&self) -> Message {
        let admin = Person { number: 1, role: Role::Admin, key: self.admin.public() };
        Message::sign(&self.party, self.scope(), &People { people: vec![admin] })
    }

    pub(crate) fn code(precinct: u32) -> InvitationCode {
        let mut secret = [6; 10];
        secret[6] ^= precinct as u8;
        InvitationCode::new(PrecinctNumber(precinct), &secret)
    }

    pub(crate) fn invitations(&self, precincts: &[u32]) -> Message {
        let invitations = precincts
            .iter()
            .map(|&precinct| Invitation {
                key: Self::code(precinct).key(&self.contest.id).public(),
                precinct: PrecinctNumber(precinct),
            })
            .collect();
        Message::sign(&self.admin, self.scope(), &Invitations { invitations })
    }

    pub(crate) fn revoke(&self, key: KeyId) -> Message {
        Message::sign(&self.admin, self.scope(), &Revoke { key, reason: RevokeReason::Lost })
    }

    pub(crate) fn open(&self) -> Message {
        Message::sign(&self.admin, self.scope(), &RoomAct { change: RoomChange::Open, round: 1 })
    }

    pub(crate) fn round(&self, round: u32) -> Message {
        Message::sign(&self.admin, self.scope(), &RoomAct { change: RoomChange::Round, round })
    }

    /// The beginning of log 2 after a copy with seven entries was restored; `change` is made before the admin signs.
    pub(crate) fn begun_again(&self, change: impl FnOnce(&mut BegunAgain)) -> Message {
        let of = |n: u32| format!("reports.example.org/{}/{}/{n}", self.contest.id, self.room);
        let known = Checkpoint { origin: of(1), size: 9, root: [9; 32] };
        let mut begun_again = BegunAgain {
            begins: of(2),
            from: of(1),
            known: Some(known.sign(&SigningKey::from_seed(&[4; 32]))),
            carried: Carried { size: 7, root: [7; 32] },
            reason: BeginReason::Restored,
            why: None,
            people: self.people().into_bytes(),
        };
        change(&mut begun_again);
        begun_again.sign(&self.contest.id, self.room, &self.admin)
    }

    /// The `n`th tablet.
    pub(crate) fn device(&self, n: u32) -> Tablet {
        let mut seed = [10; 32];
        seed[..4].copy_from_slice(&n.to_be_bytes());
        Tablet {
            key: SigningKey::from_seed(&seed),
            room: self.room,
            contest: self.contest.id.clone(),
            package: self.package.id(),
            shape: (self.contest.counts.len(), self.contest.groups.len()),
            elects: self.adds_up.then(|| {
                let numbers = self.contest.precinct_numbers();
                numbers.map(|n| self.contest.delegates_to_elect(n.0, None).unwrap_or(0)).collect()
            }),
        }
    }
}

impl Tablet {
    pub(crate) fn enrolment(&self, precinct: u32) -> Message {
        let invitation = Party::code(precinct).key(&self.contest);
        let request = EnrolmentRequest {
            invitation: invitation.public(),
            device: self.key.public(),
            precinct: PrecinctNumber(precinct),
            device_time_ms: 1_580_700_000_000,
            app_version: "0.1.0".to_owned(),
        };
        Enrolment::sign(&self.contest, self.room, &invitation, &self.key, request)
    }

    pub(crate) fn report(&self, precinct: u32, change: impl FnOnce(&mut Report)) -> Message {
        let report = self.report_as(precinct, change);
        Message::sign(&self.key, Scope::room(&self.contest, self.room), &report)
    }

    /// What a report says, unsigned.
    pub(crate) fn report_as(&self, precinct: u32, change: impl FnOnce(&mut Report)) -> Report {
        let (counts, groups) = self.shape;
        let in_one_group = |number: u32| {
            let mut count = vec![0; groups];
            count[0] = number;
            count
        };
        let counts = match &self.elects {
            // Everybody stands in one group, which gets every delegate.
            Some(elects) => {
                vec![
                    in_one_group(141),
                    in_one_group(141),
                    in_one_group(elects.get(precinct as usize).copied().unwrap_or(0)),
                ]
            }
            None => vec![(0..groups as u32).collect(); counts],
        };
        let mut report = Report {
            package: self.package,
            precinct: PrecinctNumber(precinct),
            revision: 1,
            supersedes: None,
            reason: None,
            attendees: 141,
            counts,
            lots: vec![Lot {
                seats: 1,
                groups: vec![1, 3],
                method: LotMethod::Coin,
                winners: vec![3],
                drawn_by: LotDrawer::Chair,
            }],
            acknowledged: vec![Acknowledged {
                check: 3,
                group: Some(2),
                reason: Reason { code: "recount".to_owned(), text: None },
            }],
            attestations: vec![
                Attestation { who: Attester::Chair, group: None, objection: None },
                Attestation { who: Attester::Captain, group: Some(1), objection: None },
            ],
            photos: vec![],
            channel: Channel::Tablet,
            device_sequence: 1,
            device_time_ms: 1_580_787_000_000,
            app_version: "0.1.0".to_owned(),
        };
        change(&mut report);
        report
    }

    pub(crate) fn correction(&self, precinct: u32, of: &Message) -> Message {
        self.report(precinct, |report| {
            report.revision = 2;
            report.supersedes = Some(of.id());
            report.reason = Some(Reason {
                code: "other".to_owned(),
                text: Some("a row was skipped".to_owned()),
            });
            report.device_sequence = 2;
            report.attendees += 1;
        })
    }
}
