//! How the night went: for people on the terminal, for programs in `run/night.json`.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write as _;
use std::time::Duration;

use countersign_core::contest::{Contest, CountKind};
use countersign_core::results::Received;
use countersign_tests::log::Log;
use countersign_tests::spread::Spread;
use serde::Serialize;
use serde_json::json;

use crate::audit::{Audit, Findings};
use crate::evening::Evening;
use crate::hall::ARGON2;
use crate::ledger::Ledger;
use crate::paper::Paper;
use crate::plan::{Faults, Plan};
use crate::stage::Memory;
use crate::{Arguments, Outcome};

const MINUTE: u64 = 60_000;

/// All that a summary is made from.
pub(crate) struct Happened<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) evening: Evening,
    pub(crate) set_up: Duration,
    pub(crate) lasted: Duration,
    pub(crate) took: Duration,
    pub(crate) connections: usize,
    pub(crate) server_kills: usize,
    pub(crate) memory: Memory,
    pub(crate) hall_kills: usize,
    pub(crate) fsck: String,
    pub(crate) contest: &'a Contest,
    pub(crate) papers: &'a [Paper],
    pub(crate) ledger: &'a Ledger,
    pub(crate) log: &'a Log,
    pub(crate) audit: &'a Audit,
}

/// `run/night.json`.
#[derive(Serialize)]
struct Summary<'a> {
    seed: u64,
    contest: &'a str,
    faults: Faults,
    /// Length of the evening, and how fast it passed.
    minutes: u64,
    speed: u64,
    /// Milliseconds of this machine: setting up, the evening, everything.
    set_up_ms: u64,
    evening_ms: u64,
    took_ms: u64,
    precincts: usize,
    tablets: usize,
    argon2: serde_json::Value,
    /// Reports that were to be signed, and were.
    expected: usize,
    signed: usize,
    countersigned: usize,
    carried: usize,
    corrections: usize,
    precincts_in_conflict: usize,
    clocks_wrong: usize,
    server_kills: usize,
    hall_kills: usize,
    /// The most memory that the server held, and the largest of the processes with some hundred tablets each, KiB.
    server_memory_kib: u64,
    hall_memory_kib: u64,
    connections: usize,
    /// Requests beyond the first between a signature and its receipt.
    retries: u64,
    lost: usize,
    doubled: usize,
    forged: usize,
    /// Signed reports whose tablet has a receipt that the final log bears out.
    receipts_verified: usize,
    findings: &'a Findings,
    /// Reports that came to another end than a receipt, and commands that were refused: nothing here should be.
    otherwise: &'a BTreeMap<String, String>,
    troubles: &'a [String],
    fsck: &'a str,
    /// Milliseconds of this machine from signature to receipt: of reports whose network was fair all evening, and of all.
    signature_to_receipt_ms: BTreeMap<&'static str, Option<Spread>>,
    received_over_time: Vec<ReceivedBy>,
    statewide: Vec<Statewide>,
    /// Precincts whose numbers trip a check, by check.
    precincts_with_findings: usize,
    findings_by_check: BTreeMap<String, usize>,
}

/// How far it was after so many minutes of the evening.
#[derive(Debug, Clone, Copy, Serialize)]
struct ReceivedBy {
    minute: u64,
    /// Precincts with a report in the log, and their share, per cent to one decimal, rounded down: never 100 before all.
    precincts: usize,
    per_mille: usize,
}

/// One group's sums beside those that were published.
#[derive(Debug, Serialize)]
struct Statewide {
    group: String,
    count: CountKind,
    received: u64,
    published: u64,
}

/// Writes the file and prints the report; gives whether all was well.
pub(crate) fn tell(arguments: &Arguments, happened: &Happened<'_>) -> Outcome<bool> {
    let summary = summarise(arguments, happened);
    if let Some(folder) = arguments.out.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(&arguments.out, serde_json::to_vec_pretty(&summary)?)?;
    println!("{}\n{}", text(&summary), arguments.out.display());
    Ok(summary.findings.good()
        && summary.receipts_verified == summary.signed
        && summary.signed == summary.expected
        && summary.otherwise.is_empty()
        && summary.troubles.is_empty())
}

