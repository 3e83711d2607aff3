//! Somebody else's copy of the results beside the party's own, cell by cell (T66). The copy is read as what a stranger wrote: within
//! bounds, and with nothing passed over.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use countersign_core::contest::{Contest, CountKind};
use countersign_core::id::CopyDigest;
use countersign_core::results::Released;
use countersign_core::rules::TenThousandths;
use serde::Serialize;

use super::cells::{Cell, Cells, EARLY, EARLY_ATTENDEES};
use super::data::csv::{MADE_UP, YES, kind_of};

/// Largest copy, in bytes: twice what the largest contest that a server publishes takes.
pub const COPY_MAX: usize = 32 << 20;
/// Longest name of a precinct or group, in characters.
const NAME_MAX: usize = 100;

/// Why a copy cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoCopy {
    /// It is too large.
    #[error("the copy has more than {COPY_MAX} bytes")]
    TooLarge,
    /// It is no CSV in UTF-8.
    #[error("the copy is no CSV: {0}")]
    Form(String),
    /// A column is missing, unknown or there twice.
    #[error(
        "the copy's columns: {0}. They are precinct_id, candidate, attendees, first, final, delegates and sde (and those of early votes), as in a release's precincts.csv; any but the first two may be left out"
    )]
    Columns(String),
    /// Its numbers are made up, and those of the contest are not.
    #[error(
        "the copy says that its numbers are made up, and those of this contest are real: they are not compared"
    )]
    MadeUp,
    /// The contest's numbers are made up, and the copy does not say so of its own.
    #[error(
        "the numbers of this contest are made up, and the copy does not say so of its own: every line of such a copy has `yes` in a column made_up"
    )]
    NotMadeUp,
    /// Something in a line is not what it should be.
    #[error("line {line} of the copy: {what}")]
    Line {
        /// Its number, from 1.
        line: u64,
        /// What is wrong.
        what: String,
    },
}

/// Somebody else's copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// SHA-256 of its bytes.
    pub digest: CopyDigest,
    cells: Cells,
    /// Columns that it has: only they are compared.
    columns: BTreeSet<Column>,
}

/// A column that is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Column {
    Attendees,
    Count(usize),
    EarlyAttendees,
    /// Early votes of a count, by its index.
    Early(usize),
    Sde,
}

/// What a column of a contest's file holds.
enum Place {
    Precinct,
    Group,
    Numbers(Column),
    /// That the data are made up: no number.
    Mark,
}

