//! How it went: for people on the terminal, for programs in `run/flood.json`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Duration;

use countersign_tests::spread::Spread;
use serde::Serialize;

use crate::audit::{Audit, Findings};
use crate::capacity::Capacity;
use crate::ledger::Ledger;
use crate::orders::{Attack, Kind, Tally};
use crate::stage::Flood;
use crate::watch::Page;
use crate::{Arguments, Outcome};

/// Bounds. From signature to receipt during the flood, at the 95th of a hundred.
const RECEIPT_MS: u64 = 5_000;
/// All receipts, after the flood.
const AFTER_MS: u64 = 60_000;
/// Memory of the server: half of what a machine for it has to have.
const MEMORY_KIB: u64 = 1 << 20;
/// A page of the private or the public listener, at the 95th of a hundred.
const PAGE_MS: u64 = 2_000;
/// What a key may send at once and in a minute, as servers allow by themselves.
const KEY: u64 = 60;

/// All that a summary is made from.
pub(crate) struct Happened<'a> {
    pub(crate) capacity: Capacity,
    pub(crate) attacks: &'a [&'a Attack],
    pub(crate) flood: &'a Flood,
    pub(crate) after: Duration,
    /// Numbers of the tablets behind one address.
    pub(crate) shared: &'a BTreeSet<usize>,
    pub(crate) tablets: usize,
    pub(crate) ledger: &'a Ledger,
    pub(crate) audit: &'a Audit,
    pub(crate) fsck: &'a str,
    pub(crate) set_up: Duration,
    pub(crate) took: Duration,
}

/// `run/flood.json`.
#[derive(Serialize)]
struct Summary<'a> {
    seed: u64,
    contest: &'a str,
    release_build: bool,
    cores: usize,
    took_ms: u64,
    set_up_ms: u64,
    flood_ms: u64,
    capacity: Capacity,
    times: u64,
    /// Attempts a second: due by the clock, and written to a connection.
    offered_per_second: u64,
    sent_per_second: u64,
    attackers: BTreeMap<Kind, Attacker<'a>>,
    tablets: usize,
    behind_one_address: usize,
    signed: usize,
    receipted: usize,
    /// Receipts that were there when the flood ended.
    receipted_during: usize,
    /// What tablets' requests met between a signature and its receipt: one a report would be online at once.
    met: BTreeMap<&'a str, u64>,
    /// Milliseconds from signature to receipt.
    signature_to_receipt_ms: BTreeMap<&'static str, Option<Spread>>,
    /// Milliseconds from the flood's end to the last receipt.
    all_receipted_after_ms: u64,
    memory_before_kib: u64,
    memory_peak_kib: u64,
    pages: &'a [Page],
    receipts_verified: usize,
    entries_of_the_stolen_key: usize,
    lost: usize,
    doubled: usize,
    forged: usize,
    findings: &'a Findings,
    troubles: &'a [String],
    fsck: &'a str,
    /// What the server's counters gained during the flood.
    counted: &'a BTreeMap<String, u64>,
    bounds: Vec<Bound>,
}

#[derive(Serialize)]
struct Attacker<'a> {
    connections: usize,
    addresses: usize,
    per_second: u64,
    #[serde(flatten)]
    tally: &'a Tally,
}

/// Something that must be so.
#[derive(Serialize)]
struct Bound {
    good: bool,
    /// Whether it is about time or memory, which `--patient` does not judge.
    of_time: bool,
    what: String,
}

/// Writes the file and prints the report; gives whether all was well.
pub(crate) fn tell(arguments: &Arguments, happened: &Happened<'_>) -> Outcome<bool> {
    let summary = summarise(arguments, happened);
    if let Some(folder) = arguments.out.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(&arguments.out, serde_json::to_vec_pretty(&summary)?)?;
    println!("{}{}", text(&summary), arguments.out.display());
    Ok(summary.bounds.iter().all(|bound| bound.good || (arguments.patient && bound.of_time)))
}

fn milliseconds(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}

