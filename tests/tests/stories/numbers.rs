//! Precincts of every kind.

use countersign_tests::Result;
use countersign_tests::caucus::Caucus;
use countersign_tests::night::Night;
use countersign_tests::person::Person;
use serde_json::json;

use crate::{COUNTERSIGNED_WITHIN, PIN, enrolled, same};

/// Two equal groups and three delegates: a coin says who has two of them, and the lot is part of the report.
#[test]
fn t16_a_tie_by_lot() -> Result<()> {
    let night = Night::begin("practice")?;
    let app = enrolled(&night, "tablet", "elm-1")?;
    let people = [("biden", 10), ("sanders", 10)];
    let caucus = Caucus::simple("elm-1", 20, &people, &[("biden", 2), ("sanders", 1)]);
    let mut person = Person::at(app.session());
    person.open_caucus("elm-1", "official")?;
    person.walk(&caucus, "delegates")?;

    // The way to the signature is shut while a tie has no lot; the numbers are not.
    app.session().wait_for("[data-testid=lot-open]")?;
    person.walk(&caucus, "check")?;
    let findings = app.session().find_all("[data-finding]")?.len();
    same("findings once the lot is recorded", 0, findings)?;
    person.walk(&caucus, "sign")?;
    person.sign(PIN)?;
    person.wait_standing("countersigned", COUNTERSIGNED_WITHIN)?;
    let row = night.party.received("official", "elm-1")?;
    same("Biden's delegates", json!(2), row["counts"][2][1].clone())
}

/// One delegate: the digits, and one press a screen and a group.
#[test]
fn t18_one_delegate() -> Result<()> {
    let night = Night::begin("practice")?;
    let app = enrolled(&night, "tablet", "cedar")?;
    let caucus = Caucus::simple("cedar", 1, &[("sanders", 1)], &[("sanders", 1)]);
    let mut person = Person::at(app.session());
    let before = person.presses();
    person.report(&caucus, "official", PIN)?;
    let presses = person.presses() - before - pin_presses();
    println!("one attendee, one delegate: {presses} presses besides the PIN");
    // Digits: attendees, first, final, delegates. Screens: home and at most eight steps. A group is chosen thrice, and
    // "nobody in the rest" is said thrice.
    assert!(presses <= 4 + 9 + 3 + 3, "{presses} presses");
    person.wait_standing("countersigned", COUNTERSIGNED_WITHIN)
}

/// Nobody came: five presses from home to signed, and a report like any other.
#[test]
fn t18_nobody_came() -> Result<()> {
    let night = Night::begin("practice")?;
    let app = enrolled(&night, "tablet", "aspen")?;
    let mut person = Person::at(app.session());
    let before = person.presses();
    person.report(&Caucus::simple("aspen", 0, &[], &[]), "official", PIN)?;
    let presses = person.presses() - before - pin_presses();
    println!("nobody came: {presses} presses besides the PIN's digits");
    assert!(presses <= 5, "{presses} presses");
    person.wait_standing("countersigned", COUNTERSIGNED_WITHIN)?;
    let row = night.party.received("official", "aspen")?;
    same("attendees at headquarters", json!(0), row["attendees"].clone())
}

/// A satellite site: how many delegates it elects follows from who came.
#[test]
fn t17_a_satellite() -> Result<()> {
    let night = Night::begin("practice")?;
    let app = enrolled(&night, "tablet", "library")?;
    let mut caucus = Caucus::practice("library")?;
    // 24 people elect five.
    caucus.delegates = vec![
        ("buttigieg".to_owned(), 1),
        ("sanders".to_owned(), 2),
        ("warren".to_owned(), 1),
        ("biden".to_owned(), 1),
    ];
    let mut person = Person::at(app.session());
    person.report(&caucus, "official", PIN)?;
    person.wait_standing("countersigned", COUNTERSIGNED_WITHIN)?;
    let row = night.party.received("official", "library")?;
    same("attendees at headquarters", json!(24), row["attendees"].clone())
}

/// A county chair reports for three precincts with one tablet and one PIN.
#[test]
fn t09_a_county_chair_with_three_precincts() -> Result<()> {
    let night = Night::begin("practice")?;
    let app = enrolled(&night, "tablet", "oak-1")?;
    let mut person = Person::at(app.session());
    for precinct in ["willow", "cedar"] {
        person.enrol_another(&night.party.invite(precinct)?, PIN)?;
    }
    for precinct in ["oak-1", "willow", "cedar"] {
        person.report(&Caucus::practice(precinct)?, "official", PIN)?;
        person.wait_standing("countersigned", COUNTERSIGNED_WITHIN)?;
        person.button("done")?;
        person.wait_screen(&["home"])?;
    }
    let results = night.party.results("official")?;
    same("precincts at headquarters", json!(3), results["precincts_received"].clone())
}

/// The digits of the PIN do not count; the key that says "sign" does.
fn pin_presses() -> u32 {
    6
}
