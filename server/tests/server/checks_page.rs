//! The page of checks: what is counted of each, and which precincts it leads to.

use countersign_core::id::PrecinctNumber;
use countersign_core::message::{Decision, Evidence, Message, People, Person, Role, Scope};
use countersign_core::results::findings_of;
use countersign_core::room::Room;
use countersign_server::practice;

use crate::publish::{crawl, page};
use crate::released::Managers;
use crate::support::{Party, START_MS, Server};

const ROOM: Room = Room::Official;

/// The numbers of a check: passed, open, answered, corrected, noted, could not be asked.
fn row<'a>(html: &'a str, check: &str) -> Vec<&'a str> {
    let row = html.split(&format!("<tr id=\"{check}\">")).nth(1).unwrap();
    let cells = row.split("</tr>").next().unwrap().split("<td>").skip(1);
    cells.map(|cell| cell.split("</td>").next().unwrap()).collect()
}

/// What stands below a check.
fn lists<'a>(html: &'a str, check: &str) -> Option<&'a str> {
    let (_, list) = html.split_once(&format!("<h3 id=\"in-{check}\">"))?;
    list.split("</dl>").next()
}

/// How many precincts the status page counts as open: whose sources disagree, and in which something impossible is not answered.
async fn open(server: &Server) -> [String; 2] {
    server.publish_now();
    let html = page(server, "status.html").await;
    ["Sources disagree, not decided", "Something impossible, not answered"].map(|title| {
        let (_, number) = html.split_once(&format!("{title}</dt><dd>")).unwrap();
        number.split("</dd>").next().unwrap().to_owned()
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn t47_t59_what_is_open_on_the_status_page_is_what_the_checks_found_each_precinct_once() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    let managers = Managers::named(&party, &server).await;
    let send = async |number: u32, people: u32, is_impossible: bool| {
        let tablet = server.tablet(&party, ROOM, number).await;
        let report = match is_impossible {
            true => party.impossible(number, people),
            false => party.report(number, people),
        };
        let report = party.sign(ROOM, &tablet, &report);
        server.send(ROOM, &report).await.receipt();
        report.id()
    };
    // Two precincts with the same numbers (H01), and two that have more delegates than they elect (C05) besides.
    for (number, people, is_impossible) in
        [(0, 20, false), (1, 20, false), (2, 30, true), (3, 30, true)]
    {
        send(number, people, is_impossible).await;
    }
    assert_eq!(open(&server).await, ["0", "4"]);
    let html = page(&server, "checks.html").await;
    assert_eq!((row(&html, "H01")[1], row(&html, "C05")[1]), ("4", "2"), "{html}");

    // Two sources that disagree are counted by themselves, whether nobody decided or who did has not answered for the other.
    let reports = [send(4, 40, false).await, send(4, 41, false).await];
    assert_eq!(open(&server).await, ["1", "4"]);
    let reviewer = party.new_key();
    let person = Person { number: 2, role: Role::Reviewer, key: reviewer.public() };
    managers.act(party.by_admin(ROOM, &People { people: vec![person] })).await;
    let decision = Decision {
        precinct: PrecinctNumber(4),
        report: Some(reports[0]),
        evidence: Evidence::Sheet,
        why: "the sheet says so".to_owned(),
        answers: vec![],
        after: None,
        overrides: None,
    };
    let scope = Scope::room(&party.contest.id, ROOM);
    managers.act(Message::sign(&reviewer, scope, &decision)).await;
    assert_eq!(open(&server).await, ["1", "4"]);
    let html = page(&server, "checks.html").await;
    assert_eq!(row(&html, "H02")[1], "1", "{html}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn t59_each_check_says_where_it_passed_is_open_was_answered_was_corrected_and_was_never_asked()
 {
    let mut contest = practice::contest().unwrap();
    contest.precincts[0].plausible_max = Some(15);
    contest.precincts[1].plausible_max = Some(100);
    let party = Party::with_contest(&[ROOM], contest);
    let server = party.start().await;
    let managers = Managers::named(&party, &server).await;
    let mut tablets = Vec::new();
    let mut reports = Vec::new();
    for number in 0..4 {
        let tablet = server.tablet(&party, ROOM, number).await;
        let report = match number {
            0 => party.report(number, 20),
            _ => party.impossible(number, 20 + number),
        };
        let message = party.sign(ROOM, &tablet, &report);
        server.send(ROOM, &message).await.receipt();
        tablets.push(tablet);
        reports.push((report, message.id()));
    }
    // The second is answered, the third stays open, the fourth corrects itself.
    let reviewer = party.new_key();
    let person = Person { number: 2, role: Role::Reviewer, key: reviewer.public() };
    managers.act(party.by_admin(ROOM, &People { people: vec![person] })).await;
    let (report, id) = &reports[1];
    let mut answers: Vec<_> =
        findings_of(&party.contest, report).iter().map(|finding| finding.name()).collect();
    answers.sort_unstable();
    answers.dedup();
    let decision = Decision {
        precinct: PrecinctNumber(1),
        report: Some(*id),
        evidence: Evidence::Sheet,
        why: "the sheet says so".to_owned(),
        answers,
        after: None,
        overrides: None,
    };
    let scope = Scope::room(&party.contest.id, ROOM);
    let decision = managers.act(Message::sign(&reviewer, scope, &decision)).await;
    let correction = party.sign(ROOM, &tablets[3], &party.correction(reports[3].1, 3, 23));
    server.send(ROOM, &correction).await.receipt();
    server.publish();

    let name = |number: usize| party.contest.precincts[number].name.as_str();
    let before = [
        // More people than at first alignment nowhere.
        ("C01", ["4", "0", "0", "0", "0", "0"]),
        ("C05", ["2", "1", "1", "1", "0", "0"]),
        ("H01", ["4", "0", "0", "–", "0", "0"]),
        ("H02", ["0", "0", "0", "–", "0", "4"]),
        ("H03", ["0", "0", "0", "–", "0", "4"]),
        ("H04", ["1", "0", "0", "–", "1", "2"]),
        ("H05", ["0", "0", "0", "–", "1", "3"]),
    ];
    for root in ["", "es/"] {
        let html = page(&server, &format!("{root}checks.html")).await;
        for (check, numbers) in before {
            assert_eq!(row(&html, check), numbers, "{check}: {html}");
        }
        let of_c05 = lists(&html, "C05").unwrap();
        let [answered, open, corrected] =
            [1, 2, 3].map(|number| of_c05.find(name(number)).unwrap());
        assert!(open < answered && answered < corrected, "{of_c05}");
        assert!(!of_c05.contains(name(0)) && !of_c05.contains("href"), "{of_c05}");
        assert_eq!(lists(&html, "C01"), None);
    }
    let english = page(&server, "checks.html").await;
    assert!(english.contains("After at least 30 minutes"), "{english}");
    let spanish = page(&server, "es/checks.html").await;
    assert!(spanish.contains("No se pudo preguntar</th>"), "{spanish}");

    // A released precinct is led to, and what is new can be held against what is released.
    let plain = [(0, reports[0].1, None), (3, correction.id(), None)];
    let plain = managers.propose(1, "Plain", &plain).await;
    let decided = managers.show(2, "Decided", &[(1, reports[1].1, None)], Some(decision)).await.1;
    party.clock.set(START_MS + 31 * 60_000);
    managers.approve(plain).await;
    managers.approve(decided).await;
    server.publish();
    let html = page(&server, "checks.html").await;
    assert_eq!(row(&html, "C05"), ["2", "1", "1", "1", "0", "0"]);
    assert_eq!(row(&html, "H03"), ["1", "0", "0", "–", "0", "3"]);
    let of_c05 = lists(&html, "C05").unwrap();
    for (number, leads) in [(1, true), (2, false), (3, true)] {
        let link =
            format!("precincts/{}.html\">{}", party.contest.precincts[number].id, name(number));
        assert_eq!(of_c05.contains(&link), leads, "{of_c05}");
    }
    assert!(crawl(&server).await.contains("es/checks.html"));
    server.stop().await;
}
