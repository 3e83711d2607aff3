//! One evening at headquarters: its pages in a browser, against the real server, from a call to a corrected result; and signing in
//! there with a passkey.

use std::path::Path;

use countersign_core::contest::CountKind;
use countersign_core::message::{Channel, LotDrawer, LotMethod, Message, Report};
use countersign_core::results::{Released, RoomState};
use countersign_tests::axe::Axe;
use countersign_tests::chromium::Chromium;
use countersign_tests::desk::{Desk, ENTER, PASSWORD, Person};
use countersign_tests::house::{House, ROOM, without_window};
use countersign_tests::signer::Signer;
use countersign_tests::wait::{self, Look};
use countersign_tests::{Error, Result, places};

fn other(error: impl std::fmt::Display) -> Error {
    Error::Unexpected(error.to_string())
}

fn holds(holds: bool, what: &str) -> Result<()> {
    if holds { Ok(()) } else { Err(other(what)) }
}

/// The people of the evening.
struct People {
    operator: Person,
    reviewer: Person,
    manager: Person,
    second: Person,
    observer: Person,
}

impl People {
    fn employ(house: &House) -> Result<Self> {
        let person = |number, name, role| Person::employ(&house.party, number, name, role);
        Ok(Self {
            operator: person(12, "Operator", "operator")?,
            reviewer: person(13, "Reviewer", "reviewer")?,
            manager: person(14, "Manager", "release-manager")?,
            second: person(15, "Second", "release-manager")?,
            observer: person(18, "Observer", "observer")?,
        })
    }
}

/// What a tablet signs whose people all stand in one group, in a precinct that elects five.
fn in_one_group(house: &House, tablet: &Signer) -> Message {
    let contest = &house.contest;
    let cells = |people: u32| {
        let mut cells = vec![0; contest.groups.len()];
        cells[1] = people;
        cells
    };
    let count = |&kind: &CountKind| cells(if kind == CountKind::Delegates { 5 } else { 40 });
    let report = Report {
        package: house.package,
        precinct: tablet.precinct(),
        revision: 1,
        supersedes: None,
        reason: None,
        attendees: 40,
        counts: contest.counts.iter().map(count).collect(),
        lots: Vec::new(),
        acknowledged: Vec::new(),
        attestations: Vec::new(),
        photos: Vec::new(),
        channel: Channel::Tablet,
        device_sequence: 1,
        device_time_ms: 0,
        app_version: "signer".to_owned(),
    };
    tablet.sign(&report)
}

/// Types a count of a precinct on the sheet: two groups, and nobody in the rest.
fn count(desk: &Desk<'_>, count: usize, cells: [(usize, &str); 2]) -> Result<()> {
    for (group, people) in cells {
        desk.write(&format!("#cell-{count}-{group}"), people)?;
    }
    // The first of those that are still there is this count's.
    desk.press("[data-form=\"report\"] tfoot .link")
}

/// A call: two groups of ten are equal, and the room drew a lot.
fn type_the_call(desk: &Desk<'_>, number: u32) -> Result<()> {
    desk.go(&format!("#/official/report/{number}"))?;
    desk.write("#attendees", "20")?;
    for alignment in [0, 1] {
        count(desk, alignment, [(0, "10"), (2, "10")])?;
    }
    count(desk, 2, [(0, "1"), (2, "2")])?;
    desk.says("[data-lot]", "A lot decides who keeps a delegate")?;
    for choice in ["2", "coin", "chair"] {
        desk.press(&format!("[data-lot] input[value=\"{choice}\"]"))?;
    }
    desk.press_and_confirm("#enter-report")?;
    desk.says("#entered", "Entered and signed.")
}

/// The caller was misheard: the same precinct once more, in place of the first.
fn type_it_again(desk: &Desk<'_>, number: u32) -> Result<()> {
    desk.go(&format!("#/official/report/{number}"))?;
    desk.says("[data-form=\"report\"]", "This one replaces it")?;
    desk.write("#attendees", "21")?;
    for alignment in [0, 1] {
        count(desk, alignment, [(0, "10"), (2, "11")])?;
    }
    count(desk, 2, [(0, "1"), (2, "2")])?;
    desk.press_and_confirm("#enter-report")?;
    desk.says("#entered", "Entered and signed.")
}

