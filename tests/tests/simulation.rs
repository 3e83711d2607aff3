//! Two hundred nights on one thread each, from their seeds, and bugs planted to see that they are found.

use countersign_tests::simulation::{Broken, Bug, Counts, for_each_seed, live, live_twice};

/// `make nights` tries more.
const SEEDS: u64 = 200;

/// Something that is counted.
type Counted = fn(&Counts) -> usize;

/// What goes wrong in some of the nights: where nothing does, nothing is tested.
const FAULTS: [(&str, Counted); 22] = [
    ("lost requests", |counts| counts.lost),
    ("doubled requests", |counts| counts.doubled),
    ("damaged requests", |counts| counts.damaged),
    ("answers of others", |counts| counts.strange),
    ("messages too many", |counts| counts.too_many),
    ("busy servers", |counts| counts.busy),
    ("answers too late", |counts| counts.late),
    ("cuts", |counts| counts.cuts),
    ("commits of several messages", |counts| counts.batches),
    ("commits refused", |counts| counts.mishaps[0]),
    ("commits done and unknown", |counts| counts.mishaps[1]),
    ("commits lost and unknown", |counts| counts.mishaps[2]),
    ("crashes before a commit is durable", |counts| counts.mishaps[3]),
    ("crashes after a commit is durable", |counts| counts.mishaps[4]),
    ("recoveries", |counts| counts.recoveries),
    ("full disks", |counts| counts.full),
    ("clock jumps", |counts| counts.jumps),
    ("kills of the server", |counts| counts.server_killed),
    ("kills of tablets", |counts| counts.tablets_killed),
    ("kills of tablets that were asking", |counts| counts.killed_asking),
    ("carried reports", |counts| counts.carried),
    ("reports", |counts| counts.reports),
];

#[test]
fn t24_t25_t26_two_hundred_nights_keep_every_rule_and_each_is_the_same_twice() {
    let (mut failed, mut nights) = (Vec::new(), Vec::new());
    for_each_seed(0..SEEDS, live_twice, |_, lived| match lived {
        Ok(lived) => nights.push(lived.counts),
        Err(words) => failed.push(words),
    });
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
    for (name, counted) in FAULTS {
        let times: usize = nights.iter().map(counted).sum();
        assert!(times >= 10, "{name}: {times} in all nights");
    }
}

#[test]
fn every_planted_bug_is_found_within_the_two_hundred() {
    for bug in Bug::ALL {
        let found = (0..SEEDS).find_map(|seed| live(seed, Some(bug)).err());
        let failure = found.unwrap_or_else(|| panic!("{bug:?} was not found"));
        println!("{bug:?}: seed {}, {}", failure.seed, failure.finding);
        let fitting = match bug {
            Bug::AcknowledgesBeforeDurable => Broken::Forgotten,
            Bug::EntersTwice => Broken::Doubled,
            Bug::MovesEntries => Broken::Moved,
            Bug::Forges => Broken::Forged,
            Bug::BelievesStatus | Bug::MarksOnSending => Broken::Unproven,
            Bug::DropsOutbox => Broken::Lost,
            Bug::GivesUp => Broken::Late,
        };
        assert_eq!(failure.finding.broken, fitting, "{bug:?}: {failure}");
    }
}
