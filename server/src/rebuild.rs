//! Replays a room's log as a start does, and says what came out and how long it took.

use std::time::Instant;

use countersign_core::message::Kind;
use countersign_core::results::Received;
use countersign_core::room::Room;
use serde::Serialize;

use crate::folder::{Folder, FolderError};
use crate::node;

/// What the projection of a room came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rebuilt {
    /// The room.
    pub room: Room,
    /// Entries of its log; each has one message.
    pub entries: u64,
    /// Reports among the messages, those of earlier rehearsal rounds included.
    pub reports: usize,
    /// Precincts with a report in the round that is under way.
    pub precincts_with_report: usize,
    /// Those of them whose sources disagree.
    pub precincts_in_conflict: usize,
    /// How long opening and replaying took, rounded down.
    pub milliseconds: u64,
}

/// Replays a room. A server may be using the folder; nothing is written.
///
/// # Errors
/// [`FolderError`], which names the first thing that cannot be replayed.
pub fn rebuild(folder: &Folder, room: Room) -> Result<Rebuilt, FolderError> {
    let started = Instant::now();
    let projection = node::read_room(folder, room)?;
    let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    // A log without a package has no precincts.
    let received = Received::of(&projection.state);
    let of_precincts = |count: fn(&Received) -> usize| received.as_ref().map_or(0, count);
    Ok(Rebuilt {
        room,
        entries: projection.size(),
        reports: projection.entries().iter().filter(|entry| entry.kind == Kind::Report).count(),
        precincts_with_report: of_precincts(|received| received.precincts.len()),
        precincts_in_conflict: of_precincts(|received| received.precincts_in_conflict),
        milliseconds,
    })
}
