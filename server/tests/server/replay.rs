//! The same message, however often and by whatever road: one entry, one index.

use std::collections::BTreeSet;

use countersign_core::id::sha256;
use countersign_core::log::verify_consistency;
use countersign_core::message::Message;
use countersign_core::room::Room;
use data_encoding::BASE64;

use crate::support::Party;

const ROOM: Room = Room::Official;

/// 10,000 in all, in an order that follows from their numbers, many at the same time.
#[tokio::test(flavor = "multi_thread")]
async fn t26_replays_in_any_order_give_one_entry_and_one_index_each() {
    let party = Party::new(&[ROOM]);
    let server = party.start_limited(countersign_server::admission::Limits::default()).await;
    let mut messages: Vec<Message> = Vec::new();
    for precinct in 0..10 {
        let device = server.tablet(&party, ROOM, precinct).await;
        messages.push(party.sign(ROOM, &device, &party.report(precinct, 20 + precinct)));
    }
    let before = server.size(ROOM);
    let mut order: Vec<(usize, usize)> = (0..messages.len())
        .flat_map(|message| (0..1000).map(move |time| (message, time)))
        .collect();
    order.sort_by_key(|(message, time)| sha256(format!("{message} {time}").as_bytes()));
    let server = std::sync::Arc::new(server);
    let party = std::sync::Arc::new(party);
    let messages = std::sync::Arc::new(messages);
    let mut senders = tokio::task::JoinSet::new();
    for part in order.chunks(order.len() / 16 + 1) {
        let (server, party, messages) = (server.clone(), party.clone(), messages.clone());
        let part = part.to_vec();
        senders.spawn(async move {
            let mut indices = vec![BTreeSet::new(); messages.len()];
            for (message, time) in part {
                // Every third answer is lost: the sender knows nothing and sends again later.
                let reply = server.send(ROOM, &messages[message]).await;
                if time % 3 > 0 {
                    let receipt = party.verify(ROOM, &messages[message], &reply.receipt());
                    indices[message].insert(receipt.index);
                }
            }
            indices
        });
    }
    let mut indices = vec![BTreeSet::new(); messages.len()];
    while let Some(found) = senders.join_next().await {
        for (all, mut found) in indices.iter_mut().zip(found.unwrap()) {
            all.append(&mut found);
        }
    }
    assert!(indices.iter().all(|indices| indices.len() == 1), "{indices:?}");
    let distinct: BTreeSet<u64> = indices.iter().flatten().copied().collect();
    assert_eq!(distinct.len(), messages.len());
    assert_eq!(server.size(ROOM), before + 10);
    assert_eq!(server.counted(ROOM, "duplicate"), 10_000 - 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_proves_the_way_from_what_the_tablet_has_seen() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    let device = server.tablet(&party, ROOM, 0).await;
    let first = party.sign(ROOM, &device, &party.report(0, 20));
    let seen = party.verify(ROOM, &first, &server.send(ROOM, &first).await.receipt()).checkpoint;
    for precinct in 1..6 {
        server.tablet(&party, ROOM, precinct).await;
    }
    let path = format!("/v1/{ROOM}/messages?seen={}", seen.size);
    let reply = server.post_to(&path, first.bytes().to_vec()).await;
    let now = party.verify(ROOM, &first, &reply.receipt()).checkpoint;
    assert!(now.size > seen.size);
    let proof: Vec<[u8; 32]> = reply.json()["consistency"]
        .as_array()
        .unwrap()
        .iter()
        .map(|hash| BASE64.decode(hash.as_str().unwrap().as_bytes()).unwrap().try_into().unwrap())
        .collect();
    assert!(verify_consistency(seen.size, &seen.root, now.size, &now.root, &proof));
    // A tablet that has seen more than there is gets told so, with its receipt.
    let path = format!("/v1/{ROOM}/messages?seen={}", now.size + 1);
    let reply = server.post_to(&path, first.bytes().to_vec()).await;
    assert!(reply.json()["consistency"].is_null());
    party.verify(ROOM, &first, &reply.receipt());
    // The receipt can be asked for as well, and only for what is there.
    let path = format!("/v1/{ROOM}/messages/{}/receipt", first.id());
    party.verify(ROOM, &first, &server.get(server.reporting, &path).await.receipt());
    let path = format!("/v1/rehearsal/messages/{}/receipt", first.id());
    assert_eq!(server.get(server.reporting, &path).await.code(), "not-found");
}

#[tokio::test(flavor = "multi_thread")]
async fn t30_log_time_never_goes_back_though_the_clock_does() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    let mut last = 0;
    for (precinct, now_ms) in [(0, 5_000_000_000_000), (1, 1_000), (2, 0), (3, 5_000_000_000_001)] {
        party.clock.set(now_ms);
        let device = server.tablet(&party, ROOM, precinct).await;
        let report = party.sign(ROOM, &device, &party.report(precinct, 20));
        let receipt = party.verify(ROOM, &report, &server.send(ROOM, &report).await.receipt());
        assert!(receipt.entry.time_ms >= last);
        last = receipt.entry.time_ms;
    }
    assert_eq!(last, 5_000_000_000_001);
    // And the times survive a start with a clock that is behind.
    server.stop().await;
    party.clock.set(1_000);
    let server = party.start().await;
    let device = server.tablet(&party, ROOM, 4).await;
    let report = party.sign(ROOM, &device, &party.report(4, 20));
    let receipt = party.verify(ROOM, &report, &server.send(ROOM, &report).await.receipt());
    assert_eq!(receipt.entry.time_ms, last);
}
