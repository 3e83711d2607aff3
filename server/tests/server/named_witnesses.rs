//! Witnesses that the contest names: how many of them have seen a release, what exports carry, and what a stranger finds.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use countersign_core::contest::{Contest, WitnessList};
use countersign_core::log::{Checkpoint, LogKey, WitnessKey, cosign, cosignatures};
use countersign_core::room::Room;
use countersign_server::cosigning::{Asking, GivenAddress, Who, Witnesses};
use countersign_server::genesis::{Packing, pack};
use countersign_server::keys::read_key;
use countersign_server::practice;
use countersign_server::publish::files::File;
use countersign_server::publish::pages::{self, Renewal};
use countersign_server::publish::{Publisher, Site};
use countersign_server::witness::{Witness, router};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::commands::{good, run, wrong};
use crate::publish::unmarked;
use crate::released::{Managers, reports};
use crate::support::{Party, START_MS, Server};
use crate::witness::listen;

const ROOM: Room = Room::Official;

/// A witness with its key, before the party has packed the contest that names it.
struct Named {
    folder: TempDir,
    key: WitnessKey,
}

impl Named {
    fn new(name: &str, party_clock: &Party) -> Self {
        let folder = TempDir::new().unwrap();
        let any =
            LogKey { origin: "x.example/log".to_owned(), key: party_clock.new_key().public() };
        let clock = party_clock.clock.clone();
        let witness = Witness::open(folder.path(), name, &[any], clock).unwrap();
        let key = witness.verifier_key().clone();
        Self { folder, key }
    }

    /// Runs it over the party's logs; where it is asked.
    async fn start(&self, party: &Party) -> String {
        let logs = party.contest.logs.iter().flat_map(|log| {
            log.keys.iter().map(|key| LogKey { origin: log.origin.clone(), key: *key })
        });
        let logs: Vec<LogKey> = logs.collect();
        let name = self.key.name();
        let witness = Witness::open(self.folder.path(), name, &logs, party.clock.clone()).unwrap();
        format!("http://{}", listen(router(Arc::new(witness))).await)
    }
}

/// A party whose contest names witnesses, and how many of them are needed.
fn party(names: &[&str], needed: u32) -> (Party, Vec<Named>) {
    let before = Party::new(&[]);
    let named: Vec<Named> = names.iter().map(|name| Named::new(name, &before)).collect();
    let keys = named.iter().map(|one| one.key.clone()).collect();
    let witnesses = Some(WitnessList { keys, needed });
    let contest = Contest { witnesses, ..practice::contest().unwrap() };
    (Party::with_contest(&[ROOM], contest), named)
}

fn asked(party: &Party, given: Vec<GivenAddress>) -> Witnesses {
    Witnesses::of_contest(party.contest.witnesses.as_ref(), given, None).unwrap()
}

async fn page(server: &Server, name: &str) -> String {
    server.publish_now();
    unmarked(&server.get(server.public, &format!("/results/{name}")).await.text())
}

/// What a stranger finds who names no witness: exit code, and the verdict.
fn verify(party: &Party, from: &str) -> (i32, Value) {
    let key = read_key(&party.keys.party()).unwrap().public().id().to_string();
    let arguments = ["verify", from, "--party-key", &key, "--json"];
    let output = tokio::task::block_in_place(|| run(party.root.path(), &arguments));
    let said = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("{error}: {}", String::from_utf8_lossy(&output.stderr));
    });
    (output.status.code().unwrap(), said)
}

fn command(party: &Party, arguments: &[&str]) -> String {
    tokio::task::block_in_place(|| good(party.root.path(), arguments))
}

fn export(party: &Party) -> String {
    command(party, &["log", "export", "--data", "data", "--out", "public", "--room", "official"])
}

/// Names and sizes of the contest's witnesses in a verdict.
fn sizes(said: &Value) -> BTreeMap<String, u64> {
    let each = said["witnesses"]["each"].as_array().unwrap().iter();
    each.map(|one| (one["name"].as_str().unwrap().to_owned(), one["size"].as_u64().unwrap()))
        .collect()
}

