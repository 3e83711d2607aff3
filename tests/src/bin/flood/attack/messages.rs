//! Requests without end over kept connections, many under way on each: forged reports, those of a stolen key, and readers.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use countersign_core::room::Room;
use rand::RngExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::sync::Notify;

use super::{Attacker, by_the_clock};
use crate::capacity::post;
use crate::orders::Kind;
use crate::wire::{Answers, Stream};

/// Requests that may wait for room on a connection.
const DEPTH: u64 = 16;
/// Before a connection that was closed is made again.
const PAUSE: Duration = Duration::from_millis(250);
/// What readers ask for; the largest only now and then.
const PAGES: [&str; 8] = [
    "/log/official/checkpoint",
    "/v1/status",
    "/log/official/checkpoint",
    "/log/official/tile/entries/000",
    "/log/official/checkpoint",
    "/log/official/tile/0/000",
    "/log/official/checkpoint",
    "/v1/packages/newest",
];

/// One connection's queue.
#[derive(Default)]
struct Line {
    waiting: Cell<u64>,
    more: Notify,
}

pub(super) async fn attack(attacker: Rc<Attacker>) {
    let lines: Vec<Rc<Line>> = (0..attacker.orders.connections).map(|_| Rc::default()).collect();
    for (number, line) in lines.iter().enumerate() {
        tokio::task::spawn_local(keep(Rc::clone(&attacker), number, Rc::clone(line)));
    }
    let mut first = 0;
    by_the_clock(&attacker, |mut due| {
        for at in 0..lines.len() {
            let line = &lines[(first + at) % lines.len()];
            let room = due.min(DEPTH - line.waiting.get());
            if room > 0 {
                line.waiting.set(line.waiting.get() + room);
                line.more.notify_one();
                due -= room;
            }
            if due == 0 {
                break;
            }
        }
        first += 1;
    })
    .await;
}

/// Keeps a connection, and makes it again when it is closed.
async fn keep(attacker: Rc<Attacker>, number: usize, line: Rc<Line>) {
    loop {
        let met = match attacker.orders.kind {
            Kind::Readers => {
                let to = attacker.orders.public;
                attacker.wire.plain(attacker.address(number), to, 0).await.map(Either::Plain)
            }
            _ => {
                let to = attacker.orders.reporting;
                match attacker.wire.plain(attacker.address(number), to, 0).await {
                    Ok(stream) => attacker.wire.secure(stream).await.map(Either::Secure),
                    Err(error) => Err(error),
                }
            }
        };
        match met {
            Ok(stream) => {
                attacker.note(|tally| tally.connected += 1);
                match stream {
                    Either::Plain(stream) => talk(&attacker, number, &line, stream).await,
                    Either::Secure(stream) => talk(&attacker, number, &line, stream).await,
                }
                attacker.note(|tally| tally.closed += 1);
            }
            Err(_) => attacker.note(|tally| tally.not_connected += 1),
        }
        let jitter = attacker.dice.borrow_mut().random_range(0..PAUSE.as_millis() as u64);
        tokio::time::sleep(PAUSE + Duration::from_millis(jitter)).await;
    }
}

enum Either<P, S> {
    Plain(P),
    Secure(S),
}

/// Writes what waits and counts what comes, each as fast as the server allows, until the connection ends.
async fn talk(attacker: &Attacker, number: usize, line: &Line, stream: impl Stream) {
    let (mut reader, mut writer) = tokio::io::split(stream);
    let reading = async {
        let mut answers = Answers::default();
        while let Ok(Some(outcome)) = answers.next(&mut reader).await {
            attacker.answered(outcome);
        }
    };
    let writing = async {
        let mut asked = number;
        let mut requests = Vec::new();
        loop {
            let waiting = line.waiting.take();
            if waiting == 0 {
                line.more.notified().await;
                continue;
            }
            requests.clear();
            for _ in 0..waiting {
                requests.extend(request(attacker, asked));
                asked += 1;
            }
            if writer.write_all(&requests).await.is_err() || writer.flush().await.is_err() {
                return;
            }
            attacker.note(|tally| tally.sent += waiting);
        }
    };
    tokio::select! {
        () = reading => {}
        () = writing => {}
    }
}

fn request(attacker: &Attacker, asked: usize) -> Vec<u8> {
    if attacker.orders.kind == Kind::Readers {
        let page = PAGES[asked % PAGES.len()];
        return format!("GET {page} HTTP/1.1\r\nhost: localhost\r\n\r\n").into_bytes();
    }
    let message = &attacker.messages[asked.wrapping_mul(31) % attacker.messages.len()];
    let mut request = post(Room::Official, message);
    if attacker.orders.kind == Kind::Forged
        && let Some(signature) = request.last_chunk_mut::<8>()
    {
        // Never the same twice, so that none is known already.
        attacker.dice.borrow_mut().fill(signature);
    }
    request
}
