//! Speaking to a running server, as headquarters' own commands do.

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
        let http = http.build().map_err(Failure::internal)?;
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
            Failure::internal(format!("{} does not answer: {error}", self.address))
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
