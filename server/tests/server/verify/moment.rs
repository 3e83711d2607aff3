//! `verify` reads what pages say beside numbers: the first one and its maps, the status, the checks, the releases, and the list of
//! precincts.

use std::collections::BTreeSet;

use countersign_core::contest::{Fraction, ReleaseRules};
use countersign_core::id::CopyDigest;
use countersign_core::message::{
    Act, Answer, AnswerOutcome, CopyCompared, CopyDecision, Notice, Objection, ObjectionReason,
    Stop, StopChange,
};
use countersign_server::practice;
use serde_json::json;

use super::inquiries::talk;
use super::layers::replaced;
use super::*;

/// A night on a map, of which enough is released to say who leads, and in which everybody had something to say. The third
/// precinct is shown to observers.
async fn told() -> Night {
    let mut contest = practice::contest().unwrap();
    for (county, name) in contest.counties.iter_mut().zip(["Adair", "Adams", "Audubon"]) {
        county.name = name.to_owned();
    }
    let coverage = Fraction { numerator: 1, denominator: 6 };
    contest.release = Some(ReleaseRules { coverage, ..ReleaseRules::DEFAULT });
    let mut night = Night::released_by(Party::with_contest(&[ROOM], contest)).await;
    talk(&night).await;
    let stop = |change, stop, number| Stop {
        change,
        minutes: (change == StopChange::Begin).then_some(60),
        stop,
        why: "the same \"numbers\" twice".to_owned(),
        number,
    };
    let begun = night.act(&night.one, &stop(StopChange::Begin, None, 1)).await;
    night.act(&night.two, &Approve { approves: begun }).await;
    let ended = night.act(&night.one, &stop(StopChange::End, Some(begun), 2)).await;
    night.act(&night.two, &Approve { approves: ended }).await;
    let compared = CopyCompared {
        copy: CopyDigest([7; 32]),
        whose: "a newspaper".to_owned(),
        compared_with: Some(night.release),
        precincts: 1,
        cells: 2,
        decision: CopyDecision::GoOn,
        why: "a slip of theirs".to_owned(),
    };
    night.act(&night.party.admin, &Act::CopyCompared(compared)).await;
    let precinct = PrecinctNumber(2);
    let named =
        PreviewedPrecinct { precinct, report: Some(night.reports[2]), decision: None, cause: None };
    let preview = Preview {
        number: 2,
        name: "Second & last batch".to_owned(),
        layer: Layer::Night,
        precincts: vec![named],
        despite: Some("the sheets say so".to_owned()),
    };
    let preview = night.act(&night.one, &preview).await;
    let observer = night.party.new_key();
    let person = Person { number: 9, role: Role::Observer, key: observer.public() };
    night.act(&night.party.admin, &People { people: vec![person] }).await;
    let why = "we heard <19>, isn't it?".to_owned();
    let reason = ObjectionReason::NotAsAnnounced;
    let objection = Objection { preview, precinct, reason, why, evidence: None };
    let objection = night.act(&observer, &objection).await;
    let why = "the sheet was read again".to_owned();
    let answer = Answer { objection, outcome: AnswerOutcome::Stands, why };
    night.act(&night.reviewer, &answer).await;
    night.correction =
        Some(night.act(&night.one, &Release { preview, left_out: Vec::new() }).await);
    night
}

impl Night {
    /// What was shown is released and withdrawn again: nothing of any precinct is hidden any more.
    async fn with_all_public(self) -> Self {
        let release = self.correction.unwrap();
        self.party.clock.set(START_MS + 70 * 60_000);
        self.act(&self.two, &Approve { approves: release }).await;
        let why = "of another night".to_owned();
        let withdraw = self.act(&self.one, &Withdraw { release, why: why.clone() }).await;
        self.act(&self.two, &Approve { approves: withdraw }).await;
        self.act(&self.one, &Withdraw { release: self.release, why }).await;
        self
    }
}

