//! Signing in: who may, who may not, and what they learn by it.

use std::net::IpAddr;

use countersign_core::message::Role;
use countersign_core::room::Room;
use countersign_server::http::{self, Peer, Service, TrustedProxies};
use countersign_server::metrics::SignIn;
use serde_json::json;
use tower::ServiceExt as _;

use super::{Browser, PASSWORD, Worker};
use crate::support::{Party, START_MS};

const MINUTE: u64 = 60_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_session_begins_with_password_and_code_and_ends_by_leaving_or_by_silence() {
    let party = Party::new(&Room::ALL);
    let server = party.start().await;
    assert_eq!(Browser::default().get(&server, "/session").await.code(), "setup-needed");
    let mut nobody = Browser::default();
    assert_eq!(nobody.sign_in(&server, "x", "y", "z").await.code(), "setup-needed");

    let mut reviewer = Worker::employ(&party, &server, 3, Role::Reviewer).await;
    assert_eq!(Browser::default().get(&server, "/session").await.code(), "not-signed-in");
    let mut browser = reviewer.sign_in(&server).await;
    let session = browser.get(&server, "/session").await.json();
    assert_eq!(session["role"], "reviewer");
    assert_eq!(session["codes_left"], 9);
    assert_eq!(session["passkeys"], 0);
    assert_eq!(session["expires_ms"], START_MS + 30 * MINUTE);
    assert_eq!(session["contest"]["precincts_total"], party.contest.precincts.len());
    assert_eq!(session["contest"]["window_minutes"], 30);
    assert_eq!(session["contest"]["counts"][0], "firstAlignment");
    let reasons = session["contest"]["reasons"].as_array().unwrap();
    let recount = reasons.iter().find(|reason| reason["code"] == "recount").unwrap();
    let label = &party.contest.reason("recount").unwrap().labels;
    assert_eq!(recount["label"]["en"], label[0].text.as_str());
    assert_eq!(recount["label"]["es"], label[1].text.as_str());

    party.clock.set(START_MS + 29 * MINUTE);
    assert_eq!(browser.get(&server, "/session").await.status, 200);
    party.clock.set(START_MS + 58 * MINUTE);
    assert_eq!(browser.get(&server, "/session").await.status, 200, "asking keeps it");
    let stolen = browser.clone();
    assert_eq!(browser.post(&server, "/sign-out", &json!({})).await.status, 204);
    assert_eq!(stolen.get(&server, "/session").await.code(), "not-signed-in");

    let browser = reviewer.sign_in(&server).await;
    party.clock.set(START_MS + 88 * MINUTE);
    assert_eq!(browser.get(&server, "/session").await.code(), "not-signed-in");
    assert_eq!(server.node.metrics.sign_ins(SignIn::Good), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thief_of_one_half_learns_nothing_and_uses_no_code_up() {
    let party = Party::new(&Room::ALL);
    let server = party.start().await;
    let mut one = Worker::employ(&party, &server, 3, Role::Reviewer).await;
    let mut two = Worker::employ(&party, &server, 4, Role::Operator).await;
    let code = one.next_code();
    let mut thief = Browser::default();
    let tries = [
        (one.name.as_str(), PASSWORD, "0000-0000"),
        (one.name.as_str(), "not the password", code.as_str()),
        ("Nobody", PASSWORD, code.as_str()),
        (one.name.as_str(), PASSWORD, two.codes[0].as_str()),
    ];
    let mut answers = Vec::new();
    for (name, password, code) in tries {
        let reply = thief.sign_in(&server, name, password, code).await;
        assert_eq!(reply.code(), "sign-in-failed");
        answers.push(reply.text());
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "all answers are the same: {answers:?}");
    assert_eq!(server.node.private.codes(3).unwrap().len(), 10);
    // The person's own sign-in still works, in whatever case the name is typed, and the code is good once.
    let mut own = Browser::default();
    let good = own.sign_in(&server, " PERSON 3 ", PASSWORD, &code.to_lowercase()).await;
    assert_eq!(good.status, 200, "{}", good.text());
    assert_eq!(server.node.private.codes(3).unwrap().len(), 9);
    let again = Browser::default().sign_in(&server, &one.name, PASSWORD, &code).await;
    assert_eq!(again.code(), "sign-in-failed");
    two.sign_in(&server).await;
    assert_eq!(server.node.metrics.sign_ins(SignIn::Failed), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn five_failures_lock_a_name_whether_anybody_has_it_or_not() {
    let party = Party::new(&Room::ALL);
    let server = party.start().await;
    let mut one = Worker::employ(&party, &server, 3, Role::Reviewer).await;
    let code = one.next_code();
    let mut browser = Browser::default();
    for name in [one.name.as_str(), "Nobody"] {
        for _ in 0..5 {
            let reply = browser.sign_in(&server, name, "wrong", "wrong").await;
            assert_eq!(reply.code(), "sign-in-failed");
        }
        let reply = browser.sign_in(&server, name, PASSWORD, &code).await;
        assert_eq!(reply.code(), "locked", "also with the right password");
        assert_eq!(reply.retry_after, Some(900));
        assert_eq!(reply.json()["retry_after_s"], 900);
        // The address has a budget of its own, which fills up again.
        party.clock.set(party.clock_ms() + 3 * MINUTE);
    }
    assert_eq!(server.node.metrics.sign_ins(SignIn::Locked), 2);
    server.node.private.set_locked(3, false).unwrap();
    let reply = browser.sign_in(&server, &one.name, PASSWORD, &code).await;
    assert_eq!(reply.status, 200, "an admin ended it: {}", reply.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_fails_all_the_time_has_to_wait() {
    let party = Party::new(&Room::ALL);
    let server = party.start().await;
    let mut one = Worker::employ(&party, &server, 3, Role::Reviewer).await;
    let mut browser = Browser::default();
    let mut failed = 0;
    while browser.sign_in(&server, &format!("Name {failed}"), "wrong", "x").await.code() != "locked"
    {
        failed += 1;
    }
    assert_eq!(failed, 30);
    party.clock.set(START_MS + MINUTE);
    one.sign_in(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_something_needs_the_session_s_own_token_and_comes_from_its_page() {
    let party = Party::new(&Room::ALL);
    let server = party.start().await;
    let mut one = Worker::employ(&party, &server, 3, Role::Reviewer).await;
    let good = one.sign_in(&server).await;
    for csrf in ["", "wrong", one.sign_in(&server).await.csrf.as_str()] {
        let mut forged = Browser { csrf: csrf.to_owned(), ..good.clone() };
        assert_eq!(forged.post(&server, "/sign-out", &json!({})).await.code(), "csrf");
    }
    let url = format!("http://{}/hq/api/sign-out", server.private);
    let send = async |name: &str, value: &str| {
        let request = server.http.post(&url).header("cookie", &good.cookie);
        let request = request.header("x-csrf", &good.csrf).header(name, value);
        crate::support::read(request.body("{}").send().await.unwrap()).await
    };
    assert_eq!(send("sec-fetch-site", "cross-site").await.code(), "csrf");
    assert_eq!(send("sec-fetch-site", "same-site").await.code(), "csrf");
    assert_eq!(good.get(&server, "/session").await.status, 200, "it goes on");
    assert_eq!(send("sec-fetch-site", "same-origin").await.status, 204);
    let url = format!("http://{}/hq/api/sign-in", server.private);
    let long = |name: usize, password: usize, code: usize| {
        let text = |length| "x".repeat(length);
        json!({"name": text(name), "password": text(password), "code": text(code)}).to_string()
    };
    for (kind, body) in [
        ("application/json", long(1, 1, 70_000)),
        ("application/json", long(401, 1, 1)),
        ("application/json", long(1, 1_001, 1)),
        ("application/json", long(1, 1, 41)),
        ("application/json", "{}".to_owned()),
        ("text/plain", r#"{"name":"a","password":"b","code":"c"}"#.to_owned()),
    ] {
        let request = server.http.post(&url).header("content-type", kind).body(body);
        let reply = crate::support::read(request.send().await.unwrap()).await;
        assert_eq!(reply.code(), "bad-request", "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_locked_removed_or_revoked_is_signed_out_within_seconds() {
    let party = Party::new(&Room::ALL);
    let server = party.start().await;
    let mut workers = Vec::new();
    let mut browsers = Vec::new();
    for number in 3..6 {
        let mut worker = Worker::employ(&party, &server, number, Role::Reviewer).await;
        browsers.push(worker.sign_in(&server).await);
        workers.push(worker);
    }
    let private = &server.node.private;
    assert!(private.set_locked(3, true).unwrap() && private.remove_account(4).unwrap());
    let key = private.account(5).unwrap().unwrap().public;
    let revoke = countersign_core::message::Revoke {
        key: key.id(),
        reason: countersign_core::message::RevokeReason::Compromised,
    };
    let revoke = party.by_admin(Room::Official, &revoke);
    server.send(Room::Official, &revoke).await.receipt();
    assert_eq!(browsers[2].get(&server, "/session").await.code(), "not-signed-in", "at once");
    party.clock.set(START_MS + 5_000);
    for browser in &browsers {
        assert_eq!(browser.get(&server, "/session").await.code(), "not-signed-in");
    }
    for (worker, code) in
        workers.iter_mut().zip(["sign-in-failed", "sign-in-failed", "not-allowed"])
    {
        let next = worker.next_code();
        let reply = Browser::default().sign_in(&server, &worker.name, PASSWORD, &next).await;
        assert_eq!(reply.code(), code);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_never_crosses_a_network_in_plain() {
    let party = Party::new(&Room::ALL);
    let server = party.start().await;
    let mut one = Worker::employ(&party, &server, 3, Role::Reviewer).await;
    let proxy = IpAddr::from([10, 0, 0, 1]);
    let service = Service::new(&server.node, TrustedProxies(vec![proxy].into()));
    service.headquarters.is_at("https://headquarters.example.org".parse().unwrap());
    let mut sign_in = async |peer: [u8; 4], says: &[(&str, &str)]| {
        let asked = json!({"name": one.name, "password": PASSWORD, "code": one.next_code()});
        let mut request =
            axum::http::Request::post("/hq/api/sign-in").header("content-type", "application/json");
        for (name, value) in says {
            request = request.header(*name, *value);
        }
        let mut request = request.body(axum::body::Body::from(asked.to_string())).unwrap();
        request.extensions_mut().insert(Peer((peer, 4_000).into()));
        let response = http::private(&service).oneshot(request).await.unwrap();
        let cookie = response.headers().get("set-cookie").cloned();
        (response.status().as_u16(), cookie.map(|cookie| cookie.to_str().unwrap().to_owned()))
    };
    let (https, plain) = (("x-forwarded-proto", "https"), ("x-forwarded-proto", "http"));
    let asker = ("x-forwarded-for", "198.51.100.1");
    assert_eq!(sign_in([192, 0, 2, 7], &[https]).await, (403, None), "whatever it says of itself");
    assert_eq!(sign_in([10, 0, 0, 1], &[asker, plain]).await, (403, None), "so a proxy says");
    // A proxy that says nothing of it is asked at the pages' own address.
    for says in [&[asker, https][..], &[https], &[asker]] {
        let (status, cookie) = sign_in([10, 0, 0, 1], says).await;
        assert_eq!(status, 200);
        assert!(cookie.unwrap().ends_with("; Secure"), "{says:?}");
    }
    let (status, cookie) = sign_in([127, 0, 0, 1], &[]).await;
    assert_eq!(status, 200);
    assert!(!cookie.unwrap().contains("Secure"), "browsers would not send it back");
}
