//! What is released of a precinct, as its tablet asks for it.

use countersign_core::crypto::SigningKey;
use countersign_core::id::PrecinctNumber;
use countersign_core::message::{
    Approve, Layer, Message, People, Person, Preview, PreviewedPrecinct, Release, Role, Scope,
    Withdraw,
};
use countersign_core::room::Room;
use countersign_server::keys::read_key;
use serde_json::json;

use crate::support::{Party, START_MS};

const ROOM: Room = Room::Official;

#[tokio::test(flavor = "multi_thread")]
async fn a_tablet_learns_what_is_released_of_its_precinct_and_of_no_other() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    let scope = Scope::room(&party.contest.id, ROOM);
    let (one, two) = (party.new_key(), party.new_key());
    let manager =
        |number, key: &SigningKey| Person { number, role: Role::ReleaseManager, key: key.public() };
    let people = People { people: vec![manager(4, &one), manager(5, &two)] };
    let party_key = read_key(&party.keys.party()).unwrap();
    server.send(ROOM, &Message::sign(&party_key, scope, &people)).await.receipt();
    let mut reports = Vec::new();
    for precinct in 0..2 {
        let device = server.tablet(&party, ROOM, precinct).await;
        let report = party.sign(ROOM, &device, &party.report(precinct, 20 + precinct));
        server.send(ROOM, &report).await.receipt();
        reports.push(report.id());
    }
    let public = server.public;
    let asked = format!("/v1/{ROOM}/log?precincts=0,1,77,x");
    let released = async || server.get(public, &asked).await.json()["released"].clone();
    assert_eq!(released().await, json!([]), "nothing is released");

    let preview = Preview {
        number: 1,
        name: "First batch".to_owned(),
        layer: Layer::Night,
        precincts: vec![PreviewedPrecinct {
            precinct: PrecinctNumber(0),
            report: Some(reports[0]),
            decision: None,
            cause: None,
        }],
    };
    let act = async |message: Message| {
        server.send(ROOM, &message).await.receipt();
        message.id()
    };
    let preview = act(Message::sign(&one, scope, &preview)).await;
    let release = Message::sign(&one, scope, &Release { preview, left_out: vec![] });
    let release = act(release).await;
    let approve = Message::sign(&two, scope, &Approve { approves: release });
    assert_eq!(server.send(ROOM, &approve).await.code(), "window-open");
    assert_eq!(released().await, json!([]), "one person releases nothing");
    party.clock.set(START_MS + 31 * 60_000);
    act(approve).await;
    let found = released().await;
    assert_eq!(found.as_array().unwrap().len(), 1);
    assert_eq!(found[0]["precinct"], 0);
    assert_eq!(found[0]["name"], "First batch");
    assert_eq!(found[0]["layer"], "night");
    assert_eq!(found[0]["attendees"], 20);
    assert_eq!(found[0]["report"], reports[0].to_string());
    assert_eq!(found[0]["released_ms"], START_MS + 31 * 60_000);
    // Its report is everyone's now, the other's is not.
    let message = async |id| server.get(public, &format!("/v1/{ROOM}/messages/{id}")).await.status;
    assert_eq!((message(reports[0]).await, message(reports[1]).await), (200, 404));

    let why = "columns are shifted".to_owned();
    let withdraw = act(Message::sign(&two, scope, &Withdraw { release, why })).await;
    act(Message::sign(&one, scope, &Approve { approves: withdraw })).await;
    assert_eq!(released().await, json!([]), "it was withdrawn");
    assert_eq!(message(reports[0]).await, 200, "and stays readable");
}