/// The first place of a page for each thing that it says there: where its text begins, and what says it.
fn marks(html: &str) -> Vec<(usize, String)> {
    let (mut found, mut kinds) = (Vec::new(), BTreeSet::new());
    let (mut region, mut at) = ("", 0);
    while let Some(next) = html[at..].find(" data-") {
        at += next + " data-".len();
        let Some((name, rest)) = html[at..].split_once("=\"") else { break };
        let (value, _) = rest.split_once('"').unwrap();
        if name == "region" {
            region = value;
        }
        if name == "says" {
            let text = html[at..].find("\">").unwrap() + at + 2;
            let kind = |name: &str| name.split(':').next().unwrap().to_owned();
            if !html[text..].starts_with('<') && kinds.insert((kind(region), kind(value))) {
                found.push((text, format!("{value} of {region}")));
            }
        }
    }
    found
}

/// Changes each kind of thing that a page says, and some of them in Spanish: what `verify` does not name as the first difference, but
/// as other words, and how many were changed.
fn not_named(copy: &Copy, page: &str) -> (BTreeSet<String>, usize) {
    let (mut not_named, mut all) = (BTreeSet::new(), 0);
    for (page, every) in [(page.to_owned(), 1), (format!("es/{page}"), 4)] {
        let html = std::fs::read_to_string(copy.file(&page)).unwrap();
        for (at, mark) in marks(&html).into_iter().step_by(every) {
            let other = [&html[..at], "9", &html[at..]].concat();
            let other = move |_| Some(other.into_bytes());
            all += 1;
            copy.with(&copy.file(&page), other, || {
                let (code, said) = copy.verify(&[]);
                let what = said["difference"]["what"].as_str().unwrap_or_default();
                let names = what.starts_with(&format!("{page} says "))
                    && what.contains(&format!(" for {mark};"));
                if code == 3 {
                    // It is found as other words, since nothing else has room there.
                    assert_eq!(said["words"]["named"][0]["file"], page, "{mark}: {said}");
                    not_named.insert(mark);
                } else {
                    assert!(names, "{page}, {mark}: {what}");
                }
            });
        }
    }
    (not_named, all)
}

#[tokio::test(flavor = "multi_thread")]
async fn t69_whatever_pages_say_is_compared_and_the_first_difference_is_named() {
    let night = told().await.with_all_public().await;
    night.server.publish();
    let address = format!("http://{}", night.server.public);
    let (code, said) = verify(&night.party, &address, &[]);
    assert_eq!((code, &said["newer"]), (0, &json!([])), "{said}");
    let copy = night.folder().await;
    let (code, said) = copy.verify(&[]);
    assert_eq!((code, &said["pages"]["missing"]), (0, &json!(0)), "{said}");
    for (page, least) in [
        ("index.html", 18),
        ("status.html", 40),
        ("checks.html", 12),
        ("precincts.html", 4),
        ("releases.html", 11),
    ] {
        let (not_named, all) = not_named(&copy, page);
        assert!(not_named.is_empty(), "{page}: {not_named:?}");
        assert!(all >= least, "{page}: {all}");
    }
    let county = &copy.party.contest.counties[0].id;
    assert!(not_named(&copy, &format!("counties/{county}.html")).0.is_empty());
}

/// What rests on reports that only headquarters and observers have is theirs to tell; all else is compared.
#[tokio::test(flavor = "multi_thread")]
async fn t69_what_came_in_is_compared_once_every_report_is_public() {
    let copy = told().await.folder().await;
    let (code, said) = copy.verify(&[]);
    assert_eq!(code, 0, "{said}");
    let (of_status, all) = not_named(&copy, "status.html");
    let first = ["received of cameIn", "inReview of cameIn", "missing of cameIn"];
    let open = ["inConflict of cameIn", "flagged of cameIn", "asked of cameIn"];
    assert_eq!(of_status, first.into_iter().chain(open).map(str::to_owned).collect());
    assert!(all > 40, "{all}");
    let unreleased = &copy.party.contest.precincts[2].id;
    let (of_list, _) = not_named(&copy, "precincts.html");
    assert_eq!(of_list, BTreeSet::from([format!("cameIn of precinct:{unreleased}")]));
    let (of_checks, _) = not_named(&copy, "checks.html");
    assert!(of_checks.len() > 5 && of_checks.iter().all(|mark| mark.contains(" of check:")));
}

