//! Any two layers side by side, as everyone reads them.

use countersign_core::message::{Cause, Layer};
use countersign_core::room::Room;
use countersign_server::publish::data::compared;

use crate::publish::{crawl, page};
use crate::released::{Managers, reports};
use crate::support::{Party, START_MS, Server};

const ROOM: Room = Room::Official;

/// The row of a table of two layers, by its first three columns.
fn row<'a>(csv: &'a str, begins: &str) -> Option<&'a str> {
    csv.lines().find_map(|line| line.strip_prefix(begins))
}

async fn status(server: &Server, name: &str) -> u16 {
    server.get(server.public, &format!("/results/{name}")).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn t68_every_two_layers_are_compared_on_a_page_and_in_a_table() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    let managers = Managers::named(&party, &server).await;
    let (tablets, reports) = reports(&party, &server, 3).await;
    let window = 31 * 60_000;
    let mut now_ms = START_MS;
    let mut wait = || {
        now_ms += window;
        party.clock.set(now_ms);
    };
    let night = managers.propose(1, "Night", &[(0, reports[0], None), (1, reports[1], None)]).await;
    wait();
    managers.approve(night).await;
    server.publish();
    assert!(
        !page(&server, "releases.html").await.contains("Compare any two"),
        "there is one layer"
    );
    assert_eq!(status(&server, "compare/night-recanvass.html").await, 404);

    // The recanvass changes one precinct and brings another.
    let correction = party.sign(ROOM, &tablets[1], &party.correction(reports[1], 1, 18));
    server.send(ROOM, &correction).await.receipt();
    let rows = [(1, correction.id(), Some(Cause::Recanvass)), (2, reports[2], None)];
    let recanvass = managers.propose_in(Layer::Recanvass, 2, "The recanvass", &rows).await;
    wait();
    managers.approve(recanvass).await;
    server.publish();
    let names = ["releases.html", "changes.html"];
    for name in names {
        let html = page(&server, name).await;
        assert!(html.contains("href=\"compare/night-recanvass.html\""), "{html}");
    }
    let html = page(&server, "compare/night-recanvass.html").await;
    let place = &party.contest.precincts[1];
    for said in [
        "Compared: as reported, and after the recanvass",
        "<strong>2</strong> precincts differ",
        "<td data-measure=\"before:attendees\">21</td><td data-measure=\"after:attendees\">18</td>\
         <td data-measure=\"difference:attendees\">\u{2212}3</td>",
        "Cause: the recanvass",
        "Not released in the earlier one.",
        &format!("href=\"../precincts/{}.html\"", place.id),
    ] {
        assert!(html.contains(said), "{said}: {html}");
    }
    let spanish = page(&server, "es/compare/night-recanvass.html").await;
    assert!(spanish.contains("Causa: la revisión de hojas"), "{spanish}");
    let csv = page(&server, "compare/night-recanvass.csv").await;
    let of_place = format!("precinct:{},attendees,,", place.id);
    let found = format!("21,18,-3,recanvass,,{recanvass}");
    assert_eq!(row(&csv, &of_place), Some(&*found), "{csv}");
    assert_eq!(row(&csv, "state,released,,"), Some("2,3,1,,,"));
    assert_eq!(row(&csv, "state,attendees,,"), Some("41,60,19,,,"));
    let moved = csv.replacen("before,after", "after,before", 1);
    assert!(compared::read(&csv).is_ok() && compared::read(&moved).is_err());

    // What two people withhold is led to no more; its numbers stay.
    let message = format!("messages/{}.cose", correction.id());
    assert!(html.contains(&message), "{html}");
    managers.withhold(&party, correction.id()).await;
    server.publish();
    let html = page(&server, "compare/night-recanvass.html").await;
    assert!(!html.contains(&message) && html.contains("\u{2212}3"), "{html}");

    let tag = async |name: &str| {
        let url = format!("http://{}/results/{name}", server.public);
        let answer = server.http.get(url).send().await.unwrap();
        answer.headers()["etag"].to_str().unwrap().to_owned()
    };
    let made = tag("compare/night-recanvass.html").await;

    // A third layer makes three pairs, and every link of every page leads somewhere.
    let all = [(0, reports[0], None), (1, correction.id(), None), (2, reports[2], None)];
    let certified = managers.propose_in(Layer::Certified, 3, "Certified", &all).await;
    wait();
    managers.approve(certified).await;
    server.publish();
    let site = crawl(&server).await;
    let pairs = site.iter().filter(|name| name.starts_with("compare/")).count();
    assert_eq!(pairs, 6, "three pages and three tables: {site:?}");
    let html = page(&server, "compare/recanvass-certified.html").await;
    assert!(html.contains("Every precinct is the same in both."), "{html}");

    // What was said of the other two stays as it was made, by its entity tag.
    assert_eq!(tag("compare/night-recanvass.html").await, made);

    // A layer whose only release was withdrawn is none.
    managers.withdraw(recanvass, "the wrong sheets").await;
    server.publish();
    assert_eq!(status(&server, "compare/night-recanvass.html").await, 404);
    assert_eq!(status(&server, "compare/night-certified.html").await, 200);
    crawl(&server).await;
    server.stop().await;
}
