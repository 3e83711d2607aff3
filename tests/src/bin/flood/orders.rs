//! What processes of the flood are told, and what they say.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use countersign_tests::paper::Paper;
use serde::{Deserialize, Serialize};

/// Tablets of one process.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Hall {
    pub(crate) tablets: Vec<TabletPlan>,
    /// Below this, each tablet has a folder.
    pub(crate) folder: PathBuf,
    /// The package that installers carry.
    pub(crate) package: PathBuf,
}

/// A tablet and its secretary.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct TabletPlan {
    pub(crate) number: usize,
    /// Where it reaches the party's host name, and where the server sees it come from.
    pub(crate) address: Ipv4Addr,
    /// Its invitation.
    pub(crate) code: String,
    pub(crate) paper: Paper,
    /// When it signs, milliseconds after the flood's begin.
    pub(crate) signs_ms: u64,
}

/// What a hall is told, a line each.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Told {
    /// The flood has begun: sign when it is time.
    Begin,
    /// It is over: say what every tablet holds, and end.
    End,
}

/// What a hall says, a line each.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Said {
    /// Another tablet is enrolled.
    Enrolled,
    /// On every tablet, all but the signature is done.
    Typed,
    /// A report was signed, at the machine's time.
    Signed { id: String, number: usize, at_ms: u64 },
    /// A tablet shows *countersigned*, after requests that met this.
    Receipted { id: String, at_ms: u64, met: Vec<String> },
    /// A report came to another end, or a command was refused, which nothing here should lead to.
    Trouble { number: usize, what: String },
    /// A signed report at the end, and its receipt.
    Holds { id: String, precinct: u32, receipt: Option<String> },
}

/// Kinds of attackers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// Reports under the keys of others, with signatures that are not good.
    Forged,
    /// Good reports of one key, as fast as they go.
    Stolen,
    /// Who reads the log and what is published.
    Readers,
    /// Connections that say nothing, nonsense, or half of something.
    Junk,
    /// Bodies and heads that are too large, or never end.
    Oversized,
    /// Who asks for much and does not take it.
    SlowReaders,
}

impl Kind {
    pub(crate) const ALL: [Self; 6] =
        [Self::Forged, Self::Stolen, Self::Readers, Self::Junk, Self::Oversized, Self::SlowReaders];

    /// Its part of what comes, per mille.
    pub(crate) const fn share(self) -> u64 {
        match self {
            Self::Forged => 500,
            Self::Stolen => 150,
            Self::Readers => 300,
            Self::Junk => 30,
            Self::Oversized => 15,
            Self::SlowReaders => 5,
        }
    }

    /// Connections that it keeps open at most, in a full flood.
    pub(crate) const fn connections(self) -> u64 {
        match self {
            Self::Forged => 800,
            Self::Stolen => 60,
            Self::Readers => 3_000,
            Self::Junk => 9_000,
            Self::Oversized => 500,
            Self::SlowReaders => 2_000,
        }
    }

    /// Addresses that it comes from.
    pub(crate) const fn addresses(self) -> u64 {
        match self {
            Self::Forged => 64,
            Self::Stolen => 3,
            Self::Readers | Self::Junk => 1_000,
            Self::Oversized => 50,
            Self::SlowReaders => 300,
        }
    }

    /// Whether some of it comes from the address that a hundred tablets are behind.
    pub(crate) const fn is_among_tablets(self) -> bool {
        matches!(self, Self::Forged | Self::Junk | Self::Oversized)
    }
}

/// What an attacker is told.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Attack {
    pub(crate) kind: Kind,
    pub(crate) reporting: SocketAddr,
    pub(crate) public: SocketAddr,
    /// Attempts a second, whether or not there is room for them.
    pub(crate) per_second: u64,
    pub(crate) seconds: u64,
    pub(crate) connections: usize,
    pub(crate) addresses: Vec<Ipv4Addr>,
    /// Messages to send, as hexadecimal lines.
    pub(crate) messages: PathBuf,
    pub(crate) seed: u64,
}

/// What an attacker says when it ends.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Tally {
    /// How long it went on.
    pub(crate) lasted_ms: u64,
    /// Attempts that were due.
    pub(crate) offered: u64,
    /// Of these, written to a connection; where the attempt is a connection, made. The rest found no room.
    pub(crate) sent: u64,
    /// What was answered, by status or by the code of the problem.
    pub(crate) answered: BTreeMap<String, u64>,
    /// Connections made, and those that the server closed.
    pub(crate) connected: u64,
    pub(crate) closed: u64,
    /// Connections that were not made in time.
    pub(crate) not_connected: u64,
}
