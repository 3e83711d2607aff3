//! One request at a time over HTTP, and which kind of no network it met.

use std::error::Error as StdError;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use countersign_core::contest::Contest;
use countersign_core::id::MessageId;
use countersign_core::message::Kind;
use countersign_core::room::Room;
use data_encoding::{BASE64, HEXLOWER};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{CONTENT_TYPE, IF_NONE_MATCH, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response, Url};
use tokio::runtime::Runtime;
use tokio::sync::Notify;

use super::tls;
use crate::api::NetworkState;
use crate::config::Config;
use crate::error::{Error, Result};

/// Header that carries the largest checkpoint that was verified here: the signed note, base 64.
const CHECKPOINT: &str = "countersign-checkpoint";
/// Header that proves which reports this tablet has.
const HOLDING: &str = "countersign-holding";
/// How long a connection that is not used is taken for one that still stands. The server closes those that were silent for
/// 30 s, and nothing here notices while nothing is sent: a report over a closed one would be lost, and wait for its next try.
const KEPT_FOR: Duration = Duration::from_secs(20);

/// Most bytes of an answer about a message.
const ANSWER_MAX: usize = 256 << 10;

/// A whole answer, from whomever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
    /// How long to wait before asking again (`Retry-After`), in milliseconds.
    pub retry_after_ms: Option<u64>,
}

/// What came of a request: an answer, or which kind of no network there was.
pub type Met = std::result::Result<Answered, NetworkState>;

/// What to ask, and where. An address is `https://host…` as the package names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Hand a message over: `POST /v1/{room}/messages?seen={seen}`, with the checkpoint in a header.
    Send {
        /// Where.
        address: String,
        /// To which room.
        room: Room,
        /// The signed bytes.
        bytes: Vec<u8>,
        /// Size of the largest checkpoint of the room's log that was verified here; 0 for none.
        seen: u64,
        /// That checkpoint as it was signed: a server that was restored from an older copy finds out by it.
        checkpoint: Option<String>,
    },
    /// How a room's log goes on, and what is released of precincts: `GET /v1/{room}/log?seen={seen}&precincts={0,7}`, with the
    /// checkpoint in a header, and the reports that the tablet has in another.
    Log {
        /// Where.
        address: String,
        /// Which room's.
        room: Room,
        /// As in [`Request::Send`].
        seen: u64,
        /// As in [`Request::Send`].
        checkpoint: Option<String>,
        /// Numbers of the precincts.
        precincts: Vec<u32>,
        /// Proofs that the tablet has reports of theirs ([`Question::holding`](countersign_core::message::Question::holding)):
        /// questions about them come along.
        holding: Vec<[u8; 32]>,
    },
    /// The newest package, unless it is the one that the tablet has: `GET /v1/packages/newest`.
    Package {
        /// Where.
        address: String,
        /// The one that the tablet has (`If-None-Match`).
        have: Option<MessageId>,
    },
    /// The server's own state: `GET /v1/status`.
    Status {
        /// Where.
        address: String,
    },
}

/// The network of one thread: its runtime, and a client that trusts what the package names.
pub(crate) struct Network {
    runtime: Runtime,
    client: Option<(Option<MessageId>, Client)>,
}

