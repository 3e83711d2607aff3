//! Pages as they were when they were made: each says in its footer from how many entries and when.

use std::collections::BTreeMap;

use countersign_core::results::RoomState;

use super::Stop;
use super::difference::Difference;
use super::public_log;
use super::published::Published;
use super::replay::Unread;
use super::verdict::Verdict;
use super::words::{Beside, ComparedWords};
use crate::publish::corrections::Corrections;
use crate::publish::pages::Night;

/// A published page: its name in the place of results, and itself.
pub(super) type Page = (String, String);

/// What a page says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct MadeFrom {
    /// Entries of the log that it was made from.
    pub(super) log_size: u64,
    /// When it was made, server time.
    pub(super) made_ms: u64,
}

impl MadeFrom {
    /// `None` where the page does not say.
    pub(super) fn of(html: &str) -> Option<Self> {
        let number = |mark: &str| {
            let (_, rest) = html.split_once(mark)?;
            rest.split_once('"')?.0.parse().ok()
        };
        let log_size = number(" data-log-size=\"")?;
        Some(Self { log_size, made_ms: number(" data-made-ms=\"")? })
    }
}

/// A moment of which pages are.
pub(super) struct Moment<'a> {
    /// What they were made from, with every release that had taken effect.
    pub(super) night: Night<'a>,
    /// What cannot be read of it.
    pub(super) unread: Unread,
    place: &'a str,
}

impl Moment<'_> {
    /// Pages, beside which the same are put as they are made anew.
    pub(super) fn beside<'p>(
        &'p self,
        pages: &'p [Page],
        words: &'p mut ComparedWords,
    ) -> Beside<'p> {
        let published = pages.iter().map(|(name, html)| (name.as_str(), html.as_str()));
        Beside { place: self.place, published: published.collect(), unread: self.unread, words }
    }
}

impl Published<'_> {
    /// Does something with the pages of each moment. Those of more entries than were read are named; of those that are older than
    /// the last release or withdrawal it is said, too.
    pub(super) fn each_moment(
        &mut self,
        pages: Vec<Page>,
        mut work: impl FnMut(&Corrections, &Moment<'_>, &[Page], &mut Verdict) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let mut by_moment: BTreeMap<Option<MadeFrom>, Vec<Page>> = BTreeMap::new();
        for page in pages {
            by_moment.entry(MadeFrom::of(&page.1)).or_default().push(page);
        }
        for (made_from, pages) in by_moment {
            let files = pages.iter().map(|(name, _)| self.file(name));
            let Some(made_from) = made_from else {
                let file = files.take(1).collect();
                let what = "it does not say of how many entries it was made, and when".to_owned();
                return Err(Difference::File { file, what }.into());
            };
            let size = made_from.log_size;
            if Some(size) < self.last_change {
                let files: Vec<String> = files.collect();
                self.verdict.not_published.extend(files);
                continue;
            }
            if size > self.replayed.state.size() {
                let files = self.newer(size, files)?;
                self.verdict.newer.extend(files);
                continue;
            }
            let of_then: RoomState;
            let state = if size < self.replayed.state.size() {
                of_then = self.replayed.at(self.log, size);
                &of_then
            } else {
                &self.replayed.state
            };
            let Some(mut night) = Night::of_all(state, made_from.made_ms) else { continue };
            night.signed_by.clone_from(&self.night.signed_by);
            let unread = self.replayed.unread(self.log, size);
            let moment = Moment { night, unread, place: self.place };
            work(&self.corrections, &moment, &pages, self.verdict)?;
        }
        Ok(())
    }

    /// Pages of more entries than were read: the log has gone on meanwhile, or they are not made from it.
    fn newer(
        &self,
        size: u64,
        mut files: impl Iterator<Item = String>,
    ) -> Result<Vec<String>, Stop> {
        let now = public_log::size_now(self.source, self.log.room)?.unwrap_or(0);
        match files.next() {
            Some(file) if now < size => {
                let what =
                    format!("it is said to be made from {size} entries, and the log has {now}");
                Err(Difference::File { file, what }.into())
            }
            first => Ok(first.into_iter().chain(files).collect()),
        }
    }
}
