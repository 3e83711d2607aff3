//! Where a witness is asked, as an operator writes it: `<verifier key>=<url>`.

use std::str::FromStr;

use countersign_core::log::{NotAVerifierKey, WitnessKey};

/// A witness and its address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessAddress {
    /// What its cosignatures are verified with.
    pub key: WitnessKey,
    /// Where it is asked, without the slash at the end.
    pub url: String,
}

/// A text that is no witness's address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAnAddress {
    /// No `=http://` or `=https://` in it.
    #[error(
        "a witness is named by its verifier key, `=`, and its address: witness.example.org+1a2b3c4d+BA…=https://witness.example.org"
    )]
    NoUrl,
    /// What stands before it is no witness's verifier key.
    #[error(transparent)]
    Key(#[from] NotAVerifierKey),
    /// What stands after it is no address.
    #[error("{0} is no address: {1}")]
    Url(String, String),
}

impl FromStr for WitnessAddress {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        let at = ["=http://", "=https://"].iter().filter_map(|start| text.find(start)).min();
        let (key, url) = text.split_at(at.ok_or(NotAnAddress::NoUrl)?);
        let url = url[1..].trim_end_matches('/');
        reqwest::Url::parse(url)
            .map_err(|error| NotAnAddress::Url(url.to_owned(), error.to_string()))?;
        Ok(Self { key: key.parse()?, url: url.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_core::crypto::SigningKey;

    #[test]
    fn key_and_address_are_taken_apart() {
        let public = SigningKey::from_seed(&[1; 32]).public();
        let key = WitnessKey::new("w.example/a=b", public).unwrap();
        for (given, url) in [
            ("https://w.example/", "https://w.example"),
            ("http://127.0.0.1:8480", "http://127.0.0.1:8480"),
            ("https://w.example/one/", "https://w.example/one"),
        ] {
            let address: WitnessAddress = format!("{key}={given}").parse().unwrap();
            assert_eq!((address.key, address.url.as_str()), (key.clone(), url));
        }
        for bad in
            [String::new(), key.to_string(), format!("{key}=ftp://a"), format!("{key}=http://")]
        {
            assert!(bad.parse::<WitnessAddress>().is_err(), "{bad}");
        }
        assert!("x=https://w.example".parse::<WitnessAddress>().is_err());
    }
}
