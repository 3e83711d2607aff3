//! Where a report stands, looked up on the public pages.

use countersign_core::id::MessageId;
use countersign_core::message::{Admit, Cause, Message, People, Person, Report, Role, Scope};
use countersign_core::phrase::read_back_phrase;
use countersign_core::room::Room;
use countersign_server::keys::read_key;
use countersign_server::store::Why;

use crate::commands::good;
use crate::released::{Managers, reports};
use crate::support::{Party, Reply, START_MS, Server};

const ROOM: Room = Room::Official;

async fn asked(server: &Server, page: &str, asked: &str) -> Reply {
    let page = format!("http://{}{page}", server.public);
    let url = reqwest::Url::parse_with_params(&page, [("id", asked)]).unwrap();
    crate::support::read(server.http.get(url).send().await.unwrap()).await
}

async fn found(server: &Server, what: impl ToString) -> String {
    let reply = asked(server, "/results/find.html", &what.to_string()).await;
    assert_eq!((reply.status, &*reply.kind), (200, "text/html; charset=utf-8"));
    reply.text()
}

fn phrase(party: &Party, report: &Report) -> String {
    let place = &party.contest.precincts[report.precinct.0 as usize].id;
    read_back_phrase(&party.contest.id, ROOM, place, report.attendees, &report.counts)
}

fn says(page: &str, words: &[&str]) {
    for words in words {
        assert!(page.contains(words), "{words}: {page}");
    }
}

