//! Published results by precinct, as a party prints them: the input of audits and of rehearsal worksheets.

use std::collections::BTreeMap;

use super::mistake::Mistake;
use super::table::{Column, Row, Table};
use super::{Contest, CountKind, Limits};
use crate::rules::{TenThousandths, whole_delegates};

/// What was published for one precinct. Lists are in ballot order; a group without a row has zeros.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Number of the precinct.
    pub precinct: u32,
    /// Line of its first row.
    pub line: u32,
    /// People at first alignment.
    pub first: Vec<u32>,
    /// People at final alignment.
    pub last: Vec<u32>,
    /// State delegate equivalents; absent where the file has none for this precinct.
    pub sde: Option<Vec<TenThousandths>>,
    /// Attendance, where it was published.
    pub attendees: Option<u32>,
    /// Delegates, where they were published as such.
    pub delegates: Option<Vec<u32>>,
    /// Numbers above what a report may hold, in the order of the file. They stand in the lists above as well.
    pub over_limit: Vec<OverLimit>,
}

/// A published number above what a report may hold (see [`Limits::WIDEST`]): it cannot have come from a tablet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OverLimit {
    /// Line of the file.
    pub line: u32,
    /// What it counts; absent for attendance.
    pub count: Option<CountKind>,
    /// The group in whose row it stands, by ballot index.
    pub group: usize,
    /// The number.
    pub number: u32,
}

impl Published {
    /// Attendance as published, else the first alignment's total. `None` only for a total that no report may hold.
    #[must_use]
    pub fn attendance(&self) -> Option<u32> {
        match self.attendees {
            Some(attendees) => Some(attendees),
            None => total(&self.first),
        }
    }

    /// Delegates awarded: as published, else the nearest whole numbers to the published SDE (see [`whole_delegates`]).
    /// `None` where neither is known, as for satellite sites, whose SDE depends on the attendance of their whole pool.
    #[must_use]
    pub fn awarded(&self, contest: &Contest) -> Option<Vec<u32>> {
        if let Some(delegates) = &self.delegates {
            return Some(delegates.clone());
        }
        let county = contest.county_of(contest.precinct(self.precinct)?)?;
        self.sde.as_ref()?.iter().map(|&sde| whole_delegates(county, sde)).collect()
    }

    /// Every number is zero or was not published: nobody attended, was counted or was elected.
    pub(crate) fn says_nobody_came(&self) -> bool {
        let none = |count: &[u32]| count.iter().all(|&number| number == 0);
        none(&self.first)
            && none(&self.last)
            && self.attendees.unwrap_or(0) == 0
            && self.delegates.as_deref().is_none_or(none)
            && self.sde.as_ref().is_none_or(|sde| sde.iter().all(|value| value.0 == 0))
    }
}

/// Sum of a count; `None` above what `u32` holds.
pub(crate) fn total(count: &[u32]) -> Option<u32> {
    count.iter().try_fold(0_u32, |sum, &people| sum.checked_add(people))
}

const COLUMNS: [Column; 11] = [
    Column::needed("precinct_id"),
    Column::needed("candidate"),
    Column::needed("first"),
    Column::needed("final"),
    Column::optional("sde"),
    Column::optional("attendees"),
    Column::optional("delegates"),
    // What a server that publishes results says besides, and what is not read.
    Column::optional("made_up"),
    Column::optional("early_attendees"),
    Column::optional("early_first"),
    Column::optional("early_final"),
];

/// Reads results in the columns `precinct_id,candidate,first,final` and, where they are known, `sde`, `attendees` and
/// `delegates`. Rows are sparse: a group without a row has zeros. The result is in the order of the roster.
///
/// Numbers above what a report may hold are read and named ([`Published::over_limit`]): parties have published such.
///
/// # Errors
/// Every mistake in the file, each with its line.
pub fn read_published(
    contest: &Contest,
    file: &str,
    text: &[u8],
) -> Result<Vec<Published>, Vec<Mistake>> {
    let mut mistakes = Vec::new();
    let table = Table::read(file, text, &COLUMNS, &mut mistakes);
    let numbers: BTreeMap<&str, u32> = contest
        .precincts
        .iter()
        .zip(0..)
        .map(|(precinct, number)| (precinct.id.as_str(), number))
        .collect();
    let mut reader = Reader { contest, mistakes, places: BTreeMap::new() };
    for row in &table.rows {
        reader.row(&numbers, row);
    }
    if reader.mistakes.is_empty() { Ok(reader.finish()) } else { Err(reader.mistakes) }
}

