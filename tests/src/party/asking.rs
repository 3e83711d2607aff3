//! Asking the party's running server, trusting its certificate alone where it has one. Every status is an answer.

use std::sync::Arc;

use serde_json::Value;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::Party;
use crate::error::Doing;
use crate::{Error, Result};

/// What the server answered to a message.
#[derive(Debug, Clone)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Seconds after which to come again, where it says so.
    pub retry_after: Option<u64>,
    /// The receipt's document, or the problem's.
    pub body: Value,
}

impl Reply {
    /// The receipt.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn receipt(&self) -> Result<String> {
        let receipt = self.body["receipt"].as_str().filter(|_| self.status == 200);
        receipt
            .map(str::to_owned)
            .ok_or_else(|| Error::Unexpected(format!("{}, no receipt: {}", self.status, self.body)))
    }
}

impl Party {
    /// The receipt of a message, as the running server gives it to whoever asks.
    ///
    /// # Errors
    ///
    /// When the server does not run or has no such message.
    pub fn receipt(&self, room: &str, message: &str) -> Result<String> {
        let address = self.address(&format!("/v1/{room}/messages/{message}/receipt"));
        let answered = self.agent()?.get(&address).call().and_then(reply);
        answered.map_err(|error| Error::Unexpected(format!("{address}: {error}")))?.receipt()
    }

    /// Sends a message as a tablet does.
    ///
    /// # Errors
    ///
    /// When the server does not answer.
    pub fn post(&self, room: &str, message: &[u8]) -> Result<Reply> {
        let address = self.address(&format!("/v1/{room}/messages"));
        let answered = self.agent()?.post(&address).send(message).and_then(reply);
        answered.map_err(|error| Error::Unexpected(format!("{address}: {error}")))
    }

    /// Status of the server's answer to who asks whether it is well.
    ///
    /// # Errors
    ///
    /// When the server does not answer.
    pub fn health(&self) -> Result<u16> {
        let address = self.address("/healthz");
        let answered = self.agent()?.get(&address).call();
        answered
            .map(|answer| answer.status().as_u16())
            .map_err(|error| Error::Unexpected(format!("{address}: {error}")))
    }

    fn address(&self, path: &str) -> String {
        format!("{}:{}{path}", self.place.origin(), self.reporting.port())
    }

    fn agent(&self) -> Result<ureq::Agent> {
        let pem = std::fs::read(self.keys().join("server/tls/ca.pem")).doing("reading ca.pem")?;
        let root = Certificate::from_pem(&pem)
            .map_err(|error| Error::Unexpected(format!("ca.pem: {error}")))?;
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::Specific(Arc::new(vec![root])))
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .build();
        let config = ureq::Agent::config_builder().tls_config(tls).http_status_as_error(false);
        Ok(config.build().into())
    }
}

fn reply(mut answer: ureq::http::Response<ureq::Body>) -> Result<Reply, ureq::Error> {
    let retry_after = answer.headers().get("retry-after").and_then(|text| text.to_str().ok());
    Ok(Reply {
        status: answer.status().as_u16(),
        retry_after: retry_after.and_then(|text| text.parse().ok()),
        body: answer.body_mut().read_json()?,
    })
}
