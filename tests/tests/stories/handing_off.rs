//! A report that travels with somebody's phone.

use std::time::Duration;

use countersign_tests::caucus::Caucus;
use countersign_tests::chromium::Chromium;
use countersign_tests::network::Weather;
use countersign_tests::night::Night;
use countersign_tests::person::Person;
use countersign_tests::wait::{self, Look};
use countersign_tests::{Error, Result, picture};
use serde_json::json;

use crate::{COUNTERSIGNED_WITHIN, PIN, enrolled, same};

/// The tablet has no network. Its QR is read off the screen as a camera would, the link is opened in a plain browser
/// without script, one button delivers it; when the tablet has a network again, the same entry countersigns it.
#[test]
fn t29_a_plain_browser_delivers_the_qr_link() -> Result<()> {
    let mut night = Night::begin("practice")?;
    night.network.turn(Weather::Refused)?;
    let caucus = Caucus::practice("oak-2")?;
    let app = enrolled(&night, "tablet", &caucus.precinct)?;
    let mut person = Person::at(app.session());
    person.report(&caucus, "official", PIN)?;
    let phrase = person.phrase()?;
    person.button("hand-off")?;
    person.wait_screen(&["hand-off"])?;
    app.session().wait_for("[data-testid=qr]")?;
    app.session().settle()?;
    let link = wait::until("a QR that can be read", Duration::from_secs(10), || {
        Ok(match picture::read_qr(&app.session().screenshot()?)? {
            Some(link) => Look::Yes(link),
            None => Look::NotYet("no QR".to_owned()),
        })
    })?;
    assert!(link.starts_with("HTTPS://"), "{link}");
    assert_eq!(link, link.to_ascii_uppercase(), "upper case packs best");

    // The phone has a signal of its own: it reaches the server where the tablet does not.
    let phone = Chromium::start()?;
    let place = link
        .strip_prefix("HTTPS://")
        .and_then(|rest| rest.split_once('/'))
        .map(|(_, path)| path.to_owned())
        .ok_or_else(|| Error::Unexpected(format!("{link} has no path")))?;
    phone.session().go(&format!("https://localhost:{}/{place}", night.party.reporting().port()))?;
    let offered = phone.session().text_of("main")?.unwrap_or_default();
    assert!(
        offered.contains("Oak 2") && offered.contains(&phrase),
        "the page says what it carries: {offered}"
    );
    let row = night.party.received("official", &caucus.precinct)?;
    same("looking delivers nothing", serde_json::Value::Null, row)?;
    phone.session().press("form button, form input[type=submit]")?;
    let row = wait::until("the report at headquarters", wait::LONG, || {
        let row = night.party.received("official", &caucus.precinct)?;
        Ok(if row.is_null() { Look::NotYet("nothing".to_owned()) } else { Look::Yes(row) })
    })?;
    same("attendees at headquarters", json!(caucus.attendees), row["attendees"].clone())?;

    night.network.turn(Weather::Through)?;
    person.button("back")?;
    person.wait_screen(&["stands"])?;
    person.wait_standing("countersigned", COUNTERSIGNED_WITHIN)?;
    same("the same entry", row["log_index"].clone(), json!(person.log_index()?))?;
    let row = night.party.received("official", &caucus.precinct)?;
    same("one report", json!(1), row["reports"].clone())
}

/// The file holds the same bytes: another tablet would carry it.
#[test]
fn t29_a_file_is_written_where_the_person_says() -> Result<()> {
    let mut night = Night::begin("practice")?;
    night.network.turn(Weather::Refused)?;
    let caucus = Caucus::practice("cedar")?;
    let app = enrolled(&night, "tablet", &caucus.precinct)?;
    let mut person = Person::at(app.session());
    person.report(&caucus, "official", PIN)?;
    person.button("save-file")?;
    app.session().wait_for("[data-testid=saved-at]")?;
    let files: Vec<_> = std::fs::read_dir(night.saves("tablet"))
        .map_err(|source| Error::Io { doing: "reading the saved files".to_owned(), source })?
        .flatten()
        .map(|entry| entry.path())
        .collect();
    assert!(
        matches!(files.as_slice(), [file] if file.extension().is_some_and(|end| end == "countersign")),
        "{files:?}"
    );
    Ok(())
}
