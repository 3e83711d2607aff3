//! A tablet reduced to its key: what it signs is sent by whoever wants to see each single answer.

use countersign_core::contest::Contest;
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

/// An enrolled key of one precinct.
#[derive(Debug)]
pub struct Signer {
    key: SigningKey,
    precinct: PrecinctNumber,
    package: MessageId,
    contest: Contest,
}

impl Signer {
    /// Invites a precinct and enrols a key with the code, at the party's running server.
    ///
    /// # Errors
    ///
    /// When the server refuses.
    pub fn enrol(party: &Party, precinct: &str) -> Result<Self> {
        let strange = |what: String| Error::Unexpected(format!("{precinct}: {what}"));
        let code = InvitationCode::parse(&party.invite(precinct)?)
            .map_err(|error| strange(error.to_string()))?;
        let package = std::fs::read(party.package()).doing("reading the package")?;
        let (message, package) =
            Package::read(&package).map_err(|error| strange(error.to_string()))?;
        let signer = Self {
            key: SigningKey::from_seed(&sha256(precinct.as_bytes())),
            precinct: code.precinct(),
            package: message.id(),
            contest: package.contest,
        };
        let id = &signer.contest.id;
        let invitation = code.key(id);
        let request = EnrolmentRequest {
            invitation: invitation.public(),
            device: signer.key.public(),
            precinct: signer.precinct,
            device_time_ms: 0,
            app_version: "signer".to_owned(),
        };
        let enrolment = Enrolment::sign(id, ROOM, &invitation, &signer.key, request);
        party.post(ROOM.as_str(), enrolment.bytes())?.receipt()?;
        Ok(signer)
    }

    /// Its key.
    #[must_use]
    pub fn key(&self) -> KeyId {
        self.key.id()
    }

    /// A first report with so many people, all of them in the first group. Another number is another report.
    #[must_use]
    pub fn report(&self, people: u32) -> Message {
        let mut count = vec![0; self.contest.groups.len()];
        if let Some(first) = count.first_mut() {
            *first = people;
        }
        let report = Report {
            package: self.package,
            precinct: self.precinct,
            revision: 1,
            supersedes: None,
            reason: None,
            attendees: people,
            counts: vec![count; self.contest.counts.len()],
            lots: Vec::new(),
            acknowledged: Vec::new(),
            attestations: Vec::new(),
            photos: Vec::new(),
            channel: Channel::Tablet,
            device_sequence: 1,
            device_time_ms: 0,
            app_version: "signer".to_owned(),
        };
        Message::sign(&self.key, Scope::room(&self.contest.id, ROOM), &report)
    }
}
