//! The pages: documents first, whole without a script, in both languages.

mod changed;
mod checks;
mod compared;
pub mod find;
mod front;
mod national;
mod place;
mod precinct;
mod questions;
pub(super) mod read_back;
mod releases;
mod status;
mod tables;
pub mod words;

use std::collections::{BTreeSet, HashSet};

use askama::Template;
use chrono_tz::Tz;
use countersign_core::contest::Contest;
use countersign_core::id::{MessageId, PrecinctNumber, sha256};
use countersign_core::language::Language;
use countersign_core::message::Layer;
use countersign_core::results::{ChangedPrecinct, ProposedRelease, Released, RoomState, changes};
use countersign_core::room::Room;
use data_encoding::HEXLOWER;

use super::compared::Pair;
use super::data::Named;
use super::files::{File, Files, put};
pub(super) use questions::messages as asked_messages;
use words::Words as _;

const STYLE: &str = include_str!("../../../templates/results/style.css");
const SCRIPT: &str = include_str!("../../../templates/results/find.js");

/// Everything pages are made from.
pub struct Night<'a> {
    /// The room.
    pub state: &'a RoomState,
    /// Its contest.
    pub contest: &'a Contest,
    /// When the pages are made, server time.
    pub made_ms: u64,
    /// Who cosigns the log.
    pub witnesses: Witnesses,
    /// What is released in the last layer that has anything.
    pub released: Option<Released>,
    /// Layers in which a release that is shown is in effect, in their order.
    pub layers: Vec<Layer>,
    /// Releases that took effect and are shown, in the order in which they took effect.
    pub releases: Vec<Effective<'a>>,
    /// Releases that took effect and wait for witnesses, by name, and until when they wait at most.
    pub waiting: Vec<(&'a str, u64)>,
    /// Every change of released numbers.
    pub changes: Vec<ChangedPrecinct>,
    zone: Tz,
    style: String,
    script: String,
}

/// How long a release waits for witnesses before it is shown without them.
const WAIT_MS: u64 = 30 * 60_000;

/// Who cosigns a log.
#[derive(Debug, Clone, Default)]
pub struct Witnesses {
    /// All of them; nobody where nothing is known about them.
    pub all: Vec<Witness>,
    /// How many have to cosign.
    pub needed: usize,
    /// Whether one has shown another log that this log's key signed.
    pub inconsistent: bool,
}

impl Witnesses {
    /// Those that have not cosigned so many entries.
    fn silent(&self, size: u64) -> impl Iterator<Item = &Witness> {
        self.all.iter().filter(move |witness| witness.size < size)
    }

    /// Whether as many as needed have cosigned so many entries.
    fn have_seen(&self, size: u64) -> bool {
        self.all.len() - self.silent(size).count() >= self.needed
    }
}

/// A witness of the log.
#[derive(Debug, Clone)]
pub struct Witness {
    /// Its name.
    pub name: String,
    /// Size of the largest checkpoint that it cosigned.
    pub size: u64,
    /// Whether something keeps it from cosigning now.
    pub is_silent: bool,
}

/// A release that took effect.
pub struct Effective<'a> {
    /// The release.
    pub release: &'a ProposedRelease,
    /// Its layer.
    pub layer: Layer,
    /// How documents name it.
    pub named: Named,
    /// When it took effect.
    pub at_ms: u64,
    /// Precincts that it names.
    pub precincts: usize,
    /// Folder of its documents.
    pub folder: String,
    /// Entries of the log with its approval.
    pub log_size: u64,
}

