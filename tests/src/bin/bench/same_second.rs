//! Every precinct of Iowa 2020 presses *sign* at the same instant: 1,765 tablets, each at an address of its own and with a
//! connection that it opens only then, TLS and all, as tablets do.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use countersign_core::contest::RoomLog;
use countersign_core::message::Kind;
use countersign_tests::{loopback, places};
use rustls::client::Resumption;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde::Serialize;
use tokio::net::TcpSocket;
use tokio::sync::Barrier;
use tokio_rustls::TlsConnector;

use crate::Outcome;
use crate::client::Connection;
use crate::ingest::{self, verify};
use crate::program::{self, Server};
use crate::setup::path;
use crate::signing::{ROOM, Tablets};
use countersign_tests::process::{self, cpu_hundredths};

/// Until the last tablet has verified its receipt.
pub(crate) const GOAL_MS: u64 = 2_000;

#[derive(Serialize)]
pub(crate) struct Figures {
    pub(crate) tablets: usize,
    pub(crate) receipts_verified: usize,
    /// From the instant at which all of them begin to the verified receipt: of the middle one, of the last.
    pub(crate) p50_us: u64,
    pub(crate) last_us: u64,
    /// CPU time of the server for one tablet: its handshake and its report.
    pub(crate) server_us_a_tablet: u64,
}

/// What all tablets share.
struct Hall {
    server: SocketAddr,
    trust: TlsConnector,
    log: RoomLog,
    reports: Vec<Vec<u8>>,
    together: Barrier,
    began: OnceLock<Instant>,
}

pub(crate) fn measure() -> Outcome<Figures> {
    eprintln!("every precinct of Iowa 2020 reports in the same second");
    process::raise_open_files()?;
    let folder = program::folder()?;
    let at = folder.path();
    let codes = program::set_up(at, &places::contest("iowa-2020"), ROOM.as_str())?;
    let tablets = Tablets::of(&std::fs::read(at.join("package"))?)?;
    let plain = Server::start(at, &[])?;
    ingest::send(&plain.reporting, &Arc::new(tablets.enrolments(&codes)), 1)?;
    plain.kill()?;
    let tls = "keys/server/tls";
    let (certificate, key) = (format!("{tls}/cert.pem"), format!("{tls}/key.pem"));
    let server = Server::start(at, &["--tls-cert", &certificate, "--tls-key", &key])?;
    let hall = Hall {
        server: server.reporting.parse()?,
        trust: trust(&at.join(tls).join("ca.pem"))?,
        log: tablets.contest.log(ROOM).ok_or("the package names no log")?.clone(),
        reports: tablets.reports(&codes),
        together: Barrier::new(codes.len()),
        began: OnceLock::new(),
    };
    let cpu = cpu_hundredths(server.id())?;
    // One thread: the other core is the server's.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut times = runtime.block_on(report_all(Arc::new(hall)))?;
    let cpu = cpu_hundredths(server.id())?.saturating_sub(cpu);
    times.sort_unstable();
    let at = |hundredth: usize| times[(times.len() - 1) * hundredth / 100];
    Ok(Figures {
        tablets: codes.len(),
        receipts_verified: times.len(),
        p50_us: at(50),
        last_us: at(100),
        server_us_a_tablet: cpu * 10_000 / codes.len() as u64,
    })
}

/// The certificate of the party's own authority alone, and no session from before.
fn trust(authority: &Path) -> Outcome<TlsConnector> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(authority)?)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.resumption = Resumption::disabled();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Microseconds from the beginning to each verified receipt.
async fn report_all(hall: Arc<Hall>) -> Outcome<Vec<u64>> {
    let mut all = tokio::task::JoinSet::new();
    for number in 0..hall.reports.len() {
        let hall = Arc::clone(&hall);
        all.spawn(async move {
            hall.together.wait().await;
            let began = hall.began.get_or_init(Instant::now);
            report(&hall, number).await.map_err(|error| error.to_string())?;
            Ok::<_, String>(u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX))
        });
    }
    let mut times = Vec::new();
    while let Some(time) = all.join_next().await {
        times.push(time??);
    }
    Ok(times)
}

async fn report(hall: &Hall, number: usize) -> Outcome<()> {
    let report = &hall.reports[number];
    let socket = TcpSocket::new_v4()?;
    socket.bind((loopback::of_tablet(number), 0).into())?;
    let stream = socket.connect(hall.server).await?;
    stream.set_nodelay(true)?;
    let name = ServerName::try_from("localhost")?;
    let stream = hall.trust.connect(name, stream).await?;
    let answer = Connection::over(stream, "localhost").post(&path(), report).await?;
    verify(&answer.body, report, Kind::Report, &hall.log)?;
    Ok(())
}
