//! When to try what: order, back-off, addresses. No I/O, no clock, no randomness of its own.
//!
//! Messages of one key go in the order they were signed (the enrolment first); keys do not wait for each other. A
//! failure of the network, or of the server as a whole, holds everything back; an answer about one message only its key.

use std::collections::{HashMap, HashSet};

use countersign_core::id::{KeyId, MessageId};
use countersign_core::room::Room;

use crate::api::{NetworkState, NetworkView};
use crate::host::Random;

/// Shortest reach of the back-off, doubled with each failure.
const BACKOFF_FIRST_MS: u64 = 1_000;
/// Longest reach of the back-off.
const BACKOFF_LAST_MS: u64 = 60_000;
/// What is held is asked about again so often: a reviewer may have admitted it.
const HELD_AGAIN_MS: u64 = 10 * 60_000;
/// The newest package is looked for so often.
const PACKAGE_AGAIN_MS: u64 = 10 * 60_000;
/// A `Retry-After` is believed up to here.
const RETRY_AFTER_MAX_MS: u64 = 60 * 60_000;

/// A message that may be sent, in the order of the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Waiting {
    pub(crate) id: MessageId,
    pub(crate) key: KeyId,
    /// Held by the server: asked about again from time to time.
    pub(crate) held: bool,
}

/// A room in whose log something stands, and how often at least is asked how it goes on, with up to as much again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Follow {
    pub(crate) room: Room,
    pub(crate) every_ms: u64,
}

/// When a log was last looked at. What is due follows from how often that is to be, which may change meanwhile.
#[derive(Debug, Clone, Copy)]
struct LogLook {
    at_ms: u64,
    /// The share of the interval that is waited on top of it, of [`SPREAD`].
    spread: u64,
    /// At once, whatever the interval.
    asap: bool,
}

/// A whole interval.
const SPREAD: u64 = 1 << 16;

impl LogLook {
    const fn due_ms(self, every_ms: u64) -> u64 {
        if self.asap {
            return self.at_ms;
        }
        let more = every_ms.saturating_mul(self.spread) / SPREAD;
        self.at_ms.saturating_add(every_ms).saturating_add(more)
    }
}

/// What to do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// Send this message to this address.
    Send { id: MessageId, address: usize },
    /// Look for the newest package at this address.
    FetchPackage { address: usize },
    /// Ask this address how a room's log goes on.
    LookAtLog { address: usize, room: Room },
    /// Nothing before this moment; `None`: nothing before something changes.
    Wait { until_ms: Option<u64> },
}

/// What came of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is settled: countersigned, held, refused, or the package was looked at.
    Done {
        /// It was what its key speaks for, so that a key known to the server is known to be known.
        report: bool,
    },
    /// Not now, for this key: its enrolment is to be sent first.
    NeedsEnrolment,
    /// Not now, for this key.
    Later { retry_after_ms: Option<u64> },
    /// Nothing that helps came from this address.
    NoNetwork { state: NetworkState, retry_after_ms: Option<u64> },
}

#[derive(Debug, Clone, Copy, Default)]
struct Pause {
    failures: u32,
    until_ms: u64,
}

/// The state of the sync that is not worth a row: after a restart everything may be tried at once.
#[derive(Debug)]
pub(crate) struct Machine {
    network: NetworkState,
    trying: bool,
    server: Pause,
    keys: HashMap<KeyId, Pause>,
    address: usize,
    package_due_ms: u64,
    held_due: HashMap<MessageId, u64>,
    log_looks: HashMap<Room, LogLook>,
    /// Somebody asked to try now.
    poked: bool,
    next_ms: Option<u64>,
}

impl Machine {
    /// At the start of the app.
    pub(crate) fn new(now: u64) -> Self {
        Self {
            network: NetworkState::Unknown,
            trying: false,
            server: Pause::default(),
            keys: HashMap::new(),
            address: 0,
            package_due_ms: now,
            held_due: HashMap::new(),
            log_looks: HashMap::new(),
            poked: false,
            next_ms: None,
        }
    }

    /// Somebody asked to try now, whatever the back-off says.
    pub(crate) fn poke(&mut self, now: u64) {
        self.server.until_ms = now;
        for pause in self.keys.values_mut() {
            pause.until_ms = now;
        }
        self.package_due_ms = now;
        self.log_looks
            .values_mut()
            .for_each(|look| *look = LogLook { at_ms: now, spread: 0, asap: true });
        self.poked = true;
    }

    /// What to do now. `waiting` is in the order of the outbox; `addresses` is how many there are; `package` whether a
    /// newer package would be taken; `logs` the logs in which something stands.
    pub(crate) fn next(
        &mut self,
        now: u64,
        waiting: &[Waiting],
        addresses: usize,
        package: bool,
        logs: &[Follow],
    ) -> Action {
        let action = self.choose(now, waiting, addresses, package, logs);
        self.trying = !matches!(action, Action::Wait { .. });
        self.next_ms = match action {
            Action::Wait { until_ms } => until_ms,
            _ => None,
        };
        action
    }

