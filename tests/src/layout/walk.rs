//! The way of one person with one tablet through every screen, from the code to the correction of a countersigned
//! report, by pressing what is on the screen; at each stop the screen is measured.
//!
//! The figures are made up so that every card comes up: a tie of four groups, an attendance that changes late,
//! delegates that differ from the rules, someone who objects.

use std::time::Duration;

use super::WALKING;
use super::answers::wait_readout;
use super::pad::Pad;
use super::sweep::Sweep;
use crate::Result;
use crate::caucus::Caucus;
use crate::party::Party;
use crate::person::Person;
use crate::wait::{self, Look};

/// The precinct that is walked: fourteen delegates, so the names and the working are long.
pub(super) const PRECINCT: &str = "polk-dm-055";
/// The PIN that the person chooses.
const PIN: &str = "482913";
/// Another one, for slips.
const WRONG: &str = "482914";
/// How long a report may take to be countersigned once the server is up.
const COUNTERSIGNED_WITHIN: Duration = Duration::from_secs(90);
/// Sixty characters, as many as a reason of one's own may have, with a word that no line holds.
const LONG_REASON: &str = "a recount by the chair wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww";
/// The four groups that tie at final alignment.
const TIED: [&str; 4] = ["sanders", "warren", "buttigieg", "biden"];

fn paper() -> Caucus {
    let of = |figures: &[(&str, u32)]| {
        figures.iter().map(|(group, people)| ((*group).to_owned(), *people)).collect()
    };
    let [a, b, c, d] = TIED;
    Caucus {
        precinct: PRECINCT.to_owned(),
        attendees: 704,
        first: of(&[(a, 170), (b, 170), (c, 170), (d, 170), ("klobuchar", 24)]),
        last: of(&[(a, 176), (b, 176), (c, 176), (d, 176)]),
        delegates: of(&[(a, 5), (b, 3), (c, 3), (d, 3)]),
    }
}

/// Walks all of it. The party's server does not run at first; it runs at the end.
pub(super) fn walk(sweep: &mut Sweep<'_>, code: &str, party: &mut Party) -> Result<()> {
    let window = sweep.window;
    window.settle_at(WALKING)?;
    let mut person = Person::at(window.session());
    let caucus = paper();
    settings(sweep, &mut person)?;
    enrol(sweep, &mut person, code)?;
    home_and_lock(sweep, &mut person)?;
    attendance(sweep, &mut person, &caucus)?;
    alignments(sweep, &mut person, &caucus)?;
    late_attendance(sweep, &mut person)?;
    delegates(sweep, &mut person, &caucus)?;
    check(sweep, &mut person)?;
    attest(sweep, &mut person)?;
    sign(sweep, &mut person)?;
    party.start()?;
    countersigned(sweep, &mut person)?;
    held(sweep, &mut person, &caucus, party)
}

fn settings(sweep: &mut Sweep<'_>, person: &mut Person<'_>) -> Result<()> {
    person.wait_screen(&["enrol-code"])?;
    person.button("settings")?;
    person.wait_screen(&["settings"])?;
    let (language, scale) = (format!("lang-{}", sweep.language), format!("scale-{}", sweep.scale));
    for choice in [&language, &scale] {
        person.button(choice)?;
        person.session().wait_for(&format!("[data-testid={choice}][aria-pressed=true]"))?;
    }
    sweep.see("settings", None)?;
    person.button("back")?;
    person.wait_screen(&["enrol-code"]).map(|_| ())
}

fn enrol(sweep: &mut Sweep<'_>, person: &mut Person<'_>, code: &str) -> Result<()> {
    sweep.see("enrol-code", Some(Pad::Code))?;
    sweep.press_every_key(Pad::Code, None)?;
    person.button("help")?;
    person.wait_screen(&["help"])?;
    sweep.see("help before enrolment", None)?;
    person.button("back")?;
    person.wait_screen(&["enrol-code"])?;
    person.type_code(code)?;
    sweep.see("enrol-code, typed", Some(Pad::Code))?;
    person.key("next")?;
    person.wait_screen(&["enrol-confirm"])?;
    sweep.see("enrol-confirm", None)?;
    person.go_on()?;
    person.wait_screen(&["pin-choose"])?;
    sweep.see("pin-choose", Some(Pad::Pin))?;
    sweep.press_every_key(Pad::Pin, None)?;
    person.type_pin(PIN)?;
    person.wait_screen(&["pin-repeat"])?;
    sweep.see("pin-repeat", Some(Pad::Pin))?;
    person.type_pin(WRONG)?;
    person.wait_screen(&["pin-choose"])?;
    sweep.see("pin-choose, after a slip", Some(Pad::Pin))?;
    person.type_pin(PIN)?;
    person.wait_screen(&["pin-repeat"])?;
    person.type_pin(PIN)?;
    person.wait_screen(&["home"]).map(|_| ())
}

