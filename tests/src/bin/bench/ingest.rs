//! Messages in, receipts out: one message a request, over kept connections.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use countersign_core::contest::RoomLog;
use countersign_core::id::MessageId;
use countersign_core::message::Kind;
use countersign_core::receipt::Receipt;
use serde::{Deserialize, Serialize};

use crate::client::Connection;
use crate::setup::{Night, Signed, path};
use crate::{Outcome, Pace};
use countersign_tests::process::{cpu_hundredths, peak_memory_kib};

/// From so many messages on it is said how far they are.
const MANY: usize = 50_000;

/// One run.
#[derive(Serialize)]
pub(crate) struct Figures {
    pub(crate) connections: usize,
    /// Acknowledgements: durable, receipted.
    pub(crate) acks: Pace,
    pub(crate) receipts_verified: usize,
    pub(crate) p50_us: u64,
    pub(crate) p99_us: u64,
    pub(crate) slowest_us: u64,
    /// CPU time of the server's process, hundredths of one core.
    pub(crate) server_cpu_percent: u64,
    /// Largest memory that the server's process ever held.
    pub(crate) server_rss_kib: u64,
}

#[derive(Deserialize)]
struct Receipted {
    receipt: String,
}

/// What the senders brought back.
pub(crate) struct Sent {
    pub(crate) took: Duration,
    /// For each message its number, its time in microseconds, the answer.
    answers: Vec<(usize, u64, Vec<u8>)>,
}

pub(crate) fn measure(night: &Night, reports: &[Signed], connections: usize) -> Outcome<Figures> {
    let bodies: Arc<Vec<Vec<u8>>> =
        Arc::new(reports.iter().map(|report| report.message.bytes().to_vec()).collect());
    let server = &night.server;
    let cpu_before = cpu_hundredths(server.id())?;
    let sent = send(&server.reporting, &bodies, connections)?;
    let cpu = cpu_hundredths(server.id())?.saturating_sub(cpu_before);
    let acks = sent.pace();
    let receipts_verified = sent.verify(&bodies, Kind::Report, night.log()?)?;
    let times = sent.times();
    let at = |hundredth: usize| times[(times.len() - 1) * hundredth / 100];
    Ok(Figures {
        connections,
        acks,
        receipts_verified,
        p50_us: at(50),
        p99_us: at(99),
        slowest_us: at(100),
        server_cpu_percent: cpu * 1_000_000 / acks.microseconds,
        server_rss_kib: peak_memory_kib(server.id())?,
    })
}

/// Sends every body once. An answer that is no receipt ends it.
pub(crate) fn send(address: &str, bodies: &Arc<Vec<Vec<u8>>>, connections: usize) -> Outcome<Sent> {
    // One thread: the other core is the server's.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(send_all(address, bodies, connections))
}

async fn send_all(address: &str, bodies: &Arc<Vec<Vec<u8>>>, connections: usize) -> Outcome<Sent> {
    let mut open = Vec::new();
    for _ in 0..connections {
        open.push(Connection::open(address).await?);
    }
    let next = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let mut senders = tokio::task::JoinSet::new();
    for mut connection in open {
        let (bodies, next) = (Arc::clone(bodies), Arc::clone(&next));
        senders.spawn(async move {
            let mut brought = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let Some(body) = bodies.get(number) else { return Ok(brought) };
                if bodies.len() >= MANY && number > 0 && number.is_multiple_of(bodies.len() / 6) {
                    eprintln!("    {number} of {}", bodies.len());
                }
                let sent = Instant::now();
                let answer =
                    connection.post(&path(), body).await.map_err(|error| error.to_string())?;
                let time = u64::try_from(sent.elapsed().as_micros()).unwrap_or(u64::MAX);
                if answer.status != 200 {
                    return Err(String::from_utf8_lossy(&answer.body).into_owned());
                }
                brought.push((number, time, answer.body));
            }
        });
    }
    let mut answers = Vec::with_capacity(bodies.len());
    while let Some(brought) = senders.join_next().await {
        answers.extend(brought??);
    }
    Ok(Sent { took: started.elapsed(), answers })
}

impl Sent {
    /// How fast they were acknowledged.
    pub(crate) fn pace(&self) -> Pace {
        Pace::new(self.answers.len(), self.took)
    }

    /// Microseconds that each took, in rising order.
    pub(crate) fn times(&self) -> Vec<u64> {
        let mut times: Vec<u64> = self.answers.iter().map(|(_, time, _)| *time).collect();
        times.sort_unstable();
        times
    }

    /// Verifies each receipt against the package's log keys; each message has an entry of its own. Their number.
    pub(crate) fn verify(&self, bodies: &[Vec<u8>], kind: Kind, log: &RoomLog) -> Outcome<usize> {
        let mut indices = HashSet::new();
        for (number, _, answer) in &self.answers {
            indices.insert(verify(answer, &bodies[*number], kind, log)?);
        }
        if indices.len() == bodies.len() {
            Ok(indices.len())
        } else {
            Err(format!("{} messages have {} entries", bodies.len(), indices.len()).into())
        }
    }
}

/// Verifies the receipt in an answer to a message; the index of its entry.
pub(crate) fn verify(answer: &[u8], message: &[u8], kind: Kind, log: &RoomLog) -> Outcome<u64> {
    let Receipted { receipt } = serde_json::from_slice(answer)?;
    let id = MessageId::of(message);
    Ok(Receipt::verify(&receipt, id, kind, &log.origin, &log.keys)?.index)
}