fn all(sizes: [(&str, u64); 3]) -> BTreeMap<String, u64> {
    sizes.into_iter().map(|(name, size)| (name.to_owned(), size)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn k_of_the_contest_s_n_witnesses_count_on_pages_in_exports_and_after_a_restart() {
    let names = ["w.example/1", "w.example/2", "w.example/3"];
    let (party, named) = party(&names, 2);
    let keys: Vec<WitnessKey> = named.iter().map(|one| one.key.clone()).collect();
    let log = party.contest.log(ROOM).unwrap();
    let (one, two) = (named[0].start(&party).await, named[1].start(&party).await);
    let given = || {
        vec![
            GivenAddress { who: Who::Key(keys[0].clone()), url: one.clone() },
            GivenAddress { who: Who::Name(names[1].to_owned()), url: two.clone() },
        ]
    };
    let server = party.start_watched(&party.folder, asked(&party, given())).await;
    let asking = Asking::new(&server.node).unwrap();
    let managers = Managers::named(&party, &server).await;
    let (_, reports) = reports(&party, &server, 2).await;
    let first = managers.propose(1, "First batch", &[(0, reports[0], None)]).await;
    let second = managers.propose(2, "Second batch", &[(1, reports[1], None)]).await;
    let approved = START_MS + 31 * 60_000;
    party.clock.set(approved);
    managers.approve(first).await;
    assert!(page(&server, "status.html").await.contains("waiting for witnesses to see it"));
    let nothing = server.get(server.public, "/log/official/witnessed").await;
    assert_eq!(nothing.status, 404);

    // Two are enough, and the one without an address is named.
    asking.round().await;
    let cosigned = server.size(ROOM);
    let releases = page(&server, "releases.html").await;
    assert!(releases.contains("2 of 3 witnesses have cosigned it (2 needed)"), "{releases}");
    asking.round().await;
    let english = page(&server, "status.html").await;
    for said in [
        "The contest names them",
        "<strong>2 of 3</strong>",
        "has cosigned nothing",
        "silent now, since",
    ] {
        assert!(english.contains(said), "{said}: {english}");
    }
    let shown: Vec<bool> = keys
        .iter()
        .map(|key| {
            english.contains(&key.to_string().replace('+', "&#43;"))
                || english.contains(&key.to_string())
        })
        .collect();
    assert_eq!(shown, [true; 3], "{english}");
    let spanish = page(&server, "es/status.html").await;
    assert!(spanish.contains("Los nombra la contienda") && spanish.contains("ahora en silencio"));
    assert!(page(&server, "").await.contains("2 of 3 witnesses cosign this log"));
    let status = server.get(server.public, "/v1/status").await.json();
    assert_eq!(status["rooms"]["official"]["witnesses"]["each"][2]["trouble"], "no-address");

    let address = format!("http://{}", server.public);
    let (code, said) = verify(&party, &address);
    assert_eq!((code, &said["witnesses"]["needed"]), (0, &json!(2)), "{said}");
    let expected = all([(names[0], cosigned), (names[1], cosigned), (names[2], 0)]);
    assert_eq!((sizes(&said), &said["not_witnessed"]), (expected.clone(), &json!([])));
    assert!(said["pages"]["files"].as_u64() > Some(10), "what was released is compared: {said}");
    let printed = export(&party);
    assert!(
        printed.contains(&format!(
            "2 witnesses cosigned all of them; as many as needed the first {cosigned}"
        )),
        "{printed}"
    );
    let folder = party.root.path().join("public");
    let note = std::fs::read_to_string(folder.join("log/official/checkpoint")).unwrap();
    assert_eq!(cosignatures(&note, &keys).unwrap().len(), 2);
    assert_eq!(Checkpoint::open(&note, &log.origin, &log.keys).unwrap().size, cosigned);

    // The log goes on, and no witness is asked any more.
    managers.approve(second).await;
    let size = server.size(ROOM);
    assert!(size > cosigned);
    drop(asking);
    server.stop().await;
    export(&party);
    let note = std::fs::read_to_string(folder.join("log/official/checkpoint")).unwrap();
    assert_eq!(cosignatures(&note, &keys), Ok(Vec::new()));
    let (code, said) = verify(&party, "public");
    assert_eq!((code, &said["log_size"]), (3, &json!(size)), "nothing is published of it: {said}");
    assert_eq!(sizes(&said), expected);
    let not = said["not_witnessed"].as_array().unwrap();
    assert_eq!(not.len(), 1, "{said}");
    assert_eq!((&not[0]["name"], &not[0]["by"]), (&json!("Second batch"), &json!(0)));
    assert_eq!(not[0]["silent"], json!(names));
    // Pages that somebody writes from the folder say the same.
    command(&party, &["export", "--data", "data", "--out", "pages"]);
    let releases = std::fs::read_to_string(party.root.path().join("pages/releases.html")).unwrap();
    assert!(releases.contains("2 of 3 witnesses have cosigned it (2 needed)"), "{releases}");
    assert!(releases.contains("NOT WITNESSED. Silent: w.example/1, w.example/2, w.example/3"));

    // A server that starts again knows what was cosigned before it asks anybody.
    let server = party.start_watched(&party.folder, asked(&party, given())).await;
    let asking = Asking::new(&server.node).unwrap();
    assert!(server.node.witnesses.is_witnessed(ROOM, cosigned));
    assert!(!server.node.witnesses.is_witnessed(ROOM, cosigned + 1));
    let note = server.get(server.public, "/log/official/witnessed").await.text();
    assert_eq!(Checkpoint::open(&note, &log.origin, &log.keys).unwrap().size, cosigned);
    assert!(page(&server, "releases.html").await.contains("2 of 3 witnesses"));
    party.clock.set(approved + 31 * 60_000);
    let releases = page(&server, "releases.html").await;
    assert!(
        releases.contains("NOT WITNESSED. Silent: w.example/1, w.example/2, w.example/3 (0 of 3"),
        "{releases}"
    );
    asking.round().await;
    assert!(!page(&server, "releases.html").await.contains("NOT WITNESSED"));
    drop(asking);
    server.stop().await;
    export(&party);
    assert_eq!(verify(&party, "public").1["not_witnessed"], json!([]));

    // What lies beside the head has to be the log's, and lines under a witness's name its own.
    tampered(&party, &folder.join("log/official/witnessed"), &keys[0]);
}

/// Every page as it is, and with nothing in elements that are marked as untold, which hold text and nothing else.
fn pages_of(site: &Site) -> BTreeMap<&str, (String, String)> {
    let page = |name: &str, file: &File| {
        let html = String::from_utf8(file.read().unwrap()).unwrap();
        let mut parts = html.split(" data-untold>");
        let first = parts.next().unwrap().to_owned();
        let told = parts.fold(first, |told, part| {
            let (_, rest) = part.split_once('<').unwrap();
            assert!(rest.starts_with('/'), "{name} has an element in one that is untold: {part}");
            told + " data-untold><" + rest
        });
        (html, told)
    };
    let html = site.files.iter().filter(|(name, _)| name.ends_with(".html"));
    html.map(|(name, file)| (name.as_str(), page(name, file))).collect()
}

/// Whoever has the log alone makes the same pages, but for what stands in those elements.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_witnesses_did_and_however_pages_are_renewed_they_are_told_alike() {
    let (party, named) = party(&["w.example/1", "w.example/2"], 2);
    let server = party.start_watched(&party.folder, asked(&party, Vec::new())).await;
    let managers = Managers::named(&party, &server).await;
    let (_, reports) = reports(&party, &server, 2).await;
    let release = managers.propose(1, "First batch", &[(0, reports[0], None)]).await;
    party.clock.set(START_MS + 31 * 60_000);
    managers.approve(release).await;
    let state = server.node.admission.room(ROOM).read().state.clone();
    server.stop().await;
    // It is shown whether or not anybody saw it.
    let made_ms = START_MS + 62 * 60_000;
    let witness = |one: usize, size, is_silent, since_ms| pages::Witness {
        name: named[one].key.name().to_owned(),
        key: named[one].key.to_string(),
        size,
        at_ms: (size > 0).then_some(START_MS),
        is_silent,
        since_ms,
    };
    let make = |renewal, all| {
        let witnesses = pages::Witnesses { all, needed: 2, ..pages::Witnesses::default() };
        let site = Publisher::signing(None).renewed(renewal).make(&state, made_ms, witnesses);
        site.unwrap().unwrap()
    };
    let all = state.size();
    let nobody = make(Renewal::Once, Vec::new());
    let nobody = pages_of(&nobody);
    let every = ["index.html", "releases.html", "status.html"];
    let cases = [
        (Renewal::Served, [witness(0, all, false, None), witness(1, all, false, None)], &every[..]),
        (Renewal::Once, [witness(0, all, false, None), witness(1, 0, true, None)], &every),
        // They cosigned something once, and are as silent about the release as who never did.
        (
            Renewal::Once,
            [witness(0, 1, true, Some(START_MS)), witness(1, 1, true, None)],
            &every[2..],
        ),
        (Renewal::Every(5), [0, 1].map(|one| witness(one, 0, true, None)), &every[2..]),
    ];
    for (renewal, others, differ) in cases {
        let site = make(renewal, others.to_vec());
        let site = pages_of(&site);
        assert!(site.keys().eq(nobody.keys()));
        for (name, (html, told)) in &site {
            let (other_html, other_told) = &nobody[name];
            assert_eq!(told, other_told, "{name}");
            let differs = differ.contains(&name.trim_start_matches("es/"));
            assert_eq!(html != other_html, differs, "{name}");
        }
    }
}

fn tampered(party: &Party, file: &Path, witness: &WitnessKey) {
    let good = std::fs::read_to_string(file).unwrap();
    let claim = Checkpoint::claim(&good).unwrap();
    let stranger = party.new_key();
    let differs = |text: String| {
        std::fs::write(file, text).unwrap();
        let (code, said) = verify(party, "public");
        assert_eq!(code, 1, "{said}");
        said["difference"]["code"].as_str().unwrap().to_owned()
    };
    let log = read_key(&party.keys.log(ROOM)).unwrap();
    let sign = |size, root, key| Checkpoint { size, root, ..claim.clone() }.sign(key);
    assert_eq!(differs("nonsense".to_owned()), "not-a-checkpoint");
    assert_eq!(differs(sign(claim.size, claim.root, &stranger)), "known-signature");
    assert_eq!(differs(sign(claim.size, [7; 32], &log)), "fork");
    assert_eq!(differs(sign(claim.size + 1, [7; 32], &log)), "shorter");
    // A line with the name and the id of the witness, and somebody else's signature.
    let lines: Vec<&str> = good.lines().collect();
    let own = lines.iter().find(|line| line.contains(&format!(" {} ", witness.name()))).unwrap();
    let forged = cosign(&sign(1, [7; 32], &log), witness.name(), &stranger, 1).unwrap();
    let (own, forged) =
        (own.rsplit(' ').next().unwrap(), forged.trim_end().rsplit(' ').next().unwrap().to_owned());
    let base64 = data_encoding::BASE64;
    let mut bytes = base64.decode(forged.as_bytes()).unwrap();
    bytes[..4].copy_from_slice(&witness.id());
    assert_eq!(differs(good.replace(own, &base64.encode(&bytes))), "cosignature");
    std::fs::write(file, &good).unwrap();
    assert_eq!(verify(party, "public").0, 3);
}

/// A package with a higher number that names others.
async fn name_others(party: &Party, server: &Server, number: u32, list: Option<WitnessList>) {
    let servers = vec!["http://127.0.0.1:8470".to_owned()];
    let packing = Packing { number, servers, tls_roots: Vec::new() };
    let contest = Contest { witnesses: list, ..practice::contest().unwrap() };
    let packed = pack(contest, &packing, &party.keys).unwrap();
    for room in Room::ALL {
        server.send(room, &packed.package).await.receipt();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_server_asks_whom_the_newest_package_names() {
    let (party, mut named) = party(&["w.example/1"], 1);
    named.push(Named::new("w.example/2", &party));
    let keys: Vec<WitnessKey> = named.iter().map(|one| one.key.clone()).collect();
    let log = party.contest.log(ROOM).unwrap();
    let mut given = Vec::new();
    for one in &named {
        let who = Who::Name(one.key.name().to_owned());
        given.push(GivenAddress { who, url: one.start(&party).await });
    }
    let server = party.start_watched(&party.folder, asked(&party, given)).await;
    let asking = Asking::new(&server.node).unwrap();
    let by = async || {
        let note = server.get(server.public, "/log/official/checkpoint").await.text();
        let size = Checkpoint::open(&note, &log.origin, &log.keys).unwrap().size;
        let found = cosignatures(&note, &keys).unwrap();
        (size, found.iter().map(|found| found.witness).collect::<Vec<_>>())
    };
    let status = async || {
        let status = server.get(server.public, "/v1/status").await.json();
        let witnesses = &status["rooms"]["official"]["witnesses"];
        let each = witnesses["each"].as_array().cloned().unwrap_or_default();
        let size = |one: &Value| (one["name"].as_str().unwrap().to_owned(), one["size"].clone());
        (witnesses["needed"].clone(), each.iter().map(size).collect::<Vec<_>>())
    };
    let of = |name: &str, size: u64| (name.to_owned(), json!(size));
    asking.round().await;
    let first = server.size(ROOM);
    assert_eq!(by().await, (first, vec![0]), "nobody names the second one yet");

    // Both from now on, in another order.
    let both = WitnessList { keys: vec![keys[1].clone(), keys[0].clone()], needed: 2 };
    name_others(&party, &server, 2, Some(both)).await;
    asking.round().await;
    let second = server.size(ROOM);
    assert_eq!(by().await, (second, vec![0, 1]));
    let expected = vec![of("w.example/2", second), of("w.example/1", second)];
    assert_eq!(status().await, (json!(2), expected));

    // The first one is named no longer: it is not asked, and what it cosigned stays known.
    let other = WitnessList { keys: vec![keys[1].clone()], needed: 1 };
    name_others(&party, &server, 3, Some(other)).await;
    asking.round().await;
    let third = server.size(ROOM);
    assert_eq!(by().await, (third, vec![1]));
    assert_eq!(status().await, (json!(1), vec![of("w.example/2", third)]));
    let earlier = server.node.witnesses.earlier(ROOM);
    assert_eq!((earlier.len(), &earlier[0].key, earlier[0].size), (1, &keys[0], second));
    let text = server.get(server.private, "/metrics").await.text();
    let noted = |name: &str, what: &str| {
        let label = format!("witness=\"{name}\"");
        text.lines().any(|line| line.starts_with(what) && line.contains(&label))
    };
    for (name, is_asked) in [("w.example/1", false), ("w.example/2", true)] {
        assert_eq!(noted(name, "countersign_cosignature_age_seconds"), is_asked, "{text}");
        assert!(noted(name, "countersign_cosignatures_total"), "{text}");
    }

    // A package that names nobody, where nobody is given by key.
    name_others(&party, &server, 4, None).await;
    asking.round().await;
    assert_eq!(status().await, (json!(null), Vec::new()));
    assert_eq!(by().await, (server.size(ROOM), Vec::new()));
    drop(asking);
    server.stop().await;

    // What was cosigned is known after a start as well, of those who are named no longer too.
    let server = party.start_watched(&party.folder, Witnesses::default()).await;
    let asking = Asking::new(&server.node).unwrap();
    let sizes: BTreeMap<String, u64> = server
        .node
        .witnesses
        .earlier(ROOM)
        .into_iter()
        .map(|one| (one.key.to_string(), one.size))
        .collect();
    let expected = BTreeMap::from([(keys[0].to_string(), second), (keys[1].to_string(), third)]);
    assert_eq!(sizes, expected);
    drop(asking);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_in_force_at_its_approval_counts_for_a_release() {
    let (party, named) = party(&["w.example/1"], 1);
    let one =
        GivenAddress { who: Who::Key(named[0].key.clone()), url: named[0].start(&party).await };
    let server = party.start_watched(&party.folder, asked(&party, vec![one])).await;
    let asking = Asking::new(&server.node).unwrap();
    let managers = Managers::named(&party, &server).await;
    let (_, reports) = reports(&party, &server, 2).await;
    let first = managers.propose(1, "First batch", &[(0, reports[0], None)]).await;
    let second = managers.propose(2, "Second batch", &[(1, reports[1], None)]).await;
    let approved = START_MS + 31 * 60_000;
    party.clock.set(approved);
    managers.approve(first).await;
    asking.round().await;
    // The campaign's witness lost its folder: a new package names another one.
    let other = WitnessKey::new("w.example/2", party.new_key().public()).unwrap();
    name_others(&party, &server, 2, Some(WitnessList { keys: vec![other], needed: 1 })).await;
    managers.approve(second).await;
    asking.round().await;
    let releases = page(&server, "releases.html").await;
    assert!(releases.contains("1 of 1 witnesses have cosigned it (1 needed)"), "{releases}");
    assert!(!releases.contains("Second batch"), "it waits for the new one");
    party.clock.set(approved + 30 * 60_000);
    let releases = page(&server, "releases.html").await;
    assert!(releases.contains("NOT WITNESSED. Silent: w.example/2 (0 of 1"), "{releases}");
    assert!(releases.contains("1 of 1 witnesses have cosigned it"));
    let (code, said) = verify(&party, &format!("http://{}", server.public));
    assert_eq!(code, 0, "{said}");
    assert_eq!(said["witnesses"]["each"][0]["name"], "w.example/2");
    let not = said["not_witnessed"].as_array().unwrap();
    assert_eq!(
        (not.len(), &not[0]["name"], &not[0]["silent"]),
        (1, &json!("Second batch"), &json!(["w.example/2"]))
    );
    drop(asking);
    server.stop().await;
}

#[test]
fn serve_refuses_addresses_that_contradict_each_other() {
    let (party, named) = party(&["w.example/1", "w.example/2"], 2);
    let at = party.root.path();
    let own = format!("{}=http://127.0.0.1:1", named[0].key);
    let serve = ["serve", "--data", "data", "--reporting", "127.0.0.1:0", "--witness"];
    for (given, said) in [
        (vec![own.as_str(), "--witness", "w.example/1=http://127.0.0.1:2"], "given two addresses"),
        (
            vec!["w.example/1=http://127.0.0.1:1", "--witnesses-needed", "1"],
            "says the contest's package (2)",
        ),
    ] {
        let text = wrong(at, &[&serve[..], &given].concat());
        assert!(text.contains(said), "{said}: {text}");
    }
}

#[test]
fn contest_check_and_pack_show_whom_the_contest_names() {
    let (party, named) = party(&["w.example/1", "w.example/2"], 1);
    let at = party.root.path();
    let practice = Path::new(env!("CARGO_MANIFEST_DIR")).join("../contests/practice");
    std::fs::create_dir(at.join("contest")).unwrap();
    for file in std::fs::read_dir(practice).unwrap().map(Result::unwrap) {
        if file.file_type().unwrap().is_file() {
            std::fs::copy(file.path(), at.join("contest").join(file.file_name())).unwrap();
        }
    }
    let toml = at.join("contest/contest.toml");
    let keys = [&named[0].key, &named[1].key].map(|key| format!("\"{key}\"")).join(", ");
    let text = std::fs::read_to_string(&toml).unwrap().replace("\"plurality\"", "\"majority\"");
    let text = text + "\n[witnesses]\nkeys = [";
    std::fs::write(&toml, text + &keys + "]\n").unwrap();
    let shown = format!("witnesses    2, 2 needed\n  {}\n  {}\n", named[0].key, named[1].key);
    assert!(good(at, &["contest", "check", "contest"]).ends_with(&shown));
    let pack = ["contest", "pack", "contest", "--number", "2", "--keys", "keys", "--out", "p2"];
    let printed = good(at, &[&pack[..], &["--server", "http://127.0.0.1:8470"]].concat());
    assert!(printed.ends_with(&shown), "{printed}");
    let enter = ["package", "enter", "--data", "data", "--keys", "keys", "--package", "p2"];
    let printed = good(at, &enter);
    assert!(printed.ends_with(&shown), "{printed}");
    assert!(printed.contains("the rules are others than before"), "{printed}");
}
