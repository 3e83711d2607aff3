//! The published data of releases, cell by cell, beside what the log gives.

use std::sync::atomic::{AtomicUsize, Ordering};

use countersign_core::results::{Released, RoomState};
use countersign_core::room::Room;

use super::difference::Difference;
use super::public_log::PublicLog;
use super::replay::Replayed;
use super::source::{Source, Unread, Wanted};
use super::tables::{Known, Table};
use super::verdict::{ComparedFile, Verdict};
use super::{Step, Stop, Watch, hash_lists, moment, pages, receipts};
use crate::publish::cells::{Cell, Cells};
use crate::publish::corrections::Corrections;
use crate::publish::data::{Form, NAMES};
use crate::publish::on_pages::OnPages;
use crate::publish::pages::{Effective, Night, WAIT_MS, Witnesses};

/// Most bytes of a document or page.
pub(super) const DOCUMENT_MAX: usize = 64 << 20;

/// Where the documents of a room may lie below an address or folder.
fn places(source: &Source, room: Room) -> &'static [&'static str] {
    match (source, room) {
        (Source::Folder(_), _) => &[""],
        (Source::Address(_), Room::Official) => &["results/", ""],
        (Source::Address(_), Room::Rehearsal) => &["rehearsal/", ""],
    }
}

/// Compares everything that was published after releases: their documents, the receipts, and the pages. A document that is not
/// there is said and is no difference: a server makes them after a release, a copy may do without.
pub(super) fn compare(
    source: &Source,
    log: &PublicLog,
    replayed: &Replayed,
    verdict: &mut Verdict,
    watch: Watch<'_>,
) -> Result<(), Stop> {
    let Some(night) = night(log, &replayed.state) else { return Ok(()) };
    let Some((place, found)) = documents(source, log.room, &night.releases, watch)? else {
        return Ok(());
    };
    let last_is_there = found.iter().rev().take(NAMES.len()).any(|(_, file)| file.is_some());
    let corrections = Corrections::of(&night);
    let jobs: Vec<_> = night.releases.iter().zip(found.chunks(NAMES.len())).collect();
    let known = Known::of(verdict);
    for compared in on_every_processor(&jobs, |(release, documents)| {
        of_release(&night, &corrections, release, documents, known)
    }) {
        let Compared { files, missing } = compared?;
        verdict.compared.extend(files);
        verdict.not_published.extend(missing);
    }
    hash_lists::verify(source, place, &night, &found, verdict, watch)?;
    receipts::verify(source, place, log, &night, verdict, watch)?;
    // A release that waits for witnesses is neither in documents nor on pages.
    if last_is_there {
        let expected = OnPages::of(&night, &corrections);
        let last = pages::last_change(&night);
        if pages::compare(source, place, &night, last, &expected, verdict, watch)? {
            moment::compare(source, place, last, log, replayed, &expected, verdict)?;
        }
    }
    Ok(())
}

/// What pages are made from, at a time when no release waits for witnesses any more: of one that does nothing is published.
pub(super) fn night<'a>(log: &PublicLog, state: &'a RoomState) -> Option<Night<'a>> {
    let last_ms = log.entries.last().map_or(0, |entry| entry.time_ms);
    Night::of(state, last_ms.saturating_add(WAIT_MS), Witnesses::default())
}

/// What was compared of a release.
#[derive(Default)]
struct Compared {
    files: Vec<ComparedFile>,
    missing: Vec<String>,
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

/// Compares the documents of a release.
fn of_release(
    night: &Night<'_>,
    corrections: &Corrections,
    release: &Effective<'_>,
    documents: &[Named],
    known: Known<'_>,
) -> Result<Compared, Difference> {
    let mut compared = Compared::default();
    let Some(released) = Released::when(night.state, release.release) else { return Ok(compared) };
    let cells = Cells::of(&released);
    for (form, document) in Form::ALL.into_iter().zip(documents) {
        let not_worked_out = known.not_worked_out();
        compared.with(document, |name, bytes| agree(form, name, &cells, bytes, not_worked_out))?;
    }
    let changed = corrections.of_release(release.release.signed.id);
    if let (Some(changed), [.., document]) = (changed, documents) {
        let contest = &released.package.contest;
        let table = Table { night, contest, compared: changed };
        compared.with(document, |name, bytes| table.agree(name, bytes, known))?;
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

/// Every document of every release, by its name, with the place where they lie; `None` where there is none at all.
fn documents(
    source: &Source,
    room: Room,
    releases: &[Effective<'_>],
    watch: Watch<'_>,
) -> Result<Option<(&'static str, Vec<Named>)>, Unread> {
    for place in places(source, room) {
        let name = |folder: &str, name: &str| format!("{place}{folder}/{name}");
        let names: Vec<String> = releases
            .iter()
            .flat_map(|release| NAMES.map(|document| name(&release.folder, document)))
            .collect();
        let wanted = names.iter().cloned();
        let wanted = wanted.map(|name| Wanted { name, size_max: DOCUMENT_MAX }).collect();
        let all = names.len();
        let found = source.read(wanted, &mut |read| watch(Step::Published, read, all))?;
        if found.iter().any(Option::is_some) {
            return Ok(Some((place, names.into_iter().zip(found).collect())));
        }
    }
    Ok(None)
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
