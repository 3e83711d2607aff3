//! The sizes side by side, and what a report costs beside what it costs in the first of them.

use std::fmt::Write as _;
use std::time::Duration;

use super::Figures;
use crate::Pace;

/// What is to be reached with the largest log.
const GOALS: &str =
    "goals with 180000: start under 2000 ms, rebuild under 30000 ms, memory under 400 MB";

pub(crate) fn render(sizes: &[Figures]) -> String {
    let mut out = String::from("\n");
    let Some(first) = sizes.first() else { return out };
    let mut row = |what: &str, cell: &dyn Fn(&Figures) -> String| {
        write!(out, "{what:<30}").expect("writing into memory does not fail");
        for size in sizes {
            write!(out, "{:>18}", cell(size)).expect("writing into memory does not fail");
        }
        out.push('\n');
    };
    row("precincts", &|size| size.precincts.to_string());
    row("package, bytes", &|size| size.package_bytes.to_string());
    row("enrolments, acks/s", &|size| size.enrolments.per_second.to_string());
    row("reports, acks/s", &|size| size.reports.per_second.to_string());
    row("a report, µs (ratio)", &|size| beside(of_each(size.reports), of_each(first.reports)));
    row("server CPU, µs (ratio)", &|size| {
        beside(size.server_us_a_report, first.server_us_a_report)
    });
    row("log, bytes a report (ratio)", &|size| {
        beside(size.log_bytes_a_report, first.log_bytes_a_report)
    });
    row("memory after ingest, MB", &|size| size.memory_kib.div_ceil(1024).to_string());
    row("most during ingest, MB", &|size| size.peak_memory_kib.div_ceil(1024).to_string());
    row("start to receipt, ms", &|size| millis(size.start));
    row("memory after start, MB", &|size| size.started_memory_kib.div_ceil(1024).to_string());
    row("most during start, MB", &|size| size.started_peak_memory_kib.div_ceil(1024).to_string());
    row("rebuild, ms", &|size| millis(size.rebuild));
    row("results, ms", &|size| millis(size.results));
    row("fsck, ms", &|size| millis(size.fsck));
    out.push_str(GOALS);
    out.push('\n');
    out
}

/// Microseconds for each.
fn of_each(pace: Pace) -> u64 {
    pace.microseconds / (pace.times as u64).max(1)
}

/// A figure, and in hundredths how it stands to the same of the first size.
fn beside(figure: u64, first: u64) -> String {
    let hundredths = figure * 100 / first.max(1);
    format!("{figure} ({}.{:02})", hundredths / 100, hundredths % 100)
}

fn millis(time: Duration) -> String {
    time.as_millis().to_string()
}
