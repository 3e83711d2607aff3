//! What `verify` cannot tell has its place on pages, and nothing else has room there: neither in numbers that rest on reports which are not
//! public, nor in what witnesses did, nor around what checks found.

use countersign_core::contest::Contest;
use countersign_server::practice;
use serde_json::json;

use super::layers::replaced;
use super::*;

/// Two precincts are released. Two more have reported, and something impossible was found in one of them.
async fn half_public() -> Copy {
    let contest =
        Contest { witnesses: witnesses::list(&[51, 52], 1), ..practice::contest().unwrap() };
    let night = Night::released_by(Party::with_contest(&[ROOM], contest)).await;
    let tablet = night.server.tablet(&night.party, ROOM, 3).await;
    let report = night.party.sign(ROOM, &tablet, &night.party.impossible(3, 40));
    night.send(&report).await;
    night.folder().await
}

impl Copy {
    /// Each change is found as other words, and its file is named.
    fn are_named(&self, file: &str, changes: &[(&str, &str)]) {
        for (from, to) in changes {
            self.is_named_with(file, replaced(from, to), "", "");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t69_what_verify_cannot_tell_leaves_no_room_for_words() {
    let copy = half_public().await;
    let (code, said) = copy.verify(&[]);
    assert_eq!((code, &said["words"]["other"]), (0, &json!(0)), "{said}");
    // Numbers that rest on what came in.
    copy.are_named(
        "index.html",
        &[
            ("data-says=\"received\">4", "data-says=\"received\">4 CORRECTED: Red has 45 of 4"),
            ("data-says=\"inReview\">2", "data-says=\"inReview\">13"),
            ("data-says=\"inReview\">2", "data-says=\"inReview\">"),
        ],
    );
    copy.are_named("status.html", &[("data-says=\"flagged\">1", "data-says=\"flagged\">1 false")]);
    // Where a precinct stands that is not released.
    let standing = "data-says=\"cameIn\">in review";
    copy.are_named(
        "precincts.html",
        &[(standing, "data-says=\"cameIn\">Released: Red 45"), (standing, "data-says=\"cameIn\">")],
    );
    let spanish = ("data-says=\"cameIn\">en revisión", "data-says=\"cameIn\">publicado: 45");
    copy.are_named("es/precincts.html", &[spanish]);
    // What witnesses did, and when the page is made anew.
    copy.are_named(
        "index.html",
        &[
            ("data-untold>0 of 2 witnesses", "data-untold>CORRECTED RESULT. 0 of 2 witnesses"),
            ("data-untold>0 of 2 witnesses", "data-untold>9 of 9 witnesses"),
            ("Silent: w51.example.org", "Silent: whoever.says.this.result.is.false"),
            ("data-untold>NOT WITNESSED.", "data-untold>5 data-untold>NOT WITNESSED."),
        ],
    );
    copy.are_named(
        "status.html",
        &[
            ("data-untold>This is a copy", "data-untold>Red won. This is a copy"),
            ("data-untold>has cosigned nothing", "data-untold>has seen another log"),
            ("data-untold>has cosigned nothing", "data-untold>Nobody cosigns this log"),
        ],
    );
    let spanish = ("No se renueva sola:", "Ganó Red. No se renueva sola:");
    copy.are_named("es/status.html", &[spanish]);
    // What may stand there as well is nobody's to tell.
    let cosigned = "data-untold>cosigned up to entry 5, last at Feb 3, 2020, 5:01 PM CST";
    let others = [
        ("index.html", "data-untold>0 of 2 witnesses", "data-untold>2 of 2 witnesses"),
        ("status.html", "data-untold>has cosigned nothing", cosigned),
        ("precincts.html", standing, "data-says=\"cameIn\">not received"),
    ];
    for (file, from, to) in others {
        copy.with(&copy.file(file), replaced(from, to), || {
            let (code, said) = copy.verify(&[]);
            assert_eq!((code, &said["words"]["other"]), (0, &json!(0)), "{file}: {said}");
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t69_the_page_of_checks_is_compared_also_before_every_report_is_public() {
    let copy = half_public().await;
    let checks = "checks.html";
    let html = std::fs::read_to_string(copy.file(checks)).unwrap();
    let [released, .., impossible] = &copy.party.contest.precincts[..4] else { unreachable!() };
    let listed = format!("data-says=\"open:{}\">{}", impossible.id, impossible.name);
    assert!(html.contains(&listed), "it names what is not public: {html}");
    let other = listed.replacen(&impossible.name, "Somewhere else", 1);
    let number = |measure: &str| {
        let begin = format!("data-says=\"{measure}\">");
        let (_, rest) = html.split_once(&begin).unwrap();
        (format!("{begin}{}<", rest.split('<').next().unwrap()), begin)
    };
    let (passed, begin) = number("passed");
    // More than there are precincts, words, and a list that does not name as many as are counted.
    let more = format!("{begin}13<");
    let words = format!("{begin}all of them<");
    let (_, rest) = html.split_once("<dd><span data-says=\"open:").unwrap();
    let list = format!("<dd><span data-says=\"open:{}</dd>", rest.split("</dd>").next().unwrap());
    let link = format!("<a href=\"precincts/{0}.html\" data-says=\"open:{0}\">", released.id);
    let longer = format!("<dd>{link}{}</a>, {}", released.name, &list["<dd>".len()..]);
    copy.are_named(
        checks,
        &[
            ("</main>", "<!-- a comment --></main>"),
            ("</main>", "<p>Every report of Red was refused.</p></main>"),
            ("<h1>", "<h1 title=\"false\">"),
            (&listed, &other),
            (&passed, &more),
            (&passed, &words),
            (&list, "<dd></dd>"),
            (&list, &longer),
        ],
    );
    copy.are_named("es/checks.html", &[("</main>", "<p>Es falso.</p></main>")]);
    // Another number that there could be, which nobody else can tell.
    let another = format!("{begin}1<");
    assert_ne!(passed, another);
    copy.with(&copy.file(checks), replaced(&passed, &another), || {
        let (code, said) = copy.verify(&[]);
        assert_eq!((code, &said["words"]["other"]), (0, &json!(0)), "{said}");
    });
    assert_eq!(copy.verify(&[]).0, 0, "and with everything as it was, everything holds");
}
