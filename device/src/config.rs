//! What a tablet is opened with.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use crate::api::HostView;
use crate::host::{Clock, NoSaving, Random, SaveFile, SystemClock, SystemRandom};

/// Cost of deriving a key from the PIN with Argon2id. Stored beside what it sealed, so it may change between versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Argon2Params {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Default for Argon2Params {
    /// 64 MiB, three passes: what the design asks for.
    fn default() -> Self {
        Self { memory_kib: 64 << 10, passes: 3, lanes: 1 }
    }
}

/// How long the network may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NetworkLimits {
    /// Milliseconds until a connection, TLS included, has to stand.
    pub connect_ms: u64,
    /// Milliseconds until an answer has to be there whole.
    pub answer_ms: u64,
}

impl Default for NetworkLimits {
    fn default() -> Self {
        Self { connect_ms: 10_000, answer_ms: 30_000 }
    }
}

/// What a [`Tablet`](crate::Tablet) is opened with.
#[derive(Clone)]
pub struct Config {
    /// The folder of `tablet.db`; made when it is missing.
    pub data_dir: PathBuf,
    /// The package that an installer made for a caucus carries: it pins the party key.
    pub package: Option<Vec<u8>>,
    /// Cost of the PIN for keys that are sealed from now on.
    pub argon2: Argon2Params,
    /// Clocks.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// Version of the app, at most 32 bytes; stands in every report.
    pub app_version: String,
    /// What the host can do.
    pub host: HostView,
    /// Where files go.
    pub save_file: Arc<dyn SaveFile>,
    /// How long the network may take.
    pub network: NetworkLimits,
    /// How often a tablet whose report stands in a log asks whether headquarters has a question about it, in milliseconds, with
    /// up to as much again: what is asked shows within a minute.
    pub questions_ms: u64,
    /// Where every host name leads, instead of where the system's resolver says: for simulated networks.
    pub route: Option<IpAddr>,
}

impl Config {
    /// The system's clocks and randomness, no pinned package, nowhere to save files.
    #[must_use]
    pub fn new(data_dir: PathBuf, app_version: &str) -> Self {
        Self {
            data_dir,
            package: None,
            argon2: Argon2Params::default(),
            clock: Arc::new(SystemClock::default()),
            random: Arc::new(SystemRandom::default()),
            app_version: app_version.to_owned(),
            host: HostView { save_file: false },
            save_file: Arc::new(NoSaving),
            network: NetworkLimits::default(),
            questions_ms: 30_000,
            route: None,
        }
    }
}