fn summarise<'a>(arguments: &'a Arguments, happened: &'a Happened<'a>) -> Summary<'a> {
    let Happened { flood, ledger, audit, .. } = *happened;
    let flood_ms = flood.ended_ms.saturating_sub(flood.began_ms).max(1);
    let all = |figure: fn(&Tally) -> u64| {
        let rate = |tally: &Tally| figure(tally) * 1_000 / tally.lasted_ms.max(1);
        flood.tallies.values().map(rate).sum::<u64>()
    };
    let attackers = happened.attacks.iter().filter_map(|attack| {
        let attacker = Attacker {
            connections: attack.connections,
            addresses: attack.addresses.iter().collect::<BTreeSet<_>>().len(),
            per_second: attack.per_second,
            tally: flood.tallies.get(&attack.kind)?,
        };
        Some((attack.kind, attacker))
    });
    let during = ledger.receipted.values().filter(|shown| shown.at_ms <= flood.ended_ms);
    let mut met = BTreeMap::new();
    for state in ledger.receipted.values().flat_map(|shown| &shown.met) {
        *met.entry(state.as_str()).or_default() += 1;
    }
    Summary {
        seed: arguments.seed,
        contest: &arguments.contest,
        release_build: !cfg!(debug_assertions),
        cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        took_ms: milliseconds(happened.took),
        set_up_ms: milliseconds(happened.set_up),
        flood_ms,
        capacity: happened.capacity,
        times: arguments.times,
        offered_per_second: all(|tally| tally.offered),
        sent_per_second: all(|tally| tally.sent),
        attackers: attackers.collect(),
        tablets: happened.tablets,
        behind_one_address: happened.shared.len(),
        signed: ledger.signed.len(),
        receipted: ledger.receipted.len(),
        receipted_during: during.count(),
        met,
        signature_to_receipt_ms: latencies(happened),
        all_receipted_after_ms: milliseconds(happened.after),
        memory_before_kib: flood.memory_before,
        memory_peak_kib: flood.memory_peak,
        pages: &flood.pages,
        receipts_verified: audit.receipts_verified,
        entries_of_the_stolen_key: audit.stolen,
        lost: audit.findings.lost.len(),
        doubled: audit.findings.doubled.len(),
        forged: audit.findings.forged.len(),
        findings: &audit.findings,
        troubles: &ledger.troubles,
        fsck: happened.fsck,
        counted: &flood.counted,
        bounds: bounds(happened, flood_ms),
    }
}

