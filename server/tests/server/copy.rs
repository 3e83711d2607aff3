//! Somebody else's copy of the results: compared cell by cell, and what was decided, in the log (T66).

use countersign_core::id::CopyDigest;
use countersign_core::message::{Act, CopyCompared, CopyDecision};
use countersign_core::room::Room;
use countersign_server::keys::read_key;
use serde_json::{Value, json};

use crate::commands::{good, run, wrong};
use crate::publish::unmarked;
use crate::released::{Managers, reports};
use crate::support::{Party, START_MS, Server};

const ROOM: Room = Room::Official;

/// Two precincts of three are released.
struct Night {
    party: Party,
    server: Server,
    release: String,
    /// The released precincts as they are published.
    published: String,
}

impl Night {
    async fn released() -> Self {
        let party = Party::new(&[ROOM]);
        let server = party.start().await;
        let managers = Managers::named(&party, &server).await;
        let (_, reports) = reports(&party, &server, 3).await;
        let batch = [(0, reports[0], None), (1, reports[1], None)];
        let release = managers.propose(1, "First", &batch).await;
        party.clock.set(START_MS + 31 * 60_000);
        managers.approve(release).await;
        server.publish();
        let name = format!("/results/data/001-{}/precincts.csv", &release.to_string()[..8]);
        let published = server.get(server.public, &name).await.text();
        Self { party, server, release: release.to_string(), published }
    }

    /// Writes a copy and compares it: exit code, and what was printed.
    fn compare(&self, copy: &str, with: &[&str]) -> (i32, String) {
        std::fs::write(self.party.root.path().join("copy.csv"), copy).unwrap();
        let compare = ["release", "compare-copy", "--data", "data", "--copy", "copy.csv"];
        let output = tokio::task::block_in_place(|| {
            run(self.party.root.path(), &[&compare[..], with].concat())
        });
        let said = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap(), String::from_utf8(said).unwrap())
    }

    /// Has a comparison of the copy that was written last recorded.
    fn record(&self, more: &[&str]) -> Vec<String> {
        let url = format!("http://{}", self.server.reporting);
        let key = self.party.keys.admin();
        let what = ["release", "record-copy", "--data", "data", "--copy", "copy.csv"];
        let by = ["--server", &url, "--key", key.to_str().unwrap()];
        [&what[..], more, &by].concat().into_iter().map(str::to_owned).collect()
    }
}

/// The copy with the first line of a precinct changed by somebody.
fn with_another_number(csv: &str, precinct: &str) -> String {
    let line = csv.lines().find(|line| line.starts_with(&format!("{precinct},"))).unwrap();
    let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
    cells[3] = "7".to_owned();
    csv.replace(line, &cells.join(","))
}

