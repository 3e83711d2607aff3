//! Keys at rest: every private key is sealed, and what opens them all is sealed with the PIN.
//!
//! Argon2id turns the PIN into a key that opens the *vault key*, a random one; the vault key opens each device key. So
//! one PIN serves all invitations of a tablet, and a wrong one opens nothing. Nothing here is kept open: each signature
//! asks for the PIN.

use countersign_core::crypto::SigningKey;
use countersign_core::seal::{Cost, NONCE_BYTES, SALT_BYTES, SealError, SealKey, Sealed};
use zeroize::Zeroizing;

use crate::config::Argon2Params;
use crate::error::{Error, Result};
use crate::host::Random;

/// What stands before the seed in the PKCS#8 (RFC 8410) form of an Ed25519 key.
const PKCS8_HEAD: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// The vault as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Vault {
    /// Salt of the PIN.
    pub(crate) salt: Vec<u8>,
    /// Cost that the PIN was stretched with.
    pub(crate) params: Argon2Params,
    /// The vault key.
    pub(crate) sealed: Sealed,
}

/// The key that opens the device keys, while somebody holds it.
pub(crate) struct VaultKey(SealKey);

/// What the vault key is sealed for.
const VAULT_AAD: &[u8] = b"countersign vault 1";

impl Vault {
    /// A new vault under a PIN.
    pub(crate) fn create(
        pin: &str,
        params: Argon2Params,
        random: &dyn Random,
    ) -> Result<(Self, VaultKey)> {
        let mut salt = vec![0; SALT_BYTES];
        random.fill(&mut salt);
        let mut key = Zeroizing::new([0; 32]);
        random.fill(&mut *key);
        let kek = SealKey::stretch(pin, &salt, cost(params))?;
        let sealed = kek.seal(VAULT_AAD, &*key, nonce(random))?;
        Ok((Self { salt, params, sealed }, VaultKey(SealKey::new(key))))
    }

    /// Opens it; `None` when the PIN is not right.
    pub(crate) fn open(&self, pin: &str) -> Result<Option<VaultKey>> {
        let kek = SealKey::stretch(pin, &self.salt, cost(self.params))?;
        let Some(opened) = kek.open(VAULT_AAD, &self.sealed)? else { return Ok(None) };
        let key: [u8; 32] = opened
            .as_slice()
            .try_into()
            .map_err(|_| Error::Internal("a vault key of another length".to_owned()))?;
        Ok(Some(VaultKey(SealKey::new(Zeroizing::new(key)))))
    }
}

impl VaultKey {
    /// Makes a device key and seals it; `aad` binds it to its place.
    pub(crate) fn make_device_key(
        &self,
        random: &dyn Random,
        aad: impl Fn(&SigningKey) -> Vec<u8>,
    ) -> Result<(SigningKey, Sealed)> {
        let mut seed = Zeroizing::new([0; 32]);
        random.fill(&mut *seed);
        let key = SigningKey::from_seed(&seed);
        let pkcs8 = Zeroizing::new([PKCS8_HEAD.as_slice(), seed.as_slice()].concat());
        let sealed = self.0.seal(&aad(&key), &pkcs8, nonce(random))?;
        Ok((key, sealed))
    }

    /// Opens a device key.
    pub(crate) fn device_key(&self, aad: &[u8], sealed: &Sealed) -> Result<SigningKey> {
        let broken =
            || Error::Internal("a device key does not open with the vault's key".to_owned());
        let pkcs8 = self.0.open(aad, sealed)?.ok_or_else(broken)?;
        SigningKey::from_pkcs8(&pkcs8).map_err(|_| broken())
    }
}

const fn cost(params: Argon2Params) -> Cost {
    Cost { memory_kib: params.memory_kib, passes: params.passes, lanes: params.lanes }
}

fn nonce(random: &dyn Random) -> [u8; NONCE_BYTES] {
    let mut nonce = [0; NONCE_BYTES];
    random.fill(&mut nonce);
    nonce
}

impl From<SealError> for Error {
    fn from(error: SealError) -> Self {
        Self::Internal(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::SystemRandom;

    const CHEAP: Argon2Params = Argon2Params { memory_kib: 64, passes: 1, lanes: 1 };

    #[test]
    fn t11_only_the_pin_opens_and_the_seed_is_not_at_rest() {
        let random = SystemRandom::default();
        let (vault, key) = Vault::create("123456", CHEAP, &random).unwrap();
        let (device, sealed) = key.make_device_key(&random, |key| key.id().0.to_vec()).unwrap();
        assert!(vault.open("123457").unwrap().is_none());
        let opened = vault.open("123456").unwrap().unwrap();
        let aad = device.id().0;
        assert_eq!(opened.device_key(&aad, &sealed).unwrap().public(), device.public());
        assert!(opened.device_key(&[0; 16], &sealed).is_err(), "sealed for another place");
        assert!(!sealed.bytes.windows(PKCS8_HEAD.len()).any(|window| window == PKCS8_HEAD));
    }
}
