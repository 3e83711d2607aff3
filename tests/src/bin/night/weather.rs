//! The networks between the tablets and the server: one loopback address each, with a weather that changes.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::watch;

use crate::Outcome;

/// How long nothing has to move before an answer counts as whole, and is lost.
const QUIET: Duration = Duration::from_millis(300);
/// What each piece waits in slow weather.
const SLOW: Duration = Duration::from_millis(120);

/// What a network does with a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weather {
    /// Carries it.
    Fair,
    /// Closes it at once.
    Refused,
    /// Takes it and never says a word.
    Silent,
    /// Carries what the tablet says, and loses the answer.
    AnswersLost,
    /// Changes a byte of every answer.
    Garbled,
    /// Carries it, late.
    Slow,
}

impl Weather {
    /// All but fair weather.
    pub(crate) const BAD: [Self; 5] =
        [Self::Refused, Self::Silent, Self::AnswersLost, Self::Garbled, Self::Slow];
}

/// All networks of the night.
pub(crate) struct Networks {
    weather: Vec<watch::Sender<Weather>>,
    connections: Arc<AtomicUsize>,
    _runtime: Runtime,
}

/// The address of a zone. Tablets of a zone reach the party's host name there.
pub(crate) fn address(zone: usize) -> Ipv4Addr {
    let [.., high, low] = u32::try_from(zone + 1).unwrap_or(u32::MAX).to_be_bytes();
    Ipv4Addr::new(127, 1, high, low)
}

impl Networks {
    /// Opens `zones` networks on `port`, which lead to `server` in fair weather.
    pub(crate) fn open(zones: usize, port: u16, server: SocketAddr) -> Outcome<Self> {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let connections = Arc::new(AtomicUsize::new(0));
        let mut weather = Vec::new();
        for zone in 0..zones {
            let here = address(zone);
            let listener = runtime.block_on(TcpListener::bind((here, port)))?;
            let (sender, receiver) = watch::channel(Weather::Fair);
            runtime.spawn(listen(listener, receiver, here, server, Arc::clone(&connections)));
            weather.push(sender);
        }
        Ok(Self { weather, connections, _runtime: runtime })
    }

    /// Changes a zone's weather. Its connections are cut.
    pub(crate) fn turn(&self, zone: usize, weather: Weather) {
        // Nobody listening any more means that the night is over.
        let _ = self.weather[zone].send(weather);
    }

    /// Connections made so far.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

async fn listen(
    listener: TcpListener,
    weather: watch::Receiver<Weather>,
    here: Ipv4Addr,
    server: SocketAddr,
    connections: Arc<AtomicUsize>,
) {
    while let Ok((tablet, _)) = listener.accept().await {
        connections.fetch_add(1, Ordering::Relaxed);
        let mut weather = weather.clone();
        let now = *weather.borrow_and_update();
        tokio::spawn(async move {
            // A connection that fails is what a night is about: the tablet has to cope.
            tokio::select! {
                _ = carry(now, tablet, here, server) => {}
                _ = weather.changed() => {}
            }
        });
    }
}

async fn carry(
    weather: Weather,
    tablet: TcpStream,
    here: Ipv4Addr,
    server: SocketAddr,
) -> std::io::Result<()> {
    match weather {
        Weather::Refused => return Ok(()),
        Weather::Silent => return std::future::pending().await,
        _ => {}
    }
    // From the zone's own address, so that the server sees as many addresses as there are networks.
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from((here, 0)))?;
    let server = socket.connect(server).await?;
    let (from_tablet, to_tablet) = tablet.into_split();
    let (from_server, to_server) = server.into_split();
    let said = AtomicUsize::new(0);
    tokio::select! {
        ended = up(from_tablet, to_server, &said, weather) => ended,
        ended = down(from_server, to_tablet, &said, weather) => ended,
    }
}

async fn up(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    said: &AtomicUsize,
    weather: Weather,
) -> std::io::Result<()> {
    let mut bytes = [0; 16 << 10];
    loop {
        let count = from.read(&mut bytes).await?;
        if count == 0 {
            return Ok(());
        }
        said.fetch_add(1, Ordering::Relaxed);
        if weather == Weather::Slow {
            tokio::time::sleep(SLOW).await;
        }
        to.write_all(&bytes[..count]).await?;
    }
}

async fn down(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    said: &AtomicUsize,
    weather: Weather,
) -> std::io::Result<()> {
    let mut bytes = [0; 16 << 10];
    let mut lost = false;
    loop {
        let read = from.read(&mut bytes);
        let count = if lost {
            // The answer is in; the connection breaks.
            match tokio::time::timeout(QUIET, read).await {
                Ok(count) => count?,
                Err(_) => return Ok(()),
            }
        } else {
            read.await?
        };
        if count == 0 {
            return Ok(());
        }
        // The first thing a tablet says is its greeting; what follows carries the request.
        let asked = said.load(Ordering::Relaxed) > 1;
        match weather {
            Weather::AnswersLost if asked => {
                lost = true;
                continue;
            }
            Weather::Garbled if asked => bytes[count / 2] ^= 0x20,
            Weather::Slow => tokio::time::sleep(SLOW).await,
            _ => {}
        }
        to.write_all(&bytes[..count]).await?;
    }
}
