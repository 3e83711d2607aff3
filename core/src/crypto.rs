//! Ed25519 keys (RFC 8032), by ring.

use std::fmt;

use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

use crate::id::{KeyId, PublicKey};

/// A 64-byte Ed25519 signature.
pub type Signature = [u8; 64];

/// A key that signs. Its private part is never shown, not even by `Debug`.
pub struct SigningKey {
    pair: Ed25519KeyPair,
}

/// The bytes are not a private key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("these bytes are not an Ed25519 private key")]
pub struct NotAKey;

impl SigningKey {
    /// The key of a 32-byte seed. Whoever knows the seed has the key.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed)
            .expect("ring refuses only seeds that are not 32 bytes long");
        Self { pair }
    }

    /// Reads PKCS#8 (version 1 or 2), as ring makes it.
    ///
    /// # Errors
    /// [`NotAKey`] when the bytes are anything else.
    pub fn from_pkcs8(bytes: &[u8]) -> Result<Self, NotAKey> {
        Ed25519KeyPair::from_pkcs8_maybe_unchecked(bytes)
            .map(|pair| Self { pair })
            .map_err(|_| NotAKey)
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        let mut public = [0; 32];
        public.copy_from_slice(self.pair.public_key().as_ref());
        PublicKey(public)
    }

    /// The id that messages of this key carry.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.public().id()
    }

    /// Signs bytes. The same bytes give the same signature.
    #[must_use]
    pub fn sign(&self, bytes: &[u8]) -> Signature {
        let mut signature = [0; 64];
        signature.copy_from_slice(self.pair.sign(bytes).as_ref());
        signature
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.id())
    }
}

/// Whether `signature` is `key`'s signature of `bytes`.
#[must_use]
pub fn verify(key: &PublicKey, bytes: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ED25519, &key.0).verify(bytes, signature).is_ok()
}
