//! What stands on pages that change with releases only, in both languages, and on those that put two layers side by side, beside
//! what the log gives.

use std::collections::{BTreeMap, HashSet};

use countersign_core::language::Language;
use countersign_core::message::Layer;

use super::difference::Difference;
use super::made_from::{MadeFrom, Page};
use super::published::{Published, on_every_processor, read, text};
use super::verdict::ComparedFile;
use super::words::Beside;
use super::{Step, Stop, tables};
use crate::publish;
use crate::publish::cells::Cells;
use crate::publish::compared;
use crate::publish::corrections::Corrections;
use crate::publish::files::Texts as _;
use crate::publish::on_pages::{self, OnPages};
use crate::publish::pages::{self, NATIONAL, Night, find, read_back};

/// Entries of the log with the last release or withdrawal in this layer or one before it: pages of fewer do not show it.
pub(super) fn last_change(night: &Night<'_>, until: Layer) -> Option<u64> {
    let releases = night.releases.iter().filter(|one| one.layer <= until);
    let changed = releases.flat_map(|one| {
        let withdrawal = one.release.withdrawal.as_ref();
        [Some(one.log_size), withdrawal.map(|it| it.approval.signed.index + 1)]
    });
    changed.flatten().max()
}

/// The name of a page in each language.
pub(super) fn in_both(name: &str) -> [String; 2] {
    Language::ALL.map(|language| pages::in_language(language, name))
}

/// Names of the files of two layers: the table, and the page in each language.
fn files_of_pair(before: Layer, after: Layer) -> [String; 3] {
    let stem = compared::name(before, after);
    let [english, spanish] = in_both(&format!("{stem}.html"));
    [format!("{stem}.csv"), english, spanish]
}

/// Compares a page with what it has to say; how many numbers that are.
fn agree(expected: &Cells, name: &str, page: &str) -> Result<usize, Difference> {
    read_back::agree(expected, page).map_err(|other| Difference::cell(name, other))
}

