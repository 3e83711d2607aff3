//! What headquarters asked secretaries, and what became of it. A projection of the log, as the reports are.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::review::Signed;
use super::room_state::RoomState;
use crate::id::{MessageId, PrecinctNumber};
use crate::log::Entry;
use crate::message::{Message, NotCanonical, Question, Reply, Role};
use crate::refusal::Refusal;

/// A question in the log, and the reply to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// When and by whom.
    pub signed: Signed,
    /// What it says.
    pub question: Question,
    /// The reply; absent while none came.
    pub reply: Option<Replied>,
}

/// A reply in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replied {
    /// Its id.
    pub id: MessageId,
    /// Index of its entry.
    pub index: u64,
    /// Server time of its entry, milliseconds since the Unix epoch.
    pub entered_ms: u64,
    /// What it says.
    pub reply: Reply,
}

/// What closed a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// This reply: the numbers stand.
    Replied(MessageId),
    /// This report of the same key, which takes the place of the one that was asked about.
    Corrected(MessageId),
    /// This decision: headquarters settled it, after a call for instance.
    Decided(MessageId),
}

impl Closed {
    /// The message that closed it.
    #[must_use]
    pub const fn id(self) -> MessageId {
        match self {
            Self::Replied(id) | Self::Corrected(id) | Self::Decided(id) => id,
        }
    }

    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Replied(_) => "replied",
            Self::Corrected(_) => "corrected",
            Self::Decided(_) => "decided",
        }
    }
}

/// The questions of a room, by precinct, in log order. A copy is cheap: it shares them.
#[derive(Debug, Clone, Default)]
pub(super) struct Questions {
    by_precinct: BTreeMap<PrecinctNumber, Arc<Vec<Asked>>>,
    precincts: HashMap<MessageId, PrecinctNumber>,
}

impl Questions {
    fn of(&self, precinct: PrecinctNumber) -> &[Asked] {
        self.by_precinct.get(&precinct).map_or(&[], |asked| asked.as_slice())
    }

    pub(super) fn ask(&mut self, signed: Signed, question: Question) {
        self.precincts.insert(signed.id, question.precinct);
        let asked = Arc::make_mut(self.by_precinct.entry(question.precinct).or_default());
        asked.push(Asked { signed, question, reply: None });
    }

    /// Enters a reply. One that answers what is not there (a log that nobody judged) changes nothing.
    pub(super) fn reply(&mut self, index: u64, entry: &Entry, reply: Reply) {
        let precinct = self.precincts.get(&reply.question);
        let Some(asked) = precinct.and_then(|precinct| self.by_precinct.get_mut(precinct)) else {
            return;
        };
        let asked = Arc::make_mut(asked);
        if let Some(asked) = asked.iter_mut().find(|asked| asked.signed.id == reply.question) {
            let Entry { message: id, time_ms: entered_ms, .. } = *entry;
            asked.reply.get_or_insert(Replied { id, index, entered_ms, reply });
        }
    }
}

impl RoomState {
    /// What was asked about a precinct's reports, in log order.
    #[must_use]
    pub fn questions(&self, precinct: PrecinctNumber) -> &[Asked] {
        self.questions.of(precinct)
    }

    /// A question by its id.
    #[must_use]
    pub fn question(&self, id: MessageId) -> Option<&Asked> {
        let precinct = self.questions.precincts.get(&id)?;
        self.questions(*precinct).iter().find(|asked| asked.signed.id == id)
    }

    /// What closed a question: the reply; a later report of the same key; a later decision about the precinct, whichever
    /// stands first in the log. `None` while it is open.
    #[must_use]
    pub fn closed(&self, asked: &Asked) -> Option<Closed> {
        let Question { precinct, report, .. } = asked.question;
        let since = asked.signed.index;
        let replied = asked.reply.as_ref().map(|reply| (reply.index, Closed::Replied(reply.id)));
        let reports = self.reports(precinct);
        let key = reports.iter().find(|one| one.id == report).map(|one| one.key);
        let corrected = reports
            .iter()
            .find(|later| later.index > since && Some(later.key) == key)
            .map(|later| (later.index, Closed::Corrected(later.id)));
        let decisions = self.review().decisions(precinct).iter();
        let decided = decisions
            .map(|decided| &decided.signed)
            .find(|decided| decided.index > since)
            .map(|decided| (decided.index, Closed::Decided(decided.id)));
        let closed = [replied, corrected, decided].into_iter().flatten();
        closed.min_by_key(|(index, _)| *index).map(|(_, closed)| closed)
    }

