//! Bad input in quantity: the server is no slower and no larger for it, and good messages from the same address get in.

use std::time::Duration;

use countersign_core::room::Room;
use countersign_server::admission::{Limits, Rate};
use countersign_server::http::Places;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::Party;

const ROOM: Room = Room::Official;

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_failed_too_often_is_served_last_and_not_refused() {
    let party = Party::new(&[ROOM]);
    let limits = Limits {
        address: Rate { burst: 5, per_minute: 1 },
        last_in_line: 1000,
        ..Limits::default()
    };
    let server = party.start_limited(limits).await;
    let device = server.tablet(&party, ROOM, 0).await;
    let report = party.sign(ROOM, &device, &party.report(0, 20));
    for number in 0..20_u8 {
        assert_eq!(server.post(ROOM, vec![number; 40]).await.code(), "not-canonical");
    }
    party.verify(ROOM, &report, &server.send(ROOM, &report).await.receipt());
    let metrics = server.get(server.private, "/metrics").await.text();
    assert!(metrics.contains("countersign_over_budget_total 1\n"), "{metrics}");
}

#[tokio::test(flavor = "multi_thread")]
async fn good_messages_are_not_charged_to_their_address() {
    let party = Party::new(&[ROOM]);
    let limits = Limits { address: Rate { burst: 1, per_minute: 1 }, ..Limits::default() };
    let server = party.start_limited(limits).await;
    for precinct in 0..12 {
        let device = server.tablet(&party, ROOM, precinct).await;
        server.send(ROOM, &party.sign(ROOM, &device, &party.report(precinct, 20))).await.receipt();
    }
    let metrics = server.get(server.private, "/metrics").await.text();
    assert!(metrics.contains("countersign_over_budget_total 0\n"), "{metrics}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_has_a_budget_that_forgeries_do_not_spend() {
    let party = Party::new(&[ROOM]);
    let limits = Limits { key: Rate { burst: 3, per_minute: 60 }, ..Limits::default() };
    let server = party.start_limited(limits).await;
    let device = server.tablet(&party, ROOM, 0).await;
    for people in 0..10 {
        let mut forged = party.sign(ROOM, &device, &party.report(0, people)).into_bytes();
        *forged.last_mut().unwrap() ^= 1;
        assert_eq!(server.post(ROOM, forged).await.code(), "bad-signature");
    }
    let reports: Vec<_> =
        (0..4).map(|people| party.sign(ROOM, &device, &party.report(0, people))).collect();
    for report in &reports[..3] {
        server.send(ROOM, report).await.receipt();
    }
    let reply = server.send(ROOM, &reports[3]).await;
    assert_eq!(reply.code(), "too-many");
    assert_eq!(reply.retry_after, Some(1));
    // What is in the log is answered whatever the budget says.
    server.send(ROOM, &reports[0]).await.receipt();
    party.clock.set(crate::support::START_MS + 1000);
    server.send(ROOM, &reports[3]).await.receipt();
}

/// Somebody who sends half a message and waits holds up nobody.
#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_never_ends_is_given_up() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    let mut slow = TcpStream::connect(server.reporting).await.unwrap();
    let head =
        "POST /v1/official/messages HTTP/1.1\r\nhost: x\r\ncontent-length: 600\r\n\r\n0123456789";
    slow.write_all(head.as_bytes()).await.unwrap();
    let device = server.tablet(&party, ROOM, 0).await;
    server.send(ROOM, &party.sign(ROOM, &device, &party.report(0, 20))).await.receipt();
    let mut answer = Vec::new();
    let read = slow.read_to_end(&mut answer);
    tokio::time::timeout(Duration::from_secs(30), read).await.unwrap().unwrap();
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("too-slow"), "{answer}");
}

