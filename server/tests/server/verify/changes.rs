//! `verify` reads what changed: the page of changes, precincts' histories, and the working of national delegates.

use countersign_core::contest::{DistrictSeats, Fraction, National, ReleaseRules};
use countersign_server::practice;
use serde_json::json;

use super::*;

/// A night whose two precincts are enough for national delegates, of which the second district has none, and of which a recanvass changed one.
async fn changed() -> Copy {
    let mut contest = practice::contest().unwrap();
    for (county, district) in contest.counties.iter_mut().zip(1..) {
        county.congressional_district = Some(district);
    }
    let districts = [(1, 3), (2, 2)].map(|(district, seats)| DistrictSeats { district, seats });
    let districts = districts.to_vec();
    contest.national = Some(National { districts, at_large: 4, pleo: 1, basis: None });
    let coverage = Fraction { numerator: 1, denominator: 6 };
    contest.release = Some(ReleaseRules { coverage, ..ReleaseRules::DEFAULT });
    let night = Night::released_by(Party::with_contest(&[ROOM], contest)).await;
    night.recanvassed().await.folder().await
}

/// Puts another digit before a number of a page.
fn another(region: &str, measure: &str) -> impl Fn(Vec<u8>) -> Option<Vec<u8>> {
    let (region, measure) =
        (format!(" data-region=\"{region}\""), format!(" data-measure=\"{measure}\">"));
    move |bytes| {
        let text = String::from_utf8(bytes).unwrap();
        let mut at = 0;
        loop {
            let from = at + text[at..].find(&region).expect("the region") + region.len();
            let until = text[from..].find(" data-region=\"").map_or(text.len(), |end| from + end);
            if let Some(found) = text[from..until].find(&measure) {
                let number = from + found + measure.len();
                return Some([&text[..number], "9", &text[number..]].concat().into_bytes());
            }
            at = until;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t61_t69_what_a_correction_changed_is_compared_on_every_page_that_shows_it() {
    let copy = changed().await;
    let (code, said) = copy.verify(&[]);
    assert_eq!((code, &said["not_published"]), (0, &json!([])), "{said}");
    assert_eq!(said["pages"]["missing"], 0, "{said}");
    let differs = |page: &str, region: &str, measure: &str| {
        for page in [page.to_owned(), format!("es/{page}")] {
            copy.with(&copy.file(&page), another(region, measure), || {
                let (code, what) = copy.differs(&[]);
                let of = format!(" for {measure} of {region};");
                assert!(
                    code == "cell" && what.starts_with(&format!("{page} says 9")),
                    "{page}, {measure} of {region}: {what}"
                );
                assert!(what.contains(&of), "{of} {what}");
            });
        }
    };
    let place = copy.party.contest.precincts[0].id.clone();
    let group = copy.party.contest.groups[0].key.clone();
    let last = format!("after:finalAlignment:{group}");
    differs("changes.html", "release:2", "precincts");
    differs("changes.html", "release:2", "before:attendees");
    let of_place = format!("release:2/precinct:{place}");
    differs("changes.html", &of_place, "before:attendees");
    differs("changes.html", &of_place, &last);
    differs(&format!("precincts/{place}.html"), &of_place, "before:attendees");
    differs(&format!("precincts/{place}.html"), &of_place, &last);
    differs("national.html", "state", &format!("national:{group}"));
    differs("index.html", "state", &format!("national:{group}"));
    for (region, measure) in [
        ("national:atLarge", "seats".to_owned()),
        ("national:atLarge", "all".to_owned()),
        ("national:atLarge", format!("worth:{group}")),
        ("national:pleo", "base".to_owned()),
        ("national:pleo", format!("share:{group}")),
        ("national:pleo", format!("quota:{group}")),
        ("national:pleo", format!("seats:{group}")),
    ] {
        differs("national.html", region, &measure);
    }
    for page in ["index.html", "national.html"] {
        differs(page, "national", "open");
        differs(page, "national", "seats");
    }
    // What the other pages show outside their tables of groups.
    let county = copy.party.contest.counties[0].id.clone();
    let last = format!("finalAlignment:{group}");
    let own = |region: &str| format!("{region}:{place}");
    differs("index.html", "state", "attendees");
    differs("index.html", &format!("county:{county}"), "attendees");
    differs(&format!("counties/{county}.html"), &format!("county:{county}"), "attendees");
    differs(&format!("counties/{county}.html"), &own("precinct"), "attendees");
    differs(&format!("counties/{county}.html"), &own("precinct"), &last);
    differs(&format!("precincts/{place}.html"), &own("precinct"), "attendees");
    assert_eq!(copy.verify(&[]).0, 0, "and with everything as it was, everything holds");
}

#[tokio::test(flavor = "multi_thread")]
async fn t61_t69_a_correction_that_is_left_out_of_a_page_is_named() {
    let copy = changed().await;
    let place = copy.party.contest.precincts[0].id.clone();
    let region = format!("release:2/precinct:{place}");
    for page in ["changes.html".to_owned(), format!("es/precincts/{place}.html")] {
        let without = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).unwrap();
            let (before, list) =
                text.split_once(&format!("<ul data-region=\"{region}\">")).unwrap();
            let (_, after) = list.split_once("</ul>").unwrap();
            Some(format!("{before}{after}").into_bytes())
        };
        copy.with(&copy.file(&page), without, || {
            let (code, what) = copy.differs(&[]);
            let said = format!("{page} says 0 for after:attendees of {region}; ");
            assert!(code == "cell" && what.starts_with(&said), "{what}");
        });
    }
    // A page that is not there is counted.
    for page in ["changes.html", "es/national.html"] {
        copy.with(
            &copy.file(page),
            |_| None,
            || {
                let (code, said) = copy.verify(&[]);
                assert_eq!((code, &said["pages"]["missing"]), (3, &json!(1)), "{said}");
            },
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t61_t69_every_cell_of_the_table_of_changes_is_compared() {
    let copy = changed().await;
    let (_, said) = copy.verify(&[]);
    let tables: Vec<_> = said["compared"].as_array().unwrap().iter().collect();
    let numbers = |release: &str| {
        let is_it = |name: &str| name.contains(release) && name.ends_with("/changes.csv");
        let table = tables.iter().find(|table| is_it(table["name"].as_str().unwrap())).unwrap();
        table["numbers"].as_u64().unwrap()
    };
    assert_eq!(numbers("data/001-"), 0, "the first release changed nothing");
    assert!(numbers("data/002-") > 10, "{said}");
    let place = &copy.party.contest.precincts[0].id;
    let table = copy.document_of(2, "changes.csv");
    let name = table.strip_prefix(&copy.out).unwrap().to_str().unwrap().to_owned();
    for (from, to, named) in [
        ("state,attendees,,41,", "state,attendees,,43,", "says 43 for before:attendees of state"),
        (
            "attendees,,20,18,-2",
            "attendees,,20,18,-4",
            &*format!("-4 for difference:attendees of precinct:{place}"),
        ),
        (",recanvass,", ",recount,", &format!("recount for causes:report of precinct:{place}")),
        (",sheet,", ",call,", "call for evidence:report"),
    ] {
        copy.with(&table, super::layers::replaced(from, to), || {
            let (code, what) = copy.differs(&[]);
            assert!(code == "cell" && what.starts_with(&name) && what.contains(named), "{what}");
        });
    }
    // What changed nothing says nothing.
    let first = copy.document_of(1, "changes.csv");
    let more = |mut bytes: Vec<u8>| {
        bytes.extend_from_slice(b"state,attendees,,40,41,1,,,\n");
        Some(bytes)
    };
    copy.with(&first, more, || {
        let (code, what) = copy.differs(&[]);
        assert!(code == "cell" && what.contains("says 41 for after:attendees of state"), "{what}");
    });
    copy.with(&table, super::layers::replaced("measure", "value"), || {
        assert_eq!(copy.differs(&[]).0, "file");
    });
}

/// What is not released any more has a page all the same, with what was changed of it.
#[tokio::test(flavor = "multi_thread")]
async fn t61_t69_the_history_of_a_precinct_outlives_its_releases() {
    let night = Night::released().await.recanvassed().await;
    for release in [night.correction.unwrap(), night.release] {
        let why = "of another night".to_owned();
        let withdraw = night.act(&night.one, &Withdraw { release, why }).await;
        night.act(&night.two, &Approve { approves: withdraw }).await;
    }
    let copy = night.folder().await;
    let (code, said) = copy.verify(&[]);
    assert_eq!(code, 0, "{said}");
    let place = copy.party.contest.precincts[0].id.clone();
    let page = format!("precincts/{place}.html");
    let region = format!("release:2/precinct:{place}");
    copy.with(&copy.file(&page), another(&region, "after:attendees"), || {
        let (code, what) = copy.differs(&[]);
        assert!(code == "cell" && what.starts_with(&page), "{what}");
    });
}
