//! The published data of releases, cell by cell, beside what the log gives.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use countersign_core::log::LogKey;
use countersign_core::message::Layer;
use countersign_core::results::Released;
use countersign_core::room::Room;

use super::difference::Difference;
use super::made_from::MadeFrom;
use super::pages::{in_both, last_change};
use super::public_log::PublicLog;
use super::replay::Replayed;
use super::source::{Source, Unread, Wanted};
use super::tables::{Known, Table};
use super::verdict::{ComparedFile, Verdict};
use super::words::ComparedWords;
use super::{Step, Stop, Watch, hash_lists, receipts};
use crate::publish::RELEASES;
use crate::publish::cells::{Cell, Cells};
use crate::publish::corrections::Corrections;
use crate::publish::data::{Form, NAMES};
use crate::publish::on_pages::{self, OnPages};
use crate::publish::pages::{Effective, Night, OF_THE_MOMENT};

/// Most bytes of a document or page.
pub(super) const DOCUMENT_MAX: usize = 64 << 20;

/// Where the results of a room may lie below an address or folder.
fn places(source: &Source, room: Room) -> &'static [&'static str] {
    match (source, room) {
        (Source::Folder(_), _) => &[""],
        (Source::Address(_), Room::Official) => &["results/", ""],
        (Source::Address(_), Room::Rehearsal) => &["rehearsal/", ""],
    }
}

/// Results as they are published, and what they have to say.
pub(super) struct Published<'a> {
    pub(super) source: &'a Source,
    /// Where they lie below it.
    pub(super) place: &'static str,
    /// The page by which it is told how old the others are.
    pub(super) first_page: Option<String>,
    pub(super) log: &'a PublicLog,
    pub(super) replayed: &'a Replayed,
    /// What they are made from, with every release that took effect.
    pub(super) night: Night<'a>,
    /// Entries with the last release or withdrawal, or the newest package.
    pub(super) last_change: Option<u64>,
    /// Entries with the newest package.
    pub(super) last_package: Option<u64>,
    pub(super) corrections: Corrections,
    /// The time of whoever verifies.
    pub(super) now_ms: u64,
    pub(super) verdict: &'a mut Verdict,
    pub(super) watch: Watch<'a>,
}

/// Compares everything that was published after releases: their documents, the receipts, and the pages. What is not there is said
/// and is no difference: a server makes it after a release, a copy may do without.
pub(super) fn compare(
    source: &Source,
    now_ms: u64,
    log: &PublicLog,
    replayed: &Replayed,
    verdict: &mut Verdict,
    watch: Watch<'_>,
) -> Result<(), Stop> {
    let last_ms = log.entries.last().map_or(0, |entry| entry.time_ms);
    let Some(mut night) = Night::of_all(&replayed.state, last_ms) else { return Ok(()) };
    // Whether its signed lists are there is said elsewhere.
    let key = night.contest.results_key(log.room);
    night.signed_by = key.map(|named| LogKey { origin: named.name.clone(), key: named.key });
    verdict.words.withheld = !verdict.withheld.is_empty();
    let last_package = night.state.package_id().and_then(|id| {
        let mut entries = (1..).zip(&log.entries);
        entries.find_map(|(size, entry)| (entry.message == id).then_some(size))
    });
    let found = Found::look_up(source, log.room, &night.releases, watch)?;
    let corrections = Corrections::of(&night);
    let mut published = Published {
        source,
        place: found.place,
        first_page: found.first_page,
        log,
        replayed,
        last_change: last_change(&night, Layer::Certified).max(last_package),
        last_package,
        corrections,
        now_ms,
        verdict,
        watch,
        night,
    };
    published.documents(&found.documents)?;
    // Pages lead to what had been entered when they were made.
    let made_from = published.first_page.as_deref().and_then(MadeFrom::of);
    let earlier = made_from.filter(|made| made.log_size < replayed.state.size());
    let earlier = earlier.map(|made| replayed.at(log, made.log_size));
    let of_pages = earlier.as_ref().and_then(|state| Night::of_all(state, last_ms));
    let Published { place, night, verdict, .. } = &mut published;
    verdict.elsewhere = found.elsewhere;
    hash_lists::verify(source, place, night, &found.documents, verdict, watch)?;
    receipts::verify(source, place, log, of_pages.as_ref().unwrap_or(night), verdict, watch)?;
    // A release that waits for witnesses is neither in documents nor on pages. One may wait that a later one did not wait for.
    let none = |documents: &[Named]| documents.iter().all(|(_, file)| file.is_none());
    if found.documents.chunks(NAMES.len()).any(none) {
        verdict.pages.wait = true;
        return Ok(());
    }
    let nothing_is_due = night.releases.is_empty() && published.first_page.is_none();
    if nothing_is_due && !published.anything_is_there()? {
        return Ok(());
    }
    let expected = OnPages::of(&published.night, &published.corrections);
    if published.pages(&expected)? && published.verdict.not_worked_out.is_empty() {
        published.pages_of_the_moment(&expected)?;
    }
    Ok(())
}

