//! As little HTTP and TLS as a load generator needs, so that it leaves the machine to the server.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::TlsConnector;

/// How long a connection may take to be made.
const PATIENCE: Duration = Duration::from_secs(10);

/// Either kind of connection.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin {}
impl<S: AsyncRead + AsyncWrite + Unpin> Stream for S {}

/// How connections are made.
#[derive(Clone)]
pub(crate) struct Wire {
    tls: TlsConnector,
}

impl Wire {
    pub(crate) fn new() -> Result<Self, Error> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Anyone(provider)))
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { tls: TlsConnector::from(Arc::new(config)) })
    }

    /// Connects from an address. `room` is how much it takes in without reading; 0 leaves it to the system.
    pub(crate) async fn plain(
        &self,
        from: Ipv4Addr,
        to: SocketAddr,
        room: u32,
    ) -> io::Result<TcpStream> {
        let socket = TcpSocket::new_v4()?;
        if room > 0 {
            socket.set_recv_buffer_size(room)?;
        }
        socket.bind(SocketAddr::from((from, 0)))?;
        let stream = within(socket.connect(to)).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    /// The same with a handshake.
    pub(crate) async fn secure(&self, stream: TcpStream) -> io::Result<impl Stream + use<>> {
        let name = ServerName::try_from("localhost").map_err(io::Error::other)?;
        within(self.tls.connect(name, stream)).await
    }
}

async fn within<T>(connecting: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    tokio::time::timeout(PATIENCE, connecting).await.map_err(|_| io::ErrorKind::TimedOut)?
}

/// Whoever attacks does not ask whom.
#[derive(Debug)]
struct Anyone(Arc<rustls::crypto::CryptoProvider>);

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// Answers as they come in on a connection.
#[derive(Default)]
pub(crate) struct Answers {
    received: Vec<u8>,
}

impl Answers {
    /// The next answer: the code of the problem, or the status. `None` once the server has closed the connection.
    pub(crate) async fn next(
        &mut self,
        stream: &mut (impl AsyncRead + Unpin),
    ) -> io::Result<Option<String>> {
        loop {
            if let Some((length, outcome)) = first(&self.received)? {
                self.received.drain(..length);
                return Ok(Some(outcome));
            }
            if stream.read_buf(&mut self.received).await? == 0 {
                return Ok(None);
            }
        }
    }
}

/// The first answer and its length, once all of it is there.
fn first(received: &[u8]) -> io::Result<Option<(usize, String)>> {
    let Some(end) = received.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let strange = || io::Error::from(io::ErrorKind::InvalidData);
    let head = std::str::from_utf8(&received[..end]).map_err(|_| strange())?;
    let status = head.split(' ').nth(1).ok_or_else(strange)?;
    let length = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.parse::<usize>().ok())
        .unwrap_or(0);
    let Some(body) = received[end + 4..].get(..length) else { return Ok(None) };
    let code = || {
        let text = std::str::from_utf8(body).ok()?;
        let (_, rest) = text.split_once("\"code\":\"")?;
        rest.split_once('"').map(|(code, _)| code)
    };
    let outcome = if status.starts_with('2') { status } else { code().unwrap_or(status) };
    Ok(Some((end + 4 + length, outcome.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn answers_are_told_apart_however_they_come() {
        let problem = r#"{"status":400,"code":"bad-signature"}"#;
        let text = format!(
            "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 400 Bad Request\r\nContent-Length: {}\r\n\r\n{problem}\
             HTTP/1.1 431 Too Large\r\n\r\n",
            problem.len()
        );
        for size in [1, 7, text.len()] {
            let (mut here, mut there) = tokio::io::duplex(size);
            let text = text.clone();
            let saying = tokio::spawn(async move {
                tokio::io::AsyncWriteExt::write_all(&mut there, text.as_bytes()).await
            });
            let (mut answers, mut told) = (Answers::default(), Vec::new());
            while let Some(outcome) = answers.next(&mut here).await.unwrap() {
                told.push(outcome);
            }
            assert_eq!(told, ["200", "bad-signature", "431"]);
            saying.await.unwrap().unwrap();
        }
    }
}
