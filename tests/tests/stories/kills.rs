//! The app is killed, and nothing that was shown is lost.

use std::time::Duration;

use countersign_tests::app::App;
use countersign_tests::caucus::Caucus;
use countersign_tests::network::Weather;
use countersign_tests::night::Night;
use countersign_tests::person::Person;
use countersign_tests::wait::{self, Look};
use countersign_tests::{Error, Result};

use crate::{COUNTERSIGNED_WITHIN, PIN, enrolled, reopen, same};

/// A whole caucus without a network, from the code on. The app is killed in the middle of a number, in the instant of
/// signing, and during a send whose answer is lost; the server is killed too. At the end there is one entry.
#[test]
fn t25_a_whole_caucus_offline_with_kills() -> Result<()> {
    let mut night = Night::begin("practice")?;
    night.network.turn(Weather::Refused)?;
    let caucus = Caucus::practice("maple-2")?;
    let mut app = enrolled(&night, "tablet", &caucus.precinct)?;

    let mut person = Person::at(app.session());
    person.open_caucus(&caucus.precinct, "official")?;
    person.walk(&caucus, "first-alignment")?;
    let (group, people) = caucus.first[0].clone();
    let cell = format!("firstAlignment.{group}");
    person.choose(&cell)?;
    person.key(&format!("d{}", people / 10))?;
    person.wait_figure(&cell, Some(people / 10))?;
    app.kill()?;
    same("the screen after the kill", "first-alignment".to_owned(), reopen(&mut app)?)?;
    let mut person = Person::at(app.session());
    person.wait_figure(&cell, Some(people / 10))?;
    person.choose(&cell)?;
    person.key(&format!("d{}", people % 10))?;
    person.wait_figure(&cell, Some(people))?;
    for (group, people) in &caucus.first[1..] {
        person.number(&format!("firstAlignment.{group}"), *people)?;
    }
    person.go_on()?;
    person.walk(&caucus, "sign")?;

    // The instant of signing: the key is pressed and the battery is out. Signed and queued is one step, so there is
    // either a report or the draft as it was.
    person.type_pin(PIN)?;
    app.kill()?;
    if reopen(&mut app)? == "sign" {
        Person::at(app.session()).sign(PIN)?;
    }
    let mut person = Person::at(app.session());
    person.open_report(&caucus.precinct, "official")?;
    person.wait_standing("savedHere", Duration::from_secs(10))?;
    let phrase = person.phrase()?;

    // During a send: what the tablet says arrives, the answer does not, and the app is killed.
    let before = night.network.connections();
    night.network.turn(Weather::LostAnswer)?;
    wait::until("attempts whose answers are lost", Duration::from_secs(90), || {
        let now = night.network.connections();
        Ok(if now > before + 1 {
            Look::Yes(())
        } else {
            Look::NotYet(format!("{now} connections"))
        })
    })?;
    same("no receipt, no countersigned", "savedHere".to_owned(), person.standing()?)?;
    app.kill()?;
    night.party.kill()?;
    reopen(&mut app)?;
    let mut person = Person::at(app.session());
    person.open_report(&caucus.precinct, "official")?;
    same("the standing after the kill", "savedHere".to_owned(), person.standing()?)?;

    night.party.start()?;
    night.network.turn(Weather::Through)?;
    person.wait_standing("countersigned", COUNTERSIGNED_WITHIN)?;
    same("the phrase", phrase, person.phrase()?)?;
    let row = night.party.received("official", &caucus.precinct)?;
    same("reports in the log", serde_json::json!(1), row["reports"].clone())?;
    same("attendees", serde_json::json!(caucus.attendees), row["attendees"].clone())
}

/// Des Moines 55, and the app killed after every digit that was painted: after each restart every figure is there.
#[test]
fn t13_a_kill_after_each_press_of_des_moines_55() -> Result<()> {
    let night = Night::begin("iowa-2020")?;
    let caucus = Caucus::des_moines_55()?;
    let mut app = enrolled(&night, "tablet", &caucus.precinct)?;
    Person::at(app.session()).open_caucus(&caucus.precinct, "official")?;

    let mut shown = Vec::new();
    let attendees = vec![("attendees".to_owned(), caucus.attendees)];
    type_with_kills(&mut app, "attendance", &attendees, &mut shown)?;
    Person::at(app.session()).go_on()?;
    for (screen, kind, groups) in [
        ("first-alignment", "firstAlignment", &caucus.first),
        ("final-alignment", "finalAlignment", &caucus.last),
        ("delegates", "delegates", &caucus.delegates),
    ] {
        Person::at(app.session()).walk(&caucus, screen)?;
        let cells: Vec<_> =
            groups.iter().map(|(group, n)| (format!("{kind}.{group}"), *n)).collect();
        let mut shown = Vec::new();
        type_with_kills(&mut app, screen, &cells, &mut shown)?;
        let mut person = Person::at(app.session());
        person.button("nobody-in-rest")?;
        person.go_on()?;
    }
    let mut person = Person::at(app.session());
    person.walk(&caucus, "sign")?;
    person.sign(PIN)?;
    person.wait_standing("countersigned", COUNTERSIGNED_WITHIN)?;
    let row = night.party.received("official", &caucus.precinct)?;
    let sums: Vec<u64> = row["counts"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|count| {
            count.as_array().into_iter().flatten().filter_map(serde_json::Value::as_u64).sum()
        })
        .collect();
    same("the sums at headquarters", vec![704, 702, 14], sums)
}

fn type_with_kills(
    app: &mut App,
    screen: &str,
    cells: &[(String, u32)],
    shown: &mut Vec<(String, u32)>,
) -> Result<()> {
    for (cell, number) in cells {
        let mut so_far = 0;
        for digit in number.to_string().chars() {
            let mut person = Person::at(app.session());
            person.choose(cell)?;
            person.key(&format!("d{digit}"))?;
            so_far = so_far * 10 + digit.to_digit(10).unwrap_or_default();
            person.wait_figure(cell, Some(so_far))?;
            app.kill()?;
            same("the screen after the kill", screen.to_owned(), reopen(app)?)?;
            let person = Person::at(app.session());
            for (earlier, figure) in shown.iter().chain([&(cell.clone(), so_far)]) {
                let found = person.figure(earlier)?;
                if found != Some(*figure) {
                    return Err(Error::Unexpected(format!(
                        "{earlier} showed {figure} before the kill and {found:?} after it"
                    )));
                }
            }
        }
        shown.push((cell.clone(), *number));
    }
    Ok(())
}
