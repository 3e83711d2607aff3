//! A tablet of the rounds: how it is opened, and how it is looked at.

use std::path::Path;

use countersign_device::api::{Answer, Command, LockView, Problem, ReportView, Standing, View};
use countersign_device::{Argon2Params, Config, Tablet};
use countersign_tests::wait::{self, Look};
use countersign_tests::{Error, Result};

use crate::Outcome;

/// The PIN of every tablet.
pub(crate) const PIN: &str = "482913";
/// What deriving a key from it costs here: it is done thousands of times.
const ARGON2: Argon2Params = Argon2Params { memory_kib: 64, passes: 1, lanes: 1 };

/// Opens the tablet of a folder with the installer's package.
pub(crate) fn open(folder: &Path, package: &Path) -> Outcome<Tablet> {
    let mut config =
        Config::new(folder.to_path_buf(), concat!("crash ", env!("CARGO_PKG_VERSION")));
    config.package = Some(std::fs::read(package)?);
    config.argon2 = ARGON2;
    Ok(Tablet::open(config).map_err(|problem| failed("opening", &problem))?)
}

/// The error of a command that has to work.
pub(crate) fn failed(what: &str, problem: &Problem) -> Error {
    Error::Unexpected(format!("{what}: {:?}", problem.code))
}

/// The view as it is.
pub(crate) fn look(tablet: &Tablet) -> Result<View> {
    match tablet.call(Command::View) {
        Ok(Answer::View { view }) => Ok(*view),
        Ok(other) => Err(Error::Unexpected(format!("the view is {other:?}"))),
        Err(problem) => Err(failed("looking", &problem)),
    }
}

/// Waits until a PIN is taken: a kill while one was tried counts as a wrong one.
pub(crate) fn wait_for_pin(tablet: &Tablet) -> Result<View> {
    wait::until("the wait after a PIN", wait::LONG, || {
        let view = look(tablet)?;
        Ok(match view.lock {
            LockView::Locked { wait_ms, .. } | LockView::Unlocked { wait_ms, .. }
                if wait_ms > 0 =>
            {
                Look::NotYet(format!("{wait_ms} ms to wait"))
            }
            _ => Look::Yes(view),
        })
    })
}

/// Where a countersigned report stands in the log.
pub(crate) const fn log_index(report: &ReportView) -> Option<u64> {
    match report.standing {
        Standing::Countersigned { log_index, .. } => Some(log_index),
        _ => None,
    }
}