/// Who only holds connections open makes room for who has something to say.
#[tokio::test(flavor = "multi_thread")]
async fn t71_a_full_listener_lets_a_tablet_in() {
    let party = Party::new(&[ROOM]);
    let server = party.start_small(Places { all: 4, one_address: 4 }).await;
    let mut silent = Vec::new();
    for _ in 0..4 {
        silent.push(TcpStream::connect(server.reporting).await.unwrap());
    }
    let device = server.tablet(&party, ROOM, 0).await;
    let report = party.sign(ROOM, &device, &party.report(0, 20));
    party.verify(ROOM, &report, &server.send(ROOM, &report).await.receipt());
    // The first to come had been silent for longest.
    let closed = tokio::time::timeout(Duration::from_secs(20), silent[0].read_u8()).await.unwrap();
    assert!(closed.is_err());
    let metrics = server.get(server.private, "/metrics").await.text();
    let crowded = "countersign_connections_cut_total{listener=\"reporting\",why=\"crowded\"} ";
    assert!(metrics.contains(crowded), "{metrics}");
}

/// What a key has sent too much of waits for everyone else's, and costs no signature check before.
#[tokio::test(flavor = "multi_thread")]
async fn t71_a_key_over_its_budget_is_looked_at_last() {
    let party = Party::new(&[ROOM]);
    let limits = Limits { key: Rate { burst: 1, per_minute: 1 }, ..Limits::default() };
    let server = party.start_limited(limits).await;
    let device = server.tablet(&party, ROOM, 0).await;
    let report = |people| party.sign(ROOM, &device, &party.report(0, people));
    server.send(ROOM, &report(0)).await.receipt();
    for people in 1..4 {
        assert_eq!(server.send(ROOM, &report(people)).await.code(), "too-many");
    }
    let metrics = server.get(server.private, "/metrics").await.text();
    assert!(metrics.contains("countersign_key_over_budget_total 3\n"), "{metrics}");
    assert!(metrics.contains("countersign_over_budget_total 0\n"), "{metrics}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_unknown_length_may_only_be_small() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    let mut chunked = TcpStream::connect(server.reporting).await.unwrap();
    let head = "POST /v1/official/messages HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n";
    chunked.write_all(head.as_bytes()).await.unwrap();
    let chunk = format!("1000\r\n{}\r\n", "x".repeat(0x1000));
    for _ in 0..3 {
        // The server may have answered and gone already.
        let _ = chunked.write_all(chunk.as_bytes()).await;
    }
    let mut answer = Vec::new();
    let _ = chunked.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("too-large"), "{answer}");
}

/// What is larger than any message is refused by its announced length, before a byte of it is read.
#[tokio::test(flavor = "multi_thread")]
async fn a_body_larger_than_any_message_is_not_even_read() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    let mut large = TcpStream::connect(server.reporting).await.unwrap();
    let head = format!(
        "POST /v1/official/messages HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n",
        (4 << 20) + 1
    );
    large.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    large.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("too-large"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_forgeries_leave_log_and_quarantine_bounded() {
    let party = Party::new(&[ROOM]);
    let options = countersign_server::node::Options {
        limits: Limits { last_in_line: 100_000, ..Limits::default() },
        quarantine: countersign_server::store::QuarantineLimits {
            held: 10,
            refused: 10,
            unproven: 50,
        },
    };
    let server = party.start_with(options, |_, log| std::sync::Arc::new(log)).await;
    let size = server.size(ROOM);
    for _ in 0..1000 {
        // An invitation and a device that fit each other prove nothing.
        let made_up = party.enrolment(ROOM, &party.code(0), &party.new_key());
        assert_eq!(server.send(ROOM, &made_up).await.code(), "invitation-not-valid");
    }
    assert_eq!(server.size(ROOM), size);
    let private = server.node.private.clone();
    server.stop().await;
    assert_eq!(private.waiting(ROOM, countersign_server::store::Why::Unproven), 50);
    assert_eq!(private.waiting(ROOM, countersign_server::store::Why::Refused), 0);
}
