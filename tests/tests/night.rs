//! A night on a small scale, with everything going wrong all the time: the program `night` as `make night` runs it.

use std::process::Command;

use countersign_tests::places;
use serde_json::Value;

/// Precincts that report.
const PRECINCTS: &str = "48";

#[test]
fn t24_t25_t26_t73_a_night_in_hell_loses_doubles_and_forges_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("night.json");
    let night = Command::new(places::program("night").unwrap())
        .args(["--tablets", PRECINCTS, "--seconds", "20", "--faults", "hell", "--out"])
        .arg(&out)
        .output()
        .unwrap();
    let told = format!(
        "{}{}",
        String::from_utf8_lossy(&night.stdout),
        String::from_utf8_lossy(&night.stderr)
    );
    assert!(night.status.success(), "{told}");
    let summary: Value = serde_json::from_slice(&std::fs::read(out).unwrap()).unwrap();
    let number = |name: &str| summary[name].as_u64().unwrap_or_else(|| panic!("{name}: {told}"));
    for name in ["lost", "doubled", "forged"] {
        assert_eq!(number(name), 0, "{name}: {told}");
    }
    assert_eq!(number("signed"), number("expected"));
    assert_eq!(number("receipts_verified"), number("signed"));
    assert_eq!(number("countersigned"), number("signed"), "every tablet shows it");
    // That it was hell at all.
    for name in ["server_kills", "hall_kills", "retries", "carried", "corrections", "clocks_wrong"]
    {
        assert!(number(name) > 0, "{name}: {told}");
    }
}
