//! What campaigns asked headquarters, what it said to that, and what it said to everyone.

use std::collections::HashMap;

use super::judge::{Act, known, sound};
use super::{Review, Signed};
use crate::id::MessageId;
use crate::message::{Inquiry, Notice, Response, Role};
use crate::refusal::Refusal;

/// An inquiry in the log, and what was said to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inquired {
    /// When and by whom.
    pub signed: Signed,
    /// What it says.
    pub inquiry: Inquiry,
    /// The response; absent while there is none.
    pub response: Option<(Signed, Response)>,
}

/// A notice in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noticed {
    /// When and by whom.
    pub signed: Signed,
    /// What it says.
    pub notice: Notice,
}

/// Inquiries and notices of a round. Their numbers go on from round to round: the same words in a later round are another message.
#[derive(Debug, Clone, Default)]
pub(super) struct Inquiries {
    inquired: Vec<Inquired>,
    noticed: Vec<Noticed>,
    /// Number of each observer's last inquiry.
    last_inquiry: HashMap<u32, u32>,
    last_notice: u32,
}

impl Inquiries {
    /// What a new round begins with.
    pub(super) fn next_round(self) -> Self {
        Self { inquired: Vec::new(), noticed: Vec::new(), ..self }
    }

    pub(super) fn inquire(&mut self, signed: Signed, inquiry: Inquiry) {
        self.last_inquiry.insert(signed.person, inquiry.number);
        self.inquired.push(Inquired { signed, inquiry, response: None });
    }

    /// Enters a response. One to what is not there (a log that nobody judged) changes nothing, nor does a second one.
    pub(super) fn respond(&mut self, signed: Signed, response: Response) {
        let mut inquired = self.inquired.iter_mut();
        if let Some(inquired) = inquired.find(|one| one.signed.id == response.inquiry) {
            inquired.response.get_or_insert((signed, response));
        }
    }

    pub(super) fn notify(&mut self, signed: Signed, notice: Notice) {
        self.last_notice = notice.number;
        self.noticed.push(Noticed { signed, notice });
    }
}

impl Review {
    /// Every inquiry, in log order.
    #[must_use]
    pub fn inquiries(&self) -> &[Inquired] {
        &self.inquiries.inquired
    }

    /// Inquiries that wait for a response, in log order.
    pub fn open_inquiries(&self) -> impl Iterator<Item = &Inquired> {
        self.inquiries().iter().filter(|one| one.response.is_none())
    }

    /// Every notice, in log order.
    #[must_use]
    pub fn notices(&self) -> &[Noticed] {
        &self.inquiries.noticed
    }

    /// Number that the next inquiry of the observer with this number has.
    #[must_use]
    pub fn next_inquiry(&self, observer: u32) -> u32 {
        self.inquiries.last_inquiry.get(&observer).map_or(1, |last| last.saturating_add(1))
    }

    /// Number that the next notice has.
    #[must_use]
    pub const fn next_notice(&self) -> u32 {
        self.inquiries.last_notice.saturating_add(1)
    }

    pub(super) fn judge_inquiry(&self, act: Act<'_>, inquiry: &Inquiry) -> Result<(), Refusal> {
        let person = act.signer(&[Role::Observer])?;
        sound(inquiry.is_sound())?;
        if let Some(precinct) = inquiry.precinct {
            act.contest.precinct(precinct.0).ok_or(Refusal::WrongPrecinct)?;
        }
        is_next(inquiry.number, self.next_inquiry(person))?;
        let open = self.open_inquiries().filter(|one| one.signed.person == person).count();
        (open < Inquiry::OPEN_MAX).then_some(()).ok_or(Refusal::InquiriesOpen)
    }

    pub(super) fn judge_response(&self, act: Act<'_>, response: &Response) -> Result<(), Refusal> {
        act.signer(&[Role::Reviewer, Role::ReleaseManager])?;
        sound(response.is_sound())?;
        let inquired = self.inquired(response.inquiry);
        known(inquired.is_some())?;
        // Somebody else was faster.
        inquired
            .is_some_and(|inquired| inquired.response.is_none())
            .then_some(())
            .ok_or(Refusal::ChangedSince)
    }

    pub(super) fn judge_notice(&self, act: Act<'_>, notice: &Notice) -> Result<(), Refusal> {
        act.signer(&[Role::ReleaseManager])?;
        sound(notice.is_sound())?;
        sound(act.now_ms.is_none_or(|now_ms| notice.is_in_time(now_ms)))?;
        is_next(notice.number, self.next_notice())
    }

    fn inquired(&self, id: MessageId) -> Option<&Inquired> {
        self.inquiries().iter().find(|one| one.signed.id == id)
    }
}

fn is_next(number: u32, next: u32) -> Result<(), Refusal> {
    (number == next).then_some(()).ok_or(Refusal::ChangedSince)
}
