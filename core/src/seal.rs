//! Private keys at rest: sealed by what a person knows (design section 7, "Vault", and section 9, "person").
//!
//! Argon2id makes a key of a PIN or password; AES-256-GCM seals with it. Randomness comes in as an argument.

use argon2::{Algorithm, Argon2, Params, Version};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::{Zeroize, Zeroizing};

/// Bytes of a nonce.
pub const NONCE_BYTES: usize = NONCE_LEN;

/// Bytes of a salt.
pub const SALT_BYTES: usize = 16;

/// Cost of making a key of a secret with Argon2id. Stored beside what was sealed, so it may change between versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Default for Cost {
    /// 64 MiB, three passes: what the design asks for.
    fn default() -> Self {
        Self { memory_kib: 64 << 10, passes: 3, lanes: 1 }
    }
}

/// Bytes sealed under a key, with their nonce.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Never used twice under one key: it is random.
    pub nonce: Vec<u8>,
    /// Ciphertext and tag.
    pub bytes: Vec<u8>,
}

/// What is stored cannot have been made by this program. Trying again cannot help.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// A cost that Argon2id does not take.
    #[error("Argon2id: {0}")]
    Cost(String),
    /// A nonce of another length.
    #[error("a nonce of another length")]
    Nonce,
    /// Nothing could be sealed.
    #[error("sealing failed")]
    Sealing,
}

/// A key that seals and opens; wiped when dropped.
pub struct SealKey(Zeroizing<[u8; 32]>);

impl SealKey {
    /// The key with these bytes, which are random.
    #[must_use]
    pub const fn new(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self(bytes)
    }

    /// The key that a secret gives with a salt, at a cost.
    ///
    /// # Errors
    /// [`SealError::Cost`].
    pub fn stretch(secret: &str, salt: &[u8], cost: Cost) -> Result<Self, SealError> {
        let wrong = |error: argon2::Error| SealError::Cost(error.to_string());
        let params =
            Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32)).map_err(wrong)?;
        let mut out = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(secret.as_bytes(), salt, &mut *out)
            .map_err(wrong)?;
        Ok(Self(out))
    }

    /// Its bytes, to be sealed under another key.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Seals bytes. `aad` binds them to their place, `nonce` is random.
    ///
    /// # Errors
    /// [`SealError::Sealing`].
    pub fn seal(
        &self,
        aad: &[u8],
        bytes: &[u8],
        nonce: [u8; NONCE_BYTES],
    ) -> Result<Sealed, SealError> {
        let mut sealed = bytes.to_vec();
        let done = self.aead().seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(aad),
            &mut sealed,
        );
        if done.is_err() {
            sealed.zeroize();
            return Err(SealError::Sealing);
        }
        Ok(Sealed { nonce: nonce.to_vec(), bytes: sealed })
    }

    /// Opens what was sealed; `None` when it was sealed with another key or for another place.
    ///
    /// # Errors
    /// [`SealError::Nonce`].
    pub fn open(
        &self,
        aad: &[u8],
        sealed: &Sealed,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, SealError> {
        let nonce =
            Nonce::try_assume_unique_for_key(&sealed.nonce).map_err(|_| SealError::Nonce)?;
        let mut bytes = Zeroizing::new(sealed.bytes.clone());
        let opened = self.aead().open_in_place(nonce, Aad::from(aad), &mut bytes);
        let Ok(length) = opened.map(|plain| plain.len()) else { return Ok(None) };
        bytes.truncate(length);
        Ok(Some(bytes))
    }

    fn aead(&self) -> LessSafeKey {
        let key = UnboundKey::new(&AES_256_GCM, &*self.0);
        LessSafeKey::new(key.expect("32 bytes are the length of an AES-256 key"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: Cost = Cost { memory_kib: 64, passes: 1, lanes: 1 };

    #[test]
    fn only_the_secret_opens_and_only_in_its_place() {
        let key = SealKey::stretch("right", &[1; SALT_BYTES], CHEAP).unwrap();
        let sealed = key.seal(b"here", b"a key", [2; NONCE_BYTES]).unwrap();
        let open = |secret: &str, aad: &[u8]| {
            let key = SealKey::stretch(secret, &[1; SALT_BYTES], CHEAP).unwrap();
            key.open(aad, &sealed).unwrap().map(|bytes| bytes.to_vec())
        };
        assert_eq!(open("right", b"here").as_deref(), Some(&b"a key"[..]));
        assert_eq!(open("wrong", b"here"), None);
        assert_eq!(open("right", b"there"), None);
        assert!(!sealed.bytes.windows(5).any(|part| part == b"a key"));
    }

    #[test]
    fn what_no_program_made_is_an_error() {
        let none = Cost { memory_kib: 0, ..CHEAP };
        assert!(matches!(
            SealKey::stretch("x", &[1; SALT_BYTES], none).err(),
            Some(SealError::Cost(_))
        ));
        let key = SealKey::stretch("x", &[1; SALT_BYTES], CHEAP).unwrap();
        let sealed = Sealed { nonce: vec![1], bytes: vec![2; 20] };
        assert_eq!(key.open(b"", &sealed).err(), Some(SealError::Nonce));
    }
}
