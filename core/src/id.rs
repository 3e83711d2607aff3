//! Names of things: messages, keys, packages, precincts. One type each, so that none can be taken for another.

use std::fmt;

use data_encoding::HEXLOWER;
use minicbor::{Decode, Encode};
use ring::digest;

/// SHA-256 of `bytes`.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    out
}

macro_rules! bytes_id {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Encode, Decode)]
        #[cbor(transparent)]
        pub struct $name(#[cbor(n(0), with = "minicbor::bytes")] pub [u8; $len]);

        impl $name {
            /// Reads lower-case hexadecimal digits; `None` for anything else.
            #[must_use]
            pub fn from_hex(text: &str) -> Option<Self> {
                let bytes = HEXLOWER.decode(text.as_bytes()).ok()?;
                Some(Self(bytes.try_into().ok()?))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&HEXLOWER.encode(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
    };
}

bytes_id! {
    /// Identity of a message: SHA-256 of its bytes as they were signed. Shown as 64 lower-case hexadecimal digits.
    MessageId, 32
}

bytes_id! {
    /// Identity of a key, the `kid` of a message: the first 16 bytes of the SHA-256 of the public key.
    KeyId, 16
}

bytes_id! {
    /// An Ed25519 public key (RFC 8032).
    PublicKey, 32
}

bytes_id! {
    /// SHA-256 of a photo's bytes.
    PhotoDigest, 32
}

bytes_id! {
    /// SHA-256 of the bytes of somebody else's copy of the results.
    CopyDigest, 32
}

impl CopyDigest {
    /// The digest of a copy's bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha256(bytes))
    }
}

impl MessageId {
    /// The id of a message's bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha256(bytes))
    }
}

impl PublicKey {
    /// The id that messages signed by this key carry.
    #[must_use]
    pub fn id(&self) -> KeyId {
        let mut id = [0; 16];
        id.copy_from_slice(&sha256(&self.0)[..16]);
        KeyId(id)
    }
}

/// Number of a precinct in the package: its index in the roster, at most 2^20 − 1 (an invitation holds 20 bits).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Encode, Decode)]
#[cbor(transparent)]
pub struct PrecinctNumber(#[n(0)] pub u32);

impl fmt::Display for PrecinctNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
