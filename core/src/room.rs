//! The two rooms of a contest (design section 10).

use std::fmt;
use std::str::FromStr;

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// A room: its own log, keys and tables. A message of one room is refused by the other, by its signature.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Encode, Decode, Serialize, Deserialize,
)]
#[cbor(index_only)]
#[serde(rename_all = "lowercase")]
pub enum Room {
    /// The caucus itself.
    #[n(1)]
    Official,
    /// Rehearsal.
    #[n(2)]
    Rehearsal,
}

impl Room {
    /// Both rooms, `official` first.
    pub const ALL: [Self; 2] = [Self::Official, Self::Rehearsal];

    /// Where it stands in [`Room::ALL`]: for what is kept of each room in a list.
    #[must_use]
    pub const fn place(self) -> usize {
        match self {
            Self::Official => 0,
            Self::Rehearsal => 1,
        }
    }

    /// The word in addresses, origins and signatures.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Official => "official",
            Self::Rehearsal => "rehearsal",
        }
    }
}

impl fmt::Display for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no room.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no room {0:?}: it is `official` or `rehearsal`")]
pub struct UnknownRoom(pub String);

impl FromStr for Room {
    type Err = UnknownRoom;

    fn from_str(text: &str) -> Result<Self, UnknownRoom> {
        Self::ALL
            .into_iter()
            .find(|room| room.as_str() == text)
            .ok_or_else(|| UnknownRoom(text.to_owned()))
    }
}
