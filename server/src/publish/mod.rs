//! Results as everyone reads them: a folder of static files, made from nothing but the log. The server offers it on the public
//! listener; `export` writes it for any web host.
//!
//! Every document is read back and compared, cell by cell, with what was worked out, before any of it is offered.

pub mod cells;
pub(crate) mod compared;
pub mod copy;
pub mod data;
pub mod export;
pub mod files;
pub(crate) mod hash_list;
mod map;
pub mod pages;
pub mod sites;
mod sums;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use countersign_core::crypto::SigningKey;
use countersign_core::id::MessageId;
use countersign_core::log::LogKey;
use countersign_core::results::{Released, RoomState};

use cells::{COVERED, Cells, Difference, EARLY_ATTENDEES};
use data::Unreadable;
use files::{File, Files, put};
use pages::find::Lookup;
use pages::{Night, PageError, Witnesses};
use sums::Sums;

use crate::public_folder;

/// Why results are not offered. What was offered before stays.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// A document does not say what was worked out.
    #[error("a document is not offered, because it does not say what was worked out: {0}")]
    Document(#[from] Unreadable),
    /// A page does not.
    #[error("{page} is not offered, because it does not say what was worked out: {difference}")]
    Page {
        /// Its name.
        page: String,
        /// The first difference.
        difference: Difference,
    },
    /// A page cannot be made.
    #[error("a page cannot be made: {0}")]
    Template(#[from] PageError),
}

/// The folder, at one moment.
#[derive(Debug, Clone, Default)]
pub struct Site {
    /// Its files.
    pub files: Files,
    /// What a server answers look-ups of reports from.
    pub lookup: Arc<Lookup>,
    /// Entries of the log that it was made from.
    pub log_size: u64,
    /// When it was made, server time.
    pub made_ms: u64,
    /// Whether a release that took effect is not shown yet, because it waits for witnesses.
    pub waits: bool,
}

/// What the files of releases are a function of, besides entries that change none of them.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Said {
    package: Option<MessageId>,
    shown: usize,
    witnessed: usize,
    withdrawn: usize,
    objections: usize,
    answers: usize,
    decisions: usize,
    questions: usize,
    closed: usize,
    withheld: usize,
}

impl Said {
    fn of(night: &Night<'_>) -> Self {
        let state = night.state;
        let review = state.review();
        let decisions = night.contest.precinct_numbers().map(|one| review.decisions(one).len());
        let asked = night.contest.precinct_numbers().flat_map(|one| state.questions(one));
        let closed: Vec<bool> = asked.map(|asked| state.closed(asked).is_some()).collect();
        Self {
            package: state.package_id(),
            shown: night.releases.len(),
            witnessed: night.witnessed_times(),
            withdrawn: review.effective().filter(|one| one.withdrawal.is_some()).count(),
            objections: review.objections().len(),
            answers: review.objections().iter().filter(|one| one.answer.is_some()).count(),
            decisions: decisions.sum(),
            questions: closed.len(),
            closed: closed.iter().filter(|closed| **closed).count(),
            withheld: review.withheld_count(),
        }
    }
}

/// Minutes after which a server that runs has made its pages anew at the latest, also when nothing happened.
pub const ANEW_MINUTES: u32 = 15;

/// Makes the folder again and again, and only what changed.
#[derive(Debug, Default)]
pub struct Publisher {
    /// Signs lists of hashes, where the package names it.
    key: Option<SigningKey>,
    /// The same as the package named it when documents were made.
    named: Option<LogKey>,
    /// Minutes after which pages are made anew at the latest; `None` where nobody does.
    anew_minutes: Option<u32>,
    /// Documents of each release, which never change.
    documents: HashMap<MessageId, Files>,
    /// Files of every two layers.
    compared: compared::Pairs,
    /// What releases that changed something made of the state's sums.
    sums: Sums,
    /// Pages of releases, and what they were made from.
    pages: Option<(Said, Files)>,
}

