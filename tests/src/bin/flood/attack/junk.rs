//! Connections that come to nothing: silence, nonsense, half a greeting, a handshake without a request, a request that
//! never ends.

use std::io;
use std::rc::Rc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::Attacker;
use crate::wire::Stream;

/// The first bytes of a TLS greeting of 512 bytes, of which no more comes.
const HALF_A_GREETING: [u8; 11] = [22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3];
/// Between two bytes of a request that never ends.
const TRICKLE: Duration = Duration::from_secs(2);

pub(super) async fn attempt(attacker: Rc<Attacker>, number: usize) -> io::Result<()> {
    let from = attacker.address(number);
    let mut stream = attacker.wire.plain(from, attacker.orders.reporting, 0).await?;
    attacker.note(|tally| (tally.connected, tally.sent) = (tally.connected + 1, tally.sent + 1));
    let ended = match number % 5 {
        0 => until_closed(&mut stream).await,
        1 => say(&mut stream, b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await,
        2 => say(&mut stream, &HALF_A_GREETING).await,
        kind => match attacker.wire.secure(stream).await {
            Ok(mut stream) if kind == 3 => until_closed(&mut stream).await,
            Ok(mut stream) => trickle(&mut stream).await,
            Err(error) => Err(error),
        },
    };
    // However it ended, the server ended it.
    let _ = ended;
    attacker.note(|tally| tally.closed += 1);
    Ok(())
}

async fn say(stream: &mut impl Stream, bytes: &[u8]) -> io::Result<()> {
    stream.write_all(bytes).await?;
    until_closed(stream).await
}

async fn until_closed(stream: &mut impl Stream) -> io::Result<()> {
    let mut bytes = [0; 512];
    while stream.read(&mut bytes).await? > 0 {}
    Ok(())
}

async fn trickle(stream: &mut impl Stream) -> io::Result<()> {
    stream.write_all(b"POST /v1/official/messages HTTP/1.1\r\nx: ").await?;
    let mut byte = [0];
    loop {
        stream.write_all(b"x").await?;
        stream.flush().await?;
        if let Ok(read) = tokio::time::timeout(TRICKLE, stream.read(&mut byte)).await {
            read?;
            return Ok(());
        }
    }
}
