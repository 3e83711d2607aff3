//! CSV with a header line, read so that every mistake has its line.

use std::collections::BTreeMap;

use csv::ReaderBuilder;

use super::mistake::{Mistake, nearest};

/// A column that a file may have.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    name: &'static str,
    needed: bool,
}

impl Column {
    pub(super) const fn needed(name: &'static str) -> Self {
        Self { name, needed: true }
    }

    pub(super) const fn optional(name: &'static str) -> Self {
        Self { name, needed: false }
    }
}

/// A file's rows; rows with the wrong number of cells are left out and reported.
pub(super) struct Table<'a> {
    pub(super) rows: Vec<Row<'a>>,
}

/// One row.
pub(super) struct Row<'a> {
    file: &'a str,
    pub(super) line: u32,
    cells: BTreeMap<&'static str, String>,
}

impl<'a> Table<'a> {
    /// Reads `text` as `file`, adding what is wrong to `mistakes`.
    pub(super) fn read(
        file: &'a str,
        text: &[u8],
        columns: &[Column],
        mistakes: &mut Vec<Mistake>,
    ) -> Self {
        let mut table = Self { rows: Vec::new() };
        let mut reader = ReaderBuilder::new().flexible(true).has_headers(false).from_reader(text);
        let mut records = reader.records();
        let header = match records.next() {
            Some(Ok(header)) => header,
            Some(Err(error)) => {
                mistakes.push(unreadable(file, &error));
                return table;
            }
            None => {
                mistakes.push(Mistake::new(
                    file,
                    1,
                    "the file is empty",
                    "begin with a line of column names",
                ));
                return table;
            }
        };
        let places = header_places(file, &header, columns, mistakes);
        for record in records {
            let record = match record {
                Ok(record) => record,
                Err(error) => {
                    mistakes.push(unreadable(file, &error));
                    continue;
                }
            };
            let line =
                record.position().map_or(0, |at| u32::try_from(at.line()).unwrap_or(u32::MAX));
            if record.len() != header.len() {
                mistakes.push(Mistake::new(
                    file,
                    line,
                    format!(
                        "this line has {} cells, the header has {}",
                        record.len(),
                        header.len()
                    ),
                    "write one cell for each column; put a text with a comma between double quotes",
                ));
                continue;
            }
            let cells = places
                .iter()
                .map(|&(name, at)| (name, record.get(at).unwrap_or("").trim().to_owned()))
                .collect();
            table.rows.push(Row { file, line, cells });
        }
        table
    }
}

fn header_places(
    file: &str,
    header: &csv::StringRecord,
    columns: &[Column],
    mistakes: &mut Vec<Mistake>,
) -> Vec<(&'static str, usize)> {
    let mut places: Vec<(&'static str, usize)> = Vec::new();
    for (at, written) in header.iter().enumerate() {
        let written = written.trim().trim_start_matches('\u{feff}');
        let Some(column) = columns.iter().find(|column| column.name == written) else {
            let known = || columns.iter().map(|column| column.name);
            let remedy = nearest(written, known()).map_or_else(
                || {
                    format!(
                        "leave it out; known columns are {}",
                        known().collect::<Vec<_>>().join(", ")
                    )
                },
                |meant| format!("is {meant} meant?"),
            );
            mistakes.push(Mistake::new(file, 1, format!("there is no column {written:?}"), remedy));
            continue;
        };
        if places.iter().any(|(name, _)| *name == column.name) {
            mistakes.push(Mistake::new(
                file,
                1,
                format!("column {written} appears twice"),
                "keep one of them",
            ));
            continue;
        }
        places.push((column.name, at));
    }
    for column in columns.iter().filter(|column| column.needed) {
        if !places.iter().any(|(name, _)| *name == column.name) {
            mistakes.push(Mistake::new(
                file,
                1,
                format!("column {} is missing", column.name),
                "add it to the header line and to every row",
            ));
        }
    }
    places
}

fn unreadable(file: &str, error: &csv::Error) -> Mistake {
    let line = error.position().map_or(0, |at| u32::try_from(at.line()).unwrap_or(u32::MAX));
    let what = match error.kind() {
        csv::ErrorKind::Utf8 { .. } => "the text is not UTF-8".to_owned(),
        _ => format!("the line cannot be read ({error})"),
    };
    Mistake::new(file, line, what, "save the file as CSV in UTF-8, with commas between cells")
}

impl Row<'_> {
    /// The cell, without spaces around it; empty where the file has no such column.
    pub(super) fn get(&self, column: &str) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }

    /// The cell as a whole number up to `max`; `None` where it is empty or, with a mistake added, no such number.
    pub(super) fn number(
        &self,
        column: &str,
        max: u32,
        mistakes: &mut Vec<Mistake>,
    ) -> Option<u32> {
        let text = self.get(column);
        if text.is_empty() {
            return None;
        }
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|number| digits && *number <= max);
        if number.is_none() {
            mistakes.push(self.mistake(
                format!("{column} is {text:?}"),
                format!("write a whole number from 0 to {max}"),
            ));
        }
        number
    }

    /// As [`Row::number`], and an empty cell is a mistake too.
    pub(super) fn needed_number(
        &self,
        column: &str,
        max: u32,
        mistakes: &mut Vec<Mistake>,
    ) -> Option<u32> {
        if self.get(column).is_empty() {
            mistakes.push(self.mistake(
                format!("{column} is empty"),
                format!("write a whole number from 0 to {max}"),
            ));
        }
        self.number(column, max, mistakes)
    }

    /// A mistake in this row.
    pub(super) fn mistake(&self, what: impl Into<String>, remedy: impl Into<String>) -> Mistake {
        Mistake::new(self.file, self.line, what, remedy)
    }
}
