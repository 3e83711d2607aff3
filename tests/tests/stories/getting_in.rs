//! From an unopened tablet to the precinct, and back in with the PIN.

use std::time::{Duration, Instant};

use countersign_tests::Result;
use countersign_tests::app::{App, Tablet};
use countersign_tests::layout::pad::Pad;
use countersign_tests::network::Weather;
use countersign_tests::night::Night;
use countersign_tests::person::Person;

use crate::{PIN, enrolled, same, whole};

/// The wrong try from which on the wait is long enough to be seen for sure.
const LONG_WAIT_FROM: u32 = 3;

/// One code and one PIN, typed on the app's own keys; a slip in the code is called a slip, two different PINs are asked
/// for again.
#[test]
fn t05_one_code_and_one_pin() -> Result<()> {
    let night = Night::begin("practice")?;
    let code = night.party.invite("maple-1")?;
    let app = night.open("tablet")?;
    let mut person = Person::at(app.session());

    person.wait_screen(&["enrol-code"])?;
    let last = code.chars().last().unwrap_or('0');
    let slip = format!("{}{}", &code[..code.len() - 1], if last == '7' { '8' } else { '7' });
    person.type_code(&slip)?;
    person.key("next")?;
    app.session().wait_for("[data-problem=codeSlip]")?;
    person.key("delete")?;
    person.key(&format!("letter-{last}"))?;
    person.key("next")?;
    person.wait_screen(&["enrol-confirm"])?;
    let place = app.session().wait_for("main h1")?;
    let title = app.session().text(&place)?;
    assert!(title.contains("Maple 1"), "the tablet says what the code is for: {title}");
    person.button("go-on")?;

    person.wait_screen(&["pin-choose"])?;
    person.type_pin(PIN)?;
    person.wait_screen(&["pin-repeat"])?;
    person.type_pin("111111")?;
    person.wait_screen(&["pin-choose"])?;
    person.type_pin(PIN)?;
    person.wait_screen(&["pin-repeat"])?;
    person.type_pin(PIN)?;
    person.wait_screen(&["home"])?;
    app.session().wait_for("[data-precinct=\"maple-1\"]")?;
    // 20 characters, four PINs of six digits, and the ways on.
    assert!(person.presses() <= 60, "{} presses", person.presses());
    Ok(())
}

/// A tablet whose app was made for no caucus: it says so, takes the party's file, and then the code that was typed.
#[test]
fn t05_the_rules_of_the_caucus_come_as_a_file() -> Result<()> {
    let night = Night::begin("practice")?;
    let code = night.party.invite("maple-1")?;
    let app = App::start(Tablet { package: None, ..night.tablet("tablet") })?;
    let mut person = Person::at(app.session());
    person.wait_screen(&["enrol-code"])?;
    whole(&app, Some(Pad::Code))?;
    person.type_code(&code)?;
    person.key("next")?;
    app.session().wait_for("[data-problem=noPackage]")?;
    whole(&app, Some(Pad::Code))?;
    let chooser = app.session().wait_for("[data-testid=file]")?;
    app.session().choose_file(&chooser, &night.party.package())?;
    app.session().wait_for("[data-testid=package-taken]")?;
    person.key("next")?;
    person.wait_screen(&["enrol-confirm"]).map(|_| ())
}

/// A wrong PIN is a wrong PIN and no network is no network. The wait between tries grows, is counted down, survives the
/// app being killed, and the hotline's way is shown.
#[test]
fn t02_wrong_pin_without_a_network() -> Result<()> {
    let mut night = Night::begin("practice")?;
    let mut app = enrolled(&night, "tablet", "cedar")?;
    night.network.turn(Weather::Silence)?;
    app.kill()?;
    app.open()?;

    let mut waits = Vec::new();
    for tries in 1..=5 {
        let mut person = Person::at(app.session());
        person.wait_screen(&["unlock"])?;
        person.type_pin("000000")?;
        app.session().wait_for(&format!("[data-problem=pinWrong][data-tries=\"{tries}\"]"))?;
        let begun = Instant::now();
        if tries >= LONG_WAIT_FROM {
            app.session().wait_for("[data-testid=pin-wait]")?;
        }
        if tries == 5 {
            break;
        }
        person.wait_another_try(Duration::from_secs(20))?;
        waits.push(begun.elapsed());
    }
    assert!(waits[2] > Duration::from_secs(4), "the wait grows from one second to five: {waits:?}");
    app.session().wait_for("[data-testid=pin-hotline]")?;

    app.kill()?;
    app.open()?;
    let mut person = Person::at(app.session());
    person.wait_screen(&["unlock"])?;
    app.session().wait_for("[data-testid=pin-wait]")?;
    // *Next* during the countdown: the PIN stays typed, and is tried when the countdown has ended.
    person.type_pin(PIN)?;
    app.session().wait_for("[data-testid=pin-held]")?;
    person.wait_another_try(Duration::from_secs(45))?;
    same("the screen after the right PIN", "home".to_owned(), person.wait_screen(&["home"])?)
}
