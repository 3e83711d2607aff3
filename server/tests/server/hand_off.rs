//! The page behind a hand-off's link, as a plain browser meets it.

use countersign_core::hand_off::HandOff;
use countersign_core::message::Message;
use countersign_core::phrase::read_back_phrase;
use countersign_core::room::Room;

use crate::support::{Party, Reply, Server};

const ROOM: Room = Room::Official;

fn path(messages: Vec<Message>) -> String {
    let link = HandOff { room: ROOM, messages }.to_link("https://reports.example.org");
    link.strip_prefix("HTTPS://REPORTS.EXAMPLE.ORG").unwrap().to_owned()
}

async fn in_language(server: &Server, path: &str, language: &str) -> String {
    let url = format!("http://{}{path}", server.reporting);
    let request = server.http.get(url).header("accept-language", language);
    request.send().await.unwrap().text().await.unwrap()
}

fn assert_plain(reply: &Reply) {
    assert!(reply.kind.starts_with("text/html"));
    assert!(!reply.text().contains("<script"), "works without script");
}

#[tokio::test(flavor = "multi_thread")]
async fn t29_any_browser_delivers_a_report_with_its_enrolment() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    let code = party.code(1);
    server.send(ROOM, &party.invitations(ROOM, std::slice::from_ref(&code))).await.receipt();
    let device = party.new_key();
    let report = party.report(1, 42);
    let signed = party.sign(ROOM, &device, &report);
    let path = path(vec![party.enrolment(ROOM, &code, &device), signed.clone()]);
    let precinct = party.contest.precinct(1).unwrap();
    let phrase =
        read_back_phrase(&party.contest.id, ROOM, &precinct.id, report.attendees, &report.counts);

    let before = server.size(ROOM);
    let offer = server.get(server.reporting, &path).await;
    assert_plain(&offer);
    assert_eq!(offer.status, 200);
    assert!(offer.text().contains(&precinct.name) && offer.text().contains(&phrase));
    assert!(offer.text().contains("<form method=\"post\">"));
    assert_eq!(server.size(ROOM), before, "looking delivers nothing");
    assert!(in_language(&server, &path, "es-MX,es;q=0.9").await.contains("Entregar este informe"));

    // Delivered twice it is entered once.
    for _ in 0..2 {
        let done = server.post_to(&path, Vec::new()).await;
        assert_plain(&done);
        assert_eq!(done.status, 200);
        assert!(done.text().contains("Countersigned") && done.text().contains(&phrase));
        assert!(done.text().contains(&format!("data-log-index=\"{}\"", before + 1)));
    }
    assert_eq!(server.size(ROOM), before + 2);
    party.verify(ROOM, &signed, &server.send(ROOM, &signed).await.receipt());
}

#[tokio::test(flavor = "multi_thread")]
async fn t29_a_changed_hand_off_is_refused_with_the_reason() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    let device = server.tablet(&party, ROOM, 1).await;
    let signed = party.sign(ROOM, &device, &party.report(1, 42));
    let good = path(vec![signed]);
    let size = server.size(ROOM);
    let (head, tail) = good.split_at(good.len() - 30);
    let changed = format!("{head}{}", tail.replace(|_: char| true, "A"));
    let reply = server.post_to(&changed, Vec::new()).await;
    assert_plain(&reply);
    assert!(reply.text().contains("data-code=\"bad-signature\""), "{}", reply.text());
    assert!(reply.text().contains("Nothing is lost"));
    for damaged in [&good[..good.len() / 2], "/C/0189", "/C/A"] {
        let reply = server.post_to(damaged, Vec::new()).await;
        assert_eq!(reply.status, 400, "{damaged}");
        assert!(reply.text().contains("This link is damaged"));
    }
    // An unknown tablet is told to bring its enrolment; a revoked one that a person will look.
    let stranger = party.sign(ROOM, &party.new_key(), &party.report(1, 42));
    let reply = server.post_to(&path(vec![stranger]), Vec::new()).await;
    assert!(reply.text().contains("data-code=\"unknown-key\""));
    assert_eq!(server.size(ROOM), size);
    server.send(ROOM, &party.revoke(ROOM, &device)).await.receipt();
    let reply = server.post_to(&good, Vec::new()).await;
    assert!(reply.text().contains("Kept for a person to look at"));
    assert_eq!(server.size(ROOM), size + 1);
}
