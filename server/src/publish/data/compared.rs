//! Two layers as CSV: every sum of the state, every number of another region or of a precinct that differs, and for each precinct
//! that differs the reports of both layers.

use countersign_core::contest::Contest;
use countersign_core::results::{Compared, ComparedCell, ComparedPrecinct, Step};

use super::csv::{MADE_UP, mark, written};
use super::{Unreadable, compare};
use crate::publish::cells::{self, Cells, number, region_name};
use crate::publish::compared::Pair;
use crate::publish::pages::Night;

const FORM: &str = "CSV of two layers";
const HEADER: [&str; 9] = [
    "region",
    "measure",
    "candidate",
    "before",
    "after",
    "difference",
    "causes",
    "evidence",
    "releases",
];
/// Measure of the row that names a precinct's reports.
const REPORT: &str = "report";

/// Writes the table.
#[must_use]
pub(in crate::publish) fn write(night: &Night<'_>, pair: &Pair<'_>) -> String {
    let contest = &pair.after.package.contest;
    written(|table| {
        let marked = |row: [String; 9]| row.into_iter().chain(mark(contest, "yes"));
        table.write_record(HEADER.into_iter().chain(mark(contest, MADE_UP)))?;
        for region in &pair.compared.regions {
            let name = region_name(contest, region.region);
            for cell in region.cells.iter().filter(|cell| is_told(&name, cell)) {
                table.write_record(marked(row(contest, &name, cell, &Why::default())))?;
            }
        }
        for precinct in &pair.compared.precincts {
            let Some(place) = contest.precinct(precinct.precinct.0) else { continue };
            let name = format!("precinct:{}", place.id);
            let why = Why::of(night, precinct);
            let id = |report: Option<_>| report.map_or_else(String::new, |id| format!("{id}"));
            let [causes, evidence, releases] = why.fields();
            let (before, after) = (id(precinct.before), id(precinct.after));
            let report = [&*name, REPORT, "", &before, &after, "", causes, evidence, releases];
            table.write_record(marked(report.map(ToOwned::to_owned)))?;
            for cell in &precinct.cells {
                table.write_record(marked(row(contest, &name, cell, &why)))?;
            }
        }
        Ok(())
    })
}

/// Of the state everything, of other regions what differs.
fn is_told(region: &str, cell: &ComparedCell) -> bool {
    region == "state" || cell.differs()
}

/// What explains a precinct: lists with spaces between.
#[derive(Default)]
struct Why {
    causes: String,
    evidence: String,
    releases: String,
}

impl Why {
    fn of(night: &Night<'_>, precinct: &ComparedPrecinct) -> Self {
        let steps = precinct.steps.iter();
        let decisions = night.state.review().decisions(precinct.precinct);
        let evidence = |step: &Step| {
            let decided = decisions.iter().find(|one| Some(one.signed.id) == step.decision)?;
            Some(decided.decision.evidence.code())
        };
        let causes: Vec<&str> =
            steps.clone().filter_map(|step| step.cause).map(|cause| cause.code()).collect();
        let evidence: Vec<&str> = steps.clone().filter_map(evidence).collect();
        let releases: Vec<String> = steps.map(|step| step.release.to_string()).collect();
        Self {
            causes: causes.join(" "),
            evidence: evidence.join(" "),
            releases: releases.join(" "),
        }
    }

    fn fields(&self) -> [&str; 3] {
        [&self.causes, &self.evidence, &self.releases]
    }
}

fn row(contest: &Contest, region: &str, cell: &ComparedCell, why: &Why) -> [String; 9] {
    let group = cell.group.and_then(|group| contest.groups.get(group));
    let said = |value: Option<u64>| {
        value.map_or_else(String::new, |value| number(cell.measure, value.into()))
    };
    let [causes, evidence, releases] = why.fields().map(ToOwned::to_owned);
    [
        region.to_owned(),
        cells::measure(cell.measure).to_owned(),
        group.map_or_else(String::new, |group| group.key.clone()),
        said(cell.before),
        said(cell.after),
        cell.difference().map_or_else(String::new, |value| number(cell.measure, value)),
        causes,
        evidence,
        releases,
    ]
}

/// Reads a table back, and compares it with what was found.
///
/// # Errors
/// [`Unreadable`] when it does not say that.
pub(in crate::publish) fn check(
    contest: &Contest,
    compared: &Compared,
    text: &str,
) -> Result<(), Unreadable> {
    compare(FORM, &Cells::of_compared(contest, compared, |_| true), read(text)?)
}

/// The cells of a table: the measure begins with `before:`, `after:` or `difference:`.
///
/// # Errors
/// [`Unreadable`].
pub fn read(text: &str) -> Result<Cells, Unreadable> {
    let failed = |error: csv::Error| Unreadable::form(FORM, error);
    let mut table = csv::Reader::from_reader(text.as_bytes());
    let header = table.headers().map_err(failed)?;
    if !header.iter().eq(HEADER) && !header.iter().eq(HEADER.into_iter().chain([MADE_UP])) {
        return Err(Unreadable::form(FORM, "other columns"));
    }
    let mut cells = Cells::default();
    for row in table.records() {
        let row = row.map_err(failed)?;
        let (region, measure, candidate) = (&row[0], &row[1], &row[2]);
        if measure == REPORT {
            continue;
        }
        let of = match candidate {
            "" => measure.to_owned(),
            group => format!("{measure}:{group}"),
        };
        for (column, value) in ["before", "after", "difference"].into_iter().zip(row.iter().skip(3))
        {
            cells.put(region, format!("{column}:{of}"), value);
        }
    }
    Ok(cells)
}