impl Published<'_> {
    /// Compares these pages, where they were made since something was last released or withdrawn. Whether they were: a copy may do
    /// without pages, or be older.
    pub(super) fn pages(&mut self, expected: &OnPages) -> Result<bool, Stop> {
        let made_from = self.first_page.as_deref().and_then(MadeFrom::of);
        self.verdict.pages.first = made_from;
        if made_from.map(|made| made.log_size) < self.last_change.max(Some(0)) {
            self.verdict.not_published.push(self.file("index.html"));
            // What is older shows what was in effect then; what is made now has nothing that is not.
            if self.first_page.is_none() {
                self.ought_not_to_be_there()?;
            }
            return Ok(false);
        }
        let mut pages = self.of_the_last_layer(expected)?;
        pages.extend(self.side_by_side()?);
        self.ought_not_to_be_there()?;
        if self.can_be_made_anew() {
            let to_find = in_both(find::NAME);
            for (name, page) in to_find.iter().cloned().zip(self.read(&to_find, &mut |_| ())?) {
                match page {
                    Some(page) => pages.push(Page { name, html: text(&page), shows: None }),
                    None => self.verdict.pages.missing += 1,
                }
            }
            self.each_moment(pages, |corrections, moment, pages, verdict| {
                let mut beside = moment.beside(pages, &mut verdict.words);
                make_anew(&moment.night, corrections, &mut beside);
                beside.end();
                Ok(())
            })?;
            self.beside_pages()?;
        }
        Ok(true)
    }

    /// Compares the pages of the last layer, and those of what came before it, as far as they can be worked out; those that are
    /// there.
    fn of_the_last_layer(&mut self, expected: &OnPages) -> Result<Vec<Page>, Stop> {
        let withheld = &self.verdict.not_worked_out;
        let can_be = |id: &str| !withheld.iter().any(|other| other == id);
        // Where a precinct's report was withheld, no sum can be worked out either.
        let names = on_pages::names(&self.night, can_be, withheld.is_empty());
        let names: Vec<String> = names.iter().flat_map(|name| in_both(name)).collect();
        let all = names.len();
        let found = self.read(&names, &mut |read| (self.watch)(Step::Pages, read, all))?;
        let there = |(name, page): (String, Option<Vec<u8>>)| {
            Some(Page { name, html: text(&page?), shows: self.last_change })
        };
        let pages: Vec<Page> = names.into_iter().zip(found).filter_map(there).collect();
        let place = self.place;
        for compared in on_every_processor(&pages, |Page { name, html, .. }| {
            agree(&expected.of_page(name), &format!("{place}{name}"), html)
        }) {
            self.verdict.pages.numbers += compared?;
        }
        self.verdict.pages.files += pages.len();
        self.verdict.pages.missing += all - pages.len();
        Ok(pages)
    }

    /// Compares every two layers: the table of both, and the page in each language; the pages that are there.
    fn side_by_side(&mut self) -> Result<Vec<Page>, Stop> {
        let Self { source, night, verdict, watch, place, last_package, .. } = self;
        let pairs: Vec<_> = night.pairs().collect();
        let mut pages = Vec::new();
        let mut done = 0;
        compared::each_pair(night, &pairs, |pair| {
            let names = files_of_pair(pair.compared.before, pair.compared.after);
            let shows = last_change(night, pair.compared.after).max(*last_package);
            let found = read(source, place, &names, &mut |_| ())?;
            for (name, file) in names.into_iter().zip(found) {
                let published = format!("{place}{name}");
                let Some(file) = file else {
                    verdict.not_published.push(published);
                    continue;
                };
                if name.ends_with(".csv") {
                    let table =
                        tables::Table { night, contest: pair.contest(), compared: &pair.compared };
                    let numbers = table.agree(&published, &file, tables::Known::of(verdict))?;
                    if !verdict.words.withheld {
                        verdict.words.compare(&published, &text(&file), &table.made_anew());
                    }
                    verdict.compared.push(ComparedFile { name: published, numbers });
                } else if verdict.not_worked_out.is_empty() {
                    // A page shows as many precincts as fit: which, cannot be told where numbers of some are withheld.
                    let html = text(&file);
                    verdict.pages.numbers += agree(&pair.on_the_page(), &published, &html)?;
                    verdict.pages.files += 1;
                    pages.push(Page { name, html, shows });
                }
            }
            done += 1;
            watch(Step::Layers, done, pairs.len());
            Ok::<_, Stop>(())
        })?;
        Ok(pages)
    }

    /// Looks for pages and tables that nothing which is in effect gives, such as those of a release that was withdrawn.
    fn ought_not_to_be_there(&self) -> Result<(), Stop> {
        // Where something cannot be judged, it cannot be told either what is in effect.
        if !self.verdict.unjudged.is_empty() || !self.verdict.not_worked_out.is_empty() {
            return Ok(());
        }
        let can_be: HashSet<String> =
            on_pages::names(&self.night, |_| true, true).into_iter().collect();
        let precincts = self.night.contest.precincts.iter();
        let precincts = precincts.map(|precinct| on_pages::of_precinct(&precinct.id));
        let pages = precincts.chain([NATIONAL.to_owned()]).filter(|name| !can_be.contains(name));
        let pairs: HashSet<_> = self.night.pairs().collect();
        let layers = Layer::ALL.into_iter();
        let all_pairs = layers.flat_map(|after| Layer::ALL.map(|before| (before, after)));
        let no_pairs = all_pairs.filter(|pair| pair.0 < pair.1 && !pairs.contains(pair));
        let names: Vec<String> = pages
            .flat_map(|name| in_both(&name))
            .chain(no_pairs.flat_map(|(before, after)| files_of_pair(before, after)))
            .collect();
        let all = names.len();
        let found = self.read(&names, &mut |read| (self.watch)(Step::Leftovers, read, all))?;
        match names.iter().zip(found).find(|(_, file)| file.is_some()) {
            Some((name, _)) => Err(Difference::Leftover { file: self.file(name) }.into()),
            None => Ok(()),
        }
    }

    /// Compares what lies beside pages: what they look like, and the lists of releases.
    fn beside_pages(&mut self) -> Result<(), Stop> {
        let mut made_anew = BTreeMap::<String, String>::new();
        publish::beside_pages(&self.night, &mut made_anew).map_err(|error| Difference::File {
            file: self.file("releases.json"),
            what: error.to_string(),
        })?;
        let names: Vec<String> = made_anew.keys().cloned().collect();
        let found = self.read(&names, &mut |_| ())?;
        for ((name, made_anew), file) in made_anew.iter().zip(found) {
            let name = self.file(name);
            match file {
                Some(file) => self.verdict.words.compare(&name, &text(&file), made_anew),
                None => self.verdict.not_published.push(name),
            }
        }
        Ok(())
    }
}

/// Makes those pages anew that are wanted.
fn make_anew(night: &Night<'_>, corrections: &Corrections, beside: &mut Beside<'_>) {
    let wanted = |&(before, after): &(Layer, Layer)| {
        files_of_pair(before, after).iter().any(|name| beside.wants(name))
    };
    let pairs: Vec<_> = night.pairs().filter(wanted).collect();
    // What cannot be made is left.
    let _ = compared::each_pair(night, &pairs, |pair| pages::of_pair(night, pair, beside));
    for language in Language::ALL {
        let name = pages::in_language(language, find::NAME);
        let Some(published) = beside.published(&name) else { continue };
        // In a folder it is a page that can look nothing up, and a server answers it.
        if let Some(answered) = find::unasked(night, language).ok().filter(|it| it == published) {
            beside.take(name, &answered, "", false);
        }
    }
    if !beside.is_done() {
        let _ = pages::of_releases(night, corrections, beside);
    }
}