#[tokio::test(flavor = "multi_thread")]
async fn t66_a_copy_that_differs_is_shown_per_precinct_and_cell_and_ends_with_1() {
    let night = Night::released().await;
    let [first, second, third] = [0, 1, 2].map(|n| night.party.contest.precincts[n].id.clone());
    let group = &night.party.contest.groups[0].key;
    let of_release = ["--release", &night.release];

    let (code, same) = night.compare(&night.published, &of_release);
    assert_eq!((code, same.lines().last()), (0, Some("no number differs")), "{same}");
    let without_sde: String = night
        .published
        .lines()
        .map(|line| format!("{}\n", line.rsplit_once(',').unwrap().0))
        .collect();
    assert_eq!(night.compare(&without_sde, &of_release).0, 0, "a column fewer is compared less");
    let (code, other) = night.compare(&with_another_number(&night.published, &second), &of_release);
    assert_eq!(code, 1);
    let cell = format!("firstAlignment {group}: ours 21, the copy 7");
    assert!(other.contains(&second) && other.contains(&cell), "{other}");
    assert!(!other.contains(&first), "{other}");
    assert!(other.ends_with("1 precincts differ, in 1 cells\n"), "{other}");

    // A precinct too few and one too many.
    let lines = night.published.lines().filter(|line| !line.starts_with(&format!("{first},")));
    let mut copy = lines.fold(String::new(), |all, line| all + line + "\n");
    copy.push_str(&format!("nowhere,{group},4,4,4,0,0.0000\n"));
    let (code, json) = night.compare(&copy, &[&of_release[..], &["--json"]].concat());
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(code, 1);
    assert_eq!(json["with"], json!({"release": night.release}));
    assert_eq!(json["copy"], CopyDigest::of(copy.as_bytes()).to_string());
    let precincts = json["precincts"].as_array().unwrap();
    let found: Vec<_> = precincts.iter().map(|one| (&one["precinct"], &one["stands_in"])).collect();
    let (ours, theirs) = (json!("ours"), json!("copy"));
    assert_eq!(found, [(&json!(first), &ours), (&json!("nowhere"), &theirs)]);
    assert_eq!(precincts[1]["name"], Value::Null);
    let attendees = json!({"count": "attendees", "group": null, "ours": "0", "copy": "4"});
    assert_eq!(precincts[1]["cells"][0], attendees);
    let cells: usize = precincts.iter().map(|one| one["cells"].as_array().unwrap().len()).sum();
    assert_eq!(json["cells"], cells);

    // What counts now has a precinct more than what is released; so has the preview of it.
    let (code, now) = night.compare(&night.published, &[]);
    assert!(code == 1 && now.contains(&format!("{third} (")) && now.contains("not in the copy"));
    assert_eq!(night.compare(&night.published, &["--preview", "1"]).0, 0);

    for (copy, with, mistake) in [
        ("precinct_id,candidate,votes\n", &[][..], "votes is not one of this contest"),
        (&night.published, &["--preview", "2"], "there is no preview 2"),
        (&night.published, &["--release", &"0".repeat(64)], "no release 000"),
        (&night.published, &["--release", "first"], "is no message id"),
    ] {
        let (code, said) = night.compare(copy, with);
        assert!(code == 2 && said.contains(mistake), "{code}: {said}");
    }
    let missing = ["release", "compare-copy", "--data", "data", "--copy", "nowhere.csv"];
    tokio::task::block_in_place(|| wrong(night.party.root.path(), &missing));
    night.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn t66_what_was_decided_about_a_copy_is_signed_and_everyone_reads_it() {
    let night = Night::released().await;
    let second = night.party.contest.precincts[1].id.clone();
    night.compare(&with_another_number(&night.published, &second), &[]);
    let decided =
        ["--whose", "the national party", "--decision", "stop", "--why", "a group is lost"];
    let words = night.record(&[&["--release", &night.release][..], &decided].concat());
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let at = night.party.root.path();
    let said = tokio::task::block_in_place(|| good(at, &words));
    assert!(said.starts_with("1 precincts differ, in 1 cells\nact "), "{said}");

    night.server.publish();
    let page =
        async |name: &str| unmarked(&night.server.get(night.server.public, name).await.text());
    let status = page("/results/status.html").await;
    for words in [
        "the copy of <strong>the national party</strong> was compared with the release “First”",
        "1 precincts differ, in 1 numbers. Decision: <strong>stop</strong>.",
        "<q>a group is lost</q> (admin 1)",
        "Releases were never stopped.",
    ] {
        assert!(status.contains(words), "{words}: {status}");
    }
    let spanish = page("/results/es/status.html").await;
    assert!(spanish.contains("se comparó con la publicación “First”"), "{spanish}");
    assert!(spanish.contains("<strong>detener</strong>"), "{spanish}");

    // Whoever else signs it is refused, and whoever verifies reads it too.
    let of_tablet = CopyCompared {
        copy: CopyDigest([1; 32]),
        whose: "me".to_owned(),
        compared_with: None,
        precincts: 0,
        cells: 0,
        decision: CopyDecision::GoOn,
        why: "all the same".to_owned(),
    };
    let device = night.server.tablet(&night.party, ROOM, 3).await;
    let scope = countersign_core::message::Scope::room(&night.party.contest.id, ROOM);
    let act = Act::CopyCompared(of_tablet);
    let forged = countersign_core::message::Message::sign(&device, scope, &act);
    assert_eq!(night.server.send(ROOM, &forged).await.code(), "not-allowed");
    let key = read_key(&night.party.keys.party()).unwrap().public().id().to_string();
    let url = format!("http://{}", night.server.public);
    let verify = |more: &[&str]| {
        let words = ["verify", &url, "--party-key", &key];
        tokio::task::block_in_place(|| good(at, &[&words[..], more].concat()))
    };
    let verdict: Value = serde_json::from_str(&verify(&["--json"])).unwrap();
    assert_eq!(verdict["holds"], true, "{verdict}");
    let copy = &verdict["copies"][0];
    assert_eq!((&copy["whose"], &copy["decision"]), (&json!("the national party"), &json!("stop")));
    assert_eq!((&copy["compared_with"], &copy["person"]), (&json!(night.release), &json!(1)));
    assert!(verify(&[]).contains("copy of the national party, compared by person 1"));
    let list = ["release", "list", "--data", "data"];
    let list = tokio::task::block_in_place(|| good(at, &list));
    assert!(list.contains("1 precincts and 1 cells differ; stop: a group is lost"), "{list}");

    // It stands in a log that takes the place of this one as well.
    night.server.stop().await;
    let begin = ["log", "begin-again", "--data", "data", "--keys", "keys", "--room", "official"];
    let why = ["--reason", "other", "--why", "a drill"];
    tokio::task::block_in_place(|| good(at, &[&begin[..], &why].concat()));
    let fsck = tokio::task::block_in_place(|| good(at, &["fsck", "--data", "data"]));
    assert!(fsck.contains("official room: "), "{fsck}");
    let again = night.party.start().await;
    assert_eq!(again.node.admission.room(ROOM).read().state.review().copies().len(), 1);
    again.stop().await;
}
