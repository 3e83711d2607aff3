//! What headquarters says to everyone, and what campaigns asked it.

use countersign_core::language::Language;
use countersign_core::results::{Inquired, Noticed};

use super::Night;

/// A notice, as the status page shows it.
pub(super) struct Notice {
    pub(super) at: String,
    pub(super) words: String,
    pub(super) person: u32,
    /// When the next word comes, and whether that time is past.
    pub(super) next: Option<(String, bool)>,
}

/// An inquiry, as the status page shows it.
pub(super) struct Inquiry {
    pub(super) at: String,
    pub(super) words: String,
    pub(super) person: u32,
    /// Name of the precinct it is about, with its page where it has one.
    pub(super) precinct: Option<(String, Option<String>)>,
    pub(super) response: Option<Response>,
}

/// What headquarters said to one.
pub(super) struct Response {
    pub(super) at: String,
    pub(super) words: String,
    /// Role and number of who said it.
    pub(super) who: String,
}

/// Every notice, the newest first.
pub(super) fn notices(night: &Night<'_>, language: Language) -> Vec<Notice> {
    let notice = |Noticed { signed, notice }: &Noticed| Notice {
        at: night.time(language, signed.entered_ms),
        words: night.written(language, signed.id, &notice.words),
        person: signed.person,
        next: notice
            .next_ms
            .map(|next_ms| (night.time(language, next_ms), next_ms <= night.made_ms)),
    };
    night.state.review().notices().iter().rev().map(notice).collect()
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
        at: night.time(language, signed.entered_ms),
        words: night.written(language, signed.id, &inquiry.words),
        person: signed.person,
        precinct,
        response: response.as_ref().map(|(signed, response)| Response {
            at: night.time(language, signed.entered_ms),
            words: night.written(language, signed.id, &response.words),
            who: super::status::who(night, language, signed.person),
        }),
    }
}