/// Shows observers what is ready, or one precinct for a reason, and asks for its release.
fn prepare_and_propose(desk: &Desk<'_>, number: u32, name: &str, of: Option<&str>) -> Result<()> {
    desk.write("[data-form=\"prepare\"] input[type=\"text\"]", name)?;
    if let Some(precinct) = of {
        desk.press("[data-form=\"prepare\"] input[value=\"some\"]")?;
        desk.write("[data-form=\"prepare\"] [role=\"combobox\"]", precinct)?;
        desk.says("[data-form=\"prepare\"] [role=\"option\"]", "1")?;
        desk.session().type_keys(ENTER)?;
        desk.press("[data-form=\"prepare\"] option[value=\"typing\"]")?;
    }
    desk.press("[data-testid=\"prepare\"]")?;
    desk.press_and_confirm("[data-testid=\"show-observers\"]")?;
    desk.press(&format!("[data-testid=\"propose-{number}\"]"))?;
    desk.press_and_confirm("[data-testid=\"propose\"]")
}

fn approve(desk: &Desk<'_>) -> Result<()> {
    desk.press_and_confirm("[data-pending] [data-testid=\"approve\"]")?;
    desk.says("main", "You approved it, and it is in effect: Release.")
}

/// A report of a tablet whose key was revoked: held until somebody knows who had the tablet.
fn hold(house: &House) -> Result<Message> {
    let tablet = Signer::enrol(&house.party, "oak-1")?;
    house.party.revoke(&tablet.key().to_string())?;
    let report = in_one_group(house, &tablet);
    let answer = house.party.post(ROOM.as_str(), report.bytes())?;
    holds(answer.body["code"] == "revoked-key", "a revoked tablet's report is held")?;
    Ok(report)
}

fn evening(folder: &Path) -> Result<()> {
    let contest = without_window(&places::contest("practice"), &folder.join("contest"))?;
    let mut house = House::open(&folder.join("party"), &contest)?;
    let mut people = People::employ(&house)?;
    let held = hold(&house)?;
    let (elm, _) = house.contest.precinct_by_id("elm-1").ok_or_else(|| other("no elm-1"))?;
    let browser = Chromium::start()?;
    browser.resize(1366, 900)?;
    let desk = Desk::new(&browser, &house.party)?;

    desk.sign_in(&mut people.operator, "#/official/board")?;
    type_the_call(&desk, elm)?;
    desk.sign_out()?;

    desk.sign_in(&mut people.reviewer, "#/official/held")?;
    desk.press("[data-testid=\"admit\"]")?;
    desk.write("[data-held] input[type=\"text\"]", "The number on file has the tablet.")?;
    desk.press_and_confirm("[data-testid=\"admit-go\"]")?;
    desk.gone("[data-held]")?;
    desk.sign_out()?;
    // Its tablet asks again by itself.
    house.party.post(ROOM.as_str(), held.bytes())?.receipt()?;

    desk.sign_in(&mut people.manager, "#/official/releases")?;
    prepare_and_propose(&desk, 1, "First batch", None)?;
    desk.sign_out()?;

    desk.sign_in(&mut people.observer, "#/official/observe")?;
    desk.press(&format!("[data-testid=\"object-{elm}\"]"))?;
    desk.press("[data-precinct=\"elm-1\"] input[value=\"not-as-announced\"]")?;
    desk.write("[data-precinct=\"elm-1\"] input[type=\"text\"]", "The room heard eleven.")?;
    desk.press("[data-testid=\"object\"]")?;
    desk.says("[data-objection]", "The room heard eleven.")?;
    desk.go("#/official/inquiries")?;
    desk.write("[data-form=\"inquire\"] input[aria-describedby]", "Who reads the sheets?")?;
    desk.press("[data-testid=\"inquire-go\"]")?;
    desk.says("[data-inquiry]", "no response yet")?;
    desk.sign_out()?;

    desk.sign_in(&mut people.reviewer, "#/official/releases")?;
    desk.press("[data-objection] [data-testid=\"answer\"]")?;
    desk.press("[data-objection] input[value=\"stands\"]")?;
    desk.write("[data-objection] input[type=\"text\"]", "The caller read ten twice.")?;
    desk.press("[data-objection] [data-testid=\"answer-go\"]")?;
    desk.says("[data-objection]", "The caller read ten twice.")?;
    desk.go("#/official/inquiries")?;
    desk.press("[data-inquiry] [data-testid=\"respond\"]")?;
    desk.write("[data-inquiry] input[type=\"text\"]", "Two reviewers, each alone.")?;
    desk.press("[data-testid=\"respond-go\"]")?;
    desk.says("[data-inquiry]", "Two reviewers, each alone.")?;
    desk.sign_out()?;

    desk.sign_in(&mut people.second, "#/official/inquiries")?;
    desk.write("[data-form=\"notice\"] input[aria-describedby]", "The first batch is out.")?;
    desk.press("[data-testid=\"notice-go\"]")?;
    desk.says("[data-notice]", "The next word comes by")?;
    desk.go("#/official/releases")?;
    approve(&desk)?;
    desk.sign_out()?;

    desk.sign_in(&mut people.operator, "#/official/board")?;
    type_it_again(&desk, elm)?;
    desk.sign_out()?;
    desk.sign_in(&mut people.manager, "#/official/releases")?;
    prepare_and_propose(&desk, 2, "Correction", Some("elm 1"))?;
    desk.sign_out()?;
    let copy = "precinct_id,candidate,attendees\nelm-1,biden,22\n";
    house.party.record_copy(copy, "The national party", "One digit, they mend it.")?;
    desk.sign_in(&mut people.observer, &format!("#/official/precinct/{elm}"))?;
    desk.says("[data-source-lot]", "the lot favours")?;
    desk.go("#/official/observe")?;
    for words in ["The national party", "Cells that differ", "releases go on", "One digit"] {
        desk.says("[data-copy]", words)?;
    }
    desk.sign_out()?;
    desk.sign_in(&mut people.second, "#/official/releases")?;
    desk.says("[data-copy]", "One digit, they mend it.")?;
    approve(&desk)?;
    desk.sign_out()?;

    find_on_the_results_pages(&browser, &house)?;
    house.party.stop()?;
    as_it_was_entered(&house.state()?, elm)
}

