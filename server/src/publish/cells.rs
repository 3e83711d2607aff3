//! What a document of results says, cell by cell, whatever its form: what is written is read back and compared with this
//! before anybody is offered it, and whoever verifies compares what they worked out with what was published.

use std::collections::BTreeMap;
use std::fmt;

use countersign_core::checks::Figures;
use countersign_core::contest::{Contest, CountKind};
use countersign_core::results::{Compared, ComparedCell, Measure, Region, Released, Totals};
use countersign_core::rules::TenThousandths;

/// Measure of people who voted early.
pub const EARLY_ATTENDEES: &str = "earlyAttendees";
/// Measure of the state that is 1 once enough is released for shares, leaders and national delegates.
pub const COVERED: &str = "covered";
/// What the measures of early votes begin with; the count and the group follow.
pub const EARLY: &str = "early:";

/// What a cell belongs to: `state`, `district:3`, `county:polk` or `precinct:polk-dm-055`; and what it says of it:
/// `attendees`, `released`, or a measure and a group, such as `finalAlignment:biden`, which is what was counted in the room, or
/// `early:finalAlignment:biden`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// The region.
    pub region: String,
    /// The measure.
    pub measure: String,
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.measure, self.region)
    }
}

/// The numbers of a document. A number that is nought is not there: some documents leave them out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cells(BTreeMap<Cell, String>);

/// The first cell in which two documents differ.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{cell}: {ours} as worked out, {theirs} in the document")]
pub struct Difference {
    /// Which.
    pub cell: Cell,
    /// The number as it was worked out from the log.
    pub ours: String,
    /// The number in the document.
    pub theirs: String,
}

impl Cells {
    /// What released results say.
    #[must_use]
    pub fn of(released: &Released) -> Self {
        let contest = &released.package.contest;
        let mut cells = Self::default();
        if released.is_covered() {
            cells.put("state", COVERED, 1);
        }
        cells.totals(contest, &released.statewide);
        for county in &released.counties {
            cells.totals(contest, county);
        }
        for (_, district) in &released.districts {
            cells.totals(contest, district);
        }
        if let Some(national) = released.published_national() {
            for (group, seats) in contest.groups.iter().zip(national.totals()) {
                cells.put("state", format!("national:{}", group.key), seats);
            }
        }
        for precinct in &released.precincts {
            let Some(named) = contest.precinct(precinct.precinct.0) else { continue };
            let region = format!("precinct:{}", named.id);
            let numbers = &precinct.numbers;
            cells.put(&region, "attendees", numbers.attendees);
            cells.counts(contest, &region, &numbers.counts);
            if let Some(early) = contest.early_votes_of(precinct.precinct.0) {
                cells.put(&region, EARLY_ATTENDEES, early.attendees);
                cells.early(contest, &region, |kind, group| early.votes(kind, group).into());
            }
            for ((group, official), sde) in
                contest.groups.iter().zip(&numbers.official).zip(&precinct.sde)
            {
                cells.put(&region, format!("official:{}", group.key), official);
                cells.put(&region, format!("sde:{}", group.key), sde);
            }
        }
        cells
    }

    fn totals(&mut self, contest: &Contest, totals: &Totals) {
        let region = region_name(contest, totals.region);
        self.put(&region, "released", totals.precincts_released);
        self.put(&region, "attendees", totals.attendees);
        self.counts(contest, &region, &totals.counts);
        self.put(&region, EARLY_ATTENDEES, totals.early_attendees);
        self.early(contest, &region, |kind, group| {
            contest.count_index(kind).map_or(0, |count| totals.early[count][group])
        });
        for ((group, delegates), sde) in
            contest.groups.iter().zip(&totals.delegates).zip(&totals.sde)
        {
            self.put(&region, format!("official:{}", group.key), delegates);
            self.put(&region, format!("sde:{}", group.key), sde);
        }
    }

    fn early(&mut self, contest: &Contest, region: &str, votes: impl Fn(CountKind, usize) -> u64) {
        for &kind in contest.counts.iter().filter(|kind| kind.is_of_people()) {
            for (group, one) in contest.groups.iter().enumerate() {
                let measure = format!("{EARLY}{}:{}", kind.as_str(), one.key);
                self.put(region, measure, votes(kind, group));
            }
        }
    }

