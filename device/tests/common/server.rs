//! A small HTTP server on a free port, plain or over TLS, that can fail in every way a network can.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use countersign_core::refusal::Refusal;
use countersign_core::room::Room;
use data_encoding::BASE64;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::Party;
use super::hall::{Hall, Said};

/// How it behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// As a party server.
    Serve,
    /// Takes the connection, says nothing.
    Silent,
    /// Answers everything with 200 and a page of its own.
    Portal,
    /// Answers everything with a redirect to a page of its own.
    Redirect,
    /// A proxy whose server is away.
    BadGateway,
    /// Cuts the connection before the request was read.
    CutBefore,
    /// Enters the message and cuts the connection before the answer.
    CutAfter,
    /// Enters the message and cuts the answer after so many bytes.
    CutAt(usize),
    /// Refuses every message for this reason.
    Refuse(Refusal),
    /// Refuses every message for a reason that this version does not know.
    NewerProblem,
    /// Enters the message and flips a bit of this byte of the answer's body.
    Flip(usize),
}

/// A server that is being listened to until it is dropped.
pub struct Server {
    pub hall: Arc<Mutex<Hall>>,
    pub mode: Arc<Mutex<Mode>>,
    pub address: String,
    listener: TcpListener,
    stopping: Arc<Mutex<bool>>,
    /// Waits for connections.
    waiting: Option<thread::JoinHandle<()>>,
}

/// A certificate authority of our own, and a server certificate for this machine.
pub struct Certificates {
    pub root: Vec<u8>,
    chain: Vec<rustls::pki_types::CertificateDer<'static>>,
    key: Vec<u8>,
}

impl Certificates {
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key"))
            .expect("a root");
        let mut server =
            CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()])
                .expect("names");
        // Valid around the caucus only, as a real one is.
        server.not_before = rcgen::date_time_ymd(2020, 1, 1);
        server.not_after = rcgen::date_time_ymd(2020, 6, 1);
        let key = KeyPair::generate().expect("a key");
        let signed = server.signed_by(&key, &authority).expect("a certificate");
        Self {
            root: authority.der().to_vec(),
            chain: vec![signed.der().clone()],
            key: key.serialize_der(),
        }
    }

    fn config(&self) -> Arc<ServerConfig> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.key.clone()));
        Arc::new(
            ServerConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()
                .expect("ring has the versions")
                .with_no_client_auth()
                .with_single_cert(self.chain.clone(), key)
                .expect("key and certificate fit"),
        )
    }
}

impl Server {
    /// Over plain HTTP, open.
    pub fn plain() -> Self {
        Self::start(None, |address| Hall::open(Party::new(address)))
    }

    /// Over TLS, open; the package names `named` as the root, the server shows a certificate of `shown`.
    pub fn tls(named: &Certificates, shown: &Certificates) -> Self {
        let root = named.root.clone();
        Self::start(Some(shown.config()), move |address| {
            let mut party = Party::new(address);
            party.contest.tls_roots = vec![root.into()];
            Hall::open(party)
        })
    }

    pub fn start(tls: Option<Arc<ServerConfig>>, hall: impl FnOnce(&str) -> Hall) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let address = match tls {
            Some(_) => format!("https://localhost:{port}"),
            None => format!("http://127.0.0.1:{port}"),
        };
        let mut server = Self {
            waiting: None,
            hall: Arc::new(Mutex::new(hall(&address))),
            mode: Arc::new(Mutex::new(Mode::Serve)),
            address,
            listener: listener.try_clone().expect("a second handle"),
            stopping: Arc::new(Mutex::new(false)),
        };
        let (hall, mode, stopping) =
            (server.hall.clone(), server.mode.clone(), server.stopping.clone());
        server.waiting = Some(thread::spawn(move || {
            for stream in listener.incoming() {
                if *stopping.lock().unwrap() {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let (hall, mode, tls) = (hall.clone(), mode.clone(), tls.clone());
                thread::spawn(move || serve(stream, tls, &hall, &mode));
            }
        }));
        server
    }

    pub fn set(&self, mode: Mode) {
        *self.mode.lock().unwrap() = mode;
    }

    pub fn hall(&self) -> std::sync::MutexGuard<'_, Hall> {
        self.hall.lock().unwrap()
    }

    pub fn package(&self) -> Vec<u8> {
        self.hall().package.bytes().to_vec()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        *self.stopping.lock().unwrap() = true;
        // Ends the thread that waits for connections; only then is the port closed for good.
        let _ = self.listener.local_addr().map(TcpStream::connect);
        if let Some(waiting) = self.waiting.take() {
            let _ = waiting.join();
        }
    }
}

fn serve(
    stream: TcpStream,
    tls: Option<Arc<ServerConfig>>,
    hall: &Mutex<Hall>,
    mode: &Mutex<Mode>,
) {
    let at_connection = *mode.lock().unwrap();
    if at_connection == Mode::CutBefore {
        return;
    }
    match tls {
        None => talk(stream, hall, mode),
        Some(config) => {
            if at_connection == Mode::Silent {
                wait_for_end(stream);
                return;
            }
            let connection = ServerConnection::new(config).expect("the configuration is good");
            talk(StreamOwned::new(connection, stream), hall, mode);
        }
    }
}

