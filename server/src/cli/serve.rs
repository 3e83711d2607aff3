//! `serve`.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use clap::Args;
use countersign_core::room::Room;
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use super::print;
use crate::admission::Rate;
use crate::clock::SystemClock;
use crate::cosigning::{Asking, GivenAddress, Unfit, Witnesses};
use crate::failure::Failure;
use crate::folder::{Addresses, Folder};
use crate::headquarters::PageOrigin;
use crate::http::{self, Listener, Places, Service, TrustedProxies};
use crate::node::{Node, Options};
use crate::publish::sites::Publishing;
use crate::{practice, tls};

/// Between two notes of how far the logs have come.
const NOTE_EVERY: Duration = Duration::from_secs(10);

/// Run the server.
///
/// Runs until SIGTERM or Ctrl-C, then finishes what is under way. Prints one line of JSON with the bound addresses, which
/// are also in DIR/addresses.json.
///
/// Without --data it runs the practice contest, with throw-away keys in a folder of its own.
#[derive(Args)]
pub(super) struct Serve {
    /// The server's data folder.
    #[arg(long, value_name = "DIR", env = "COUNTERSIGN_SERVER_DATA")]
    data: Option<PathBuf>,
    /// Where tablets report. Port 0 takes a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8470")]
    reporting: SocketAddr,
    /// Where everyone reads the log.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8471")]
    public: SocketAddr,
    /// Where headquarters signs in (`/hq/`), and this machine alone reads what was received, and counters. Never open to the
    /// network but for `/hq/`, through a proxy that ends TLS.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8472")]
    private: SocketAddr,
    /// Certificate chain (PEM) of the reporting listener.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Its private key (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Address of a proxy that ends TLS and says in X-Forwarded-For who asked; may be repeated.
    #[arg(long = "trust-proxy", value_name = "IP")]
    proxies: Vec<IpAddr>,
    /// Where browsers have headquarters' pages, as https://hq.example.org: passkeys are made for this address. For a private
    /// listener on this machine it is http://localhost:PORT when left out.
    #[arg(long, value_name = "URL")]
    headquarters_origin: Option<PageOrigin>,
    /// Failures that an address may cause at once before it is served last.
    #[arg(long, value_name = "N", default_value_t = 60)]
    address_burst: u32,
    /// And failures a minute in the long run.
    #[arg(long, value_name = "N", default_value_t = 60)]
    address_per_minute: u32,
    /// Messages that a tablet's key may send at once.
    #[arg(long, value_name = "N", default_value_t = 60)]
    key_burst: u32,
    /// And messages a minute in the long run.
    #[arg(long, value_name = "N", default_value_t = 60)]
    key_per_minute: u32,
    /// Where a witness is asked to cosign the logs; may be repeated. One that the contest's package names is given by its name
    /// or its verifier key; one that it does not name is asked from when a later package does. Where the package names nobody, by
    /// its verifier key, which a witness prints when it starts (`countersign-server witness`).
    #[arg(long = "witness", value_name = "NAME|KEY=URL")]
    witnesses: Vec<GivenAddress>,
    /// How many of them have to cosign, where the contest's package names nobody. More than half when left out.
    #[arg(long, value_name = "K", requires = "witnesses")]
    witnesses_needed: Option<usize>,
    /// Log to standard error as JSON, one object a line.
    #[arg(long)]
    log_json: bool,
}

