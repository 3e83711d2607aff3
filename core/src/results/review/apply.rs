//! What an act changes once it is entered.

use std::sync::Arc;

use super::releases::{Approval, EarlyEnd, Pending, ProposedRelease, Stopped, Withdrawal};
use super::{Decided, Objected, Previewed, RecordedCopy, Review, Signed};
use crate::contest::Contest;
use crate::id::MessageId;
use crate::message::{
    Admit, Answer, Approve, CopyCompared, Decision, Inquiry, Kind, Message, NotCanonical, Notice,
    Objection, Preview, Release, Response, Stop, StopChange, Withdraw, Withhold,
};

/// An act, decoded.
#[derive(Debug, Clone)]
pub(in crate::results) enum Deed {
    Admit(Admit),
    Decision(Decision),
    Answer(Answer),
    Preview(Arc<Preview>),
    Release(Release),
    Withdraw(Withdraw),
    Stop(Stop),
    Objection(Objection),
    Withhold(Withhold),
    Approve(Approve),
    Compared(CopyCompared),
    Inquiry(Inquiry),
    Response(Response),
    Notice(Notice),
}

impl Deed {
    /// Reads one; `None` for kinds that are none, or not always one.
    pub(in crate::results) fn of(message: &Message) -> Option<Result<Self, NotCanonical>> {
        Some(match message.kind() {
            Kind::Admit => message.decode().map(Self::Admit),
            Kind::Decision => message.decode().map(Self::Decision),
            Kind::Answer => message.decode().map(Self::Answer),
            Kind::Preview => message.decode().map(|preview| Self::Preview(Arc::new(preview))),
            Kind::Release => message.decode().map(Self::Release),
            Kind::Withdraw => message.decode().map(Self::Withdraw),
            Kind::Stop => message.decode().map(Self::Stop),
            Kind::Objection => message.decode().map(Self::Objection),
            Kind::Withhold => message.decode().map(Self::Withhold),
            Kind::Approve => message.decode().map(Self::Approve),
            Kind::Inquiry => message.decode().map(Self::Inquiry),
            Kind::Response => message.decode().map(Self::Response),
            Kind::Notice => message.decode().map(Self::Notice),
            _ => return None,
        })
    }
}

impl Review {
    /// Enters an act that was judged good. One that names what is not there (a log that nobody judged) changes nothing.
    pub(in crate::results) fn apply(&mut self, contest: &Contest, signed: Signed, deed: Deed) {
        match deed {
            Deed::Admit(admit) => {
                self.admitted.insert(admit.message, signed);
            }
            Deed::Decision(decision) => {
                let decisions = self.decisions.entry(decision.precinct).or_default();
                Arc::make_mut(decisions).push(Decided { signed, decision });
            }
            Deed::Answer(answer) => self.answer(signed, answer),
            Deed::Preview(preview) => {
                let window_ends_ms = signed.entered_ms + contest.release_rules().window_ms();
                self.previews.push(Previewed { signed, preview, window_ends_ms });
            }
            Deed::Release(release) => self.propose(signed, release),
            Deed::Withdraw(Withdraw { release, why }) => {
                if let Ok(index) = self.in_effect_index(release) {
                    self.pending.insert(signed.id, (signed, Pending::Withdraw(index, why)));
                }
            }
            Deed::Stop(stop) => self.stop(signed, &stop),
            Deed::Objection(objection) => {
                self.objections.push(Objected { signed, objection, answer: None });
            }
            Deed::Withhold(withhold) => {
                let pending = Pending::Withhold(withhold.message, withhold.why);
                self.pending.insert(signed.id, (signed, pending));
            }
            Deed::Approve(Approve { approves }) => self.approve(signed, approves),
            Deed::Compared(compared) => self.copies.push(RecordedCopy { signed, compared }),
            Deed::Inquiry(inquiry) => self.inquiries.inquire(signed, inquiry),
            Deed::Response(response) => self.inquiries.respond(signed, response),
            Deed::Notice(notice) => self.inquiries.notify(signed, notice),
        }
    }

    fn answer(&mut self, signed: Signed, answer: Answer) {
        let objected =
            self.objections.iter_mut().find(|objected| objected.signed.id == answer.objection);
        if let Some(objected) = objected {
            objected.answer = Some((signed, answer));
        }
    }

    fn propose(&mut self, signed: Signed, release: Release) {
        let preview = self.previews.iter().position(|preview| preview.signed.id == release.preview);
        let Some(preview) = preview else { return };
        self.pending.insert(signed.id, (signed, Pending::Release(self.releases.len())));
        self.releases.push(ProposedRelease {
            signed,
            release,
            preview,
            approval: None,
            withdrawal: None,
        });
    }

    fn stop(&mut self, signed: Signed, stop: &Stop) {
        self.stop_messages += 1;
        let pending = match (stop.change, stop.stop) {
            (StopChange::Begin, _) => {
                self.stops.push(Stopped::asked(signed, stop));
                Some(Pending::Stop(self.stops.len() - 1))
            }
            (StopChange::End, Some(id)) => {
                let index = self.stops.iter().position(|begun| begun.signed.id == id);
                index.map(|index| Pending::EndOfStop(index, stop.why.clone()))
            }
            (StopChange::End, None) => None,
        };
        if let Some(pending) = pending {
            self.pending.insert(signed.id, (signed, pending));
        }
    }

    fn approve(&mut self, signed: Signed, approves: MessageId) {
        let Some((asked, pending)) = self.pending.remove(&approves) else { return };
        let approval = Approval { signed };
        match pending {
            Pending::Release(index) => {
                self.releases[index].approval = Some(approval);
                self.took_effect.push(index);
            }
            Pending::Withdraw(index, why) => {
                self.releases[index].withdrawal = Some(Withdrawal { signed: asked, approval, why });
            }
            Pending::Stop(index) => self.stops[index].approval = Some(approval),
            Pending::EndOfStop(index, why) => {
                self.stops[index].ended = Some(EarlyEnd { signed: asked, why, approval });
            }
            Pending::Withhold(message, _) => {
                self.withheld.insert(message, signed);
            }
        }
    }
}
