//! A lane: one kind of window in one language and text size, walked once; and all lanes of a kind.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
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
use crate::party::Party;
use crate::port::free_port;
use crate::{Result, places};

/// The languages of the screens.
pub const LANGUAGES: [&str; 2] = ["en", "es"];

/// How many lanes are walked at once: much of a walk is waiting.
const AT_ONCE: usize = 2;

/// Measures every screen in every size, in both languages, once for each of `scales` (percent).
#[must_use]
pub fn run(kind: Kind, scales: &[u16]) -> Report {
    let begun = Instant::now();
    let mut whole = Report::default();
    match report::fresh_folder(kind) {
        Err(error) => whole.broken.push(error.to_string()),
        Ok(pictures) => {
            let lanes: Vec<_> = scales
                .iter()
                .flat_map(|&scale| LANGUAGES.map(|language| (language, scale)))
                .collect();
            let next = AtomicUsize::new(0);
            let walk_on = || {
                let mut report = Report::default();
                while let Some(&(language, scale)) = lanes.get(next.fetch_add(1, Ordering::Relaxed))
                {
                    match lane(kind, language, scale, &pictures) {
                        Ok(found) => report.add(found),
                        Err(error) => report.broken.push(error.to_string()),
                    }
                }
                report
            };
            std::thread::scope(|scope| {
                let walkers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(walk_on)).collect();
                for walker in walkers {
                    match walker.join() {
                        Ok(report) => whole.add(report),
                        Err(_) => whole.broken.push("a lane panicked".to_owned()),
                    }
                }
            });
        }
    }
    whole.took = begun.elapsed();
    whole
}

fn lane(kind: Kind, language: &'static str, scale: u16, pictures: &Path) -> Result<Report> {
    let folder = tempfile::tempdir().doing("making a folder for a lane")?;
    let port = free_port()?;
    let mut party =
        Party::prepare(&folder.path().join("party"), &places::contest("iowa-2020"), port, port)?;
    let code = party.invite(PRECINCT)?;
    let package = party.package();
    let tablet = folder.path().join("tablet");
    let mut walked = |window: &dyn Window| -> Result<Report> {
        let mut sweep = Sweep { window, language, scale, pictures, report: Report::default() };
        if let Err(error) = walk(&mut sweep, &code, &mut party) {
            sweep.report.broken.push(format!("{} {scale} % {language}: {error}", kind.name()));
            sweep.picture(&format!("broken {scale} {language}"))?;
        }
        Ok(sweep.report)
    };
    match kind {
        Kind::Chromium => {
            let host = Served::start(&tablet, &package)?;
            let chromium = Chromium::start()?;
            chromium.session().go(host.address())?;
            walked(&chromium)
        }
        Kind::App => {
            let display = Display::start()?;
            walked(&App::start(app::Tablet {
                data: tablet,
                package: Some(package),
                saves: folder.path().join("saves"),
                display: display.name().to_owned(),
                disk: None,
            })?)
        }
    }
}
