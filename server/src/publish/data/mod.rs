//! Results as data, in three forms. Each is read back after it was written, and its cells are compared.

pub mod compared;
pub mod csv;
pub mod json;
pub mod nist;
pub(in crate::publish) mod releases;

use countersign_core::contest::Contest;
use countersign_core::results::{Compared, Released};

use super::cells::{COVERED, Cell, Cells, Difference, EARLY_ATTENDEES};
use super::pages::Night;

/// Media type of tables.
pub(in crate::publish) const CSV: &str = "text/csv; charset=utf-8";

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

/// The form of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Everything that was worked out.
    Json,
    /// Precincts as CSV.
    Precincts,
    /// Sums as CSV.
    Totals,
    /// NIST SP 1500-100.
    Nist,
}

impl Form {
    /// Every form.
    pub const ALL: [Self; 4] = [Self::Json, Self::Precincts, Self::Totals, Self::Nist];

    /// Name of the document's file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Json => "results.json",
            Self::Precincts => "precincts.csv",
            Self::Totals => "totals.csv",
            Self::Nist => "nist-1500-100.json",
        }
    }

    const fn media_type(self) -> &'static str {
        match self {
            Self::Json | Self::Nist => "application/json",
            Self::Precincts | Self::Totals => CSV,
        }
    }

    /// What people call it.
    const fn title(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::Precincts | Self::Totals => "CSV",
            Self::Nist => "NIST SP 1500-100",
        }
    }

    /// Writes a document.
    pub(crate) fn write(self, released: &Released, named: &Named) -> String {
        match self {
            Self::Json => json::write(released, named),
            Self::Precincts => csv::precincts(released),
            Self::Totals => csv::totals(released),
            Self::Nist => nist::write(released, named),
        }
    }

    /// The cells of a document.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn read(self, text: &str) -> Result<Cells, Unreadable> {
        match self {
            Self::Json => json::read(text),
            Self::Precincts => csv::read_precincts(text),
            Self::Totals => csv::read_totals(text),
            Self::Nist => nist::read(text),
        }
    }

    /// Whether documents of this form have a cell.
    #[must_use]
    pub fn carries(self, cell: &Cell) -> bool {
        match self {
            Self::Json => true,
            // The format has no place for how many people voted early; whether enough is released is said in its notes.
            Self::Nist => !matches!(cell.measure.as_str(), EARLY_ATTENDEES | COVERED),
            Self::Precincts => csv::carries_precincts(cell),
            Self::Totals => !cell.region.starts_with("precinct:"),
        }
    }
}

/// Name of the table of what a release changed of numbers that were released before.
pub const CHANGES: &str = "changes.csv";

/// Names of the documents of a release that never change, in the order in which their hashes are listed: every form, and what the
/// release changed.
pub const NAMES: [&str; 5] = {
    let [json, precincts, totals, nist] = Form::ALL;
    [json.name(), precincts.name(), totals.name(), nist.name(), CHANGES]
};

/// The documents of one release in every form: name of the file, text and media type. Each was read back.
///
/// # Errors
/// [`Unreadable`] when one does not say what was worked out; then none is offered.
pub fn documents(
    released: &Released,
    named: &Named,
) -> Result<Vec<(&'static str, String, &'static str)>, Unreadable> {
    let cells = Cells::of(released);
    let document = |form: Form| {
        let text = form.write(released, named);
        let carried = cells.only(|cell| form.carries(cell));
        compare(form.title(), &carried, form.read(&text)?)?;
        Ok((form.name(), text, form.media_type()))
    };
    Form::ALL.into_iter().map(document).collect()
}

/// The table of what a release changed, as [`documents`] gives the others. It was read back.
///
/// # Errors
/// As [`documents`].
pub(in crate::publish) fn changes(
    night: &Night<'_>,
    contest: &Contest,
    changed: &Compared,
) -> Result<(&'static str, String, &'static str), Unreadable> {
    let text = compared::write(night, contest, changed);
    compared::check(contest, changed, &text)?;
    Ok((CHANGES, text, CSV))
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
