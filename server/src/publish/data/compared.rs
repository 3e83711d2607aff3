//! Two layers, or what was released just before a release and then, as CSV: every sum of the state, every number of another region
//! or of a precinct that differs, and for each precinct that differs the reports of both.

use ::csv::StringRecord;
use countersign_core::contest::Contest;
use countersign_core::results::{Compared, ComparedCell, ComparedPrecinct, Step};

use super::csv::{MADE_UP, YES, mark, written};
use super::{Unreadable, compare};
use crate::publish::cells::{self, Cell, Cells, Difference, number, region_name};
use crate::publish::pages::Night;

const FORM: &str = "CSV of what differs";
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
pub(crate) fn write(night: &Night<'_>, contest: &Contest, compared: &Compared) -> String {
    written(|table| {
        let marked = |row: [String; 9]| row.into_iter().chain(mark(contest, YES));
        table.write_record(HEADER.into_iter().chain(mark(contest, MADE_UP)))?;
        for region in &compared.regions {
            let name = region_name(contest, region.region);
            for cell in region.cells.iter().filter(|cell| is_told(&name, cell)) {
                table.write_record(marked(row(contest, &name, cell, &Why::default())))?;
            }
        }
        for precinct in &compared.precincts {
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

/// Opens a table, if it is one.
fn open(text: &str) -> Result<csv::Reader<&[u8]>, Unreadable> {
    let mut table = csv::Reader::from_reader(text.as_bytes());
    let header = table.headers().map_err(|error| Unreadable::form(FORM, error))?;
    if !header.iter().eq(HEADER) && !header.iter().eq(HEADER.into_iter().chain([MADE_UP])) {
        return Err(Unreadable::form(FORM, "other columns"));
    }
    Ok(table)
}

/// The cells of a table: the measure begins with `before:`, `after:` or `difference:`.
///
/// # Errors
/// [`Unreadable`].
pub fn read(text: &str) -> Result<Cells, Unreadable> {
    let mut cells = Cells::default();
    for row in open(text)?.records() {
        let row = row.map_err(|error| Unreadable::form(FORM, error))?;
        if &row[1] == REPORT {
            continue;
        }
        let of = of(&row);
        for (column, value) in HEADER.into_iter().zip(&row).skip(3).take(3) {
            cells.put(&row[0], format!("{column}:{of}"), value);
        }
    }
    Ok(cells)
}

/// What a row is of: the measure, and the group where there is one.
fn of(row: &StringRecord) -> String {
    match &row[2] {
        "" => row[1].to_owned(),
        group => format!("{}:{group}", &row[1]),
    }
}

/// Compares a table with the one that ought to stand there, row by row and column by column: numbers, reports and what explains
/// them. `None` when they are the same.
///
/// # Errors
/// [`Unreadable`].
pub(crate) fn difference(ours: &str, theirs: &str) -> Result<Option<Difference>, Unreadable> {
    let unreadable = |error: csv::Error| Unreadable::form(FORM, error);
    let (mut ours, mut theirs) = (open(ours)?, open(theirs)?);
    let headers = ours.headers().map_err(unreadable)?.clone();
    let (mut ours, mut theirs) = (ours.records(), theirs.records());
    loop {
        let next = (ours.next().transpose(), theirs.next().transpose());
        let (ours, theirs) = (next.0.map_err(unreadable)?, next.1.map_err(unreadable)?);
        let of_row =
            |row: &StringRecord, measure: String| Cell { region: row[0].to_owned(), measure };
        let differs = match (ours, theirs) {
            (None, None) => return Ok(None),
            (Some(ours), Some(theirs)) if ours == theirs => continue,
            (Some(ours), Some(theirs)) if ours.iter().take(3).eq(theirs.iter().take(3)) => {
                let columns = headers.iter().zip(ours.iter().zip(&theirs));
                let other = columns.into_iter().find(|(_, (ours, theirs))| ours != theirs);
                let (column, (said, found)) = other.unwrap_or_default();
                let cell = of_row(&ours, format!("{column}:{}", of(&ours)));
                Difference { cell, ours: said.to_owned(), theirs: found.to_owned() }
            }
            (Some(row), theirs) => {
                let there =
                    theirs.map_or_else(String::new, |row| format!("{} of {}", of(&row), &row[0]));
                let cell = of_row(&row, "row".to_owned());
                Difference { cell, ours: format!("{} of {}", of(&row), &row[0]), theirs: there }
            }
            (None, Some(row)) => {
                let cell = of_row(&row, "row".to_owned());
                let theirs = format!("{} of {}", of(&row), &row[0]);
                Difference { cell, ours: String::new(), theirs }
            }
        };
        return Ok(Some(differs));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "region,measure,candidate,before,after,difference,causes,evidence,releases\n\
        state,attendees,,41,38,-3,,,\n\
        precinct:a,report,,aa,bb,,recount,sheet,cc\n\
        precinct:a,finalAlignment,red,9,6,-3,recount,sheet,cc\n";

    #[test]
    fn every_column_of_a_table_of_two_layers_is_compared() {
        let differs = |theirs: &str| difference(TABLE, theirs).unwrap().map(|one| one.to_string());
        assert_eq!(differs(TABLE), None);
        for (from, to, said) in [
            (",41,", ",42,", "before:attendees of state: 41 as worked out, 42 in the document"),
            ("aa,bb", "aa,bc", "after:report of precinct:a: bb as worked out, bc in the document"),
            (
                "red,9,6,-3,recount",
                "red,9,6,-3,recanvass",
                "causes:finalAlignment:red of precinct:a: recount",
            ),
            ("red,9,6,-3,recount,sheet", "red,9,6,-3,recount,call", "evidence:finalAlignment:red"),
            ("sheet,cc\n", "sheet,cd\n", "releases:report of precinct:a: cc as worked out, cd"),
            (
                "red,9",
                "blue,9",
                "row of precinct:a: finalAlignment:red of precinct:a as worked out",
            ),
        ] {
            let theirs = TABLE.replacen(from, to, 1);
            let found = differs(&theirs).unwrap();
            assert!(found.starts_with(said), "{found}");
        }
        let shorter = TABLE.rsplit_once("precinct:a").unwrap().0;
        assert!(differs(shorter).unwrap().starts_with("row of precinct:a: finalAlignment:red"));
        let longer = format!("{TABLE}county:a,attendees,,1,2,1,,,\n");
        assert!(differs(&longer).unwrap().starts_with("row of county:a"));
        assert!(difference(TABLE, &TABLE.replace("causes", "cause")).is_err());
        assert!(difference(TABLE, &TABLE.replace(",,41", "41")).is_err());
    }
}
