//! What is counted, in the text format of Prometheus. No label ever carries an address, a key or a precinct; a
//! witness is called by its name, which is public.

use std::sync::atomic::AtomicI64;
use std::time::Duration;

use countersign_core::refusal::Refusal;
use countersign_core::room::Room;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use crate::store::{Kept, Why};

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabels {
    room: &'static str,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RoomLabels {
    room: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KeptLabels {
    room: &'static str,
    why: &'static str,
    kept: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ProblemLabels {
    code: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ListenerLabels {
    listener: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CutLabels {
    listener: &'static str,
    why: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct WitnessLabels {
    room: &'static str,
    witness: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TroubleLabels {
    room: &'static str,
    witness: String,
    why: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SignInLabels {
    outcome: &'static str,
}

/// What became of a try to sign in at headquarters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignIn {
    /// A session began.
    Good,
    /// Name, password or code was wrong.
    Failed,
    /// The name or the address has to wait.
    Locked,
    /// It was not tried, or the key is not headquarters' any more.
    Refused,
}

impl SignIn {
    const ALL: [Self; 4] = [Self::Good, Self::Failed, Self::Locked, Self::Refused];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Failed => "failed",
            Self::Locked => "locked",
            Self::Refused => "refused",
        }
    }
}

/// Why a connection was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// No TLS handshake came of it, in time or at all.
    NoHandshake,
    /// No request came in time.
    NoRequest,
    /// The other side did not take its answer.
    SlowReader,
    /// Its address has as many as it may, and it was quiet for longest.
    Crowded,
    /// The listener has as many as it may, and it was quiet for longest.
    Full,
}

/// What became of a message that came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// It was entered now.
    Entered,
    /// It was in the log already.
    Duplicate,
    /// It was not entered.
    Refused(Refusal),
}

/// The server's counters.
pub struct Metrics {
    registry: Registry,
    messages: Family<OutcomeLabels, Counter>,
    quarantine: Family<KeptLabels, Counter>,
    problems: Family<ProblemLabels, Counter>,
    commits: Family<RoomLabels, Counter>,
    commits_failed: Family<RoomLabels, Counter>,
    recoveries: Family<RoomLabels, Counter>,
    entries: Histogram,
    commit_time: Histogram,
    over_budget: Counter,
    key_over_budget: Counter,
    connections: Family<ListenerLabels, Gauge<i64, AtomicI64>>,
    connections_cut: Family<CutLabels, Counter>,
    cosignatures: Family<WitnessLabels, Counter>,
    cosignatures_missed: Family<TroubleLabels, Counter>,
    cosignature_age: Family<WitnessLabels, Gauge<i64, AtomicI64>>,
    cosignature_wait: Family<WitnessLabels, Gauge<i64, AtomicI64>>,
    sign_ins: Family<SignInLabels, Counter>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("countersign");
        let messages = Family::default();
        registry.register("messages", "Messages received, by outcome", messages.clone());
        let quarantine = Family::default();
        registry.register("quarantine", "Messages offered to the quarantine", quarantine.clone());
        let problems = Family::default();
        registry.register("http_problems", "Requests answered with a problem", problems.clone());
        let commits = Family::default();
        registry.register("commits", "Batches committed", commits.clone());
        let commits_failed = Family::default();
        registry.register(
            "commits_failed",
            "Commits that failed or have an unknown outcome",
            commits_failed.clone(),
        );
        let recoveries = Family::default();
        registry.register("recoveries", "Times a log was read again", recoveries.clone());
        let entries = Histogram::new(exponential_buckets(1.0, 2.0, 11));
        registry.register("commit_entries", "Entries in a commit", entries.clone());
        let commit_time = Histogram::new(exponential_buckets(0.000_25, 2.0, 14));
        registry.register_with_unit(
            "commit_time",
            "Duration of a commit",
            Unit::Seconds,
            commit_time.clone(),
        );
        let over_budget = Counter::default();
        registry.register(
            "over_budget",
            "Messages from addresses with too many failures",
            over_budget.clone(),
        );
        let key_over_budget = Counter::default();
        registry.register(
            "key_over_budget",
            "Messages under keys that have sent too many",
            key_over_budget.clone(),
        );
        let connections = Family::default();
        registry.register("connections", "Open connections", connections.clone());
        let connections_cut = Family::default();
        registry.register("connections_cut", "Connections given up", connections_cut.clone());
        let cosignatures = Family::default();
        registry.register("cosignatures", "Cosignatures by witnesses", cosignatures.clone());
        let cosignatures_missed = Family::default();
        registry.register(
            "cosignatures_missed",
            "Times that a witness did not cosign",
            cosignatures_missed.clone(),
        );
        let cosignature_age = Family::default();
        registry.register_with_unit(
            "cosignature_age",
            "Time since a witness cosigned last, or since it is asked",
            Unit::Seconds,
            cosignature_age.clone(),
        );
        let cosignature_wait = Family::default();
        registry.register_with_unit(
            "cosignature_wait",
            "Time for which the newest checkpoint offered has lacked its cosignature, else 0",
            Unit::Seconds,
            cosignature_wait.clone(),
        );
        let sign_ins: Family<SignInLabels, Counter> = Family::default();
        // Shown from the start, so that the first failure is a change.
        for became in SignIn::ALL {
            drop(sign_ins.get_or_create(&SignInLabels { outcome: became.as_str() }));
        }
        registry.register("sign_ins", "Tries to sign in at headquarters", sign_ins.clone());
        Self {
            registry,
            messages,
            quarantine,
            problems,
            commits,
            commits_failed,
            recoveries,
            entries,
            commit_time,
            over_budget,
            key_over_budget,
            connections,
            connections_cut,
            cosignatures,
            cosignatures_missed,
            cosignature_age,
            cosignature_wait,
            sign_ins,
        }
    }
}

impl Metrics {
    /// Counts a message.
    pub fn message(&self, room: Room, counted: Counted) {
        let outcome = match counted {
            Counted::Entered => "entered",
            Counted::Duplicate => "duplicate",
            Counted::Refused(refusal) => refusal.code(),
        };
        self.messages.get_or_create(&OutcomeLabels { room: room.as_str(), outcome }).inc();
    }

    /// Messages counted so far with an outcome.
    #[must_use]
    pub fn messages(&self, room: Room, outcome: &'static str) -> u64 {
        self.messages.get_or_create(&OutcomeLabels { room: room.as_str(), outcome }).get()
    }

    /// Counts a message offered to the quarantine; `None`: it was not even tried.
    pub fn quarantined(&self, room: Room, why: Why, kept: Option<Kept>) {
        let kept = match kept {
            Some(Kept::New) => "new",
            Some(Kept::Already) => "already",
            Some(Kept::Full) => "full",
            None => "dropped",
        };
        let labels = KeptLabels { room: room.as_str(), why: why.as_str(), kept };
        self.quarantine.get_or_create(&labels).inc();
    }

    /// Counts a request that was answered with a problem.
    pub fn problem(&self, code: &'static str) {
        self.problems.get_or_create(&ProblemLabels { code }).inc();
    }

    /// Counts a commit.
    pub fn committed(&self, room: Room, entries: usize, took: Duration, good: bool) {
        let labels = RoomLabels { room: room.as_str() };
        if good {
            self.commits.get_or_create(&labels).inc();
            self.entries.observe(f64::from(u32::try_from(entries).unwrap_or(u32::MAX)));
            self.commit_time.observe(took.as_secs_f64());
        } else {
            self.commits_failed.get_or_create(&labels).inc();
        }
    }

    /// Counts a recovery.
    pub fn recovered(&self, room: Room) {
        self.recoveries.get_or_create(&RoomLabels { room: room.as_str() }).inc();
    }

    /// Counts a message from an address that failed too often.
    pub fn over_budget(&self) {
        self.over_budget.inc();
    }

    /// Counts a message under a key that has sent too many.
    pub fn key_over_budget(&self) {
        self.key_over_budget.inc();
    }

    /// Notes a connection of a listener for as long as the guard lives.
    #[must_use]
    pub fn connection(&self, listener: &'static str) -> ConnectionGuard {
        let connections = self.connections.get_or_create(&ListenerLabels { listener }).clone();
        connections.inc();
        ConnectionGuard { connections }
    }

    /// Counts a connection that was given up.
    pub fn cut(&self, listener: &'static str, why: Cut) {
        let why = match why {
            Cut::NoHandshake => "no-handshake",
            Cut::NoRequest => "no-request",
            Cut::SlowReader => "slow-reader",
            Cut::Crowded => "crowded",
            Cut::Full => "full",
        };
        self.connections_cut.get_or_create(&CutLabels { listener, why }).inc();
    }

    /// Counts a cosignature by a witness of this name.
    pub fn cosigned(&self, room: Room, witness: &str) {
        self.cosignatures.get_or_create(&WitnessLabels::new(room, witness)).inc();
    }

    /// Counts that a witness did not cosign.
    pub fn not_cosigned(&self, room: Room, witness: &str, why: &'static str) {
        let labels = TroubleLabels { room: room.as_str(), witness: witness.to_owned(), why };
        self.cosignatures_missed.get_or_create(&labels).inc();
    }

    /// Notes for how many seconds a witness has given no cosignature, and for how many one has been waited for.
    pub fn cosignature_age(&self, room: Room, witness: &str, age_s: u64, wait_s: u64) {
        let labels = WitnessLabels::new(room, witness);
        for (gauge, seconds) in [(&self.cosignature_age, age_s), (&self.cosignature_wait, wait_s)] {
            gauge.get_or_create(&labels).set(i64::try_from(seconds).unwrap_or(i64::MAX));
        }
    }

    /// Ends what is noted of a witness that is not asked any more. What was counted stays.
    pub fn not_asked(&self, room: Room, witness: &str) {
        let labels = WitnessLabels::new(room, witness);
        for gauge in [&self.cosignature_age, &self.cosignature_wait] {
            gauge.remove(&labels);
        }
    }

    /// Counts a try to sign in at headquarters.
    pub fn sign_in(&self, became: SignIn) {
        self.sign_ins.get_or_create(&SignInLabels { outcome: became.as_str() }).inc();
    }

    /// Tries to sign in that were counted so far.
    #[must_use]
    pub fn sign_ins(&self, became: SignIn) -> u64 {
        self.sign_ins.get_or_create(&SignInLabels { outcome: became.as_str() }).get()
    }

    /// The text that a Prometheus server asks for.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("writing into memory does not fail");
        text
    }
}

impl WitnessLabels {
    fn new(room: Room, witness: &str) -> Self {
        Self { room: room.as_str(), witness: witness.to_owned() }
    }
}

/// Counts one open connection until dropped.
pub struct ConnectionGuard {
    connections: Gauge<i64, AtomicI64>,
}

impl Drop for ConnectionGuard {
    fn drop(&mut self) {
        self.connections.dec();
    }
}
