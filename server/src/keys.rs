//! Keys in files: made from the machine's randomness, PKCS#8, readable by their owner only.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use countersign_core::crypto::SigningKey;
use ring::rand::SystemRandom;
use ring::signature::Ed25519KeyPair;

use crate::tls;

/// Keys could not be made, written or read.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// There is already such a file; keys are never overwritten.
    #[error("{0} exists already; keys are never overwritten: name a new folder")]
    Exists(PathBuf),
    /// The file system refuses.
    #[error("{path}: {source}")]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Not a key.
    #[error("{0} is not an Ed25519 key in PKCS#8, as `keys init` makes it")]
    NotAKey(PathBuf),
    /// The machine gives no randomness, or no certificate can be made.
    #[error("no key or certificate could be made: {0}")]
    Made(String),
}

impl KeyError {
    /// Whether trying again can help.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::File { .. })
    }
}

/// Where each key of a contest lies below the folder that `keys init` makes.
#[derive(Debug, Clone)]
pub struct KeyFolder(pub PathBuf);

impl KeyFolder {
    /// The party key: to be kept off the server.
    #[must_use]
    pub fn party(&self) -> PathBuf {
        self.0.join("party").join("party.key")
    }

    /// The part that goes to the server.
    #[must_use]
    pub fn server(&self) -> PathBuf {
        self.0.join("server")
    }

    /// The key that signs a room's checkpoints.
    #[must_use]
    pub fn log(&self, room: countersign_core::room::Room) -> PathBuf {
        self.server().join(log_key_name(room))
    }

    /// The spare log key.
    #[must_use]
    pub fn spare(&self) -> PathBuf {
        self.server().join("log-spare.key")
    }

    /// The key that signs the lists of hashes of a room's published documents. Folders that were made before there were any have
    /// none.
    #[must_use]
    pub fn results(&self, room: countersign_core::room::Room) -> PathBuf {
        self.server().join(results_key_name(room))
    }

    /// The admin's key.
    #[must_use]
    pub fn admin(&self) -> PathBuf {
        self.server().join("admin.key")
    }

    /// The folder of certificates.
    #[must_use]
    pub fn tls(&self) -> PathBuf {
        self.server().join("tls")
    }

    /// Makes every key, and a certificate for `hosts` with an authority of its own.
    ///
    /// # Errors
    /// [`KeyError`]; [`KeyError::Exists`] before anything is written.
    pub fn init(&self, hosts: &[String]) -> Result<(), KeyError> {
        let parts = [self.0.join("party"), self.server()];
        if let Some(part) = parts.iter().find(|part| part.exists()) {
            return Err(KeyError::Exists(part.clone()));
        }
        make_folder(&self.0.join("party"))?;
        make_folder(&self.server())?;
        make_folder(&self.tls())?;
        let rooms = countersign_core::room::Room::ALL.map(|room| self.log(room));
        for path in [self.party(), self.admin(), self.spare()].iter().chain(&rooms) {
            write_secret(path, &generate()?)?;
        }
        self.init_results()?;
        let made = tls::self_signed(hosts).map_err(|error| KeyError::Made(error.to_string()))?;
        write_secret(&self.tls().join("ca.pem"), made.authority.as_bytes())?;
        write_secret(&self.tls().join("cert.pem"), made.certificate.as_bytes())?;
        write_secret(&self.tls().join("key.pem"), made.key.as_bytes())
    }

    /// Makes the keys that sign lists of hashes.
    ///
    /// # Errors
    /// [`KeyError`]; [`KeyError::Exists`] before anything is written.
    pub fn init_results(&self) -> Result<(), KeyError> {
        let paths = countersign_core::room::Room::ALL.map(|room| self.results(room));
        if let Some(path) = paths.iter().find(|path| path.exists()) {
            return Err(KeyError::Exists(path.clone()));
        }
        for path in &paths {
            write_secret(path, &generate()?)?;
        }
        Ok(())
    }
}

/// Name of a room's log key in any folder.
#[must_use]
pub fn log_key_name(room: countersign_core::room::Room) -> String {
    format!("log-{room}.key")
}

/// Name of a room's results key in any folder.
#[must_use]
pub fn results_key_name(room: countersign_core::room::Room) -> String {
    format!("results-{room}.key")
}

/// A new key, PKCS#8.
///
/// # Errors
/// [`KeyError::Made`].
pub fn generate() -> Result<Vec<u8>, KeyError> {
    Ed25519KeyPair::generate_pkcs8(&SystemRandom::new())
        .map(|document| document.as_ref().to_vec())
        .map_err(|_| KeyError::Made("the machine gives no randomness".to_owned()))
}

/// Reads a key.
///
/// # Errors
/// [`KeyError`].
pub fn read_key(path: &Path) -> Result<SigningKey, KeyError> {
    let bytes =
        std::fs::read(path).map_err(|source| KeyError::File { path: path.to_owned(), source })?;
    SigningKey::from_pkcs8(&bytes).map_err(|_| KeyError::NotAKey(path.to_owned()))
}

/// Makes a folder that only its owner may enter.
///
/// # Errors
/// [`KeyError::File`].
pub fn make_folder(path: &Path) -> Result<(), KeyError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|source| KeyError::File { path: path.to_owned(), source })
}

/// Writes a new file that only its owner may read, durably.
///
/// # Errors
/// [`KeyError::Exists`], [`KeyError::File`].
pub fn write_secret(path: &Path, bytes: &[u8]) -> Result<(), KeyError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = |source: std::io::Error| match source.kind() {
        std::io::ErrorKind::AlreadyExists => KeyError::Exists(path.to_owned()),
        _ => KeyError::File { path: path.to_owned(), source },
    };
    let mut opened = options.open(path).map_err(file)?;
    opened.write_all(bytes).and_then(|()| opened.sync_all()).map_err(file)
}
