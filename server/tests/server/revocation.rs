//! Order decides: before a revocation a report stands, after it a person judges.

use countersign_core::room::Room;
use countersign_server::node::Options;
use countersign_server::store::{QuarantineLimits, Why};

use crate::commands::good;
use crate::support::Party;

const ROOM: Room = Room::Official;

#[tokio::test(flavor = "multi_thread")]
async fn t07_a_revoked_tablet_s_earlier_report_stands_and_a_later_one_is_held() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    let lost = server.tablet(&party, ROOM, 0).await;
    let early = party.sign(ROOM, &lost, &party.report(0, 20));
    server.send(ROOM, &early).await.receipt();
    let revoke = party.revoke(ROOM, &lost);
    server.send(ROOM, &revoke).await.receipt();
    let late = party.sign(ROOM, &lost, &party.report(0, 99));
    for _ in 0..3 {
        let reply = server.send(ROOM, &late).await;
        assert_eq!(reply.code(), "revoked-key");
        assert_eq!(reply.status, 403);
        let told = &reply.json()["messages"][0];
        assert_eq!(told["kind"], "revocation");
        assert_eq!(told["id"], revoke.id().to_string());
    }
    assert_eq!(server.node.private.waiting(ROOM, Why::Held), 1, "kept once");
    let kept = server.node.private.quarantined(ROOM, late.id()).unwrap();
    assert_eq!(kept.as_deref(), Some(late.bytes()));
    // Whoever is to admit it finds its id.
    let at = party.root.path();
    let precincts = [&party.contest.precincts[0].id, &party.contest.precincts[1].id];
    let [of_all, its_own, another] = tokio::task::block_in_place(|| {
        let show = ["review", "show", "--data", "data"];
        let of = |id| good(at, &[&show[..], &["--precinct", id]].concat());
        [good(at, &show), of(precincts[0]), of(precincts[1])]
    });
    let held = format!("held       report {}, received ", late.id());
    assert!(of_all.contains(&held) && its_own.contains(&held), "{of_all}\n{its_own}");
    assert!(of_all.contains("The key was revoked before") && !another.contains("held"), "{of_all}");
    // The early one is still answered with its receipt, and its tablet is told.
    let reply = server.send(ROOM, &early).await;
    party.verify(ROOM, &early, &reply.receipt());
    assert_eq!(reply.json()["messages"][0]["kind"], "revocation");
    let results = server.get(server.private, "/v1/received.json").await.json();
    assert_eq!(results["precincts"][0]["attendees"], 20);
    // A second tablet of the precinct goes on.
    let second = server.tablet(&party, ROOM, 0).await;
    let report = party.sign(ROOM, &second, &party.report(0, 20));
    let reply = server.send(ROOM, &report).await;
    assert_eq!(reply.json()["messages"].as_array().unwrap().len(), 0);
    party.verify(ROOM, &report, &reply.receipt());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_of_a_held_report_is_held_as_well() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    let lost = server.tablet(&party, ROOM, 0).await;
    server.send(ROOM, &party.revoke(ROOM, &lost)).await.receipt();
    let late = party.sign(ROOM, &lost, &party.report(0, 99));
    let correction = party.sign(ROOM, &lost, &party.correction(late.id(), 0, 98));
    // In either order: both wait for the same person.
    for message in [&correction, &late] {
        assert_eq!(server.send(ROOM, message).await.code(), "revoked-key");
    }
    assert_eq!(server.node.private.waiting(ROOM, Why::Held), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_held_when_the_message_could_not_be_kept() {
    let party = Party::new(&[ROOM]);
    let options = Options {
        quarantine: QuarantineLimits { held: 2, refused: 2, unproven: 2 },
        ..Options::default()
    };
    let server = party.start_with(options, |_, log| std::sync::Arc::new(log)).await;
    let lost = server.tablet(&party, ROOM, 0).await;
    server.send(ROOM, &party.revoke(ROOM, &lost)).await.receipt();
    for (people, code) in [(1, "revoked-key"), (2, "revoked-key"), (3, "busy"), (1, "revoked-key")]
    {
        let report = party.sign(ROOM, &lost, &party.report(0, people));
        assert_eq!(server.send(ROOM, &report).await.code(), code);
    }
    // What anyone can forge has a part of its own, so it takes no place from what is held.
    for seed in 0..5 {
        let mut forged = party.sign(ROOM, &lost, &party.report(0, 100 + seed)).into_bytes();
        *forged.last_mut().unwrap() ^= 1;
        assert_eq!(server.post(ROOM, forged).await.code(), "bad-signature");
    }
    let private = server.node.private.clone();
    server.stop().await;
    assert_eq!(private.waiting(ROOM, Why::Held), 2);
    assert_eq!(private.waiting(ROOM, Why::Unproven), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_invitation_enrols_nobody_and_ends_no_tablet() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    let code = party.code(2);
    server.send(ROOM, &party.invitations(ROOM, std::slice::from_ref(&code))).await.receipt();
    let device = party.new_key();
    server.send(ROOM, &party.enrolment(ROOM, &code, &device)).await.receipt();
    server.send(ROOM, &party.revoke(ROOM, &code.key(&party.contest.id))).await.receipt();
    let another = party.enrolment(ROOM, &code, &party.new_key());
    assert_eq!(server.send(ROOM, &another).await.code(), "invitation-not-valid");
    let report = party.sign(ROOM, &device, &party.report(2, 20));
    server.send(ROOM, &report).await.receipt();
}