    /// The questions about a precinct that are open, in log order.
    pub fn open_questions(&self, precinct: PrecinctNumber) -> impl Iterator<Item = &Asked> {
        self.questions(precinct).iter().filter(|asked| self.closed(asked).is_none())
    }

    /// Every precinct about which a question is open, in rising order.
    pub fn precincts_asked(&self) -> impl Iterator<Item = PrecinctNumber> {
        let asked = self.questions.by_precinct.keys().copied();
        asked.filter(|&precinct| self.open_questions(precinct).next().is_some())
    }

    /// A reviewer or an operator asks about a report that no other one of its key has replaced, one question at a time.
    pub(super) fn judge_question(&self, message: &Message) -> Result<(), Refusal> {
        let asks = [Role::Reviewer, Role::Operator];
        let person = self.persons().get(message.key()).ok_or(Refusal::NotAllowed)?;
        asks.contains(&person.role).then_some(()).ok_or(Refusal::NotAllowed)?;
        let question: Question = canonical(message.decode())?;
        question.is_sound().then_some(()).ok_or(Refusal::OverLimit)?;
        let package = self.package().ok_or(Refusal::UnknownPackage)?;
        package.contest.precinct(question.precinct.0).ok_or(Refusal::WrongPrecinct)?;
        let mut reports = self.reports(question.precinct).iter();
        let report =
            reports.find(|one| one.id == question.report).ok_or(Refusal::UnknownSubject)?;
        // Nobody at a tablet could see a question about what was typed at headquarters. Who lacks an enrolment that was
        // withheld does not know the key at all.
        let is_typed = self.persons().ever(report.key).is_some();
        let stranger = if is_typed { Refusal::NotAllowed } else { Refusal::UnknownKey };
        self.device(report.key).ok_or(stranger)?;
        let next = self.questions(question.precinct).len() + 1;
        let is_next = question.number as usize == next;
        let is_head = self.heads(question.precinct).any(|head| head.id == report.id);
        let about_it = |asked: &Asked| asked.question.report == report.id;
        let asked_already = self.open_questions(question.precinct).any(about_it);
        (is_next && is_head && !asked_already).then_some(()).ok_or(Refusal::ChangedSince)
    }

    /// The key that signed the report says that its numbers stand, once, while the question is open.
    pub(super) fn judge_reply(&self, message: &Message) -> Result<(), Refusal> {
        let reply: Reply = canonical(message.decode())?;
        let asked = self.question(reply.question).ok_or(Refusal::UnknownSubject)?;
        let package = self.package().ok_or(Refusal::UnknownPackage)?;
        reply.reason.fits(&package.contest).then_some(()).ok_or(Refusal::OverLimit)?;
        let mut reports = self.reports(asked.question.precinct).iter();
        let report = reports.find(|one| one.id == asked.question.report);
        // It was there when it was asked about; only who reads the public messages may lack it.
        let signed_by = report.ok_or(Refusal::UnknownSubject)?.key;
        (signed_by == message.key()).then_some(()).ok_or(Refusal::NotAllowed)?;
        let revoked = self.device(message.key()).is_some_and(|device| device.revoked_at.is_some());
        if revoked && self.review().admitted(message.id()).is_none() {
            return Err(Refusal::RevokedKey);
        }
        self.closed(asked).is_none().then_some(()).ok_or(Refusal::QuestionClosed)
    }

    /// The precinct of a question or a reply, where the question is known.
    pub(super) fn precinct_asked(&self, question: MessageId) -> Option<PrecinctNumber> {
        self.questions.precincts.get(&question).copied()
    }
}

fn canonical<T>(decoded: Result<T, NotCanonical>) -> Result<T, Refusal> {
    decoded.map_err(|_| Refusal::NotCanonical)
}
