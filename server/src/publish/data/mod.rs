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

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: &str = "precinct_id,candidate,attendees,first,final,delegates,sde\n\
        a,red,9,5,6,1,0.1000\na,blue,9,4,3,0,0.0000\n";

    fn said() -> Cells {
        csv::read_precincts(ROWS).unwrap()
    }

    #[test]
    fn t65_a_document_that_lost_or_moved_a_column_is_not_offered() {
        assert!(compare("CSV", &said(), said()).is_ok());
        let dropped = "precinct_id,candidate,attendees,first,final,sde\n\
            a,red,9,5,6,0.1000\na,blue,9,4,3,0.0000\n";
        let error = compare("CSV", &said(), csv::read_precincts(dropped).unwrap()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "CSV: delegates:red of precinct:a: 1 as worked out, 0 in the document"
        );
        let moved = ROWS.replace("first,final", "final,first");
        let error = compare("CSV", &said(), csv::read_precincts(&moved).unwrap()).unwrap_err();
        assert!(error.to_string().starts_with("CSV: finalAlignment:blue of precinct:a: 3"));
        let renamed = ROWS.replace("delegates", "seats");
        assert!(matches!(csv::read_precincts(&renamed), Err(Unreadable::Form { .. })));
        let without_key = ROWS.replace("candidate", "group");
        assert!(matches!(csv::read_precincts(&without_key), Err(Unreadable::Form { .. })));
    }

    #[test]
    fn t65_what_is_no_document_is_said_to_be_none() {
        for text in ["", "{}", "[", "{\"format\":1}"] {
            assert!(matches!(json::read(text), Err(Unreadable::Form { .. })), "{text}");
        }
        assert!(matches!(nist::read("["), Err(Unreadable::Form { .. })));
    }
}
