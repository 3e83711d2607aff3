//! Some kills at random instants, and some faults of the disk: the program `crash` as `make crash` runs it.

use std::error::Error;
use std::process::Command;

use countersign_tests::places;

/// Rounds of each.
const ROUNDS: &str = "50";

/// Whether it came through, and what it told.
fn run(arguments: &[&str]) -> Result<(bool, String), Box<dyn Error>> {
    let crash = Command::new(places::program("crash")?).args(arguments).output()?;
    let told = format!(
        "{}{}",
        String::from_utf8_lossy(&crash.stdout),
        String::from_utf8_lossy(&crash.stderr)
    );
    Ok((crash.status.success(), told))
}

fn crash(whom: &str) -> Result<(), Box<dyn Error>> {
    let (good, told) = run(&["--rounds", ROUNDS, "--only", whom])?;
    assert!(good, "{told}");
    assert!(told.contains(&format!("{whom}: {ROUNDS} rounds in ")), "{told}");
    Ok(())
}

/// A disk that keeps nothing breaks what was acknowledged; rounds that did not find that would find nothing.
fn lies_are_found(whom: &str) -> Result<(), Box<dyn Error>> {
    let (good, told) = run(&["--rounds", ROUNDS, "--only", whom, "--lies"])?;
    assert!(!good, "{told}");
    assert!(told.contains(&format!("crash: {whom}, seed ")), "{told}");
    Ok(())
}

#[test]
fn a_disk_that_lies_to_a_tablet_is_found() -> Result<(), Box<dyn Error>> {
    lies_are_found("tablet-disk")
}

#[test]
fn a_disk_that_lies_to_a_server_is_found() -> Result<(), Box<dyn Error>> {
    lies_are_found("server-disk")
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
