//! Whether a folder holds the results of another contest or room. An export takes away what its own results have not, and would take
//! those for its own.

use std::fs;
use std::path::{Path, PathBuf};

use countersign_core::contest::Contest;
use countersign_core::room::Room;
use serde::Deserialize;

/// What an export wrote into a folder says of which results they are.
#[derive(Deserialize)]
struct Of {
    contest: String,
    room: String,
}

/// The folder holds other results.
#[derive(Debug, thiserror::Error)]
#[error(
    "{folder} holds the results of {contest}, {room} room, and an export would take them away: nothing was written; give the results of \
     each contest and each room a folder of their own"
)]
pub struct Occupied {
    folder: PathBuf,
    contest: String,
    room: String,
}

/// Looks whether a folder may be written: it holds no results, or those of this contest and room. What does not say of which results it is
/// keeps nothing from being written.
///
/// # Errors
/// [`Occupied`].
pub fn check(folder: &Path, contest: &Contest, room: Room) -> Result<(), Occupied> {
    let of = fs::read(folder.join(super::RELEASES)).ok();
    let Some(Of { contest: theirs, room: of_room }) =
        of.and_then(|bytes| serde_json::from_slice(&bytes).ok())
    else {
        return Ok(());
    };
    if theirs == contest.id && of_room == room.to_string() {
        return Ok(());
    }
    Err(Occupied { folder: folder.to_owned(), contest: theirs, room: of_room })
}
