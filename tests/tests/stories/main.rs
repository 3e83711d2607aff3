//! Window stories: the real app in a real window, the real server, and a person who presses keys. None of them calls a
//! command, sets a field by script or touches a database.
//! [`server_disk`] and [`engine`] have no window: there the server, or the tablet behind the window, is what counts.

mod engine;
mod faults;
mod getting_in;
mod handing_off;
mod kills;
mod numbers;
mod rooms;
mod server_disk;
mod spanish;
mod standing;
mod storage;

use std::time::Duration;

use countersign_tests::app::App;
use countersign_tests::layout::measure::{Measured, measure};
use countersign_tests::layout::pad::Pad;
use countersign_tests::layout::window::Window as _;
use countersign_tests::layout::{SIZES, SIZES_WITHOUT_PAD, Size, WALKING};
use countersign_tests::night::Night;
use countersign_tests::person::Person;
use countersign_tests::{Error, Result};
use tempfile::TempDir;

/// The PIN of every tablet here.
const PIN: &str = "482913";

/// How long the tablet may take once there is a connection: its longest pause, and an attempt.
const COUNTERSIGNED_WITHIN: Duration = Duration::from_secs(150);

/// A tablet that is enrolled for a precinct, on its home screen.
fn enrolled(night: &Night, name: &str, precinct: &str) -> Result<App> {
    let code = night.party.invite(precinct)?;
    let app = night.open(name)?;
    Person::at(app.session()).enrol(&code, PIN)?;
    Ok(app)
}

/// Opens an app again that was killed, with the PIN.
fn reopen(app: &mut App) -> Result<String> {
    app.open()?;
    Person::at(app.session()).unlock(PIN)
}

/// A folder that is gone with its handle.
fn folder() -> Result<TempDir> {
    tempfile::tempdir().map_err(|source| Error::Io { doing: "making a folder".to_owned(), source })
}

/// Fails with both values unless they are the same.
fn same<T: PartialEq + std::fmt::Debug>(what: &str, expected: T, found: T) -> Result<()> {
    if expected == found {
        Ok(())
    } else {
        Err(Error::Unexpected(format!("{what}: expected {expected:?}, found {found:?}")))
    }
}

/// Fails unless the screen is whole in every size of the layout matrix, which never meets it.
fn whole(app: &App, pad: Option<Pad>) -> Result<()> {
    let sizes: &[Size] = if pad.is_some() { &SIZES } else { &SIZES_WITHOUT_PAD };
    for &size in sizes {
        app.settle_at(size)?;
        let Measured { key_faults, label_faults, .. } = measure(app.session(), size, pad)?;
        same(&format!("faults at {size}"), (vec![], vec![]), (key_faults, label_faults))?;
    }
    app.settle_at(WALKING)
}
