//! TLS for the reporting listener: certificates of our own making for a first start, and the acceptor.

use std::path::Path;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::failure::Failure;

/// An authority with one server certificate, all PEM.
pub struct SelfSigned {
    /// The authority's certificate: what a package carries.
    pub authority: String,
    /// The server's certificate.
    pub certificate: String,
    /// The server's key.
    pub key: String,
}

/// Makes an authority and a certificate for `hosts` (names or addresses). Both are valid for long: tablets judge
/// certificates by the package's validity and the caucus day. The authority's key is thrown away.
///
/// # Errors
/// When a host cannot stand in a certificate.
pub fn self_signed(hosts: &[String]) -> Result<SelfSigned, rcgen::Error> {
    let (from, until) = (date_time_ymd(2019, 1, 1), date_time_ymd(2049, 1, 1));
    let mut authority = CertificateParams::new(Vec::<String>::new())?;
    authority.distinguished_name.push(DnType::CommonName, "Countersign party authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    (authority.not_before, authority.not_after) = (from, until);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;

    let mut server = CertificateParams::new(hosts.to_vec())?;
    server.distinguished_name.push(DnType::CommonName, "Countersign party server");
    server.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
    (server.not_before, server.not_after) = (from, until);
    let key = KeyPair::generate()?;
    let certificate = server.signed_by(&key, &authority)?;
    Ok(SelfSigned {
        authority: authority.pem(),
        certificate: certificate.pem(),
        key: key.serialize_pem(),
    })
}

/// The certificates of a PEM file.
///
/// # Errors
/// A mistake that names the file.
pub fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let wrong = |error: &dyn std::fmt::Display| {
        Failure::mistake(format!(
            "{}: {error}; a PEM file with certificates is needed",
            path.display()
        ))
    };
    let found = CertificateDer::pem_file_iter(path)
        .map_err(|error| wrong(&error))?
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| wrong(&error))?;
    if found.is_empty() { Err(wrong(&"it holds no certificate")) } else { Ok(found) }
}

/// What accepts TLS connections with this certificate chain and key (PEM files).
///
/// # Errors
/// A mistake that names the file.
pub fn acceptor(certificates: &Path, key: &Path) -> Result<TlsAcceptor, Failure> {
    let chain = read_certificates(certificates)?;
    let secret = PrivateKeyDer::from_pem_file(key).map_err(|error| {
        Failure::mistake(format!(
            "{}: {error}; a PEM file with a private key is needed",
            key.display()
        ))
    })?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(Failure::internal)?
        .with_no_client_auth()
        .with_single_cert(chain, secret)
        .map_err(|error| Failure::mistake(format!("{}: {error}", certificates.display())))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