fn home_and_lock(sweep: &mut Sweep<'_>, person: &mut Person<'_>) -> Result<()> {
    sweep.see("home", None)?;
    person.button("help")?;
    person.wait_screen(&["help"])?;
    sweep.see("help", None)?;
    person.button("back")?;
    person.button("carry")?;
    person.wait_screen(&["carry"])?;
    sweep.see("carry", None)?;
    person.button("back")?;
    person.button("add-invitation")?;
    person.wait_screen(&["enrol-code"])?;
    sweep.see("enrol-code, another", Some(Pad::Code))?;
    person.button("back")?;
    person.wait_screen(&["home"])?;
    person.button("lock")?;
    person.wait_screen(&["unlock"])?;
    sweep.see("unlock", Some(Pad::Pin))?;
    person.type_pin(WRONG)?;
    person.session().wait_for("[data-problem=pinWrong]")?;
    sweep.see("unlock, wrong PIN", Some(Pad::Pin))?;
    person.unlock(PIN).map(|_| ())
}

fn attendance(sweep: &mut Sweep<'_>, person: &mut Person<'_>, caucus: &Caucus) -> Result<()> {
    // The caucus itself is looked at once; the rest happens in rehearsal, whose screens carry more.
    person.open_caucus(PRECINCT, "official")?;
    person.wait_screen(&["attendance"])?;
    sweep.see("attendance, official", Some(Pad::Number))?;
    person.button("home")?;
    person.open_caucus(PRECINCT, "rehearsal")?;
    person.wait_screen(&["attendance"])?;
    sweep.see("attendance", Some(Pad::Number))?;
    sweep.press_every_key(Pad::Number, Some("attendees"))?;
    gap(sweep, person, "attendance, nothing typed", Some(Pad::Number))?;
    person.number("attendees", caucus.attendees)?;
    sweep.see("attendance, typed", Some(Pad::Number))?;
    person.go_on().map(|_| ())
}

/// Presses the way on while something is short: the screen names it.
fn gap(
    sweep: &mut Sweep<'_>,
    person: &mut Person<'_>,
    screen: &str,
    pad: Option<Pad>,
) -> Result<()> {
    person.button("go-on")?;
    person.session().wait_for("[data-testid=gap]")?;
    sweep.see(screen, pad)
}

fn alignments(sweep: &mut Sweep<'_>, person: &mut Person<'_>, caucus: &Caucus) -> Result<()> {
    let number = Some(Pad::Number);
    person.wait_screen(&["first-alignment"])?;
    sweep.see("first-alignment", number)?;
    gap(sweep, person, "first-alignment, nothing typed", number)?;
    person.count("firstAlignment", &caucus.first)?;
    person.wait_figure("firstAlignment.sanders", Some(170))?;
    sweep.see("first-alignment, typed", number)?;
    person.go_on()?;
    person.wait_screen(&["realignment"])?;
    sweep.see("realignment", None)?;
    person.button("timer-15")?;
    person.session().wait_for("[data-testid=timer]")?;
    sweep.see("realignment, timer", None)?;
    person.go_on()?;
    person.wait_screen(&["final-alignment"])?;
    sweep.see("final-alignment", number)?;
    person.count("finalAlignment", &caucus.last)?;
    sweep.see("final-alignment, typed", number)?;
    person.go_on().map(|_| ())
}

/// Goes back to attendance from the delegates screen, changes it, says why, and returns.
fn late_attendance(sweep: &mut Sweep<'_>, person: &mut Person<'_>) -> Result<()> {
    let back = ["delegates", "final-alignment", "realignment", "first-alignment", "attendance"];
    for pair in back.windows(2) {
        person.wait_screen(&pair[..1])?;
        person.button("back")?;
        person.wait_screen(&pair[1..])?;
    }
    person.key("plus")?;
    person.session().wait_for("[data-testid=explain-attendance]")?;
    sweep.see("attendance, changed late", Some(Pad::Number))?;
    person.button("explain-attendance")?;
    person.wait_screen(&["reason"])?;
    sweep.see("reason, attendance", None)?;
    person.reason("recount")?;
    for screen in ["attendance", "first-alignment", "realignment", "final-alignment"] {
        person.wait_screen(&[screen])?;
        person.go_on()?;
    }
    person.wait_screen(&["delegates"]).map(|_| ())
}

fn delegates(sweep: &mut Sweep<'_>, person: &mut Person<'_>, caucus: &Caucus) -> Result<()> {
    let number = Some(Pad::Number);
    person.session().wait_for("[data-testid=lot-open]")?;
    sweep.see("delegates, a tie", number)?;
    person.button("lot-open")?;
    person.wait_screen(&["lot"])?;
    sweep.see("lot", None)?;
    person.button("go-on")?;
    person.session().wait_for("[role=alert]")?;
    sweep.see("lot, nothing chosen", None)?;
    person.button("back")?;
    person.wait_screen(&["delegates"])?;
    person.draw_lots()?;
    sweep.see("delegates, lot drawn", number)?;
    gap(sweep, person, "delegates, nothing typed", number)?;
    person.count("delegates", &caucus.delegates)?;
    sweep.see("delegates, typed", number)?;
    person.go_on().map(|_| ())
}