impl Copy {
    /// Reads a copy in the form of a release's `precincts.csv`.
    ///
    /// # Errors
    /// [`NoCopy`].
    pub fn read(bytes: &[u8], contest: &Contest) -> Result<Self, NoCopy> {
        if bytes.len() > COPY_MAX {
            return Err(NoCopy::TooLarge);
        }
        let form = |error: csv::Error| NoCopy::Form(error.to_string());
        let mut table = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
        let places = places(table.headers().map_err(form)?, contest)?;
        let mark = places.iter().position(|place| matches!(place, Place::Mark));
        if contest.is_made_up() && mark.is_none() {
            return Err(NoCopy::NotMadeUp);
        }
        let (mut cells, mut seen) = (Cells::default(), BTreeSet::new());
        let mut attended: HashMap<String, String> = HashMap::new();
        let mut row = csv::StringRecord::new();
        while table.read_record(&mut row).map_err(form)? {
            let line = row.position().map_or(0, csv::Position::line);
            let wrong = |what: String| NoCopy::Line { line, what };
            match (mark.and_then(|at| row.get(at)).unwrap_or(""), contest.is_made_up()) {
                (YES, true) | ("", false) => {}
                (YES, false) => return Err(NoCopy::MadeUp),
                ("", true) => return Err(NoCopy::NotMadeUp),
                (other, _) => {
                    return Err(wrong(format!(
                        "{} stands in {MADE_UP}, where only {YES} or nothing may",
                        other.escape_debug()
                    )));
                }
            }
            let key = |wanted: fn(&Place) -> bool| {
                let at = places.iter().position(wanted).and_then(|at| row.get(at)).unwrap_or("");
                let good = !at.is_empty()
                    && at.chars().count() <= NAME_MAX
                    && !at.contains(char::is_control);
                good.then_some(at)
                    .ok_or_else(|| wrong("a precinct or group has no name".to_owned()))
            };
            let precinct = key(|place| matches!(place, Place::Precinct))?;
            let group = key(|place| matches!(place, Place::Group))?;
            if !seen.insert((precinct.to_owned(), group.to_owned())) {
                return Err(wrong(format!("{group} of {precinct} stands in an earlier line too")));
            }
            let region = format!("precinct:{precinct}");
            for (place, text) in places.iter().zip(&row) {
                let Place::Numbers(column) = place else { continue };
                let number = column.number(text).ok_or_else(|| {
                    wrong(format!("{} is no number that a report may hold", text.escape_debug()))
                })?;
                if *column == Column::Attendees {
                    let said =
                        attended.entry(precinct.to_owned()).or_insert_with(|| number.clone());
                    if *said != number {
                        return Err(wrong(format!(
                            "attendees of {precinct} differ from line to line"
                        )));
                    }
                }
                cells.put(&region, column.measure(contest, group), number);
            }
        }
        let columns = places.iter().filter_map(|place| match place {
            Place::Numbers(column) => Some(*column),
            Place::Precinct | Place::Group | Place::Mark => None,
        });
        Ok(Self { digest: CopyDigest::of(bytes), cells, columns: columns.collect() })
    }

    /// Holds it against what the party has.
    #[must_use]
    pub fn compare(&self, released: &Released) -> Comparison {
        let contest = &released.package.contest;
        let ours = Cells::of(released).only(|cell| self.has(contest, cell));
        let mut precincts: BTreeMap<String, PrecinctDifference> = BTreeMap::new();
        for difference in ours.differences(&self.cells) {
            let region = difference.cell.region;
            let id = region.strip_prefix("precinct:").unwrap_or(&region);
            let precinct = precincts.entry(id.to_owned()).or_insert_with(|| PrecinctDifference {
                precinct: id.to_owned(),
                name: contest.precinct_by_id(id).map(|(_, precinct)| precinct.name.clone()),
                stands_in: match (ours.has_region(&region), self.cells.has_region(&region)) {
                    (true, false) => StandsIn::Ours,
                    (false, true) => StandsIn::Copy,
                    _ => StandsIn::Both,
                },
                cells: Vec::new(),
            });
            let measure = difference.cell.measure;
            let (count, group) = measure.rsplit_once(':').unwrap_or((&measure, ""));
            precinct.cells.push(CellDifference {
                count: count.to_owned(),
                group: (!group.is_empty()).then(|| group.to_owned()),
                ours: difference.ours,
                copy: difference.theirs,
            });
        }
        Comparison {
            digest: self.digest,
            compared: ours.len().max(self.cells.len()),
            cells: precincts.values().map(|precinct| precinct.cells.len()).sum(),
            precincts: precincts.into_values().collect(),
        }
    }

    /// Whether it has the column that a cell of ours stands in.
    fn has(&self, contest: &Contest, cell: &Cell) -> bool {
        let group = cell.measure.rsplit_once(':').map_or("", |(_, group)| group);
        let of_precinct = cell.region.starts_with("precinct:");
        of_precinct && self.columns.iter().any(|one| one.measure(contest, group) == cell.measure)
    }
}