    /// What the rules work on in precincts with early votes: those and the people in the room together.
    #[must_use]
    pub fn sums_with_early_votes(released: &Released) -> Self {
        let contest = &released.package.contest;
        let mut cells = Self::default();
        for precinct in &released.precincts {
            let number = precinct.precinct.0;
            let (Some(named), Some(_)) = (contest.precinct(number), contest.early_votes_of(number))
            else {
                continue;
            };
            let some = |count: &Vec<u32>| count.iter().copied().map(Some).collect();
            let room = Figures {
                attendees: Some(precinct.numbers.attendees),
                counts: precinct.numbers.counts.iter().map(some).collect(),
            };
            let sums = contest.with_early_votes(number, &room);
            let region = format!("precinct:{}", named.id);
            for (kind, count) in contest.counts.iter().zip(&sums.counts) {
                for (group, sum) in contest.groups.iter().zip(count) {
                    if kind.is_of_people() {
                        let measure = format!("sum:{}:{}", kind.as_str(), group.key);
                        cells.put(&region, measure, sum.unwrap_or(0));
                    }
                }
            }
        }
        cells
    }

    fn counts<N: fmt::Display>(&mut self, contest: &Contest, region: &str, counts: &[Vec<N>]) {
        for (kind, count) in contest.counts.iter().zip(counts) {
            for (group, number) in contest.groups.iter().zip(count) {
                self.put(region, format!("{}:{}", kind.as_str(), group.key), number);
            }
        }
    }

    /// What two layers say, where it is wanted: every number of the state, and of other regions and of precincts what differs. A
    /// measure begins with `before:`, `after:` or `difference:`.
    #[must_use]
    pub fn of_compared(
        contest: &Contest,
        compared: &Compared,
        wanted: impl Fn(&ComparedCell) -> bool,
    ) -> Self {
        let mut cells = Self::default();
        for region in &compared.regions {
            let name = region_name(contest, region.region);
            let is_state = region.region == Region::Statewide;
            let told = region.cells.iter().filter(|cell| is_state || cell.differs());
            told.filter(|cell| wanted(cell))
                .for_each(|cell| cells.put_compared(contest, &name, cell));
        }
        for precinct in &compared.precincts {
            let Some(named) = contest.precinct(precinct.precinct.0) else { continue };
            let name = format!("precinct:{}", named.id);
            let told = precinct.cells.iter().filter(|cell| wanted(cell));
            told.for_each(|cell| cells.put_compared(contest, &name, cell));
        }
        cells
    }

    /// Puts both numbers of a cell, and their difference, as measures that begin with `before:`, `after:` and `difference:`.
    pub fn put_compared(&mut self, contest: &Contest, region: &str, cell: &ComparedCell) {
        let group = cell.group.and_then(|group| contest.groups.get(group));
        let measure = measure(cell.measure);
        let of = group.map_or_else(|| measure.to_owned(), |one| format!("{measure}:{}", one.key));
        let columns = [
            ("before", cell.before.map(i128::from)),
            ("after", cell.after.map(i128::from)),
            ("difference", cell.difference()),
        ];
        for (column, value) in columns {
            let Some(value) = value else { continue };
            self.put(region, format!("{column}:{of}"), number(cell.measure, value));
        }
    }

    /// Puts a number into its cell.
    pub fn put(&mut self, region: &str, measure: impl Into<String>, number: impl fmt::Display) {
        let number = number.to_string();
        let is_nought = number.bytes().all(|byte| matches!(byte, b'0' | b'.'));
        if !is_nought {
            let cell = Cell { region: region.to_owned(), measure: measure.into() };
            self.0.insert(cell, number);
        }
    }

    /// What stands in a cell; `None` where that is nought.
    #[must_use]
    pub fn get(&self, region: &str, measure: &str) -> Option<&str> {
        let cell = Cell { region: region.to_owned(), measure: measure.to_owned() };
        self.0.get(&cell).map(String::as_str)
    }

    /// Puts those of another beside them.
    pub fn extend(&mut self, more: Self) {
        self.0.extend(more.0);
    }

