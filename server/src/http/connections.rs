//! Accepting connections: bounded in number, in time for handshake and headers, and ended in order.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

use super::Peer;
use super::house::{House, Sitter};
use super::patience::{GivenUp, Patient};
use crate::admission::network_of;
use crate::metrics::{Cut, Metrics};

/// Connections that may wait to be accepted: every tablet of a large state may begin at the same instant, and one that finds
/// no place comes again only a second later. Systems lower it to what they allow (`net.core.somaxconn`).
const WAITING: u32 = 4096;

/// Time for a TLS handshake, and for a request's headers (also the longest pause between requests).
const HANDSHAKE: Duration = Duration::from_secs(10);
const HEADERS: Duration = Duration::from_secs(30);

/// Time for requests under way when the server stops.
const ENDING: Duration = Duration::from_secs(10);

/// Connections that were sent away and have not gone yet. Beyond that nobody is let in until one has.
const LEAVING: usize = 512;

/// Tells listeners to stop: true once they shall.
pub type Stop = watch::Receiver<bool>;

/// With every request: that the listener stops, for answers that would never end.
#[derive(Debug, Clone)]
pub(crate) struct Stopping(pub(crate) Stop);

/// How many connections a listener keeps open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Places {
    /// Of all addresses together.
    pub all: usize,
    /// Of one address. A county may sit behind one; nobody else needs so many.
    pub one_address: usize,
}

impl Default for Places {
    fn default() -> Self {
        Self { all: 8192, one_address: 2048 }
    }
}

impl Places {
    /// What three listeners may have where a process may have so many open files: some are left for logs and the rest.
    #[must_use]
    pub fn within(files: usize) -> Self {
        let most = files.saturating_sub(256) / 3;
        let all = Self::default().all.min(most.saturating_sub(LEAVING)).max(64);
        Self { all, one_address: Self::default().one_address.min(all / 4) }
    }
}

/// One listener.
pub struct Listener {
    /// What it is called where things are counted.
    pub name: &'static str,
    /// How many connections it keeps open.
    pub places: Places,
    /// Bound.
    pub socket: TcpListener,
    /// For TLS.
    pub tls: Option<TlsAcceptor>,
    /// What it answers.
    pub router: Router,
    /// Counters.
    pub metrics: Arc<Metrics>,
}

/// A socket that listens at this address.
///
/// # Errors
/// What the system says when it is taken, or not here.
pub fn bind(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // Elsewhere it would let another program take the address.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(WAITING)
}

/// Serves until told to stop, then lets requests under way finish.
pub async fn serve(listener: Listener, mut stop: Stop) {
    let Listener { name, places, socket, tls, router, metrics } = listener;
    let sockets = Arc::new(Semaphore::new(places.all + LEAVING));
    let mut server = auto::Builder::new(TokioExecutor::new());
    server.http1().timer(TokioTimer::new()).header_read_timeout(HEADERS).max_buf_size(64 << 10);
    server
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Some(HEADERS))
        .max_concurrent_streams(64)
        // A hand-off is part of its address.
        .max_header_list_size(32 << 10);
    let server = Arc::new(server);
    let ending = GracefulShutdown::new();
    let house = House::new(places);
    loop {
        let one_more = Arc::clone(&sockets).acquire_owned();
        let accepted = tokio::select! {
            accepted = async { (one_more.await, socket.accept().await) } => accepted,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        let (Ok(one_more), accepted) = accepted else { break };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, mostly: some will be free in a moment.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let (seat, cut) = house.enter(network_of(peer.ip()));
        if let Some(why) = cut {
            metrics.cut(name, why);
        }
        let connection = Connection {
            peer,
            router: router.clone(),
            server: Arc::clone(&server),
            watcher: ending.watcher(),
            stop: stop.clone(),
            sitter: Arc::clone(&seat.sitter),
        };
        let (tls, open) = (tls.clone(), metrics.connection(name));
        let metrics = Arc::clone(&metrics);
        tokio::spawn(async move {
            tokio::select! {
                cut = connection.accept(stream, tls) => {
                    if let Some(why) = cut {
                        metrics.cut(name, why);
                    }
                }
                () = seat.sitter.has_to_leave() => {}
            }
            drop((open, one_more, seat));
        });
    }
    drop(socket);
    if tokio::time::timeout(ENDING, ending.shutdown()).await.is_err() {
        tracing::warn!("some connections did not end in time");
    }
}

struct Connection {
    peer: SocketAddr,
    router: Router,
    server: Arc<auto::Builder<TokioExecutor>>,
    watcher: hyper_util::server::graceful::Watcher,
    stop: Stop,
    sitter: Arc<Sitter>,
}

impl Connection {
    /// Serves until the other side goes, or gives up on it: then says why.
    async fn accept(self, stream: TcpStream, tls: Option<TlsAcceptor>) -> Option<Cut> {
        // Without it an answer may wait for the other side's acknowledgement.
        let _ = stream.set_nodelay(true);
        let stream = Patient::new(stream, Arc::clone(&self.sitter));
        let Some(tls) = tls else {
            return self.serve(stream).await;
        };
        // A handshake that fails or stalls is the other side's affair: tablets try again, scanners go away.
        match tokio::time::timeout(HANDSHAKE, tls.accept(stream)).await {
            Ok(Ok(stream)) => self.serve(stream).await,
            Ok(Err(_)) | Err(_) => Some(Cut::NoHandshake),
        }
    }

    async fn serve<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
        self,
        stream: S,
    ) -> Option<Cut> {
        let Self { peer, router, server, watcher, stop, sitter } = self;
        let asked = Arc::clone(&sitter);
        let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
            asked.asks();
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(Peer(peer));
            request.extensions_mut().insert(Stopping(stop.clone()));
            let router = router.clone();
            async move {
                // Everyone else's request first: many that came at once on one connection are served one by one.
                tokio::task::yield_now().await;
                router.oneshot(request).await
            }
        });
        let connection = server.serve_connection(TokioIo::new(stream), service).into_owned();
        let error = watcher.watch(connection).await.err()?;
        // Broken connections are ordinary.
        why_cut(&*error, &sitter)
    }
}

/// Why a connection that ended with this error was given up; `None` when the other side went.
fn why_cut(error: &(dyn std::error::Error + 'static), sitter: &Sitter) -> Option<Cut> {
    let mut source = Some(error);
    while let Some(error) = source {
        let inner = error.downcast_ref::<std::io::Error>().and_then(|error| error.get_ref());
        let given_up = inner.and_then(|inner| inner.downcast_ref::<GivenUp>());
        match given_up {
            Some(GivenUp::SlowReader) => return Some(Cut::SlowReader),
            Some(GivenUp::NoRequest) => return Some(Cut::NoRequest),
            None => {}
        }
        // Who has asked before and now is silent is done.
        if error.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_timeout)
            && !sitter.has_asked()
        {
            return Some(Cut::NoRequest);
        }
        source = error.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_full_listeners_leave_files_for_the_rest() {
        assert_eq!(Places::within(65_536), Places::default());
        for files in [1_024, 4_096, 20_000] {
            let places = Places::within(files);
            assert!(3 * (places.all + LEAVING) < files || places.all == 64, "{files} {places:?}");
            assert!(places.one_address <= places.all / 4);
        }
    }
}
