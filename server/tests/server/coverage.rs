//! What is said of shares, leaders and national delegates just before enough is released, and just after.

use countersign_core::contest::National;
use countersign_core::id::MessageId;
use countersign_core::message::Layer;
use countersign_core::room::Room;
use countersign_server::practice;
use countersign_server::publish::data::Form;
use serde_json::Value;

use crate::publish::{assert_nist, page};
use crate::released::{Managers, reports};
use crate::support::{Party, START_MS, Server};

const ROOM: Room = Room::Official;
const WINDOW_MS: u64 = 31 * 60_000;

/// What the pages show, in both languages: whether the first page has shares, leaders and seats, whether a county's has shares,
/// and whether the working of national delegates is there.
async fn shown(server: &Server, party: &Party) -> Vec<bool> {
    let county = format!("counties/{}.html", party.contest.counties[0].id);
    let mut shown = Vec::new();
    for (root, words) in [
        ("", ["Share</th>", "Has most</th>", "Pledged national delegates", "Who has most, by"]),
        (
            "es/",
            ["Porcentaje</th>", "Tiene más</th>", "Delegados nacionales", "Quién tiene más, por"],
        ),
    ] {
        let front = page(server, &format!("{root}index.html")).await;
        shown.extend(words.map(|word| front.contains(word)));
        let of_county = page(server, &format!("{root}{county}")).await;
        shown.push(of_county.contains(words[0]));
        let working = server.get(server.public, &format!("/results/{root}national.html")).await;
        shown.push(working.status == 200);
        // How much is released is on a map whatever it is.
        let map = ["How much is released", "Cuánto está publicado"];
        assert!(map.iter().any(|words| front.contains(words)), "{front}");
    }
    shown
}

/// Whether each document of a release, in the order of [`Form::ALL`], has national delegates.
async fn told(server: &Server, number: usize, release: MessageId) -> [bool; 4] {
    let folder = format!("data/{number:03}-{}", &release.to_string()[..8]);
    let mut told = [false; 4];
    for (form, told) in Form::ALL.into_iter().zip(&mut told) {
        let text = page(server, &format!("{folder}/{}", form.name())).await;
        let cells = form.read(&text).unwrap();
        assert!(cells.len() > 5, "{text}");
        *told = !cells.only(|cell| cell.measure.starts_with("national:")).is_empty();
    }
    told
}

async fn document(server: &Server, number: usize, release: MessageId, form: Form) -> String {
    let folder = format!("data/{number:03}-{}", &release.to_string()[..8]);
    page(server, &format!("{folder}/{}", form.name())).await
}

#[tokio::test(flavor = "multi_thread")]
async fn t63_shares_leaders_and_national_delegates_are_told_once_enough_is_released_and_not_before()
{
    let mut contest = practice::contest().unwrap();
    // A name that a map has.
    "Polk".clone_into(&mut contest.counties[0].name);
    contest.national = Some(National { districts: vec![], at_large: 4, pleo: 0, basis: None });
    let party = Party::with_contest(&[ROOM], contest);
    let server = party.start().await;
    let managers = Managers::named(&party, &server).await;
    let all = u32::try_from(party.contest.precincts.len()).unwrap();
    let enough = all.div_ceil(2);
    let (_, reports) = reports(&party, &server, enough).await;
    let named: Vec<_> = (0..).zip(&reports).map(|(number, &id)| (number, id, None)).collect();

    // One precinct fewer than half.
    let under = managers.propose(1, "Under", &named[1..]).await;
    party.clock.set(START_MS + WINDOW_MS);
    managers.approve(under).await;
    server.publish();
    assert_eq!(shown(&server, &party).await, [false; 12]);
    assert_eq!(told(&server, 1, under).await, [false; 4]);
    let json: Value = serde_json::from_str(&document(&server, 1, under, Form::Json).await).unwrap();
    assert_eq!(
        (&json["covered"], &json["national_delegates"]),
        (&Value::Bool(false), &Value::Null)
    );
    let totals = document(&server, 1, under, Form::Totals).await;
    assert!(totals.contains(",no,") && !totals.contains(",yes,"), "{totals}");
    let nist = document(&server, 1, under, Form::Nist).await;
    assert!(nist.contains("left out until enough precincts are released"), "{nist}");
    assert_nist(&nist);

    // Half of them.
    let half = managers.propose(2, "Half", &named[..1]).await;
    party.clock.set(START_MS + 2 * WINDOW_MS);
    managers.approve(half).await;
    server.publish();
    assert_eq!(shown(&server, &party).await, [true; 12]);
    // The file of precincts has no sums.
    assert_eq!(told(&server, 2, half).await, [true, false, true, true]);
    let json: Value = serde_json::from_str(&document(&server, 2, half, Form::Json).await).unwrap();
    assert_eq!(json["covered"], Value::Bool(true));
    assert!(json["national_delegates"]["at_large"].is_array(), "{json}");
    let totals = document(&server, 2, half, Form::Totals).await;
    assert!(totals.contains(",yes,") && !totals.contains(",no,"), "{totals}");
    let nist = document(&server, 2, half, Form::Nist).await;
    assert!(!nist.contains("left out until enough"), "{nist}");
    // What the first release said stays as it was.
    assert_eq!(told(&server, 1, under).await, [false; 4]);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn t63_two_layers_are_compared_in_national_delegates_once_both_have_enough() {
    let mut contest = practice::contest().unwrap();
    contest.national = Some(National { districts: vec![], at_large: 4, pleo: 0, basis: None });
    let party = Party::with_contest(&[ROOM], contest);
    let server = party.start().await;
    let managers = Managers::named(&party, &server).await;
    let all = u32::try_from(party.contest.precincts.len()).unwrap();
    let (_, reports) = reports(&party, &server, all.div_ceil(2)).await;
    let named: Vec<_> = (0..).zip(&reports).map(|(number, &id)| (number, id, None)).collect();
    let mut now_ms = START_MS;
    let steps =
        [(Layer::Night, &named[1..]), (Layer::Recanvass, &named[..1]), (Layer::Night, &named[..1])];
    let mut compared = Vec::new();
    for (number, (layer, precincts)) in (1..).zip(steps) {
        let release = managers.propose_in(layer, number, "Some", precincts).await;
        now_ms += WINDOW_MS;
        party.clock.set(now_ms);
        managers.approve(release).await;
        server.publish();
        if number > 1 {
            for ending in ["csv", "html"] {
                let text = page(&server, &format!("compare/night-recanvass.{ending}")).await;
                compared.push(text.contains("national") && !text.contains("national.html"));
            }
        }
    }
    assert_eq!(compared, [false, false, true, true]);
    server.stop().await;
}