/// Of all tablets, and of those behind the address that attackers share.
fn latencies(happened: &Happened<'_>) -> BTreeMap<&'static str, Option<Spread>> {
    let ledger = happened.ledger;
    let taken = |only_shared: bool| {
        let mut taken = Vec::new();
        for (id, signed) in &ledger.signed {
            if only_shared && !happened.shared.contains(&signed.number) {
                continue;
            }
            // Without a receipt it took for ever.
            let shown = ledger.receipted.get(id).map_or(u64::MAX, |shown| shown.at_ms);
            taken.push(shown.saturating_sub(signed.at_ms));
        }
        taken
    };
    BTreeMap::from([
        ("all", Spread::of(taken(false))),
        ("behind one address", Spread::of(taken(true))),
    ])
}

fn bounds(happened: &Happened<'_>, flood_ms: u64) -> Vec<Bound> {
    let Happened { flood, ledger, audit, .. } = *happened;
    let mut bounds = Vec::new();
    let mut bound = |of_time: bool, good: bool, what: String| {
        bounds.push(Bound { good, of_time, what });
    };
    let (tablets, signed) = (happened.tablets, ledger.signed.len());
    bound(false, signed == tablets, format!("{signed} of {tablets} reports signed"));
    for (what, list) in audit.findings.lists() {
        bound(false, list.is_empty(), format!("{} {what}", list.len()));
    }
    let verified = audit.receipts_verified;
    bound(
        false,
        verified == signed,
        format!("{verified} receipts verified against the final checkpoint"),
    );
    let troubles = ledger.troubles.len();
    bound(false, troubles == 0, format!("{troubles} reports held or refused, or commands refused"));
    let most = KEY + KEY * flood_ms.div_ceil(60_000);
    let stolen = u64::try_from(audit.stolen).unwrap_or(u64::MAX);
    bound(
        false,
        stolen <= most,
        format!("{stolen} entries of the stolen key, within its budget of {most}"),
    );
    let p95 = latencies(happened)["all"].map_or(u64::MAX, |spread| spread.p95);
    bound(
        true,
        p95 < RECEIPT_MS,
        format!("95 of 100 receipts within {p95} ms, under {RECEIPT_MS}"),
    );
    let after = milliseconds(happened.after);
    let all = ledger.receipted.len() == tablets;
    bound(true, all && after < AFTER_MS, format!("all receipts {after} ms after the flood"));
    let peak = flood.memory_peak;
    bound(true, peak < MEMORY_KIB, format!("the server took {} MiB at most", peak >> 10));
    for page in &flood.pages {
        let p95 = page.took_ms.map_or(u64::MAX, |spread| spread.p95);
        let what = format!("{}: 95 of 100 within {p95} ms, {} not", page.page, page.failed);
        bound(true, p95 < PAGE_MS && page.failed == 0, what);
    }
    bounds
}

fn text(summary: &Summary<'_>) -> String {
    let mut out = String::new();
    let mut line = |what: &str, text: &dyn std::fmt::Display| {
        writeln!(out, "{what:<34}{text}").expect("writing into memory does not fail");
    };
    let seconds = |ms: u64| format!("{}.{} s", ms / 1_000, ms % 1_000 / 100);
    line("seed", &summary.seed);
    line(
        "tablets, of one address",
        &format!("{}, {}", summary.tablets, summary.behind_one_address),
    );
    line(
        "took",
        &format!(
            "{} (setting up {}, flood {})",
            seconds(summary.took_ms),
            seconds(summary.set_up_ms),
            seconds(summary.flood_ms)
        ),
    );
    line(
        "capacity",
        &format!(
            "{} reports a second, with nobody else there, on {} cores",
            summary.capacity.per_second, summary.cores
        ),
    );
    line(
        "came",
        &format!(
            "{} attempts a second ({} times that were wanted), of which {} found room",
            summary.offered_per_second, summary.times, summary.sent_per_second
        ),
    );
    for (which, spread) in &summary.signature_to_receipt_ms {
        let text = spread.map_or("nobody".to_owned(), |spread| {
            let [p50, p95, p99, max] =
                [spread.p50, spread.p95, spread.p99, spread.max].map(seconds);
            format!("p50 {p50}, p95 {p95}, p99 {p99}, max {max} ({} reports)", spread.times)
        });
        line(&format!("to receipt, {which} "), &text);
    }
    line(
        "receipts",
        &format!(
            "{} during the flood, the last {} after it; requests met: {}",
            summary.receipted_during,
            seconds(summary.all_receipted_after_ms),
            list(&summary.met)
        ),
    );
    line(
        "memory of the server",
        &format!(
            "{} MiB before, {} MiB at most",
            summary.memory_before_kib >> 10,
            summary.memory_peak_kib >> 10
        ),
    );
    attackers(&mut out, summary);
    pages(&mut out, summary);
    out.push('\n');
    for bound in &summary.bounds {
        let mark = if bound.good { "good" } else { "BAD " };
        writeln!(out, "{mark}  {}", bound.what).expect("writing into memory does not fail");
    }
    let details = summary.findings.lists().into_iter().flat_map(|(_, list)| list);
    for detail in details.chain(summary.troubles).take(20) {
        writeln!(out, "      {detail}").expect("writing into memory does not fail");
    }
    out
}

/// What there was, and how often.
fn list<T: std::fmt::Display>(counted: &BTreeMap<T, u64>) -> String {
    let counted: Vec<String> =
        counted.iter().map(|(what, times)| format!("{what} {times}")).collect();
    counted.join(", ")
}

fn attackers(out: &mut String, summary: &Summary<'_>) {
    writeln!(
        out,
        "\n{:<14}{:>12}{:>10}{:>12}{:>10}{:>8}  answered",
        "attackers", "offered", "sent", "connected", "closed", "failed"
    )
    .expect("writing into memory does not fail");
    for (kind, attacker) in &summary.attackers {
        let tally = attacker.tally;
        writeln!(
            out,
            "{:<14}{:>12}{:>10}{:>12}{:>10}{:>8}  {}",
            format!("{kind:?}"),
            tally.offered,
            tally.sent,
            tally.connected,
            tally.closed,
            tally.not_connected,
            list(&tally.answered)
        )
        .expect("writing into memory does not fail");
    }
    out.push_str("\ncounted by the server\n");
    let defences = [
        "messages_total",
        "over_budget",
        "key_over_budget",
        "connections_cut",
        "quarantine",
        "http_problems",
    ];
    for (name, count) in summary.counted {
        if defences.iter().any(|defence| name.starts_with(defence)) {
            writeln!(out, "  {name:<62}{count:>10}").expect("writing into memory does not fail");
        }
    }
}

fn pages(out: &mut String, summary: &Summary<'_>) {
    writeln!(
        out,
        "\n{:<36}{:>8}{:>8}{:>8}{:>8}{:>8}",
        "pages, ms", "times", "p50", "p95", "max", "failed"
    )
    .expect("writing into memory does not fail");
    for page in summary.pages {
        let Some(spread) = page.took_ms else {
            writeln!(out, "{:<36}{:>8}", page.page, page.failed)
                .expect("writing into memory does not fail");
            continue;
        };
        writeln!(
            out,
            "{:<36}{:>8}{:>8}{:>8}{:>8}{:>8}",
            page.page, spread.times, spread.p50, spread.p95, spread.max, page.failed
        )
        .expect("writing into memory does not fail");
    }
}
