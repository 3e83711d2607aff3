//! An audit as text for a terminal.

use std::fmt::Write as _;

use super::{Audit, AuditRow, Inconsistency};
use crate::checks::RuleId;
use crate::checks::statewide::{Found, Scope, StatewideRule};
use crate::contest::{Contest, CountKind, Limits};
use crate::language::Language;

/// Renders totals first, then what each check found, then each award that the rules do not explain.
#[must_use]
pub fn render(contest: &Contest, audit: &Audit) -> String {
    let mut out = String::new();
    let count =
        |wanted: &dyn Fn(&AuditRow) -> bool| audit.rows.iter().filter(|row| wanted(row)).count();
    let agree = count(&|row| row.agrees == Some(true));
    let by_lot = count(&|row| row.agrees == Some(true) && row.lot);
    let nobody = count(&|row| row.agrees == Some(true) && row.nobody);
    let differ = count(&|row| row.agrees == Some(false));
    let unknown = count(&|row| row.agrees.is_none());
    let majority = count(&|row| row.agrees_majority == Some(true));
    let single = |row: &AuditRow| row.elects == Some(1) && row.agrees.is_some();
    let lines = [
        (audit.rows.len(), "precincts in the file"),
        (agree, "published awards that the rules give"),
        (by_lot, "of these, one of several outcomes that a lot permits"),
        (nobody, "of these, nobody elected where nobody came"),
        (differ, "published awards that the rules do not give"),
        (unknown, "not known: how many the place elects or was awarded, as at satellite sites"),
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
        ids(&mut out, &rule.to_string(), audit, &|row| row.checks.contains(&rule));
    }
    across(contest, &mut out, audit);
    over_limit(contest, &mut out, audit);
    out.push_str("\nPublished awards that the rules do not give\n");
    for row in audit.rows.iter().filter(|row| row.agrees == Some(false)) {
        difference(contest, &mut out, row);
    }
    out
}

/// Names the numbers that cannot have come from a report, with what the checks make of their precinct.
fn over_limit(contest: &Contest, out: &mut String, audit: &Audit) {
    let mut rows = audit.rows.iter().filter(|row| !row.over_limit.is_empty()).peekable();
    if rows.peek().is_none() {
        return;
    }
    put(
        out,
        format_args!(
            "\nNumbers above {}, which no keypad takes and no report may hold\n",
            Limits::WIDEST.count_max
        ),
    );
    for row in rows {
        put(out, format_args!("\n{} ({})\n", row.precinct_id, name(contest, row)));
        for over in &row.over_limit {
            let group = contest.groups.get(over.group).map_or("", |group| &group.name);
            let (number, line) = (over.number, over.line);
            let what = match over.count {
                None => "attendees".to_owned(),
                Some(CountKind::FirstAlignment) => format!("for {group} at first alignment"),
                Some(CountKind::FinalAlignment) => format!("for {group} at final alignment"),
                Some(CountKind::Delegates) => format!("delegates for {group}"),
            };
            put(out, format_args!("  {number} {what}, in line {line}\n"));
        }
        findings(contest, out, row);
    }
}

/// Checks against other precincts and the roster, every pair of precincts with the same numbers, and the finer lists.
fn across(contest: &Contest, out: &mut String, audit: &Audit) {
    // The other H checks compare sources, of which a file of results is one.
    for rule in [StatewideRule::H01, StatewideRule::H04] {
        ids(out, &rule.to_string(), audit, &|row| row.statewide.contains(&rule));
    }
    out.push_str("\nPrecincts with the same numbers\n");
    for finding in audit.rows.iter().flat_map(|row| &row.statewide_findings) {
        if let Found::SameNumbers { count, people, precincts } = &finding.found
            && precincts.first().map(|&first| Scope::Precinct(first)) == Some(finding.scope)
        {
            let names: Vec<&str> = precincts
                .iter()
                .filter_map(|&number| contest.precinct(number))
                .map(|precinct| precinct.id.as_str())
                .collect();
            put(out, format_args!("{} {people:>6}  {}\n", count.as_str(), names.join(" ")));
        }
    }
    out.push_str("\nWhat is inconsistent (precincts, then their ids)\n");
    for kind in Inconsistency::ALL {
        put(out, format_args!("{}\n", kind.title()));
        ids(out, " ", audit, &|row| row.inconsistencies.contains(&kind));
    }
}

fn ids(out: &mut String, name: &str, audit: &Audit, wanted: &dyn Fn(&AuditRow) -> bool) {
    let rows = audit.rows.iter().filter(|row| wanted(row));
    let ids: Vec<&str> = rows.map(|row| row.precinct_id.as_str()).collect();
    put(out, format_args!("{name} {:>6}  {}\n", ids.len(), ids.join(" ")));
}

fn name(contest: &Contest, row: &AuditRow) -> String {
    contest
        .precinct_by_id(&row.precinct_id)
        .map(|(_, precinct)| format!("{}, {}", precinct.name, contest.county_display(precinct)))
        .unwrap_or_default()
}

fn findings(contest: &Contest, out: &mut String, row: &AuditRow) {
    for finding in &row.findings {
        let sentence = finding.headquarters_sentence(contest, Language::English);
        put(out, format_args!("  {} {sentence}\n", finding.rule));
    }
}

fn difference(contest: &Contest, out: &mut String, row: &AuditRow) {
    let name = name(contest, row);
    let published = row.published.as_ref().map(super::Delegates::summary).unwrap_or_default();
    let awards: Vec<String> = row.awards.iter().map(super::Delegates::summary).collect();
    let early = row.early.map_or_else(String::new, |early| format!(", {early} of them early"));
    let fits = if row.fits.is_empty() {
        "not explained by the rules".to_owned()
    } else {
        let readings: Vec<&str> = row.fits.iter().map(|reading| reading.as_str()).collect();
        format!("fits {}", readings.join("; "))
    };
    put(
        out,
        format_args!(
            "\n{} ({name}), elects {}, {} attendees{early}\n  published  {published}\n  rules give {}\n  {fits}\n",
            row.precinct_id,
            row.elects.unwrap_or(0),
            row.attendees.unwrap_or(0),
            awards.join("\n          or ")
        ),
    );
    findings(contest, out, row);
}

fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = out.write_fmt(text);
}
