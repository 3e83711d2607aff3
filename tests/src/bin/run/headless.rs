//! Without a display: the same app, driven key by key, with everything going wrong on the way.

use std::time::Duration;

use countersign_device::{Config, Tablet};
use countersign_tests::app::{self, App};
use countersign_tests::caucus::Caucus;
use countersign_tests::display::Display;
use countersign_tests::party::{Party, flip_one_bit};
use countersign_tests::person::Person;
use countersign_tests::port::free_port;
use countersign_tests::{Error, Result, places};

use crate::stage::Stage;
use crate::summary::Summary;

/// The PIN that the secretary chooses.
const PIN: &str = "482913";
/// The group in whose number the app is killed.
const KILLED_IN: &str = "sanders";
/// How long the tablet may take to be countersigned once the server is back: its longest pause, and an attempt.
const COUNTERSIGNED_WITHIN: Duration = Duration::from_secs(120);

pub(crate) fn run() -> Result<()> {
    let mut stage = Stage::set()?;
    let caucus = Caucus::des_moines_55()?;

    stage.phase("party");
    stage.say("no display here: driving the app in a virtual one");
    let port = free_port()?;
    let folder = stage.data().join("party");
    let mut party = Party::prepare(&folder, &places::contest("iowa-2020"), port, port)?;
    party.start()?;
    stage.say("party server up: Iowa 2020, 1,765 precincts, both rooms open");
    let code = party.invite(&caucus.precinct)?;
    stage.say(&format!("{} is invited: {code}", caucus.precinct));

    let display = Display::start()?;
    stage.phase("enrol");
    let mut app = App::start(app::Tablet {
        data: stage.data().join("tablet"),
        saves: stage.data().join("saved"),
        package: Some(party.package()),
        display: display.name().to_owned(),
        disk: None,
    })?;
    stage.picture(&app, "code")?;
    Person::at(app.session()).enrol(&code, PIN)?;
    stage.say("the tablet took the code; a PIN is set");
    stage.picture(&app, "home")?;

    stage.phase("count");
    count(&mut stage, &mut app, &caucus)?;

    stage.phase("sign");
    party.stop()?;
    stage.say("the party server is stopped");
    let phrase = sign(&mut stage, &mut app, &caucus)?;

    stage.phase("restart");
    app.kill()?;
    stage.say("the app is killed (SIGKILL) after signing");
    app.open()?;
    let mut person = Person::at(app.session());
    person.unlock(PIN)?;
    person.open_report(&caucus.precinct, "official")?;
    person.wait_standing("savedHere", Duration::from_secs(10))?;
    same("the phrase after the restart", &phrase, &person.phrase()?)?;
    stage.say("opened again: the report is there, saved here, with the same phrase");
    stage.picture(&app, "saved-here-after-kill")?;

    stage.phase("countersign");
    party.start()?;
    stage.say("the party server is back; nobody presses anything");
    let person = Person::at(app.session());
    person.wait_standing("countersigned", COUNTERSIGNED_WITHIN)?;
    let log_index = person.log_index()?;
    same("the phrase after the receipt", &phrase, &person.phrase()?)?;
    stage.say(&format!("countersigned: the tablet verified the receipt; log index {log_index}"));
    stage.picture(&app, "countersigned")?;

    stage.phase("results");
    let results = party.results("official")?;
    let row = results["precincts"][0].clone();
    let report_id = row["report"]
        .as_str()
        .ok_or_else(|| Error::Unexpected(format!("the server received nothing: {results}")))?
        .to_owned();
    same("attendees at the server", &caucus.attendees.into(), &row["attendees"])?;
    same("the log index at the server", &log_index.into(), &row["log_index"])?;
    stage.say(&format!("the server has the numbers: {} attended", row["attendees"]));

    stage.phase("verify");
    app.close()?;
    drop(app);
    party.stop()?;
    stage.say("app and server have ended");
    let receipt = stage.file("receipt.txt");
    write(&receipt, &kept_receipt(&stage, &report_id)?)?;
    let verified = party.verify(&receipt)?;
    let flipped = stage.file("receipt-flipped.txt");
    flip_one_bit(&receipt, &flipped)?;
    let flipped_verified = party.verify(&flipped)?.receipt_verified;
    same("the report of the receipt", &Some(report_id.clone()), &verified.message)?;
    same("the index of the receipt", &Some(log_index), &verified.log_index)?;
    stage.say(&format!(
        "a second program says of the receipt: {}; of one with a flipped bit: {}",
        good(verified.receipt_verified),
        good(flipped_verified)
    ));

    let (seconds, screenshots) = stage.end();
    let summary = Summary {
        precinct: caucus.precinct.clone(),
        counts: caucus,
        report_id,
        read_back_phrase: phrase,
        log_index,
        receipt_verified: verified.receipt_verified,
        flipped_receipt_verified: flipped_verified,
        results,
        seconds,
        screenshots,
    };
    let text = serde_json::to_string_pretty(&summary)
        .map_err(|error| Error::Unexpected(format!("summary.json: {error}")))?;
    write(&stage.file("summary.json"), &text)?;
    stage.say("run/summary.json and run/screenshots are written");
    if summary.receipt_verified && !summary.flipped_receipt_verified {
        Ok(())
    } else {
        Err(Error::Unexpected("the receipt did not hold".to_owned()))
    }
}

