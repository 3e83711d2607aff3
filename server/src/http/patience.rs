//! A connection that is given up when the other side does not keep going: when no request comes at first, and when an
//! answer is not taken. What comes between, hyper looks after.

use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

use super::house::Sitter;

/// Time for the first request, handshake included.
pub(super) const FIRST: Duration = Duration::from_secs(30);

/// Who waits for an answer takes at least [`LEAST`] bytes of it in this time: two kilobits a second.
const WINDOW: Duration = Duration::from_secs(30);
const LEAST: usize = 8 << 10;

/// Why a connection was given up.
#[derive(Debug, thiserror::Error)]
pub(super) enum GivenUp {
    #[error("no request came")]
    NoRequest,
    #[error("the answer was not taken")]
    SlowReader,
}

impl From<GivenUp> for io::Error {
    fn from(why: GivenUp) -> Self {
        Self::new(io::ErrorKind::TimedOut, why)
    }
}

/// The connection, and what it waits for.
pub(super) struct Patient<S> {
    inner: S,
    sitter: Arc<Sitter>,
    first: Pin<Box<Sleep>>,
    /// Runs from when the other side stopped taking what there is.
    window: Option<Pin<Box<Sleep>>>,
    /// Bytes that it has taken since.
    taken: usize,
}

impl<S> Patient<S> {
    pub(super) fn new(inner: S, sitter: Arc<Sitter>) -> Self {
        let first = Box::pin(tokio::time::sleep(FIRST));
        Self { inner, sitter, first, window: None, taken: 0 }
    }

    fn wrote(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match written {
            Poll::Ready(Ok(bytes)) => {
                self.sitter.moved();
                self.taken += bytes;
                if self.taken >= LEAST {
                    self.window = None;
                }
                Poll::Ready(Ok(bytes))
            }
            Poll::Pending => {
                if self.window.is_none() {
                    self.taken = 0;
                }
                let window =
                    self.window.get_or_insert_with(|| Box::pin(tokio::time::sleep(WINDOW)));
                match window.as_mut().poll(cx) {
                    Poll::Ready(()) => Poll::Ready(Err(GivenUp::SlowReader.into())),
                    Poll::Pending => Poll::Pending,
                }
            }
            failed => failed,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.inner).poll_read(cx, buffer);
        if read.is_ready() {
            if buffer.filled().len() > before {
                self.sitter.moved();
            }
        } else if !self.sitter.has_asked() && self.first.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(GivenUp::NoRequest.into()));
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write(cx, bytes);
        self.wrote(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write_vectored(cx, bytes);
        self.wrote(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        // What stands above flushes when there is nothing left to write.
        self.window = None;
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::super::connections::Places;
    use super::super::house::House;
    use super::*;

    fn patient(room: usize) -> (Patient<tokio::io::DuplexStream>, tokio::io::DuplexStream) {
        let house = House::new(Places { all: 1, one_address: 1 });
        let (seat, _) = house.enter(IpAddr::from([192, 0, 2, 1]));
        let (here, there) = tokio::io::duplex(room);
        (Patient::new(here, Arc::clone(&seat.sitter)), there)
    }

    #[tokio::test(start_paused = true)]
    async fn who_never_asks_is_given_up() {
        let (mut patient, _there) = patient(64);
        let error = patient.read_u8().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test(start_paused = true)]
    async fn who_asked_before_may_be_silent() {
        let (mut patient, mut there) = patient(64);
        patient.sitter.asks();
        let late = async {
            tokio::time::sleep(FIRST * 3).await;
            there.write_u8(7).await.unwrap();
        };
        let (read, ()) = tokio::join!(patient.read_u8(), late);
        assert_eq!(read.unwrap(), 7);
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_a_little_now_and_then_is_given_up_and_who_takes_enough_is_not() {
        for (bytes, good) in [(LEAST / 8, false), (LEAST, true)] {
            let (mut patient, mut there) = patient(LEAST);
            let answer = vec![1; 4 * LEAST];
            let mut left = answer.len();
            let reading = async {
                let mut taken = vec![0; bytes];
                while left > 0 && there.read_exact(&mut taken).await.is_ok() {
                    left -= taken.len();
                    tokio::time::sleep(WINDOW / 2).await;
                }
            };
            let writing = async move {
                let written = patient.write_all(&answer).await;
                drop(patient);
                written
            };
            let (written, ()) = tokio::join!(writing, reading);
            assert_eq!(written.is_ok(), good, "{bytes} bytes at a time");
        }
    }
}
