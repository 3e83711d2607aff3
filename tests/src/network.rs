//! The network between a tablet and the party server, as a school gym has it. The tablet's package
//! names this network's address; what happens behind it is a test's choice and can change at any moment.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::port::free_port;
use crate::tls::Identity;
use crate::wait::{self, Look};
use crate::{Error, Result};

/// What the venue's own page says. Nothing of it is the party server's.
const PORTAL: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 47\r\nConnection: close\r\n\r\n\
     <html><body>Welcome to the gym</body></html>   ";

/// How long nothing has to move before an answer counts as complete, and is lost.
const QUIET: Duration = Duration::from_millis(400);

/// What the network does with a connection.
#[derive(Debug, Clone)]
pub enum Weather {
    /// Carries it to the server.
    Through,
    /// Nobody listens.
    Refused,
    /// Takes the connection and never says a word.
    Silence,
    /// Answers whatever comes with its own page, without TLS.
    PlainPortal,
    /// Answers 200 with its own page, over TLS with a certificate that the tablet accepts.
    Portal(Arc<Identity>),
    /// Pretends to be the server with a certificate of its own. Everything it is told is counted.
    FalseCertificate(Arc<Identity>),
    /// Carries what the tablet says to the server, and loses the answer.
    LostAnswer,
}

/// A network on a loopback port that stays the same.
#[derive(Debug)]
pub struct Network {
    shared: Arc<Shared>,
    listening: Option<Listening>,
    address: SocketAddr,
}

#[derive(Debug)]
struct Shared {
    weather: Mutex<Weather>,
    server: Mutex<Option<SocketAddr>>,
    open: Mutex<Vec<TcpStream>>,
    connections: AtomicU32,
    overheard: AtomicU32,
}

#[derive(Debug)]
struct Listening {
    ends: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Network {
    /// A network in which nobody listens yet. Its port is reserved by being remembered.
    ///
    /// # Errors
    ///
    /// When there is no free port.
    pub fn new() -> Result<Self> {
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()?));
        let shared = Arc::new(Shared {
            weather: Mutex::new(Weather::Refused),
            server: Mutex::new(None),
            open: Mutex::new(Vec::new()),
            connections: AtomicU32::new(0),
            overheard: AtomicU32::new(0),
        });
        Ok(Self { shared, listening: None, address })
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Where [`Weather::Through`] leads.
    pub fn lead_to(&self, server: SocketAddr) {
        *lock(&self.shared.server) = Some(server);
    }

    /// Connections the tablet made since the network began; refused ones cannot be counted.
    #[must_use]
    pub fn connections(&self) -> u32 {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// Bytes of requests that [`Weather::FalseCertificate`] got to read. Anything but 0 is a leak.
    #[must_use]
    pub fn overheard(&self) -> u32 {
        self.shared.overheard.load(Ordering::SeqCst)
    }

    /// Changes the weather. Open connections are cut.
    ///
    /// # Errors
    ///
    /// When the port cannot be listened on again.
    pub fn turn(&mut self, weather: Weather) -> Result<()> {
        let refused = matches!(weather, Weather::Refused);
        *lock(&self.shared.weather) = weather;
        self.cut();
        if refused {
            self.stop_listening();
        } else if self.listening.is_none() {
            let address = self.address;
            let listener =
                wait::until("the network's port", wait::LONG, || {
                    match TcpListener::bind(address) {
                        Ok(listener) => Ok(Look::Yes(listener)),
                        Err(error) if error.kind() == ErrorKind::AddrInUse => {
                            Ok(Look::NotYet("in use".to_owned()))
                        }
                        Err(source) => {
                            Err(Error::Io { doing: "opening the network again".to_owned(), source })
                        }
                    }
                })?;
            self.listening = Some(Listening::start(listener, Arc::clone(&self.shared)));
        }
        Ok(())
    }

    /// Cuts every connection there is, and leaves the weather as it is.
    pub fn cut(&self) {
        for stream in lock(&self.shared.open).drain(..) {
            // The other side may have closed it already.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    fn stop_listening(&mut self) {
        if let Some(listening) = self.listening.take() {
            listening.ends.store(true, Ordering::SeqCst);
            // Wakes the thread that waits for a connection.
            let _ = TcpStream::connect(self.address);
            let _ = listening.thread.join();
        }
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        self.cut();
        self.stop_listening();
        self.cut();
    }
}

impl Listening {
    fn start(listener: TcpListener, shared: Arc<Shared>) -> Self {
        let ends = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&ends);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if ended.load(Ordering::SeqCst) {
                    break;
                }
                let Ok(stream) = stream else { continue };
                let shared = Arc::clone(&shared);
                shared.connections.fetch_add(1, Ordering::SeqCst);
                if let Ok(handle) = stream.try_clone() {
                    lock(&shared.open).push(handle);
                }
                // A connection that fails is what these tests are about; the tablet has to cope.
                std::thread::spawn(move || drop(serve(&shared, stream)));
            }
        });
        Self { ends, thread }
    }
}

