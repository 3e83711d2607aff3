//! What the operators' page and dashboard name is there.

use std::collections::BTreeSet;
use std::time::Duration;

use countersign_core::room::Room;

use crate::support::Party;

const ROOM: Room = Room::Official;

/// Names of counters in a text, without what Prometheus adds to them.
pub(crate) fn counters(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !(c.is_ascii_lowercase() || c == '_'))
        .filter_map(|word| word.strip_prefix("countersign_"))
        .map(|name| {
            let name = ["_total", "_bucket", "_sum", "_count"]
                .iter()
                .find_map(|end| name.strip_suffix(end))
                .unwrap_or(name);
            name.to_owned()
        })
        .filter(|name| !name.is_empty())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_counter_that_page_and_dashboard_name_is_there() {
    let party = Party::new(&[ROOM]);
    let server = party.start().await;
    let device = server.tablet(&party, ROOM, 0).await;
    let report = party.sign(ROOM, &device, &party.report(0, 20));
    server.send(ROOM, &report).await.receipt();
    // One that is kept in the quarantine and answered with a problem.
    let strange = party.sign(ROOM, &device, &party.report(1, 20));
    assert_eq!(server.send(ROOM, &strange).await.code(), "wrong-precinct");
    // These count what a healthy server never has; they are not shown before the first.
    let never = ["commits_failed", "recoveries", "connections_cut"].map(str::to_owned);
    // And these what a server without witnesses never has (`witness.rs` sees them).
    let witnesses = crate::witness::COUNTERS.map(str::to_owned);
    // The quarantine writes behind the answer.
    let counted = async {
        loop {
            let known = counters(&server.get(server.private, "/metrics").await.text());
            if known.contains("quarantine") {
                return known;
            }
            tokio::task::yield_now().await;
        }
    };
    let mut known = tokio::time::timeout(Duration::from_secs(20), counted).await.unwrap();
    known.extend(never);
    known.extend(witnesses);
    for (name, text) in [
        ("docs/operations.md", include_str!("../../../docs/operations.md")),
        ("deploy/dashboard.json", include_str!("../../../deploy/dashboard.json")),
    ] {
        let named = counters(text);
        let missing: Vec<_> = named.difference(&known).collect();
        assert!(
            named.len() > 5 && missing.is_empty(),
            "{name} names {missing:?}; there is {known:?}"
        );
    }
}
