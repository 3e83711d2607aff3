//! What a person signs with at the command line.

use std::path::PathBuf;

use clap::Args;
use countersign_core::crypto::SigningKey;
use countersign_core::id::{KeyId, MessageId, PrecinctNumber};
use countersign_core::message::{Message, Payload, Scope};
use countersign_core::results::RoomState;
use countersign_core::room::Room;

use super::desk::Desk;
use super::{Data, print};
use crate::failure::Failure;
use crate::keys::read_key;
use crate::room::Projection;

/// Whose key, and where it is entered.
#[derive(Args)]
pub(super) struct Signer {
    #[command(flatten)]
    data: Data,
    /// The person's key, as `people key` made it.
    #[arg(long, value_name = "FILE", env = "COUNTERSIGN_PERSON_KEY")]
    key: PathBuf,
    /// Which room.
    #[arg(long, default_value = "official")]
    room: Room,
    /// Where the running server listens for tablets, if the data folder does not say so.
    #[arg(long, value_name = "URL")]
    server: Option<String>,
}

impl Signer {
    /// Signs what `compose` makes of the room as it is now, enters it, and says where it stands.
    pub(super) fn act<P: Payload>(
        &self,
        compose: impl FnOnce(&RoomState) -> Result<P, Failure>,
    ) -> Result<MessageId, Failure> {
        self.act_as(|state, _| compose(state))
    }

    /// The same where it matters who signs.
    pub(super) fn act_as<P: Payload>(
        &self,
        compose: impl FnOnce(&RoomState, KeyId) -> Result<P, Failure>,
    ) -> Result<MessageId, Failure> {
        self.act_in(|log, key| compose(&log.state, key))
    }

    /// The same where it matters what the log has.
    pub(super) fn act_in<P: Payload>(
        &self,
        compose: impl FnOnce(&Projection, KeyId) -> Result<P, Failure>,
    ) -> Result<MessageId, Failure> {
        let key: SigningKey = read_key(&self.key).map_err(Failure::mistake)?;
        let desk = Desk::open(&self.data, self.server.as_deref())?;
        let log = desk.room(self.room)?;
        let payload = compose(&log, key.public().id())?;
        let message = Message::sign(&key, Scope::room(log.state.contest(), self.room), &payload);
        let id = message.id();
        let index = desk.enter(self.room, message)?;
        desk.close()?;
        print(&format!("{} {id} is log entry {index}\n", P::KIND))?;
        Ok(id)
    }
}

/// The precinct with an id.
pub(super) fn precinct(state: &RoomState, id: &str) -> Result<PrecinctNumber, Failure> {
    let package = state.package().ok_or_else(super::no_package)?;
    let (number, _) = package
        .contest
        .precinct_by_id(id)
        .ok_or_else(|| Failure::mistake(format!("the contest has no precinct {id}")))?;
    Ok(PrecinctNumber(number))
}

/// A message's id.
pub(super) fn message_id(text: &str) -> Result<MessageId, Failure> {
    MessageId::from_hex(text).ok_or_else(|| {
        Failure::mistake(format!("{text} is no message id: it has 64 hexadecimal digits"))
    })
}
