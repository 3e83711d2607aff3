//! The releases of Iowa 2020 through the whole path, in full.

use std::process::Command;

use serde_json::Value;

/// t50, t60, t68: a batch with shifted columns is shown to nobody; named batches whose totals are those of their time, corrections by layer, 41 national delegates.
#[test]
fn t50_t60_t68_every_published_total_of_iowa_2020_comes_out_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("history.json");
    let run = Command::new(env!("CARGO_BIN_EXE_history"))
        .arg("--folder")
        .arg(folder.path().join("history"))
        .arg("--out")
        .arg(&out)
        .output()
        .expect("the program starts");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let history: Value =
        serde_json::from_slice(&std::fs::read(out).expect("it leaves its figures")).expect("JSON");
    let releases = history["releases"].as_array().expect("a list");
    let precincts: Vec<_> = releases.iter().map(|one| &one["precincts"]).collect();
    assert_eq!(precincts, [1099, 1250, 1320, 1520, 1624, 1686, 1711, 1765, 1765, 1765]);
    let shifted = &history["shifted_batch"];
    assert_eq!((&shifted["precincts"], &shifted["shown"]), (&100.into(), &0.into()), "{shifted}");
    assert!(shifted["named"].as_u64() > Some(20), "{shifted}");
    assert!(shifted["of_the_batch"].as_u64() > Some(0), "{shifted}");
    assert_eq!(history["unexplained"], 0);
    assert_eq!(history["national_delegates_as_published"], true);
    assert!(history["changed_cells"].as_u64() > Some(300), "corrections are shown by cell");
}