impl Publisher {
    /// One whose lists of hashes are signed with this key, as long as the package names it. Without a key they are not signed.
    #[must_use]
    pub fn signing(key: Option<SigningKey>) -> Self {
        Self { key, ..Self::default() }
    }

    /// The same, whose pages promise that they are made anew after so many minutes at the latest. Without it they say that they
    /// do not renew themselves.
    #[must_use]
    pub fn anew_after(mut self, minutes: u32) -> Self {
        self.anew_minutes = Some(minutes);
        self
    }

    /// Makes the folder. `None` before there is a package.
    ///
    /// # Errors
    /// [`PublishError`].
    pub fn make(
        &mut self,
        state: &RoomState,
        made_ms: u64,
        witnesses: Witnesses,
    ) -> Result<Option<Site>, PublishError> {
        let Some(mut night) = Night::of(state, made_ms, witnesses) else { return Ok(None) };
        night.next_ms = self.anew_minutes.map(|minutes| made_ms + u64::from(minutes) * 60_000);
        night.signed_by = hash_list::named(night.contest, state.room(), self.key.as_ref());
        if self.named != night.signed_by {
            self.named.clone_from(&night.signed_by);
            self.documents.clear();
        }
        let said = Said::of(&night);
        if self.pages.as_ref().is_none_or(|(of, _)| *of != said) {
            self.sums.follow(&night);
            let mut files = pages::of_releases(&night, &self.sums)?;
            let feed = File::text(&pages::feed(&night)?, "application/atom+xml", false);
            put(&mut files, "releases.atom", feed);
            messages(&night, &mut files);
            if let Some(released) = &night.released {
                check(&files, released)?;
            }
            files.extend(self.compared.files(&night)?);
            self.sums.check(&night, &files)?;
            put(&mut files, "releases.json", json(&data::releases::all(&night)?));
            for release in &night.releases {
                files.extend(self.documents_of(&night, release)?);
                let status = json(&data::releases::one(&night, release)?);
                put(&mut files, format!("{}/status.json", release.folder), status);
            }
            self.pages = Some((said, files));
        }
        let moment = pages::of_the_moment(&night)?;
        if let Some(released) = &night.released {
            check(&moment, released)?;
        }
        let mut files = self.pages.as_ref().map(|(_, files)| files.clone()).unwrap_or_default();
        files.extend(moment);
        let waits = !night.waiting.is_empty();
        let lookup = Arc::new(Lookup::of(&night)?);
        Ok(Some(Site { files, lookup, log_size: state.size(), made_ms, waits }))
    }

    fn documents_of(
        &mut self,
        night: &Night<'_>,
        release: &pages::Effective<'_>,
    ) -> Result<Files, PublishError> {
        let id = release.release.signed.id;
        if let Some(made) = self.documents.get(&id) {
            return Ok(made.clone());
        }
        let mut files = Files::new();
        if let Some(released) = Released::when(night.state, release.release) {
            let mut sums = String::new();
            for (name, text, media_type) in data::documents(&released, &release.named)? {
                sums.push_str(&hash_list::line(name, text.as_bytes()));
                let file = File::text(&text, media_type, true);
                put(&mut files, format!("{}/{name}", release.folder), file);
            }
            let signer = self.key.as_ref().zip(self.named.as_ref().map(|named| &*named.origin));
            hash_list::put_both(&mut files, &release.folder, id, &sums, signer);
        }
        self.documents.insert(id, files.clone());
        Ok(files)
    }
}

/// Ids of the messages that pages lead to.
#[must_use]
pub(crate) fn led_to(night: &Night<'_>) -> BTreeSet<MessageId> {
    let review = night.state.review();
    let mut ids = BTreeSet::new();
    for release in &night.releases {
        ids.insert(release.release.signed.id);
        for named in review.precincts(release.release) {
            ids.extend(named.report);
            ids.extend(review.decisions(named.precinct).iter().map(|one| one.signed.id));
            ids.extend(pages::asked_messages(night, named.precinct));
        }
    }
    // Their entries and their numbers stay; their bytes are nobody's any more.
    ids.retain(|&id| review.withheld(id).is_none());
    ids
}

