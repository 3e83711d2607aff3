//! Results as everyone reads them: a folder of static files, made from nothing but the log. The server offers it on the public
//! listener; `export` writes it for any web host.
//!
//! Every document is read back and compared, cell by cell, with what was worked out, before any of it is offered.

pub mod cells;
pub(crate) mod compared;
pub mod copy;
pub(crate) mod corrections;
pub mod data;
pub mod export;
pub mod files;
pub(crate) mod hash_list;
mod map;
mod national;
pub mod occupied;
pub(crate) mod on_pages;
pub mod pages;
pub mod sites;
mod stale;

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use countersign_core::crypto::SigningKey;
use countersign_core::id::MessageId;
use countersign_core::log::LogKey;
use countersign_core::results::{Released, RoomState};

use cells::{Cells, Difference};
use corrections::Corrections;
use data::Unreadable;
use files::{File, Files, Texts, put};
use on_pages::OnPages;
use pages::find::Lookup;
use pages::{Moment, Night, PageError, Renewal, Witnesses, read_back, untold};
use stale::STATUS;

use crate::public_folder;

/// Name of the document of all releases.
pub(crate) const RELEASES: &str = "releases.json";

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
    /// A page says something that follows neither from the log nor is a sentence that may stand there.
    #[error(
        "{page} is not offered, because whoever verifies it would not know this sentence: {text}"
    )]
    Untold {
        /// Its name.
        page: String,
        /// The sentence.
        text: String,
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
    /// Releases that it shows, also those that were withdrawn since they took effect.
    pub shown: HashSet<MessageId>,
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
    /// Reports of precincts that have a page.
    reports: usize,
    questions: usize,
    closed: usize,
    withheld: usize,
}

impl Said {
    fn of(night: &Night<'_>) -> Self {
        let state = night.state;
        let review = state.review();
        let decisions = night.contest.precinct_numbers().map(|one| review.decisions(one).len());
        let with_pages = pages::with_history(night).into_iter();
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
            reports: with_pages.map(|one| state.reports(one).len()).sum(),
            questions: closed.len(),
            closed: closed.iter().filter(|closed| **closed).count(),
            withheld: review.all_withheld().len(),
        }
    }
}

/// Makes the folder again and again, and only what changed.
#[derive(Debug, Default)]
pub struct Publisher {
    /// Signs lists of hashes, where the package names it.
    key: Option<SigningKey>,
    /// When the folder is made anew, as its pages say.
    renewal: Renewal,
    /// The same as the package named it when documents were made.
    named: Option<LogKey>,
    /// Documents of each release, which never change.
    documents: HashMap<MessageId, Files>,
    /// Files of every two layers.
    compared: compared::Pairs,
    /// What releases changed of numbers that were released before.
    corrections: Corrections,
    /// What changes only with a release, or with what is said about one.
    of_releases: Option<OfReleases>,
}

/// What changes only with a release, or with what is said about one.
#[derive(Debug)]
struct OfReleases {
    /// What it was made from.
    said: Said,
    /// Pages and documents.
    files: Files,
    /// What every page has to say, those of the moment too as far as it follows from releases.
    expected: OnPages,
}

impl Publisher {
    /// One whose lists of hashes are signed with this key, as long as the package names it. Without a key they are not signed.
    #[must_use]
    pub fn signing(key: Option<SigningKey>) -> Self {
        Self { key, ..Self::default() }
    }

    /// The same, whose pages say that they are made anew so. Those of a server do unless something else is said.
    #[must_use]
    pub fn renewed(self, renewal: Renewal) -> Self {
        Self { renewal, ..self }
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
        // A clock may jump back; entries then keep the time of the one before.
        let made_ms = made_ms.max(state.now_ms());
        let Some(mut night) = Night::of(state, made_ms, witnesses) else { return Ok(None) };
        night.renewal = self.renewal;
        night.signed_by = hash_list::named(night.contest, state.room(), self.key.as_ref());
        if self.named != night.signed_by {
            self.named.clone_from(&night.signed_by);
            self.documents.clear();
        }
        let said = Said::of(&night);
        let made = match self.of_releases.take() {
            Some(made) if made.said == said => made,
            _ => self.make_of_releases(&night, said)?,
        };
        let made = self.of_releases.insert(made);
        let moment = Moment::of(&night);
        let (mut pages, said) = (Files::new(), moment.said());
        moment.write(&mut pages)?;
        check(&pages, |name| made.expected.with(name, said.get(name)))?;
        let mut files = made.files.clone();
        files.extend(pages);
        let waits = !night.waiting.is_empty();
        let lookup = Arc::new(Lookup::of(&night)?);
        let (log_size, shown) = (state.size(), night.shown);
        Ok(Some(Site { files, lookup, log_size, made_ms, shown, waits }))
    }

    fn make_of_releases(
        &mut self,
        night: &Night<'_>,
        said: Said,
    ) -> Result<OfReleases, PublishError> {
        self.corrections.follow(night);
        let expected = OnPages::of(night, &self.corrections);
        let mut files = Files::new();
        pages::of_releases(night, &self.corrections, &mut files)?;
        messages(night, &mut files);
        check(&files, |name| expected.of_page(name))?;
        files.extend(self.compared.files(night)?);
        beside_pages(night, &mut files)?;
        for release in &night.releases {
            files.extend(self.documents_of(night, release)?);
        }
        Ok(OfReleases { said, files, expected })
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
            let mut documents = data::documents(&released, &release.named)?;
            if let Some(changed) = self.corrections.of_release(id) {
                documents.push(data::changes(night, &released.package.contest, changed)?);
            }
            for (name, text, media_type) in documents {
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

/// What lies beside pages: what they look like, and what lists every release and says what became of it.
///
/// # Errors
/// [`PublishError`].
pub(crate) fn beside_pages(night: &Night<'_>, texts: &mut dyn Texts) -> Result<(), PublishError> {
    const JSON: &str = "application/json";
    pages::beside(night, texts)?;
    texts.take(RELEASES.to_owned(), &data::releases::all(night)?, JSON, false);
    for release in &night.releases {
        let status = data::releases::one(night, release)?;
        texts.take(format!("{}/{STATUS}", release.folder), &status, JSON, false);
    }
    Ok(())
}

/// The messages that pages lead to, with their receipts.
fn messages(night: &Night<'_>, files: &mut Files) {
    for id in led_to(night) {
        put(files, public_folder::message(id), File::message(id));
        put(files, receipt_name(id), File::receipt(id));
    }
}

/// Reads pages back, and compares with what they have to say. What does not follow from the log has to be a sentence that whoever
/// verifies knows.
fn check<'e>(files: &Files, expected: impl Fn(&str) -> Cow<'e, Cells>) -> Result<(), PublishError> {
    for (name, file) in files.iter().filter(|(name, _)| name.ends_with(".html")) {
        let text = file.read().unwrap_or_default();
        let html = String::from_utf8_lossy(&text);
        read_back::agree(&expected(name), &html)
            .map_err(|difference| PublishError::Page { page: name.clone(), difference })?;
        if let Some(text) = read_back::untold(&html).find(|text| !untold::is_one(text)) {
            return Err(PublishError::Untold { page: name.clone(), text });
        }
    }
    Ok(())
}
