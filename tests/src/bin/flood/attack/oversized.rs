//! Requests that are too large: announced so, without an end, larger than a tablet's and slow, or with a head without end.

use std::io;
use std::rc::Rc;
use std::time::Duration;

use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use super::Attacker;
use crate::wire::Answers;

/// Bytes of a body that is more than any message may have.
const TOO_LARGE: usize = (4 << 20) + 1;
/// Bytes of one that a package may have, of which little comes.
const LARGE: usize = 1 << 20;
/// How long a slow one goes on.
const SLOW: Duration = Duration::from_secs(20);

pub(super) async fn attempt(attacker: Rc<Attacker>, number: usize) -> io::Result<()> {
    let from = attacker.address(number);
    let stream = attacker.wire.plain(from, attacker.orders.reporting, 0).await?;
    let stream = attacker.wire.secure(stream).await?;
    attacker.note(|tally| (tally.connected, tally.sent) = (tally.connected + 1, tally.sent + 1));
    let (mut reader, mut writer) = tokio::io::split(stream);
    let writing = async {
        // The server may have answered and closed before all of it was said; that is what the answer is for.
        let _ = say(&mut writer, number).await;
        std::future::pending::<()>().await;
    };
    let mut answers = Answers::default();
    let answer = tokio::select! {
        answer = answers.next(&mut reader) => answer,
        () = writing => Ok(None),
    };
    attacker.answered(answer.ok().flatten().unwrap_or_else(|| "closed".to_owned()));
    attacker.note(|tally| tally.closed += 1);
    Ok(())
}

async fn say(stream: &mut (impl AsyncWrite + Unpin), number: usize) -> io::Result<()> {
    const HEAD: &str = "POST /v1/official/messages HTTP/1.1\r\nhost: localhost\r\n";
    let part = [b'x'; 4096];
    match number % 4 {
        0 => {
            let head = format!("{HEAD}content-length: {TOO_LARGE}\r\n\r\n");
            stream.write_all(head.as_bytes()).await?;
            stream.write_all(&part).await?;
        }
        1 => {
            stream
                .write_all(format!("{HEAD}transfer-encoding: chunked\r\n\r\n").as_bytes())
                .await?;
            for _ in 0..64 {
                stream.write_all(b"1000\r\n").await?;
                stream.write_all(&part).await?;
                stream.write_all(b"\r\n").await?;
            }
        }
        2 => {
            let head = format!("{HEAD}content-length: {LARGE}\r\n\r\n");
            stream.write_all(head.as_bytes()).await?;
            for _ in 0..SLOW.as_secs() {
                stream.write_all(&part[..16]).await?;
                stream.flush().await?;
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
        _ => {
            stream.write_all(HEAD.as_bytes()).await?;
            stream.write_all(b"x: ").await?;
            for _ in 0..64 {
                stream.write_all(&part).await?;
            }
        }
    }
    stream.flush().await
}