pub(super) fn run(mut serve: Serve) -> Result<ExitCode, Failure> {
    start_logging(serve.log_json);
    let folder = match &serve.data {
        Some(data) => Folder(data.clone()),
        None => practice::folder(&mut serve.reporting)?,
    };
    let acceptor = match (&serve.tls_cert, &serve.tls_key) {
        (Some(certificates), Some(key)) => Some(tls::acceptor(certificates, key)?),
        _ => None,
    };
    if acceptor.is_none() && serve.proxies.is_empty() && !serve.reporting.ip().is_loopback() {
        return Err(Failure::mistake(
            "reports would come in without TLS from other machines: give --tls-cert and --tls-key, or name the proxy \
             that ends TLS with --trust-proxy",
        ));
    }
    let mut options = Options::default();
    options.limits.address =
        Rate { burst: serve.address_burst, per_minute: serve.address_per_minute };
    options.limits.key = Rate { burst: serve.key_burst, per_minute: serve.key_per_minute };
    let places = Places::within(raise_file_limit());
    let mut node =
        Node::open(&folder, &options, Arc::new(SystemClock)).map_err(Failure::mistake)?;
    match witnesses(&node, std::mem::take(&mut serve.witnesses), serve.witnesses_needed) {
        Ok(witnesses) => node.witnesses = Arc::new(witnesses),
        Err(unfit) => {
            node.close().map_err(Failure::internal)?;
            return Err(Failure::mistake(unfit));
        }
    }
    let threads = Threads::start().map_err(Failure::internal)?;
    let alive = threads.reporting.block_on(listen(&serve, &node, acceptor, places, &threads));
    // Ends what the listeners left running, so that nobody holds the rooms any more.
    threads.end();
    folder.clear_addresses();
    node.close().map_err(|error| {
        Failure::internal(format!(
            "stopped, and everything acknowledged is in the logs; how far they came could not be noted: {error}"
        ))
    })?;
    if alive? {
        Ok(ExitCode::SUCCESS)
    } else {
        Err(Failure::internal("a room ended by itself; see the log"))
    }
}

/// The witnesses that the newest package names, else those that the operator does.
fn witnesses(
    node: &Node,
    given: Vec<GivenAddress>,
    needed: Option<usize>,
) -> Result<Witnesses, Unfit> {
    let package = node.admission.room(Room::Official).read().state.package().cloned();
    let list = package.as_ref().and_then(|package| package.contest.witnesses.as_ref());
    Witnesses::of_contest(list, given, needed)
}

/// The threads of each listener: who drowns one of them leaves the others theirs, and the system shares the cores out.
struct Threads {
    reporting: Runtime,
    public: Runtime,
    private: Runtime,
    /// One that asks the witnesses, so that none of them keeps anybody else waiting.
    witnesses: Runtime,
}

impl Threads {
    fn start() -> std::io::Result<Self> {
        let start = |name| {
            tokio::runtime::Builder::new_multi_thread().enable_all().thread_name(name).build()
        };
        Ok(Self {
            reporting: start("reporting")?,
            public: start("public")?,
            private: start("private")?,
            witnesses: tokio::runtime::Builder::new_multi_thread()
                .enable_all()
                .worker_threads(1)
                .thread_name("witnesses")
                .build()?,
        })
    }

    fn end(self) {
        for runtime in [self.witnesses, self.reporting, self.public, self.private] {
            runtime.shutdown_timeout(Duration::from_secs(5));
        }
    }
}

/// Serves until a signal (true) or until a thread that a room needs has ended (false).
async fn listen(
    serve: &Serve,
    node: &Node,
    acceptor: Option<TlsAcceptor>,
    places: Places,
    threads: &Threads,
) -> Result<bool, Failure> {
    // Before anybody is told where the server is, so that no request to stop is taken for a kill.
    let terminate = terminate()?;
    let service = Service::new(node, TrustedProxies(serve.proxies.clone().into()));
    let scheme = if acceptor.is_some() { "https" } else { "http" };
    let (stop, stopped) = watch::channel(false);
    let mut listeners = tokio::task::JoinSet::new();
    let mut bound = Vec::new();
    let wanted = [
        ("reporting", serve.reporting, acceptor, http::reporting(&service), &threads.reporting),
        ("public", serve.public, None, http::public(&service), &threads.public),
        ("private", serve.private, None, http::private(&service), &threads.private),
    ];
    for (name, address, tls, router, runtime) in wanted {
        let socket = {
            let _within = runtime.enter();
            http::bind(address)
        };
        let socket = socket.map_err(|error| Failure::mistake(format!("{address}: {error}")))?;
        let local = socket.local_addr().map_err(Failure::internal)?;
        if name == "private" {
            let here = || local.ip().is_loopback().then(|| PageOrigin::localhost(local.port()));
            if let Some(pages) = serve.headquarters_origin.clone().or_else(here) {
                service.headquarters.is_at(pages);
            }
        }
        bound.push(local);
        let metrics = Arc::clone(&node.metrics);
        let listener = Listener { name, places, socket, tls, router, metrics };
        listeners.spawn_on(http::serve(listener, stopped.clone()), runtime.handle());
    }
    let addresses = Addresses {
        reporting: format!("{scheme}://{}", bound[0]),
        public: format!("http://{}", bound[1]),
        private: format!("http://{}", bound[2]),
    };
    node.folder.set_addresses(&addresses).map_err(Failure::internal)?;
    let mut line = serde_json::to_string(&addresses).map_err(Failure::internal)?;
    line.push('\n');
    print(&line)?;
    tracing::info!(reporting = %addresses.reporting, "serving");
    ask_witnesses(node, threads)?;
    let _publishing = publish(node, &service)?;
    let alive = wait(node, terminate).await?;
    tracing::info!("stopping");
    let _ = stop.send(true);
    while listeners.join_next().await.is_some() {}
    Ok(alive)
}