/// A server makes its pages after it entered something, and a copy of them stays as it is.
#[tokio::test(flavor = "multi_thread")]
async fn t69_pages_are_compared_with_the_log_of_when_they_were_made() {
    let night = told().await.with_all_public().await;
    write_public(&night.party, &["export"]);
    let notice = Notice { number: 3, words: "All is said.".to_owned(), next_ms: None };
    night.act(&night.one, &notice).await;
    let Night { party, server, one, two, .. } = night;
    server.stop().await;
    write_public(&party, &["log", "export"]);
    let out = party.root.path().join("public");
    let copy = Copy { party, out, one, two };
    // It is as it was then, and what was said since is not on it.
    let (code, said) = copy.verify(&[]);
    assert_eq!(
        (code, &said["newer"], &said["words"]["other"]),
        (3, &json!([]), &json!(0)),
        "{said}"
    );
    assert_eq!(said["older"], json!(["status.html", "es/status.html"]), "{said}");
    let status = "status.html";
    copy.with(&copy.file(status), replaced(">Wait.<", ">Wait!<"), || {
        let (code, what) = copy.differs(&[]);
        assert!(
            code == "cell" && what.starts_with("status.html says Wait! for words of"),
            "{what}"
        );
    });
    // It says less than it has to, and more.
    copy.with(&copy.file(status), replaced("the sheet was read again", ""), || {
        let (code, what) = copy.differs(&[]);
        assert!(code == "cell" && what.contains("says 0 for whyAnswered of entry:"), "{what}");
    });
    let more = "<p data-region=\"entry:1\" data-says=\"words\">Go home.</p></main>";
    copy.with(&copy.file(status), replaced("</main>", more), || {
        let (code, what) = copy.differs(&[]);
        assert!(code == "cell" && what.contains("says Go home. for words of entry:1;"), "{what}");
    });
    let added = replaced("</main>", "<p>All is well.</p></main>");
    copy.is_named_with("checks.html", added, "<p>All is well.", "</main>");
    // One from before the last release is none that is published now.
    let made_of_less = replaced("data-log-size=\"", "data-log-size=\"3\" title=\"");
    copy.with(&copy.file(status), made_of_less, || {
        let (code, said) = copy.verify(&[]);
        assert_eq!((code, &said["not_published"]), (3, &json!([status])), "{said}");
    });
    // More entries than there are prove nothing.
    let made_of_more = replaced("data-log-size=\"", "data-log-size=\"9");
    copy.with(&copy.file(status), made_of_more, || {
        let (code, what) = copy.differs(&[]);
        assert!(code == "file" && what.contains("entries, and the log has"), "{what}");
    });
}

/// A log that goes on all the time: its status page is always newer than what was read, which is no difference and is said.
#[tokio::test(flavor = "multi_thread")]
async fn t69_a_page_that_is_newer_than_what_was_read_is_named() {
    let copy = told().await.folder().await;
    let checkpoint = copy.file("log/official/checkpoint");
    let head = Checkpoint::claim(&std::fs::read_to_string(&checkpoint).unwrap()).unwrap();
    let key = read_key(&copy.party.keys.log(ROOM)).unwrap();
    let size = head.size + 1;
    let later = Checkpoint { size, root: [9; 32], ..head.clone() }.sign(&key).into_bytes();
    let (of, of_more) = (head.size, format!("data-log-size=\"{size}\""));
    let status = std::fs::read(copy.file("status.html")).unwrap();
    let made = replaced(&format!("data-log-size=\"{of}\""), &of_more)(status).unwrap();
    std::fs::write(copy.file("status.html"), made).unwrap();
    let (root, asked) = (copy.out.clone(), Arc::new(Mutex::new(0)));
    let counted = Arc::clone(&asked);
    let address = host(move |name| {
        let mut file = std::fs::read(root.join(name));
        if name.ends_with("/checkpoint") {
            let mut asked = counted.lock().unwrap();
            *asked += 1;
            // Read first, and asked for again because of the page.
            if *asked % 2 == 0 {
                file = Ok(later.clone());
            }
        }
        file
    })
    .await;
    let (code, said) = verify(&copy.party, &address, &[]);
    assert_eq!((code, &said["newer"]), (3, &json!(["status.html"])), "{said}");
    assert_eq!(*asked.lock().unwrap(), 6, "it looked three times");
}
