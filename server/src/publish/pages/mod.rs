//! The pages: documents first, whole without a script, in both languages.

mod changed;
mod checks;
mod compared;
pub mod find;
mod front;
mod inquiries;
mod moment;
mod national;
mod night;
mod open;
mod place;
mod precinct;
mod questions;
pub(crate) mod read_back;
mod releases;
pub(crate) mod said;
mod status;
mod tables;
pub(crate) mod untold;
mod withdrawals;
mod witnesses;
pub mod words;

use askama::Template;
use countersign_core::id::sha256;
use countersign_core::language::Language;
use countersign_core::message::Layer;
use countersign_core::room::Room;
use data_encoding::HEXLOWER;

use super::compared::Pair;
use super::corrections::Corrections;
use super::files::Texts;
pub(crate) use moment::{FRONT, Moment, OF_THE_MOMENT, STATUS, Said};
pub(super) use place::last_of_people;
pub(super) use precinct::with_history;
pub(super) use questions::messages as asked_messages;
pub(super) use tables::{shares, shows_official};
use words::Words as _;

pub(crate) use night::is_shown;
pub use night::{Effective, Night, Renewal};
pub use witnesses::{Witness, Witnesses};

/// Name of the page of changes.
pub(super) const CHANGES: &str = "changes.html";

/// Name of the page of the working of national delegates.
pub(crate) const NATIONAL: &str = "national.html";

/// Name of the page of releases.
pub(super) const RELEASES: &str = "releases.html";

const STYLE: &str = include_str!("../../../templates/results/style.css");
const SCRIPT: &str = include_str!("../../../templates/results/find.js");

fn named_by_content(name: &str, content: &str, extension: &str) -> String {
    format!("{name}-{}.{extension}", &HEXLOWER.encode(&sha256(content.as_bytes()))[..8])
}

/// What every page has around it.
struct Frame<'a> {
    language: Language,
    title: String,
    contest: &'a str,
    party: &'a str,
    rehearsal: bool,
    made_up: bool,
    /// From the page to the top of the folder.
    root: String,
    /// From the page to the top of its language.
    base: String,
    /// The same page in the other language.
    other: String,
    other_language: Language,
    style: &'a str,
    script: &'a str,
    made: String,
    made_ms: u64,
    log_size: u64,
}

impl<'a> Frame<'a> {
    /// The frame of the page with a name, such as `precincts/polk-dm-055.html`.
    fn of(night: &'a Night<'_>, language: Language, name: &str, title: String) -> Self {
        let base = "../".repeat(name.matches('/').count());
        let (root, other) = match language {
            Language::English => (base.clone(), format!("{base}es/{name}")),
            Language::Spanish => (format!("{base}../"), format!("{base}../{name}")),
        };
        let other_language = match language {
            Language::English => Language::Spanish,
            Language::Spanish => Language::English,
        };
        Self {
            language,
            title,
            contest: &night.contest.title,
            party: &night.contest.party,
            rehearsal: night.state.room() == Room::Rehearsal,
            made_up: night.contest.is_made_up(),
            root,
            base,
            other,
            other_language,
            style: &night.style,
            script: &night.script,
            made: night.time(language, night.made_ms),
            made_ms: night.made_ms,
            log_size: night.state.size(),
        }
    }

    fn say<'w>(&self, english: &'w str, spanish: &'w str) -> &'w str {
        self.language.say(english, spanish)
    }
}

/// What the page of releases has to say, in both languages.
pub(super) fn said_of_releases(night: &Night<'_>) -> Said {
    let said = |language| (in_language(language, RELEASES), releases::page(night, language).said());
    Language::ALL.map(said).into()
}

/// Why pages cannot be made.
pub type PageError = askama::Error;

/// Puts a page under its name, in its language.
fn page(
    texts: &mut dyn Texts,
    language: Language,
    name: &str,
    page: &impl Template,
) -> Result<(), PageError> {
    let name = in_language(language, name);
    texts.take(name, &page.render()?, "text/html; charset=utf-8", false);
    Ok(())
}

/// The name of a page in a language.
pub(crate) fn in_language(language: Language, name: &str) -> String {
    match language {
        Language::English => name.to_owned(),
        Language::Spanish => format!("es/{name}"),
    }
}

/// What people call two layers side by side.
fn pair_title(language: Language, before: Layer, after: Layer) -> String {
    let (before, after) = (language.layer(before), language.layer(after));
    match language {
        Language::English => format!("Compared: {before}, and {after}"),
        Language::Spanish => format!("Comparación: {before}, y {after}"),
    }
}

/// Names of the files of every two layers that can be compared, without their ending, and what people call them.
fn pairs(night: &Night<'_>, language: Language) -> Vec<(String, String)> {
    let pairs = night.pairs();
    pairs
        .map(|(before, after)| {
            (super::compared::name(before, after), pair_title(language, before, after))
        })
        .collect()
}

/// The page of two layers in both languages.
///
/// # Errors
/// [`PageError`], never with the templates that are built in.
pub(crate) fn of_pair(
    night: &Night<'_>,
    pair: &Pair<'_>,
    texts: &mut dyn Texts,
) -> Result<(), PageError> {
    for language in Language::ALL {
        let (name, compared) = compared::page(night, pair, language);
        page(texts, language, &name, &compared)?;
    }
    Ok(())
}

/// Pages that change with a release, or with what is said about one.
///
/// # Errors
/// As [`of_pair`].
pub(crate) fn of_releases(
    night: &Night<'_>,
    corrections: &Corrections,
    texts: &mut dyn Texts,
) -> Result<(), PageError> {
    find::copies(night, texts)?;
    for language in Language::ALL {
        page(texts, language, RELEASES, &releases::page(night, language))?;
        page(texts, language, CHANGES, &changed::page(night, corrections, language))?;
        if let Some(working) = national::page(night, language) {
            page(texts, language, NATIONAL, &working)?;
        }
        let Some(released) = &night.released else { continue };
        for county in &released.counties {
            if let Some((name, county)) = place::county(night, released, county, language) {
                page(texts, language, &name, &county)?;
            }
        }
        for number in with_history(night) {
            if let Some((name, precinct)) = precinct::page(night, number, language) {
                page(texts, language, &name, &precinct)?;
            }
        }
    }
    Ok(())
}

/// What every page looks like and does, and the Atom feed of releases.
///
/// # Errors
/// As [`of_pair`].
pub(super) fn beside(night: &Night<'_>, texts: &mut dyn Texts) -> Result<(), PageError> {
    texts.take(night.style.clone(), STYLE, "text/css; charset=utf-8", true);
    texts.take(night.script.clone(), SCRIPT, "text/javascript; charset=utf-8", true);
    let feed = releases::feed(night).render()?;
    texts.take("releases.atom".to_owned(), &feed, "application/atom+xml", false);
    Ok(())
}
