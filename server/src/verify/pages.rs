//! What stands on pages that change with releases only, in both languages, and on those that put two layers side by side, beside
//! what the log gives.

use countersign_core::language::Language;

use super::difference::Difference;
use super::published::{DOCUMENT_MAX, on_every_processor};
use super::source::{Source, Unread, Wanted};
use super::verdict::{ComparedFile, Verdict};
use super::{Step, Stop, Watch, tables};
use crate::publish::cells::Cells;
use crate::publish::compared;
use crate::publish::on_pages::{self, OnPages};
use crate::publish::pages::{self, Night, read_back};

/// Compares those of counties, precincts, changes, releases and national delegates, and side by side, where the pages were made
/// since something was last released or withdrawn; whether they were and every sum can be worked out. A copy may do without pages.
pub(super) fn compare(
    source: &Source,
    place: &str,
    night: &Night<'_>,
    last_change: Option<u64>,
    expected: &OnPages,
    verdict: &mut Verdict,
    watch: Watch<'_>,
) -> Result<bool, Stop> {
    let index = format!("{place}index.html");
    let first = source.read_one(&index, DOCUMENT_MAX)?;
    let made_from = first.as_ref().and_then(|page| log_size(&String::from_utf8_lossy(page)));
    if made_from < last_change {
        verdict.not_published.push(index);
        return Ok(false);
    }
    of_the_last_layer(source, place, night, expected, verdict, watch)?;
    side_by_side(source, place, night, verdict, watch)?;
    Ok(verdict.not_worked_out.is_empty())
}

/// Entries of the log with the last release or withdrawal: pages of fewer do not show it.
pub(super) fn last_change(night: &Night<'_>) -> Option<u64> {
    let changed = night.releases.iter().flat_map(|one| {
        let withdrawal = one.release.withdrawal.as_ref();
        [Some(one.log_size), withdrawal.map(|it| it.approval.signed.index + 1)]
    });
    changed.flatten().max()
}

/// Entries of the log that a page was made from; `None` where it does not say.
pub(super) fn log_size(html: &str) -> Option<u64> {
    let (_, rest) = html.split_once("data-log-size=\"")?;
    rest.split_once('"')?.0.parse().ok()
}

/// Reads files below the place of results; `None` for each that is not there.
pub(super) fn read(
    source: &Source,
    place: &str,
    names: &[String],
    on: &mut dyn FnMut(usize),
) -> Result<Vec<Option<Vec<u8>>>, Unread> {
    let wanted = |name: &String| Wanted { name: format!("{place}{name}"), size_max: DOCUMENT_MAX };
    source.read(names.iter().map(wanted).collect(), on)
}

/// Compares a page with what it has to say; how many numbers that are.
fn agree(expected: &Cells, name: &str, page: &[u8]) -> Result<usize, Difference> {
    let read = read_back::agree(expected, &String::from_utf8_lossy(page));
    read.map_err(|other| Difference::cell(name, other))
}

/// Compares the pages of the last layer, and those of what came before it, as far as they can be worked out.
fn of_the_last_layer(
    source: &Source,
    place: &str,
    night: &Night<'_>,
    expected: &OnPages,
    verdict: &mut Verdict,
    watch: Watch<'_>,
) -> Result<(), Stop> {
    let withheld = &verdict.not_worked_out;
    let can_be = |id: &str| !withheld.iter().any(|other| other == id);
    // Where a precinct's report was withheld, no sum can be worked out either.
    let names = on_pages::names(night, can_be, withheld.is_empty()).into_iter();
    let both = |name: String| Language::ALL.map(|language| pages::in_language(language, &name));
    let names: Vec<String> = names.flat_map(both).collect();
    let all = names.len();
    let found = read(source, place, &names, &mut |read| watch(Step::Pages, read, all))?;
    let jobs: Vec<_> = names.iter().zip(&found).collect();
    for compared in on_every_processor(&jobs, |(name, page)| match page {
        None => Ok(0),
        Some(page) => agree(&expected.of_page(name), &format!("{place}{name}"), page),
    }) {
        verdict.pages.numbers += compared?;
    }
    verdict.pages.files += found.iter().flatten().count();
    verdict.pages.missing += found.iter().filter(|page| page.is_none()).count();
    Ok(())
}

/// Compares every two layers: the table of both, and the page in each language.
fn side_by_side(
    source: &Source,
    place: &str,
    night: &Night<'_>,
    verdict: &mut Verdict,
    watch: Watch<'_>,
) -> Result<(), Stop> {
    let pairs: Vec<_> = night.pairs().collect();
    let mut done = 0;
    compared::each_pair(night, &pairs, |pair| {
        let stem = compared::name(pair.compared.before, pair.compared.after);
        let page = |language| pages::in_language(language, &format!("{stem}.html"));
        let names = [format!("{stem}.csv"), page(Language::English), page(Language::Spanish)];
        let found = read(source, place, &names, &mut |_| ())?;
        for (name, file) in names.iter().map(|name| format!("{place}{name}")).zip(found) {
            let Some(file) = file else {
                verdict.not_published.push(name);
                continue;
            };
            if name.ends_with(".csv") {
                let table =
                    tables::Table { night, contest: pair.contest(), compared: &pair.compared };
                let numbers = table.agree(&name, &file, tables::Known::of(verdict))?;
                verdict.compared.push(ComparedFile { name, numbers });
            } else if verdict.not_worked_out.is_empty() {
                // A page shows as many precincts as fit: which, cannot be told where numbers of some are withheld.
                verdict.pages.numbers += agree(&pair.on_the_page(), &name, &file)?;
                verdict.pages.files += 1;
            }
        }
        done += 1;
        watch(Step::Layers, done, pairs.len());
        Ok(())
    })
}
