//! `verify` reads what pages say of withdrawals, and until when releases are stopped.

use countersign_core::message::{Stop, StopChange};

use super::layers::replaced;
use super::*;

/// Changes a page: what `verify` then says of it.
fn named(copy: &Copy, page: &str, (from, to): (&str, &str), says: &str) {
    copy.with(&copy.file(page), replaced(from, to), || {
        let (code, what) = copy.differs(&[]);
        let said = format!("{page} says {says};");
        assert!(code == "cell" && what.starts_with(&said), "{said} {what}");
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn t61_t69_a_withdrawal_of_which_a_page_says_something_else_is_named() {
    let night = Night::released().await;
    let withdraw = Withdraw { release: night.release, why: "of another night".to_owned() };
    let asked = night.act(&night.one, &withdraw).await;
    night.act(&night.two, &Approve { approves: asked }).await;
    let copy = night.folder().await;
    let (code, said) = copy.verify(&[]);
    assert_eq!((code, &said["not_published"]), (0, &json!([])), "{said}");
    let entry = copy.log().iter().position(|(entry, _)| entry.message == asked).unwrap();
    let of = |says: &str| format!("{says} of entry:{entry}");
    let managers = |asked: u32, approved: u32, and: &str| {
        let manager = if and == "y" { "responsable de publicación" } else { "release manager" };
        format!(
            "askedBy\">{manager} {asked}</span> {and} <span data-says=\"approvedBy\">{manager} {approved}<"
        )
    };
    for (page, (from, to), says) in [
        ("status.html", (">First batch<", ">Last batch<"), "Last batch for name"),
        ("es/status.html", (">of another night<", ">of this one<"), "of this one for why"),
        (
            "status.html",
            ("#r1\"><span data-says=\"number\">1", "#r1\"><span data-says=\"number\">2"),
            "2 for number",
        ),
        (
            "status.html",
            (&*managers(4, 5, "and"), &*managers(4, 2, "and")),
            "release manager 2 for approvedBy",
        ),
        (
            "es/status.html",
            (&*managers(4, 5, "y"), &*managers(2, 5, "y")),
            "responsable de publicación 2 for askedBy",
        ),
    ] {
        named(&copy, page, (from, to), &of(says));
    }
    // Left out as a whole.
    let without = |bytes: Vec<u8>| {
        let text = String::from_utf8(bytes).unwrap();
        let (before, line) =
            text.split_once(&format!("<li data-region=\"entry:{entry}\">")).unwrap();
        let (_, after) = line.split_once("</li>").unwrap();
        Some(format!("{before}{after}").into_bytes())
    };
    copy.with(&copy.file("status.html"), without, || {
        let (_, what) = copy.differs(&[]);
        assert!(what.starts_with(&of("status.html says 0 for approvedBy")), "{what}");
    });
    // The first page only counts them, where nothing else is released.
    for (page, words) in [("index.html", "withdrawn"), ("es/index.html", "retiradas")] {
        let count = |count: u32| format!(">{count}</span> {words}<");
        named(&copy, page, (&count(1), &count(2)), "2 for withdrawn of state");
    }
    assert_eq!(copy.verify(&[]).0, 0, "and with everything as it was, everything holds");
}

#[tokio::test(flavor = "multi_thread")]
async fn t64_t69_until_when_releases_are_stopped_is_compared() {
    let night = Night::released().await;
    let stop = Stop {
        change: StopChange::Begin,
        minutes: Some(60),
        stop: None,
        why: "two counties sent the same numbers".to_owned(),
        number: 1,
    };
    let stop = night.act(&night.one, &stop).await;
    night.act(&night.two, &Approve { approves: stop }).await;
    night.server.publish();
    // Those of the server, which were made while the stop was in force.
    let mut pages = Vec::new();
    for page in ["index.html", "es/index.html"] {
        let reply = night.server.get(night.server.public, &format!("/results/{page}")).await;
        pages.push((page, reply.text()));
    }
    let copy = night.folder().await;
    for (page, html) in &pages {
        std::fs::write(copy.file(page), html).unwrap();
    }
    let (code, said) = copy.verify(&[]);
    assert_eq!((code, &said["not_published"]), (0, &json!([])), "{said}");
    for (page, html) in &pages {
        let (_, until) = html.split_once("data-says=\"stoppedUntil\">").unwrap();
        let until = until.split('<').next().unwrap();
        let (from, to) = (format!(">{until}<"), format!(">9{until}<"));
        named(&copy, page, (&from, &to), &format!("9{until} for stoppedUntil of state"));
        named(&copy, page, (&from, "><"), "0 for stoppedUntil of state");
    }
}
