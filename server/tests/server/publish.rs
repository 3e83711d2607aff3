//! Results as everyone reads them.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use countersign_core::contest::{National, NationalBasis, PrecinctKind};
use countersign_core::crypto::SigningKey;
use countersign_core::id::{MessageId, PhotoDigest, PrecinctNumber};
use countersign_core::message::{
    Answer, AnswerOutcome, Approve, Cause, Decision, Evidence, Layer, Message, Objection,
    ObjectionReason, People, Person, Preview, PreviewedPrecinct, Question, Release, Role, Scope,
    Stop, StopChange,
};
use countersign_core::room::Room;
use countersign_server::practice;
use countersign_server::publish::data::{Form, csv, json, nist};
use serde_json::Value;

use crate::commands::good;
use crate::released::{Managers, release_all_alike, reports};
use crate::support::{Party, Reply, START_MS, Server};

const ROOM: Room = Room::Official;

/// A page of the official room's folder, as a person reads it.
pub async fn page(server: &Server, name: &str) -> String {
    let reply = server.get(server.public, &format!("/results/{name}")).await;
    assert_eq!(reply.status, 200, "{name}");
    unmarked(&reply.text())
}

/// A page without the marks by which its words are read back: sentences are whole again.
pub fn unmarked(html: &str) -> String {
    const MARKS: [&str; 6] = [
        " data-region=\"entry:",
        " data-region=\"check:",
        " data-region=\"cameIn",
        " data-region=\"rules",
        " data-region=\"state\" data-says=\"",
        " data-says=\"",
    ];
    let without = |html: String, mark: &str| {
        let mut parts = html.split(mark);
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |text, part| text + part.split_once('"').unwrap().1)
    };
    let text = MARKS.into_iter().fold(html.replace(" data-untold>", ">"), without);
    let mut parts = text.split("<span>");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + &part.replacen("</span>", "", 1))
}

/// What leads from a page to others, made absolute within the folder.
fn links(name: &str, html: &str) -> BTreeSet<String> {
    let folder = Path::new(name).parent().unwrap();
    let found = html.split(" href=\"").skip(1).chain(html.split(" src=\"").skip(1));
    let mut links = BTreeSet::new();
    for found in found {
        let target = found.split('"').next().unwrap();
        let (target, _) = target.split_once('#').unwrap_or((target, ""));
        if target.is_empty() {
            continue;
        }
        let mut path: Vec<&str> = folder.iter().map(|part| part.to_str().unwrap()).collect();
        for part in target.split('/') {
            match part {
                ".." => assert!(path.pop().is_some(), "{name} leads out of the folder: {target}"),
                part => path.push(part),
            }
        }
        links.insert(path.join("/"));
    }
    links
}

