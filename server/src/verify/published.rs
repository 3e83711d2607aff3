//! The published data of releases, cell by cell, beside what the log gives.

use std::sync::atomic::{AtomicUsize, Ordering};

use countersign_core::results::{Released, RoomState};
use countersign_core::room::Room;

use super::difference::Difference;
use super::source::{Source, Unread, Wanted};
use super::verdict::{ComparedFile, Verdict};
use super::{Step, Stop, Watch};
use crate::publish::OnPages;
use crate::publish::cells::{Cell, Cells};
use crate::publish::data::Form;
use crate::publish::pages::{Effective, Night, Witnesses};

/// Most bytes of a document.
const DOCUMENT_MAX: usize = 64 << 20;

/// Where the documents of a room may lie below an address or folder.
fn places(source: &Source, room: Room) -> &'static [&'static str] {
    match (source, room) {
        (Source::Folder(_), _) => &[""],
        (Source::Address(_), Room::Official) => &["results/", ""],
        (Source::Address(_), Room::Rehearsal) => &["rehearsal/", ""],
    }
}

/// Compares every document of every release that took effect. One that is not there is said and is no difference: a server
/// makes them after a release, a copy may do without.
pub(super) fn compare(
    source: &Source,
    state: &RoomState,
    verdict: &mut Verdict,
    watch: Watch<'_>,
) -> Result<(), Stop> {
    let Some(night) = Night::of(state, 0, Witnesses::default()) else { return Ok(()) };
    let Some((place, found)) = documents(source, state.room(), &night.releases, watch)? else {
        return Ok(());
    };
    let last_is_there = found.iter().rev().take(Form::ALL.len()).any(|(_, file)| file.is_some());
    let jobs: Vec<_> = night.releases.iter().zip(found.chunks(Form::ALL.len())).collect();
    for compared in on_every_processor(&jobs, |(release, documents)| {
        of_release(state, release, documents, &verdict.not_worked_out)
    }) {
        let Compared { files, missing } = compared?;
        verdict.compared.extend(files);
        verdict.not_published.extend(missing);
    }
    // A release that waits for witnesses is neither in documents nor on pages.
    if last_is_there {
        pages(source, place, &night, verdict, watch)?;
    }
    Ok(())
}

/// Compares the numbers on the first page and on those of counties and precincts, where the pages were made since something
/// was last released or withdrawn. A copy may do without pages.
fn pages(
    source: &Source,
    place: &str,
    night: &Night<'_>,
    verdict: &mut Verdict,
    watch: Watch<'_>,
) -> Result<(), Stop> {
    let Some(released) = night.released.as_ref() else { return Ok(()) };
    let index = format!("{place}index.html");
    let first = source.read_one(&index, DOCUMENT_MAX)?;
    let made_from = first.as_ref().and_then(|page| log_size(&String::from_utf8_lossy(page)));
    let changed = night.releases.iter().flat_map(|one| {
        let withdrawal = one.release.withdrawal.as_ref();
        [Some(one.log_size), withdrawal.map(|it| it.approval.signed.index + 1)]
    });
    if made_from < changed.flatten().max() {
        verdict.not_published.push(index);
        return Ok(());
    }
    let withheld = &verdict.not_worked_out;
    let precincts = released.precincts.iter().filter_map(|one| {
        let id = &night.contest.precinct(one.precinct.0)?.id;
        (!withheld.contains(id)).then(|| format!("{place}precincts/{id}.html"))
    });
    let mut names: Vec<String> = precincts.collect();
    // Where a precinct's report was withheld, no sum can be worked out either.
    if withheld.is_empty() {
        let counties = night.contest.counties.iter();
        names.extend(counties.map(|county| format!("{place}counties/{}.html", county.id)));
    }
    let wanted = names.iter().cloned();
    let wanted = wanted.map(|name| Wanted { name, size_max: DOCUMENT_MAX }).collect();
    let all = names.len();
    let mut found = source.read(wanted, &mut |read| watch(Step::Pages, read, all))?;
    if withheld.is_empty() {
        names.push(index);
        found.push(first);
    }
    let expected = OnPages::of(released);
    let jobs: Vec<_> = names.iter().zip(&found).collect();
    for compared in on_every_processor(&jobs, |(name, page)| {
        let Some(page) = page else { return Ok(0) };
        expected.agree_with(&String::from_utf8_lossy(page)).map_err(|other| Difference::Cell {
            file: (*name).clone(),
            cell: other.cell.to_string(),
            published: other.theirs,
            worked_out: other.ours,
        })
    }) {
        verdict.pages.numbers += compared?;
    }
    verdict.pages.files = found.iter().flatten().count();
    Ok(())
}

/// Entries of the log that a page was made from; `None` where it does not say.
fn log_size(html: &str) -> Option<u64> {
    let (_, rest) = html.split_once("data-log-size=\"")?;
    rest.split_once('"')?.0.parse().ok()
}

/// What was compared of a release.
#[derive(Default)]
struct Compared {
    files: Vec<ComparedFile>,
    missing: Vec<String>,
}

/// Compares the documents of a release.
fn of_release(
    state: &RoomState,
    release: &Effective<'_>,
    documents: &[Named],
    not_worked_out: &[String],
) -> Result<Compared, Difference> {
    let mut compared = Compared::default();
    let Some(released) = Released::when(state, release.release) else { return Ok(compared) };
    let cells = Cells::of(&released);
    for (form, (name, document)) in Form::ALL.into_iter().zip(documents) {
        match document {
            None => compared.missing.push(name.clone()),
            Some(bytes) => {
                let numbers = agree(form, name, &cells, bytes, not_worked_out)?;
                compared.files.push(ComparedFile { name: name.clone(), numbers });
            }
        }
    }
    Ok(compared)
}

/// Does each job, as many at once as there are processors; what came out, in the order of the jobs.
fn on_every_processor<J: Sync, R: Send>(jobs: &[J], work: impl Fn(&J) -> R + Sync) -> Vec<R> {
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

type Named = (String, Option<Vec<u8>>);

/// Every document of every release, by its name, with the place where they lie; `None` where there is none at all.
fn documents(
    source: &Source,
    room: Room,
    releases: &[Effective<'_>],
    watch: Watch<'_>,
) -> Result<Option<(&'static str, Vec<Named>)>, Unread> {
    for place in places(source, room) {
        let name = |folder: &str, form: Form| format!("{place}{folder}/{}", form.name());
        let names: Vec<String> = releases
            .iter()
            .flat_map(|release| Form::ALL.map(|form| name(&release.folder, form)))
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
    // Where a precinct's report was withheld, no sum can be worked out either.
    let can_be = |cell: &Cell| {
        let precinct = cell.region.strip_prefix("precinct:");
        not_worked_out.is_empty()
            || precinct.is_some_and(|id| !not_worked_out.iter().any(|other| other == id))
    };
    let ours = cells.only(|cell| form.carries(cell) && can_be(cell));
    ours.agree_with(&document.only(can_be)).map_err(|other| Difference::Cell {
        file: file(),
        cell: other.cell.to_string(),
        published: other.theirs,
        worked_out: other.ours,
    })?;
    Ok(ours.len())
}