fn check(sweep: &mut Sweep<'_>, person: &mut Person<'_>) -> Result<()> {
    person.wait_screen(&["check"])?;
    person.button("show-passed")?;
    sweep.see("check", None)?;
    person.press("[data-testid^=\"keep-\"]")?;
    person.wait_screen(&["reason"])?;
    sweep.see("reason, finding", None)?;
    other_words(sweep, person)?;
    person.button("go-on")?;
    person.wait_screen(&["check"])?;
    person.keep_findings()?;
    sweep.see("check, all kept", None)?;
    person.go_on().map(|_| ())
}

fn other_words(sweep: &mut Sweep<'_>, person: &mut Person<'_>) -> Result<()> {
    let pad = if sweep.language == "es" { Pad::Palabras } else { Pad::Words };
    person.button("reason-other")?;
    person.session().wait_for("button[data-key=space]")?;
    sweep.see("reason, own words", Some(pad))?;
    sweep.press_every_key(pad, None)?;
    person.key("next")?;
    person.session().wait_for("[role=alert]")?;
    sweep.see("reason, own words lacking", Some(pad))?;
    person.session().type_keys(LONG_REASON)?;
    wait_readout(person.session(), "sixty letters", |text| text.ends_with("W 0"))?;
    sweep.see("reason, own words typed", Some(pad))
}

fn attest(sweep: &mut Sweep<'_>, person: &mut Person<'_>) -> Result<()> {
    person.wait_screen(&["attest"])?;
    sweep.see("attest", None)?;
    person.button("show-room")?;
    person.wait_screen(&["show-room"])?;
    sweep.see("show-room", None)?;
    person.button("back")?;
    person.wait_screen(&["attest"])?;
    gap(sweep, person, "attest, nobody asked", None)?;
    person.go_on()?;
    person.wait_screen(&["sign"])?;
    sweep.see("sign, something missing", None)?;
    person.button("back")?;
    person.wait_screen(&["attest"])?;
    person.button("objects")?;
    person.wait_screen(&["reason"])?;
    sweep.see("reason, objection", None)?;
    person.reason("recount")?;
    person.wait_screen(&["attest"])?;
    while person.session().find("[data-testid=stands-by]")?.is_some() {
        let asked = person.session().find_all("[data-testid=stands-by]")?.len();
        person.button("stands-by")?;
        let session = person.session();
        wait::until("what was said", wait::LONG, || {
            let left = session.find_all("[data-testid=stands-by]")?.len();
            Ok(if left < asked { Look::Yes(()) } else { Look::NotYet(format!("{left} to ask")) })
        })?;
    }
    sweep.see("attest, all asked", None)?;
    person.go_on().map(|_| ())
}

fn sign(sweep: &mut Sweep<'_>, person: &mut Person<'_>) -> Result<()> {
    person.wait_screen(&["sign"])?;
    sweep.see("sign", Some(Pad::Pin))?;
    person.sign(PIN)?;
    person.wait_standing("savedHere", wait::LONG)?;
    sweep.see("stands, saved here", None)?;
    person.button("hand-off")?;
    person.wait_screen(&["hand-off"])?;
    person.session().wait_for("[data-link]")?;
    sweep.see("hand-off", None)?;
    person.button("back")?;
    person.wait_screen(&["stands"]).map(|_| ())
}

fn countersigned(sweep: &mut Sweep<'_>, person: &mut Person<'_>) -> Result<()> {
    person.sync_now(COUNTERSIGNED_WITHIN)?;
    sweep.see("stands, countersigned", None)?;
    person.button("compare")?;
    person.wait_screen(&["worksheet"])?;
    person.session().wait_for("table[data-differing]")?;
    sweep.see("worksheet", None)?;
    person.button("back")?;
    person.wait_screen(&["stands"])?;
    person.button("correct")?;
    person.wait_screen(&["correct-reason"])?;
    sweep.see("correct-reason", None)?;
    person.button("reason-recount")?;
    person.wait_screen(&["attendance"])?;
    person.session().wait_for("[data-testid=drop-correction]")?;
    sweep.see("attendance, correction", Some(Pad::Number))?;
    person.button("drop-correction")?;
    person.wait_screen(&["home"])?;
    sweep.see("home, with a report", None)
}

/// The tablet's key is revoked while a correction is being made: the correction is held, and a notice comes.
fn held(
    sweep: &mut Sweep<'_>,
    person: &mut Person<'_>,
    caucus: &Caucus,
    party: &Party,
) -> Result<()> {
    person.open_report(PRECINCT, "rehearsal")?;
    person.button("correct")?;
    person.reason("recount")?;
    person.wait_screen(&["attendance"])?;
    while person.go_on()? != "check" {}
    person.walk(caucus, "sign")?;
    for device in party.devices()? {
        party.revoke(&device["key"])?;
    }
    person.sign(PIN)?;
    person.wait_standing("held", COUNTERSIGNED_WITHIN)?;
    sweep.see("stands, held", None)?;
    person.button("done")?;
    person.wait_screen(&["home"])?;
    person.session().wait_for("[data-notice]")?;
    sweep.see("home, with a notice", None)
}
