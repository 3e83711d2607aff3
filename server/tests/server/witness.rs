//! Witnesses over real HTTP: what they cosign rides on checkpoints and receipts, and two views of a log are noticed.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use countersign_core::log::{Checkpoint, LogKey, WitnessKey, cosignatures};
use countersign_core::message::Cause;
use countersign_core::room::Room;
use countersign_core::witness::{AddCheckpoint, origin_hash};
use countersign_server::cosigning::{Asking, Trouble, WitnessAddress, Witnesses};
use countersign_server::folder::Folder;
use countersign_server::witness::{Watched, Witness, router};
use serde_json::json;
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::operations::counters;
use crate::publish::unmarked;
use crate::released::{Managers, reports};
use crate::support::{Party, START_MS, Server};

const ROOM: Room = Room::Official;

/// Counters that there are only with witnesses.
pub(crate) const COUNTERS: [&str; 4] =
    ["cosignatures", "cosignatures_missed", "cosignature_age_seconds", "cosignature_wait_seconds"];

/// A witness that runs.
pub(crate) struct Running {
    witness: Arc<Witness>,
    pub(crate) address: WitnessAddress,
    _folder: TempDir,
}

impl Running {
    pub(crate) async fn start(party: &Party, name: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let logs: Vec<LogKey> = party
            .contest
            .logs
            .iter()
            .flat_map(|log| {
                log.keys.iter().map(|key| LogKey { origin: log.origin.clone(), key: *key })
            })
            .collect();
        let witness = Witness::open(folder.path(), name, &logs, party.clock.clone()).unwrap();
        let witness = Arc::new(witness);
        let at = listen(router(Arc::clone(&witness))).await;
        let key = witness.verifier_key().clone();
        let address = WitnessAddress { key, url: format!("http://{at}") };
        Self { witness, address, _folder: folder }
    }

    fn watched(&self, party: &Party) -> Watched {
        let origin = &party.contest.log(ROOM).unwrap().origin;
        self.witness.watched().unwrap().into_iter().find(|log| log.origin == *origin).unwrap()
    }
}

pub(crate) async fn listen(router: axum::Router) -> SocketAddr {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = socket.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(socket, router).await.unwrap() });
    at
}

/// A witness at an address where nobody is any more.
async fn gone(party: &Party, name: &str) -> WitnessAddress {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = socket.local_addr().unwrap();
    let key = WitnessKey::new(name, party.new_key().public()).unwrap();
    WitnessAddress { key, url: format!("http://{at}") }
}

fn watching(addresses: &[&WitnessAddress], needed: usize) -> Witnesses {
    let addresses = addresses.iter().copied().cloned().collect();
    Witnesses::new(addresses, Some(needed)).unwrap()
}

