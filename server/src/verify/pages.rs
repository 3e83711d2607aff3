//! The numbers on the pages, in both languages, and on those that put two layers side by side, beside what the log gives.

use countersign_core::language::Language;

use super::difference::Difference;
use super::published::{DOCUMENT_MAX, can_be_worked_out, on_every_processor};
use super::source::{Source, Wanted};
use super::verdict::{ComparedFile, Verdict};
use super::{Step, Stop, Watch};
use crate::publish::OnPages;
use crate::publish::cells::{Cell, Cells};
use crate::publish::compared::{self, Pair};
use crate::publish::data::compared as table;
use crate::publish::pages::{self, Night};

/// A page, and the region that its numbers are of.
struct Page {
    name: String,
    region: String,
}

/// Compares the numbers on the first page, on those of counties and precincts, and side by side, where the pages were made since
/// something was last released or withdrawn. A copy may do without pages.
pub(super) fn compare(
    source: &Source,
    place: &str,
    night: &Night<'_>,
    verdict: &mut Verdict,
    watch: Watch<'_>,
) -> Result<(), Stop> {
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
    of_the_last_layer(source, place, night, verdict, watch)?;
    side_by_side(source, place, night, verdict, watch)
}

/// Entries of the log that a page was made from; `None` where it does not say.
fn log_size(html: &str) -> Option<u64> {
    let (_, rest) = html.split_once("data-log-size=\"")?;
    rest.split_once('"')?.0.parse().ok()
}

/// Compares the pages of the last layer.
fn of_the_last_layer(
    source: &Source,
    place: &str,
    night: &Night<'_>,
    verdict: &mut Verdict,
    watch: Watch<'_>,
) -> Result<(), Stop> {
    let Some(released) = night.released.as_ref() else { return Ok(()) };
    let pages = expected(place, night, &verdict.not_worked_out);
    let wanted =
        pages.iter().map(|page| Wanted { name: page.name.clone(), size_max: DOCUMENT_MAX });
    let all = pages.len();
    let found = source.read(wanted.collect(), &mut |read| watch(Step::Pages, read, all))?;
    let expected = OnPages::of(released);
    let jobs: Vec<_> = pages.iter().zip(&found).collect();
    for compared in on_every_processor(&jobs, |(page, html)| {
        let Some(html) = html else { return Ok(0) };
        // Sums are shown once enough of the contest is released.
        let may_wait = !page.region.starts_with("precinct:");
        expected
            .agree_of(&page.region, &String::from_utf8_lossy(html), may_wait)
            .map_err(|other| Difference::cell(&page.name, other))
    }) {
        verdict.pages.numbers += compared?;
    }
    verdict.pages.files += found.iter().flatten().count();
    verdict.pages.missing += found.iter().filter(|page| page.is_none()).count();
    Ok(())
}

/// The first page and those of counties and precincts, in both languages, as far as they can be worked out.
fn expected(place: &str, night: &Night<'_>, not_worked_out: &[String]) -> Vec<Page> {
    let precincts = night.released.iter().flat_map(|released| &released.precincts);
    let ids = precincts.filter_map(|one| Some(&night.contest.precinct(one.precinct.0)?.id));
    let mut pages: Vec<(String, String)> = ids
        .filter(|id| !not_worked_out.contains(id))
        .map(|id| (format!("precincts/{id}.html"), format!("precinct:{id}")))
        .collect();
    // Where a precinct's report was withheld, no sum can be worked out either.
    if not_worked_out.is_empty() {
        let counties = night.contest.counties.iter().map(|county| &county.id);
        pages.extend(counties.map(|id| (format!("counties/{id}.html"), format!("county:{id}"))));
        pages.push(("index.html".to_owned(), "state".to_owned()));
    }
    let in_both = pages.into_iter().flat_map(|(name, region)| {
        Language::ALL.map(|language| Page {
            name: format!("{place}{}", pages::in_language(language, &name)),
            region: region.clone(),
        })
    });
    in_both.collect()
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
        let names = names.map(|name| format!("{place}{name}"));
        let wanted = names.iter().cloned();
        let wanted = wanted.map(|name| Wanted { name, size_max: DOCUMENT_MAX }).collect();
        let found = source.read(wanted, &mut |_| ())?;
        for (name, file) in names.iter().zip(found) {
            let Some(file) = file else {
                verdict.not_published.push(name.clone());
                continue;
            };
            let file = String::from_utf8_lossy(&file);
            if name.ends_with(".csv") {
                let numbers = in_table(night, pair, name, &file, verdict)?;
                verdict.compared.push(ComparedFile { name: name.clone(), numbers });
            } else if verdict.not_worked_out.is_empty() {
                // A page shows as many precincts as fit: which, cannot be told where numbers of some are withheld.
                let ours = pair.on_the_page();
                let theirs = pages::read_back::cells(&file);
                ours.agree_with(&theirs).map_err(|other| Difference::cell(name, other))?;
                verdict.pages.numbers += ours.len();
                verdict.pages.files += 1;
            }
        }
        done += 1;
        watch(Step::Layers, done, pairs.len());
        Ok(())
    })
}

/// Compares the table of two layers. What explains a number rests on decisions and previews, so it is compared where nothing was
/// withheld.
fn in_table(
    night: &Night<'_>,
    pair: &Pair<'_>,
    name: &str,
    text: &str,
    verdict: &Verdict,
) -> Result<usize, Difference> {
    let unreadable = |error: crate::publish::data::Unreadable| Difference::File {
        file: name.to_owned(),
        what: error.to_string(),
    };
    let theirs = table::read(text).map_err(unreadable)?;
    let ours = Cells::of_compared(pair.contest(), &pair.compared, |_| true);
    let can_be = |cell: &Cell| can_be_worked_out(cell, &verdict.not_worked_out);
    let (ours, theirs) = (ours.only(can_be), theirs.only(can_be));
    ours.agree_with(&theirs).map_err(|other| Difference::cell(name, other))?;
    if verdict.withheld.is_empty() {
        let other = table::difference(&table::write(night, pair), text).map_err(unreadable)?;
        other.map_or(Ok(()), |other| Err(Difference::cell(name, other)))?;
    }
    Ok(ours.len())
}