    /// How many numbers there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether every number is nought.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Calls with every number, in the order of the regions.
    pub fn each<'a>(&'a self, mut call: impl FnMut(&'a Cell, &'a str)) {
        for (cell, number) in &self.0 {
            call(cell, number);
        }
    }

    /// Those that a document of less carries.
    #[must_use]
    pub fn only(&self, carries: impl Fn(&Cell) -> bool) -> Self {
        let kept = self.0.iter().filter(|(cell, _)| carries(cell));
        Self(kept.map(|(cell, number)| (cell.clone(), number.clone())).collect())
    }

    /// Compares with what a document says.
    ///
    /// # Errors
    /// The first [`Difference`], in the order of the regions.
    pub fn agree_with(&self, document: &Self) -> Result<(), Difference> {
        self.differences(document).next().map_or(Ok(()), Err)
    }

    /// Every cell in which a document differs, in the order of the regions.
    pub fn differences<'a>(&'a self, document: &'a Self) -> impl Iterator<Item = Difference> + 'a {
        let mut cells: Vec<&Cell> = self.0.keys().chain(document.0.keys()).collect();
        cells.sort_unstable();
        cells.dedup();
        cells.into_iter().filter_map(|cell| {
            let nought = || "0".to_owned();
            let (ours, theirs) = (self.0.get(cell), document.0.get(cell));
            (ours != theirs).then(|| Difference {
                cell: cell.clone(),
                ours: ours.cloned().unwrap_or_else(nought),
                theirs: theirs.cloned().unwrap_or_else(nought),
            })
        })
    }

    /// Whether a region has a number.
    #[must_use]
    pub fn has_region(&self, region: &str) -> bool {
        let first = Cell { region: region.to_owned(), measure: String::new() };
        self.0.range(first..).next().is_some_and(|(cell, _)| cell.region == region)
    }
}

/// A measure as documents name it.
#[must_use]
pub const fn measure(measure: Measure) -> &'static str {
    match measure {
        Measure::Released => "released",
        Measure::Attendees => "attendees",
        Measure::Count(kind) => kind.as_str(),
        Measure::Official => "official",
        Measure::Sde => "sde",
        Measure::National => "national",
    }
}

/// What a changed number is of, as documents name it: `attendees`, or a count and a group by their indices, such as
/// `finalAlignment:biden`.
#[must_use]
pub fn changed_measure(contest: &Contest, cell: Option<(usize, usize)>) -> String {
    let Some((count, group)) = cell else { return measure(Measure::Attendees).to_owned() };
    let count = contest.counts.get(count).map_or("", |kind| kind.as_str());
    let group = contest.groups.get(group).map_or("", |group| group.key.as_str());
    format!("{count}:{group}")
}

/// A number of a measure, or a difference of two, as documents write it.
#[must_use]
pub fn number(measure: Measure, value: i128) -> String {
    if measure != Measure::Sde {
        return value.to_string();
    }
    let sign = if value < 0 { "-" } else { "" };
    // Sums of fewer than 2^32 precincts, each far below 2^32.
    let size = u64::try_from(value.unsigned_abs()).unwrap_or(u64::MAX);
    format!("{sign}{}", TenThousandths(size))
}

/// The name of what a sum is over.
#[must_use]
pub fn region_name(contest: &Contest, region: Region) -> String {
    match region {
        Region::Statewide => "state".to_owned(),
        Region::District(district) => format!("district:{district}"),
        Region::County(index) => {
            let id = contest.counties.get(index).map_or("", |county| county.id.as_str());
            format!("county:{id}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_cell_that_differs_is_named_with_both_numbers() {
        let (mut ours, mut theirs) = (Cells::default(), Cells::default());
        ours.put("precinct:a", "finalAlignment:red", 12);
        ours.put("precinct:b", "sde:red", "0.0000");
        theirs.put("precinct:a", "finalAlignment:red", 12);
        assert_eq!(ours.agree_with(&theirs), Ok(()));
        theirs.put("precinct:a", "finalAlignment:blue", 3);
        let found = ours.agree_with(&theirs).unwrap_err();
        assert_eq!(
            found.to_string(),
            "finalAlignment:blue of precinct:a: 0 as worked out, 3 in the document"
        );
    }
}
