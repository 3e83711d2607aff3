//! The address of headquarters' pages as browsers know it. A passkey is made for it and good nowhere else.

use std::str::FromStr;

/// An address for which passkeys can be made: scheme, host name and port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageOrigin {
    origin: String,
    host: String,
}

/// A text that is no such address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAnOrigin {
    /// It is no address with a host name and nothing behind it.
    #[error(
        "{0} is not the address of pages: it is written https://hq.example.org, with nothing behind the name but a port"
    )]
    Form(String),
    /// Its host is an IP address.
    #[error("passkeys are made for a name: browsers make none for an IP address as in {0}")]
    Address(String),
    /// Browsers make passkeys only where nobody can read along.
    #[error(
        "browsers make passkeys only for https addresses, and for http://localhost: not for {0}"
    )]
    Plain(String),
}

impl NotAnOrigin {
    /// Whether trying again can help: never.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        false
    }
}

impl PageOrigin {
    /// The pages on this machine itself.
    #[must_use]
    pub fn localhost(port: u16) -> Self {
        Self { origin: format!("http://localhost:{port}"), host: "localhost".to_owned() }
    }

    /// As browsers write it: `https://hq.example.org`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.origin
    }

    /// Whether browsers reach them by TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.origin.starts_with("https://")
    }

    /// The host's name, which is what a passkey is made for (the *RP ID*).
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }
}

impl FromStr for PageOrigin {
    type Err = NotAnOrigin;

    fn from_str(text: &str) -> Result<Self, NotAnOrigin> {
        let form = || NotAnOrigin::Form(text.to_owned());
        let url = reqwest::Url::parse(text).map_err(|_| form())?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let anonymous = url.username().is_empty() && url.password().is_none();
        if !bare || !anonymous || !url.has_host() {
            return Err(form());
        }
        let host = url.domain().ok_or_else(|| NotAnOrigin::Address(text.to_owned()))?.to_owned();
        let local = host == "localhost" || host.ends_with(".localhost");
        match url.scheme() {
            "https" => {}
            "http" if local => {}
            _ => return Err(NotAnOrigin::Plain(text.to_owned())),
        }
        Ok(Self { origin: url.origin().ascii_serialization(), host })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_browsers_write_them() {
        for (given, origin, host) in [
            ("https://hq.example.org", "https://hq.example.org", "hq.example.org"),
            ("https://HQ.example.org:443/", "https://hq.example.org", "hq.example.org"),
            ("https://hq.example.org:8443", "https://hq.example.org:8443", "hq.example.org"),
            ("http://localhost:8472", "http://localhost:8472", "localhost"),
        ] {
            let read: PageOrigin = given.parse().unwrap();
            assert_eq!((read.as_str(), read.host()), (origin, host), "{given}");
        }
        assert_eq!(PageOrigin::localhost(8472), "http://localhost:8472".parse().unwrap());
    }

    #[test]
    fn what_browsers_make_no_passkeys_for_is_refused() {
        let refused = |text: &str| text.parse::<PageOrigin>().unwrap_err();
        for form in [
            "",
            "hq.example.org",
            "https://hq.example.org/hq/",
            "https://hq.example.org/?a",
            "https://me@hq.example.org",
            "data:x",
        ] {
            assert!(matches!(refused(form), NotAnOrigin::Form(_)), "{form}");
        }
        for address in ["https://127.0.0.1:8472", "https://[::1]", "http://10.0.0.1"] {
            assert!(matches!(refused(address), NotAnOrigin::Address(_)), "{address}");
        }
        assert!(matches!(refused("http://hq.example.org"), NotAnOrigin::Plain(_)));
        assert!(matches!(refused("ftp://localhost"), NotAnOrigin::Plain(_)));
    }
}
