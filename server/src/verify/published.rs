//! Published numbers, cell by cell, beside those that the log gives.

use std::collections::BTreeMap;
use std::fmt;

use countersign_core::contest::Contest;
use countersign_core::results::{Region, Released, Totals};
use serde_json::Value;

/// What a number belongs to: `state`, `district:3`, `county:polk` or `precinct:polk-dm-055`; and what it says of it:
/// `attendees`, `released`, or a measure and a group, such as `finalAlignment:biden`.
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

/// The numbers of a document. A number that is nought is not there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cells(BTreeMap<Cell, String>);

/// The first cell in which two documents differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherCell {
    /// Which.
    pub cell: Cell,
    /// The number that the log gives.
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
        let districts = released.districts.iter().map(|(_, totals)| totals);
        let totals = [&released.statewide].into_iter().chain(districts).chain(&released.counties);
        totals.for_each(|totals| cells.totals(contest, totals));
        if let Some(national) = &released.national {
            cells.of_groups(contest, "state", "national", &national.totals());
        }
        for precinct in &released.precincts {
            let Some(named) = contest.precinct(precinct.precinct.0) else { continue };
            let region = format!("precinct:{}", named.id);
            let numbers = &precinct.numbers;
            cells.put(&region, "attendees", numbers.attendees);
            cells.counts(contest, &region, &numbers.counts);
            cells.of_groups(contest, &region, "official", &numbers.official);
            cells.of_groups(contest, &region, "sde", &precinct.sde);
        }
        cells
    }

    fn totals(&mut self, contest: &Contest, totals: &Totals) {
        let region = match totals.region {
            Region::Statewide => "state".to_owned(),
            Region::District(district) => format!("district:{district}"),
            Region::County(index) => {
                let id = contest.counties.get(index).map_or("", |county| county.id.as_str());
                format!("county:{id}")
            }
        };
        self.put(&region, "released", totals.precincts_released);
        self.put(&region, "attendees", totals.attendees);
        self.counts(contest, &region, &totals.counts);
        self.of_groups(contest, &region, "official", &totals.delegates);
        self.of_groups(contest, &region, "sde", &totals.sde);
    }

    fn counts<N: fmt::Display>(&mut self, contest: &Contest, region: &str, counts: &[Vec<N>]) {
        for (kind, count) in contest.counts.iter().zip(counts) {
            self.of_groups(contest, region, kind.as_str(), count);
        }
    }

    fn of_groups<N: fmt::Display>(
        &mut self,
        contest: &Contest,
        region: &str,
        measure: &str,
        numbers: &[N],
    ) {
        for (group, number) in contest.groups.iter().zip(numbers) {
            self.put(region, format!("{measure}:{}", group.key), number);
        }
    }

    /// Puts a number into its cell.
    pub fn put(&mut self, region: &str, measure: impl Into<String>, number: impl fmt::Display) {
        let number = number.to_string();
        if !number.bytes().all(|byte| matches!(byte, b'0' | b'.')) {
            let cell = Cell { region: region.to_owned(), measure: measure.into() };
            self.0.insert(cell, number);
        }
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

    /// Some of them.
    #[must_use]
    pub fn only(&self, which: impl Fn(&Cell) -> bool) -> Self {
        let kept = self.0.iter().filter(|(cell, _)| which(cell));
        Self(kept.map(|(cell, number)| (cell.clone(), number.clone())).collect())
    }

    /// Compares with what a document says.
    ///
    /// # Errors
    /// The first cell that differs, in the order of the regions.
    pub fn agree_with(&self, document: &Self) -> Result<(), Box<OtherCell>> {
        let number = |cells: &Self, cell| cells.0.get(cell).cloned().unwrap_or("0".to_owned());
        let differs = |cell: &&Cell| self.0.get(cell) != document.0.get(cell);
        match self.0.keys().chain(document.0.keys()).filter(differs).min() {
            None => Ok(()),
            Some(cell) => Err(Box::new(OtherCell {
                cell: cell.clone(),
                ours: number(self, cell),
                theirs: number(document, cell),
            })),
        }
    }

    /// Reads a document of results (docs/formats.md, "Results as JSON").
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(text: &[u8]) -> Result<Self, String> {
        let document: Value = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        let names = |field: &str, key: Option<&str>| -> Result<Vec<String>, String> {
            let name = |one: &Value| {
                let name = key.map_or(Some(one), |key| one.get(key));
                name.and_then(Value::as_str).map(str::to_owned)
            };
            let names = document[field].as_array().map(|all| all.iter().map(name).collect());
            names.flatten().ok_or_else(|| format!("{field} is missing"))
        };
        let mut reader = Reader {
            groups: names("groups", Some("key"))?,
            counts: names("counts", None)?,
            cells: Self::default(),
        };
        for totals in list(&document, "totals")? {
            let region = text_of(totals, "region")?;
            reader.number(region, "released", &totals["precincts_released"])?;
            reader.numbers(region, totals)?;
        }
        for precinct in list(&document, "precincts")? {
            reader.numbers(&format!("precinct:{}", text_of(precinct, "id")?), precinct)?;
        }
        reader.national(&document["national_delegates"])?;
        Ok(reader.cells)
    }
}

