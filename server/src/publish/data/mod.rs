//! Results as data, in three forms. Each is read back after it was written, and its cells are compared.

pub mod csv;
pub mod json;
pub mod nist;

use countersign_core::results::Released;

use super::cells::{Cells, Difference};

/// Why a document is not offered.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// It cannot be read back.
    #[error("{form}: {what}")]
    Form {
        /// Which form.
        form: &'static str,
        /// What is wrong.
        what: String,
    },
    /// It says something else than what was worked out.
    #[error("{form}: {difference}")]
    Differs {
        /// Which form.
        form: &'static str,
        /// The first difference.
        difference: Difference,
    },
}

impl Unreadable {
    fn form(form: &'static str, what: impl ToString) -> Self {
        Self::Form { form, what: what.to_string() }
    }
}

/// A release, as documents name it.
#[derive(Debug, Clone)]
pub struct Named {
    /// 1 for the first that took effect in the room, and one more for each.
    pub sequence: usize,
    /// Its name.
    pub name: String,
    /// Its message's id, hexadecimal.
    pub id: String,
    /// Whether it changed numbers that had been released before.
    pub corrects: bool,
}

/// The documents of one release by file name, each read back.
///
/// # Errors
/// [`Unreadable`] when one does not say what was worked out; then none is offered.
pub fn documents(
    released: &Released,
    named: &Named,
) -> Result<[(&'static str, String, &'static str); 4], Unreadable> {
    let cells = Cells::of(released);
    let json = json::write(released, named);
    compare("JSON", &cells, json::read(&json)?)?;
    let (precincts, totals) = (csv::precincts(released), csv::totals(released));
    let (of_precincts, of_totals) = (csv::read_precincts(&precincts)?, csv::read_totals(&totals)?);
    compare("CSV", &cells.only(csv::carries_precincts), of_precincts)?;
    compare("CSV", &cells.only(|cell| !cell.region.starts_with("precinct:")), of_totals)?;
    let nist = nist::write(released, named);
    compare("NIST SP 1500-100", &cells, nist::read(&nist)?)?;
    let (json_type, csv_type) = ("application/json", "text/csv; charset=utf-8");
    Ok([
        ("results.json", json, json_type),
        ("precincts.csv", precincts, csv_type),
        ("totals.csv", totals, csv_type),
        ("nist-1500-100.json", nist, json_type),
    ])
}

fn compare(form: &'static str, ours: &Cells, document: Cells) -> Result<(), Unreadable> {
    ours.agree_with(&document).map_err(|difference| Unreadable::Differs { form, difference })
}
