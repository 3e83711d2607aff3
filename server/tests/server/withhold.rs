//! What two people take out of what is published, with commands.

use std::path::Path;

use countersign_core::id::MessageId;
use countersign_core::room::Room;
use tokio::task::block_in_place;

use crate::commands::{good, wrong};
use crate::released::{Managers, reports};
use crate::support::Party;

const ROOM: Room = Room::Official;

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_asks_to_withhold_a_message_and_another_person_approves() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    let managers = Managers::named(&party, &server).await;
    let (_, reports) = reports(&party, &server, 1).await;
    let at = party.root.path();
    let (url, admin) = (format!("http://{}", server.reporting), party.keys.admin());
    let withhold = |run: fn(&Path, &[&str]) -> String, message: &str, why: &str| {
        let words = ["release", "withhold", "--data", "data", "--server", &url, "--why", why];
        let whose = ["--message", message, "--key", admin.to_str().unwrap()];
        block_in_place(|| run(at, &[&words[..], &whose].concat()))
    };
    let list = || block_in_place(|| good(at, &["release", "list", "--data", "data"]));

    let report = reports[0].to_string();
    let nothing = withhold(wrong, &"5e".repeat(32), "a name is in it");
    assert!(nothing.contains("the log has no message 5e5e"), "{nothing}");
    let said = withhold(good, &report, "a name is in it");
    let asked = said.split(' ').nth(1).unwrap();
    let waits = format!("withholding {asked} of {report} by person 1: a name is in it (waits");
    assert!(list().contains(&waits), "{}", list());

    managers.approve(MessageId::from_hex(asked).unwrap()).await;
    let done = list();
    assert!(done.contains(&format!("withheld {report}, approved by person 5")), "{done}");
    assert!(!done.contains("waits for a second person"), "{done}");
    let again = withhold(wrong, &report, "it is still here");
    assert!(again.contains("not-allowed"), "{again}");
}
