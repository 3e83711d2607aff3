//! CSV: one file of precincts, with the columns that `contest audit --reports` reads, and one of totals.

use std::collections::HashMap;

use countersign_core::contest::{Contest, CountKind};
use countersign_core::results::{Region, Released, Totals};

use super::Unreadable;
use crate::publish::cells::{COVERED, Cell, Cells, EARLY, EARLY_ATTENDEES, region_name};

const FORM: &str = "CSV";

/// Column of a count.
const fn column(kind: CountKind) -> &'static str {
    match kind {
        CountKind::FirstAlignment => "first",
        CountKind::FinalAlignment => "final",
        CountKind::Delegates => "delegates",
    }
}

/// Counts of people, which early votes belong to as well.
const PEOPLE: [CountKind; 2] = [CountKind::FirstAlignment, CountKind::FinalAlignment];

/// Columns of early votes, in contests that have any.
fn early_columns(contest: &Contest) -> impl Iterator<Item = &'static str> {
    let columns = ["early_attendees", "early_first", "early_final"];
    columns.into_iter().filter(|_| contest.early_votes.is_some())
}

/// The measure of a column of counts.
fn measure_of(column: &str) -> Option<String> {
    match column.strip_prefix("early_") {
        None => kind_of(column).map(|kind| kind.as_str().to_owned()),
        Some(early) => kind_of(early).map(|kind| format!("{EARLY}{}", kind.as_str())),
    }
}

/// The count that a column is of.
pub(in crate::publish) fn kind_of(column: &str) -> Option<CountKind> {
    CountKind::ALL.into_iter().find(|&kind| self::column(kind) == column)
}

/// Column that marks each row of a contest whose numbers are made up; other files do not have it.
pub(in crate::publish) const MADE_UP: &str = "made_up";

/// What stands in that column, and in the one that says whether enough is released.
pub(in crate::publish) const YES: &str = "yes";

/// What stands in the column that says whether enough is released, before it is.
const NO: &str = "no";

/// A word for contests whose numbers are made up: the column's name, or what stands in it.
pub(super) fn mark<T: From<&'static str>>(contest: &Contest, what: &'static str) -> Option<T> {
    contest.is_made_up().then(|| what.into())
}

/// Whether the file of precincts carries a cell: all of theirs but the delegates that the contest calls official, which may
/// differ from those that were signed and stand in the JSON document.
pub fn carries_precincts(cell: &Cell) -> bool {
    cell.region.starts_with("precinct:") && !cell.measure.starts_with("official:")
}

/// A table as text.
pub(super) fn written(rows: impl FnOnce(&mut csv::Writer<Vec<u8>>) -> csv::Result<()>) -> String {
    let mut table = csv::Writer::from_writer(Vec::new());
    let done = rows(&mut table).and_then(|()| {
        table
            .into_inner()
            .map_err(|error| csv::Error::from(std::io::Error::other(error.to_string())))
    });
    String::from_utf8(done.expect("writing into memory does not fail")).expect("text went in")
}

/// Every released precinct, a row for each group.
#[must_use]
pub fn precincts(released: &Released) -> String {
    let contest = &released.package.contest;
    // An empty cell is unknown, never zero.
    let with_sde = contest.has_sde();
    let counts = contest.counts.iter().map(|&kind| column(kind));
    let header: Vec<&str> = ["precinct_id", "candidate", "attendees"]
        .into_iter()
        .chain(counts)
        .chain(["sde"])
        .chain(early_columns(contest))
        .chain(mark(contest, MADE_UP))
        .collect();
    written(|table| {
        table.write_record(&header)?;
        for precinct in &released.precincts {
            let Some(named) = contest.precinct(precinct.precinct.0) else { continue };
            let numbers = &precinct.numbers;
            for (index, group) in contest.groups.iter().enumerate() {
                let mut row =
                    vec![named.id.clone(), group.key.clone(), numbers.attendees.to_string()];
                row.extend(numbers.counts.iter().map(|count| count[index].to_string()));
                let sde = precinct.sde.get(index).filter(|_| with_sde);
                row.push(sde.map_or_else(String::new, ToString::to_string));
                if contest.early_votes.is_some() {
                    let early = contest.early_votes_of(precinct.precinct.0);
                    row.push(early.map_or(0, |early| early.attendees).to_string());
                    row.extend(PEOPLE.map(|kind| {
                        let counted = early.filter(|_| contest.count_index(kind).is_some());
                        counted.map_or(0, |early| early.votes(kind, index)).to_string()
                    }));
                }
                row.extend(mark::<String>(contest, YES));
                table.write_record(&row)?;
            }
        }
        Ok(())
    })
}

/// Sums of the state, of each district and of each county, a row for each group.
#[must_use]
pub fn totals(released: &Released) -> String {
    let contest = &released.package.contest;
    let counts = contest.counts.iter().map(|&kind| column(kind));
    let header: Vec<&str> =
        ["region", "precincts_released", "precincts", "attendees", "candidate", "covered"]
            .into_iter()
            .chain(counts)
            .chain(["official_delegates", "sde", "national_delegates"])
            .chain(early_columns(contest))
            .chain(mark(contest, MADE_UP))
            .collect();
    let covered = if released.is_covered() { YES } else { NO };
    let national = released.published_national().map(|national| national.totals());
    let districts = released.districts.iter().map(|(_, totals)| totals);
    let all = [&released.statewide].into_iter().chain(districts).chain(&released.counties);
    written(|table| {
        table.write_record(&header)?;
        for totals in all {
            for index in 0..contest.groups.len() {
                table.write_record(row(contest, totals, index, (covered, national.as_deref())))?;
            }
        }
        Ok(())
    })
}

