//! The results pages as a browser shows them: whole at every width, and usable by everybody (WCAG 2.2 AA, as far as axe sees it).

use std::path::{Path, PathBuf};
use std::process::Command;

use countersign_core::checks::statewide::StatewideRule;
use countersign_core::id::PrecinctNumber;
use countersign_core::message::{
    Approve, Cause, Channel, Decision, Evidence, FindingName, Layer, Message, Preview,
    PreviewedPrecinct, Release, Report,
};
use countersign_tests::axe::Axe;
use countersign_tests::chromium::Chromium;
use countersign_tests::house::{House, without_window};
use countersign_tests::signer::Signer;
use countersign_tests::{Error, Result, places};
use serde_json::{Value, json};

/// Widths that people read at: a phone, a small tablet, a desk.
const WIDTHS: [u32; 3] = [360, 768, 1366];

fn other(error: impl std::fmt::Display) -> Error {
    Error::Unexpected(error.to_string())
}

/// Shows precincts, and two people release them.
fn release(
    house: &House,
    (number, name): (u32, &str),
    layer: Layer,
    precincts: Vec<PreviewedPrecinct>,
) -> Result<()> {
    let managers = &house.workers;
    let preview = Preview { number, name: name.to_owned(), layer, precincts, despite: None };
    let preview = house.act(&managers.manager, &preview)?;
    let release = house.act(&managers.manager, &Release { preview, left_out: Vec::new() })?;
    house.act(&managers.second, &Approve { approves: release })?;
    Ok(())
}

/// The recanvass of a precinct: its worksheet is read again and says three people more.
fn recanvass(house: &House, message: &Message) -> Result<PreviewedPrecinct> {
    let mut report: Report = message.decode().map_err(other)?;
    let precinct = report.precinct;
    report.channel = Channel::Transcription;
    report.attendees += 3;
    for (kind, count) in house.contest.counts.iter().zip(&mut report.counts) {
        count[0] += if kind.is_of_people() { 3 } else { 0 };
    }
    let report = house.act(&house.workers.transcriber, &report)?;
    let decision = Decision {
        precinct,
        report: Some(report),
        evidence: Evidence::Sheet,
        why: "the sheet says three more".to_owned(),
        // What the tablet had sent says something else (H02).
        answers: vec![FindingName { check: StatewideRule::H02.number(), group: None }],
        after: None,
        overrides: None,
    };
    let decision = house.act(&house.workers.reviewer, &decision)?;
    let (report, decision, cause) = (Some(report), Some(decision), Some(Cause::Recanvass));
    Ok(PreviewedPrecinct { precinct, report, decision, cause })
}

/// The contest to practise on with a county that is on a map, and national delegates.
fn contest_on_a_map(folder: &Path) -> Result<PathBuf> {
    let contest = without_window(&places::contest("practice"), folder)?;
    let edit = |name: &str, change: &dyn Fn(String) -> String| {
        let path = contest.join(name);
        let text = std::fs::read_to_string(&path).map_err(other)?;
        let changed = change(text.clone());
        if changed == text {
            return Err(other(format!("nothing to change in {name}")));
        }
        std::fs::write(&path, changed).map_err(other)
    };
    edit("counties.csv", &|text| text.replace(",Practice,county,,", ",Polk,county,1,"))?;
    let national =
        "[national]\nat_large = 4\npleo = 1\ndistricts = [{ district = 1, seats = 3 }]\n";
    edit("contest.toml", &|text| format!("{text}\n{national}"))?;
    Ok(contest)
}

/// A folder of results of the contest to practise on: two precincts of a batch are released, the rest is not; the recanvass changed
/// one of them.
fn results(folder: &Path) -> Result<PathBuf> {
    let contest = contest_on_a_map(&folder.join("contest"))?;
    let mut house = House::open(&folder.join("party"), &contest)?;
    let (mut precincts, mut first) = (Vec::new(), None);
    for (number, precinct) in (0..).zip(house.contest.precincts.clone()) {
        let tablet = Signer::enrol(&house.party, &precinct.id)?;
        let message: Message = tablet.report(20 + number);
        house.party.post("official", message.bytes())?.receipt()?;
        precincts.push(PreviewedPrecinct {
            precinct: PrecinctNumber(number),
            report: Some(message.id()),
            decision: None,
            cause: None,
        });
        first.get_or_insert(message);
    }
    precincts.pop();
    release(&house, (1, "First batch"), Layer::Night, precincts)?;
    let first = first.ok_or_else(|| other("the contest has no precinct"))?;
    let changed = recanvass(&house, &first)?;
    release(&house, (2, "The recanvass"), Layer::Recanvass, vec![changed])?;
    house.party.stop()?;
    let out = folder.join("results");
    let export = Command::new(places::program("countersign-server")?)
        .arg("export")
        .arg("--data")
        .arg(house.party.data())
        .arg("--out")
        .arg(&out)
        .output()
        .map_err(other)?;
    if export.status.success() {
        Ok(out)
    } else {
        Err(other(String::from_utf8_lossy(&export.stderr)))
    }
}

