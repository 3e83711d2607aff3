//! Reports in, receipts out: one report a request, over kept connections.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use countersign_core::receipt::Receipt;
use countersign_tests::children;
use serde::{Deserialize, Serialize};

use crate::client::Connection;
use crate::setup::{Night, ROOM, Signed, path};
use crate::{Outcome, Pace};

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

/// What a sender brought back: for each report its number, its time in microseconds, the answer.
type Brought = Vec<(usize, u64, Vec<u8>)>;

pub(crate) fn measure(night: &Night, reports: &[Signed], connections: usize) -> Outcome<Figures> {
    let bodies: Arc<Vec<Vec<u8>>> =
        Arc::new(reports.iter().map(|report| report.message.bytes().to_vec()).collect());
    // One thread: the other core is the server's.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let cpu_before = cpu_hundredths(night.server_id())?;
    let (took, answers) = runtime.block_on(send_all(&night.reporting, bodies, connections))?;
    let cpu = cpu_hundredths(night.server_id())?.saturating_sub(cpu_before);
    let acks = Pace::new(answers.len(), took);
    let receipts_verified = verify_all(night, reports, &answers)?;
    let mut times: Vec<u64> = answers.iter().map(|(_, time, _)| *time).collect();
    times.sort_unstable();
    let at = |hundredth: usize| times[(times.len() - 1) * hundredth / 100];
    Ok(Figures {
        connections,
        acks,
        receipts_verified,
        p50_us: at(50),
        p99_us: at(99),
        slowest_us: at(100),
        server_cpu_percent: cpu * 1_000_000 / acks.microseconds,
        server_rss_kib: children::peak_memory_kib(night.server_id())?,
    })
}

async fn send_all(
    address: &str,
    bodies: Arc<Vec<Vec<u8>>>,
    connections: usize,
) -> Outcome<(std::time::Duration, Brought)> {
    let mut open = Vec::new();
    for _ in 0..connections {
        open.push(Connection::open(address).await?);
    }
    let next = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let mut senders = tokio::task::JoinSet::new();
    for mut connection in open {
        let (bodies, next) = (Arc::clone(&bodies), Arc::clone(&next));
        senders.spawn(async move {
            let mut brought: Brought = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let Some(body) = bodies.get(number) else { return Ok(brought) };
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
    let mut all = Vec::with_capacity(bodies.len());
    while let Some(brought) = senders.join_next().await {
        all.extend(brought??);
    }
    Ok((started.elapsed(), all))
}

/// Each receipt against the package's log keys; each report has an entry of its own.
fn verify_all(night: &Night, reports: &[Signed], answers: &Brought) -> Outcome<usize> {
    let log = night.contest.log(ROOM).ok_or("the package names no log")?;
    let mut indices = HashSet::new();
    for (number, _, body) in answers {
        let answer: Receipted = serde_json::from_slice(body)?;
        let message = &reports[*number].message;
        let receipt =
            Receipt::verify(&answer.receipt, message.id(), message.kind(), &log.origin, &log.keys)?;
        indices.insert(receipt.index);
    }
    if indices.len() == reports.len() {
        Ok(indices.len())
    } else {
        Err(format!("{} reports have {} entries", reports.len(), indices.len()).into())
    }
}

/// CPU time of a process so far, in hundredths of a second (Linux counts so).
fn cpu_hundredths(id: u32) -> Outcome<u64> {
    let text = std::fs::read_to_string(format!("/proc/{id}/stat"))?;
    // The name may hold anything, so fields are counted from its end.
    let (_, fields) = text.rsplit_once(')').ok_or("no process")?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let user: u64 = fields.get(11).ok_or("no CPU time")?.parse()?;
    let system: u64 = fields.get(12).ok_or("no CPU time")?.parse()?;
    Ok(user + system)
}