impl<'a> Night<'a> {
    /// Gathers it. `None` before there is a package.
    #[must_use]
    pub fn of(state: &'a RoomState, made_ms: u64, witnesses: Witnesses) -> Option<Self> {
        let contest = &state.package()?.contest;
        let review = state.review();
        let changes = changes(state);
        let releases = review.effective().enumerate().filter_map(|(index, release)| {
            let preview = &review.previews().get(release.preview)?.preview;
            let id = release.signed.id.to_string();
            let approved = release.approval?.signed;
            Some(Effective {
                release,
                layer: preview.layer,
                at_ms: approved.entered_ms,
                log_size: approved.index + 1,
                precincts: review.precincts(release).count(),
                folder: format!("data/{:03}-{}", index + 1, &id[..8]),
                named: Named {
                    sequence: index + 1,
                    name: preview.name.clone(),
                    corrects: changes.iter().any(|change| change.release == release.signed.id),
                    id,
                },
            })
        });
        let (releases, waiting): (Vec<Effective<'_>>, Vec<_>) = releases.partition(|release| {
            witnesses.have_seen(release.log_size) || made_ms >= release.at_ms + WAIT_MS
        });
        let shown: HashSet<MessageId> = releases.iter().map(|one| one.release.signed.id).collect();
        let stands = |one: &&Effective<'_>| one.release.withdrawal.is_none();
        let layers: BTreeSet<Layer> = releases.iter().filter(stands).map(|one| one.layer).collect();
        let layer = layers.last().copied().unwrap_or(Layer::Night);
        let released = Released::by(state, layer, |release| {
            release.withdrawal.is_none() && shown.contains(&release.signed.id)
        });
        let names = waiting.iter().map(|one| {
            let preview = &review.previews()[one.release.preview].preview;
            (preview.name.as_str(), one.at_ms + WAIT_MS)
        });
        Some(Self {
            contest,
            made_ms,
            witnesses,
            released,
            layers: layers.into_iter().collect(),
            waiting: names.collect(),
            releases,
            zone: contest.time_zone.parse().unwrap_or(Tz::UTC),
            style: named_by_content("style", STYLE, "css"),
            script: named_by_content("find", SCRIPT, "js"),
            changes: changes.into_iter().filter(|one| shown.contains(&one.release)).collect(),
            state,
        })
    }

    /// Whether a release is shown and was not withdrawn.
    pub(super) fn stands(&self, release: &ProposedRelease) -> bool {
        release.withdrawal.is_none() && self.release(release.signed.id).is_some()
    }

    /// What is released in a layer, by the releases that are shown.
    pub(super) fn released_in(&self, layer: Layer) -> Option<Released> {
        Released::by(self.state, layer, |release| self.stands(release))
    }

    /// Every two layers that can be compared, the earlier one first.
    fn pairs(&self) -> impl Iterator<Item = (Layer, Layer)> {
        let later = |(at, &after)| self.layers[..at].iter().map(move |&before| (before, after));
        self.layers.iter().enumerate().flat_map(later)
    }

    fn time(&self, language: Language, at_ms: u64) -> String {
        language.time(at_ms, self.zone)
    }

    /// Whether two people withheld a message: its entry and its numbers stay, its bytes and its words are nobody's any more.
    fn is_withheld(&self, message: MessageId) -> bool {
        self.state.review().withheld(message).is_some()
    }

    /// What somebody wrote in a message.
    fn written(&self, language: Language, message: MessageId, words: &str) -> String {
        if self.is_withheld(message) {
            return language
                .say("[withheld by two people]", "[retenido por dos personas]")
                .to_owned();
        }
        words.to_owned()
    }

    /// Whether a release that is shown ever named a precinct.
    fn has_page(&self, precinct: PrecinctNumber) -> bool {
        let review = self.state.review();
        self.releases.iter().any(|one| review.named(one.release, precinct).is_some())
    }

    /// How many times a witness has cosigned a release that is shown.
    #[must_use]
    pub fn witnessed_times(&self) -> usize {
        let all = self.witnesses.all.len();
        self.releases.iter().map(|one| all - self.witnesses.silent(one.log_size).count()).sum()
    }

    /// Whether as many witnesses as needed have seen a release, in words.
    fn witnessed(&self, release: &Effective<'_>, language: Language) -> Option<String> {
        let Witnesses { all, needed, .. } = &self.witnesses;
        if all.is_empty() {
            return None;
        }
        let silent: Vec<&str> =
            self.witnesses.silent(release.log_size).map(|one| one.name.as_str()).collect();
        let seen = all.len() - silent.len();
        Some(if seen >= *needed {
            let words = language.say("witnesses have cosigned it", "testigos lo han cofirmado");
            format!("{seen} {} {} {words}", language.say("of", "de"), all.len())
        } else {
            let words = language.say("NOT WITNESSED. Silent:", "SIN TESTIGOS. En silencio:");
            format!("{words} {}", silent.join(", "))
        })
    }

    /// The release that took effect last and was not withdrawn.
    fn last(&self) -> Option<&Effective<'a>> {
        self.releases.iter().rev().find(|one| one.release.withdrawal.is_none())
    }

    fn release(&self, id: MessageId) -> Option<&Effective<'a>> {
        self.releases.iter().find(|one| one.release.signed.id == id)
    }
}

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
            log_size: night.state.size(),
        }
    }

    fn say<'w>(&self, english: &'w str, spanish: &'w str) -> &'w str {
        self.language.say(english, spanish)
    }
}