struct Reader {
    groups: Vec<String>,
    counts: Vec<String>,
    cells: Cells,
}

impl Reader {
    fn numbers(&mut self, region: &str, of: &Value) -> Result<(), String> {
        self.number(region, "attendees", &of["attendees"])?;
        for (kind, count) in self.counts.clone().iter().zip(list(of, "counts")?) {
            self.of_groups(region, kind, count)?;
        }
        self.of_groups(region, "official", &of["official_delegates"])?;
        self.of_groups(region, "sde", &of["sde"])
    }

    fn of_groups(&mut self, region: &str, measure: &str, numbers: &Value) -> Result<(), String> {
        let wrong = || format!("{measure} of {region} is no list of numbers");
        for (group, number) in self.groups.clone().iter().zip(numbers.as_array().ok_or_else(wrong)?)
        {
            self.number(region, &format!("{measure}:{group}"), number)?;
        }
        Ok(())
    }

    fn number(&mut self, region: &str, measure: &str, number: &Value) -> Result<(), String> {
        match number {
            Value::Number(number) => self.cells.put(region, measure, number),
            Value::String(number) => self.cells.put(region, measure, number),
            _ => return Err(format!("{measure} of {region} is no number")),
        }
        Ok(())
    }

    fn national(&mut self, seats: &Value) -> Result<(), String> {
        if seats.is_null() {
            return Ok(());
        }
        let mut sums = vec![0_u64; self.groups.len()];
        let districts = list(seats, "districts")?.iter().map(|district| &district[1]);
        for part in districts.chain([&seats["at_large"], &seats["pleo"]]) {
            let part = part.as_array().ok_or("national delegates are no lists of numbers")?;
            for (sum, seats) in sums.iter_mut().zip(part) {
                *sum += seats.as_u64().ok_or("national delegates are no numbers")?;
            }
        }
        for (group, sum) in self.groups.clone().iter().zip(sums) {
            self.cells.put("state", format!("national:{group}"), sum);
        }
        Ok(())
    }
}

fn list<'a>(of: &'a Value, field: &str) -> Result<&'a Vec<Value>, String> {
    of[field].as_array().ok_or_else(|| format!("{field} is missing"))
}

fn text_of<'a>(of: &'a Value, field: &str) -> Result<&'a str, String> {
    of[field].as_str().ok_or_else(|| format!("{field} is missing"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_document_is_read_into_cells_and_the_first_difference_is_named() {
        let document = json!({
            "groups": [{"key": "red"}, {"key": "blue"}],
            "counts": ["finalAlignment"],
            "totals": [{
                "region": "state", "precincts_released": 1, "attendees": 15, "counts": [[12, 3]],
                "official_delegates": [2, 0], "sde": ["0.2500", "0.0000"],
            }],
            "national_delegates": {"districts": [[1, [1, 0]]], "at_large": [2, 1], "pleo": [0, 0]},
            "precincts": [{
                "id": "a", "attendees": 15, "counts": [[12, 3]], "official_delegates": [2, 0], "sde": ["0.2500", "0.0000"],
            }],
        });
        let read = Cells::read(document.to_string().as_bytes()).unwrap();
        let mut ours = Cells::default();
        for region in ["state", "precinct:a"] {
            ours.put(region, "attendees", 15);
            ours.put(region, "finalAlignment:red", 12);
            ours.put(region, "finalAlignment:blue", 3);
            ours.put(region, "official:red", 2);
            ours.put(region, "sde:red", "0.2500");
            ours.put(region, "sde:blue", "0.0000");
        }
        ours.put("state", "released", 1);
        ours.put("state", "national:red", 3);
        ours.put("state", "national:blue", 1);
        assert_eq!(ours.agree_with(&read), Ok(()));
        ours.put("precinct:a", "finalAlignment:blue", 4);
        let found = ours.agree_with(&read).unwrap_err();
        assert_eq!(found.cell.to_string(), "finalAlignment:blue of precinct:a");
        assert_eq!((found.ours.as_str(), found.theirs.as_str()), ("4", "3"));
        for bad in ["", "[]", "{}", r#"{"groups": [], "counts": []}"#] {
            assert!(Cells::read(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
