//! `witness`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use countersign_core::log::LogKey;
use countersign_core::message::Package;
use serde::Serialize;
use tokio::sync::watch;

use super::serve::{raise_file_limit, start_logging, terminate};
use super::{print, read_file};
use crate::clock::SystemClock;
use crate::failure::Failure;
use crate::http::{self, Listener, Places};
use crate::metrics::Metrics;
use crate::witness;

/// Cosign a party's logs, as somebody who does not have to trust it.
///
/// A witness keeps the last checkpoint of each log that it saw, and cosigns the next one only with the proof that nothing
/// before it was changed or taken away. Run it on a machine of your own, not of the party's:
///
///   countersign-server witness --name witness.example.org --log iowa-2020.countersign --data witness --listen 0.0.0.0:8480
///
/// The first start makes a key; without --log the program prints its verifier key and ends, so that the party can have it before
/// there is a package. Each start prints one line of JSON with the address and the verifier key: give both to the party, which
/// names them as `serve --witness <verifier key>=<url>`, and the key to everyone who shall check your cosignatures. Look at the
/// address with a browser to see how far the logs were cosigned.
///
/// Never copy DIR back from a backup: a witness that has forgotten what it cosigned could cosign a second view. If DIR is lost,
/// begin a new one. Runs until SIGTERM or Ctrl-C. Anybody may reach the address: only what a log signed is answered with a
/// cosignature, and cosignatures need no TLS. docs/witness.md says more.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Witness {
    /// What the witness is called: like an address without https://. Stands beside each cosignature, and never changes.
    #[arg(long, value_name = "NAME")]
    name: String,
    /// A log to cosign: the party's package, for both of its rooms, or a log's verifier key; may be repeated. Without any, the
    /// witness's own verifier key is printed, and nothing is cosigned.
    #[arg(long = "log", value_name = "FILE|KEY")]
    logs: Vec<String>,
    /// The party key's id that packages must be signed by, 32 hexadecimal digits.
    #[arg(long, value_name = "KEY", requires = "logs")]
    party: Option<String>,
    /// Where it is asked. Port 0 takes a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8480")]
    listen: SocketAddr,
    /// Where key and last checkpoints are kept. Made at the first start.
    #[arg(long, value_name = "DIR", env = "COUNTERSIGN_WITNESS_DATA")]
    data: PathBuf,
    /// Log to standard error as JSON, one object a line.
    #[arg(long)]
    log_json: bool,
}

/// What is printed at start.
#[derive(Serialize)]
struct Started {
    listening: String,
    verifier_key: String,
    logs: Vec<String>,
}

pub(super) fn run(command: &Witness) -> Result<ExitCode, Failure> {
    start_logging(command.log_json);
    let mut logs = Vec::new();
    for log in &command.logs {
        logs.extend(keys_of(log, command.party.as_deref())?);
    }
    let witness =
        witness::Witness::open(&command.data, &command.name, &logs, Arc::new(SystemClock))
            .map_err(Failure::mistake)?;
    if command.logs.is_empty() {
        print(&format!("{}\n", witness.verifier_key()))?;
        return Ok(ExitCode::SUCCESS);
    }
    let places = Places::within(raise_file_limit());
    let threads = tokio::runtime::Runtime::new().map_err(Failure::internal)?;
    let ended = threads.block_on(listen(command.listen, Arc::new(witness), places));
    threads.shutdown_timeout(Duration::from_secs(5));
    ended.map(|()| ExitCode::SUCCESS)
}

/// Keys of the logs that an argument names.
fn keys_of(log: &str, party: Option<&str>) -> Result<Vec<LogKey>, Failure> {
    let path = Path::new(log);
    if !path.is_file() {
        return log.parse().map(|key| vec![key]).map_err(|error| {
            Failure::mistake(format!("--log {log}: there is no such file, and {error}"))
        });
    }
    let (_, package) = Package::read(&read_file(path)?)
        .map_err(|error| Failure::mistake(format!("{log}: {error}")))?;
    let signed_by = package.party_key.id();
    if party.is_some_and(|party| party != signed_by.to_string()) {
        return Err(Failure::mistake(format!("{log} is signed by another party key: {signed_by}")));
    }
    tracing::info!(package = log, party = %signed_by, "compare the party key's id with what the party says elsewhere");
    let logs = package.contest.logs.iter();
    Ok(logs
        .flat_map(|log| log.keys.iter().map(|key| LogKey { origin: log.origin.clone(), key: *key }))
        .collect())
}

async fn listen(
    address: SocketAddr,
    witness: Arc<witness::Witness>,
    places: Places,
) -> Result<(), Failure> {
    // Before anybody is told where it is, so that no request to stop is taken for a kill.
    let mut ending = terminate()?;
    let socket = http::bind(address)
        .map_err(|error| Failure::mistake(format!("--listen {address}: {error}")))?;
    let bound = socket.local_addr().map_err(Failure::internal)?;
    let watched = witness.watched().map_err(Failure::internal)?;
    let started = Started {
        listening: format!("http://{bound}"),
        verifier_key: witness.verifier_key().to_string(),
        logs: watched.into_iter().map(|log| log.origin).collect(),
    };
    let router = witness::router(witness);
    let metrics = Arc::new(Metrics::default());
    let (stop, stopped) = watch::channel(false);
    let listener = Listener { name: "witness", places, socket, tls: None, router, metrics };
    let serving = tokio::spawn(http::serve(listener, stopped));
    let mut line = serde_json::to_string(&started).map_err(Failure::internal)?;
    line.push('\n');
    print(&line)?;
    ending.wait().await;
    tracing::info!("stopping");
    let _ = stop.send(true);
    serving.await.map_err(Failure::internal)
}
