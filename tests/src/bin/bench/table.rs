//! The figures as a table for a terminal.

use std::fmt::Write as _;

use crate::tablet::{Figures as Tablet, Milliseconds};
use crate::{Figures, NightFigures, Pace, growth, layers, results as of_results, same_second};

/// What ingest should reach on two cores; 40 % of the verify ceiling where that is less.
const GOAL: u64 = 8_000;

pub(crate) fn render(figures: &Figures) -> String {
    let mut out = String::new();
    let build =
        if figures.release_build { "release build" } else { "DEBUG BUILD, figures mean little" };
    line(&mut out, "cores", &format!("{}, {build}", figures.cores));
    if let Some(of_night) = &figures.night {
        night(&mut out, of_night);
    }
    if let Some(same_second) = &figures.same_second {
        let text = format!(
            "{} of {} receipted and verified after {} ms, half of them after {} ms (goal: {} ms)",
            same_second.receipts_verified,
            same_second.tablets,
            millis(same_second.last_us),
            millis(same_second.p50_us),
            same_second::GOAL_MS
        );
        line(&mut out, "a state in one second", &text);
    }
    if let Some(of_results) = &figures.results {
        results(&mut out, of_results);
    }
    for of_layers in figures.layers.iter().flatten() {
        with_layers(&mut out, of_layers);
    }
    if let Some(of_tablet) = &figures.tablet {
        tablet(&mut out, of_tablet);
    }
    if let Some(sizes) = &figures.growth {
        out.push_str(&growth::render(sizes));
    }
    out
}

fn night(out: &mut String, figures: &NightFigures) {
    line(out, "bytes of a signed report", &figures.report_bytes.to_string());
    let meaning = &figures.meaning;
    line(out, "sign one report", &each(meaning.sign));
    line(out, "read and verify one report", &each(meaning.read_and_verify));
    line(out, "all checks of one report", &each(meaning.checks));
    let rules =
        format!("{} ms for {} precincts", millis(meaning.rules.microseconds), meaning.rules.times);
    line(out, "delegate rules", &rules);
    let ceiling = &figures.ceiling;
    line(out, "bare ring verify, one core", &each(ceiling.verify_one_core));
    for commits in &ceiling.commits {
        let what = format!("bare SQLite commits of {}", commits.rows_a_commit);
        line(out, &what, &each(commits.rows));
    }
    let goal = GOAL.min(ceiling.verify_one_core.per_second * 40 / 100);
    for ingest in &figures.ingest {
        let what = format!("ingest, {} connections", ingest.connections);
        let text = format!(
            "{} acks/s, p50 {} ms, p99 {} ms, slowest {} ms; server {} % CPU, {} MB; {} receipts verified",
            ingest.acks.per_second,
            millis(ingest.p50_us),
            millis(ingest.p99_us),
            millis(ingest.slowest_us),
            ingest.server_cpu_percent,
            ingest.server_rss_kib / 1024,
            ingest.receipts_verified
        );
        line(out, &what, &text);
    }
    line(out, "goal at 64 connections", &format!("{goal} acks/s, p99 under 100 ms, under 150 MB"));
    line(out, "goal at 1 connection", "p50 under 30 ms");
}

fn results(out: &mut String, figures: &of_results::Figures) {
    let all = figures.precincts;
    let checks = format!("{} ms for {all} precincts (goal: under 1000)", figures.checks_ms);
    line(out, "all checks, across too", &checks);
    let release = format!(
        "{} ms for {} files: made in {} ms, written in {} ms (goal: under 5000)",
        figures.made_ms + figures.exported_ms,
        figures.files,
        figures.made_ms,
        figures.exported_ms
    );
    line(out, "a release of all of them", &release);
    line(out, "verify", &format!("{} ms (goal: under 10000)", figures.verified_ms));
    line(out, "pages, as fast as can be", &each(figures.pages));
    let beside = &figures.beside;
    let rounds: Vec<i64> =
        beside.rounds.iter().map(|&[without, beside]| more(without, beside)).collect();
    let text = format!(
        "{} ms beside {} pages/s, {} ms without: {:+} %, in single rounds {:+} to {:+} % (goal: at most +5 % beside {})",
        millis(beside.beside_p50_us),
        beside.pages.per_second,
        millis(beside.without_p50_us),
        more(beside.without_p50_us, beside.beside_p50_us),
        rounds.iter().min().unwrap_or(&0),
        rounds.iter().max().unwrap_or(&0),
        of_results::READS
    );
    line(out, "receipt, the middle one", &text);
}

/// By how many hundredths the second is more than the first.
fn more(first: u64, second: u64) -> i64 {
    let more = i128::from(second) - i128::from(first);
    i64::try_from(more * 100 / i128::from(first.max(1))).unwrap_or(i64::MAX)
}

fn with_layers(out: &mut String, figures: &layers::Figures) {
    let changed = figures.changed;
    line(out, "five layers", &format!("{changed} precincts change in each but the last"));
    let beside = |five: u128| {
        let tenths = five.saturating_mul(10) / figures.one_ms.max(1);
        format!("{five} ms, {}.{} times as long as with one layer", tenths / 10, tenths % 10)
    };
    let [files, files_of_one] = figures.files;
    let [bytes, bytes_of_one] = figures.bytes.map(|bytes| bytes / 1024);
    let size = format!(
        "{files} files of {bytes} KiB; with one layer {files_of_one} of {bytes_of_one} KiB"
    );
    line(out, "  one layer", &format!("{} ms", figures.one_ms));
    line(out, "  all five from nothing", &beside(figures.five_ms));
    line(out, "  the last one beside four", &beside(figures.certified_ms));
    line(out, "  again, no number changed", &beside(figures.again_ms));
    line(out, "  in memory", &size);
    line(out, "  verify", &format!("{} ms", figures.verified_ms));
}

fn tablet(out: &mut String, tablet: &Tablet) {
    line(out, "press saved, engine alone", &each(tablet.press_saved));
    line(out, "press to paint, window", &spread(&tablet.press_to_paint));
    line(out, "goal", "p95 under 50 ms");
    line(out, "sign and queue, engine alone", &format!("{} ms", tablet.sign_and_queue_ms));
    line(out, "goal", "under 1000 ms");
    line(out, "start to unlock screen", &spread(&tablet.start_to_unlock));
    line(out, "goal", "under 1500 ms");
    let size = tablet.app_bytes / 10_000;
    line(out, "app binary", &format!("{}.{:02} MB (goal: under 15)", size / 100, size % 100));
}

fn spread(taken: &Milliseconds) -> String {
    format!(
        "p50 {} ms, p95 {} ms, slowest {} ms ({} times)",
        taken.p50, taken.p95, taken.slowest, taken.times
    )
}

fn line(out: &mut String, what: &str, text: &str) {
    writeln!(out, "{what:<30}{text}").expect("writing into memory does not fail");
}

fn each(pace: Pace) -> String {
    let nanoseconds = pace.microseconds.saturating_mul(1000) / (pace.times as u64).max(1);
    format!("{}.{:01} µs, {} /s", nanoseconds / 1000, nanoseconds % 1000 / 100, pace.per_second)
}

/// Thousandths with two decimals.
fn millis(microseconds: u64) -> String {
    format!("{}.{:02}", microseconds / 1000, microseconds % 1000 / 10)
}
