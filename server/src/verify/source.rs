//! Where public files are read: a folder, or an address. What comes from there is believed by nobody yet.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::StatusCode;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// Files that are asked for at once.
const AT_ONCE: usize = 16;

/// Times that a file is asked for before it is given up.
const TRIES: u32 = 6;

/// Time to be reached in, and for one file.
const CONNECT_TIME: Duration = Duration::from_secs(10);
const TIME: Duration = Duration::from_secs(60);

/// Pause before a file is asked for again; longer each time.
const PAUSE: Duration = Duration::from_millis(500);

/// A file that is wanted.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Its name below the folder or address.
    pub name: String,
    /// Most bytes that such a file has. Of a longer one only one byte more is read, so that it is seen to be longer.
    pub size_max: usize,
}

/// What cannot be read, which says nothing about whether it is right.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    /// No such folder.
    #[error("{0} is neither a folder nor an address that begins with https:// or http://")]
    NoSource(String),
    /// A certificate is none, or no connection can be prepared.
    #[error("no connection can be prepared: {0}")]
    Client(String),
    /// A file is there and cannot be read.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Nobody answers.
    #[error("{url} does not answer: {what}")]
    Silent {
        /// What was asked for.
        url: String,
        /// What happened.
        what: String,
    },
    /// Something else than a file is answered.
    #[error("{url} answers {status}")]
    Answer {
        /// What was asked for.
        url: String,
        /// The status.
        status: StatusCode,
    },
    /// More than is read before anything is proven.
    #[error(
        "it claims to have {0}, which is more than this program reads of a log that may be anybody's"
    )]
    TooMuch(String),
    /// There is no log of this room.
    #[error(
        "there is no {0}: give the public address of a server, or a folder that `log export` wrote; a room's log is empty until it \
         has a package"
    )]
    NoLog(String),
}

impl Unread {
    /// Whether trying again can help.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Silent { .. } => true,
            Self::Answer { status, .. } => {
                status.is_server_error() || *status == StatusCode::TOO_MANY_REQUESTS
            }
            _ => false,
        }
    }
}

/// Where public files are read.
#[derive(Debug)]
pub enum Source {
    /// A folder.
    Folder(PathBuf),
    /// An address.
    Address(Address),
}

impl Source {
    /// A folder or address as a person writes it. `roots` are certificates (DER) that a TLS connection has to lead to; none for
    /// the public ones.
    ///
    /// # Errors
    /// [`Unread::NoSource`], [`Unread::Client`].
    pub fn open(text: &str, roots: &[Vec<u8>]) -> Result<Self, Unread> {
        if text.starts_with("https://") || text.starts_with("http://") {
            return Address::new(text, roots).map(Self::Address);
        }
        let folder = PathBuf::from(text);
        if folder.is_dir() {
            Ok(Self::Folder(folder))
        } else {
            Err(Unread::NoSource(text.to_owned()))
        }
    }

    /// Reads files, each `None` where there is none. `on` is told how many were read.
    ///
    /// # Errors
    /// [`Unread`] for the first that can neither be read nor is known not to be there.
    pub fn read(
        &self,
        wanted: Vec<Wanted>,
        on: &mut dyn FnMut(usize),
    ) -> Result<Vec<Option<Vec<u8>>>, Unread> {
        match self {
            Self::Folder(folder) => {
                let mut files = Vec::with_capacity(wanted.len());
                for one in &wanted {
                    files.push(read_file(folder, one)?);
                    on(files.len());
                }
                Ok(files)
            }
            Self::Address(address) => address.read(wanted, on),
        }
    }

    /// Reads one file; `None` where there is none.
    ///
    /// # Errors
    /// [`Unread`].
    pub fn read_one(&self, name: &str, size_max: usize) -> Result<Option<Vec<u8>>, Unread> {
        let wanted = vec![Wanted { name: name.to_owned(), size_max }];
        Ok(self.read(wanted, &mut |_| ())?.pop().flatten())
    }
}

