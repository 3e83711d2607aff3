//! The tables that commands print, as CSV.

use crate::failure::Failure;

/// A table, line by line.
pub(super) struct Table(csv::Writer<Vec<u8>>);

impl Table {
    /// One with its first line, which names the columns.
    pub(super) fn of<const N: usize>(columns: [&str; N]) -> Result<Self, Failure> {
        let mut table = Self(csv::Writer::from_writer(Vec::new()));
        table.line(columns)?;
        Ok(table)
    }

    /// Adds a line, of as many cells as there are columns.
    pub(super) fn line<const N: usize>(
        &mut self,
        cells: [impl AsRef<[u8]>; N],
    ) -> Result<(), Failure> {
        self.0.write_record(cells).map_err(Failure::internal)
    }

    /// All of it.
    pub(super) fn text(self) -> Result<String, Failure> {
        let bytes = self.0.into_inner().map_err(Failure::internal)?;
        String::from_utf8(bytes).map_err(Failure::internal)
    }
}
