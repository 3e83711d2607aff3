//! What a host leaves out, or leaves lying about: it cannot be compared, and that is never called good.

use countersign_core::message::{Approve, Package, Withdraw};
use serde_json::json;

use super::layers::replaced;
use super::*;

impl Copy {
    /// What a person reads, and the exit code.
    fn words(&self) -> (i32, String) {
        let command = ["verify", "public", "--party-key", &party_key(&self.party)];
        let output = tokio::task::block_in_place(|| run(self.party.root.path(), &command));
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    }

    /// What could be compared holds, and something could not, of which a person reads this.
    fn leaves_open(&self, words: &str) -> Value {
        let (code, text) = self.words();
        assert_eq!(code, 3, "{text}");
        assert!(text.contains("What could be compared holds"), "{text}");
        assert!(text.contains(words) && !text.contains("Everything holds"), "{words}: {text}");
        let (code, said) = self.verify(&[]);
        assert_eq!((code, &said["holds"], &said["complete"]), (3, &json!(true), &json!(false)));
        said
    }

    /// The same while a file or folder is not there.
    fn leaves_open_without(&self, name: &str, words: &str) -> Value {
        let away = self.party.root.path().join("away");
        std::fs::rename(self.file(name), &away).unwrap();
        let said = self.leaves_open(words);
        std::fs::rename(away, self.file(name)).unwrap();
        said
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t69_whoever_leaves_something_out_is_not_told_that_everything_holds() {
    let copy = Night::released().await.recanvassed().await.folder().await;
    let (code, text) = copy.words();
    assert!(code == 0 && text.contains("Everything holds"), "{text}");
    let said = copy.verify(&[]).1;
    assert_eq!(said["complete"], true, "{said}");

    let said = copy.leaves_open_without("data", "all pages: no document of a release");
    assert_eq!((&said["compared"], &said["pages"]["wait"]), (&json!([]), &json!(true)), "{said}");
    let place = copy.party.contest.precincts[0].id.clone();
    for (name, words) in [
        ("index.html", "index.html: not there, or older than"),
        ("es/index.html", "1 pages: not there"),
        ("es", " pages: not there"),
        ("precincts", " pages: not there"),
        (&format!("es/precincts/{place}.html"), "1 pages: not there"),
        ("changes.html", "1 pages: not there"),
        ("status.html", "1 pages: not there"),
        ("receipts", " receipts: not there"),
        ("releases.json", "releases.json: not there"),
        ("releases.atom", "releases.atom: not there"),
        ("compare", "compare/night-recanvass.csv: not there"),
    ] {
        copy.leaves_open_without(name, words);
    }
    for name in ["precincts.csv", "SHA256SUMS", "SHA256SUMS.note", "status.json"] {
        let document = copy.document_of(2, name);
        let document = document.strip_prefix(&copy.out).unwrap().to_str().unwrap();
        copy.leaves_open_without(document, &format!("{document}: not there"));
    }
    // The log alone: what was released follows from it, and nothing that is published was seen.
    let log = copy.party.root.path().join("log-only");
    for part in ["log", "messages"] {
        std::fs::create_dir_all(&log).unwrap();
        std::fs::rename(copy.file(part), log.join(part)).unwrap();
    }
    let (code, said) = verify(&copy.party, log.to_str().unwrap(), &[]);
    assert_eq!((code, &said["pages"]["wait"]), (3, &json!(true)), "{said}");
    assert_eq!(said["layers"][1]["precincts_released"], 2, "{said}");
}

/// A host that shows false pages as `/results/` and the right documents elsewhere does not send anybody there.
#[tokio::test(flavor = "multi_thread")]
async fn t69_pages_without_documents_are_not_passed_over_for_another_place() {
    let copy = Night::released().await.folder().await;
    let results = copy.file("results");
    std::fs::create_dir(&results).unwrap();
    std::fs::copy(copy.file("index.html"), results.join("index.html")).unwrap();
    let root = copy.out.clone();
    let address = host(move |name| std::fs::read(root.join(name))).await;
    let (code, said) = verify(&copy.party, &address, &[]);
    assert_eq!((code, &said["pages"]["wait"]), (3, &json!(true)), "{said}");
    let first = said["not_published"][0].as_str().unwrap();
    assert!(first.starts_with("results/data/"), "{said}");
    // False pages at the top beside the right ones below it: which of them people see, nobody knows.
    assert!(said["elsewhere"][""].as_array().unwrap().len() > 8, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn t69_pages_from_before_a_release_are_compared_too() {
    let copy = Night::proposed().await.folder().await;
    let (code, said) = copy.verify(&[]);
    assert_eq!((code, &said["complete"]), (0, &json!(true)), "{said}");
    assert!(said["pages"]["files"].as_u64().unwrap() >= 8, "{said}");
    let place = copy.party.contest.precincts[0].id.clone();
    let (page, own) = (copy.file("precincts"), copy.file(&format!("precincts/{place}.html")));
    std::fs::create_dir_all(page).unwrap();
    std::fs::write(&own, "<h1>Results</h1>").unwrap();
    let (code, what) = copy.differs(&[]);
    assert!(code == "leftover" && what.contains(&place), "{what}");
    std::fs::remove_file(own).unwrap();
    copy.with(&copy.file("index.html"), replaced("\"released\">0<", "\"released\">9<"), || {
        let (code, what) = copy.differs(&[]);
        assert!(code == "cell" && what.contains("released of state"), "{what}");
    });
    // Pages from before there was a package, which nobody makes.
    let of_nothing = replaced("data-log-size=\"", "data-log-size=\"0\" title=\"");
    copy.with(&copy.file("status.html"), of_nothing, || {
        copy.leaves_open("status.html: not there, or older");
    });
    // Without the first page nothing is known of the others.
    std::fs::remove_file(copy.file("index.html")).unwrap();
    copy.leaves_open("index.html: not there");
    std::fs::create_dir_all(copy.file("es/precincts")).unwrap();
    std::fs::write(copy.file(&format!("es/precincts/{place}.html")), "<h1>Results</h1>").unwrap();
    assert_eq!(copy.differs(&[]).0, "leftover");
    // Where nothing is released and there are no pages, there is nothing to compare.
    for entry in std::fs::read_dir(&copy.out).unwrap().flatten() {
        let path = entry.path();
        match path.file_name().unwrap().to_str().unwrap() {
            "log" | "messages" => {}
            _ if path.is_dir() => std::fs::remove_dir_all(path).unwrap(),
            _ => std::fs::remove_file(path).unwrap(),
        }
    }
    assert_eq!(copy.verify(&[]).0, 0);
}

/// A page says when it was made; what depends on time, such as a stop that is in force, follows from that.
#[tokio::test(flavor = "multi_thread")]
async fn t69_a_page_is_made_after_its_entries_and_not_in_the_future() {
    let copy = Night::released().await.folder().await;
    let html = std::fs::read_to_string(copy.file("status.html")).unwrap();
    let (_, made) = html.split_once("data-made-ms=\"").unwrap();
    let made = made.split_once('"').unwrap().0.to_owned();
    copy.with(&copy.file("status.html"), replaced(&made, "1000"), || {
        let (code, what) = copy.differs(&[]);
        assert!(code == "file" && what.contains("before the last entry"), "{what}");
    });
    copy.with(&copy.file("status.html"), replaced(&made, "18446744073709551615"), || {
        let (code, what) = copy.differs(&[]);
        assert!(code == "file" && what.contains("still to come"), "{what}");
    });
}

/// After a new package pages are made anew; those from before are not held against it.
#[tokio::test(flavor = "multi_thread")]
async fn t69_pages_from_before_a_package_are_not_wrong() {
    let night = Night::released().await;
    write_public(&night.party, &["export"]);
    let mut contest = night.party.contest.clone();
    contest.title = "The same by another name".to_owned();
    let key = read_key(&night.party.keys.party()).unwrap();
    night.send(&Package::sign(2, contest, &key)).await;
    let Night { party, server, one, two, .. } = night;
    server.stop().await;
    write_public(&party, &["log", "export"]);
    let out = party.root.path().join("public");
    let copy = Copy { party, out, one, two };
    copy.leaves_open("index.html: not there, or older");
    copy.publish();
    assert_eq!(copy.verify(&[]).0, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn t69_pages_of_what_was_withdrawn_are_found() {
    let mut night = Night::released().await.recanvassed().await;
    let first = night.server.node.admission.room(ROOM).read().entries().len();
    let withdraw = Withdraw { release: night.correction.take().unwrap(), why: "a slip".to_owned() };
    let withdraw = night.act(&night.one, &withdraw).await;
    let copy_of = night.party.root.path().join("before");
    let data = night.party.folder.0.to_str().unwrap().to_owned();
    tokio::task::block_in_place(|| {
        good(night.party.root.path(), &["export", "--data", &data, "--out", "before"])
    });
    night.act(&night.two, &Approve { approves: withdraw }).await;
    assert!(night.server.node.admission.room(ROOM).read().entries().len() > first);
    let copy = night.folder().await;
    let (code, said) = copy.verify(&[]);
    assert_eq!(code, 0, "{said}");
    for name in ["compare/night-recanvass.csv", "es/compare/night-recanvass.html"] {
        let file = copy.file(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::copy(copy_of.join(name), &file).unwrap();
        let (code, what) = copy.differs(&[]);
        assert!(code == "leftover" && what.starts_with(name), "{what}");
        std::fs::remove_file(file).unwrap();
    }
    assert_eq!(copy.verify(&[]).0, 0);
}

/// What people see who name no page is the first page, and is compared as such.
#[tokio::test(flavor = "multi_thread")]
async fn t69_what_an_address_answers_to_whoever_names_no_page_is_compared() {
    let copy = Night::released().await.folder().await;
    for (of, expected) in [("released", 1), ("nothing", 0)] {
        let root = copy.out.clone();
        let page = if of == "released" { "es/index.html" } else { "index.html" };
        let page = std::fs::read(copy.file(page)).unwrap();
        let other = replaced("data-says=\"released\">2<", "data-says=\"released\">9<");
        let first = if of == "released" { other(page).unwrap() } else { page };
        let address = host(move |name| match name {
            "" => Ok(first.clone()),
            name => std::fs::read(root.join(name)),
        })
        .await;
        let (code, said) = verify(&copy.party, &address, &[]);
        assert_eq!(code, expected, "{of}: {said}");
    }
}
