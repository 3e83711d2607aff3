//! Some kills at random instants, and some faults of the disk: the program `crash` as `make crash` runs it.

use std::error::Error;
use std::process::Command;

use countersign_tests::places;

/// Rounds of each.
const ROUNDS: &str = "50";

fn crash(whom: &str) -> Result<(), Box<dyn Error>> {
    let crash = Command::new(places::program("crash")?)
        .args(["--rounds", ROUNDS, "--only", whom])
        .output()?;
    let told = format!(
        "{}{}",
        String::from_utf8_lossy(&crash.stdout),
        String::from_utf8_lossy(&crash.stderr)
    );
    assert!(crash.status.success(), "{told}");
    assert!(told.contains(&format!("{whom}: {ROUNDS} rounds in ")), "{told}");
    Ok(())
}

#[test]
fn t13_a_tablet_killed_at_any_instant_has_all_that_it_acknowledged() -> Result<(), Box<dyn Error>> {
    crash("tablet")
}

#[test]
fn a_server_killed_at_any_instant_has_all_that_it_acknowledged() -> Result<(), Box<dyn Error>> {
    crash("server")
}

#[test]
fn a_tablet_on_a_faulty_disk_has_all_that_it_acknowledged() -> Result<(), Box<dyn Error>> {
    crash("tablet-disk")
}

#[test]
fn a_server_on_a_faulty_disk_has_all_that_it_acknowledged() -> Result<(), Box<dyn Error>> {
    crash("server-disk")
}