impl Published<'_> {
    /// The name of a file below what is verified.
    pub(super) fn file(&self, name: &str) -> String {
        format!("{}{name}", self.place)
    }

    /// Reads files; `None` for each that is not there.
    pub(super) fn read(
        &self,
        names: &[String],
        on: &mut dyn FnMut(usize),
    ) -> Result<Vec<Option<Vec<u8>>>, Unread> {
        read(self.source, self.place, names, on)
    }

    /// Whether pages are there although the first one is not.
    fn anything_is_there(&self) -> Result<bool, Unread> {
        let mut names: Vec<String> = OF_THE_MOMENT.iter().flat_map(|page| in_both(page)).collect();
        let of_releases = on_pages::names(&self.night, |_| true, true);
        names.extend(of_releases.iter().flat_map(|name| in_both(name)));
        names.push(RELEASES.to_owned());
        Ok(self.read(&names, &mut |_| ())?.iter().any(Option::is_some))
    }

    /// Whether every message can be read that pages and documents rest on.
    pub(super) const fn can_be_made_anew(&self) -> bool {
        !self.verdict.words.withheld
    }

    /// Compares the documents of every release.
    fn documents(&mut self, found: &[Named]) -> Result<(), Stop> {
        let words = self.can_be_made_anew();
        let Self { night, corrections, verdict, .. } = self;
        let jobs: Vec<_> = night.releases.iter().zip(found.chunks(NAMES.len())).collect();
        let known = Known::of(verdict);
        for compared in on_every_processor(&jobs, |(release, documents)| {
            of_release(night, corrections, release, documents, known, words)
        }) {
            let Compared { files, missing, words } = compared?;
            verdict.compared.extend(files);
            verdict.not_published.extend(missing);
            verdict.words.add(words);
        }
        Ok(())
    }
}

/// Reads files below the place of results.
pub(super) fn read(
    source: &Source,
    place: &str,
    names: &[String],
    on: &mut dyn FnMut(usize),
) -> Result<Vec<Option<Vec<u8>>>, Unread> {
    let wanted = |name: &String| Wanted { name: format!("{place}{name}"), size_max: DOCUMENT_MAX };
    source.read(names.iter().map(wanted).collect(), on)
}

/// A file's text; what is none differs from any that is made.
pub(super) fn text(file: &[u8]) -> String {
    String::from_utf8_lossy(file).into_owned()
}

/// What was compared of a release.
#[derive(Default)]
struct Compared {
    files: Vec<ComparedFile>,
    missing: Vec<String>,
    words: ComparedWords,
}

impl Compared {
    /// Compares a document, where it is there.
    fn with(
        &mut self,
        (name, document): &Named,
        agree: impl FnOnce(&str, &[u8]) -> Result<usize, Difference>,
    ) -> Result<(), Difference> {
        let name = name.clone();
        match document {
            None => self.missing.push(name),
            Some(bytes) => {
                let numbers = agree(&name, bytes)?;
                self.files.push(ComparedFile { name, numbers });
            }
        }
        Ok(())
    }
}

/// Compares the documents of a release; word for word, where they can be made anew.
fn of_release(
    night: &Night<'_>,
    corrections: &Corrections,
    release: &Effective<'_>,
    documents: &[Named],
    known: Known<'_>,
    words: bool,
) -> Result<Compared, Difference> {
    let mut compared = Compared::default();
    let Some(released) = Released::when(night.state, release.release) else { return Ok(compared) };
    let cells = Cells::of(&released);
    for (form, document) in Form::ALL.into_iter().zip(documents) {
        let not_worked_out = known.not_worked_out();
        compared.with(document, |name, bytes| agree(form, name, &cells, bytes, not_worked_out))?;
        if let (true, (name, Some(published))) = (words, document) {
            let made_anew = form.write(&released, &release.named);
            compared.words.compare(name, &text(published), &made_anew);
        }
    }
    let changed = corrections.of_release(release.release.signed.id);
    if let (Some(changed), [.., document]) = (changed, documents) {
        let contest = &released.package.contest;
        let table = Table { night, contest, compared: changed };
        compared.with(document, |name, bytes| table.agree(name, bytes, known))?;
        if let (true, (name, Some(published))) = (words, document) {
            compared.words.compare(name, &text(published), &table.made_anew());
        }
    }
    Ok(compared)
}