fn talk<S: Read + Write>(mut stream: S, hall: &Mutex<Hall>, mode: &Mutex<Mode>) {
    let Some(asked) = read_request(&mut stream) else { return };
    let ask = || answer(hall, &asked);
    let mode = *mode.lock().unwrap();
    match mode {
        Mode::Silent => wait_for_end(stream),
        Mode::Portal => {
            write(&mut stream, &page(200), "", usize::MAX);
        }
        Mode::Redirect => {
            write(&mut stream, &page(302), "Location: http://127.0.0.1:1/login\r\n", usize::MAX)
        }
        Mode::BadGateway => write(&mut stream, &page(502), "", usize::MAX),
        Mode::CutBefore => {}
        Mode::Serve => write(&mut stream, &ask(), "", usize::MAX),
        Mode::Refuse(refusal) => {
            let said = hall.lock().unwrap().problem(refusal);
            write(&mut stream, &said, "", usize::MAX);
        }
        Mode::NewerProblem => {
            let body =
                br#"{"type":"urn:countersign:problem:invented-later","code":"invented-later"}"#;
            let said = Said { status: 422, body: body.to_vec(), retry_after_s: None };
            write(&mut stream, &said, "", usize::MAX);
        }
        Mode::CutAfter => drop(ask()),
        Mode::CutAt(bytes) => write(&mut stream, &ask(), "", bytes),
        Mode::Flip(at) => {
            let mut said = ask();
            let at = at % said.body.len().max(1);
            if let Some(byte) = said.body.get_mut(at) {
                *byte ^= 1;
            }
            write(&mut stream, &said, "", usize::MAX);
        }
    }
}

fn page(status: u16) -> Said {
    Said {
        status,
        body: b"<html><body>Welcome to the gymnasium's network</body></html>".to_vec(),
        retry_after_s: None,
    }
}

/// Until the client gives up.
fn wait_for_end<S: Read>(mut stream: S) {
    let mut byte = [0];
    while stream.read(&mut byte).is_ok_and(|read| read > 0) {}
}

/// What was asked.
struct Asked {
    line: String,
    /// The checkpoint that was shown.
    shown: Option<String>,
    /// Proofs of reports.
    holding: Vec<String>,
    body: Vec<u8>,
}

fn read_request<S: Read>(stream: &mut S) -> Option<Asked> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).ok()?;
    let length = head
        .lines()
        .find_map(|line| {
            line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok()
        })
        .unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    let header = |wanted: &str| {
        head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case(wanted).then(|| value.trim().to_owned())
        })
    };
    let note = header("countersign-checkpoint");
    let shown = note.and_then(|note| BASE64.decode(note.as_bytes()).ok());
    let holding = header("countersign-holding").unwrap_or_default();
    Some(Asked {
        line: head.lines().next()?.to_owned(),
        shown: shown.and_then(|note| String::from_utf8(note).ok()),
        holding: holding.split(',').filter(|it| !it.is_empty()).map(str::to_owned).collect(),
        body,
    })
}

fn answer(hall: &Mutex<Hall>, asked: &Asked) -> Said {
    let Asked { line, shown, holding, body } = asked;
    let shown = shown.as_deref();
    let mut hall = hall.lock().unwrap();
    let path = line.split(' ').nth(1).unwrap_or_default();
    if path == "/v1/packages/newest" {
        hall.packages_asked += 1;
        return Said { status: 200, body: hall.package.bytes().to_vec(), retry_after_s: None };
    }
    if path == "/v1/status" {
        let body = format!("{{\"service\":\"countersign\",\"time_ms\":{}}}", hall.time_ms);
        return Said { status: 200, body: body.into_bytes(), retry_after_s: None };
    }
    let (path, asked) = path.split_once("?seen=").unwrap_or((path, "0"));
    let (seen, precincts) = asked.split_once("&precincts=").unwrap_or((asked, ""));
    let room = |ending: &str| -> Option<Room> {
        path.strip_prefix("/v1/").and_then(|rest| rest.strip_suffix(ending)?.parse().ok())
    };
    match (room("/messages"), room("/log"), seen.parse()) {
        (Some(room), None, Ok(seen)) => hall.post_showing(room, seen, shown, body),
        (None, Some(room), Ok(seen)) => {
            hall.holding.clone_from(holding);
            hall.log(room, seen, precincts, shown)
        }
        _ => page(404),
    }
}

fn write<S: Write>(stream: &mut S, said: &Said, headers: &str, most: usize) {
    let retry = said.retry_after_s.map_or(String::new(), |s| format!("Retry-After: {s}\r\n"));
    let mut bytes = format!(
        "HTTP/1.1 {} OK\r\nContent-Length: {}\r\nConnection: close\r\n{retry}{headers}\r\n",
        said.status,
        said.body.len()
    )
    .into_bytes();
    bytes.extend(&said.body);
    // A client that gave up is no failure of the test.
    let _ = stream.write_all(&bytes[..most.min(bytes.len())]).and_then(|()| stream.flush());
}
