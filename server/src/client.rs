//! Speaking to a running server, as headquarters' own commands do.

use std::error::Error;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use countersign_core::message::Message;
use countersign_core::receipt::Receipt;
use countersign_core::refusal::Refusal;
use countersign_core::room::Room;
use serde::Deserialize;

use crate::failure::Failure;

/// Bytes of an answer that are read: a receipt has a few thousand, a problem a few hundred.
const ANSWER_MAX: usize = 64 * 1024;

/// A server that runs, at its reporting address.
pub struct Client {
    http: reqwest::Client,
    address: String,
    runtime: tokio::runtime::Runtime,
}

#[derive(Deserialize)]
struct Receipted {
    receipt: String,
}

#[derive(Deserialize)]
struct Problem {
    code: String,
}

impl Client {
    /// Prepares to speak to `address` (`https://host:port`), trusting these certificates (DER), or the public ones
    /// where there are none.
    ///
    /// # Errors
    /// When a certificate is none.
    pub fn new(address: &str, roots: &[Vec<u8>]) -> Result<Self, Failure> {
        Self::with(address, roots, |http| http)
    }

    /// Prepares to speak to the server of this machine that listens at `listens`. Where it speaks TLS itself, its certificate is for the
    /// name by which tablets know it, at one of the addresses `known`: it is asked by that name, wherever the name leads.
    ///
    /// # Errors
    /// When a certificate is none.
    pub fn beside<'a>(
        listens: &str,
        known: impl IntoIterator<Item = &'a str>,
        roots: &[Vec<u8>],
    ) -> Result<Self, Failure> {
        let Some(socket) = tls_socket(listens) else { return Self::new(listens, roots) };
        let Some(name) = known.into_iter().find_map(name_of) else {
            return Self::new(listens, roots);
        };
        let address = format!("https://{name}:{}", socket.port());
        Self::with(&address, roots, |http| http.resolve(&name, socket))
    }

    fn with(
        address: &str,
        roots: &[Vec<u8>],
        more: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
    ) -> Result<Self, Failure> {
        install_provider();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(Failure::internal)?;
        let mut http = reqwest::Client::builder().timeout(Duration::from_secs(60)).no_proxy();
        let mut certificates = Vec::new();
        for root in roots {
            certificates.push(reqwest::Certificate::from_der(root).map_err(Failure::mistake)?);
        }
        if !certificates.is_empty() {
            http = http.tls_certs_only(certificates);
        }
        let http = more(http).build().map_err(Failure::internal)?;
        Ok(Self { http, address: address.trim_end_matches('/').to_owned(), runtime })
    }

    /// Enters a message; the index of its entry, as the receipt says it.
    ///
    /// # Errors
    /// The refusal in words, or that the server does not answer.
    pub fn enter(&self, room: Room, message: &Message) -> Result<u64, Failure> {
        let url = format!("{}/v1/{room}/messages", self.address);
        let sent = async {
            let response = self
                .http
                .post(&url)
                .header("content-type", "application/cose")
                .body(message.bytes().to_vec())
                .send()
                .await?;
            let good = response.status().is_success();
            Ok::<_, reqwest::Error>((good, read(response).await?))
        };
        let (good, body) = self.runtime.block_on(sent).map_err(|error| {
            let why = chain(&error.without_url());
            Failure::internal(format!("{} does not answer: {why}", self.address))
        })?;
        let strange = || Failure::internal(format!("{} is no Countersign server", self.address));
        let body = body.ok_or_else(strange)?;
        if good {
            let receipted: Receipted = serde_json::from_slice(&body).map_err(|_| strange())?;
            return Receipt::claim(&receipted.receipt).map(|(index, _)| index).ok_or_else(strange);
        }
        let problem: Problem = serde_json::from_slice(&body).map_err(|_| strange())?;
        Err(match problem.code.parse::<Refusal>() {
            Ok(refusal) => {
                Failure::mistake(format!("the server refuses it ({refusal}): {}", refusal.title()))
            }
            Err(_) => Failure::internal(format!("the server answers {}", problem.code)),
        })
    }
}

/// Where a server that speaks TLS is reached on its own machine; `None` where it speaks none.
fn tls_socket(listens: &str) -> Option<SocketAddr> {
    let mut socket: SocketAddr = listens.strip_prefix("https://")?.parse().ok()?;
    if socket.ip().is_unspecified() {
        socket.set_ip(match socket.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    Some(socket)
}

/// The name in a server's address; `None` where it has an IP address instead.
fn name_of(address: &str) -> Option<String> {
    reqwest::Url::parse(address).ok()?.domain().map(str::to_owned)
}

/// An error with all that led to it: a connection's own says nothing of a certificate that is not good.
#[must_use]
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |&error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Reads an answer; `None` when it is longer than [`ANSWER_MAX`].
async fn read(mut response: reqwest::Response) -> Result<Option<Vec<u8>>, reqwest::Error> {
    let mut bytes = Vec::new();
    while let Some(part) = response.chunk().await? {
        if bytes.len() + part.len() > ANSWER_MAX {
            return Ok(None);
        }
        bytes.extend_from_slice(&part);
    }
    Ok(Some(bytes))
}

/// TLS by ring, once for the process.
pub fn install_provider() {
    // A second call finds the first one's provider, which is the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_listens_everywhere_is_reached_on_its_own_machine() {
        let socket = |listens| tls_socket(listens).map(|socket| socket.to_string());
        assert_eq!(socket("https://0.0.0.0:443").as_deref(), Some("127.0.0.1:443"));
        assert_eq!(socket("https://[::]:443").as_deref(), Some("[::1]:443"));
        assert_eq!(socket("https://192.0.2.7:8470").as_deref(), Some("192.0.2.7:8470"));
        assert_eq!(socket("http://127.0.0.1:8470"), None);
        assert_eq!(name_of("https://reports.example.org").as_deref(), Some("reports.example.org"));
        assert_eq!(name_of("https://127.0.0.1:8470"), None);
    }
}