/// Does each job, as many at once as there are processors; what came out, in the order of the jobs.
pub(super) fn on_every_processor<J: Sync, R: Send>(
    jobs: &[J],
    work: impl Fn(&J) -> R + Sync,
) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    let claim = || {
        let at = next.fetch_add(1, Ordering::Relaxed);
        Some((at, jobs.get(at)?))
    };
    let take = || -> Vec<(usize, R)> {
        std::iter::from_fn(claim).map(|(at, job)| (at, work(job))).collect()
    };
    let mut done: Vec<(usize, R)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(take)).collect();
        let finished = threads.into_iter().flat_map(|thread| {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        });
        finished.collect()
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

/// A file's name and content, where it is there.
pub(super) type Named = (String, Option<Vec<u8>>);

/// What was found of results.
#[derive(Default)]
struct Found {
    /// Where they lie; the first place where they may, if there is nothing at all.
    place: &'static str,
    first_page: Option<String>,
    /// Every document of every release.
    documents: Vec<Named>,
    /// Whether there is anything.
    is_there: bool,
    /// What lies in other places where results may lie.
    elsewhere: BTreeMap<String, Vec<String>>,
}

impl Found {
    /// Looks for documents and pages in every place where they may lie; takes the first where there is something.
    fn look_up(
        source: &Source,
        room: Room,
        releases: &[Effective<'_>],
        watch: Watch<'_>,
    ) -> Result<Self, Unread> {
        let of_release =
            |release: &Effective<'_>| NAMES.map(|name| format!("{}/{name}", release.folder));
        let mut names: Vec<String> = releases.iter().flat_map(of_release).collect();
        let documents = names.len();
        names.extend(OF_THE_MOMENT.iter().flat_map(|page| in_both(page)));
        let all = names.len();
        let mut results: Option<Self> = None;
        for &place in places(source, room) {
            let mut files = read(source, place, &names, &mut |n| watch(Step::Published, n, all))?;
            let is_there = files.iter().any(Option::is_some);
            if let Some(results) = results.as_mut().filter(|results| results.is_there) {
                let there = names.iter().zip(&files).filter(|(_, file)| file.is_some());
                let there: Vec<String> = there.map(|(name, _)| name.clone()).collect();
                if is_there {
                    results.elsewhere.insert(place.to_owned(), there);
                }
            } else if is_there || results.is_none() {
                let pages = files.split_off(documents);
                let first_page = pages.into_iter().next().flatten();
                let named = names.iter().map(|name| format!("{place}{name}"));
                results = Some(Self {
                    place,
                    first_page: first_page.map(|page| text(&page)),
                    documents: named.zip(files).collect(),
                    is_there,
                    elsewhere: BTreeMap::new(),
                });
            }
        }
        Ok(results.unwrap_or_default())
    }
}

/// Compares a document with what the log gives; how many numbers were compared.
fn agree(
    form: Form,
    name: &str,
    cells: &Cells,
    document: &[u8],
    not_worked_out: &[String],
) -> Result<usize, Difference> {
    let file = || name.to_owned();
    let unreadable = |what: String| Difference::File { file: file(), what };
    let text = std::str::from_utf8(document).map_err(|error| unreadable(error.to_string()))?;
    let document = form.read(text).map_err(|error| unreadable(error.to_string()))?;
    let can_be = |cell: &Cell| can_be_worked_out(cell, not_worked_out);
    let ours = cells.only(|cell| form.carries(cell) && can_be(cell));
    ours.agree_with(&document.only(can_be)).map_err(|other| Difference::cell(name, other))?;
    Ok(ours.len())
}

/// Whether a number does not rest on what was withheld: where a precinct's report was, no sum can be worked out either.
pub(super) fn can_be_worked_out(cell: &Cell, not_worked_out: &[String]) -> bool {
    let precinct = cell.region.strip_prefix("precinct:");
    not_worked_out.is_empty()
        || precinct.is_some_and(|id| !not_worked_out.iter().any(|other| other == id))
}
