//! A lane: one kind of window in one language, walked once for each text size; and all lanes of a kind at once.

use std::path::Path;
use std::time::Instant;

use super::report::{self, Report};
use super::served::Served;
use super::sweep::Sweep;
use super::walk::{PRECINCT, walk};
use super::window::{Kind, Window};
use crate::app::{self, App};
use crate::chromium::Chromium;
use crate::display::Display;
use crate::error::Doing;
use crate::party::{Party, free_port};
use crate::{Result, places};

/// The languages of the screens.
pub const LANGUAGES: [&str; 2] = ["en", "es"];

/// Measures every screen in every size, in both languages side by side, once for each of `scales` (percent).
#[must_use]
pub fn run(kind: Kind, scales: &[u16]) -> Report {
    let begun = Instant::now();
    let mut whole = Report::default();
    match report::fresh_folder(kind) {
        Err(error) => whole.broken.push(error.to_string()),
        Ok(pictures) => std::thread::scope(|scope| {
            let lanes = LANGUAGES.map(|language| {
                let pictures = pictures.as_path();
                scope.spawn(move || lane(kind, language, scales, pictures))
            });
            for lane in lanes {
                match lane.join() {
                    Ok(Ok(report)) => whole.add(report),
                    Ok(Err(error)) => whole.broken.push(error.to_string()),
                    Err(_) => whole.broken.push("a lane panicked".to_owned()),
                }
            }
        }),
    }
    whole.took = begun.elapsed();
    whole
}

fn lane(kind: Kind, language: &'static str, scales: &[u16], pictures: &Path) -> Result<Report> {
    let folder = tempfile::tempdir().doing("making a folder for a lane")?;
    let port = free_port()?;
    let mut party =
        Party::prepare(&folder.path().join("party"), &places::contest("iowa-2020"), port, port)?;
    let code = party.invite(PRECINCT)?;
    let package = party.package();
    let mut whole = Report::default();
    let display = match kind {
        Kind::App => Some(Display::start()?),
        Kind::Chromium => None,
    };
    for &scale in scales {
        let tablet = folder.path().join(format!("tablet-{scale}"));
        let mut walked = |window: &dyn Window| -> Result<()> {
            let mut sweep = Sweep { window, language, scale, pictures, report: Report::default() };
            if let Err(error) = walk(&mut sweep, &code, &mut party) {
                sweep.report.broken.push(format!("{} {scale} % {language}: {error}", kind.name()));
                sweep.picture(&format!("broken {scale} {language}"))?;
            }
            whole.add(sweep.report);
            Ok(())
        };
        match &display {
            None => {
                let host = Served::start(&tablet, &package)?;
                let chromium = Chromium::start()?;
                chromium.session().go(host.address())?;
                walked(&chromium)?;
            }
            Some(display) => walked(&App::start(app::Tablet {
                data: tablet,
                package: Some(package.clone()),
                saves: folder.path().join("saves"),
                display: display.name().to_owned(),
            })?)?,
        }
        party.stop()?;
    }
    Ok(whole)
}