fn serve(shared: &Shared, mut stream: TcpStream) -> std::io::Result<()> {
    let weather = lock(&shared.weather).clone();
    match weather {
        Weather::Refused => Ok(()),
        Weather::Through => carry(shared, &stream, false),
        Weather::LostAnswer => carry(shared, &stream, true),
        Weather::Silence => {
            let mut nothing = [0; 1024];
            while stream.read(&mut nothing)? > 0 {}
            Ok(())
        }
        Weather::PlainPortal => {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request)?;
            stream.write_all(PORTAL.as_bytes())
        }
        Weather::Portal(identity) => answer_over_tls(stream, &identity).map(|_| ()),
        Weather::FalseCertificate(identity) => {
            let heard = answer_over_tls(stream, &identity)?;
            shared.overheard.fetch_add(heard, Ordering::SeqCst);
            Ok(())
        }
    }
}

/// Answers one request with the portal's page over TLS; gives the size of the request.
fn answer_over_tls(stream: TcpStream, identity: &Identity) -> std::io::Result<u32> {
    let connection =
        rustls::ServerConnection::new(identity.server()).map_err(std::io::Error::other)?;
    let mut tls = rustls::StreamOwned::new(connection, stream);
    let mut request = [0; 16 * 1024];
    let heard = tls.read(&mut request)?;
    tls.write_all(PORTAL.as_bytes())?;
    tls.conn.send_close_notify();
    tls.flush()?;
    Ok(u32::try_from(heard).unwrap_or(u32::MAX))
}

fn carry(shared: &Shared, tablet: &TcpStream, lose_answer: bool) -> std::io::Result<()> {
    let server = (*lock(&shared.server)).ok_or_else(|| std::io::Error::other("no server"))?;
    let server = TcpStream::connect(server)?;
    lock(&shared.open).push(server.try_clone()?);
    let (mut up_from, mut up_to) = (tablet.try_clone()?, server.try_clone()?);
    // The first thing a tablet says is its greeting; what follows carries the request.
    let asked = Arc::new(AtomicU32::new(0));
    let asks = Arc::clone(&asked);
    let up = std::thread::spawn(move || -> std::io::Result<()> {
        let mut bytes = [0; 16 * 1024];
        loop {
            let count = up_from.read(&mut bytes)?;
            if count == 0 {
                return up_to.shutdown(Shutdown::Write);
            }
            asks.fetch_add(1, Ordering::SeqCst);
            up_to.write_all(&bytes[..count])?;
        }
    });
    let result = if lose_answer {
        carry_greeting_only(&server, tablet, &asked)
    } else {
        copy(&server, tablet)
    };
    // Whichever side ended, the other has nothing more to hear.
    let _ = tablet.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Both);
    let _ = up.join();
    result
}

fn copy(mut from: &TcpStream, mut to: &TcpStream) -> std::io::Result<()> {
    let mut bytes = [0; 16 * 1024];
    loop {
        let count = from.read(&mut bytes)?;
        if count == 0 {
            return Ok(());
        }
        to.write_all(&bytes[..count])?;
    }
}

/// Carries the server's part of the TLS greeting, then swallows what it says until it is quiet.
fn carry_greeting_only(
    mut server: &TcpStream,
    mut tablet: &TcpStream,
    asked: &AtomicU32,
) -> std::io::Result<()> {
    let mut bytes = [0; 16 * 1024];
    let mut swallowed = false;
    loop {
        if swallowed {
            server.set_read_timeout(Some(QUIET))?;
        }
        match server.read(&mut bytes) {
            Ok(0) => return Ok(()),
            Ok(count) if asked.load(Ordering::SeqCst) < 2 => tablet.write_all(&bytes[..count])?,
            Ok(_) => swallowed = true,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                return Ok(());
            }
            Err(error) => return Err(error),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A thread that panicked while holding it left a whole value behind: every use is one assignment.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
