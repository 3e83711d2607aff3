//! Pages that change with what comes in: the first one, the status, the checks and the list of precincts.

use std::collections::HashMap;

use countersign_core::language::Language;

use super::checks::{self, ChecksPage};
use super::front::{self, Front};
use super::place::{self, AllPage};
use super::status::{self, StatusPage};
use super::{Night, PageError, in_language, page};
use crate::publish::cells::Cells;
use crate::publish::files::Texts;

/// Name of the first page.
pub(crate) const FRONT: &str = "index.html";
pub(crate) const STATUS: &str = "status.html";
const PRECINCTS: &str = "precincts.html";
const CHECKS: &str = "checks.html";

/// Names of these pages in the folder of a language.
pub(crate) const OF_THE_MOMENT: [&str; 4] = [FRONT, STATUS, PRECINCTS, CHECKS];

/// What pages have to say beside the numbers that follow from what is released, by their names.
pub(crate) type Said = HashMap<String, Cells>;

/// These pages in both languages, worked out and not written yet.
pub(crate) struct Moment<'a>(Vec<InLanguage<'a>>);

struct InLanguage<'a> {
    language: Language,
    front: Front<'a>,
    status: StatusPage<'a>,
    precincts: AllPage<'a>,
    checks: ChecksPage<'a>,
}

impl<'a> Moment<'a> {
    /// Works them out.
    #[must_use]
    pub(crate) fn of(night: &'a Night<'a>) -> Self {
        let counted = checks::count(night);
        let pages = Language::ALL.into_iter().map(|language| InLanguage {
            language,
            front: front::page(night, language),
            status: status::page(night, language, &counted),
            precincts: place::all(night, language),
            checks: checks::page(night, language, &counted),
        });
        Self(pages.collect())
    }

    /// What each of them has to say.
    #[must_use]
    pub(crate) fn said(&self) -> Said {
        let of = |one: &InLanguage<'_>| {
            let name = |name| in_language(one.language, name);
            [
                (name(FRONT), one.front.said()),
                (name(STATUS), one.status.said()),
                (name(PRECINCTS), one.precincts.said()),
                (name(CHECKS), one.checks.said()),
            ]
        };
        self.0.iter().flat_map(of).collect()
    }

    /// Takes over from a published page of checks, by its name, what rests on reports that are not public. Nothing where it is another
    /// page.
    pub(crate) fn take_what_came_in(
        &mut self,
        night: &'a Night<'a>,
        name: &str,
        published: &Cells,
    ) {
        for InLanguage { language, checks, .. } in &mut self.0 {
            if name == in_language(*language, CHECKS) {
                checks.take_what_came_in(night, published);
            }
        }
    }

    /// Writes the pages.
    ///
    /// # Errors
    /// [`PageError`], never with the templates that are built in.
    pub(crate) fn write(&self, texts: &mut dyn Texts) -> Result<(), PageError> {
        for InLanguage { language, front, status, precincts, checks } in &self.0 {
            page(texts, *language, FRONT, front)?;
            page(texts, *language, STATUS, status)?;
            page(texts, *language, PRECINCTS, precincts)?;
            page(texts, *language, CHECKS, checks)?;
        }
        Ok(())
    }
}
