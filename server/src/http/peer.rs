//! Who asks: the connection's other end, or whom a trusted proxy names.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::http::HeaderMap;

use crate::headquarters::PageOrigin;

/// By which a proxy says whether it was asked with TLS.
const PROTO: &str = "x-forwarded-proto";

/// The other end of a connection.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

impl Peer {
    /// Whether it is this machine.
    #[must_use]
    pub fn is_loopback(self) -> bool {
        self.0.ip().to_canonical().is_loopback()
    }
}

/// Proxies that are believed.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(pub Arc<[IpAddr]>);

impl TrustedProxies {
    /// Whether the other end is a proxy that is believed.
    #[must_use]
    pub fn names(&self, peer: Peer) -> bool {
        self.0.contains(&peer.0.ip().to_canonical())
    }

    /// Whether nobody could read along on the way here: it began on this machine, or goes through a trusted proxy that does not say
    /// that it was itself asked without TLS.
    #[must_use]
    pub fn keeps_secrets(&self, peer: Peer, headers: &HeaderMap) -> bool {
        let here = self.names(peer) || peer.is_loopback();
        here && headers.get(PROTO).is_none_or(|proto| proto.as_bytes() != b"http")
    }

    /// The sender's address. A trusted proxy that names nobody stands for many, so there is none to charge.
    #[must_use]
    pub fn sender(&self, peer: Peer, headers: &HeaderMap) -> Option<IpAddr> {
        let address = peer.0.ip().to_canonical();
        if !self.names(peer) {
            return Some(address);
        }
        // The proxy appends whom it saw; what stands before could have been written by anyone.
        let named = headers.get_all("x-forwarded-for").iter().next_back()?;
        let last = named.to_str().ok()?.rsplit(',').next()?.trim();
        last.parse().ok().map(|address: IpAddr| address.to_canonical())
    }
}

/// Whether a proxy says that it passes a request on.
#[must_use]
pub(crate) fn is_forwarded(headers: &HeaderMap) -> bool {
    headers.contains_key("x-forwarded-for") || headers.contains_key("forwarded")
}

/// Whether a browser asked with https: as the proxy that ends TLS says, or, of one that says nothing of it, as the address of the pages
/// does.
#[must_use]
pub(crate) fn is_https(headers: &HeaderMap, pages: Option<&PageOrigin>) -> bool {
    match headers.get(PROTO) {
        Some(proto) => proto.as_bytes() == b"https",
        None => is_forwarded(headers) && pages.is_some_and(PageOrigin::is_https),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sender(peer: &str, forwarded: &[&str]) -> Option<String> {
        let proxies = TrustedProxies(vec![IpAddr::from([10, 0, 0, 1])].into());
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        let peer = Peer(SocketAddr::new(peer.parse().unwrap(), 4000));
        proxies.sender(peer, &headers).map(|address| address.to_string())
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_its_own_word() {
        assert_eq!(sender("192.0.2.7", &["198.51.100.1"]).as_deref(), Some("192.0.2.7"));
        assert_eq!(sender("10.0.0.1", &["198.51.100.1"]).as_deref(), Some("198.51.100.1"));
        assert_eq!(
            sender("10.0.0.1", &["203.0.113.9, 198.51.100.1"]).as_deref(),
            Some("198.51.100.1")
        );
        assert_eq!(
            sender("10.0.0.1", &["203.0.113.9", "198.51.100.1"]).as_deref(),
            Some("198.51.100.1")
        );
        assert_eq!(sender("10.0.0.1", &[]), None);
        assert_eq!(sender("::ffff:192.0.2.7", &[]).as_deref(), Some("192.0.2.7"));
    }
}