async fn checkpoint(server: &Server) -> String {
    server.get(server.public, "/log/official/checkpoint").await.text()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_of_three_witnesses_cosign_what_is_published() {
    let party = Party::new(&[ROOM]);
    let (one, two) =
        (Running::start(&party, "w.example/1").await, Running::start(&party, "w.example/2").await);
    let three = gone(&party, "w.example/3").await;
    let witnesses = watching(&[&one.address, &two.address, &three], 2);
    let server = party.start_watched(&party.folder, witnesses).await;
    let known = [&one.address, &two.address, &three].map(|address| address.key.clone());
    let log = party.contest.log(ROOM).unwrap();

    let device = server.tablet(&party, ROOM, 0).await;
    let report = party.sign(ROOM, &device, &party.report(0, 20));
    let receipt = server.send(ROOM, &report).await.receipt();
    let receipt = party.verify(ROOM, &report, &receipt);
    assert_eq!(receipt.cosignatures(&known), Ok(Vec::new()), "a receipt waits for no witness");
    assert_eq!(cosignatures(&checkpoint(&server).await, &known), Ok(Vec::new()));

    let asking = Asking::new(&server.node).unwrap();
    asking.round().await;
    let size = server.size(ROOM);
    let note = checkpoint(&server).await;
    let head = Checkpoint::open(&note, &log.origin, &log.keys).unwrap();
    assert_eq!(head.size, size);
    let by: Vec<_> =
        cosignatures(&note, &known).unwrap().iter().map(|found| found.witness).collect();
    assert_eq!(by, [0, 1]);
    // The same under its number and in the answer that tablets ask for.
    assert_eq!(server.get(server.public, "/log/official/1/checkpoint").await.text(), note);
    let asked = server.get(server.reporting, "/v1/official/log").await.json();
    assert_eq!(asked["checkpoint"], note);

    // The log grows. What is published stays witnessed; who sends the report again, or asks, gets a cosigned receipt.
    let other = server.tablet(&party, ROOM, 1).await;
    assert_eq!(checkpoint(&server).await, note);
    let path = format!("/v1/official/messages/{}/receipt", report.id());
    for reply in [server.send(ROOM, &report).await, server.get(server.reporting, &path).await] {
        let receipt = party.verify(ROOM, &report, &reply.receipt());
        assert_eq!(receipt.checkpoint.size, size);
        assert_eq!(receipt.cosignatures(&known).unwrap().len(), 2);
        assert_eq!(reply.json()["consistency"], json!([]));
    }
    // Who has seen more than was cosigned gets a receipt that goes on from there.
    let seen = server.size(ROOM);
    let reply = server.get(server.reporting, &format!("{path}?seen={seen}")).await;
    let receipt = party.verify(ROOM, &report, &reply.receipt());
    assert_eq!(receipt.checkpoint.size, seen);
    assert_eq!(receipt.cosignatures(&known), Ok(Vec::new()));
    // What was entered after the round has its receipt at once.
    let later = party.sign(ROOM, &other, &party.report(1, 30));
    let receipt = party.verify(ROOM, &later, &server.send(ROOM, &later).await.receipt());
    assert_eq!(receipt.checkpoint.size, seen + 1);

    // What the release gate asks.
    let witnesses = &server.node.witnesses;
    assert!(witnesses.is_witnessed(ROOM, size) && !witnesses.is_witnessed(ROOM, size + 1));
    assert_eq!((witnesses.cosigned(ROOM, size), witnesses.needed(), witnesses.count()), (2, 2, 3));
    assert_eq!(witnesses.silent(ROOM, size), ["w.example/3"]);
    assert_eq!(witnesses.checkpoint(ROOM, size).unwrap().note, note);
    assert_eq!(witnesses.checkpoint(ROOM, size + 1), None);
    asking.round().await;
    let status = server.get(server.public, "/v1/status").await.json();
    let status = &status["rooms"]["official"]["witnesses"];
    assert_eq!(status["needed"], 2);
    assert_eq!((&status["size"], &status["inconsistent"]), (&(seen + 1).into(), &false.into()));
    assert_eq!(status["each"][0]["size"], seen + 1);
    assert_eq!(status["each"][2]["size"], 0);
    assert_eq!(status["each"][2]["trouble"], "unreachable");
    let text = server.get(server.private, "/metrics").await.text();
    let missing: Vec<_> =
        COUNTERS.iter().filter(|name| !counters(&text).contains(**name)).collect();
    assert!(missing.is_empty(), "{missing:?} in {text}");
    // The witness shows to everyone what it cosigned.
    let page = format!("{}/{}/checkpoint", one.address.url, origin_hash(&log.origin));
    let shown = server.http.get(page).send().await.unwrap().text().await.unwrap();
    assert_eq!(Checkpoint::open(&shown, &log.origin, &log.keys).unwrap().size, seen + 1);
    assert_eq!(cosignatures(&shown, &known).unwrap()[0].witness, 0);
    drop(asking);
    server.stop().await;
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Two servers with the same keys and the same beginning, watched by the same witnesses.
async fn two_servers(party: &Party, witness: &Running) -> [(Server, Asking); 2] {
    let other = Folder(party.root.path().join("other"));
    copy(&party.folder.0, &other.0);
    let mut servers = Vec::new();
    for folder in [&party.folder, &other] {
        let server = party.start_watched(folder, watching(&[&witness.address], 1)).await;
        let asking = Asking::new(&server.node).unwrap();
        asking.round().await;
        assert!(server.node.witnesses.is_witnessed(ROOM, server.size(ROOM)));
        servers.push((server, asking));
    }
    servers.try_into().ok().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_split_view_is_noticed_and_proven() {
    // The second view is as large as the first, larger, and smaller.
    for (first, second, other_views) in [(1, 1, 1), (1, 3, 0), (3, 1, 0)] {
        let party = Party::new(&[ROOM]);
        let witness = Running::start(&party, "w.example/1").await;
        let [one, two] = two_servers(&party, &witness).await;
        for (at, ((server, _), tablets)) in [(&one, first), (&two, second)].into_iter().enumerate()
        {
            for precinct in 0..tablets {
                server.tablet(&party, ROOM, at as u32 * 5 + precinct).await;
            }
        }
        one.1.round().await;
        let cosigned = one.0.size(ROOM);
        assert!(one.0.node.witnesses.is_witnessed(ROOM, cosigned));
        two.1.round().await;

        let fooled = &two.0.node.witnesses;
        assert!(!fooled.is_witnessed(ROOM, two.0.size(ROOM)), "no second view is cosigned");
        assert!(fooled.inconsistent(ROOM) && !fooled.inconsistent(Room::Rehearsal));
        assert_eq!(fooled.status(ROOM)[0].trouble, Some(Trouble::Inconsistent));
        let status = two.0.get(two.0.public, "/v1/status").await.json();
        let status = &status["rooms"]["official"];
        assert_eq!(status["witnesses"]["inconsistent"], true);
        assert_eq!(status["behind"], true, "such a log takes nothing any more");
        let health = two.0.get(two.0.public, "/healthz").await;
        assert_eq!(health.status, 503);
        assert!(health.text().contains("A witness has cosigned another log"));
        let text = two.0.get(two.0.private, "/metrics").await.text();
        assert!(text.contains("why=\"inconsistent\""), "{text}");

        // The witness stays with what it cosigned, and keeps what it refused.
        let watched = witness.watched(&party);
        assert_eq!(watched.size, Some(cosigned));
        assert_eq!(watched.other_views, other_views);
        let refused = usize::from(second >= first);
        assert_eq!(watched.refused, refused, "a smaller view is never offered with a proof");
        let log = party.contest.log(ROOM).unwrap();
        let path = format!("{}/{}/refused", witness.address.url, origin_hash(&log.origin));
        let kept = one.0.http.get(path).send().await.unwrap().bytes().await.unwrap();
        let kept: serde_json::Value = serde_json::from_slice(&kept).unwrap();
        assert_eq!(kept.as_array().unwrap().len(), refused);
        if refused == 1 {
            let note = kept[0]["note"].as_str().unwrap();
            let shown = Checkpoint::open(note, &log.origin, &log.keys).unwrap();
            assert_eq!(shown.size, two.0.size(ROOM), "signed by the log: the proof for everyone");
        }

        // The first one goes on as before.
        one.0.tablet(&party, ROOM, 9).await;
        one.1.round().await;
        assert!(one.0.node.witnesses.is_witnessed(ROOM, one.0.size(ROOM)));
        assert!(!one.0.node.witnesses.inconsistent(ROOM));
        // It stands after a restart as well.
        let other = two.0.node.folder.clone();
        drop((one.1, two.1));
        one.0.stop().await;
        two.0.stop().await;
        let again = super::support::opened(|| {
            let options = countersign_server::node::Options::default();
            countersign_server::node::Node::open(&other, &options, party.clock.clone())
        });
        assert!(again.err().unwrap().to_string().contains("is an older copy"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_witness_that_lies_stops_nothing() {
    let party = Party::new(&[ROOM]);
    let honest = Running::start(&party, "w.example/1").await;
    let answer = |status: u16, text: &'static str| {
        let status = axum::http::StatusCode::from_u16(status).unwrap();
        axum::Router::new().fallback(move || async move { (status, text) })
    };
    let mut addresses = vec![honest.address.clone()];
    let expected = [
        (answer(422, "no\n"), Trouble::ClaimsInconsistent),
        (answer(409, "1000000\n"), Trouble::ClaimsInconsistent),
        (answer(409, "0\n"), Trouble::Strange),
        (answer(409, "x"), Trouble::Strange),
        (answer(200, "\u{2014} w.example/5 AAAA\n"), Trouble::Strange),
        (answer(404, ""), Trouble::UnknownLog),
        (answer(403, ""), Trouble::Untrusted),
        (answer(500, ""), Trouble::Strange),
    ];
    let mut troubles = Vec::new();
    for (at, (router, trouble)) in expected.into_iter().enumerate() {
        let key = WitnessKey::new(&format!("liar.example/{at}"), party.new_key().public()).unwrap();
        addresses.push(WitnessAddress { key, url: format!("http://{}", listen(router).await) });
        troubles.push(Some(trouble));
    }
    let witnesses = Witnesses::new(addresses, Some(1)).unwrap();
    let server = party.start_watched(&party.folder, witnesses).await;
    let asking = Asking::new(&server.node).unwrap();
    for _ in 0..2 {
        asking.round().await;
        let status = server.node.witnesses.status(ROOM);
        let found: Vec<_> = status[1..].iter().map(|witness| witness.trouble).collect();
        assert_eq!(found, troubles);
        assert_eq!(status[0].size, server.size(ROOM));
        assert!(!server.node.witnesses.inconsistent(ROOM));
    }
    assert_eq!(server.get(server.public, "/healthz").await.status, 200);
    server.tablet(&party, ROOM, 0).await;
    drop(asking);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_of_the_protocol_has_its_status_and_type() {
    let party = Party::new(&[ROOM]);
    let witness = Running::start(&party, "w.example/1").await;
    let server = party.start_watched(&party.folder, Witnesses::default()).await;
    let note = checkpoint(&server).await;
    let size = server.size(ROOM);
    let post = |body: String| {
        let request = server.http.post(format!("{}/add-checkpoint", witness.address.url));
        async move {
            let reply = request.body(body).send().await.unwrap();
            let kind =
                reply.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
            (reply.status().as_u16(), kind.unwrap_or_default(), reply.text().await.unwrap())
        }
    };
    let body = |old, note: &str| AddCheckpoint { old, proof: Vec::new(), note }.to_body();
    let hash = origin_hash(&party.contest.log(ROOM).unwrap().origin);
    let last = format!("{}/{hash}/checkpoint", witness.address.url);
    assert_eq!(server.http.get(&last).send().await.unwrap().status(), 404);
    assert_eq!(post("nonsense".to_owned()).await.0, 400);
    assert_eq!(post("x".repeat(40_000)).await.0, 413);
    assert_eq!(post(body(size + 1, &note)).await.0, 400);
    let foreign = note.replace("/official/1", "/official/2");
    assert_eq!(post(body(0, &foreign)).await.0, 404);
    let forged = note.replacen(&format!("\n{size}\n"), &format!("\n{}\n", size + 1), 1);
    assert_eq!(post(body(0, &forged)).await.0, 403);
    let (status, _, line) = post(body(0, &note)).await;
    assert_eq!(status, 200);
    let key = std::slice::from_ref(&witness.address.key);
    let cosigned = note.clone() + &line;
    assert_eq!(cosignatures(&cosigned, key).unwrap()[0].time_s, crate::support::START_MS / 1000);
    assert_eq!(server.http.get(&last).send().await.unwrap().text().await.unwrap(), cosigned);
    assert_eq!(
        post(body(0, &note)).await,
        (409, "text/x.tlog.size".to_owned(), format!("{size}\n"))
    );
    // The same checkpoint again is cosigned again.
    assert_eq!(post(body(size, &note)).await.0, 200);
    server.tablet(&party, ROOM, 0).await;
    assert_eq!(post(body(size, &checkpoint(&server).await)).await.0, 422, "without a proof");
    let text = server.http.get(&witness.address.url).send().await.unwrap().text().await.unwrap();
    assert!(text.contains(&witness.address.key.to_string()) && text.contains("cosigned up to"));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_waits_for_witnesses_and_after_half_an_hour_goes_out_with_the_names_of_the_silent()
 {
    let party = Party::new(&[ROOM]);
    let one = Running::start(&party, "w.example/1").await;
    let two = gone(&party, "w.example/2").await;
    let server = party.start_watched(&party.folder, watching(&[&one.address, &two], 1)).await;
    let managers = Managers::named(&party, &server).await;
    let (_, reports) = reports(&party, &server, 2).await;
    let page = async |name: &str| {
        server.publish();
        unmarked(&server.get(server.public, &format!("/results/{name}")).await.text())
    };
    let first = managers.propose(1, "First batch", &[(0, reports[0], None)]).await;
    let approved = START_MS + 31 * 60_000;
    party.clock.set(approved);
    managers.approve(first).await;
    assert!(page("").await.contains("<strong>0 of"), "nobody has seen it");
    assert!(page("status.html").await.contains("waiting for witnesses to see it"));
    let precinct = format!("/results/precincts/{}.html", party.contest.precincts[0].id);
    assert_eq!(server.get(server.public, &precinct).await.status, 404);
    // What its tablet is told is no more than what everybody reads.
    let told = async |precinct: u32| {
        let asked = format!("/v1/{ROOM}/log?precincts={precinct}");
        server.get(server.reporting, &asked).await.json()["released"][0]["name"].clone()
    };
    assert_eq!(told(0).await, json!(null));

    // One is enough here, and the other one is named.
    Asking::new(&server.node).unwrap().round().await;
    assert_eq!(told(0).await, json!(null), "the pages are made first");
    let front = page("").await;
    assert!(front.contains("<strong>1 of") && front.contains("1 of 2 witnesses"), "{front}");
    assert_eq!(server.get(server.public, &precinct).await.status, 200);
    assert_eq!(told(0).await, "First batch");

    // Nobody is asked any more. The second batch goes out all the same when it has waited long enough.
    let second = managers.propose(2, "Second batch", &[(1, reports[1], None)]).await;
    party.clock.set(approved + 32 * 60_000);
    managers.approve(second).await;
    party.clock.set(approved + 61 * 60_000);
    assert!(page("").await.contains("<strong>1 of"), "it waits");
    assert_eq!((told(0).await, told(1).await), (json!("First batch"), json!(null)));
    party.clock.set(approved + 62 * 60_000);
    server.publish_now();
    let releases = page("releases.html").await;
    assert!(releases.contains("NOT WITNESSED. Silent: w.example/1, w.example/2"), "{releases}");
    assert!(page("").await.contains("<strong>2 of"));
    assert_eq!(told(1).await, "Second batch");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_that_is_withdrawn_before_witnesses_saw_it_is_not_said_to_wait_for_them() {
    let party = Party::new(&[ROOM]);
    let nobody = gone(&party, "w.example/1").await;
    let server = party.start_watched(&party.folder, watching(&[&nobody], 1)).await;
    let managers = Managers::named(&party, &server).await;
    let (_, reports) = reports(&party, &server, 1).await;
    let status = async || {
        server.publish_now();
        let pages = ["status.html", "es/status.html"].map(|page| format!("/results/{page}"));
        let [english, spanish] = &pages;
        let of = async |page: &str| unmarked(&server.get(server.public, page).await.text());
        (of(english).await, of(spanish).await)
    };
    let release = managers.propose(1, "First batch", &[(0, reports[0], None)]).await;
    let approved = START_MS + 31 * 60_000;
    party.clock.set(approved);
    managers.approve(release).await;
    let (english, spanish) = status().await;
    assert!(english.contains("waiting for witnesses to see it"), "{english}");
    assert!(spanish.contains("a la espera de que la vean los testigos"), "{spanish}");
    managers.withdraw(release, "columns are shifted").await;
    let (english, spanish) = status().await;
    assert!(!english.contains("waiting for witnesses to see it"), "{english}");
    assert!(!spanish.contains("a la espera de que la vean los testigos"), "{spanish}");
    // It is shown as what it is once it would have been shown without them.
    party.clock.set(approved + 30 * 60_000);
    let (english, _) = status().await;
    assert!(english.contains("<q>columns are shifted</q>"), "{english}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tablet_is_told_what_was_released_before_until_a_correction_is_shown() {
    let party = Party::new(&[ROOM]);
    let nobody = gone(&party, "w.example/1").await;
    let server = party.start_watched(&party.folder, watching(&[&nobody], 1)).await;
    let managers = Managers::named(&party, &server).await;
    let (tablets, reports) = reports(&party, &server, 1).await;
    let told = async || {
        let asked = format!("/v1/{ROOM}/log?precincts=0");
        server.get(server.reporting, &asked).await.json()["released"][0].clone()
    };
    let first = managers.propose(1, "First batch", &[(0, reports[0], None)]).await;
    let approved = START_MS + 31 * 60_000;
    party.clock.set(approved);
    managers.approve(first).await;
    // Where no pages are made, the same releases are told that they would show.
    assert_eq!(told().await, json!(null));
    party.clock.set(approved + 31 * 60_000);
    assert_eq!(told().await["attendees"], 20);

    let correction = party.sign(ROOM, &tablets[0], &party.correction(reports[0], 0, 27));
    server.send(ROOM, &correction).await.receipt();
    let named = [(0, correction.id(), Some(Cause::Precinct))];
    let second = managers.propose(2, "Correction", &named).await;
    party.clock.set(approved + 62 * 60_000);
    managers.approve(second).await;
    let now = told().await;
    assert_eq!((&now["name"], &now["attendees"]), (&json!("First batch"), &json!(20)));
    server.publish();
    assert_eq!(told().await, now, "the pages say the same");
    party.clock.set(approved + 92 * 60_000);
    assert_eq!(told().await, now, "until they are made anew");
    server.publish_now();
    let now = told().await;
    assert_eq!((&now["name"], &now["attendees"]), (&json!("Correction"), &json!(27)));
}
