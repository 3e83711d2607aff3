//! What the person at the tablet waits for: a key, the signature, the start. The engine alone first, then the same app in
//! its window.

use std::time::{Duration, Instant};

use countersign_device::api::{Answer, Command};
use countersign_device::{Config, Tablet};
use countersign_tests::night::Night;
use countersign_tests::person::Person;
use countersign_tests::places;
use serde::Serialize;
use serde_json::{Value, json};

use crate::{Outcome, Pace};

/// The precinct that is typed.
const PRECINCT: &str = "polk-dm-055";
/// The precinct in which nobody came: the shortest way to a signature.
const EMPTY: &str = "polk-dm-054";
const PIN: &str = "482913";
/// Presses of the engine without a window.
const COMMITS: usize = 500;
/// Presses in the window.
const PRESSES: usize = 200;
/// Starts of the app.
const STARTS: usize = 5;
/// A cell of the screen on which the presses fall.
const CELL: &str = "firstAlignment.sanders";

/// Answers once the page has painted so many presses.
const PAINTED: &str = "const [presses, answer] = arguments;
    const look = () => { window.__pressLatencies.length < presses ? setTimeout(look, 20) : answer(null); };
    look();";

#[derive(Serialize)]
pub(crate) struct Figures {
    /// A press, from command to answer, durable: the engine without a window.
    pub(crate) press_saved: Pace,
    /// PIN to queued report with Argon2id as on a tablet: the engine without a window.
    pub(crate) sign_and_queue_ms: u64,
    /// From a press's time stamp to the first frame after its saved answer, milliseconds in the page.
    pub(crate) press_to_paint: Milliseconds,
    /// From starting the program to the unlock screen, as the driver sees it.
    pub(crate) start_to_unlock: Milliseconds,
    /// Size of the app's program, bytes.
    pub(crate) app_bytes: u64,
}

/// Whole milliseconds of something that was done several times.
#[derive(Serialize)]
pub(crate) struct Milliseconds {
    pub(crate) times: usize,
    pub(crate) p50: u64,
    pub(crate) p95: u64,
    pub(crate) slowest: u64,
}

impl Milliseconds {
    fn of(mut taken: Vec<u64>) -> Outcome<Self> {
        taken.sort_unstable();
        let slowest = *taken.last().ok_or("nothing was measured")?;
        let rank = |percent: usize| taken[(taken.len() * percent).div_ceil(100).max(1) - 1];
        Ok(Self { times: taken.len(), p50: rank(50), p95: rank(95), slowest })
    }
}

pub(crate) fn measure() -> Outcome<Figures> {
    let night = Night::begin("iowa-2020")?;
    let (press_saved, sign_and_queue_ms) = engine(&night)?;
    let (press_to_paint, start_to_unlock) = window(&night)?;
    let app_bytes = std::fs::metadata(places::program("countersign")?)?.len();
    Ok(Figures { press_saved, sign_and_queue_ms, press_to_paint, start_to_unlock, app_bytes })
}

/// Does a command that is given as a screen gives it.
fn call(tablet: &Tablet, command: Value) -> Outcome<Answer> {
    let command: Command = serde_json::from_value(command)?;
    tablet.call(command).map_err(|problem| format!("the tablet says {:?}", problem.code).into())
}

fn number_of(answer: &Answer) -> Outcome<u32> {
    match answer {
        Answer::Invitation { precinct, .. } => Ok(precinct.number),
        other => Err(format!("no invitation: {other:?}").into()),
    }
}

fn engine(night: &Night) -> Outcome<(Pace, u64)> {
    let mut config = Config::new(night.folder().join("engine"), "bench");
    config.package = Some(std::fs::read(night.party.package())?);
    let tablet = Tablet::open(config).map_err(|problem| format!("{:?}", problem.code))?;
    let code = night.party.invite(EMPTY)?;
    let number = number_of(&call(&tablet, json!({ "cmd": "previewInvitation", "code": code }))?)?;
    call(&tablet, json!({ "cmd": "enrol", "code": code, "pin": PIN }))?;
    call(&tablet, json!({ "cmd": "openCaucus", "precinct": number, "room": "official" }))?;

    let press = |key: &str| json!({ "cmd": "press", "cell": { "kind": "attendees" }, "key": key });
    let mut result = Ok(());
    let press_saved = Pace::of(COMMITS, || {
        result = (0..COMMITS).try_for_each(|n| {
            call(&tablet, press(if n % 2 == 0 { "plus" } else { "minus" })).map(drop)
        });
    });
    result?;

    call(&tablet, press("clear"))?;
    call(&tablet, press("d0"))?;
    call(&tablet, json!({ "cmd": "goTo", "step": "sign" }))?;
    let started = Instant::now();
    let answer = call(&tablet, json!({ "cmd": "sign", "pin": PIN }))?;
    let took = milliseconds(started.elapsed());
    match answer {
        Answer::View { view } if view.reports.len() == 1 => Ok((press_saved, took)),
        other => Err(format!("it was not signed: {other:?}").into()),
    }
}

fn window(night: &Night) -> Outcome<(Milliseconds, Milliseconds)> {
    let code = night.party.invite(PRECINCT)?;
    let mut app = night.open("window")?;
    let mut person = Person::at(app.session());
    person.enrol(&code, PIN)?;
    person.open_caucus(PRECINCT, "official")?;
    person.number("attendees", 704)?;
    person.go_on()?;
    person.choose(CELL)?;
    app.session().look("window.__pressLatencies = []; return null", &[])?;
    let mut person = Person::at(app.session());
    for n in 0..PRESSES {
        // 1, 0, 1, 0 …: each press changes the figure, so each is seen painted before the next. The page itself waits:
        // a driver that asks again and again is work that no person makes.
        person.key(if n % 2 == 0 { "plus" } else { "minus" })?;
        app.session().watch(PAINTED, &[json!(n + 1)])?;
    }
    person.wait_figure(CELL, Some(0))?;
    let taken = app.session().look("return window.__pressLatencies.map(Math.ceil)", &[])?;
    let taken: Vec<u64> = serde_json::from_value(taken)?;
    if taken.len() < PRESSES {
        return Err(format!("the page measured {} of {PRESSES} presses", taken.len()).into());
    }

    let mut starts = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        app.kill()?;
        let started = Instant::now();
        app.open()?;
        Person::at(app.session()).wait_screen(&["unlock"])?;
        starts.push(milliseconds(started.elapsed()));
    }
    Ok((Milliseconds::of(taken)?, Milliseconds::of(starts)?))
}

fn milliseconds(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}