fn read_file(folder: &Path, wanted: &Wanted) -> Result<Option<Vec<u8>>, Unread> {
    let path = folder.join(&wanted.name);
    let read = || {
        let mut bytes = Vec::new();
        let most = wanted.size_max as u64 + 1;
        std::fs::File::open(&path)?.take(most).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    match read() {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if is_not_there(&error) => Ok(None),
        Err(source) => Err(Unread::File { path, source }),
    }
}

fn is_not_there(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// A server's public address, or a web host with the same files.
#[derive(Debug)]
pub struct Address {
    http: reqwest::Client,
    base: Arc<str>,
    runtime: Runtime,
}

impl Address {
    fn new(address: &str, roots: &[Vec<u8>]) -> Result<Self, Unread> {
        let client = |error: &dyn std::fmt::Display| Unread::Client(error.to_string());
        crate::client::install_provider();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(|error| client(&error))?;
        let mut certificates = Vec::new();
        for root in roots {
            let certificate = reqwest::Certificate::from_der(root);
            certificates.push(certificate.map_err(|error| client(&error))?);
        }
        // One request after the other on each of a few connections: a server answers those of one connection in turn.
        let mut http = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIME)
            .timeout(TIME)
            .pool_max_idle_per_host(AT_ONCE)
            .redirect(reqwest::redirect::Policy::limited(3))
            .http1_only()
            .no_proxy();
        if !certificates.is_empty() {
            http = http.tls_certs_only(certificates);
        }
        let http = http.build().map_err(|error| client(&error))?;
        Ok(Self { http, base: address.trim_end_matches('/').into(), runtime })
    }

    fn read(
        &self,
        wanted: Vec<Wanted>,
        on: &mut dyn FnMut(usize),
    ) -> Result<Vec<Option<Vec<u8>>>, Unread> {
        let count = wanted.len();
        self.runtime.block_on(async {
            let (answer, mut answers) = mpsc::channel(4 * AT_ONCE);
            let wanted: Arc<[Wanted]> = wanted.into();
            let next = Arc::new(AtomicUsize::new(0));
            let mut readers = JoinSet::new();
            for _ in 0..AT_ONCE.min(count) {
                let (http, base) = (self.http.clone(), Arc::clone(&self.base));
                let (wanted, next) = (Arc::clone(&wanted), Arc::clone(&next));
                let answer = answer.clone();
                readers.spawn(async move {
                    while let Some((at, one)) = claim(&wanted, &next) {
                        if answer.send((at, get(&http, &base, one).await)).await.is_err() {
                            break;
                        }
                    }
                });
            }
            drop(answer);
            let mut files = vec![None; count];
            let mut read = 0;
            // Returning with an error lets go of the readers, which ends them.
            while let Some((at, file)) = answers.recv().await {
                files[at] = file?;
                read += 1;
                on(read);
            }
            Ok(files)
        })
    }
}

/// The next file that nobody has asked for yet.
fn claim<'a>(wanted: &'a [Wanted], next: &AtomicUsize) -> Option<(usize, &'a Wanted)> {
    let at = next.fetch_add(1, Ordering::Relaxed);
    Some((at, wanted.get(at)?))
}

async fn get(
    http: &reqwest::Client,
    base: &str,
    wanted: &Wanted,
) -> Result<Option<Vec<u8>>, Unread> {
    let url = format!("{base}/{}", wanted.name);
    let mut tries = 0;
    loop {
        tries += 1;
        match get_once(http, &url, wanted.size_max).await {
            Err(trouble) if tries < TRIES && trouble.is_transient() => {
                tokio::time::sleep(PAUSE * tries).await;
            }
            answered => return answered,
        }
    }
}

async fn get_once(
    http: &reqwest::Client,
    url: &str,
    size_max: usize,
) -> Result<Option<Vec<u8>>, Unread> {
    let silent = |error: reqwest::Error| Unread::Silent {
        url: url.to_owned(),
        what: crate::client::chain(&error.without_url()),
    };
    let mut response = http.get(url).send().await.map_err(silent)?;
    match response.status() {
        StatusCode::OK => {}
        // Some hosts of files answer so where there is none.
        StatusCode::NOT_FOUND | StatusCode::GONE | StatusCode::FORBIDDEN => return Ok(None),
        status => return Err(Unread::Answer { url: url.to_owned(), status }),
    }
    let mut bytes = Vec::new();
    while let Some(part) = response.chunk().await.map_err(silent)? {
        let room = size_max + 1 - bytes.len();
        bytes.extend_from_slice(&part[..part.len().min(room)]);
        if bytes.len() > size_max {
            break;
        }
    }
    Ok(Some(bytes))
}
