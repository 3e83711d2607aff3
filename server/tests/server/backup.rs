//! A copy taken while tablets report, and a server started from it after everything else was lost.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::atomic::{AtomicUsize, Ordering};

use countersign_core::message::Message;
use countersign_core::room::Room;

use crate::commands::{good, wrong};
use crate::crash;
use crate::support::Party;

const ROOM: Room = Room::Official;
const REPORTS: u32 = 200;

/// Reports come in the whole time. From the copy a server starts that has every report acknowledged before the copy was
/// begun, at the index its receipt said; what came later is entered again when it is sent again.
#[tokio::test(flavor = "multi_thread")]
async fn a_copy_taken_under_load_holds_what_was_acknowledged_before_it() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    let device = server.tablet(&party, ROOM, 0).await;
    server.stop().await;
    let reports: Vec<Message> =
        (0..REPORTS).map(|people| party.sign(ROOM, &device, &party.report(0, people))).collect();
    let at = party.root.path();
    let program = crash::start(&party);
    let done = AtomicUsize::new(0);
    let (before, indices, printed) = std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut indices = Vec::new();
            for report in &reports {
                let (status, body) = program.send(report).unwrap();
                assert_eq!(status, 200);
                let receipt = body["receipt"].as_str().unwrap();
                indices.push(party.verify(ROOM, report, receipt).index);
                done.store(indices.len(), Ordering::SeqCst);
            }
            indices
        });
        while done.load(Ordering::SeqCst) < 20 {
            std::thread::yield_now();
        }
        let before = done.load(Ordering::SeqCst);
        let printed = good(at, &["backup", "--data", "data", "--to", "copy"]);
        (before, writer.join().unwrap(), printed)
    });
    assert_eq!(printed.matches("the tree and the checkpoint are good").count(), 2, "{printed}");
    assert!(before < reports.len(), "the copy was taken while reports came in");
    program.kill();
    let mut keys = Vec::new();
    for key in std::fs::read_dir(at.join("copy/keys")).unwrap() {
        let key = key.unwrap();
        assert_eq!(key.metadata().unwrap().permissions().mode() & 0o077, 0);
        keys.push(key.file_name().into_string().unwrap());
    }
    keys.sort();
    let all =
        ["log-official.key", "log-rehearsal.key", "results-official.key", "results-rehearsal.key"];
    assert_eq!(keys, all);

    std::fs::remove_dir_all(at.join("data")).unwrap();
    std::fs::rename(at.join("copy"), at.join("data")).unwrap();
    let program = crash::start(&party);
    for (number, (report, index)) in reports.iter().zip(&indices).enumerate() {
        let (status, body) = program.send(report).unwrap();
        assert_eq!(status, 200);
        let again = party.verify(ROOM, report, body["receipt"].as_str().unwrap()).index;
        if number < before {
            assert_eq!(again, *index, "report {number} was acknowledged before the copy was begun");
        }
    }
    assert!(program.terminate());
    good(at, &["fsck", "--data", "data"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_goes_nowhere_where_something_lies() {
    let party = Party::new(&[ROOM]);
    let at = party.root.path();
    good(at, &["backup", "--data", "data", "--to", "copy"]);
    let said = wrong(at, &["backup", "--data", "data", "--to", "copy"]);
    assert!(said.contains("is there already"), "{said}");
    let said = wrong(at, &["backup", "--data", "copy/keys", "--to", "other"]);
    assert!(said.contains("is not a server's data folder"), "{said}");
    assert!(!at.join("other").exists());
}
