//! The results pages as a browser shows them: whole at every width, and usable by everybody (WCAG 2.2 AA, as far as axe sees it).

use std::path::{Path, PathBuf};
use std::process::Command;

use countersign_core::id::PrecinctNumber;
use countersign_core::message::{Approve, Layer, Message, Preview, PreviewedPrecinct, Release};
use countersign_tests::axe::Axe;
use countersign_tests::chromium::Chromium;
use countersign_tests::house::{House, without_window};
use countersign_tests::signer::Signer;
use countersign_tests::{Error, Result, places};
use serde_json::Value;

/// Widths that people read at: a phone, a small tablet, a desk.
const WIDTHS: [u32; 3] = [360, 768, 1366];

fn other(error: impl std::fmt::Display) -> Error {
    Error::Unexpected(error.to_string())
}

/// A folder of results of the contest to practise on: two precincts of a batch are released, the rest is not.
fn results(folder: &Path) -> Result<PathBuf> {
    let contest = without_window(&places::contest("practice"), &folder.join("contest"))?;
    let mut house = House::open(&folder.join("party"), &contest)?;
    let mut precincts = Vec::new();
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
    }
    precincts.pop();
    let name = "First batch".to_owned();
    let preview = Preview { number: 1, name, layer: Layer::Night, precincts };
    let managers = &house.workers;
    let preview = house.act(&managers.manager, &preview)?;
    let release = house.act(&managers.manager, &Release { preview, left_out: Vec::new() })?;
    house.act(&managers.second, &Approve { approves: release })?;
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
    let pages = ["index", "status", "checks", "releases", "changes", "precincts", "find"]
        .map(|n| format!("{n}.html"));
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