/// Anybody looks up, by its id, the report that was typed first.
fn find_on_the_results_pages(browser: &Chromium, house: &House) -> Result<()> {
    let state = house.state()?;
    let (elm, _) = house.contest.precinct_by_id("elm-1").ok_or_else(|| other("no elm-1"))?;
    let first = state.reports(countersign_core::id::PrecinctNumber(elm)).first();
    let first = first.ok_or_else(|| other("nothing was received"))?.id;
    let public = house.party.public().ok_or_else(|| other("the server does not run"))?;
    let session = browser.session();
    session.go(&format!("{public}/results/find.html"))?;
    session.press("#id")?;
    session.type_keys(&format!("{first}{ENTER}"))?;
    // The pages are made anew within a second or so.
    wait::until("a correction on the results pages", wait::LONG, || {
        session.wait_for("main section")?;
        let said = session.text_of("main section")?.unwrap_or_default();
        let all = ["Released in “First batch”.", "Corrected in “Correction”"];
        if all.iter().all(|words| said.contains(words)) {
            return Ok(Look::Yes(()));
        }
        session.press("main button")?;
        Ok(Look::NotYet(said))
    })?;
    // The answer, and where things stand, are whole on a phone as well, in both languages, and usable by everybody.
    let axe = Axe::read()?;
    browser.resize(360, 900)?;
    let found = format!("find.html?id={first}");
    let pages =
        [("", found.as_str()), ("es/", &found), ("", "status.html"), ("es/", "status.html")];
    for (language, page) in pages {
        session.go(&format!("{public}/results/{language}{page}"))?;
        session.wait_for("main section, main .note")?;
        let width = session.look("return document.documentElement.scrollWidth", &[])?;
        holds(width == 360, &format!("{language}{page}: {width} wide"))?;
        axe.bring(session)?;
        let faults = axe.faults(session)?;
        holds(faults.is_empty(), &format!("{language}{page}: {faults:#?}"))?;
    }
    Ok(())
}

