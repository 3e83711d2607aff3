//! Passkeys in the place of printed codes: adding one, signing in with it, and everything that is refused.

use countersign_core::message::Role;
use countersign_core::room::Room;
use countersign_server::metrics::SignIn;
use serde_json::{Value, json};

use super::authenticator::{Authenticator, PAGES};
use super::{Browser, PASSWORD, Worker, has_fields};
use crate::commands::{good, wrong};
use crate::support::{Party, START_MS, Server};

const MINUTE: u64 = 60_000;

/// A challenge for a new passkey; the authenticator learns whose it is.
async fn begin(browser: &mut Browser, server: &Server, key: &mut Authenticator) -> Value {
    let reply = browser.post(server, "/passkeys/challenge", &json!({ "password": PASSWORD })).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let making = reply.json();
    has_fields(&making, "challenge host time_ms user name algorithms known");
    assert_eq!(making["host"], "hq.example.org");
    assert_eq!(making["time_ms"], 4 * MINUTE);
    key.user = making["user"].as_str().map(str::to_owned);
    making["challenge"].clone()
}

/// Adds a passkey; its number.
async fn add(browser: &mut Browser, server: &Server, key: &mut Authenticator) -> u64 {
    let challenge = begin(browser, server, key).await;
    let adding = json!({"name": " Key on my desk ", "made": key.create(&challenge)});
    let reply = browser.post(server, "/passkeys", &adding).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    reply.json()["passkey"].as_u64().unwrap()
}

/// A challenge for signing in.
async fn challenge(server: &Server) -> Value {
    let reply = Browser::default().post(server, "/sign-in/challenge", &json!({})).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let given = reply.json();
    has_fields(&given, "challenge host time_ms");
    given["challenge"].clone()
}

/// Signs in with what an authenticator gave; the code of the answer.
async fn sign_in(server: &Server, name: &str, password: &str, passkey: &Value) -> String {
    let asked = json!({"name": name, "password": password, "passkey": passkey});
    let reply = Browser::default().post(server, "/sign-in", &asked).await;
    if reply.status == 200 { "in".to_owned() } else { reply.text() }
}

