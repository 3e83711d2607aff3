//! The whole way in Spanish.

use countersign_tests::Result;
use countersign_tests::caucus::Caucus;
use countersign_tests::night::Night;
use countersign_tests::person::Person;

use crate::{COUNTERSIGNED_WITHIN, PIN, same};

/// Spanish is chosen before the code is typed and kept over a restart; the numbers and the phrase are those of
/// English.
#[test]
fn t23_the_whole_way_in_spanish() -> Result<()> {
    let night = Night::begin("practice")?;
    let caucus = Caucus::practice("birch")?;
    let code = night.party.invite(&caucus.precinct)?;
    let mut app = night.open("tablet")?;
    let mut person = Person::at(app.session());
    person.wait_screen(&["enrol-code"])?;
    person.button("settings")?;
    person.wait_screen(&["settings"])?;
    person.button("lang-es")?;
    app.session().wait_for("html[lang=es]")?;
    person.button("back")?;
    person.enrol(&code, PIN)?;
    app.kill()?;
    app.open()?;
    let mut person = Person::at(app.session());
    person.unlock(PIN)?;
    app.session().wait_for("html[lang=es]")?;
    person.open_caucus(&caucus.precinct, "official")?;
    person.walk(&caucus, "sign")?;
    person.sign(PIN)?;
    person.wait_standing("countersigned", COUNTERSIGNED_WITHIN)?;

    let phrase = person.phrase()?;
    person.button("settings")?;
    person.button("lang-en")?;
    app.session().wait_for("html[lang=en]")?;
    person.button("back")?;
    person.wait_screen(&["stands"])?;
    same("the phrase in English", phrase, person.phrase()?)
}
