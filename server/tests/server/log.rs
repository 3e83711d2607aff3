//! The log as everyone reads it, and the addresses as the document lists them.

use countersign_core::log::{Checkpoint, Entry, Tree, leaf_hash};
use countersign_core::room::Room;
use countersign_server::cosigning::{Asking, Witnesses};

use crate::support::{Party, Server};
use crate::witness::Running;

const ROOM: Room = Room::Official;

async fn tile(server: &Server, path: &str) -> Option<Vec<u8>> {
    let reply = server.get(server.public, path).await;
    (reply.status == 200).then_some(reply.body)
}

/// Rebuilds the tree from entry bundles alone and compares with checkpoint and hash tiles, across a tile's border.
#[tokio::test(flavor = "multi_thread")]
async fn tiles_lead_to_the_checkpoint_as_c2sp_says() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    for round in 0..8 {
        for precinct in 0..12 {
            let device = server.tablet(&party, ROOM, precinct).await;
            let report = party.sign(ROOM, &device, &party.report(precinct, 20 + round));
            server.send(ROOM, &report).await.receipt();
        }
    }
    let log = party.contest.log(ROOM).unwrap();
    let text = server.get(server.public, "/log/official/checkpoint").await.text();
    let head = Checkpoint::open(&text, &log.origin, &log.keys).unwrap();
    assert!(head.size > 256 && head.size < 512, "{}", head.size);
    let full = tile(&server, "/log/official/tile/entries/000").await.unwrap();
    let partial = tile(&server, &format!("/log/official/tile/entries/001.p/{}", head.size - 256))
        .await
        .unwrap();
    let mut tree = Tree::default();
    let mut leaves = Vec::new();
    for bundle in [&full, &partial] {
        let mut rest = bundle.as_slice();
        while let [high, low, tail @ ..] = rest {
            let size = usize::from(u16::from_be_bytes([*high, *low]));
            Entry::from_bytes(&tail[..size]).unwrap();
            let leaf = leaf_hash(&tail[..size]);
            tree.push(leaf);
            leaves.push(leaf);
            rest = &tail[size..];
        }
    }
    assert_eq!(tree.size(), head.size);
    assert_eq!(tree.root(head.size), head.root);
    assert_eq!(tile(&server, "/log/official/tile/0/000").await.unwrap(), leaves[..256].concat());
    let mut first = Tree::default();
    leaves[..256].iter().for_each(|leaf| first.push(*leaf));
    assert_eq!(tile(&server, "/log/official/tile/1/000.p/1").await.unwrap(), first.root(256));
    for missing in [
        "tile/1/000",
        "tile/0/002",
        "tile/00/000",
        "tile/entries/001",
        "tile/0/000.p/256",
        "tile/x/000",
    ] {
        assert_eq!(tile(&server, &format!("/log/official/{missing}")).await, None, "{missing}");
    }
    assert_eq!(tile(&server, "/log/nowhere/checkpoint").await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_are_published_only_where_the_room_publishes_live() {
    let party = Party::new(&Room::ALL);
    let server = party.start().await;
    for (room, live) in [(Room::Official, false), (Room::Rehearsal, true)] {
        let code = party.code(0);
        let invitations = party.invitations(room, std::slice::from_ref(&code));
        server.send(room, &invitations).await.receipt();
        let device = party.new_key();
        let enrolment = party.enrolment(room, &code, &device);
        let report = party.sign(room, &device, &party.report(0, 20));
        server.send(room, &enrolment).await.receipt();
        server.send(room, &report).await.receipt();
        for (message, published) in [(&invitations, true), (&enrolment, live), (&report, live)] {
            let path = format!("/v1/{room}/messages/{}", message.id());
            let reply = server.get(server.public, &path).await;
            assert_eq!(reply.status == 200, published, "{room} {}", message.kind());
            if published {
                assert_eq!(reply.body, message.bytes());
            }
        }
    }
    let package = server.get(server.public, "/v1/packages/newest").await;
    assert_eq!(package.body, party.package_bytes);
    let path = format!("/v1/packages/{}", party.package);
    assert_eq!(server.get(server.reporting, &path).await.body, party.package_bytes);
    let path = format!("/v1/packages/{}", countersign_core::id::MessageId([1; 32]));
    assert_eq!(server.get(server.reporting, &path).await.code(), "not-found");
}

/// A tablet asks every ten minutes and has the package already: it is told so and loads nothing.
#[tokio::test(flavor = "multi_thread")]
async fn who_has_the_newest_package_does_not_load_it_again() {
    let party = Party::new(&[Room::Rehearsal]);
    let server = party.start().await;
    let path = "/v1/packages/newest";
    let (id, other) = (party.package.to_string(), "0".repeat(64));
    for have in [format!("\"{id}\""), format!("\"{other}\", W/\"{id}\"")] {
        let reply = server.get_unless(server.reporting, path, &have).await;
        assert_eq!((reply.status, reply.body.len()), (304, 0), "{have}");
    }
    for have in [format!("\"{other}\""), id, "nonsense".to_owned()] {
        let reply = server.get_unless(server.public, path, &have).await;
        assert_eq!((reply.status, &reply.body), (200, &party.package_bytes), "{have}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn status_says_which_package_and_how_far_the_rooms_are() {
    let party = Party::new(&[Room::Rehearsal]);
    let server = party.start().await;
    let status = server.get(server.reporting, "/v1/status").await.json();
    assert_eq!(status["service"], "countersign");
    assert_eq!(status["package"]["id"], party.package.to_string());
    assert_eq!(status["rooms"]["official"]["open"], false);
    assert_eq!(status["rooms"]["rehearsal"]["open"], true);
    assert_eq!(status["rooms"]["rehearsal"]["log_size"], 3);
}

/// Every address that the document lists answers on its listener with something else than "nothing is here", and the
/// document is the one that is served.
#[tokio::test(flavor = "multi_thread")]
async fn the_openapi_document_lists_every_address() {
    let party = Party::new(&[ROOM]);
    let witness = Running::start(&party, "w.example/1").await;
    let witnesses = Witnesses::new(vec![witness.address.clone()], None).unwrap();
    let server = party.start_watched(&party.folder, witnesses).await;
    Asking::new(&server.node).unwrap().round().await;
    server.publish();
    let document = server.get(server.reporting, "/v1/openapi.json").await.json();
    let paths: Vec<&String> = document["paths"].as_object().unwrap().keys().collect();
    let expected = [
        "/",
        "/C/{carried}",
        "/healthz",
        "/log/{room}/checkpoint",
        "/log/{room}/tile/entries/{*place}",
        "/log/{room}/tile/{level}/{*place}",
        "/log/{room}/witnessed",
        "/log/{room}/{number}/checkpoint",
        "/log/{room}/{number}/tile/entries/{*place}",
        "/log/{room}/{number}/tile/{level}/{*place}",
        "/metrics",
        "/rehearsal/",
        "/rehearsal/es/find.html",
        "/rehearsal/find.html",
        "/rehearsal/{*file}",
        "/results/",
        "/results/es/find.html",
        "/results/find.html",
        "/results/{*file}",
        "/v1/openapi.json",
        "/v1/packages/newest",
        "/v1/packages/{id}",
        "/v1/received.json",
        "/v1/status",
        "/v1/{room}/log",
        "/v1/{room}/messages",
        "/v1/{room}/messages/{id}",
        "/v1/{room}/messages/{id}/receipt",
    ];
    assert_eq!(paths, expected.iter().collect::<Vec<_>>());
    let listeners = [server.reporting, server.public, server.private];
    for path in expected {
        let at = path
            .replace("{room}", "official")
            .replace("{id}", &party.package.to_string())
            .replace("{level}", "0")
            .replace("{number}", "1")
            .replace("{*place}", "000.p/2")
            .replace("{*file}", "status.html")
            .replace("{carried}", "AA");
        let mut answered = false;
        for listener in listeners {
            answered |= server.get(listener, &at).await.status != 404;
        }
        assert!(answered, "{at}");
    }
    for listener in listeners {
        assert_eq!(server.get(listener, "/nothing").await.code(), "not-found");
        assert_eq!(server.get(listener, "/healthz").await.status, 200);
    }
    let wrong =
        server.http.delete(format!("http://{}/v1/status", server.reporting)).send().await.unwrap();
    assert_eq!(wrong.status(), 405);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rehearsal_round_begins_afresh_and_its_log_goes_on() {
    use countersign_core::message::{RoomAct, RoomChange};
    let room = Room::Rehearsal;
    let party = Party::new(&[room]);
    let server = party.start().await;
    let device = server.tablet(&party, room, 0).await;
    server.send(room, &party.sign(room, &device, &party.report(0, 20))).await.receipt();
    let size = server.size(room);
    let round = party.by_admin(room, &RoomAct { change: RoomChange::Round, round: 2 });
    server.send(room, &round).await.receipt();
    let results = server.get(server.private, "/v1/received.json?room=rehearsal").await.json();
    assert_eq!(results["precincts_received"], 0);
    assert_eq!(server.size(room), size + 1);
    // "Rehearse again" needs no new code: the same tablet reports again.
    server.send(room, &party.sign(room, &device, &party.report(0, 33))).await.receipt();
    let page = server.get(server.private, "/?room=rehearsal").await.text();
    assert!(page.contains("not reviewed") && page.contains("<td>33</td>"), "{page}");
}
