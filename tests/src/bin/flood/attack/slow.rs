//! Who asks for the largest answer many times and takes a byte of it now and then.

use std::io;
use std::rc::Rc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::Attacker;
use crate::wire::Stream;

/// Requests on each connection.
const REQUESTS: usize = 40;
/// What is taken in without being read: as little as the system allows.
const ROOM: u32 = 2048;
/// Between two bytes.
const PAUSE: Duration = Duration::from_secs(1);

pub(super) async fn attempt(attacker: Rc<Attacker>, number: usize) -> io::Result<()> {
    let from = attacker.address(number);
    // Every other one at the tablets' door.
    let ended = if number.is_multiple_of(2) {
        let stream = attacker.wire.plain(from, attacker.orders.public, ROOM).await?;
        dawdle(&attacker, stream).await
    } else {
        let stream = attacker.wire.plain(from, attacker.orders.reporting, ROOM).await?;
        let stream = attacker.wire.secure(stream).await?;
        dawdle(&attacker, stream).await
    };
    // However it ended, the server ended it.
    let _ = ended;
    attacker.note(|tally| tally.closed += 1);
    Ok(())
}

async fn dawdle(attacker: &Attacker, mut stream: impl Stream) -> io::Result<()> {
    attacker.note(|tally| (tally.connected, tally.sent) = (tally.connected + 1, tally.sent + 1));
    let request = "GET /v1/packages/newest HTTP/1.1\r\nhost: localhost\r\n\r\n".repeat(REQUESTS);
    stream.write_all(request.as_bytes()).await?;
    stream.flush().await?;
    while stream.read_u8().await.is_ok() {
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}