/// Why pages cannot be made.
pub type PageError = askama::Error;

/// Puts a page under its name, in its language.
fn page(
    files: &mut Files,
    language: Language,
    name: &str,
    page: &impl Template,
) -> Result<(), PageError> {
    put(files, in_language(language, name), rendered(page)?);
    Ok(())
}

/// The name of a page in a language.
fn in_language(language: Language, name: &str) -> String {
    match language {
        Language::English => name.to_owned(),
        Language::Spanish => format!("es/{name}"),
    }
}

fn rendered(page: &impl Template) -> Result<File, PageError> {
    Ok(File::text(&page.render()?, "text/html; charset=utf-8", false))
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

/// The page of two layers, and its name.
///
/// # Errors
/// As [`of_the_moment`].
pub(super) fn of_pair(
    night: &Night<'_>,
    pair: &Pair<'_>,
    language: Language,
) -> Result<(String, File), PageError> {
    let (name, page) = compared::page(night, pair, language);
    Ok((in_language(language, &name), rendered(&page)?))
}

/// Pages that change with what comes in: the first one, the status, the checks and the list of precincts.
///
/// # Errors
/// [`PageError`], never with the templates that are built in.
pub fn of_the_moment(night: &Night<'_>) -> Result<Files, PageError> {
    let mut files = Files::new();
    for language in Language::ALL {
        page(&mut files, language, "index.html", &front::page(night, language))?;
        page(&mut files, language, "status.html", &status::page(night, language))?;
        page(&mut files, language, "precincts.html", &place::all(night, language))?;
    }
    let counted = checks::count(night);
    for language in Language::ALL {
        page(&mut files, language, "checks.html", &checks::page(night, language, &counted))?;
    }
    Ok(files)
}

/// Pages that change with a release, or with what is said about one.
///
/// # Errors
/// As [`of_the_moment`].
pub fn of_releases(night: &Night<'_>) -> Result<Files, PageError> {
    let mut files = Files::new();
    let text = |content, media_type| File::text(content, media_type, true);
    put(&mut files, &*night.style, text(STYLE, "text/css; charset=utf-8"));
    put(&mut files, &*night.script, text(SCRIPT, "text/javascript; charset=utf-8"));
    find::copies(night, &mut files)?;
    for language in Language::ALL {
        page(&mut files, language, "releases.html", &releases::page(night, language))?;
        page(&mut files, language, "changes.html", &changed::page(night, language))?;
        if let Some(working) = national::page(night, language) {
            page(&mut files, language, "national.html", &working)?;
        }
        let Some(released) = &night.released else { continue };
        for county in &released.counties {
            if let Some((name, county)) = place::county(night, released, county, language) {
                page(&mut files, language, &name, &county)?;
            }
        }
        for number in precinct::with_history(night) {
            if let Some((name, precinct)) = precinct::page(night, number, language) {
                page(&mut files, language, &name, &precinct)?;
            }
        }
    }
    Ok(files)
}

/// The Atom feed of releases.
///
/// # Errors
/// As [`of_the_moment`].
pub fn feed(night: &Night<'_>) -> Result<String, PageError> {
    releases::feed(night).render()
}
