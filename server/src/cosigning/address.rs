//! Where a witness is asked, as an operator writes it: `<verifier key>=<url>`, or `<name>=<url>` of one that the contest names.

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

/// Who is asked at an address, as an operator says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// By verifier key.
    Key(WitnessKey),
    /// By the name that the contest's package has for it.
    Name(String),
}

impl Who {
    /// Whether this is the witness that is meant.
    pub(super) fn is(&self, key: &WitnessKey) -> bool {
        match self {
            Self::Key(own) => own == key,
            Self::Name(name) => name == key.name(),
        }
    }

    /// The witness's name.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Key(key) => key.name(),
            Self::Name(name) => name,
        }
    }
}

/// An address, as an operator gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenAddress {
    /// Whose it is.
    pub who: Who,
    /// Where that witness is asked, without the slash at the end.
    pub url: String,
}

/// A text that is no witness's address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAnAddress {
    /// No `=http://` or `=https://` in it.
    #[error(
        "a witness is named by its verifier key, or by the name that the contest has for it, then `=` and its address: \
         witness.example.org+1a2b3c4d+BA…=https://witness.example.org"
    )]
    NoUrl,
    /// What stands before it is no witness's verifier key.
    #[error(transparent)]
    Key(#[from] NotAVerifierKey),
    /// What stands after it is no address.
    #[error("{0} is no address: {1}")]
    Url(String, String),
}

impl FromStr for GivenAddress {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        let at = ["=http://", "=https://"].iter().filter_map(|start| text.find(start)).min();
        let (who, url) = text.split_at(at.ok_or(NotAnAddress::NoUrl)?);
        let url = url[1..].trim_end_matches('/');
        reqwest::Url::parse(url)
            .map_err(|error| NotAnAddress::Url(url.to_owned(), error.to_string()))?;
        // No name has a plus sign, every key has two.
        let who = match who.parse() {
            Ok(key) => Who::Key(key),
            Err(_) if !who.is_empty() && !who.contains('+') => Who::Name(who.to_owned()),
            Err(error) => return Err(error.into()),
        };
        Ok(Self { who, url: url.to_owned() })
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
            let address: GivenAddress = format!("{key}={given}").parse().unwrap();
            assert_eq!((&address.who, address.url.as_str()), (&Who::Key(key.clone()), url));
            let named: GivenAddress = format!("w.example/a=b={given}").parse().unwrap();
            assert_eq!(
                (&named.who, named.url),
                (&Who::Name("w.example/a=b".to_owned()), address.url)
            );
            assert!(named.who.is(&key) && address.who.is(&key));
        }
        for bad in
            [String::new(), key.to_string(), format!("{key}=ftp://a"), format!("{key}=http://")]
        {
            assert!(bad.parse::<GivenAddress>().is_err(), "{bad}");
        }
        let changed = key.to_string().replace("w.example", "v.example");
        for bad in ["=https://w.example".to_owned(), format!("{changed}=https://w.example")] {
            assert!(bad.parse::<GivenAddress>().is_err(), "{bad}");
        }
    }
}