impl Network {
    /// # Errors
    /// When the system gives no runtime.
    pub(crate) fn new() -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Error::Internal(format!("no runtime: {error}")))?;
        Ok(Self { runtime, client: None })
    }

    /// Makes a request and waits for its end, or for `stop`.
    pub(crate) fn ask(
        &mut self,
        config: &Config,
        package: Option<(MessageId, &Contest)>,
        request: &Request,
        stop: Option<&Notify>,
    ) -> Result<Option<Met>> {
        let client = self.client(config, package)?;
        Ok(self.runtime.block_on(async {
            let never = Notify::new();
            tokio::select! {
                met = ask(&client, request) => Some(met),
                () = stop.unwrap_or(&never).notified() => None,
            }
        }))
    }

    fn client(
        &mut self,
        config: &Config,
        package: Option<(MessageId, &Contest)>,
    ) -> Result<Client> {
        let id = package.map(|(id, _)| id);
        if let Some((of, client)) = &self.client
            && *of == id
        {
            return Ok(client.clone());
        }
        let tls = tls::client_config(package.map(|(_, contest)| contest), &config.clock)
            .map_err(|error| Error::Internal(format!("TLS: {error}")))?;
        let limits = config.network;
        let mut builder = Client::builder();
        if let Some(route) = config.route {
            builder = builder.dns_resolver(Route(route));
        }
        let client = builder
            .tls_backend_preconfigured(tls)
            .redirect(Policy::none())
            .no_proxy()
            .pool_idle_timeout(KEPT_FOR)
            .connect_timeout(Duration::from_millis(limits.connect_ms))
            .timeout(Duration::from_millis(limits.answer_ms))
            .user_agent(concat!("countersign/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| Error::Internal(format!("HTTP client: {error}")))?;
        self.client = Some((id, client.clone()));
        Ok(client)
    }
}

/// Leads every name to one address.
struct Route(IpAddr);

impl Resolve for Route {
    fn resolve(&self, _name: Name) -> Resolving {
        // The port is the one that the address in the package names.
        let addresses: Addrs = Box::new(std::iter::once(SocketAddr::new(self.0, 0)));
        Box::pin(std::future::ready(Ok(addresses)))
    }
}

/// An address that counts may be sent to: `https`, or plain `http` to this machine itself.
pub(crate) fn is_allowed(address: &str) -> bool {
    let Ok(url) = Url::parse(address) else { return false };
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let loopback = host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    url.scheme() == "https" || (url.scheme() == "http" && loopback)
}

async fn ask(client: &Client, request: &Request) -> Met {
    let (request, most) = match request {
        Request::Send { address, room, bytes, seen, checkpoint } => {
            let url = format!("{}/v1/{room}/messages?seen={seen}", base(address));
            let request = client.post(url).header(CONTENT_TYPE, "application/cose");
            (shown(request.body(bytes.clone()), checkpoint.as_deref()), ANSWER_MAX)
        }
        Request::Log { address, room, seen, checkpoint, precincts, holding } => {
            let precincts: Vec<String> = precincts.iter().map(u32::to_string).collect();
            let precincts = precincts.join(",");
            let url = format!("{}/v1/{room}/log?seen={seen}&precincts={precincts}", base(address));
            let mut request = shown(client.get(url), checkpoint.as_deref());
            if !holding.is_empty() {
                let proofs: Vec<String> = holding.iter().map(|it| HEXLOWER.encode(it)).collect();
                request = request.header(HOLDING, proofs.join(","));
            }
            (request, ANSWER_MAX)
        }
        Request::Package { address, have } => {
            let mut request = client.get(format!("{}/v1/packages/newest", base(address)));
            if let Some(have) = have {
                request = request.header(IF_NONE_MATCH, format!("\"{have}\""));
            }
            (request, Kind::Package.size_max())
        }
        Request::Status { address } => {
            (client.get(format!("{}/v1/status", base(address))), ANSWER_MAX)
        }
    };
    let mut response = request.send().await.map_err(|error| state_of(&error))?;
    let status = response.status().as_u16();
    let retry_after_ms = retry_after_ms(&response);
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| state_of(&error))? {
        if body.len() + chunk.len() > most {
            // No answer of the party server is that long.
            return Err(NetworkState::Portal);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answered { status, body, retry_after_ms })
}

/// A request that shows a checkpoint.
fn shown(request: RequestBuilder, checkpoint: Option<&str>) -> RequestBuilder {
    match checkpoint {
        Some(note) => request.header(CHECKPOINT, BASE64.encode(note.as_bytes())),
        None => request,
    }
}

fn base(address: &str) -> &str {
    address.trim_end_matches('/')
}

fn retry_after_ms(response: &Response) -> Option<u64> {
    let seconds: u64 = response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    seconds.checked_mul(1000)
}

/// Which kind of no network an error is.
fn state_of(error: &reqwest::Error) -> NetworkState {
    if let Some(tls) = tls_error(error) {
        return match tls {
            // Something that does not speak TLS sits where the server should be.
            rustls::Error::InvalidMessage(_) => NetworkState::Portal,
            _ => NetworkState::FalseCertificate,
        };
    }
    if error.is_timeout() {
        NetworkState::Silent
    } else if error.is_connect() {
        NetworkState::Refused
    } else {
        // The connection stood and the answer did not come whole: whether the message arrived is not known.
        NetworkState::Silent
    }
}

/// The TLS error somewhere below. An `io::Error` hides what it wraps from `source`, so it is asked itself.
fn tls_error<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a rustls::Error> {
    let mut next: Option<&'a (dyn StdError + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(tls) = error.downcast_ref::<rustls::Error>() {
            return Some(tls);
        }
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match inner {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

/// Shared with a waiting request so that it can be given up.
pub(crate) type Stop = Arc<Notify>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t31_counts_go_over_tls_or_to_this_machine_itself() {
        for good in [
            "https://reports.example.org",
            "https://10.0.0.1:8443",
            "http://127.0.0.1:8080",
            "http://localhost:1",
            "http://[::1]:1",
        ] {
            assert!(is_allowed(good), "{good}");
        }
        for bad in [
            "http://reports.example.org",
            "http://127.0.0.1.example.org",
            "ftp://localhost",
            "reports.example.org",
            "",
        ] {
            assert!(!is_allowed(bad), "{bad}");
        }
    }
}
