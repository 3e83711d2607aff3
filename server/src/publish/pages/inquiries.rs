//! What headquarters says to everyone, and what campaigns asked it.

use countersign_core::language::Language;
use countersign_core::results::{Inquired, Noticed};

use super::Night;
use super::said::entry;
use crate::publish::cells::Cells;

/// A notice, as the status page shows it.
pub(super) struct Notice {
    pub(super) entry: u64,
    pub(super) at: String,
    pub(super) words: String,
    pub(super) person: u32,
    /// When the next word comes, and whether that time is past; of the newest notice only, which takes the place of the others.
    pub(super) next: Option<(String, bool)>,
}

/// An inquiry, as the status page shows it.
pub(super) struct Inquiry {
    pub(super) entry: u64,
    pub(super) at: String,
    pub(super) words: String,
    pub(super) person: u32,
    /// Name of the precinct it is about, with its page where it has one.
    pub(super) precinct: Option<(String, Option<String>)>,
    pub(super) response: Option<Response>,
}

/// What headquarters said to one.
pub(super) struct Response {
    pub(super) entry: u64,
    pub(super) at: String,
    pub(super) words: String,
    /// Role and number of who said it.
    pub(super) who: String,
}

impl Notice {
    /// What the page has to say of it.
    pub(super) fn said(&self, cells: &mut Cells) {
        let region = entry(self.entry);
        cells.put(&region, "at", &self.at);
        cells.put(&region, "words", &self.words);
        cells.put(&region, "person", self.person);
        if let Some((next, _)) = &self.next {
            cells.put(&region, "next", next);
        }
    }
}

impl Inquiry {
    /// What the page has to say of it.
    pub(super) fn said(&self, cells: &mut Cells) {
        let region = entry(self.entry);
        cells.put(&region, "at", &self.at);
        cells.put(&region, "words", &self.words);
        cells.put(&region, "person", self.person);
        if let Some((precinct, _)) = &self.precinct {
            cells.put(&region, "precinct", precinct);
        }
        if let Some(response) = &self.response {
            let region = entry(response.entry);
            cells.put(&region, "at", &response.at);
            cells.put(&region, "words", &response.words);
            cells.put(&region, "who", &response.who);
        }
    }
}

/// Every notice, the newest first.
pub(super) fn notices(night: &Night<'_>, language: Language) -> Vec<Notice> {
    let notices = night.state.review().notices();
    let newest = notices.last().map(|newest| newest.signed.id);
    let notice = |Noticed { signed, notice }: &Noticed| Notice {
        entry: signed.index,
        at: night.time(language, signed.entered_ms),
        words: night.written(language, signed.id, &notice.words),
        person: signed.person,
        next: notice
            .next_ms
            .filter(|_| newest == Some(signed.id))
            .map(|next_ms| (night.time(language, next_ms), next_ms <= night.made_ms)),
    };
    notices.iter().rev().map(notice).collect()
}

/// Every inquiry: those that wait for a response first, the longest waiting before the others; then the newest first.
pub(super) fn inquiries(night: &Night<'_>, language: Language) -> Vec<Inquiry> {
    let review = night.state.review();
    let responded = review.inquiries().iter().rev().filter(|one| one.response.is_some());
    review.open_inquiries().chain(responded).map(|one| inquiry(night, language, one)).collect()
}

fn inquiry(night: &Night<'_>, language: Language, inquired: &Inquired) -> Inquiry {
    let Inquired { signed, inquiry, response } = inquired;
    let precinct = inquiry.precinct.filter(|_| !night.is_withheld(signed.id)).and_then(|number| {
        let precinct = night.contest.precinct(number.0)?;
        let page = night.has_page(number).then(|| precinct.id.clone());
        Some((precinct.name.clone(), page))
    });
    Inquiry {
        entry: signed.index,
        at: night.time(language, signed.entered_ms),
        words: night.written(language, signed.id, &inquiry.words),
        person: signed.person,
        precinct,
        response: response.as_ref().map(|(signed, response)| Response {
            entry: signed.index,
            at: night.time(language, signed.entered_ms),
            words: night.written(language, signed.id, &response.words),
            who: super::status::who(night, language, signed.person),
        }),
    }
}
