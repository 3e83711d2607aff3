//! What an entry changes in a room.

use std::sync::Arc;

use super::reports::ReceivedReport;
use super::review::Deed;
use super::room_state::{Begun, Device};
use crate::id::{KeyId, PrecinctNumber};
use crate::log::Entry;
use crate::message::{
    Act, Enrolment, Invitation, Invitations, Kind, Message, NotCanonical, Package, People, Person,
    Question, Reply, Report, Revoke, RoomAct,
};

/// What an entry and its message change in a room: a function of the two alone, so that it can be worked out before the
/// entries before it were applied, and while they are.
#[derive(Debug, Clone)]
pub struct Change {
    pub(super) index: u64,
    pub(super) entry: Entry,
    pub(super) what: What,
}

#[derive(Debug, Clone)]
pub(super) enum What {
    Package(Arc<Package>),
    People(Vec<(KeyId, Person)>),
    Invitations(Vec<(KeyId, Invitation)>),
    Revoke(KeyId),
    Round(u32),
    Device(KeyId, Device),
    Report(PrecinctNumber, ReceivedReport),
    Begun(Arc<Begun>),
    Deed(KeyId, Deed),
    Question(KeyId, Question),
    Reply(Reply),
    Nothing,
}

impl Change {
    /// What the entry at `index` changes.
    ///
    /// # Errors
    /// [`NotCanonical`] when the message cannot be decoded.
    pub fn of(index: u64, entry: Entry, message: &Message) -> Result<Self, NotCanonical> {
        let what = match message.kind() {
            Kind::Package => What::Package(Arc::new(message.decode()?)),
            Kind::People => {
                let People { people } = message.decode()?;
                What::People(people.into_iter().map(|person| (person.key.id(), person)).collect())
            }
            Kind::Invitations => {
                let Invitations { invitations } = message.decode()?;
                let by_key = |invitation: Invitation| (invitation.key.id(), invitation);
                What::Invitations(invitations.into_iter().map(by_key).collect())
            }
            Kind::Revoke => What::Revoke(message.decode::<Revoke>()?.key),
            Kind::Room => What::Round(message.decode::<RoomAct>()?.round),
            Kind::Enrolment => {
                let Enrolment { request, .. } = message.decode()?;
                let device = Device {
                    key: request.device,
                    precinct: request.precinct,
                    invitation: request.invitation.id(),
                    enrolled_at: index,
                    revoked_at: None,
                };
                What::Device(request.device.id(), device)
            }
            Kind::Report => {
                let report: Report = message.decode()?;
                let received = ReceivedReport::new(index, &entry, message, &report);
                What::Report(report.precinct, received)
            }
            Kind::Question => What::Question(message.key(), message.decode()?),
            Kind::Reply => What::Reply(message.decode()?),
            Kind::Act => match message.decode()? {
                Act::BegunAgain(begun_again) => {
                    let (message, entered_ms) = (message.id(), entry.time_ms);
                    What::Begun(Arc::new(Begun { message, entered_ms, begun_again }))
                }
                Act::CopyCompared(compared) => What::Deed(message.key(), Deed::Compared(compared)),
            },
            _ => match Deed::of(message) {
                Some(deed) => What::Deed(message.key(), deed?),
                None => What::Nothing,
            },
        };
        Ok(Self { index, entry, what })
    }

    /// What the entry says of the log, where it begins one again.
    #[must_use]
    pub const fn begun(&self) -> Option<&Arc<Begun>> {
        match &self.what {
            What::Begun(begun) => Some(begun),
            _ => None,
        }
    }

    /// Index of the entry.
    #[must_use]
    pub const fn index(&self) -> u64 {
        self.index
    }

    /// The entry.
    #[must_use]
    pub const fn entry(&self) -> &Entry {
        &self.entry
    }
}