fn summarise<'a>(arguments: &Arguments, happened: &'a Happened<'a>) -> Summary<'a> {
    let Happened { plan, ledger, audit, contest, .. } = happened;
    let retries =
        ledger.receipted.values().map(|shown| u64::from(shown.requests.saturating_sub(1)));
    let checks = findings_by_check(happened);
    Summary {
        seed: arguments.seed,
        contest: &contest.id,
        faults: arguments.faults,
        minutes: arguments.minutes,
        speed: happened.evening.speed,
        set_up_ms: milliseconds(happened.set_up),
        evening_ms: milliseconds(happened.lasted),
        took_ms: milliseconds(happened.took),
        precincts: happened.papers.len(),
        tablets: plan.tablets().count(),
        argon2: json!({ "memory_kib": ARGON2.memory_kib, "passes": ARGON2.passes, "lanes": ARGON2.lanes }),
        expected: plan.reports(),
        signed: ledger.signed.len(),
        countersigned: ledger.receipted.len(),
        carried: ledger.carried.len(),
        corrections: plan.tablets().filter(|tablet| tablet.correction.is_some()).count(),
        precincts_in_conflict: audit.received.precincts_in_conflict,
        clocks_wrong: plan.tablets().filter(|tablet| tablet.skew_ms != 0).count(),
        server_kills: happened.server_kills,
        hall_kills: happened.hall_kills,
        server_memory_kib: happened.memory.server_kib,
        hall_memory_kib: happened.memory.hall_kib,
        connections: happened.connections,
        retries: retries.sum(),
        lost: audit.findings.lost.len(),
        doubled: audit.findings.doubled.len(),
        forged: audit.findings.forged.len(),
        receipts_verified: audit.receipts_verified,
        findings: &audit.findings,
        otherwise: &ledger.otherwise,
        troubles: &ledger.troubles,
        fsck: &happened.fsck,
        signature_to_receipt_ms: latencies(happened),
        received_over_time: over_time(happened),
        statewide: statewide(contest, &audit.received, happened.papers),
        precincts_with_findings: checks.precincts.len(),
        findings_by_check: checks.by_check,
    }
}

fn milliseconds(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}

