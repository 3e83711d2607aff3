//! Accounts, as an admin makes them with commands beside the running server.

use countersign_core::room::Room;

use super::Browser;
use crate::commands::{good, typing, wrong};
use crate::support::Party;

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_makes_locks_and_removes_accounts_with_commands() {
    let party = Party::new(&Room::ALL);
    let server = party.start().await;
    let at = party.root.path();
    let address = format!("http://{}", server.reporting);
    let data = party.folder.0.to_str().unwrap();
    std::fs::write(at.join("password"), "three plain words\n").unwrap();
    std::fs::write(at.join("short"), "too short\n").unwrap();
    let beside = ["--data", data, "--keys", "keys", "--server", &address];
    let account = |number: &'static str, name: &'static str, role: &'static str, file| {
        let who = ["people", "account", "--number", number, "--name", name, "--role", role];
        [&who[..], &["--password-file", file], &beside].concat()
    };
    let run = |words: &[&str]| tokio::task::block_in_place(|| good(at, words));
    let refused = |words: &[&str]| tokio::task::block_in_place(|| wrong(at, words));

    let sheet = run(&account("3", "A. Reviewer", "reviewer", "password"));
    let codes: Vec<&str> =
        sheet.lines().filter_map(|line| line.split_once(".  ")?.1.into()).collect();
    assert_eq!(codes.len(), 10, "{sheet}");
    assert!(sheet.contains("Print this page now"), "{sheet}");
    assert!(refused(&account("4", "B", "reviewer", "short")).contains("10 to 200 characters"));
    assert!(refused(&account("3", "B", "reviewer", "password")).contains("an account already"));
    assert!(refused(&account("4", "a. reviewer", "reviewer", "password")).contains("has the name"));
    let manager = account("4", "C", "release-manager", "password");
    assert!(refused(&manager).contains("--party-key"));
    let by_party = ["--party-key", "keys/party/party.key"];
    run(&[&manager[..], &by_party].concat());
    let piped = account("5", "D", "operator", "-");
    let piped: Vec<&str> =
        piped.into_iter().filter(|it| !["--password-file", "-"].contains(it)).collect();
    let typed = tokio::task::block_in_place(|| typing(at, &piped, "four more plain words\n"));
    assert!(typed.contains("person 5, operator"), "{typed}");
    let mut operator = Browser::default();
    let code = typed.lines().find_map(|line| line.split_once(".  ")).unwrap().1;
    let reply = operator.sign_in(&server, "D", "four more plain words", code).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let list = run(&["people", "accounts", "--data", data]);
    assert!(list.contains("3,A. Reviewer,no,10") && list.contains("4,C,no,10"), "{list}");

    let mut browser = Browser::default();
    let sign_in = async |browser: &mut Browser, code: &str| {
        browser.sign_in(&server, "A. Reviewer", "three plain words", code).await
    };
    assert_eq!(sign_in(&mut browser, codes[0]).await.json()["role"], "reviewer");
    let one = ["--data", data, "--number", "3"];
    let fresh = run(&[&["people", "codes"][..], &one].concat());
    assert!(fresh.contains("good no more"));
    assert_eq!(sign_in(&mut browser, codes[1]).await.code(), "sign-in-failed");
    let code = fresh.lines().find_map(|line| line.split_once(".  ")).unwrap().1;
    run(&[&["people", "lock"][..], &one].concat());
    assert_eq!(sign_in(&mut browser, code).await.code(), "sign-in-failed");
    run(&[&["people", "unlock"][..], &one].concat());
    assert_eq!(sign_in(&mut browser, code).await.status, 200);
    run(&[&["people", "remove", "--number", "3"][..], &beside].concat());
    assert_eq!(browser.get(&server, "/session").await.code(), "not-signed-in");
    let people = run(&["people", "list", "--data", data]);
    let revoked =
        people.lines().filter(|line| line.contains(",3,reviewer,") && line.ends_with("yes"));
    assert_eq!(revoked.count(), 2, "{people}");
    assert!(refused(&[&["people", "codes"][..], &one].concat()).contains("has no account"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_observer_s_program_gets_a_token_and_loses_it() {
    let party = Party::new(&Room::ALL);
    let server = party.start().await;
    let at = party.root.path();
    let address = format!("http://{}", server.reporting);
    let data = party.folder.0.to_str().unwrap();
    std::fs::write(at.join("password"), "three plain words\n").unwrap();
    let beside = ["--data", data, "--keys", "keys", "--server", &address];
    let run = |words: &[&str]| tokio::task::block_in_place(|| good(at, words));
    let refused = |words: &[&str]| tokio::task::block_in_place(|| wrong(at, words));
    for (number, role) in [("3", "reviewer"), ("8", "observer")] {
        let who = ["people", "account", "--number", number, "--name", role, "--role", role];
        run(&[&who[..], &["--password-file", "password"], &beside].concat());
    }
    let make = |number: &'static str| ["people", "token", "--data", data, "--number", number];
    assert!(refused(&make("9")).contains("has no account"));
    assert!(refused(&make("3")).contains("is no observer"));
    let list = || run(&["people", "tokens", "--data", data]);
    assert_eq!(list(), "token,number,made,last used\n");

    let said = run(&make("8"));
    let token = said.lines().find(|line| line.starts_with("csfeed_")).unwrap();
    let follow = async || {
        let url = format!("http://{}/hq/api/official/feed", server.private);
        server.http.get(url).bearer_auth(token).send().await.unwrap().status()
    };
    assert!(list().contains("\n1,8,20") && list().ends_with("Z,\n"), "{}", list());
    assert_eq!(follow().await, 200);
    assert!(list().ends_with("Z,2020-02-03T22:00:00Z\n"), "by the server's clock: {}", list());
    let revoke = ["people", "revoke-token", "--data", data, "--token", "1"];
    assert!(run(&revoke).contains("cut off"));
    assert_eq!(follow().await, 401);
    assert!(refused(&revoke).contains("there is no token 1"));

    for _ in 0..10 {
        run(&make("8"));
    }
    assert!(refused(&make("8")).contains("has 10 tokens"));
    run(&[&["people", "remove", "--number", "8"][..], &beside].concat());
    assert_eq!(list(), "token,number,made,last used\n", "they go with the account");
}
