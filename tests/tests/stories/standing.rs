//! Where a report stands, and what can follow.

use countersign_tests::Result;
use countersign_tests::caucus::Caucus;
use countersign_tests::layout::pad::Pad;
use countersign_tests::network::Weather;
use countersign_tests::night::Night;
use countersign_tests::person::Person;
use serde_json::json;

use std::time::Duration;

use crate::{COUNTERSIGNED_WITHIN, PIN, enrolled, same, whole};

/// How long the tablet may take to show what headquarters asks: a minute, on a busy machine.
const ASKED_WITHIN: Duration = Duration::from_secs(90);

/// After the receipt a number turns out to be wrong: a correction names the report it replaces, and is what counts.
#[test]
fn t12_a_correction_after_the_receipt() -> Result<()> {
    let night = Night::begin("practice")?;
    let app = enrolled(&night, "tablet", "oak-1")?;
    let caucus = Caucus::practice("oak-1")?;
    let mut person = Person::at(app.session());
    person.report(&caucus, "official", PIN)?;
    person.wait_standing("countersigned", COUNTERSIGNED_WITHIN)?;
    let (phrase, index) = (person.phrase()?, person.log_index()?);

    person.button("correct")?;
    person.reason("recount")?;
    // The correction begins with the numbers of the report: only what was wrong is typed.
    person.wait_screen(&["attendance"])?;
    person.wait_figure("attendees", Some(caucus.attendees))?;
    person.key("plus")?;
    person.wait_figure("attendees", Some(caucus.attendees + 1))?;
    person.go_on()?;
    person.wait_screen(&["first-alignment"])?;
    let (group, people) = caucus.first[0].clone();
    let cell = format!("firstAlignment.{group}");
    person.choose(&cell)?;
    person.key("plus")?;
    person.wait_figure(&cell, Some(people + 1))?;
    while person.go_on()? != "check" {}
    let corrected = Caucus { attendees: caucus.attendees + 1, ..caucus.clone() };
    person.walk(&corrected, "sign")?;
    person.sign(PIN)?;
    person.wait_standing("countersigned", COUNTERSIGNED_WITHIN)?;
    assert_ne!(phrase, person.phrase()?, "other numbers have another phrase");
    assert!(person.log_index()? > index, "the correction comes after what it corrects");
    let row = night.party.received("official", "oak-1")?;
    same("attendees that count", json!(caucus.attendees + 1), row["attendees"].clone())?;
    same("both are kept", json!(2), row["reports"].clone())
}

/// Headquarters asks about a countersigned report: the tablet shows it, the secretary says that the numbers stand, and what
/// was asked is answered.
#[test]
fn t57_a_question_of_headquarters_is_answered() -> Result<()> {
    let night = Night::begin("practice")?;
    let app = enrolled(&night, "tablet", "oak-1")?;
    let mut person = Person::at(app.session());
    person.report(&Caucus::practice("oak-1")?, "official", PIN)?;
    person.wait_standing("countersigned", COUNTERSIGNED_WITHIN)?;
    night.party.ask("official", "oak-1", "Did people leave before the final count?")?;
    // Nothing is pressed: the tablet asks by itself.
    app.session().wait_for_within("[data-testid=question-open]", ASKED_WITHIN)?;
    person.button("done")?;
    person.wait_screen(&["home"])?;
    person.button("question-open")?;
    person.wait_screen(&["question"])?;
    whole(&app, None)?;
    person.button("question-right")?;
    person.wait_screen(&["reply-reason"])?;
    person.button("reason-recount")?;
    person.wait_screen(&["reply"])?;
    whole(&app, Some(Pad::Pin))?;
    person.type_pin("482914")?;
    app.session().wait_for("[data-problem=pinWrong]")?;
    person.type_pin(PIN)?;
    person.wait_screen(&["stands"])?;
    app.session().wait_for_within(
        "[data-testid=question] [data-standing=countersigned]",
        COUNTERSIGNED_WITHIN,
    )?;
    let reviewed = night.party.reviewed("official", "oak-1")?;
    assert!(reviewed.contains("it is right as it was signed (recount)"), "{reviewed}");
    Ok(())
}

/// A lost tablet's key is revoked; the report that comes later is held for a person, and the screen says why.
#[test]
fn t31_a_held_report_is_explained() -> Result<()> {
    let mut night = Night::begin("practice")?;
    let app = enrolled(&night, "tablet", "birch")?;
    let mut person = Person::at(app.session());
    let devices = countersign_tests::wait::until("the enrolment", COUNTERSIGNED_WITHIN, || {
        let devices = night.party.devices()?;
        Ok(if devices.iter().any(|device| device["room"] == "official") {
            countersign_tests::wait::Look::Yes(devices)
        } else {
            countersign_tests::wait::Look::NotYet(format!("{devices:?}"))
        })
    })?;
    night.network.turn(Weather::Refused)?;
    person.report(&Caucus::practice("birch")?, "official", PIN)?;
    for device in devices {
        night.party.revoke(&device["key"])?;
    }
    night.network.turn(Weather::Through)?;
    person.wait_standing("held", COUNTERSIGNED_WITHIN)?;
    explained(&person)?;
    let row = night.party.received("official", "birch")?;
    same("what counts", serde_json::Value::Null, row["report"].clone())
}

/// A withdrawn invitation: the tablet's enrolment is not taken, nor its report, and the screen says what to do.
#[test]
fn t08_a_refused_report_is_explained() -> Result<()> {
    let mut night = Night::begin("practice")?;
    night.network.turn(Weather::Refused)?;
    let other = Night::begin("practice")?;
    let code = other.party.invite("birch")?;
    // The code is whole and names this precinct, but this party never gave it out.
    let app = night.open("tablet")?;
    let mut person = Person::at(app.session());
    person.enrol(&code, PIN)?;
    person.report(&Caucus::practice("birch")?, "official", PIN)?;
    night.network.turn(Weather::Through)?;
    person.wait_standing("refused", COUNTERSIGNED_WITHIN)?;
    explained(&person)?;
    let row = night.party.received("official", "birch")?;
    same("what headquarters has", serde_json::Value::Null, row)
}

/// The screen names the reason and the hotline.
fn explained(person: &Person<'_>) -> Result<()> {
    let main = person.session().wait_for("main")?;
    let words = person.session().text(&main)?;
    assert!(words.contains("515-555-0100"), "the hotline's number is there: {words}");
    Ok(())
}
