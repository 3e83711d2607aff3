//! The server as headquarters and readers see it while it is flooded: whether its pages come, and how much memory it takes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use countersign_tests::spread::Spread;
use serde::Serialize;

use crate::Outcome;

/// Between two looks at a page.
const EVERY: Duration = Duration::from_millis(250);
/// How long a page may take before it counts as not having come.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is asked for on the private and on the public listener.
const PRIVATE: [&str; 4] = ["/", "/healthz", "/metrics", "/v1/received.json"];
const PUBLIC: [&str; 3] = ["/log/official/checkpoint", "/v1/status", "/healthz"];

/// How a page came.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Page {
    pub(crate) page: String,
    /// Milliseconds.
    pub(crate) took_ms: Option<Spread>,
    /// Times that it did not come, or not well.
    pub(crate) failed: usize,
}

/// Looks at every page again and again, each on a thread of its own and over a new connection.
pub(crate) struct Watch {
    ends: Arc<AtomicBool>,
    threads: Vec<JoinHandle<Page>>,
}

impl Watch {
    pub(crate) fn begin(private: &str, public: &str) -> Self {
        let ends = Arc::new(AtomicBool::new(false));
        let private = PRIVATE.map(|path| (format!("private {path}"), format!("{private}{path}")));
        let public = PUBLIC.map(|path| (format!("public {path}"), format!("{public}{path}")));
        let threads = private.into_iter().chain(public).map(|(page, address)| {
            let ends = Arc::clone(&ends);
            std::thread::spawn(move || look(page, &address, &ends))
        });
        let threads = threads.collect();
        Self { ends, threads }
    }

    pub(crate) fn end(self) -> Vec<Page> {
        self.ends.store(true, Ordering::Relaxed);
        self.threads
            .into_iter()
            .filter_map(|thread| {
                thread.thread().unpark();
                thread.join().ok()
            })
            .collect()
    }
}

fn look(page: String, address: &str, ends: &AtomicBool) -> Page {
    let (mut took, mut failed) = (Vec::new(), 0);
    while !ends.load(Ordering::Relaxed) {
        let begun = Instant::now();
        match read(address) {
            Ok(_) => took.push(u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX)),
            Err(_) => failed += 1,
        }
        std::thread::park_timeout(EVERY);
    }
    Page { page, took_ms: Spread::of(took), failed }
}

fn read(address: &str) -> Outcome<String> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .max_idle_connections(0)
        .build()
        .into();
    Ok(agent.get(address).call()?.body_mut().read_to_string()?)
}

/// The server's counters, by name and labels as they are written.
pub(crate) fn counters(private: &str) -> Outcome<BTreeMap<String, u64>> {
    let text = read(&format!("{private}/metrics"))?;
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    let counter = |line: &str| {
        let (name, value) = line.rsplit_once(' ')?;
        Some((name.strip_prefix("countersign_")?.to_owned(), value.parse().ok()?))
    };
    // Figures of a histogram that are no whole numbers are not counters.
    Ok(samples.filter_map(counter).collect())
}
