//! What was shown is kept: every press, every step, across kills, restarts and broken disks.

mod common;

use std::fs;

use common::Party;
use common::tablet::{Device, MAPLE_1, PIN, config, count, recount};
use countersign_device::Tablet;
use countersign_device::api::*;

fn enrolled() -> Device {
    let party = Party::new("http://127.0.0.1:9");
    Device::enrolled(party.package(1).into_bytes(), &party.code(0).to_string())
}

/// Every figure of the open draft.
fn figures(caucus: &CaucusView) -> (Option<u32>, Vec<Vec<Option<u32>>>) {
    let cells = |count: &CountView| count.cells.iter().map(|cell| cell.value).collect();
    (caucus.attendees, caucus.counts.iter().map(cells).collect())
}

#[test]
fn t13_a_kill_after_any_press_loses_nothing_that_was_shown() {
    let device = enrolled();
    device.view_of(Command::OpenCaucus { precinct: 0, room: RoomName::Official });
    let mut presses = vec![(Cell::Attendees, MAPLE_1.0)];
    for (at, cells) in MAPLE_1.1.iter().enumerate() {
        presses.extend(cells.iter().map(|&(group, number)| (count(at as u8, group), number)));
    }
    let mut kills = 0;
    for (cell, number) in presses {
        for digit in number.to_string().bytes() {
            let key = common::tablet::digit_key(digit);
            let shown = device.view_of(Command::Press { cell, key }).caucus.unwrap();
            let after = device.killed().caucus();
            assert_eq!(figures(&after), figures(&shown));
            assert_eq!(after.cell, Some(cell), "it opens where it was");
            kills += 1;
        }
    }
    assert!(kills > 25, "every press of a caucus");
}

#[test]
fn everything_else_of_a_draft_survives_a_kill_as_well() {
    let device = enrolled();
    device.fill(0, RoomName::Rehearsal, MAPLE_1);
    device.view_of(Command::GoTo { step: Step::FinalAlignment });
    device.view_of(Command::StartTimer { seconds: 900 });
    device.view_of(Command::Attest {
        who: Attester::Captain { group: 3 },
        objection: Some(ReasonChoice {
            code: "other".to_owned(),
            text: Some("counted twice".to_owned()),
        }),
    });
    device.view_of(Command::SetLanguage { language: Language::Es });
    device.view_of(Command::SetTextScale { percent: 200 });
    let before = device.view();
    device.clock.advance(100_000);
    let after = device.killed().view();
    let (before, after) = (before.caucus.unwrap(), after.caucus.unwrap());
    assert_eq!(after.step, Step::FinalAlignment);
    assert_eq!(after.attestations, before.attestations);
    assert_eq!(after.findings, before.findings);
    assert_eq!(after.timer.map(|timer| timer.left_ms), Some(800_000), "the timer went on");
    assert_eq!(device.killed().view().language, Language::Es);
    assert_eq!(device.killed().view().text_scale, 200);
}

#[test]
fn t12_attendance_can_be_changed_at_any_step_and_the_old_value_is_kept() {
    let device = enrolled();
    device.fill(0, RoomName::Official, MAPLE_1);
    device.view_of(Command::GoTo { step: Step::Delegates });
    let caucus =
        device.view_of(Command::Press { cell: Cell::Attendees, key: Key::Plus }).caucus.unwrap();
    assert_eq!(caucus.attendees, Some(705));
    assert!(caucus.attendance_needs_reason);
    assert!(caucus.missing.contains(&Missing::AttendanceReason));
    assert!(
        caucus.attestations.iter().all(|one| one.said.is_none()),
        "nobody stood by these figures"
    );
    let caucus = device.view_of(Command::ExplainAttendance { reason: recount() }).caucus.unwrap();
    assert!(!caucus.attendance_needs_reason);
    let wrong = ReasonChoice { code: "other".to_owned(), text: Some("x".repeat(61)) };
    let problem = device.call(Command::ExplainAttendance { reason: wrong }).unwrap_err();
    assert_eq!(problem.code, ProblemCode::ReasonFormat);
    let db = rusqlite::Connection::open(device.folder.path().join("tablet.db")).unwrap();
    let history: Vec<(String, Option<String>, Option<String>)> = db
        .prepare(
            "SELECT what, old, new FROM draft_history WHERE what LIKE 'attend%' ORDER BY place",
        )
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(
        history[3],
        ("attendees".to_owned(), Some("704".to_owned()), Some("705".to_owned()))
    );
    assert_eq!(history[4].0, "attendance explained");
    assert!(history[4].2.as_ref().unwrap().contains("recount"));
}

