//! The audit of the real results.

mod common;

use std::time::Instant;

use countersign_core::audit::{self, Audit, AuditRow};
use countersign_core::checks::RuleId;

fn audit_of(file: &str) -> Audit {
    let text =
        std::fs::read(common::folder("iowa-2020").join("results").join(file)).expect("it is there");
    audit::audit(&common::iowa(), file, &text).expect("it has no mistake")
}

fn row<'a>(audit: &'a Audit, id: &str) -> &'a AuditRow {
    audit.rows.iter().find(|row| row.precinct_id == id).expect("it is in the file")
}

#[test]
fn print() {
    let contest = common::iowa();
    let text = common::final_csv();
    let start = Instant::now();
    let audit = audit::audit(&contest, "final.csv", &text).expect("it has no mistake");
    println!("{:?}", start.elapsed());
    println!("{}", audit::render(&contest, &audit));
}
