//! A tablet whose storage is full.

use std::sync::Arc;

use countersign_tests::Result;
use countersign_tests::app::{App, Tablet};
use countersign_tests::caucus::Caucus;
use countersign_tests::disk::SmallDisk;
use countersign_tests::night::Night;
use countersign_tests::person::Person;

use crate::{COUNTERSIGNED_WITHIN, PIN, reopen, same, whole};

/// Room for the database and its log, and for what the window keeps.
const KIBIBYTES: u32 = 8 << 10;

/// An app that finds no room says so and goes on once there is. The press that found no room is said not to be saved;
/// everything before it is there, after a restart on the full disk as well, where the right PIN is never called wrong.
#[test]
fn t14_a_full_disk_is_said_and_loses_nothing() -> Result<()> {
    let night = Night::begin("practice")?;
    let caucus = Caucus::practice("aspen")?;
    let code = night.party.invite(&caucus.precinct)?;
    let tablet = night.tablet("tablet");
    let disk = Arc::new(SmallDisk::over(&tablet.data, KIBIBYTES)?);
    disk.fill()?;
    let mut app = App::start(Tablet { disk: Some(Arc::clone(&disk)), ..tablet })?;
    app.session().wait_for("[data-screen=trouble] [data-problem=diskFull]")?;
    let mut person = Person::at(app.session());
    person.button("retry")?;
    app.session().wait_for("[data-screen=trouble] [data-problem=diskFull]")?;
    whole(&app, None)?;
    disk.clear()?;
    person.button("retry")?;
    person.enrol(&code, PIN)?;
    person.open_caucus(&caucus.precinct, "official")?;
    person.key("d7")?;
    person.wait_figure("attendees", Some(7))?;

    disk.fill()?;
    person.key("d9")?;
    app.session().wait_for("[data-problem=diskFull]")?;
    same("the figure that was saved", Some(7), person.figure("attendees")?)?;
    app.kill()?;
    app.open()?;
    let mut person = Person::at(app.session());
    person.wait_screen(&["unlock"])?;
    person.type_pin(PIN)?;
    // A try at the PIN has to be counted before it is answered.
    app.session().wait_for("[data-screen=unlock] [data-problem=diskFull]")?;
    disk.clear()?;
    same("the screen after the kill", "attendance".to_owned(), person.unlock(PIN)?)?;
    same("the figure after the kill", Some(7), person.figure("attendees")?)?;
    person.key("clear")?;
    person.wait_figure("attendees", None)?;
    person.walk(&caucus, "sign")?;

    disk.fill()?;
    person.type_pin(PIN)?;
    app.session().wait_for("[data-problem=diskFull]")?;
    same("the screen", "sign".to_owned(), person.screen()?)?;
    disk.clear()?;
    app.kill()?;
    same("the screen after the kill", "sign".to_owned(), reopen(&mut app)?)?;
    let mut person = Person::at(app.session());
    person.sign(PIN)?;
    person.wait_standing("countersigned", COUNTERSIGNED_WITHIN)
}
