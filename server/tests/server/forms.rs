//! Documents in the form in which programs of others read them. A field that is renamed or left out breaks those programs, and writer
//! and reader here would not notice: so small documents are recorded, and compared byte by byte but for what is new in each run.

use std::path::Path;

use countersign_core::contest::{Fraction, National, ReleaseRules};
use countersign_core::id::MessageId;
use countersign_core::message::{Cause, Layer};
use countersign_core::room::Room;
use countersign_server::practice;

use crate::publish::{assert_nist, page};
use crate::released::{Managers, reports};
use crate::support::{Party, START_MS};

const ROOM: Room = Room::Official;
const WINDOW_MS: u64 = 31 * 60_000;

/// Ids follow from keys that are new in each run. Each is replaced by a number, whole or shortened as in names of folders.
fn without_ids(text: &str, ids: &[MessageId]) -> String {
    let mut text = text.to_owned();
    for (number, id) in ids.iter().enumerate() {
        let id = id.to_string();
        text = text.replace(&id, &format!("<id {number}>"));
        text = text.replace(&id[..8], &format!("<id {number}, shortened>"));
    }
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn t65_documents_have_the_form_that_is_recorded() {
    let mut contest = practice::contest().unwrap();
    contest.national = Some(National { districts: vec![], at_large: 4, pleo: 1, basis: None });
    // Two precincts are enough, so that national delegates are told.
    let coverage = Fraction { numerator: 1, denominator: 6 };
    contest.release = Some(ReleaseRules { coverage, ..ReleaseRules::DEFAULT });
    let party = Party::with_contest(&[ROOM], contest);
    let server = party.start().await;
    let managers = Managers::named(&party, &server).await;
    let (tablets, reports) = reports(&party, &server, 2).await;
    let batch: Vec<_> = (0..).zip(&reports).map(|(number, &id)| (number, id, None)).collect();
    let night = managers.propose(1, "Night", &batch).await;
    party.clock.set(START_MS + WINDOW_MS);
    managers.approve(night).await;
    let correction = party.sign(ROOM, &tablets[1], &party.correction(reports[1], 1, 18));
    server.send(ROOM, &correction).await.receipt();
    let row = [(1, correction.id(), Some(Cause::Recount))];
    let recount = managers.propose_in(Layer::Recount, 2, "Recount", &row).await;
    party.clock.set(START_MS + 2 * WINDOW_MS);
    managers.approve(recount).await;
    server.publish();

    let folder =
        |number: usize, id: MessageId| format!("data/{number:03}-{}", &id.to_string()[..8]);
    let (first, second) = (folder(1, night), folder(2, recount));
    let ids = [reports[0], reports[1], correction.id(), night, recount];
    let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recorded");
    let mut others = Vec::new();
    for name in [
        format!("{second}/results.json"),
        format!("{second}/precincts.csv"),
        format!("{second}/totals.csv"),
        format!("{second}/changes.csv"),
        format!("{first}/status.json"),
        "releases.json".to_owned(),
        "releases.atom".to_owned(),
        "compare/night-recount.csv".to_owned(),
    ] {
        let text = without_ids(&page(&server, &name).await, &ids);
        let file = name.rsplit('/').next().unwrap();
        let expected = std::fs::read_to_string(recorded.join(file)).unwrap_or_default();
        if text != expected {
            others.push(format!("--- {file}\n{text}"));
        }
    }
    assert!(others.is_empty(), "another form than the recorded one:\n{}", others.join("\n"));
    for folder in [first, second] {
        assert_nist(&page(&server, &format!("{folder}/nist-1500-100.json")).await);
    }
    server.stop().await;
}