#[tokio::test(flavor = "multi_thread")]
async fn t10_a_passkey_takes_the_place_of_a_printed_code() {
    let party = Party::new(&Room::ALL);
    let server = party.start_with_pages(PAGES).await;
    let mut one = Worker::employ(&party, &server, 3, Role::Reviewer).await;
    let ways = Browser::default().get(&server, "/sign-in").await.json();
    assert_eq!(ways, json!({ "passkey_origin": PAGES }));
    let mut browser = one.sign_in(&server).await;
    for (mut key, number) in
        [(Authenticator::es256(b"point"), 1), (Authenticator::eddsa(b"curve"), 2)]
    {
        assert_eq!(add(&mut browser, &server, &mut key).await, number);
        // Authenticators need not say whose passkey it is.
        for (counter, user) in [(1, key.user.clone()), (7, None)] {
            (key.counter, key.user) = (counter, user);
            let shown = key.get(&challenge(&server).await);
            party.clock.set(party.clock_ms() + MINUTE);
            assert_eq!(sign_in(&server, " PERSON 3", PASSWORD, &shown).await, "in");
        }
    }
    let own = browser.get(&server, "/passkeys").await.json();
    has_fields(&own, "passkeys most codes_left passkey_origin");
    assert_eq!((&own["most"], &own["codes_left"]), (&json!(8), &json!(9)), "no code was used");
    assert_eq!(
        own["passkeys"][1],
        json!({
            "passkey": 2, "name": "Key on my desk",
            "added_ms": START_MS + 2 * MINUTE, "used_ms": START_MS + 4 * MINUTE,
        })
    );
    assert_eq!(server.node.metrics.sign_ins(SignIn::Good), 5);
    // They are there after a start as well.
    server.stop().await;
    let server = party.start().await;
    assert_eq!(server.node.private.passkeys(3).unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assertion_that_is_wrong_in_anything_is_answered_as_a_wrong_password_is() {
    let party = Party::new(&Room::ALL);
    let server = party.start_with_pages(PAGES).await;
    let mut one = Worker::employ(&party, &server, 3, Role::Reviewer).await;
    let mut two = Worker::employ(&party, &server, 4, Role::Operator).await;
    let (mut key, mut other) = (Authenticator::es256(b"one"), Authenticator::es256(b"two"));
    let mut browser = one.sign_in(&server).await;
    add(&mut browser, &server, &mut key).await;
    add(&mut two.sign_in(&server).await, &server, &mut other).await;
    key.counter = 5;
    let used = key.get(&challenge(&server).await);
    assert_eq!(sign_in(&server, &one.name, PASSWORD, &used).await, "in");
    key.counter = 6;

    let mut wrong = vec![("replayed", &one.name, PASSWORD, used)];
    let fresh = challenge(&server).await;
    let add_challenge = begin(&mut browser, &server, &mut key).await;
    wrong.push(("for adding", &one.name, PASSWORD, key.get(&add_challenge)));
    let made_up = json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    wrong.push(("made up", &one.name, PASSWORD, key.get(&made_up)));
    wrong.push(("short", &one.name, PASSWORD, key.get(&json!("AAAA"))));
    wrong.push(("other ceremony", &one.name, PASSWORD, key.sign("webauthn.create", &fresh)));
    let fresh = challenge(&server).await;
    wrong.push(("another's passkey", &one.name, PASSWORD, other.get(&fresh)));
    wrong.push(("nobody's name", &two.codes[0], PASSWORD, key.get(&challenge(&server).await)));
    wrong.push(("password", &one.name, "not the password", key.get(&challenge(&server).await)));
    type Change = fn(&mut Authenticator);
    let changes: [(&str, Change); 9] = [
        ("another page", |key| key.origin = "https://hq.example.com".to_owned()),
        ("another port", |key| key.origin = "https://hq.example.org:444".to_owned()),
        ("in a frame", |key| key.cross_origin = true),
        ("another host", |key| key.host = "example.org".to_owned()),
        ("nobody there", |key| key.flags = 0x04),
        ("not verified", |key| key.flags = 0x01),
        ("impossible flags", |key| key.flags = 0x15),
        ("counter stays", |key| key.counter = 5),
        ("counter back", |key| key.counter = 0),
    ];
    for (what, change) in changes {
        let (origin, host, flags, counter) =
            (key.origin.clone(), key.host.clone(), key.flags, key.counter);
        change(&mut key);
        wrong.push((what, &one.name, PASSWORD, key.get(&challenge(&server).await)));
        (key.origin, key.host, key.flags, key.counter) = (origin, host, flags, counter);
        key.cross_origin = false;
    }
    let whose = std::mem::replace(&mut key.user, other.user.clone());
    wrong.push(("another's handle", &one.name, PASSWORD, key.get(&challenge(&server).await)));
    key.user = whose;
    let mut shown = key.get(&challenge(&server).await);
    shown["signature"] = other.get(&challenge(&server).await)["signature"].clone();
    wrong.push(("another's signature", &one.name, PASSWORD, shown));
    let mut shown = key.get(&challenge(&server).await);
    shown["authenticator_data"] = json!("AAAA");
    wrong.push(("cut off", &one.name, PASSWORD, shown));
    let mut shown = key.get(&challenge(&server).await);
    shown["client_data"] = json!("AAAA");
    wrong.push(("no client data", &one.name, PASSWORD, shown));

    let mut answers = vec![];
    for (what, name, password, shown) in wrong {
        let answer = sign_in(&server, name, password, &shown).await;
        assert!(answer.contains("sign-in-failed"), "{what}: {answer}");
        answers.push(answer);
        // Neither lock nor budget is what refuses the next.
        server.node.private.set_locked(3, false).unwrap();
        party.clock.set(party.clock_ms() + 10_000);
    }
    let code = Browser::default().sign_in(&server, &one.name, PASSWORD, "0000-0000").await;
    answers.push(code.text());
    answers.dedup();
    assert_eq!(answers.len(), 1, "all answers are the same: {answers:?}");
    // A challenge is used up by a try that fails, and five minutes end it.
    let shown = key.get(&challenge(&server).await);
    assert_ne!(sign_in(&server, &one.name, "not the password", &shown).await, "in");
    assert_ne!(sign_in(&server, &one.name, PASSWORD, &shown).await, "in");
    let shown = key.get(&challenge(&server).await);
    party.clock.set(party.clock_ms() + 5 * MINUTE);
    assert_ne!(sign_in(&server, &one.name, PASSWORD, &shown).await, "in");
    server.node.private.set_locked(3, false).unwrap();
    let shown = key.get(&challenge(&server).await);
    party.clock.set(party.clock_ms() + 5 * MINUTE - 1);
    assert_eq!(sign_in(&server, &one.name, PASSWORD, &shown).await, "in", "it is still good");
}

#[tokio::test(flavor = "multi_thread")]
async fn five_failures_with_a_passkey_lock_the_name_as_those_with_codes() {
    let party = Party::new(&Room::ALL);
    let server = party.start_with_pages(PAGES).await;
    let mut one = Worker::employ(&party, &server, 3, Role::Reviewer).await;
    let mut key = Authenticator::eddsa(b"one");
    add(&mut one.sign_in(&server).await, &server, &mut key).await;
    for name in [one.name.as_str(), "Nobody"] {
        for _ in 0..5 {
            let shown = key.get(&challenge(&server).await);
            let answer = sign_in(&server, name, "not the password", &shown).await;
            assert!(answer.contains("sign-in-failed"), "{answer}");
        }
        let shown = key.get(&challenge(&server).await);
        let answer = sign_in(&server, name, PASSWORD, &shown).await;
        assert!(answer.contains("\"locked\"") && answer.contains("900"), "{answer}");
        party.clock.set(party.clock_ms() + 3 * MINUTE);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn adding_and_removing_ask_for_the_password_and_have_limits() {
    let party = Party::new(&Room::ALL);
    let server = party.start_with_pages(PAGES).await;
    let mut one = Worker::employ(&party, &server, 3, Role::Reviewer).await;
    let mut two = Worker::employ(&party, &server, 4, Role::Operator).await;
    assert_eq!(Browser::default().get(&server, "/passkeys").await.code(), "not-signed-in");
    let mut browser = one.sign_in(&server).await;
    let mut elsewhere = one.sign_in(&server).await;
    let mut key = Authenticator::es256(b"one");
    let wrong = json!({ "password": "not the password" });
    let reply = browser.post(&server, "/passkeys/challenge", &wrong).await;
    assert_eq!((reply.status, reply.code().as_str()), (403, "wrong-password"));
    let mut forged = Browser { csrf: String::new(), ..browser.clone() };
    let password = json!({ "password": PASSWORD });
    assert_eq!(forged.post(&server, "/passkeys/challenge", &password).await.code(), "csrf");

    // A challenge is good in its session only, once, for its purpose, and for five minutes.
    let refused = async |browser: &mut Browser, made: Value| {
        let adding = json!({"name": "A", "made": made});
        assert_eq!(browser.post(&server, "/passkeys", &adding).await.code(), "passkey-refused");
    };
    let given = begin(&mut browser, &server, &mut key).await;
    refused(&mut elsewhere, key.create(&given)).await;
    refused(&mut browser, key.create(&given)).await;
    refused(&mut browser, key.create(&challenge(&server).await)).await;
    let given = begin(&mut browser, &server, &mut key).await;
    party.clock.set(party.clock_ms() + 5 * MINUTE);
    refused(&mut browser, key.create(&given)).await;
    key.flags = 0x01;
    let given = begin(&mut browser, &server, &mut key).await;
    refused(&mut browser, key.create(&given)).await;
    key.flags = 0x05;
    key.credential = vec![1; 1_024];
    let given = begin(&mut browser, &server, &mut key).await;
    refused(&mut browser, key.create(&given)).await;
    assert!(server.node.private.passkeys(3).unwrap().is_empty());
    for name in ["", "A\nB", &"x".repeat(41)] {
        let adding = json!({"name": name, "made": key.create(&given)});
        assert_eq!(browser.post(&server, "/passkeys", &adding).await.code(), "bad-request");
    }

    key.credential = vec![1; 1_023];
    let first = add(&mut browser, &server, &mut key).await;
    let given = begin(&mut browser, &server, &mut key).await;
    let adding = json!({"name": "A", "made": key.create(&given)});
    assert_eq!(browser.post(&server, "/passkeys", &adding).await.code(), "passkey-known");
    let begun = begin(&mut browser, &server, &mut key).await;
    for number in 1..8_u8 {
        add(&mut browser, &server, &mut Authenticator::eddsa(&[number])).await;
    }
    let reply = browser.post(&server, "/passkeys/challenge", &password).await;
    assert_eq!(reply.code(), "too-many-passkeys");
    let ninth = Authenticator::eddsa(&[9]);
    let adding = json!({"name": "A", "made": ninth.create(&begun)});
    assert_eq!(browser.post(&server, "/passkeys", &adding).await.code(), "too-many-passkeys");

    let remove = format!("/passkeys/{first}/remove");
    assert_eq!(browser.post(&server, &remove, &wrong).await.code(), "wrong-password");
    let mut other = two.sign_in(&server).await;
    assert_eq!(other.post(&server, &remove, &password).await.code(), "not-found");
    key.counter = 1;
    let shown = key.get(&challenge(&server).await);
    assert_eq!(browser.post(&server, &remove, &password).await.status, 204);
    let answer = sign_in(&server, &one.name, PASSWORD, &shown).await;
    assert!(answer.contains("sign-in-failed"), "it is gone: {answer}");
    assert_eq!(browser.post(&server, &remove, &password).await.code(), "not-found");
    assert_eq!(server.node.private.passkeys(3).unwrap().len(), 7);
    for _ in 0..5 {
        browser.post(&server, "/passkeys/challenge", &wrong).await;
    }
    let reply = browser.post(&server, "/passkeys/challenge", &password).await;
    assert_eq!(reply.code(), "locked", "whoever sits down at an open desk guesses five times");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_does_not_know_its_address_has_no_passkeys() {
    let party = Party::new(&Room::ALL);
    let server = party.start().await;
    let mut one = Worker::employ(&party, &server, 3, Role::Reviewer).await;
    let mut browser = one.sign_in(&server).await;
    let ways = browser.get(&server, "/sign-in").await.json();
    assert_eq!(ways, json!({ "passkey_origin": null }));
    let password = json!({ "password": PASSWORD });
    let shown = Authenticator::es256(b"one").get(&json!("AAAA"));
    let asked = json!({"name": one.name, "password": PASSWORD, "passkey": shown});
    for (path, body) in [
        ("/sign-in/challenge", &json!({})),
        ("/passkeys/challenge", &password),
        ("/sign-in", &asked),
    ] {
        assert_eq!(browser.post(&server, path, body).await.code(), "no-passkeys", "{path}");
    }
    for (code, passkey) in [(Some("0000-0000"), Some(&shown)), (None, None)] {
        let asked =
            json!({"name": one.name, "password": PASSWORD, "code": code, "passkey": passkey});
        let reply = browser.post(&server, "/sign-in", &asked).await;
        assert_eq!(reply.code(), "bad-request", "one of the two");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_lists_and_removes_passkeys_and_they_go_with_their_account() {
    let party = Party::new(&Room::ALL);
    let server = party.start_with_pages(PAGES).await;
    let mut one = Worker::employ(&party, &server, 3, Role::Reviewer).await;
    let mut browser = one.sign_in(&server).await;
    for credential in [b"a", b"b"] {
        add(&mut browser, &server, &mut Authenticator::es256(credential)).await;
    }
    let at = party.root.path();
    let data = party.folder.0.to_str().unwrap();
    let run = |words: &[&str]| tokio::task::block_in_place(|| good(at, words));
    let list = run(&["people", "passkeys", "--data", data]);
    assert!(list.starts_with("passkey,number,name,added,last used\n1,3,Key on my desk,"), "{list}");
    let remove = ["people", "remove-passkey", "--data", data, "--passkey", "1"];
    assert!(run(&remove).contains("removed"));
    let again = tokio::task::block_in_place(|| wrong(at, &remove));
    assert!(again.contains("there is no passkey 1"), "{again}");
    let accounts = run(&["people", "accounts", "--data", data]);
    assert!(accounts.contains("3,Person 3,no,9,1"), "{accounts}");
    let private = &server.node.private;
    assert!(private.remove_account(3).unwrap());
    assert!(private.all_passkeys().unwrap().is_empty());
}
