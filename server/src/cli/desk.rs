//! How a command of headquarters reaches the log: in the folder itself, or through the server that is using it.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use countersign_core::crypto::SigningKey;
use countersign_core::message::Message;
use countersign_core::room::Room;

use super::Data;
use crate::client::Client;
use crate::clock::SystemClock;
use crate::failure::Failure;
use crate::folder::FolderError;
use crate::keys::{KeyFolder, read_key};
use crate::node::{self, Node, Options};
use crate::room::Projection;

/// Data folder and the admin's key.
#[derive(Args)]
pub(super) struct Admin {
    #[command(flatten)]
    pub(super) data: Data,
    /// The folder that `keys init` made; only server/admin.key is read.
    #[arg(long, value_name = "DIR", env = "COUNTERSIGN_KEYS")]
    keys: PathBuf,
    /// Where the running server listens for tablets, if the data folder does not say so.
    #[arg(long, value_name = "URL")]
    server: Option<String>,
}

impl Admin {
    pub(super) fn key(&self) -> Result<SigningKey, Failure> {
        read_key(&KeyFolder(self.keys.clone()).admin()).map_err(Failure::mistake)
    }

    pub(super) fn open(&self) -> Result<Desk, Failure> {
        Desk::open(&self.data, self.server.as_deref())
    }
}

/// A way into the log.
pub(super) enum Desk {
    /// Nobody else uses the folder.
    Own(Box<Node>),
    /// A server does: messages go to it, the folder is only read.
    Server(Box<Client>, Data),
}

impl Desk {
    pub(super) fn open(data: &Data, server: Option<&str>) -> Result<Self, Failure> {
        let folder = data.folder();
        match Node::open(&folder, &Options::default(), Arc::new(SystemClock)) {
            Ok(node) => return Ok(Self::Own(Box::new(node))),
            Err(FolderError::InUse(_)) => {}
            Err(error) => return Err(Failure::mistake(error)),
        }
        let official = node::read_room(&folder, Room::Official).map_err(Failure::internal)?;
        let contest = official.state.package().map(|package| &package.contest);
        let roots: Vec<Vec<u8>> =
            contest.iter().flat_map(|of| &of.tls_roots).map(|root| root.to_vec()).collect();
        let client = match (server, folder.addresses()) {
            (Some(address), _) => Client::new(address, &roots)?,
            (None, Some(addresses)) => {
                let known = contest.iter().flat_map(|of| &of.servers);
                let known = known.map(|server| server.address.as_str());
                Client::beside(&addresses.reporting, known, &roots)?
            }
            (None, None) => {
                return Err(Failure::mistake(
                    "a server uses the data folder and does not say where it listens: name it with --server",
                ));
            }
        };
        Ok(Self::Server(Box::new(client), Data { data: data.data.clone() }))
    }

    /// A room as it is now.
    pub(super) fn room(&self, room: Room) -> Result<Projection, Failure> {
        match self {
            Self::Own(node) => Ok(node.admission.room(room).read().clone()),
            Self::Server(_, data) => {
                node::read_room(&data.folder(), room).map_err(Failure::internal)
            }
        }
    }

    /// Enters a message; its index.
    pub(super) fn enter(&self, room: Room, message: Message) -> Result<u64, Failure> {
        match self {
            Self::Own(node) => {
                let refused = |refusal: countersign_core::refusal::Refusal| {
                    Failure::mistake(format!(
                        "it cannot be entered ({refusal}): {}",
                        refusal.title()
                    ))
                };
                node::enter(node.admission.room(room), &Arc::new(message)).map_err(refused)
            }
            Self::Server(client, _) => client.enter(room, &message),
        }
    }

    pub(super) fn close(self) -> Result<(), Failure> {
        match self {
            Self::Own(node) => node.close().map_err(Failure::internal),
            Self::Server(..) => Ok(()),
        }
    }
}