fn row(
    contest: &Contest,
    totals: &Totals,
    index: usize,
    (covered, national): (&str, Option<&[u32]>),
) -> Vec<String> {
    let mut row = vec![
        region_name(contest, totals.region),
        totals.precincts_released.to_string(),
        totals.precincts_total.to_string(),
        totals.attendees.to_string(),
        contest.groups[index].key.clone(),
        covered.to_owned(),
    ];
    row.extend(totals.counts.iter().map(|count| count[index].to_string()));
    row.push(totals.delegates[index].to_string());
    let sde = totals.sde.get(index).filter(|_| contest.has_sde());
    row.push(sde.map_or_else(String::new, ToString::to_string));
    let seats = national.filter(|_| totals.region == Region::Statewide);
    row.push(seats.map_or_else(String::new, |seats| seats[index].to_string()));
    if contest.early_votes.is_some() {
        let votes = |kind| contest.count_index(kind).map_or(0, |count| totals.early[count][index]);
        row.push(totals.early_attendees.to_string());
        row.extend(PEOPLE.map(|kind| votes(kind).to_string()));
    }
    row.extend(mark::<String>(contest, YES));
    row
}

/// The cells of a file of precincts.
///
/// # Errors
/// [`Unreadable`].
pub fn read_precincts(text: &str) -> Result<Cells, Unreadable> {
    let (mut cells, mut repeated) = (Cells::default(), Repeated::default());
    each_row(text, &["precinct_id", "candidate"], |[precinct, group], column, value| {
        let region = format!("precinct:{precinct}");
        match column {
            "attendees" | "released" => {
                repeated.agree(&region, column, value)?;
                cells.put(&region, column, value);
            }
            "early_attendees" => {
                repeated.agree(&region, column, value)?;
                cells.put(&region, EARLY_ATTENDEES, value);
            }
            "sde" => cells.put(&region, format!("sde:{group}"), value),
            MADE_UP => {}
            other => {
                let measure = measure_of(other).ok_or_else(|| unknown(other))?;
                cells.put(&region, format!("{measure}:{group}"), value);
            }
        }
        Ok(())
    })?;
    Ok(cells)
}

/// The cells of a file of totals.
///
/// # Errors
/// [`Unreadable`].
pub fn read_totals(text: &str) -> Result<Cells, Unreadable> {
    let (mut cells, mut repeated) = (Cells::default(), Repeated::default());
    each_row(text, &["region", "candidate"], |[region, group], column, value| {
        match column {
            "precincts" | MADE_UP => {}
            "attendees" => {
                repeated.agree(region, column, value)?;
                cells.put(region, column, value);
            }
            "early_attendees" => {
                repeated.agree(region, column, value)?;
                cells.put(region, EARLY_ATTENDEES, value);
            }
            "precincts_released" => {
                repeated.agree(region, column, value)?;
                cells.put(region, "released", value);
            }
            COVERED => {
                repeated.agree("every region", column, value)?;
                cells.put("state", COVERED, covered(value)?);
            }
            "sde" => cells.put(region, format!("sde:{group}"), value),
            "official_delegates" => cells.put(region, format!("official:{group}"), value),
            "national_delegates" => cells.put(region, format!("national:{group}"), value),
            other => {
                let measure = measure_of(other).ok_or_else(|| unknown(other))?;
                cells.put(region, format!("{measure}:{group}"), value);
            }
        }
        Ok(())
    })?;
    Ok(cells)
}

/// What stands in each row of a region, and has to be the same in all of them.
#[derive(Default)]
struct Repeated(HashMap<(String, String), String>);

impl Repeated {
    fn agree(&mut self, region: &str, column: &str, value: &str) -> Result<(), Unreadable> {
        let said = self.0.entry((region.to_owned(), column.to_owned()));
        if said.or_insert_with(|| value.to_owned()) == value {
            return Ok(());
        }
        Err(Unreadable::form(FORM, format!("{column} of {region} differ from row to row")))
    }
}

fn covered(value: &str) -> Result<u8, Unreadable> {
    match value {
        YES => Ok(1),
        NO => Ok(0),
        other => Err(Unreadable::form(FORM, format!("covered is {}", other.escape_debug()))),
    }
}

fn unknown(column: &str) -> Unreadable {
    Unreadable::form(FORM, format!("a column {column}"))
}

/// Calls with the two key columns, and the name and value of each other column that has one.
fn each_row<'k>(
    text: &str,
    keys: &[&'k str; 2],
    mut cell: impl FnMut([&str; 2], &str, &str) -> Result<(), Unreadable>,
) -> Result<(), Unreadable> {
    let failed = |error: csv::Error| Unreadable::form(FORM, error);
    let mut table = csv::Reader::from_reader(text.as_bytes());
    let header = table.headers().map_err(failed)?.clone();
    let place = |key: &&'k str| {
        let at = header.iter().position(|column| column == *key);
        at.ok_or_else(|| Unreadable::form(FORM, format!("no column {key}")))
    };
    let (first, second) = (place(&keys[0])?, place(&keys[1])?);
    let mut row = csv::StringRecord::new();
    while table.read_record(&mut row).map_err(failed)? {
        for (index, (column, value)) in header.iter().zip(&row).enumerate() {
            if index != first && index != second && !value.is_empty() {
                cell([&row[first], &row[second]], column, value)?;
            }
        }
    }
    Ok(())
}