/// Asks the witnesses until the threads end, also where nobody is named yet: a package may do that at any time.
fn ask_witnesses(node: &Node, threads: &Threads) -> Result<(), Failure> {
    let (of, needed) = (node.witnesses.count(), node.witnesses.needed());
    node.witnesses.warn();
    match Asking::new(node) {
        Ok(asking) => {
            tracing::info!(of, needed, "asking witnesses");
            threads.witnesses.spawn(asking.run());
        }
        Err(error) if node.witnesses.is_empty() => {
            tracing::warn!(%error, "no witnesses can be asked, should a package name them");
        }
        Err(error) => return Err(Failure::internal(error)),
    }
    Ok(())
}

/// Keeps the results pages new, on a thread of its own, until what is given back is dropped. Nobody waits for its end: it holds
/// nothing that has to be closed.
fn publish(node: &Node, service: &Service) -> Result<Sender<()>, Failure> {
    let (stop, stopped) = std::sync::mpsc::channel();
    let sites = Arc::clone(&service.sites);
    let publishing = Publishing::new(node, sites).map_err(Failure::mistake)?;
    let thread = std::thread::Builder::new().name("publishing".to_owned());
    thread.spawn(move || publishing.run(&stopped)).map_err(Failure::internal)?;
    Ok(stop)
}

async fn wait(node: &Node, mut terminate: Terminate) -> Result<bool, Failure> {
    let mut note = tokio::time::interval(NOTE_EVERY);
    loop {
        tokio::select! {
            () = terminate.wait() => return Ok(true),
            _ = note.tick() => {
                if !node.is_alive() {
                    return Ok(false);
                }
                if let Err(error) = tokio::task::block_in_place(|| node.note_furthest()) {
                    tracing::warn!(%error, "how far the logs have come cannot be noted");
                }
            }
        }
    }
}

#[cfg(unix)]
pub(super) struct Terminate {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
pub(super) fn terminate() -> Result<Terminate, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    Ok(Terminate {
        terminate: signal(SignalKind::terminate()).map_err(Failure::internal)?,
        interrupt: signal(SignalKind::interrupt()).map_err(Failure::internal)?,
    })
}

#[cfg(unix)]
impl Terminate {
    pub(super) async fn wait(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(not(unix))]
pub(super) struct Terminate;

#[cfg(not(unix))]
pub(super) fn terminate() -> Result<Terminate, Failure> {
    Ok(Terminate)
}

#[cfg(not(unix))]
impl Terminate {
    pub(super) async fn wait(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Each connection is an open file; systems start programs with room for few. Gives how many there may be.
#[cfg(unix)]
pub(super) fn raise_file_limit() -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    let current = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(error) => {
            tracing::warn!(%error, "the limit of open files cannot be raised");
            limit.current
        }
    };
    current.and_then(|files| usize::try_from(files).ok()).unwrap_or(usize::MAX)
}

#[cfg(not(unix))]
pub(super) fn raise_file_limit() -> usize {
    usize::MAX
}

pub(super) fn start_logging(json: bool) {
    let filter = tracing_subscriber::EnvFilter::try_from_env("COUNTERSIGN_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let colours = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let logging = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(colours)
        // It would say so on standard error, which is what failed, and end the thread.
        .log_internal_errors(false)
        .with_writer(std::io::stderr);
    // A second start in one process (tests) keeps the first one's.
    let _ = if json { logging.json().try_init() } else { logging.try_init() };
}
