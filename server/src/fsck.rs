//! Checks a log as a stranger would: from the first entry, trusting the party key and nothing else.

use countersign_core::id::{MessageId, PublicKey};
use countersign_core::message::{Act, BegunAgain, Message};
use countersign_core::refusal::Refusal;
use countersign_core::room::Room;

use crate::folder::{Folder, FolderError};
use crate::node::{self, Closed, Earlier};
use crate::room::{LoadError, Projection};
use crate::store::{LogStore, Stored};

/// A log in which everything is as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sound {
    /// Entries.
    pub entries: u64,
}

/// The first thing that is wrong.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The folder cannot be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A message that should never have been entered.
    #[error("entry {index} should not be there: {refusal}: {}", refusal.title())]
    Entry {
        /// Its index.
        index: u64,
        /// Why not.
        refusal: Refusal,
    },
    /// Order, tree or head.
    #[error(transparent)]
    Log(#[from] LoadError),
}

impl Trouble {
    /// Whether trying again can help.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Folder(error) => error.is_transient(),
            Self::Log(error) => error.is_transient(),
            Self::Entry { .. } => false,
        }
    }
}

/// Checks one room's log.
///
/// # Errors
/// The first [`Trouble`].
pub fn check(folder: &Folder, room: Room) -> Result<Sound, Trouble> {
    check_closed(node::open_read_only(folder, room)?)
}

/// A log whose place a later one took, checked.
#[derive(Debug)]
pub struct CheckedEarlier {
    /// Its origin.
    pub origin: String,
    /// What was found.
    pub found: Result<Sound, Trouble>,
}

/// Checks the logs of a room whose place a later one took.
///
/// # Errors
/// [`FolderError`] when it cannot even be said which there are.
pub fn check_earlier(folder: &Folder, room: Room) -> Result<Vec<CheckedEarlier>, FolderError> {
    let earlier = node::open_earlier(folder, room)?.into_iter();
    let check = |Earlier { origin, opened }| CheckedEarlier {
        origin,
        found: opened.map_err(Trouble::from).and_then(check_closed),
    };
    Ok(earlier.map(check).collect())
}

fn check_closed(Closed { store, keys, empty }: Closed) -> Result<Sound, Trouble> {
    check_messages(empty.clone(), &store, &keys)?;
    // Structure, tree, head and checkpoint, by the code that a server starts with.
    let whole = Projection::load(empty, &store, &keys)?;
    Ok(Sound { entries: whole.size() })
}

fn check_messages(
    mut projection: Projection,
    store: &dyn LogStore,
    keys: &[PublicKey],
) -> Result<(), Trouble> {
    let mut trouble = None;
    store
        .read(&mut |index, stored| {
            trouble = check_message(&mut projection, keys, index, &stored).err();
            trouble.is_none()
        })
        .map_err(LoadError::from)?;
    trouble.map_or(Ok(()), Err)
}

/// Checks an entry with its message on top of the ones before it, and enters it; the message.
pub(crate) fn check_message(
    projection: &mut Projection,
    keys: &[PublicKey],
    index: u64,
    stored: &Stored,
) -> Result<Message, Trouble> {
    let wrong = |what: &str| LoadError::Entry { index, what: what.to_owned() };
    if index != projection.size() {
        return Err(wrong("an entry is missing before it").into());
    }
    if MessageId::of(&stored.message) != stored.entry.message {
        return Err(wrong("the bytes stored for it are not its message").into());
    }
    let refused = |refusal| Trouble::Entry { index, refusal };
    let message = Message::parse(&stored.message).map_err(|error| wrong(&error.to_string()))?;
    let authority = projection.state.authority(&message).map_err(refused)?;
    projection.state.verify(&message, &authority).map_err(refused)?;
    projection.judge(&message, stored.entry.time_ms).map_err(refused)?;
    if matches!(message.decode(), Ok(Act::BegunAgain(_))) {
        let state = &projection.state;
        let (contest, room, party) = (state.contest(), state.room(), state.party());
        BegunAgain::read(&message, contest, room, &party, keys)
            .map_err(|error| wrong(&error.to_string()))?;
    }
    projection.enter(stored.entry, &message)?;
    Ok(message)
}
