//! Pages as they were when they were made: each says in its footer from how many entries and when.

use std::collections::BTreeMap;

use countersign_core::message::Kind;
use countersign_core::results::RoomState;
use serde::Serialize;

use super::Stop;
use super::difference::Difference;
use super::pages::in_both;
use super::public_log;
use super::published::Published;
use super::replay::Unread;
use super::verdict::Verdict;
use super::words::{Beside, ComparedWords};
use crate::publish::corrections::Corrections;
use crate::publish::pages::{Night, STATUS};

/// How far a server's clock may be ahead of that of whoever verifies.
const AHEAD_MS: u64 = 10 * 60_000;

/// Most moments of which pages may be. A server makes those of releases together, those that change with what comes in, and
/// those of each two layers.
const MOMENTS_MAX: usize = 32;

/// A published page.
pub(super) struct Page {
    /// Its name in the place of results.
    pub(super) name: String,
    /// Itself.
    pub(super) html: String,
    /// Entries of the log with the last release or withdrawal that it has to show.
    pub(super) shows: Option<u64>,
}

/// What a page says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct MadeFrom {
    /// Entries of the log that it was made from.
    pub log_size: u64,
    /// When it was made, server time in milliseconds since the Unix epoch.
    pub made_ms: u64,
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
        let published = pages.iter().map(|page| (page.name.as_str(), page.html.as_str()));
        Beside { place: self.place, published: published.collect(), unread: self.unread, words }
    }
}

impl Published<'_> {
    /// Does something with the pages of each moment. Those of more entries than were read are named, and those that are older than
    /// what they have to show.
    pub(super) fn each_moment(
        &mut self,
        pages: Vec<Page>,
        mut work: impl FnMut(&Corrections, &Moment<'_>, &[Page], &mut Verdict) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let mut by_moment: BTreeMap<Option<MadeFrom>, Vec<Page>> = BTreeMap::new();
        for page in pages {
            let made_from = MadeFrom::of(&page.html);
            // Pages of two layers are older than what changed others only.
            if made_from.is_some_and(|made| Some(made.log_size) < page.shows) {
                self.verdict.not_published.push(self.file(&page.name));
                continue;
            }
            let is_status = in_both(STATUS).contains(&page.name);
            if is_status && made_from.is_some_and(|made| made.log_size < self.last_said()) {
                self.verdict.older.push(self.file(&page.name));
            }
            by_moment.entry(made_from).or_default().push(page);
        }
        if by_moment.len() > MOMENTS_MAX {
            let file = self.file("index.html");
            let what = format!("pages are of more than {MOMENTS_MAX} moments");
            return Err(Difference::File { file, what }.into());
        }
        for (made_from, pages) in by_moment {
            let files = pages.iter().map(|page| self.file(&page.name));
            let Some(made_from) = made_from else {
                let file = files.take(1).collect();
                let what = "it does not say of how many entries it was made, and when".to_owned();
                return Err(Difference::File { file, what }.into());
            };
            let size = made_from.log_size;
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
            let wrong = |what: &str| {
                let file = pages.first().map_or_else(String::new, |page| self.file(&page.name));
                Stop::from(Difference::File { file, what: what.to_owned() })
            };
            if made_from.made_ms < state.now_ms() {
                return Err(wrong(
                    "it says that it was made before the last entry it was made from",
                ));
            }
            if made_from.made_ms > self.now_ms.saturating_add(AHEAD_MS) {
                return Err(wrong("it says that it was made at a time that is still to come"));
            }
            let Some(mut night) = Night::of_all(state, made_from.made_ms) else {
                return Err(wrong("it says that it was made before there was a package"));
            };
            night.signed_by.clone_from(&self.night.signed_by);
            let unread = self.replayed.unread(self.log, size);
            let moment = Moment { night, unread, place: self.place };
            work(&self.corrections, &moment, &pages, self.verdict)?;
        }
        Ok(())
    }

    /// Entries with the last that was said or done at headquarters or by observers and that the status page shows.
    fn last_said(&self) -> u64 {
        let said = |kind| {
            matches!(
                kind,
                Kind::Preview
                    | Kind::Objection
                    | Kind::Answer
                    | Kind::Stop
                    | Kind::Approve
                    | Kind::Act
                    | Kind::Inquiry
                    | Kind::Response
                    | Kind::Notice
            )
        };
        let entries = (1..).zip(&self.log.entries);
        entries.filter(|(_, entry)| said(entry.kind)).map(|(size, _)| size).last().unwrap_or(0)
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