    fn choose(
        &mut self,
        now: u64,
        waiting: &[Waiting],
        addresses: usize,
        package: bool,
        logs: &[Follow],
    ) -> Action {
        if addresses == 0 {
            return Action::Wait { until_ms: None };
        }
        self.address %= addresses;
        let address = self.address;
        let (mut ready, mut again, mut soonest) = (None, None, u64::MAX);
        let mut first_of = HashSet::new();
        let poked = std::mem::take(&mut self.poked);
        for message in waiting {
            if message.held {
                let due =
                    self.held_due.entry(message.id).or_insert(now.saturating_add(HELD_AGAIN_MS));
                if poked {
                    *due = now;
                }
                let due = *due;
                if due <= now {
                    again = again.or(Some(message.id));
                }
                soonest = soonest.min(due);
            } else if first_of.insert(message.key) {
                let due = self.keys.get(&message.key).map_or(0, |pause| pause.until_ms);
                if due <= now {
                    ready = ready.or(Some(message.id));
                }
                soonest = soonest.min(due);
            }
        }
        let mut look = None;
        for &Follow { room, every_ms } in logs {
            let first = LogLook { at_ms: now, spread: 0, asap: false };
            let due = self.log_looks.entry(room).or_insert(first).due_ms(every_ms);
            if due <= now {
                look = look.or(Some(room));
            }
            soonest = soonest.min(due);
        }
        if package {
            soonest = soonest.min(self.package_due_ms);
        }
        let package_now = package && self.package_due_ms <= now;
        if soonest == u64::MAX {
            return Action::Wait { until_ms: None };
        }
        if soonest.max(self.server.until_ms) > now {
            return Action::Wait { until_ms: Some(soonest.max(self.server.until_ms)) };
        }
        match (ready, look, again) {
            (Some(id), ..) => Action::Send { id, address },
            (None, Some(room), _) => Action::LookAtLog { address, room },
            (None, None, _) if package_now => Action::FetchPackage { address },
            (None, None, Some(id)) => Action::Send { id, address },
            (None, None, None) => Action::Wait { until_ms: Some(soonest) },
        }
    }

    /// Takes in what came of an action on a message of `key` (none for a package).
    pub(crate) fn answered(
        &mut self,
        now: u64,
        action: Action,
        key: Option<KeyId>,
        outcome: Outcome,
        random: &dyn Random,
    ) {
        self.trying = false;
        match action {
            Action::Send { id, .. } => {
                self.held_due.insert(id, now.saturating_add(HELD_AGAIN_MS));
            }
            Action::FetchPackage { .. } => {
                self.package_due_ms = now.saturating_add(PACKAGE_AGAIN_MS);
            }
            Action::LookAtLog { room, .. } => {
                let spread = up_to(SPREAD, random);
                self.log_looks.insert(room, LogLook { at_ms: now, spread, asap: false });
            }
            Action::Wait { .. } => {}
        }
        if let Outcome::NoNetwork { state, retry_after_ms } = outcome {
            self.network = state;
            self.address = self.address.wrapping_add(1);
            match action {
                Action::FetchPackage { .. } => self.package_due_ms = now,
                Action::LookAtLog { room, .. } => {
                    self.log_looks.insert(room, LogLook { at_ms: now, spread: 0, asap: true });
                }
                Action::Send { .. } | Action::Wait { .. } => {}
            }
            self.server = later(self.server, now, retry_after_ms, random);
            return;
        }
        self.network = NetworkState::Online;
        self.server = Pause::default();
        let Some(key) = key else { return };
        let pause = self.keys.get(&key).copied().unwrap_or_default();
        match outcome {
            Outcome::Done { report: true } => {
                self.keys.remove(&key);
            }
            Outcome::NeedsEnrolment if pause.failures == 0 => {
                // Once at once; a server that keeps saying so is not asked faster than any other that fails.
                self.keys.insert(key, Pause { failures: 1, until_ms: now });
            }
            Outcome::NeedsEnrolment => {
                self.keys.insert(key, later(pause, now, None, random));
            }
            Outcome::Later { retry_after_ms } => {
                self.keys.insert(key, later(pause, now, retry_after_ms, random));
            }
            Outcome::Done { report: false } | Outcome::NoNetwork { .. } => {}
        }
    }

    /// The connection as the screens show it, with so many messages queued.
    pub(crate) fn view(&self, now: u64, waiting: u32) -> NetworkView {
        let left = |until: u64| u32::try_from(until.saturating_sub(now)).unwrap_or(u32::MAX);
        NetworkView {
            state: self.network,
            trying: self.trying,
            next_try_ms: self.next_ms.filter(|_| waiting > 0 && !self.trying).map(left),
            waiting,
        }
    }
}

/// Full jitter: anywhere between now and the reach, so that a thousand tablets do not come back together. A
/// `Retry-After` comes on top.
fn later(pause: Pause, now: u64, retry_after_ms: Option<u64>, random: &dyn Random) -> Pause {
    let failures = pause.failures.saturating_add(1);
    let reach = BACKOFF_FIRST_MS.saturating_mul(1 << failures.min(16)).min(BACKOFF_LAST_MS);
    let jitter = up_to(reach, random);
    let wait = retry_after_ms.unwrap_or(0).min(RETRY_AFTER_MAX_MS).saturating_add(jitter);
    Pause { failures, until_ms: now.saturating_add(wait) }
}

/// Anything from nothing to `reach`.
fn up_to(reach: u64, random: &dyn Random) -> u64 {
    let mut bytes = [0; 8];
    random.fill(&mut bytes);
    u64::from_le_bytes(bytes) % (reach + 1)
}
