//! What a report costs in logs of several sizes: ingest, memory, start, replay. In each a made-up contest of so many
//! precincts, an enrolled tablet in every one, and one report from each.

mod made_up;
mod table;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use countersign_core::contest::RoomLog;
use countersign_core::message::Kind;
use rusqlite::{Connection as Database, OpenFlags};
use serde::Serialize;
use tempfile::TempDir;

use crate::client::Connection;
use crate::ingest::{self, verify};
use crate::program::{self, Server, command};
use crate::setup::path;
use crate::signing::{ROOM, Tablets};
use crate::{Outcome, Pace};
use countersign_tests::process::{cpu_hundredths, memory_kib, peak_memory_kib};

pub(crate) use table::render;

/// Kept connections that everything comes in by.
const CONNECTIONS: usize = 64;

/// Starts of the server, of which the middle one is told.
const STARTS: usize = 3;

/// One size.
#[derive(Serialize)]
pub(crate) struct Figures {
    pub(crate) precincts: usize,
    pub(crate) package_bytes: usize,
    /// Acknowledgements of enrolments: durable, receipted.
    pub(crate) enrolments: Pace,
    /// Acknowledgements of reports.
    pub(crate) reports: Pace,
    pub(crate) receipts_verified: usize,
    /// CPU time of the server for one report.
    pub(crate) server_us_a_report: u64,
    /// What a report takes in the log's file.
    pub(crate) log_bytes_a_report: u64,
    /// Memory of the server after the last report, and the most it ever held.
    pub(crate) memory_kib: u64,
    pub(crate) peak_memory_kib: u64,
    /// From starting the killed server's program anew to the first receipt.
    pub(crate) start: Duration,
    /// Memory after that receipt, and the most until then.
    pub(crate) started_memory_kib: u64,
    pub(crate) started_peak_memory_kib: u64,
    pub(crate) rebuild: Duration,
    pub(crate) results: Duration,
    pub(crate) fsck: Duration,
}

/// A contest whose tablets have signed.
struct Ready {
    folder: TempDir,
    tablets: Tablets,
    package_bytes: usize,
    enrolments: Arc<Vec<Vec<u8>>>,
    reports: Arc<Vec<Vec<u8>>>,
}

pub(crate) fn measure(sizes: &[usize]) -> Outcome<Vec<Figures>> {
    sizes.iter().map(|&precincts| of_size(precincts)).collect()
}

fn of_size(precincts: usize) -> Outcome<Figures> {
    eprintln!("{precincts} precincts: inviting them and signing what their tablets send");
    let ready = Ready::new(precincts)?;
    let at = ready.folder.path();
    let log = ready.tablets.contest.log(ROOM).ok_or("the package names no log")?;
    let server = Server::start(at, &[])?;
    eprintln!("  enrolling their tablets");
    let enrolments = ingest::send(&server.reporting, &ready.enrolments, CONNECTIONS)?.pace();
    eprintln!("  sending their reports");
    let (bytes, cpu) = (log_bytes(at)?, cpu_hundredths(server.id())?);
    let sent = ingest::send(&server.reporting, &ready.reports, CONNECTIONS)?;
    let cpu = cpu_hundredths(server.id())?.saturating_sub(cpu);
    let bytes = log_bytes(at)?.saturating_sub(bytes);
    let (memory_kib, peak_memory_kib) = (memory_kib(server.id())?, peak_memory_kib(server.id())?);
    server.kill()?;
    let receipts_verified = sent.verify(&ready.reports, Kind::Report, log)?;
    eprintln!("  starting again, replaying and checking the log");
    let (start, started_memory_kib, started_peak_memory_kib) = start(&ready, log)?;
    let of_each = |all: u64| all / precincts.max(1) as u64;
    Ok(Figures {
        precincts,
        package_bytes: ready.package_bytes,
        enrolments,
        reports: sent.pace(),
        receipts_verified,
        server_us_a_report: of_each(cpu * 10_000),
        log_bytes_a_report: of_each(bytes),
        memory_kib,
        peak_memory_kib,
        start,
        started_memory_kib,
        started_peak_memory_kib,
        rebuild: timed(at, &["rebuild", "--data", "data"])?,
        results: timed(at, &["received", "--data", "data"])?,
        fsck: timed(at, &["fsck", "--data", "data"])?,
    })
}

impl Ready {
    fn new(precincts: usize) -> Outcome<Self> {
        let folder = program::folder()?;
        let at = folder.path();
        made_up::write(&at.join("contest"), precincts)?;
        let codes = program::set_up(at, &at.join("contest"), ROOM.as_str())?;
        let package = std::fs::read(at.join("package"))?;
        let tablets = Tablets::of(&package)?;
        let enrolments = Arc::new(tablets.enrolments(&codes));
        let reports = Arc::new(tablets.reports(&codes));
        Ok(Self { folder, tablets, package_bytes: package.len(), enrolments, reports })
    }
}

/// Starts the server a few times and sends it a report that it has: the middle time until its receipt, memory then, and the
/// most until then.
fn start(ready: &Ready, log: &RoomLog) -> Outcome<(Duration, u64, u64)> {
    let report = ready.reports.last().ok_or("a contest without precincts")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        let began = Instant::now();
        let server = Server::start(ready.folder.path(), &[])?;
        let answer = runtime.block_on(async {
            Connection::open(&server.reporting).await?.post(&path(), report).await
        })?;
        let took = began.elapsed();
        verify(&answer.body, report, Kind::Report, log)?;
        starts.push((took, memory_kib(server.id())?, peak_memory_kib(server.id())?));
        server.kill()?;
    }
    starts.sort_unstable();
    Ok(starts[starts.len() / 2])
}

/// How long a command of the server's program takes.
fn timed(at: &Path, arguments: &[&str]) -> Outcome<Duration> {
    let began = Instant::now();
    command(at, arguments)?;
    Ok(began.elapsed())
}

/// Size of the log's file, with what still lies beside it.
fn log_bytes(at: &Path) -> Outcome<u64> {
    let file = at.join(format!("data/{ROOM}.db"));
    let file = Database::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let pragma = |name| file.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    Ok(u64::try_from(pragma("page_count")? * pragma("page_size")?)?)
}
