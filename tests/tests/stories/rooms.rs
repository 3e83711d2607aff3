//! Two rooms: a volunteer rehearses alone.

use countersign_tests::Result;
use countersign_tests::night::Night;
use countersign_tests::person::Person;
use serde_json::json;

use crate::{COUNTERSIGNED_WITHIN, PIN, enrolled, same};

/// A volunteer enters a worksheet in rehearsal, gets a countersigned receipt, is told cell by cell whether it was right,
/// and begins again without a new code. Nothing of it is in the official room.
#[test]
fn t78_a_rehearsal_is_compared_with_its_worksheet() -> Result<()> {
    let night = Night::begin("practice")?;
    let app = enrolled(&night, "tablet", "maple-1")?;
    let mut person = Person::at(app.session());
    let mut sheet = night.party.worksheet("maple-1")?;
    let slip = sheet.last[0].1;
    sheet.last[0].1 = slip - 1;
    person.report(&sheet, "rehearsal", PIN)?;
    person.wait_standing("countersigned", COUNTERSIGNED_WITHIN)?;
    person.button("compare")?;
    person.wait_screen(&["worksheet"])?;
    app.session().wait_for("[data-differing=\"1\"]")?;
    person.button("back")?;

    person.wait_screen(&["stands"])?;
    person.button("rehearse-again")?;
    sheet.last[0].1 = slip;
    if person.wait_screen(&["home", "attendance"])? == "home" {
        person.open_caucus("maple-1", "rehearsal")?;
    }
    person.walk(&sheet, "sign")?;
    person.sign(PIN)?;
    person.wait_standing("countersigned", COUNTERSIGNED_WITHIN)?;
    person.button("compare")?;
    person.wait_screen(&["worksheet"])?;
    app.session().wait_for("[data-differing=\"0\"]")?;

    let official = night.party.received("official", "maple-1")?;
    same("what the official room has", serde_json::Value::Null, official)?;
    let rehearsal = night.party.received("rehearsal", "maple-1")?;
    same("what the rehearsal room has", json!(sheet.attendees), rehearsal["attendees"].clone())
}
