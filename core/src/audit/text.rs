//! An audit as text for a terminal.

use std::fmt::Write as _;

use super::{Audit, AuditRow};
use crate::checks::RuleId;
use crate::contest::Contest;

/// Renders totals first, then what each check found, then each award that the rules do not explain.
#[must_use]
pub fn render(contest: &Contest, audit: &Audit) -> String {
    let mut out = String::new();
    let count =
        |wanted: &dyn Fn(&AuditRow) -> bool| audit.rows.iter().filter(|row| wanted(row)).count();
    let agree = count(&|row| row.agrees == Some(true));
    let by_lot = count(&|row| row.agrees == Some(true) && row.lot);
    let differ = count(&|row| row.agrees == Some(false));
    let unknown = count(&|row| row.agrees.is_none());
    let majority = count(&|row| row.agrees_majority == Some(true));
    let single = |row: &AuditRow| row.elects == Some(1) && row.agrees.is_some();
    let lines = [
        (audit.rows.len(), "precincts in the file"),
        (agree, "published awards that the rules give"),
        (by_lot, "of these, one of several outcomes that a lot permits"),
        (differ, "published awards that the rules do not give"),
        (
            unknown,
            "not known: delegates of satellite sites depend on the attendance of their whole pool",
        ),
        (majority, "published awards that the rules give, a single delegate by majority"),
        (count(&|row| single(row)), "precincts that elect one delegate"),
        (
            count(&|row| single(row) && row.agrees == Some(true)),
            "of these, as the contest's rule gives",
        ),
        (
            count(&|row| single(row) && row.agrees_majority == Some(true)),
            "of these, as a majority permits",
        ),
        (audit.absent.len(), "precincts of the contest that the file does not name"),
    ];
    put(&mut out, format_args!("{}\n\n", contest.title));
    for (number, what) in lines {
        put(&mut out, format_args!("{number:>6}  {what}\n"));
    }
    out.push_str(
        "\nChecks (precincts, then their ids). Lots were not published, so C08 names every tie.\n",
    );
    for rule in RuleId::ALL {
        let ids: Vec<&str> = audit
            .rows
            .iter()
            .filter(|row| row.checks.contains(&rule))
            .map(|row| row.precinct_id.as_str())
            .collect();
        put(&mut out, format_args!("{rule} {:>6}  {}\n", ids.len(), ids.join(" ")));
    }
    out.push_str("\nPublished awards that the rules do not give\n");
    for row in audit.rows.iter().filter(|row| row.agrees == Some(false)) {
        difference(contest, &mut out, row);
    }
    out
}

fn difference(contest: &Contest, out: &mut String, row: &AuditRow) {
    let name = contest
        .precinct_by_id(&row.precinct_id)
        .map(|(_, precinct)| format!("{}, {}", precinct.name, contest.county_display(precinct)))
        .unwrap_or_default();
    let published = row.published.as_ref().map(super::Delegates::summary).unwrap_or_default();
    let awards: Vec<String> = row.awards.iter().map(super::Delegates::summary).collect();
    let fits = if row.fits.is_empty() {
        "not explained by the rules".to_owned()
    } else {
        let readings: Vec<&str> = row.fits.iter().map(|reading| reading.as_str()).collect();
        format!("fits {}", readings.join("; "))
    };
    put(
        out,
        format_args!(
            "\n{} ({name}), elects {}, {} attendees\n  published  {published}\n  rules give {}\n  {fits}\n",
            row.precinct_id,
            row.elects.unwrap_or(0),
            row.attendees.unwrap_or(0),
            awards.join("\n          or ")
        ),
    );
    for finding in &row.findings {
        let sentence = finding.headquarters_sentence(contest);
        put(out, format_args!("  {} {sentence}\n", finding.rule));
    }
}

fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = out.write_fmt(text);
}