/// Reports of tablets that were connected all evening, and all reports.
fn latencies(happened: &Happened<'_>) -> BTreeMap<&'static str, Option<Spread>> {
    let connected: HashSet<u32> = happened
        .plan
        .tablets()
        .filter(|tablet| !happened.plan.is_stormy(tablet.zone))
        .map(|tablet| tablet.paper.precinct)
        .collect();
    let precincts: HashMap<&str, u32> =
        happened.ledger.held.iter().map(|held| (held.id.as_str(), held.precinct)).collect();
    let taken = |only_connected: bool| {
        let receipted = happened.ledger.receipted.iter().filter(|(id, _)| {
            !only_connected
                || precincts.get(id.as_str()).is_some_and(|number| connected.contains(number))
        });
        receipted
            .filter_map(|(id, shown)| {
                Some(shown.at_ms.saturating_sub(*happened.ledger.signed.get(id)?))
            })
            .collect()
    };
    BTreeMap::from([
        ("network always fair", Spread::of(taken(true))),
        ("all", Spread::of(taken(false))),
    ])
}

fn over_time(happened: &Happened<'_>) -> Vec<ReceivedBy> {
    let total = happened.papers.len();
    let mut firsts: HashMap<u32, u64> = HashMap::new();
    let precincts: HashMap<&str, u32> =
        happened.ledger.held.iter().map(|held| (held.id.as_str(), held.precinct)).collect();
    for entry in happened.log.reports() {
        if let Some(&precinct) = precincts.get(entry.message.to_string().as_str()) {
            firsts.entry(precinct).or_insert_with(|| happened.evening.of(entry.time_ms));
        }
    }
    let length = milliseconds(happened.plan.length);
    (0..=10)
        .map(|tenth| {
            let moment = length * tenth / 10;
            let precincts = firsts.values().filter(|&&at| at <= moment).count();
            ReceivedBy { minute: moment / MINUTE, precincts, per_mille: precincts * 1_000 / total }
        })
        .collect()
}

fn statewide(contest: &Contest, received: &Received, papers: &[Paper]) -> Vec<Statewide> {
    let mut rows = Vec::new();
    for total in &received.totals {
        for ((at, group), &sum) in contest.groups.iter().enumerate().zip(&total.groups) {
            let of =
                |paper: &Paper| paper.count(total.count).map_or(0, |count| u64::from(count[at]));
            let published = papers.iter().map(of).sum();
            if sum > 0 || published > 0 {
                let group = group.key.clone();
                rows.push(Statewide { group, count: total.count, received: sum, published });
            }
        }
    }
    rows
}

struct Checks {
    precincts: HashSet<u32>,
    by_check: BTreeMap<String, usize>,
}

/// Which precincts' candidates carry findings that somebody kept with a reason.
fn findings_by_check(happened: &Happened<'_>) -> Checks {
    let mut checks = Checks { precincts: HashSet::new(), by_check: BTreeMap::new() };
    for paper in happened.papers {
        let number = countersign_core::id::PrecinctNumber(paper.precinct);
        let Some(head) = happened.log.state.heads(number).next() else { continue };
        let tripped: HashSet<u8> =
            head.report().acknowledged.iter().map(|finding| finding.check).collect();
        if !tripped.is_empty() {
            checks.precincts.insert(paper.precinct);
        }
        for check in tripped {
            *checks.by_check.entry(format!("C{check:02}")).or_default() += 1;
        }
    }
    checks
}

fn text(summary: &Summary<'_>) -> String {
    let mut out = String::new();
    let mut line = |what: &str, text: &dyn std::fmt::Display| {
        writeln!(out, "{what:<34}{text}").expect("writing into memory does not fail");
    };
    let seconds = |ms: u64| format!("{}.{} s", ms / 1_000, ms % 1_000 / 100);
    line("seed", &summary.seed);
    line("contest", &summary.contest);
    line("precincts, tablets", &format!("{}, {}", summary.precincts, summary.tablets));
    line(
        "evening",
        &format!("{} minutes, {} times as fast as the clock", summary.minutes, summary.speed),
    );
    line(
        "took",
        &format!(
            "{} (setting up {}, evening {})",
            seconds(summary.took_ms),
            seconds(summary.set_up_ms),
            seconds(summary.evening_ms)
        ),
    );
    line(
        "killed and started again",
        &format!(
            "the server {} times, tablets' processes {} times",
            summary.server_kills, summary.hall_kills
        ),
    );
    line(
        "memory at most",
        &format!(
            "the server {} MiB, the largest process of tablets {} MiB",
            summary.server_memory_kib / 1024,
            summary.hall_memory_kib / 1024
        ),
    );
    line("connections, retries", &format!("{}, {}", summary.connections, summary.retries));
    line("wrong clocks", &summary.clocks_wrong);
    line("corrections", &summary.corrections);
    line("carried by another tablet", &summary.carried);
    line("precincts in conflict", &summary.precincts_in_conflict);
    for (which, spread) in &summary.signature_to_receipt_ms {
        let text = spread.map_or("nobody".to_owned(), |spread| {
            let [p50, p95, p99, max] =
                [spread.p50, spread.p95, spread.p99, spread.max].map(seconds);
            format!("p50 {p50}, p95 {p95}, p99 {p99}, max {max} ({} reports)", spread.times)
        });
        line(&format!("to receipt, {which}"), &text);
    }
    out.push_str(
        "\nreceived                          here                the night of 3 February 2020\n",
    );
    for at in &summary.received_over_time {
        let real = if at.minute == summary.minutes {
            "439 by app in all (24.8 %); 62 % next afternoon; 97 % on the third day"
        } else {
            ""
        };
        let share = format!("{}.{} %", at.per_mille / 10, at.per_mille % 10);
        writeln!(
            out,
            "after {:>4} minutes {:>14} of {:<6}{share:>8}   {real}",
            at.minute, at.precincts, summary.precincts
        )
        .expect("writing into memory does not fail");
    }
    writeln!(
        out,
        "\n{:<20}{:<18}{:>10}{:>11}   (received lacks precincts in conflict; satellites published no delegates)",
        "statewide", "", "received", "published"
    )
    .expect("writing into memory does not fail");
    for row in &summary.statewide {
        writeln!(
            out,
            "{:<20}{:<18}{:>10}{:>11}",
            row.group,
            format!("{:?}", row.count),
            row.received,
            row.published
        )
        .expect("writing into memory does not fail");
    }
    writeln!(
        out,
        "\nprecincts whose numbers trip a check: {} ({})",
        summary.precincts_with_findings,
        summary
            .findings_by_check
            .iter()
            .map(|(check, precincts)| format!("{check} {precincts}"))
            .collect::<Vec<_>>()
            .join(", ")
    )
    .expect("writing into memory does not fail");
    verdict(&mut out, summary);
    out
}

/// The invariants, one a line.
fn verdict(out: &mut String, summary: &Summary<'_>) {
    let mut line = |good: bool, text: String| {
        let mark = if good { "good" } else { "BAD " };
        writeln!(out, "{mark}  {text}").expect("writing into memory does not fail");
    };
    line(
        summary.signed == summary.expected,
        format!("{} of {} reports signed", summary.signed, summary.expected),
    );
    line(summary.lost == 0, format!("{} signed reports without an entry", summary.lost));
    line(summary.doubled == 0, format!("{} reports with more than one entry", summary.doubled));
    line(summary.forged == 0, format!("{} entries that no tablet signed", summary.forged));
    line(
        summary.receipts_verified == summary.signed,
        format!(
            "{} receipts verified against the final checkpoint, of {} signed reports",
            summary.receipts_verified, summary.signed
        ),
    );
    let findings = summary.findings;
    line(
        findings.broken_receipts.is_empty(),
        format!("{} receipts that the log does not bear out", findings.broken_receipts.len()),
    );
    line(
        findings.disagreements.is_empty(),
        format!("{} sums that differ when worked out again", findings.disagreements.len()),
    );
    line(
        summary.otherwise.is_empty() && summary.troubles.is_empty(),
        format!(
            "{} reports held or refused, {} commands refused",
            summary.otherwise.len(),
            summary.troubles.len()
        ),
    );
    let lists = [
        &findings.lost,
        &findings.doubled,
        &findings.forged,
        &findings.broken_receipts,
        &findings.disagreements,
    ];
    for detail in lists.into_iter().flatten().chain(summary.troubles).take(20) {
        writeln!(out, "      {detail}").expect("writing into memory does not fail");
    }
    for (report, standing) in summary.otherwise.iter().take(20) {
        writeln!(out, "      {report}: {standing}").expect("writing into memory does not fail");
    }
}