fn places(header: &csv::StringRecord, contest: &Contest) -> Result<Vec<Place>, NoCopy> {
    let mut known = BTreeSet::new();
    let with_early = contest.early_votes.is_some();
    let place = |column: &str| {
        if !known.insert(column.to_owned()) {
            return Err(NoCopy::Columns(format!("{} is there twice", column.escape_debug())));
        }
        let count = |kind: CountKind| contest.count_index(kind);
        let numbers = |text: &str| match text.strip_prefix("early_").filter(|_| with_early) {
            Some(early) => kind_of(early).and_then(count).map(Column::Early),
            None => kind_of(text).and_then(count).map(Column::Count),
        };
        match column {
            "precinct_id" => Ok(Place::Precinct),
            "candidate" => Ok(Place::Group),
            "attendees" => Ok(Place::Numbers(Column::Attendees)),
            "sde" => Ok(Place::Numbers(Column::Sde)),
            MADE_UP => Ok(Place::Mark),
            "early_attendees" if with_early => Ok(Place::Numbers(Column::EarlyAttendees)),
            other => numbers(other).map(Place::Numbers).ok_or_else(|| {
                NoCopy::Columns(format!("{} is not one of this contest", other.escape_debug()))
            }),
        }
    };
    let places = header.iter().map(place).collect::<Result<Vec<_>, _>>()?;
    for key in ["precinct_id", "candidate"] {
        if !known.contains(key) {
            return Err(NoCopy::Columns(format!("{key} is missing")));
        }
    }
    if known.len() == 2 {
        return Err(NoCopy::Columns("there is none with numbers".to_owned()));
    }
    Ok(places)
}

impl Column {
    /// A number as our own cells spell it. Nothing is nought, as in documents that leave noughts out.
    fn number(self, text: &str) -> Option<String> {
        match self {
            _ if text.is_empty() => Some("0".to_owned()),
            Self::Sde => TenThousandths::parse(text).map(|sde| sde.to_string()),
            Self::Attendees | Self::Count(_) | Self::EarlyAttendees | Self::Early(_) => {
                let digits = text.bytes().all(|byte| byte.is_ascii_digit());
                let number: u32 = digits.then(|| text.parse().ok()).flatten()?;
                Some(number.to_string())
            }
        }
    }

    fn measure(self, contest: &Contest, group: &str) -> String {
        match self {
            Self::Attendees => "attendees".to_owned(),
            Self::Count(index) => format!("{}:{group}", contest.counts[index].as_str()),
            Self::EarlyAttendees => EARLY_ATTENDEES.to_owned(),
            Self::Early(index) => format!("{EARLY}{}:{group}", contest.counts[index].as_str()),
            Self::Sde => format!("sde:{group}"),
        }
    }
}

/// How a copy differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// SHA-256 of the copy.
    #[serde(rename = "copy", serialize_with = "written")]
    pub digest: CopyDigest,
    /// Cells that were compared and are not nought in ours or, where it has more, in the copy.
    pub compared: usize,
    /// Cells that differ.
    pub cells: usize,
    /// Precincts that differ, by their ids.
    pub precincts: Vec<PrecinctDifference>,
}

fn written<S: serde::Serializer>(digest: &CopyDigest, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(digest)
}

/// A precinct in which a copy differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PrecinctDifference {
    /// Its id.
    pub precinct: String,
    /// Its name; absent where the contest has no such precinct.
    pub name: Option<String>,
    /// Which of the two has numbers of it.
    pub stands_in: StandsIn,
    /// The cells.
    pub cells: Vec<CellDifference>,
}

/// Who has numbers of a precinct.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StandsIn {
    /// Both.
    Both,
    /// The party alone.
    Ours,
    /// The copy alone.
    Copy,
}

/// A cell in which a copy differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CellDifference {
    /// `attendees`, the word of a count such as `finalAlignment`, or `sde`; of early votes `earlyAttendees` and
    /// `early:finalAlignment`.
    pub count: String,
    /// Key of the group; absent for `attendees`.
    pub group: Option<String>,
    /// The party's number.
    pub ours: String,
    /// The copy's.
    pub copy: String,
}

#[cfg(test)]
mod tests {
    use countersign_core::contest::Data;