/// Name of a message's receipt in the folder.
#[must_use]
pub(crate) fn receipt_name(id: MessageId) -> String {
    format!("receipts/{id}.txt")
}

/// A document that changes.
fn json(text: &str) -> File {
    File::text(text, "application/json", false)
}

/// The messages that pages lead to, with their receipts.
fn messages(night: &Night<'_>, files: &mut Files) {
    for id in led_to(night) {
        put(files, public_folder::message(id), File::message(id));
        put(files, receipt_name(id), File::receipt(id));
    }
}

/// The numbers that pages have to say of what is released, by region.
pub struct OnPages {
    by_region: HashMap<String, Cells>,
}

impl OnPages {
    /// Works them out.
    #[must_use]
    pub fn of(released: &Released) -> Self {
        let mut by_region: HashMap<String, Cells> = HashMap::new();
        let rules_count = pages::shows_official(&released.package.contest);
        // A precinct's page has the delegates by the rules beside the signed ones.
        let shows_official =
            |cell: &cells::Cell| rules_count && !cell.region.starts_with("precinct:");
        let mut expect = |cell: &cells::Cell, number: &str| {
            let shown = !matches!(
                cell.measure.as_str(),
                "attendees" | "released" | COVERED | EARLY_ATTENDEES
            ) && (!cell.measure.starts_with("official:") || shows_official(cell))
                && !cell.measure.starts_with("national:");
            if shown {
                let region = by_region.entry(cell.region.clone()).or_default();
                region.put(&cell.region, &*cell.measure, number);
            }
        };
        Cells::of(released).each(&mut expect);
        Cells::sums_with_early_votes(released).each(&mut expect);
        Self { by_region }
    }

    /// Compares them with those in a page of the first page's kind, a county's or a precinct's; how many there are. A page
    /// without numbers agrees.
    ///
    /// # Errors
    /// The first [`Difference`].
    pub fn agree_with(&self, html: &str) -> Result<usize, Difference> {
        let page = on_page(html);
        page.first_region().map_or(Ok(0), |region| self.compare(region, &page))
    }

    /// Compares the numbers of a region with those in its page; how many there are. Where it `may_wait`, for so much of the
    /// contest to be released as it asks for, a page without numbers agrees.
    ///
    /// # Errors
    /// The first [`Difference`]; numbers of another region are one too.
    pub fn agree_of(&self, region: &str, html: &str, may_wait: bool) -> Result<usize, Difference> {
        let page = on_page(html);
        if page.is_empty() && may_wait { Ok(0) } else { self.compare(region, &page) }
    }

    fn compare(&self, region: &str, page: &Cells) -> Result<usize, Difference> {
        let nothing = Cells::default();
        let ours = self.by_region.get(region).unwrap_or(&nothing);
        ours.agree_with(page)?;
        Ok(ours.len())
    }
}

/// The numbers of a page that are results.
fn on_page(html: &str) -> Cells {
    pages::read_back::cells(html).only(|cell| !cell.measure.starts_with("byTheRules:"))
}

/// Compares the numbers in pages with what was worked out.
fn check(files: &Files, released: &Released) -> Result<(), PublishError> {
    let expected = OnPages::of(released);
    for (name, file) in files {
        // The page of changes has numbers of another kind: see `Sums::check`.
        if !name.ends_with(".html") || name.ends_with(pages::CHANGES) {
            continue;
        }
        let text = file.read().unwrap_or_default();
        expected
            .agree_with(&String::from_utf8_lossy(&text))
            .map_err(|difference| PublishError::Page { page: name.clone(), difference })?;
    }
    Ok(())
}
