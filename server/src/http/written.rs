//! JSON that is sent while it is written: a large document never lies in memory whole.

use std::convert::Infallible;
use std::io::{self, BufWriter, Write};

use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use http_body_util::channel::{Channel, Sender};
use serde::Serialize;
use tokio::runtime::Handle;

/// Bytes of a piece, and pieces that may wait to be taken.
const PIECE: usize = 64 << 10;
const PIECES: usize = 4;

/// Answers with a value as JSON. It is written on a thread of its own, as fast as it is taken; when nobody takes it any more,
/// writing ends.
pub(super) fn json(value: impl Serialize + Send + 'static) -> Response {
    let (sender, body) = Channel::<Bytes, Infallible>::new(PIECES);
    tokio::task::spawn_blocking(move || {
        let pieces = Pieces { sender, runtime: Handle::current() };
        let mut out = BufWriter::with_capacity(PIECE, pieces);
        let written = serde_json::to_writer(&mut out, &value).map_err(io::Error::from);
        if let Err(error) = written.and_then(|()| out.flush()) {
            tracing::debug!(%error, "nobody takes the document any more");
        }
    });
    ([(header::CONTENT_TYPE, "application/json")], Body::new(body)).into_response()
}

struct Pieces {
    sender: Sender<Bytes, Infallible>,
    runtime: Handle,
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let piece = Bytes::copy_from_slice(bytes);
        self.runtime
            .block_on(self.sender.send_data(piece))
            .map_err(|_| io::ErrorKind::BrokenPipe)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