/// What the evening's acts made of the log.
fn as_it_was_entered(state: &RoomState, elm: u32) -> Result<()> {
    let elm = countersign_core::id::PrecinctNumber(elm);
    let [first, second] = state.reports(elm) else { return Err(other("two reports were typed")) };
    let lots = first.report().lots;
    let [lot] = lots.as_slice() else { return Err(other("the call had a lot")) };
    holds(lot.groups == [0, 2] && lot.winners == [2], "the lot favoured the third group")?;
    holds(lot.method == LotMethod::Coin && lot.drawn_by == LotDrawer::Chair, "the chair's coin")?;
    holds(second.report().lots.is_empty(), "eleven are not equal to ten")?;
    holds(second.supersedes == Some(first.id), "the second is in place of the first")?;
    let review = state.review();
    let objected = review.objections().first().ok_or_else(|| other("somebody objected"))?;
    holds(objected.answer.is_some(), "and was answered")?;
    let [inquired] = review.inquiries() else { return Err(other("an observer asked once")) };
    let response = inquired.response.as_ref().ok_or_else(|| other("headquarters responded"))?;
    holds(response.1.words == "Two reviewers, each alone.", "in its words")?;
    let [noticed] = review.notices() else { return Err(other("one notice was given")) };
    let promised = noticed.notice.next_ms.map(|next_ms| next_ms - noticed.signed.entered_ms);
    holds(promised.is_some_and(|ms| ms > 14 * 60_000), "the next word comes in 15 minutes")?;
    let layer = review.last_layer().ok_or_else(|| other("something is released"))?;
    let released = Released::of(state, layer).ok_or_else(|| other("there is a package"))?;
    holds(released.precincts.len() == 2, "both precincts are released")?;
    let elm = released.precinct(elm).ok_or_else(|| other("the precinct is released"))?;
    holds(elm.report == second.id && elm.numbers.attendees == 21, "with its corrected numbers")
}

#[test]
fn t28_t47_t56_an_evening_at_headquarters_from_a_call_to_a_corrected_result() -> Result<()> {
    let folder = tempfile::tempdir().map_err(other)?;
    evening(folder.path())
}

/// Somebody adds a passkey, and signs in with it, at a browser whose device holds passkeys.
fn passkey(folder: &Path) -> Result<()> {
    let mut house = House::open(&folder.join("party"), &places::contest("practice"))?;
    let mut ruth = Person::employ(&house.party, 13, "Ruth", "reviewer")?;
    let browser = Chromium::start()?;
    browser.resize(1366, 900)?;
    let device = browser.hold_passkeys()?;
    let desk = Desk::by_name(&browser, &house.party)?;

    desk.sign_in(&mut ruth, "#/official/own")?;
    desk.says("main", "You have no passkey yet.")?;
    // A device that does not know who touches it makes none, and nothing typed is lost.
    browser.verify_user(&device, false)?;
    desk.write("#passkey-name", "Desk 7")?;
    desk.write("#passkey-password", &format!("{PASSWORD}{ENTER}"))?;
    desk.says("[data-problem=\"passkey-cancelled\"]", "what you typed stays")?;
    browser.verify_user(&device, true)?;
    desk.press("[data-testid=\"add-passkey\"]")?;
    desk.says("[data-done]", "Added: Desk 7.")?;
    desk.says("[data-passkey=\"1\"]", "Not used yet")?;
    let axe = Axe::read()?;
    axe.bring(browser.session())?;
    let faults = axe.faults(browser.session())?;
    holds(faults.is_empty(), &format!("{faults:#?}"))?;
    desk.sign_out()?;

    let sign_in = || {
        desk.open("#/official/own")?;
        desk.press("input[value=\"passkey\"]")?;
        desk.write("#sign-in-name", ruth.name())?;
        desk.write("#sign-in-password", &format!("{PASSWORD}{ENTER}"))
    };
    sign_in()?;
    desk.is_in(&ruth)?;
    desk.says("[data-passkey=\"1\"]", "Last used")?;
    desk.says("main", "Printed codes left: 9.")?;
    desk.sign_out()?;
    // A dialog that gives nothing is no failure to sign in.
    browser.verify_user(&device, false)?;
    sign_in()?;
    desk.says("[data-problem=\"passkey-cancelled\"]", "use a printed code")?;
    browser.verify_user(&device, true)?;
    desk.press("[data-testid=\"sign-in\"]")?;
    desk.is_in(&ruth)?;

    desk.press("[data-testid=\"remove-1\"]")?;
    desk.write("#remove-1-password", &format!("{PASSWORD}{ENTER}"))?;
    desk.says("[data-done]", "Removed: Desk 7")?;
    desk.sign_out()?;
    // The device still has it, the server does not.
    sign_in()?;
    desk.says("[data-problem=\"sign-in-failed\"]", "which one is never said")?;
    // For the same server's address without a name, browsers have no passkeys.
    let unnamed = Desk::new(&browser, &house.party)?;
    unnamed.open("#/official/own")?;
    unnamed.says("main", "Passkeys are good at http://localhost:")?;
    unnamed.sign_in(&mut ruth, "#/official/own")?;
    unnamed.says("main", "Here the printed code is the way.")?;
    house.party.stop()
}

#[test]
fn t10_a_passkey_of_a_desk_takes_the_place_of_a_printed_code() -> Result<()> {
    let folder = tempfile::tempdir().map_err(other)?;
    passkey(folder.path())
}
