//! A tablet reduced to its key: what it signs is sent by whoever wants to see each single answer.

use std::sync::Arc;

use countersign_core::contest::{Contest, CountKind};
use countersign_core::crypto::SigningKey;
use countersign_core::id::{KeyId, MessageId, PrecinctNumber, sha256};
use countersign_core::invitation::InvitationCode;
use countersign_core::message::{
    Channel, Enrolment, EnrolmentRequest, Message, Package, Report, Scope,
};
use countersign_core::room::Room;

use crate::error::Doing;
use crate::party::Party;
use crate::{Error, Result};

/// The room that it reports in.
const ROOM: Room = Room::Official;

/// What a party signs for: its package.
#[derive(Debug, Clone)]
pub struct Signed {
    id: MessageId,
    /// What the package says.
    pub contest: Arc<Contest>,
}

impl Signed {
    /// Reads the package of a party.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn read(party: &Party) -> Result<Self> {
        let bytes = std::fs::read(party.package()).doing("reading the package")?;
        let (message, package) =
            Package::read(&bytes).map_err(|error| Error::Unexpected(error.to_string()))?;
        Ok(Self { id: message.id(), contest: Arc::new(package.contest) })
    }
}

/// A key of one precinct.
#[derive(Debug)]
pub struct Signer {
    key: SigningKey,
    code: InvitationCode,
    room: Room,
    package: Signed,
}

impl Signer {
    /// Invites a precinct and enrols a key with the code, at the party's running server.
    ///
    /// # Errors
    ///
    /// When the server refuses.
    pub fn enrol(party: &Party, precinct: &str) -> Result<Self> {
        let signer = Self::new(&Signed::read(party)?, &party.invite(precinct)?, ROOM, precinct)?;
        party.post(ROOM.as_str(), signer.enrolment().bytes())?.receipt()?;
        Ok(signer)
    }

    /// A key for an invitation that nobody knows yet. The same name is the same key.
    ///
    /// # Errors
    ///
    /// When the code is none.
    pub fn new(package: &Signed, code: &str, room: Room, name: &str) -> Result<Self> {
        let code = InvitationCode::parse(code)
            .map_err(|error| Error::Unexpected(format!("{name}: {error}")))?;
        let key = SigningKey::from_seed(&sha256(name.as_bytes()));
        Ok(Self { key, code, room, package: package.clone() })
    }

    /// What makes the key known.
    #[must_use]
    pub fn enrolment(&self) -> Message {
        let id = &self.package.contest.id;
        let invitation = self.code.key(id);
        let request = EnrolmentRequest {
            invitation: invitation.public(),
            device: self.key.public(),
            precinct: self.code.precinct(),
            device_time_ms: 0,
            app_version: "signer".to_owned(),
        };
        Enrolment::sign(id, self.room, &invitation, &self.key, request)
    }

    /// The precinct that it reports.
    #[must_use]
    pub fn precinct(&self) -> PrecinctNumber {
        self.code.precinct()
    }

    /// Its key.
    #[must_use]
    pub fn key(&self) -> KeyId {
        self.key.id()
    }

    /// A first report with so many people, all of them in the first group, which gets every delegate: nothing in it is
    /// impossible. Another number is another report.
    #[must_use]
    pub fn report(&self, people: u32) -> Message {
        let contest = &self.package.contest;
        let precinct = self.code.precinct();
        let count = |kind: &CountKind| {
            let mut count = vec![0; contest.groups.len()];
            if let Some(first) = count.first_mut() {
                *first = if kind.is_of_people() {
                    people
                } else {
                    contest.delegates_to_elect(precinct.0, Some(people)).unwrap_or(0)
                };
            }
            count
        };
        let report = Report {
            package: self.package.id,
            precinct,
            revision: 1,
            supersedes: None,
            reason: None,
            attendees: people,
            counts: contest.counts.iter().map(count).collect(),
            lots: Vec::new(),
            acknowledged: Vec::new(),
            attestations: Vec::new(),
            photos: Vec::new(),
            channel: Channel::Tablet,
            device_sequence: 1,
            device_time_ms: 0,
            app_version: "signer".to_owned(),
        };
        self.sign(&report)
    }

    /// Signs any report.
    #[must_use]
    pub fn sign(&self, report: &Report) -> Message {
        let contest = &self.package.contest;
        Message::sign(&self.key, Scope::room(&contest.id, self.room), report)
    }
}