fn says_none(page: &str, words: &[&str]) {
    for words in words {
        assert!(!page.contains(words), "{words}: {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t35_what_is_not_released_is_said_to_be_in_review_and_nothing_else_is_said_of_it() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    assert_eq!(server.get(server.public, "/results/find.html").await.status, 503, "being made");
    let (_, reports) = reports(&party, &server, 2).await;
    server.publish();
    let place = &party.contest.precincts[1];
    let secrets = [&*place.name, &*place.id, "<table data-region"];

    let by_id = found(&server, reports[1]).await;
    says(&by_id, &["Received, and in review.", "not told before it is shown"]);
    says_none(&by_id, &secrets);
    let entry = server.size(ROOM) - 1;
    let by_entry = found(&server, format!("#{entry}")).await;
    says(&by_entry, &["Received, and in review.", &reports[1].to_string()]);
    says_none(&by_entry, &secrets);

    // Its phrase stands for its numbers: whether one was received is not told.
    let phrase = phrase(&party, &party.report(1, 21));
    let by_phrase = found(&server, &phrase).await;
    says(&by_phrase, &["No report of a released precinct has this phrase."]);
    says_none(&by_phrase, &["Received", &reports[1].to_string()]);
    let by_another = found(&server, "abandon ability able").await;
    assert_eq!(by_another, by_phrase.replace(&phrase, "abandon ability able"));

    // It came after the pages were made, and is in the log all the same.
    let (_, more) = crate::released::reports(&party, &server, 1).await;
    says(&found(&server, more[0]).await, &["Received, and in review."]);
    server.stop().await;
}

/// A held report is not in the log, and what is not in the log is nobody's but headquarters': whether it was received is not told
/// either. Once a reviewer admitted it, it is a report like every other.
#[tokio::test(flavor = "multi_thread")]
async fn t07_t35_a_held_report_is_answered_like_one_that_never_came_until_it_is_admitted() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    let lost = server.tablet(&party, ROOM, 0).await;
    server.send(ROOM, &party.revoke(ROOM, &lost)).await.receipt();
    let numbers = party.report(0, 99);
    let late = party.sign(ROOM, &lost, &numbers);
    assert_eq!(server.send(ROOM, &late).await.code(), "revoked-key");
    assert_eq!(server.node.private.waiting(ROOM, Why::Held), 1);
    server.publish();

    let (held, nowhere) = (late.id().to_string(), MessageId::of(b"nowhere").to_string());
    for page in ["/results/find.html", "/results/es/find.html"] {
        let told = asked(&server, page, &held).await;
        let of_none = asked(&server, page, &nowhere).await;
        assert_eq!((told.status, of_none.status), (200, 200));
        assert!(told.text().contains(&held));
        assert_eq!(told.text().replace(&held, &nowhere), of_none.text());
    }
    says(&found(&server, &held).await, &["Nothing with this id is in the log.", "saved or held"]);
    let of_numbers = phrase(&party, &numbers);
    says(
        &found(&server, &of_numbers).await,
        &["No report of a released precinct has this phrase."],
    );

    let reviewer = party.new_key();
    let scope = Scope::room(&party.contest.id, ROOM);
    let person = Person { number: 2, role: Role::Reviewer, key: reviewer.public() };
    let party_key = read_key(&party.keys.party()).unwrap();
    let people = Message::sign(&party_key, scope, &People { people: vec![person] });
    server.send(ROOM, &people).await.receipt();
    let why = "called the number on file".to_owned();
    let admit = Message::sign(&reviewer, scope, &Admit { message: late.id(), why });
    server.send(ROOM, &admit).await.receipt();
    server.send(ROOM, &late).await.receipt();
    let admitted = found(&server, &held).await;
    says(&admitted, &["Received, and in review.", "not told before it is shown"]);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn t35_questions_that_name_nothing_are_answered_in_words_and_never_given_back() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    server.publish();
    let form = server.http.get(format!("http://{}/results/find.html", server.public));
    let form = form.send().await.unwrap();
    assert_eq!(form.headers()["cache-control"], "no-store");
    let policy = form.headers()["content-security-policy"].to_str().unwrap();
    says(policy, &["form-action 'self'", "default-src 'none'", "script-src 'self'"]);
    let form = form.text().await.unwrap();
    says(&form, &["<form action=\"find.html\" method=\"get\">", "name=\"id\""]);

    says(&found(&server, 0).await, &["is not a report", "<code>package</code>"]);
    says(&found(&server, 999).await, &["The log has no such entry."]);
    let nowhere = MessageId::of(b"nowhere");
    says(&found(&server, nowhere).await, &["Nothing with this id is in the log."]);
    let unclear = found(&server, "\"><script>alert(1)</script>").await;
    says(&unclear, &["That is no id, no entry and no phrase."]);
    says_none(&unclear, &["alert"]);
    let long = "a".repeat(2_000);
    says_none(&found(&server, &long).await, &[&long]);
    let spanish = asked(&server, "/results/es/find.html", &nowhere.to_string()).await.text();
    says(&spanish, &["<html lang=\"es\">", "no hay nada con este identificador"]);
    let twice = server.get(server.public, "/results/find.html?id=1&id=2").await;
    assert_eq!((twice.status, &*twice.code()), (400, "bad-parameter"));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn t35_a_report_is_followed_from_the_log_through_its_release_correction_and_withdrawal() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    let managers = Managers::named(&party, &server).await;
    let (tablets, reports) = reports(&party, &server, 2).await;
    let name = &party.contest.precincts[1].name;
    let first = managers.propose(1, "First", &[(1, reports[1], None)]).await;
    server.publish();
    let shown = found(&server, reports[1]).await;
    says(&shown, &["Received, and in review.", "Shown to observers in the preview “First”.", name]);
    let old = phrase(&party, &party.report(1, 21));
    says(&found(&server, &old).await, &["No report of a released precinct"]);

    party.clock.set(START_MS + 31 * 60_000);
    managers.approve(first).await;
    server.publish();
    let page = format!("precincts/{}.html", party.contest.precincts[1].id);
    for way in [reports[1].to_string(), old.to_uppercase().replace(' ', "-")] {
        let released = found(&server, way).await;
        says(&released, &["Its numbers are released.", "Released in “First”.", &page]);
    }
    let spanish = asked(&server, "/results/es/find.html", &old).await.text();
    says(&spanish, &["Sus números están publicados.", "Publicado en “First”."]);
    says_none(&found(&server, reports[0]).await, &[&party.contest.precincts[0].name]);

    let correction = party.sign(ROOM, &tablets[1], &party.correction(reports[1], 1, 30));
    server.send(ROOM, &correction).await.receipt();
    server.publish_now();
    says(&found(&server, reports[1]).await, &["Its numbers are released."]);
    let waits = "The released numbers of its precinct are those of another report.";
    says(&found(&server, correction.id()).await, &[waits]);

    let cause = Some(Cause::Precinct);
    let second = managers.propose(2, "Second", &[(1, correction.id(), cause)]).await;
    party.clock.set(START_MS + 62 * 60_000);
    managers.approve(second).await;
    server.publish();
    let corrected = found(&server, reports[1]).await;
    let by = format!("href=\"find.html?id={}\"", correction.id());
    let step = "Corrected in “Second” (the precinct corrected its own report).";
    says(&corrected, &["Those of another report count now.", "Released in “First”.", step, &by]);
    says(&found(&server, correction.id()).await, &["Its numbers are released."]);

    managers.withdraw(second, "typed into the wrong row").await;
    server.publish();
    let withdrawn = "This release was withdrawn: “Second”: typed into the wrong row";
    says(&found(&server, reports[1]).await, &["Its numbers are released.", withdrawn]);
    let of_second = found(&server, correction.id()).await;
    says(&of_second, &["Those of another report count now.", withdrawn]);

    managers.withhold(&party, correction.id()).await;
    says(&found(&server, correction.id()).await, &["Two people have withheld its text."]);
    server.stop().await;

    // A copy for another host says that it can look nothing up, and where to look.
    let out = party.root.path().join("site");
    let data = party.folder.0.to_str().unwrap();
    good(party.root.path(), &["export", "--data", data, "--out", out.to_str().unwrap()]);
    let copy = std::fs::read_to_string(out.join("find.html")).unwrap();
    says(&copy, &["A copy can look nothing up", "href=\"precincts.html\""]);
    says_none(&copy, &["<form", "<!--"]);
}
