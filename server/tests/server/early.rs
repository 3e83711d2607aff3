//! Early votes beside what was counted in the rooms, and made-up data, as everyone reads them.

use countersign_core::contest::{Contest, Data, EarlyVotes, read_published};
use countersign_core::message::Layer;
use countersign_core::results::Released;
use countersign_core::room::Room;
use countersign_server::practice;
use countersign_server::publish::copy::Copy;
use countersign_server::publish::data::{Form, csv, json};
use serde_json::Value;

use crate::publish::{assert_nist, crawl, page};
use crate::released::{Managers, reports};
use crate::support::{Party, START_MS};

const ROOM: Room = Room::Official;

/// The contest to practise on, made up, with early votes in its first precinct: 4 and 2 of 6, of whom 5 count at final alignment.
fn contest() -> Contest {
    let mut contest = practice::contest().unwrap();
    let groups = contest.groups.len();
    let votes = |numbers: [u32; 2]| {
        let mut votes = vec![0; groups];
        votes[..2].copy_from_slice(&numbers);
        votes
    };
    let early = EarlyVotes { precinct: 0, attendees: 6, first: votes([4, 2]), last: votes([4, 1]) };
    contest.worksheets = Vec::new();
    contest.early_votes = Some(vec![early]);
    contest.data = Some(Data::MadeUp);
    contest
}

#[tokio::test(flavor = "multi_thread")]
async fn t20_early_and_in_person_counts_are_published_apart_with_their_sum_and_marked_as_made_up() {
    let party = Party::with_contest(&[ROOM], contest());
    let server = party.start().await;
    let managers = Managers::named(&party, &server).await;
    let (_, reports) = reports(&party, &server, 2).await;
    let rows = [(0, reports[0], None), (1, reports[1], None)];
    let release = managers.propose(1, "First batch", &rows).await;
    party.clock.set(START_MS + 31 * 60_000);
    managers.approve(release).await;
    server.publish();

    let contest = &party.contest;
    let (place, other) = (&contest.precincts[0].id, &contest.precincts[1].id);
    let group = &contest.groups[0].key;
    let html = page(&server, &format!("precincts/{place}.html")).await;
    for said in [
        "<strong data-measure=\"earlyAttendees\">6</strong> voted early.",
        "The rules work on their sum: 26.",
        "First alignment, in the room",
        "First alignment, early votes",
        "Final alignment, sum",
        &format!("<td data-measure=\"firstAlignment:{group}\">20</td>"),
        &format!("<td data-measure=\"early:firstAlignment:{group}\">4</td>"),
        &format!("<td data-measure=\"sum:firstAlignment:{group}\">24</td>"),
    ] {
        assert!(html.contains(said), "{said}: {html}");
    }
    let html = page(&server, &format!("es/precincts/{place}.html")).await;
    assert!(html.contains("Las reglas se aplican a su suma: 26."), "{html}");
    let without = page(&server, &format!("precincts/{other}.html")).await;
    assert!(!without.contains("voted early") && !without.contains("sum:"), "{without}");
    let front = page(&server, "").await;
    assert!(
        front.contains(
            ">41</span> people attended. <span data-measure=\"earlyAttendees\">6</span> voted"
        ),
        "{front}"
    );

    // The same numbers in every form, and the room's alone where they were before.
    let folder = format!("data/001-{}", &release.to_string()[..8]);
    let json_text = page(&server, &format!("{folder}/results.json")).await;
    let cells = json::read(&json_text).unwrap();
    for form in Form::ALL {
        let text = page(&server, &format!("{folder}/{}", form.name())).await;
        assert_eq!(form.read(&text).unwrap(), cells.only(|cell| form.carries(cell)), "{form:?}");
    }
    let document: Value = serde_json::from_str(&json_text).unwrap();
    let precinct = &document["precincts"][0];
    assert_eq!((&precinct["attendees"], &precinct["early_attendees"]), (&20.into(), &6.into()));
    assert_eq!((&precinct["counts"][1][0], &precinct["early"][1][1]), (&20.into(), &1.into()));
    assert!(document["precincts"][1].get("early").is_none());
    assert_eq!(document["totals"][0]["early_attendees"], 6);
    let table = page(&server, &format!("{folder}/precincts.csv")).await;
    assert!(table.contains("early_attendees,early_first,early_final,made_up\n"), "{table}");
    let nist = page(&server, &format!("{folder}/nist-1500-100.json")).await;
    assert_nist(&nist);
    assert!(nist.contains("\"early\"") && nist.contains("\"election-day\""), "{nist}");
    assert!(!nist.contains("\"Type\":\"total\",\"Round\""), "{nist}");
    // A reader that has lost a column of them is told so.
    let lost = table.replace(",early_final", ",early_other");
    assert!(csv::read_precincts(&lost).is_err());
    // Held against the party's own it is the same, and early votes are compared as well.
    let released =
        Released::of(&server.node.admission.room(ROOM).read().state, Layer::Night).unwrap();
    let compare = |text: &str| Copy::read(text.as_bytes(), contest).unwrap().compare(&released);
    assert_eq!(compare(&table).cells, 0);
    let other_vote = table.replacen(",6,4,4,yes", ",6,3,4,yes", 1);
    assert_ne!(other_vote, table);
    let differs = &compare(&other_vote).precincts[0].cells[0];
    assert_eq!((&*differs.count, differs.group.as_ref()), ("early:firstAlignment", Some(group)));
    // An audit reads the room's numbers out of it.
    let read = read_published(contest, "precincts.csv", table.as_bytes()).unwrap();
    assert_eq!((read[0].attendees, read[0].first[0]), (Some(20), 20));

    // Every page and document says that its numbers are made up.
    assert_eq!(document["made_up"], true);
    let nist: Value = serde_json::from_str(&nist).unwrap();
    assert_eq!(nist["IsTest"], true);
    assert!(page(&server, "releases.atom").await.contains("<title>Made-up data: "));
    let mut pages = 0;
    for name in crawl(&server).await.iter().filter(|name| name.ends_with(".html")) {
        let band = if name.starts_with("es/") { "Datos inventados." } else { "Made-up data." };
        assert!(page(&server, name).await.contains(band), "{name}");
        pages += 1;
    }
    assert!(pages > 15, "{pages}");
    server.stop().await;
}
