//! What the server can do with nobody in its way: good reports, each from a key within its budget, over kept connections.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use countersign_core::room::Room;
use countersign_tests::signer::{Signed, Signer};
use serde::Serialize;
use tokio::io::AsyncWriteExt as _;

use crate::Outcome;
use crate::wire::{Answers, Wire};

/// Where it is measured: the log of the other room stays as the tablets make it.
const ROOM: Room = Room::Rehearsal;
/// What a key may send at once.
const EACH: u32 = 60;
const CONNECTIONS: usize = 64;

/// What was measured.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Capacity {
    pub(crate) reports: u64,
    pub(crate) milliseconds: u64,
    pub(crate) per_second: u64,
}

/// Enrols a key for each code and sends what all of them may.
pub(crate) fn measure(server: SocketAddr, package: &Signed, codes: &[String]) -> Outcome<Capacity> {
    let signer = |(number, code): (usize, &String)| {
        Signer::new(package, code, ROOM, &format!("capacity {number}"))
    };
    let signers = codes.iter().enumerate().map(signer).collect::<Result<Vec<_>, _>>()?;
    let bytes = |message: countersign_core::message::Message| message.into_bytes();
    let enrolments = signers.iter().map(|signer| bytes(signer.enrolment())).collect();
    let reports: Vec<_> = (1..=EACH)
        .flat_map(|people| signers.iter().map(move |signer| bytes(signer.report(people))))
        .collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(send(server, enrolments))?;
    let (sent, begun) = (reports.len(), Instant::now());
    runtime.block_on(send(server, reports))?;
    let milliseconds = u64::try_from(begun.elapsed().as_millis())?.max(1);
    let reports = u64::try_from(sent)?;
    Ok(Capacity { reports, milliseconds, per_second: (reports * 1_000 / milliseconds).max(1) })
}

async fn send(server: SocketAddr, bodies: Vec<Vec<u8>>) -> Outcome<()> {
    let wire = Wire::new()?;
    let (bodies, next) = (Arc::new(bodies), Arc::new(AtomicUsize::new(0)));
    let senders = (0..CONNECTIONS).map(|_| {
        let (wire, bodies, next) = (wire.clone(), Arc::clone(&bodies), Arc::clone(&next));
        async move {
            let mut stream = wire.secure(wire.plain(Ipv4Addr::LOCALHOST, server, 0).await?).await?;
            let mut answers = Answers::default();
            while let Some(body) = bodies.get(next.fetch_add(1, Ordering::Relaxed)) {
                stream.write_all(&post(ROOM, body)).await?;
                stream.flush().await?;
                match answers.next(&mut stream).await? {
                    Some(status) if status == "200" => {}
                    other => {
                        let what = format!("the server does not take a good message: {other:?}");
                        return Err(std::io::Error::other(what));
                    }
                }
            }
            Ok(())
        }
    });
    let here = tokio::task::LocalSet::new();
    let tasks: Vec<_> = senders.map(|sender| here.spawn_local(sender)).collect();
    here.run_until(async {
        for task in tasks {
            task.await??;
        }
        Ok(())
    })
    .await
}

/// The request that hands a message over.
pub(crate) fn post(room: Room, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST /v1/{room}/messages HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/cose\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}
