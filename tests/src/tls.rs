//! Certificates: the party server's own, and those of who pretends to be it.

use std::path::Path;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::{Error, Result};

/// A server's certificate and key.
#[derive(Debug)]
pub struct Identity {
    config: Arc<rustls::ServerConfig>,
}

impl Identity {
    /// What a server shows that has these PEM files.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    pub fn read(certificates: &Path, key: &Path) -> Result<Self> {
        let unreadable = |error: rustls::pki_types::pem::Error| {
            Error::Unexpected(format!("{}: {error}", certificates.display()))
        };
        let chain = CertificateDer::pem_file_iter(certificates)
            .map_err(unreadable)?
            .collect::<std::result::Result<Vec<_>, _>>()
            .map_err(unreadable)?;
        Self::new(chain, PrivateKeyDer::from_pem_file(key).map_err(unreadable)?)
    }

    /// A certificate for the same host, of an authority that bears the same name and is another.
    ///
    /// # Errors
    ///
    /// When none can be made.
    pub fn forged() -> Result<Self> {
        let authority_key = KeyPair::generate().map_err(made)?;
        let mut authority = validity(CertificateParams::default());
        authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        authority.distinguished_name.push(DnType::CommonName, "Countersign party authority");
        let issuer = Issuer::new(authority, authority_key);

        let key = KeyPair::generate().map_err(made)?;
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let certificate = validity(CertificateParams::new(names).map_err(made)?)
            .signed_by(&key, &issuer)
            .map_err(made)?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        Self::new(vec![certificate.der().clone()], key)
    }

    /// The TLS server that shows it.
    #[must_use]
    pub fn server(&self) -> Arc<rustls::ServerConfig> {
        Arc::clone(&self.config)
    }

    fn new(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<Self> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
            .map_err(|error| Error::Unexpected(format!("TLS of a test: {error}")))?;
        Ok(Self { config: Arc::new(config) })
    }
}

/// Valid on the caucus day of 2020 and today: a tablet checks for one or the other.
fn validity(mut parameters: CertificateParams) -> CertificateParams {
    parameters.not_before = rcgen::date_time_ymd(2019, 1, 1);
    parameters.not_after = rcgen::date_time_ymd(2049, 1, 1);
    parameters
}

fn made(error: rcgen::Error) -> Error {
    Error::Unexpected(format!("making a certificate: {error}"))
}
