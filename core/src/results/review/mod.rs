//! What people did after reports came in: decisions, previews, objections, releases, stops. A projection of the log, as
//! the reports themselves are.

mod apply;
mod inquiries;
mod judge;
mod releases;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

pub use inquiries::{Inquired, Noticed};
pub use releases::{Approval, Awaited, EarlyEnd, ProposedRelease, Stopped, Withdrawal};

pub(super) use apply::Deed;
pub(super) use judge::Act;

use inquiries::Inquiries;

use crate::id::{MessageId, PrecinctNumber};
use crate::message::{Answer, AnswerOutcome, CopyCompared, Decision, Objection, Preview};
use crate::results::reports::ReceivedReport;

/// When and by whom a message came into the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signed {
    /// Its id.
    pub id: MessageId,
    /// Index of its entry.
    pub index: u64,
    /// Server time of its entry, milliseconds since the Unix epoch.
    pub entered_ms: u64,
    /// Number of the person who signed it.
    pub person: u32,
}

/// A decision in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// When and by whom.
    pub signed: Signed,
    /// What it says.
    pub decision: Decision,
}

/// An objection in the log, and what was said to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objected {
    /// When and by whom.
    pub signed: Signed,
    /// What it says.
    pub objection: Objection,
    /// The answer; absent while nobody answered.
    pub answer: Option<(Signed, Answer)>,
}

/// A comparison of somebody else's copy in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedCopy {
    /// When and by whom.
    pub signed: Signed,
    /// What it says.
    pub compared: CopyCompared,
}

/// A preview in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Previewed {
    /// When and by whom.
    pub signed: Signed,
    /// What it says.
    pub preview: Arc<Preview>,
    /// First millisecond at which a release of it may be approved.
    pub window_ends_ms: u64,
}

/// Everything that people did in a room since its round began, and what was withheld since its log did.
#[derive(Debug, Clone, Default)]
pub struct Review {
    decisions: BTreeMap<PrecinctNumber, Arc<Vec<Decided>>>,
    admitted: HashMap<MessageId, Signed>,
    previews: Vec<Previewed>,
    objections: Vec<Objected>,
    releases: Vec<ProposedRelease>,
    /// Indices into `releases` of those that took effect, in the order in which they did.
    took_effect: Vec<usize>,
    stops: Vec<Stopped>,
    /// Messages of kind stop so far, those that end one and those of earlier rounds included: the same stop in a later round is
    /// another message.
    stop_messages: u32,
    withheld: HashMap<MessageId, Signed>,
    copies: Vec<RecordedCopy>,
    inquiries: Inquiries,
    /// Who signed what waits for a second person, by the id of that.
    pending: HashMap<MessageId, (Signed, releases::Pending)>,
}

impl Review {
    /// What a new round begins with. What two people withheld, or one asks to be, was written in an earlier one and stays so.
    pub(super) fn next_round(mut self) -> Self {
        self.pending.retain(|_, (_, pending)| matches!(pending, releases::Pending::Withhold(..)));
        Self {
            inquiries: self.inquiries.next_round(),
            stop_messages: self.stop_messages,
            withheld: self.withheld,
            pending: self.pending,
            ..Self::default()
        }
    }

    /// Decisions of a precinct, in log order.
    #[must_use]
    pub fn decisions(&self, precinct: PrecinctNumber) -> &[Decided] {
        self.decisions.get(&precinct).map_or(&[], |decisions| decisions.as_slice())
    }

    /// The last decision of a precinct, which is the one that counts.
    #[must_use]
    pub fn decision(&self, precinct: PrecinctNumber) -> Option<&Decided> {
        self.decisions(precinct).last()
    }

    /// The decision that answers findings in a precinct's reports: its last one, if that came after the last of them. A later
    /// report opens all findings again.
    #[must_use]
    pub fn answering(
        &self,
        precinct: PrecinctNumber,
        reports: &[ReceivedReport],
    ) -> Option<&Decided> {
        let last = reports.last().map(|report| report.index);
        self.decision(precinct).filter(|decided| last < Some(decided.signed.index))
    }

    /// Who admitted a message that was held, if anybody did.
    #[must_use]
    pub fn admitted(&self, message: MessageId) -> Option<&Signed> {
        self.admitted.get(&message)
    }

    /// Every preview, in log order: the one with number n stands at n − 1.
    #[must_use]
    pub fn previews(&self) -> &[Previewed] {
        &self.previews
    }

    /// The preview with an id.
    #[must_use]
    pub fn preview(&self, id: MessageId) -> Option<&Previewed> {
        self.previews.iter().find(|preview| preview.signed.id == id)
    }

    /// Every objection, in log order.
    #[must_use]
    pub fn objections(&self) -> &[Objected] {
        &self.objections
    }

    /// Whether somebody was told, after a preview was entered, that a precinct is left out until what they objected to is settled.
    /// A release of the preview leaves it out, then; a later preview may show it again, to be objected to again.
    #[must_use]
    pub fn is_left_out(&self, previewed: &Previewed, precinct: PrecinctNumber) -> bool {
        let says_so = |objected: &Objected| {
            let answer = objected.answer.as_ref();
            objected.objection.precinct == precinct
                && answer.is_some_and(|(signed, answer)| {
                    answer.outcome == AnswerOutcome::LeftOut
                        && signed.index > previewed.signed.index
                })
        };
        self.objections.iter().any(says_so)
    }

    /// Every stop, in log order, approved or not.
    #[must_use]
    pub fn stops(&self) -> &[Stopped] {
        &self.stops
    }

    /// Number that the next message of kind stop has.
    #[must_use]
    pub const fn next_stop(&self) -> u32 {
        self.stop_messages + 1
    }

    /// The stop that is in force at a time.
    #[must_use]
    pub fn stop_in_force(&self, now_ms: u64) -> Option<&Stopped> {
        self.stops.iter().rev().find(|stop| stop.is_in_force(now_ms))
    }

    /// Who withheld the bytes of a message, once that was approved.
    #[must_use]
    pub fn withheld(&self, message: MessageId) -> Option<&Signed> {
        self.withheld.get(&message)
    }

    /// Messages that were withheld, each with its approval, in no particular order.
    pub fn all_withheld(&self) -> impl ExactSizeIterator<Item = (MessageId, &Signed)> {
        self.withheld.iter().map(|(&message, approved)| (message, approved))
    }

    /// Every comparison of somebody else's copy, in log order.
    #[must_use]
    pub fn copies(&self) -> &[RecordedCopy] {
        &self.copies
    }

    /// What waits for a second person: who signed it, in no particular order.
    pub fn pending(&self) -> impl Iterator<Item = &Signed> {
        self.pending.values().map(|(signed, _)| signed)
    }
}