#[tokio::test(flavor = "multi_thread")]
async fn t63_before_anything_is_released_the_page_says_so_and_shows_no_number_of_a_report() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    assert_eq!(server.get(server.public, "/results/").await.status, 503, "being made");
    reports(&party, &server, 2).await;
    server.publish();
    let all = party.contest.precincts.len();
    let front = page(&server, "").await;
    assert!(front.contains(&format!("<strong>0 of {all}</strong>")), "{front}");
    assert!(front.contains("2 received") && front.contains("2 in review"), "{front}");
    assert!(front.contains("sums of it are not results"), "{front}");
    assert!(!front.contains("<table data-region"), "no numbers");
    let status = page(&server, "status.html").await;
    assert!(status.contains("This page is made anew whenever something happens"), "{status}");
    assert!(status.contains("<dt>Received</dt><dd>2</dd>"), "{status}");
    assert!(page(&server, "es/").await.contains("precintos publicados"));
    assert_eq!(server.get(server.public, "/results/precincts/x.html").await.status, 404);
    assert_eq!(server.get(server.public, "/results/../healthz").await.status, 200);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn t56_t61_t67_a_release_its_correction_and_its_withdrawal_on_the_pages_and_in_the_data() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    let managers = Managers::named(&party, &server).await;
    let precincts = u32::try_from(party.contest.precincts.len()).unwrap();
    let (tablets, reports) = reports(&party, &server, precincts).await;
    let batch: Vec<_> = (0..).zip(&reports).map(|(number, &id)| (number, id, None)).collect();
    let release = managers.propose(1, "First <batch>", &batch).await;
    server.publish();
    let status = page(&server, "status.html").await;
    assert!(status.contains("First &#60;batch&#62;") && status.contains("Not released before"));
    party.clock.set(START_MS + 31 * 60_000);
    managers.approve(release).await;
    server.publish();

    let front = page(&server, "").await;
    assert!(front.contains(&format!("<strong>{precincts} of {precincts}</strong>")), "{front}");
    let attendees: u32 = (0..precincts).map(|number| 20 + number).sum();
    assert!(
        front.contains(&format!(
            "<span data-measure=\"attendees\">{attendees}</span> people attended"
        )),
        "{front}"
    );
    let place = &party.contest.precincts[1].id;
    let precinct = page(&server, &format!("precincts/{place}.html")).await;
    assert!(precinct.contains(">21</strong> people attended"), "{precinct}");
    assert!(precinct.contains(&reports[1].to_string()), "{precinct}");
    let folder = format!("data/001-{}", &release.to_string()[..8]);
    let csv_text = page(&server, &format!("{folder}/precincts.csv")).await;
    let json_text = page(&server, &format!("{folder}/results.json")).await;
    let nist_text = page(&server, &format!("{folder}/nist-1500-100.json")).await;
    let cells = json::read(&json_text).unwrap();
    let of_precincts = cells.only(csv::carries_precincts);
    assert_eq!(csv::read_precincts(&csv_text).unwrap(), of_precincts);
    assert_eq!(nist::read(&nist_text).unwrap(), cells.only(|cell| Form::Nist.carries(cell)));
    assert!(cells.len() > 20, "{}", cells.len());
    assert_eq!(nist_status(&nist_text), "unofficial-complete");
    assert_nist(&nist_text);

    // Every link of every page leads to a file that is there.
    let site = crawl(&server).await;
    assert!(site.len() > 30, "{site:?}");
    // The signed report and its receipt are among them.
    let message =
        server.get(server.public, &format!("/results/messages/{}.cose", reports[1])).await;
    assert_eq!(message.kind, "application/cose");
    let receipt = page(&server, &format!("receipts/{}.txt", reports[1])).await;
    let report = countersign_core::message::Message::parse(&message.body).unwrap();
    party.verify(ROOM, &report, &receipt);

    // A correction by the precinct itself changes a released number: both stand on the page of changes.
    let report = party.sign(ROOM, &tablets[2], &party.correction(reports[2], 2, 30));
    server.send(ROOM, &report).await.receipt();
    server.publish();
    assert!(page(&server, "").await.contains(&format!("<strong>{precincts} of {precincts}")));
    let second =
        managers.propose(2, "Correction", &[(2, report.id(), Some(Cause::Precinct))]).await;
    party.clock.set(START_MS + 62 * 60_000);
    managers.approve(second).await;
    server.publish();
    let changes = page(&server, "changes.html").await;
    assert!(
        changes.contains("Attendance: <span data-measure=\"before:attendees\">22</span> → <strong"),
        "{changes}"
    );
    assert!(changes.contains("the precinct corrected its own report"), "{changes}");
    // With the state's sums just before, and then.
    for (root, titles) in
        [("", ["Before</th>", "After</th>"]), ("es/", ["Antes</th>", "Después</th>"])]
    {
        let changes = page(&server, &format!("{root}changes.html")).await;
        assert!(titles.iter().all(|title| changes.contains(title)), "{changes}");
        let sums = changes.split("<table data-region=\"release:2\">").nth(1).unwrap();
        let sums = sums.split("</table>").next().unwrap();
        for (column, number) in [("before", attendees), ("after", attendees + 8)] {
            let cell = format!("<td data-measure=\"{column}:attendees\">{number}</td>");
            assert!(sums.contains(&cell), "{cell}: {sums}");
        }
        assert!(
            sums.contains("difference:attendees\">+8<") && !sums.contains(":released"),
            "{sums}"
        );
        assert!(!changes.contains("release:1"), "it changed nothing: {changes}");
    }
    let second_folder = format!("data/002-{}", &second.to_string()[..8]);
    // The same as a table, with the numbers that follow from them; of a release that changed nothing the header alone.
    let table = page(&server, &format!("{second_folder}/changes.csv")).await;
    let place = &party.contest.precincts[2].id;
    for row in [
        format!("\nstate,attendees,,{attendees},{},8,,,\n", attendees + 8),
        format!("\nprecinct:{place},report,,{},{},,precinct,,{second}\n", reports[2], report.id()),
        format!("\nprecinct:{place},attendees,,22,30,8,precinct,,{second}\n"),
    ] {
        assert!(table.contains(&row), "{row}: {table}");
    }
    assert_eq!(table.matches(",report,").count(), 1, "{table}");
    let nothing = page(&server, &format!("{folder}/changes.csv")).await;
    assert_eq!(Some(nothing.trim_end()), table.lines().next());
    let status = async |folder: &str| -> Value {
        serde_json::from_str(&page(&server, &format!("{folder}/status.json")).await).unwrap()
    };
    let corrected = status(&folder).await;
    assert_eq!(
        (&corrected["status"], &corrected["corrected_by"]),
        (&"in-effect".into(), &vec![2].into())
    );
    assert_eq!(status(&second_folder).await["corrects"], true);
    let nist_text = page(&server, &format!("{second_folder}/nist-1500-100.json")).await;
    assert_eq!(nist_status(&nist_text), "correction");
    assert_nist(&nist_text);
    assert_eq!(page(&server, &format!("{folder}/results.json")).await, json_text, "it stays");
    let feed = page(&server, "releases.atom").await;
    assert!(feed.contains("<category term=\"correction\"/>"), "{feed}");

    managers.withdraw(second, "typed into the wrong row").await;
    server.publish();
    let releases = page(&server, "releases.html").await;
    assert!(releases.contains("typed into the wrong row"), "{releases}");
    assert_eq!(page(&server, &format!("{second_folder}/nist-1500-100.json")).await, nist_text);
    let feed = page(&server, "releases.atom").await;
    assert!(feed.contains("<category term=\"withdrawn\"/>"), "{feed}");
    assert!(feed.contains(&format!("href=\"{second_folder}/status.json\"")), "{feed}");
    // Its folder says so itself, and what it had changed is as it was.
    let withdrawn = status(&second_folder).await;
    assert_eq!(withdrawn["status"], "withdrawn");
    assert_eq!(withdrawn["why"], "typed into the wrong row");
    assert_eq!(withdrawn["withdrawn_ms"], START_MS + 62 * 60_000);
    let again = status(&folder).await;
    assert_eq!(
        (&again["status"], &again["corrected_by"]),
        (&"in-effect".into(), &Value::Array(vec![]))
    );
    let all: Value = serde_json::from_str(&page(&server, "releases.json").await).unwrap();
    assert_eq!(all["releases"], Value::Array(vec![again, withdrawn]));
    let place = &party.contest.precincts[2].id;
    let precinct = page(&server, &format!("precincts/{place}.html")).await;
    assert!(precinct.contains(">22</strong> people attended"), "{precinct}");
    assert!(precinct.contains("This release was withdrawn"), "{precinct}");
    let said = "<q>typed into the wrong row</q> (release manager 5 and release manager 4)";
    assert!(page(&server, "status.html").await.contains(said));

    // The exported folder is the one that is served, whoever asks for it.
    server.stop().await;
    let out = party.root.path().join("site");
    let data = party.folder.0.to_str().unwrap();
    let export = ["export", "--data", data, "--out", out.to_str().unwrap()];
    let said = good(party.root.path(), &export);
    assert!(said.contains("files ("), "{said}");
    for name in &site {
        assert!(out.join(name).is_file(), "{name}");
    }
    assert_eq!(std::fs::read_to_string(out.join(&folder).join("precincts.csv")).unwrap(), csv_text);
    let status = |page: &str| std::fs::read_to_string(out.join(page)).unwrap();
    assert!(status("status.html").contains("It does not renew itself"));
    assert!(status("es/status.html").contains("No se renueva sola"));

    // Again and again, the page says by when the next one comes, and being told to stop is no failure.
    let mut writing = Command::new(env!("CARGO_BIN_EXE_countersign-server"));
    let mut writing =
        writing.args(export).args(["--every", "60"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(writing.stdout.take().unwrap());
    let mut line = String::new();
    said.read_line(&mut line).unwrap();
    assert!(line.contains("files ("), "{line}");
    assert!(status("status.html").contains("The next one comes by"));
    assert!(status("es/status.html").contains("La siguiente llega a más tardar"));
    let id = rustix::process::Pid::from_child(&writing);
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    assert!(writing.wait().unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn t61_once_everything_is_withdrawn_no_page_says_that_nothing_was_ever_released() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    let managers = Managers::named(&party, &server).await;
    let (_, reports) = reports(&party, &server, 1).await;
    let release = managers.propose(1, "First", &[(0, reports[0], None)]).await;
    party.clock.set(START_MS + 31 * 60_000);
    managers.approve(release).await;
    server.publish();
    let [withdrawn, never] = ["<h2>Withdrawals</h2>", "No release was withdrawn."];
    let status = page(&server, "status.html").await;
    assert!(status.contains(withdrawn) && status.contains(never), "{status}");

    managers.withdraw(release, "columns are <shifted>").await;
    server.publish();
    let front = page(&server, "").await;
    assert!(!front.contains("released yet"), "{front}");
    assert!(front.contains("what was released is withdrawn.</strong>"), "{front}");
    assert!(front.contains("<a href=\"releases.html\">1 withdrawn</a>"), "{front}");
    let status = page(&server, "status.html").await;
    assert!(status.contains(withdrawn) && !status.contains(never), "{status}");
    for said in [
        "<a href=\"releases.html#r1\">1. First</a>",
        "<q>columns are &#60;shifted&#62;</q> (release manager 5 and release manager 4)",
    ] {
        assert!(status.contains(said), "{said}: {status}");
    }
    assert!(page(&server, "es/").await.contains("lo que se publicó fue retirado"));
    assert!(page(&server, "es/status.html").await.contains("responsable de publicación 5 y "));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn t50_why_a_batch_that_looks_wrong_was_shown_is_read_by_everyone() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    let (_, reports) = reports(&party, &server, 1).await;
    let managers = Managers::named(&party, &server).await;
    let why = "telephoned: the columns stand as on the sheets";
    let precinct = PrecinctNumber(0);
    let named =
        PreviewedPrecinct { precinct, report: Some(reports[0]), decision: None, cause: None };
    let preview = Preview {
        number: 1,
        name: "First".to_owned(),
        layer: Layer::Night,
        precincts: vec![named],
        despite: Some(why.to_owned()),
    };
    let preview = managers.act(Message::sign(&managers.one, managers.scope, &preview)).await;
    server.publish();
    for name in ["status.html", "es/status.html"] {
        assert!(page(&server, name).await.contains(why), "{name}");
    }
    let release = Release { preview, left_out: vec![] };
    let release = managers.act(Message::sign(&managers.one, managers.scope, &release)).await;
    party.clock.set(START_MS + 31 * 60_000);
    managers.approve(release).await;
    server.publish();
    for name in ["releases.html", "es/releases.html"] {
        assert!(page(&server, name).await.contains(why), "{name}");
    }
    // It is somebody's words, and two people may withhold them.
    managers.withhold(&party, preview).await;
    server.publish();
    assert!(!page(&server, "releases.html").await.contains(why));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn t47_t64_who_stopped_what_and_what_is_open_is_on_the_status_page() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    let managers = Managers::named(&party, &server).await;
    let device = server.tablet(&party, ROOM, 0).await;
    let report = party.sign(ROOM, &device, &party.impossible(0, 20));
    server.send(ROOM, &report).await.receipt();
    let says = async |what: &str| {
        server.publish();
        let status = page(&server, "status.html").await;
        assert!(status.contains(what), "{what}: {status}");
    };
    says("Something impossible, not answered</dt><dd>1</dd>").await;
    says("Sources disagree, not decided</dt><dd>0</dd>").await;

    let begin = Stop {
        change: StopChange::Begin,
        minutes: Some(60),
        stop: None,
        why: "two counties sent the same numbers".to_owned(),
        number: 1,
    };
    let stop = managers.act(Message::sign(&managers.one, managers.scope, &begin)).await;
    says("<li>a stop, in minutes: 60 (").await;
    // An admin may be the second person.
    managers.act(party.by_admin(ROOM, &Approve { approves: stop })).await;
    says("<strong>In force.</strong>").await;
    says("<q>two counties sent the same numbers</q> (release manager 4 and admin 1)").await;

    let end = Stop {
        change: StopChange::End,
        minutes: None,
        stop: Some(stop),
        why: "their sheets say so".to_owned(),
        number: 2,
    };
    let end = managers.act(Message::sign(&managers.one, managers.scope, &end)).await;
    says("<li>the early end of a stop (").await;
    managers.approve(end).await;
    says("Ended before its time: <q>their sheets say so</q> (release manager 4 and release manager 5)")
        .await;
    let status = page(&server, "status.html").await;
    assert!(!status.contains("In force") && !status.contains("waiting for a second person"));
    assert!(page(&server, "es/status.html").await.contains("Terminó antes de tiempo"));
    server.stop().await;
}

/// Nevada 2020: nobody knows its counties' state delegates. What is not known is nowhere a nought, and shares are of delegates.
#[tokio::test(flavor = "multi_thread")]
async fn without_state_delegates_nothing_is_said_in_their_equivalents() {
    let mut contest = practice::contest().unwrap();
    assert!(contest.has_sde());
    for county in &mut contest.counties {
        county.state_delegates = 0;
    }
    for precinct in &mut contest.precincts {
        precinct.delegates = precinct.delegates.map(|_| 4);
    }
    // Satellite sites elect no county delegates.
    contest.precincts.retain(|precinct| precinct.kind == PrecinctKind::Precinct);
    contest.worksheets.clear();
    let basis = Some(NationalBasis::CountyDelegates);
    contest.national = Some(National { districts: Vec::new(), at_large: 4, pleo: 0, basis });
    let party = Party::with_contest(&[ROOM], contest);
    assert!(!party.contest.has_sde());
    let server = party.start().await;
    let (managers, release, batch) = release_all_alike(&party, &server, [5, 15], [1, 3]).await;
    server.publish();

    let place = format!("precincts/{}.html", party.contest.precincts[1].id);
    let county = format!("counties/{}.html", party.contest.counties[0].id);
    for name in ["index.html", &place, &county] {
        let english = page(&server, name).await;
        assert!(!english.contains("State delegate equivalents"), "{english}");
        assert!(!english.contains("sde:"), "{english}");
        assert!(!english.contains(".0000<"), "{english}");
    }
    let front = page(&server, "").await;
    let [first, second] = [&party.contest.groups[1], &party.contest.groups[0]]
        .map(|group| front.find(&format!("<th scope=\"row\">{}</th>", group.full_name)).unwrap());
    assert!(first < second, "three delegates stand before one: {front}");
    assert!(front.contains("75.0\u{a0}%"), "{front}");
    // Four of each of ten precincts.
    let national = page(&server, "national.html").await;
    assert!(national.contains("<span data-measure=\"base\">40</span></p>"), "{national}");
    let worth = format!("<td data-measure=\"worth:{}\">30</td>", party.contest.groups[1].key);
    assert!(national.contains(&worth), "{national}");

    let folder = format!("data/001-{}", &release.to_string()[..8]);
    for name in ["precincts.csv", "totals.csv", "results.json"] {
        let text = page(&server, &format!("{folder}/{name}")).await;
        assert!(text.contains("sde") && !text.contains("0.0000"), "{text}");
    }
    let certified = managers.propose_in(Layer::Certified, 2, "Certified", &batch).await;
    party.clock.set(START_MS + 62 * 60_000);
    managers.approve(certified).await;
    server.publish();
    for name in ["compare/night-certified.html", "compare/night-certified.csv"] {
        let text = page(&server, name).await;
        assert!(text.contains("national") && !text.contains("sde"), "{text}");
    }
    server.stop().await;
}

/// Every file that can be reached from the first page.
pub async fn crawl(server: &Server) -> BTreeSet<String> {
    let mut known = BTreeSet::from(["index.html".to_owned()]);
    let mut waiting = vec!["index.html".to_owned()];
    while let Some(name) = waiting.pop() {
        let reply = server.get(server.public, &format!("/results/{name}")).await;
        assert_eq!(reply.status, 200, "{name} is led to, and is not there");
        if !name.ends_with(".html") {
            continue;
        }
        for link in links(&name, &reply.text()) {
            if known.insert(link.clone()) {
                waiting.push(link);
            }
        }
    }
    known
}

fn nist_status(text: &str) -> String {
    let document: Value = serde_json::from_str(text).unwrap();
    document["Status"].as_str().unwrap().to_owned()
}

/// Holds a document against the schema that NIST publishes.
pub fn assert_nist(text: &str) {
    let schema = include_str!("../nist/NIST_V2_election_results_reporting.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    let document: Value = serde_json::from_str(text).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = schema
        .iter_errors(&document)
        .take(3)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let mut without = document;
    without.as_object_mut().unwrap().remove("Issuer");
    assert!(!schema.is_valid(&without), "the schema is looked at");
}

#[tokio::test(flavor = "multi_thread")]
async fn t72_pages_go_out_compressed_and_only_to_who_does_not_have_them() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    server.publish();
    let url = format!("http://{}/results/", server.public);
    let plain = server.http.get(&url).send().await.unwrap();
    let tag = plain.headers()["etag"].to_str().unwrap().to_owned();
    assert!(plain.headers().get("content-encoding").is_none());
    let policy = plain.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(plain.headers()["cache-control"], "public, max-age=15");
    let plain = plain.bytes().await.unwrap();
    let zipped = server.http.get(&url).header("accept-encoding", "gzip").send().await.unwrap();
    assert_eq!(zipped.headers()["content-encoding"], "gzip");
    // A cache puts parts together that have the same tag.
    let zipped_tag = zipped.headers()["etag"].to_str().unwrap().to_owned();
    assert_ne!(zipped_tag, tag);
    let zipped = zipped.bytes().await.unwrap();
    assert!(zipped.len() < plain.len());
    assert_eq!(countersign_server::publish::files::expand(&zipped).unwrap(), plain);
    let Reply { status, body, .. } = server.get_unless(server.public, "/results/", &tag).await;
    assert_eq!((status, body.len()), (304, 0));
    let known = server.http.get(&url).header("accept-encoding", "gzip");
    let known = known.header("if-none-match", &zipped_tag).send().await.unwrap();
    assert_eq!(known.status(), 304);
    assert_eq!(known.headers()["etag"], zipped_tag);
    let style = String::from_utf8(plain.to_vec()).unwrap();
    let style = style.split("stylesheet\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let style = server.http.get(format!("{url}{style}")).send().await.unwrap();
    assert_eq!(style.headers()["cache-control"], "public, max-age=31536000, immutable");
    // A cache keeps nothing that does not say so: not that something is missing, not what a header decides.
    for path in ["/results/none.html", "/log/official/tile/0/009", "/v1/official/log", "/v1/status"]
    {
        let answer = server.http.get(format!("http://{}{path}", server.public)).send().await;
        assert_eq!(answer.unwrap().headers()["cache-control"], "no-store", "{path}");
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_two_people_withheld_is_read_on_no_page_and_no_page_leads_to_it() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    let managers = Managers::named(&party, &server).await;
    let (tablets, reports) = reports(&party, &server, 1).await;
    let (reviewer, observer) = (party.new_key(), party.new_key());
    let person = |number, role, key: &SigningKey| Person { number, role, key: key.public() };
    let people = People {
        people: vec![person(2, Role::Reviewer, &reviewer), person(8, Role::Observer, &observer)],
    };
    managers.act(party.by_admin(ROOM, &people)).await;
    let scope = Scope::room(&party.contest.id, ROOM);
    let question =
        party.question(ROOM, &reviewer, (0, reports[0]), "was the neighbour of question there?");
    let question = managers.act(question).await;
    let reply = party.reply(ROOM, &tablets[0], question, "the neighbour of reply");
    let reply = managers.act(reply).await;
    let decision = Decision {
        precinct: PrecinctNumber(0),
        report: Some(reports[0]),
        evidence: Evidence::Sheet,
        why: "the neighbour of decision".to_owned(),
        answers: vec![],
        after: None,
        overrides: None,
    };
    let decision = managers.act(Message::sign(&reviewer, scope, &decision)).await;
    let (preview, release) =
        managers.show(1, "One", &[(0, reports[0], None)], Some(decision)).await;
    let objection = Objection {
        preview,
        precinct: PrecinctNumber(0),
        reason: ObjectionReason::Other,
        why: "the neighbour of objection".to_owned(),
        evidence: Some(PhotoDigest([0x5e; 32])),
    };
    let objection = managers.act(Message::sign(&observer, scope, &objection)).await;
    let answer = Answer {
        objection,
        outcome: AnswerOutcome::Stands,
        why: "the neighbour of answer".to_owned(),
    };
    let answer = managers.act(Message::sign(&reviewer, scope, &answer)).await;
    party.clock.set(START_MS + 31 * 60_000);
    managers.approve(release).await;
    managers.withdraw(release, "the neighbour of withdrawal").await;
    server.publish();
    let place = format!("precincts/{}.html", party.contest.precincts[0].id);
    let read = async || {
        let mut all = String::new();
        for name in [&place, "status.html", "releases.html", "es/status.html"] {
            all.push_str(&page(&server, name).await);
        }
        all
    };
    let before = read().await;
    for what in ["question", "reply", "decision", "objection", "answer", "withdrawal"] {
        assert!(before.contains(&format!("the neighbour of {what}")), "{what}: {before}");
    }
    assert!(before.contains(&"5e".repeat(32)), "the evidence of the objection: {before}");
    assert!(!before.contains("none of its reports counts"), "{before}");
    let withdrawal = withdrawal_of(&server, release);
    for message in [reports[0], question, reply, decision, objection, answer, release, withdrawal] {
        managers.withhold(&party, message).await;
    }
    server.publish();
    let after = read().await;
    assert!(!after.contains("the neighbour"), "{after}");
    assert!(after.contains("[withheld by two people]") && after.contains("[retenido por dos"));
    let site = crawl(&server).await;
    for message in [reports[0], question, reply, decision, objection, answer, release] {
        assert!(!site.iter().any(|name| name.contains(&message.to_string())), "{site:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_precinct_whose_reports_were_set_aside_says_so() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    let managers = Managers::named(&party, &server).await;
    let (_, reports) = reports(&party, &server, 1).await;
    let release = managers.propose(1, "One", &[(0, reports[0], None)]).await;
    party.clock.set(START_MS + 31 * 60_000);
    managers.approve(release).await;
    let reviewer = party.new_key();
    let person = Person { number: 2, role: Role::Reviewer, key: reviewer.public() };
    managers.act(party.by_admin(ROOM, &People { people: vec![person] })).await;
    let decision = Decision {
        precinct: PrecinctNumber(0),
        report: None,
        evidence: Evidence::Sheet,
        why: "the worksheet is of another room".to_owned(),
        answers: vec![],
        after: None,
        overrides: None,
    };
    let scope = Scope::room(&party.contest.id, ROOM);
    managers.act(Message::sign(&reviewer, scope, &decision)).await;
    server.publish();
    let place = &party.contest.precincts[0].id;
    let english = page(&server, &format!("precincts/{place}.html")).await;
    let said = "says that none of its reports counts: <q>the worksheet is of another room</q>";
    assert!(english.contains(said), "{english}");
    let spanish = page(&server, &format!("es/precincts/{place}.html")).await;
    assert!(spanish.contains("dice que ninguno de sus informes cuenta: <q>the"), "{spanish}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn t28_t48_a_correction_after_the_decision_about_a_released_precinct_is_said_to_be_open() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    let managers = Managers::named(&party, &server).await;
    let (tablets, reports) = reports(&party, &server, 1).await;
    let reviewer = party.new_key();
    let person = Person { number: 2, role: Role::Reviewer, key: reviewer.public() };
    managers.act(party.by_admin(ROOM, &People { people: vec![person] })).await;
    let scope = Scope::room(&party.contest.id, ROOM);
    let decision = Decision {
        precinct: PrecinctNumber(0),
        report: Some(reports[0]),
        evidence: Evidence::Sheet,
        why: "it stands so on the sheet".to_owned(),
        answers: vec![],
        after: None,
        overrides: None,
    };
    let decision = managers.act(Message::sign(&reviewer, scope, &decision)).await;
    let precincts = [(0, reports[0], None)];
    let (_, release) = managers.show(1, "One", &precincts, Some(decision)).await;
    party.clock.set(START_MS + 31 * 60_000);
    managers.approve(release).await;
    server.publish();
    let place = format!("precincts/{}.html", party.contest.precincts[0].id);
    let disagree = |open: &str| format!("Sources disagree, not decided</dt><dd>{open}</dd>");
    assert!(page(&server, "status.html").await.contains(&disagree("0")));
    assert!(!page(&server, &place).await.contains("checks.html#H02"));

    let correction = party.sign(ROOM, &tablets[0], &party.correction(reports[0], 0, 30));
    server.send(ROOM, &correction).await.receipt();
    server.publish_now();
    assert!(page(&server, "status.html").await.contains(&disagree("1")));
    let precinct = page(&server, &place).await;
    let found = precinct.split("checks.html#H02").nth(1).unwrap_or_default();
    assert!(found.split("</li>").next().unwrap().contains("<strong>Open.</strong>"), "{precinct}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn t57_what_was_asked_and_replied_is_read_with_its_precinct() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    let managers = Managers::named(&party, &server).await;
    let (tablets, reports) = reports(&party, &server, 3).await;
    let reviewer = party.new_key();
    let person = Person { number: 2, role: Role::Reviewer, key: reviewer.public() };
    managers.act(party.by_admin(ROOM, &People { people: vec![person] })).await;
    let mut asked = Vec::new();
    for (number, &report) in (0..).zip(&reports) {
        let words = format!("Is <table> {number} right?");
        asked.push(managers.act(party.question(ROOM, &reviewer, (number, report), &words)).await);
    }
    let reply = party.reply(ROOM, &tablets[0], asked[0], "two captains counted");
    let reply = managers.act(reply).await;
    let correction = party.sign(ROOM, &tablets[1], &party.correction(reports[1], 1, 30));
    let correction = managers.act(correction).await;
    let precincts = [(0, reports[0], None), (1, correction, None)];
    let release = managers.propose(1, "One", &precincts).await;
    party.clock.set(START_MS + 31 * 60_000);
    managers.approve(release).await;
    server.publish();

    let place = |at: usize| format!("precincts/{}.html", party.contest.precincts[at].id);
    let replied = page(&server, &place(0)).await;
    for said in [
        "person 2, about a signed report",
        "<q>Is &#60;table&#62; 0 right?</q>",
        "Final alignment is not larger",
        "<strong>The tablet replied: the numbers stand.</strong>",
        ": two captains counted</q>",
        &format!("messages/{}.cose", asked[0]),
        &format!("messages/{reply}.cose"),
    ] {
        assert!(replied.contains(said), "{said}: {replied}");
    }
    let spanish = page(&server, &format!("es/{}", place(0))).await;
    let reason = &party.contest.reason("other").unwrap();
    let why = format!("<q>{}: two captains counted</q>", reason.label_in("es"));
    assert!(spanish.contains("los números se mantienen") && spanish.contains(&why), "{spanish}");
    let corrected = page(&server, &place(1)).await;
    assert!(corrected.contains("<strong>The tablet corrected its report.</strong>"), "{corrected}");
    // Whoever looks the report up is told as well; of the third, which is not released, nobody is.
    let look = async |report: MessageId| page(&server, &format!("find.html?id={report}")).await;
    let found = look(reports[0]).await;
    let words = "Headquarters asked those who signed it: “Is &#60;table&#62; 0 right?”";
    assert!(found.contains(words), "{found}");
    assert!(found.contains("They replied that its numbers stand."), "{found}");
    assert!(!look(reports[2]).await.contains("asked those"));
    let site = crawl(&server).await;
    for message in [asked[0], reply, asked[1], correction] {
        assert!(site.contains(&format!("messages/{message}.cose")), "{site:?}");
    }
    assert!(!site.contains(&place(2)), "{site:?}");
    let hidden = server.get(server.public, &format!("/results/messages/{}.cose", asked[2])).await;
    assert_eq!(hidden.status, 404);

    // What is asked once a precinct is released is everyone's with the next making of the pages.
    let scope = Scope::room(&party.contest.id, ROOM);
    let later = Question {
        precinct: PrecinctNumber(0),
        report: reports[0],
        findings: vec![],
        words: "Who counted?".to_owned(),
        number: 2,
    };
    let later = managers.act(Message::sign(&reviewer, scope, &later)).await;
    server.publish_now();
    let open = page(&server, &place(0)).await;
    assert!(open.contains("<q>Who counted?</q>") && open.contains("No reply yet."), "{open}");
    assert!(crawl(&server).await.contains(&format!("messages/{later}.cose")));
    server.stop().await;
}

/// The message by which a release was asked to be withdrawn.
fn withdrawal_of(server: &Server, release: MessageId) -> MessageId {
    let projection = server.node.admission.room(ROOM).read();
    let releases = projection.state.review().releases();
    let release = releases.iter().find(|one| one.signed.id == release).unwrap();
    release.withdrawal.as_ref().unwrap().signed.id
}
