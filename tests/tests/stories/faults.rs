//! Four kinds of no network, before a real window.

use std::sync::Arc;
use std::time::Duration;

use countersign_tests::Result;
use countersign_tests::caucus::Caucus;
use countersign_tests::network::Weather;
use countersign_tests::night::Night;
use countersign_tests::person::Person;
use countersign_tests::tls::Identity;
use countersign_tests::wait::{self, Look};

use crate::{COUNTERSIGNED_WITHIN, PIN, enrolled, same};

/// Refused, silence, a portal (with and without TLS) and a false certificate: none of them countersigns, none of them
/// makes the PIN wrong, none of them hears a count, none of them loses one.
#[test]
fn t24_no_kind_of_no_network_countersigns() -> Result<()> {
    let mut night = Night::begin("practice")?;
    night.network.turn(Weather::Refused)?;
    let caucus = Caucus::practice("aspen")?;
    let app = enrolled(&night, "tablet", &caucus.precinct)?;
    let mut person = Person::at(app.session());
    person.report(&caucus, "official", PIN)?;
    let phrase = person.phrase()?;

    let kinds = [
        Weather::PlainPortal,
        Weather::Portal(Arc::new(night.party.identity()?)),
        Weather::FalseCertificate(Arc::new(Identity::forged()?)),
        Weather::Silence,
    ];
    for weather in kinds {
        let name = format!("{weather:?}");
        let before = night.network.connections();
        night.network.turn(weather)?;
        person.button("sync-now")?;
        wait::until(&format!("an attempt with {name}"), Duration::from_secs(90), || {
            let now = night.network.connections();
            Ok(if now > before { Look::Yes(()) } else { Look::NotYet("no attempt".to_owned()) })
        })?;
        app.session().settle()?;
        same(&name, "savedHere".to_owned(), person.standing()?)?;
        person.button("done")?;
        person.wait_screen(&["home"])?;
        person.button("lock")?;
        person.unlock(PIN)?;
        person.open_report(&caucus.precinct, "official")?;
        same(&name, phrase.clone(), person.phrase()?)?;
    }
    same("bytes that the false server heard", 0, night.network.overheard())?;

    night.network.turn(Weather::Through)?;
    person.wait_standing("countersigned", COUNTERSIGNED_WITHIN)?;
    same("the phrase", phrase, person.phrase()?)
}
