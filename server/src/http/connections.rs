//! Accepting connections: bounded in number, in time for handshake and headers, and ended in order.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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
use crate::metrics::Metrics;

/// Open connections of one listener.
const CONNECTIONS: usize = 8192;

/// Of these, from one address. A county may sit behind one; nobody else needs so many.
const FROM_ONE_ADDRESS: u32 = 2048;

/// Connections that may wait to be accepted: every tablet of a large state may begin at the same instant, and one that finds
/// no place comes again only a second later. Systems lower it to what they allow (`net.core.somaxconn`).
const WAITING: u32 = 4096;

/// Time for a TLS handshake, and for a request's headers (also the longest pause between requests).
const HANDSHAKE: Duration = Duration::from_secs(10);
const HEADERS: Duration = Duration::from_secs(30);

/// Time for requests under way when the server stops.
const ENDING: Duration = Duration::from_secs(10);

/// Tells listeners to stop: true once they shall.
pub type Stop = watch::Receiver<bool>;

/// One listener.
pub struct Listener {
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
    let Listener { socket, tls, router, metrics } = listener;
    let places = Arc::new(Semaphore::new(CONNECTIONS));
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
    let crowd = Crowd::default();
    loop {
        let place = Arc::clone(&places).acquire_owned();
        let accepted = tokio::select! {
            accepted = async { (place.await, socket.accept().await) } => accepted,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        let (Ok(place), accepted) = accepted else { break };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, mostly: some will be free in a moment.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let Some(one_more) = crowd.enter(peer.ip()) else { continue };
        let connection = Connection {
            peer,
            router: router.clone(),
            server: Arc::clone(&server),
            watcher: ending.watcher(),
        };
        let (tls, guard) = (tls.clone(), metrics.connection());
        tokio::spawn(async move {
            connection.accept(stream, tls).await;
            drop((guard, place, one_more));
        });
    }
    drop(socket);
    if tokio::time::timeout(ENDING, ending.shutdown()).await.is_err() {
        tracing::warn!("some connections did not end in time");
    }
}

/// Open connections by address.
#[derive(Clone, Default)]
struct Crowd(Arc<Mutex<HashMap<IpAddr, u32>>>);

/// Counts one connection of an address until dropped.
struct OneMore {
    crowd: Crowd,
    address: IpAddr,
}

impl Crowd {
    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, u32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `None` when the address has as many as it may.
    fn enter(&self, address: IpAddr) -> Option<OneMore> {
        let mut counts = self.lock();
        let count = counts.entry(address).or_default();
        (*count < FROM_ONE_ADDRESS).then(|| {
            *count += 1;
            OneMore { crowd: self.clone(), address }
        })
    }
}

impl Drop for OneMore {
    fn drop(&mut self) {
        let mut counts = self.crowd.lock();
        if let Some(count) = counts.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.address);
            }
        }
    }
}

struct Connection {
    peer: SocketAddr,
    router: Router,
    server: Arc<auto::Builder<TokioExecutor>>,
    watcher: hyper_util::server::graceful::Watcher,
}

impl Connection {
    async fn accept(self, stream: TcpStream, tls: Option<TlsAcceptor>) {
        // Without it an answer may wait for the other side's acknowledgement.
        let _ = stream.set_nodelay(true);
        let Some(tls) = tls else {
            return self.serve(stream).await;
        };
        // A handshake that fails or stalls is the other side's affair: tablets try again, scanners go away.
        if let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE, tls.accept(stream)).await {
            self.serve(stream).await;
        }
    }

    async fn serve<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(self, stream: S) {
        let Self { peer, router, server, watcher } = self;
        let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(Peer(peer));
            router.clone().oneshot(request)
        });
        let connection = server.serve_connection(TokioIo::new(stream), service).into_owned();
        // Broken connections are ordinary.
        let _ = watcher.watch(connection).await;
    }
}
