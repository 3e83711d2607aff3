//! A flood on a small scale: the program `flood` as `make flood` runs it, without judging how fast this machine is.

use std::error::Error;
use std::process::Command;

use countersign_tests::places;
use serde_json::Value;

/// Precincts that report.
const TABLETS: u64 = 12;

#[test]
fn t71_a_flood_loses_doubles_and_forges_nothing() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let out = folder.path().join("flood.json");
    let flood = Command::new(places::program("flood")?)
        .args(["--contest", "practice", "--seconds", "5", "--crowd", "10", "--patient"])
        .args(["--tablets", &TABLETS.to_string(), "--out"])
        .arg(&out)
        .output()?;
    let told = format!(
        "{}{}",
        String::from_utf8_lossy(&flood.stdout),
        String::from_utf8_lossy(&flood.stderr)
    );
    assert!(flood.status.success(), "{told}");
    let summary: Value = serde_json::from_slice(&std::fs::read(out)?)?;
    let number = |name: &str| summary[name].as_u64().unwrap_or_else(|| panic!("{name}: {told}"));
    for name in ["lost", "doubled", "forged"] {
        assert_eq!(number(name), 0, "{name}: {told}");
    }
    for name in ["signed", "receipted", "receipts_verified"] {
        assert_eq!(number(name), TABLETS, "{name}: {told}");
    }
    // That it was a flood at all, and held off by what is there for it.
    for kind in ["forged", "stolen", "readers", "junk", "oversized", "slow-readers"] {
        let sent = summary["attackers"][kind]["sent"].as_u64();
        assert!(sent.is_some_and(|sent| sent > 0), "{kind}: {told}");
    }
    for counter in [
        "messages_total{room=\"official\",outcome=\"bad-signature\"}",
        "messages_total{room=\"official\",outcome=\"too-many\"}",
        "over_budget_total",
        "key_over_budget_total",
        "http_problems_total{code=\"too-large\"}",
        "connections_cut_total{listener=\"reporting\",why=\"no-handshake\"}",
    ] {
        assert!(summary["counted"][counter].as_u64() > Some(0), "{counter}: {told}");
    }
    Ok(())
}