/// What is lost of the first page on paper: colours of maps and legends, or what is too wide.
fn on_paper(browser: &Chromium, results: &Path) -> Result<Vec<String>> {
    let session = browser.session();
    session.devtools("Emulation.setEmulatedMedia", &json!({ "media": "print" }))?;
    browser.resize(768, 900)?;
    session.go(&format!("file://{}", results.join("index.html").display()))?;
    session.settle()?;
    let colours = "const all = [...document.querySelectorAll('.key span, .maps svg use')]; \
        return all.length > 0 && all.every(one => getComputedStyle(one).printColorAdjust === 'exact')";
    let cut = "return [...document.querySelectorAll('.wide')].some(one => \
        getComputedStyle(one).overflowX !== 'visible')";
    let mut faults = Vec::new();
    if session.look(colours, &[])? != Value::Bool(true) {
        faults.push("on paper maps and legends lose their colours".to_owned());
    }
    if session.look(cut, &[])? != Value::Bool(false) {
        faults.push("on paper a table is cut".to_owned());
    }
    session.devtools("Emulation.setEmulatedMedia", &json!({ "media": "" }))?;
    Ok(faults)
}

#[test]
fn results_pages_are_whole_at_every_width_and_axe_finds_nothing() -> Result<()> {
    let folder = tempfile::tempdir().map_err(other)?;
    let results = results(folder.path())?;
    let axe = Axe::read()?;
    let browser = Chromium::start()?;
    let precincts = std::fs::read_dir(results.join("precincts")).map_err(other)?;
    let precinct = precincts.flatten().next().ok_or_else(|| other("no precinct has a page"))?;
    let precinct = format!("precincts/{}", precinct.file_name().to_string_lossy());
    let counties = std::fs::read_dir(results.join("counties")).map_err(other)?;
    let county = counties.flatten().next().ok_or_else(|| other("no county has a page"))?;
    let county = format!("counties/{}", county.file_name().to_string_lossy());
    let pages = [
        "index",
        "status",
        "checks",
        "releases",
        "changes",
        "precincts",
        "national",
        "compare/night-recanvass",
        "find",
    ];
    let pages = pages.map(|name| format!("{name}.html"));
    let first = std::fs::read_to_string(results.join("index.html")).map_err(other)?;
    if !first.contains("Who has most, by county") {
        return Err(other("the first page has no map"));
    }
    let mut faults = Vec::new();
    let mut looked = 0;
    for page in pages.iter().chain([&precinct, &county]) {
        for language in ["", "es/"] {
            let path = results.join(format!("{language}{page}"));
            browser.session().go(&format!("file://{}", path.display()))?;
            axe.bring(browser.session())?;
            for width in WIDTHS {
                browser.resize(width, 900)?;
                browser.session().settle()?;
                let sideways = browser
                    .session()
                    .look("return document.documentElement.scrollWidth > innerWidth", &[])?;
                if sideways != Value::Bool(false) {
                    faults
                        .push(format!("{language}{page} at {width}: it has to be moved sideways"));
                }
                let found = axe.faults(browser.session())?;
                faults.extend(
                    found.iter().map(|fault| format!("{language}{page} at {width}: {fault}")),
                );
                looked += 1;
            }
        }
    }
    faults.extend(on_paper(&browser, &results)?);
    println!("results pages: {looked} looks, {} faults", faults.len());
    if faults.is_empty() { Ok(()) } else { Err(other(format!("{faults:#?}"))) }
}

#[test]
fn a_page_that_nobody_could_read_is_reported() -> Result<()> {
    let axe = Axe::read()?;
    let browser = Chromium::start()?;
    browser.session().go("data:text/html,<html lang=en><title>x</title><main><img src=x><p style='color:%23eee;background:%23fff'>pale")?;
    axe.bring(browser.session())?;
    let found = axe.faults(browser.session())?.join("\n");
    if found.contains("image-alt") && found.contains("color-contrast") {
        Ok(())
    } else {
        Err(other(found))
    }
}