    use super::*;
    use crate::practice;

    const HEAD: &str = "precinct_id,candidate,attendees,first,final,delegates,sde\n";

    fn read(text: &str) -> Result<Copy, NoCopy> {
        Copy::read(text.as_bytes(), &practice::contest().unwrap())
    }

    #[test]
    fn t66_the_same_number_in_another_spelling_is_the_same() {
        let ours = read(&format!("{HEAD}a,red,9,5,6,1,0.1000\na,blue,9,4,3,0,0.0000\n")).unwrap();
        let theirs =
            read(&format!("\u{feff}{HEAD}a , blue ,09,4,3,,0\r\na,red,9,05,6,1,0.1\r\n")).unwrap();
        assert_eq!((&ours.cells, &ours.columns), (&theirs.cells, &theirs.columns));
        assert_ne!(ours.digest, theirs.digest);
    }

    #[test]
    fn t66_made_up_numbers_are_not_compared_with_real_ones() {
        let real = practice::contest().unwrap();
        let made_up = Contest { data: Some(Data::MadeUp), ..real.clone() };
        let copy = |mark: Option<&str>| match mark {
            Some(mark) => format!("precinct_id,candidate,first,made_up\na,red,1,{mark}\n"),
            None => "precinct_id,candidate,first\na,red,1\n".to_owned(),
        };
        for (contest, mark, why) in [
            (&real, None, None),
            (&real, Some(""), None),
            (&real, Some("yes"), Some(NoCopy::MadeUp)),
            (&made_up, Some("yes"), None),
            (&made_up, Some(""), Some(NoCopy::NotMadeUp)),
            (&made_up, None, Some(NoCopy::NotMadeUp)),
        ] {
            assert_eq!(Copy::read(copy(mark).as_bytes(), contest).err(), why, "{mark:?}");
        }
        let odd = Copy::read(copy(Some("no")).as_bytes(), &made_up).unwrap_err();
        assert_eq!(
            odd.to_string(),
            "line 2 of the copy: no stands in made_up, where only yes or nothing may"
        );
    }

    #[test]
    fn t66_a_copy_of_which_something_would_be_passed_over_is_not_compared() {
        for (text, wrong) in [
            ("", "precinct_id is missing"),
            ("precinct_id,candidate\n", "there is none with numbers"),
            ("precinct_id,candidate,first,first\n", "first is there twice"),
            ("precinct_id,candidate,votes\n", "votes is not one of this contest"),
            (
                "precinct_id,candidate,first\na,red,1\na,red,1\n",
                "line 3 of the copy: red of a stands in",
            ),
            (
                "precinct_id,candidate,first\n,red,1\n",
                "line 2 of the copy: a precinct or group has",
            ),
            ("precinct_id,candidate,first\na,red,1.5\n", "line 2 of the copy: 1.5 is no number"),
            ("precinct_id,candidate,first\na,red,-1\n", "-1 is no number"),
            ("precinct_id,candidate,first\na,red,5000000000\n", "5000000000 is no number"),
            ("precinct_id,candidate,sde\na,red,0.12345\n", "0.12345 is no number"),
            ("precinct_id,candidate,attendees\na,red,1\na,blue,2\n", "attendees of a differ"),
            ("precinct_id,candidate,first\na,red\n", "the copy is no CSV"),
            ("precinct_id,candidate,first\n\u{1b}[2J,red,1\n", "a precinct or group has no name"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(wrong), "{text}: {error}");
        }
        let latin = [HEAD.as_bytes(), b"a,\xff,1,1,1,1,1\n"].concat();
        let contest = practice::contest().unwrap();
        assert!(matches!(Copy::read(&latin, &contest), Err(NoCopy::Form(_))));
        let large = vec![b'a'; COPY_MAX + 1];
        assert_eq!(Copy::read(&large, &contest), Err(NoCopy::TooLarge));
    }
}