/// Attendance to delegates and check, with the app killed in the middle of a number.
fn count(stage: &mut Stage, app: &mut App, caucus: &Caucus) -> Result<()> {
    let mut person = Person::at(app.session());
    person.open_caucus(&caucus.precinct, "official")?;
    person.number("attendees", caucus.attendees)?;
    stage.say(&format!("attendance: {}", caucus.attendees));
    stage.picture(app, "attendance")?;
    let mut person = Person::at(app.session());
    person.go_on()?;
    person.wait_screen(&["first-alignment"])?;

    let mut typed: Vec<(String, u32)> = Vec::new();
    for (group, people) in &caucus.first {
        let cell = format!("firstAlignment.{group}");
        let mut person = Person::at(app.session());
        if group == KILLED_IN {
            let half = people / 10;
            person.number(&cell, half)?;
            app.kill()?;
            stage.say(&format!(
                "the app is killed (SIGKILL) with {half} of {people} typed for {group}"
            ));
            app.open()?;
            let mut person = Person::at(app.session());
            let screen = person.unlock(PIN)?;
            same("the screen after the kill", "first-alignment", screen.as_str())?;
            for (earlier, number) in &typed {
                person.wait_figure(earlier, Some(*number))?;
            }
            person.wait_figure(&cell, Some(half))?;
            stage.say("opened again: same screen, every figure is there");
            stage.picture(app, "after-kill-mid-number")?;
            let mut person = Person::at(app.session());
            person.choose(&cell)?;
            person.key(&format!("d{}", people % 10))?;
            person.wait_figure(&cell, Some(*people))?;
        } else {
            person.number(&cell, *people)?;
        }
        typed.push((cell, *people));
    }
    let mut person = Person::at(app.session());
    person.button("nobody-in-rest")?;
    stage.say(&format!("first alignment: {}", figures(&caucus.first)));
    stage.picture(app, "first-alignment")?;
    let mut person = Person::at(app.session());
    person.go_on()?;
    person.walk(caucus, "final-alignment")?;
    person.count("finalAlignment", &caucus.last)?;
    stage.say(&format!("final alignment: {}", figures(&caucus.last)));
    stage.picture(app, "final-alignment")?;
    let mut person = Person::at(app.session());
    person.go_on()?;
    person.wait_screen(&["delegates"])?;
    person.count("delegates", &caucus.delegates)?;
    stage.say(&format!("delegates: {}", figures(&caucus.delegates)));
    stage.picture(app, "delegates")?;
    let mut person = Person::at(app.session());
    person.go_on()?;
    person.wait_screen(&["check"])?;
    let findings = person.session().find_all("[data-finding]")?.len();
    stage.say(&format!("check: {findings} thing(s) to look at"));
    stage.picture(app, "check")
}

/// From the check to a report that is saved here; gives its phrase.
fn sign(stage: &mut Stage, app: &mut App, caucus: &Caucus) -> Result<String> {
    let mut person = Person::at(app.session());
    person.walk(caucus, "attest")?;
    stage.picture(app, "attest")?;
    let mut person = Person::at(app.session());
    person.walk(caucus, "sign")?;
    stage.picture(app, "sign")?;
    let mut person = Person::at(app.session());
    person.sign(PIN)?;
    person.wait_standing("savedHere", Duration::from_secs(10))?;
    let phrase = person.phrase()?;
    stage.say(&format!("signed without a network: saved here; read-back phrase: {phrase}"));
    stage.picture(app, "saved-here")?;
    Ok(phrase)
}

/// The receipt that the tablet verified and kept.
fn kept_receipt(stage: &Stage, report_id: &str) -> Result<String> {
    let unexpected = |what: &dyn std::fmt::Debug| {
        Error::Unexpected(format!("the tablet's receipt of {report_id}: {what:?}"))
    };
    let config = Config::new(stage.data().join("tablet"), env!("CARGO_PKG_VERSION"));
    let tablet = Tablet::open(config).map_err(|problem| unexpected(&problem))?;
    tablet
        .receipt(report_id)
        .map_err(|problem| unexpected(&problem))?
        .ok_or_else(|| unexpected(&"none"))
}

fn figures(groups: &[(String, u32)]) -> String {
    let parts: Vec<String> = groups.iter().map(|(group, n)| format!("{group} {n}")).collect();
    parts.join(", ")
}

fn good(verified: bool) -> &'static str {
    if verified { "good" } else { "not good" }
}

fn same<T: PartialEq + std::fmt::Debug + ?Sized>(
    what: &str,
    expected: &T,
    found: &T,
) -> Result<()> {
    if expected == found {
        Ok(())
    } else {
        Err(Error::Unexpected(format!("{what}: expected {expected:?}, found {found:?}")))
    }
}

fn write(file: &std::path::Path, text: &str) -> Result<()> {
    std::fs::write(file, text)
        .map_err(|source| Error::Io { doing: format!("writing {}", file.display()), source })
}
