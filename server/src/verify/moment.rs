//! Pages that change with what comes in, beside what the log gave by the time they were made: the first one, the status, the
//! checks and the list of precincts, in both languages.

use super::Stop;
use super::difference::Difference;
use super::made_from::{MadeFrom, Page};
use super::pages::in_both;
use super::published::{Published, text};
use super::replay::Unread;
use super::source::Source;
use crate::publish::cells::Cell;
use crate::publish::on_pages::OnPages;
use crate::publish::pages::said::{rests_on_what_came_in, rests_on_what_people_said};
use crate::publish::pages::{FRONT, Moment, OF_THE_MOMENT, read_back};

impl Published<'_> {
    /// Compares them, but those that were made before the last release or withdrawal. `expected` are the numbers that follow from
    /// releases.
    pub(super) fn pages_of_the_moment(&mut self, expected: &OnPages) -> Result<(), Stop> {
        let names: Vec<String> = OF_THE_MOMENT.iter().flat_map(|name| in_both(name)).collect();
        let found = self.read(&names, &mut |_| ())?;
        let all = names.len();
        let shows = self.last_change;
        let there = |(name, page): (String, Option<Vec<u8>>)| {
            Some(Page { name, html: text(&page?), shows })
        };
        let pages: Vec<Page> = names.into_iter().zip(found).filter_map(there).collect();
        self.verdict.pages.missing += all - pages.len();
        self.of_the_moment(pages, expected)?;
        if let Source::Address(_) = self.source {
            let pages = self.without_a_name()?;
            self.of_the_moment(pages, expected)?;
        }
        Ok(())
    }

    /// What an address answers to whoever names no page: the first one.
    fn without_a_name(&mut self) -> Result<Vec<Page>, Stop> {
        let folders = in_both("");
        let mut pages = Vec::new();
        for (folder, page) in folders.iter().zip(self.read(&folders, &mut |_| ())?) {
            let Some(html) = page.map(|page| text(&page)) else { continue };
            if MadeFrom::of(&html).is_some() {
                let name = format!("{folder}{FRONT}");
                pages.push(Page { name, html, shows: self.last_change });
            } else {
                // A list of files, or whatever else is shown there.
                self.verdict.words.compare(&self.file(folder), &html, "");
            }
        }
        Ok(pages)
    }

    fn of_the_moment(&mut self, pages: Vec<Page>, expected: &OnPages) -> Result<(), Stop> {
        let can_be_made_anew = self.can_be_made_anew();
        let place = self.place;
        self.each_moment(pages, |_, moment, pages, verdict| {
            let mut made_anew = Moment::of(&moment.night);
            let said = made_anew.said();
            for Page { name, html, .. } in pages {
                let expected = expected.with(name, said.get(name));
                let known = expected.only(|cell| can_be_told(cell, moment.unread));
                let page = read_back::cells(html).only(|cell| can_be_told(cell, moment.unread));
                let other = known.agree_with(&page);
                other.map_err(|other| Difference::cell(&format!("{place}{name}"), other))?;
                verdict.pages.files += 1;
                verdict.pages.numbers += known.len();
            }
            if can_be_made_anew {
                if moment.unread.came_in {
                    // What checks found in reports that are not public cannot be told, and everything around it can.
                    for Page { name, html, .. } in pages {
                        made_anew.take_what_came_in(&moment.night, name, &read_back::cells(html));
                    }
                }
                let mut beside = moment.beside(pages, &mut verdict.words);
                // What cannot be made is left.
                let _ = made_anew.write(&mut beside);
                beside.end();
            }
            Ok(())
        })
    }
}

/// Whether nothing that cannot be read has a part in it.
fn can_be_told(cell: &Cell, unread: Unread) -> bool {
    !(unread.came_in && rests_on_what_came_in(cell)
        || unread.said && rests_on_what_people_said(cell))
}