#[test]
fn t13_a_kill_after_the_signature_leaves_the_report_queued_and_no_second_one() {
    let device = enrolled();
    device.fill(0, RoomName::Official, MAPLE_1);
    let before = device.killed();
    let report = device.sign();
    let after = device.killed();
    assert!(before.view().reports.is_empty(), "before the commit nothing is signed");
    assert!(before.view().caucus.is_some());
    assert_eq!(after.view().reports, [report]);
    assert!(after.view().caucus.is_none());
    after.unlock();
    let again = after.call(Command::Sign { pin: PIN.into() }).unwrap_err();
    assert_eq!(again.code, ProblemCode::NoDraft);
    let open =
        after.call(Command::OpenCaucus { precinct: 0, room: RoomName::Official }).unwrap_err();
    assert_eq!(open.code, ProblemCode::NotPossibleNow);
}

#[test]
fn the_outbox_refuses_to_forget() {
    let device = enrolled();
    let db = rusqlite::Connection::open(device.folder.path().join("tablet.db")).unwrap();
    assert!(db.execute("DELETE FROM outbox", []).is_err());
    assert!(db.execute("UPDATE outbox SET bytes = x'00'", []).is_err());
    assert_eq!(device.view().network.waiting, 2);
}

#[test]
fn t11_a_disk_image_shows_no_key_pin_or_code() {
    let party = Party::new("http://127.0.0.1:9");
    let code = party.code(0);
    let mut device = Device::enrolled(party.package(1).into_bytes(), &code.to_string());
    device.fill(0, RoomName::Official, MAPLE_1);
    device.sign();
    device.restart();
    // The invitation key is known to the test; the device's own keys are sealed by the same function.
    let secrets: [&[u8]; 4] = [
        PIN.as_bytes(),
        &code.to_string().into_bytes(),
        &code.to_string().replace('-', "").into_bytes(),
        &[0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70],
    ];
    let mut looked_at = 0;
    for entry in fs::read_dir(device.folder.path()).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        looked_at += bytes.len();
        for secret in secrets {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret));
        }
    }
    assert!(looked_at > 10_000, "there was something to look at");
}

fn open(folder: &std::path::Path) -> ProblemCode {
    match Tablet::open(config(folder, None).0) {
        Ok(_) => panic!("it must not open"),
        Err(problem) => problem.code,
    }
}

#[test]
fn a_damaged_database_is_left_as_it_is_and_nothing_is_begun_over_it() {
    let mut device = enrolled();
    device.fill(0, RoomName::Official, MAPLE_1);
    device.tablet = None;
    let file = device.folder.path().join("tablet.db");
    let whole = fs::read(&file).unwrap();
    let mut damages: Vec<(&str, Vec<u8>)> = vec![
        ("cut in the middle", whole[..whole.len() / 2].to_vec()),
        ("another kind of file", b"This is a shopping list.".repeat(400)),
        ("emptied", Vec::new()),
    ];
    let mut scribbled = whole.clone();
    scribbled[4096..8192].fill(0xa5);
    damages.push(("a page overwritten", scribbled));
    for (what, bytes) in damages {
        fs::write(&file, &bytes).unwrap();
        assert_eq!(open(device.folder.path()), ProblemCode::DatabaseDamaged, "{what}");
        assert_eq!(fs::read(&file).unwrap(), bytes, "{what}: left as it is");
    }
    fs::remove_file(&file).unwrap();
    assert_eq!(open(device.folder.path()), ProblemCode::DatabaseDamaged, "it was here once");
    fs::write(&file, whole).unwrap();
    device.restart();
    assert_eq!(device.view().caucus.unwrap().attendees, Some(704));
}

#[test]
fn a_database_of_a_newer_app_is_not_touched() {
    let mut device = enrolled();
    device.tablet = None;
    let db = rusqlite::Connection::open(device.folder.path().join("tablet.db")).unwrap();
    db.pragma_update(None, "user_version", 99).unwrap();
    drop(db);
    assert_eq!(open(device.folder.path()), ProblemCode::DatabaseNewer);
}

#[test]
fn another_program_s_database_is_not_migrated() {
    let folder = tempfile::tempdir().unwrap();
    let db = rusqlite::Connection::open(folder.path().join("tablet.db")).unwrap();
    db.execute_batch("CREATE TABLE shopping (item TEXT); PRAGMA user_version = 1;").unwrap();
    drop(db);
    assert_eq!(open(folder.path()), ProblemCode::DatabaseDamaged);
}

#[test]
fn a_folder_that_cannot_be_written_is_said_to_be_so() {
    let folder = tempfile::tempdir().unwrap();
    let taken = folder.path().join("taken");
    fs::write(&taken, b"a file where the folder should be").unwrap();
    assert_eq!(open(&taken), ProblemCode::ReadOnly);
    let blocked = folder.path().join("blocked");
    fs::create_dir_all(blocked.join("tablet.db")).unwrap();
    assert_eq!(open(&blocked), ProblemCode::ReadOnly);
}
