//! Pages that change with what comes in, beside what the log gave by the time they were made: the first one, the status, the
//! checks and the list of precincts, in both languages.

use std::collections::BTreeMap;

use countersign_core::language::Language;

use super::Stop;
use super::difference::Difference;
use super::pages::{log_size, read};
use super::public_log::{self, PublicLog};
use super::published::night;
use super::replay::{Replayed, Unread};
use super::source::Source;
use super::verdict::Verdict;
use crate::publish::cells::Cell;
use crate::publish::on_pages::OnPages;
use crate::publish::pages::said::{rests_on_what_came_in, rests_on_what_people_said};
use crate::publish::pages::{Moment, OF_THE_MOMENT, in_language, read_back};

/// Compares them, but those that were made before the last release or withdrawal. `expected` are the numbers that follow from
/// releases.
pub(super) fn compare(
    source: &Source,
    place: &str,
    last_change: Option<u64>,
    log: &PublicLog,
    replayed: &Replayed,
    expected: &OnPages,
    verdict: &mut Verdict,
) -> Result<(), Stop> {
    let in_both = |name| Language::ALL.map(|language| in_language(language, name));
    let names: Vec<String> = OF_THE_MOMENT.into_iter().flat_map(in_both).collect();
    let found = read(source, place, &names, &mut |_| ())?;
    let mut by_size: BTreeMap<u64, Vec<(&str, String)>> = BTreeMap::new();
    for (name, page) in names.iter().zip(found) {
        let Some(page) = page else {
            verdict.pages.missing += 1;
            continue;
        };
        let html = String::from_utf8_lossy(&page).into_owned();
        let size = log_size(&html).ok_or_else(|| Difference::File {
            file: format!("{place}{name}"),
            what: "it does not say of how many entries it was made".to_owned(),
        })?;
        by_size.entry(size).or_default().push((name, html));
    }
    for (size, pages) in by_size {
        let files = pages.iter().map(|(name, _)| format!("{place}{name}"));
        if Some(size) < last_change {
            verdict.not_published.extend(files);
            continue;
        }
        if size > replayed.state.size() {
            verdict.newer.extend(newer(source, log, size, files)?);
            continue;
        }
        let earlier = (size < replayed.state.size()).then(|| replayed.at(log, size));
        let state = earlier.as_ref().unwrap_or(&replayed.state);
        let Some(night) = night(log, state) else { continue };
        let said = Moment::of(&night).said();
        let unread = replayed.unread(log, size);
        for ((name, html), file) in pages.iter().zip(files) {
            let expected = expected.with(name, said.get(*name));
            let known = expected.only(|cell| can_be_told(cell, unread));
            let page = read_back::cells(html).only(|cell| can_be_told(cell, unread));
            known.agree_with(&page).map_err(|other| Difference::cell(&file, other))?;
            verdict.pages.files += 1;
            verdict.pages.numbers += known.len();
        }
    }
    Ok(())
}

/// Whether nothing that cannot be read has a part in it.
fn can_be_told(cell: &Cell, unread: Unread) -> bool {
    !(unread.came_in && rests_on_what_came_in(cell)
        || unread.said && rests_on_what_people_said(cell))
}

/// Pages of more entries than were read: the log has gone on meanwhile, or they are not made from it.
fn newer(
    source: &Source,
    log: &PublicLog,
    size: u64,
    mut files: impl Iterator<Item = String>,
) -> Result<Vec<String>, Stop> {
    let now = public_log::size_now(source, log.room)?.unwrap_or(0);
    match files.next() {
        Some(file) if now < size => {
            let what = format!("it is said to be made from {size} entries, and the log has {now}");
            Err(Difference::File { file, what }.into())
        }
        first => Ok(first.into_iter().chain(files).collect()),
    }
}
