//! As little HTTP as a load generator needs, so that it takes little of the machine from the server it measures.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A kept connection.
pub(crate) struct Connection<S> {
    stream: S,
    host: String,
    sent: Vec<u8>,
    received: Vec<u8>,
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Connection<TcpStream> {
    pub(crate) async fn open(host: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(host).await?;
        stream.set_nodelay(true)?;
        Ok(Self::over(stream, host))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    /// On a stream that leads to this host.
    pub(crate) fn over(stream: S, host: &str) -> Self {
        Self { stream, host: host.to_owned(), sent: Vec::new(), received: Vec::new() }
    }

    /// Posts a body and reads the answer.
    pub(crate) async fn post(&mut self, path: &str, body: &[u8]) -> io::Result<Answer> {
        self.sent.clear();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/cose\r\ncontent-length: {}\r\n\r\n",
            self.host,
            body.len()
        );
        self.sent.extend_from_slice(head.as_bytes());
        self.sent.extend_from_slice(body);
        self.answer().await
    }

    /// Asks for a file as a browser does, which takes it compressed, and reads the answer.
    pub(crate) async fn get(&mut self, path: &str) -> io::Result<Answer> {
        self.sent.clear();
        let head =
            format!("GET {path} HTTP/1.1\r\nhost: {}\r\naccept-encoding: gzip\r\n\r\n", self.host);
        self.sent.extend_from_slice(head.as_bytes());
        self.answer().await
    }

    async fn answer(&mut self) -> io::Result<Answer> {
        self.stream.write_all(&self.sent).await?;
        self.received.clear();
        loop {
            if self.stream.read_buf(&mut self.received).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if let Some(answer) = whole(&self.received)? {
                return Ok(answer);
            }
        }
    }
}

/// The answer, once all of it is there.
fn whole(received: &[u8]) -> io::Result<Option<Answer>> {
    let Some(end) = received.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let strange = || io::Error::from(io::ErrorKind::InvalidData);
    let head = std::str::from_utf8(&received[..end]).map_err(|_| strange())?;
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or_else(strange)?;
    let length = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.parse::<usize>().ok())
        .ok_or_else(strange)?;
    let body = &received[end + 4..];
    Ok((body.len() >= length).then(|| Answer { status, body: body[..length].to_vec() }))
}