/// A precinct while its rows are read.
struct Place {
    published: Published,
    /// Line of each group's row.
    seen: Vec<Option<u32>>,
    sde: Vec<Option<TenThousandths>>,
    delegates: Vec<Option<u32>>,
}

struct Reader<'a> {
    contest: &'a Contest,
    mistakes: Vec<Mistake>,
    places: BTreeMap<u32, Place>,
}

impl Reader<'_> {
    fn row(&mut self, numbers: &BTreeMap<&str, u32>, row: &Row<'_>) {
        let contest = self.contest;
        let id = row.get("precinct_id");
        let key = row.get("candidate");
        let precinct = numbers.get(id).copied();
        if precinct.is_none() {
            self.mistakes.push(row.mistake(
                format!("there is no precinct {id:?} in {}", contest.id),
                "write the precinct_id as the contest's roster has it",
            ));
        }
        let group = contest.group_index(key);
        if group.is_none() {
            self.mistakes.push(row.mistake(
                format!("there is no group {key:?} in {}", contest.id),
                "write the group's key as the contest has it",
            ));
        }
        let first = row.number("first", u32::MAX, &mut self.mistakes);
        let last = row.number("final", u32::MAX, &mut self.mistakes);
        let attendees = row.number("attendees", u32::MAX, &mut self.mistakes);
        let delegates = row.number("delegates", u32::MAX, &mut self.mistakes);
        let sde = self.sde(row);
        let (Some(precinct), Some(group)) = (precinct, group) else { return };
        let groups = contest.groups.len();
        let place = self.places.entry(precinct).or_insert_with(|| Place {
            published: Published {
                precinct,
                line: row.line,
                first: vec![0; groups],
                last: vec![0; groups],
                sde: None,
                attendees: None,
                delegates: None,
                over_limit: Vec::new(),
            },
            seen: vec![None; groups],
            sde: vec![None; groups],
            delegates: vec![None; groups],
        });
        if let Some(before) = place.seen[group] {
            self.mistakes.push(row.mistake(
                format!("{key} of {id} was given in line {before} already"),
                "keep one row for each precinct and group",
            ));
            return;
        }
        place.seen[group] = Some(row.line);
        place.published.first[group] = first.unwrap_or(0);
        place.published.last[group] = last.unwrap_or(0);
        let cells = [
            (Some(CountKind::FirstAlignment), first),
            (Some(CountKind::FinalAlignment), last),
            (Some(CountKind::Delegates), delegates),
            (None, attendees),
        ];
        place.published.over_limit.extend(cells.into_iter().filter_map(|(count, number)| {
            let number = number.filter(|number| *number > Limits::WIDEST.count_max)?;
            Some(OverLimit { line: row.line, count, group, number })
        }));
        place.sde[group] = sde;
        place.delegates[group] = delegates;
        match (place.published.attendees, attendees) {
            (Some(before), Some(now)) if before != now => self.mistakes.push(row.mistake(
                format!("{id} has {now} attendees here and {before} in an earlier line"),
                "write the same number of attendees in every row of a precinct, or leave the others empty",
            )),
            (None, Some(now)) => place.published.attendees = Some(now),
            _ => {}
        }
    }

    fn sde(&mut self, row: &Row<'_>) -> Option<TenThousandths> {
        let text = row.get("sde");
        let sde = TenThousandths::parse(text);
        if sde.is_none() && !text.is_empty() {
            self.mistakes.push(row.mistake(
                format!("{text:?} is no number of state delegate equivalents"),
                "write digits with at most four decimals after a point, such as 1.3993",
            ));
        }
        sde
    }

    fn finish(self) -> Vec<Published> {
        self.places
            .into_values()
            .map(|mut place| {
                place.published.sde = filled(&place.sde);
                place.published.delegates = filled(&place.delegates);
                place.published
            })
            .collect()
    }
}

/// The cells with zeros for the groups without one; `None` where no group has any.
fn filled<T: Copy + Default>(cells: &[Option<T>]) -> Option<Vec<T>> {
    cells
        .iter()
        .any(Option::is_some)
        .then(|| cells.iter().map(|cell| cell.unwrap_or_default()).collect())
}
