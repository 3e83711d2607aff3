//! Whether what a person signed may be entered.

use super::releases::{Pending, ProposedRelease};
use super::{Previewed, Review};
use crate::contest::Contest;
use crate::id::{KeyId, MessageId, PrecinctNumber};
use crate::message::{
    Admit, Answer, AnswerOutcome, Approve, CopyCompared, Decision, Kind, Layer, Message, Objection,
    Preview, PreviewedPrecinct, Release, Role, Stop, StopChange, Withdraw, Withhold,
};
use crate::refusal::Refusal;
use crate::results::reports::ReceivedReport;
use crate::results::room_state::{Candidate, RoomState};
use crate::results::standing::Flag;

/// A person's act, and what it is judged by.
#[derive(Clone, Copy)]
pub(in crate::results) struct Act<'a> {
    pub(in crate::results) key: KeyId,
    /// The room that it would be entered in.
    pub(in crate::results) room: &'a RoomState,
    pub(in crate::results) contest: &'a Contest,
    /// Server time at which it would be entered. Absent for an entry that is carried from an earlier log: there it was in
    /// time, and here all of them are entered at once.
    pub(in crate::results) now_ms: Option<u64>,
}

impl Act<'_> {
    /// Number of the person who signs, if they have one of these roles.
    pub(super) fn signer(&self, roles: &[Role]) -> Result<u32, Refusal> {
        let person =
            self.room.persons().get(self.key).filter(|person| roles.contains(&person.role));
        person.map(|person| person.number).ok_or(Refusal::NotAllowed)
    }

    /// The person who typed a report at headquarters; `None` for a tablet's.
    fn typist(&self, report: &ReceivedReport) -> Option<u32> {
        self.room.persons().ever(report.key).map(|person| person.number)
    }
}

impl Review {
    /// Whether an act may be entered. `None` for kinds that are no acts of people about reports and releases.
    pub(in crate::results) fn judge(
        &self,
        act: Act<'_>,
        message: &Message,
    ) -> Option<Result<(), Refusal>> {
        macro_rules! judged {
            ($judge:ident) => {
                match message.decode() {
                    Ok(payload) => self.$judge(act, &payload),
                    Err(_) => Err(Refusal::NotCanonical),
                }
            };
        }
        Some(match message.kind() {
            Kind::Admit => judged!(judge_admit),
            Kind::Decision => judged!(judge_decision),
            Kind::Answer => judged!(judge_answer),
            Kind::Preview => judged!(judge_preview),
            Kind::Release => judged!(judge_release),
            Kind::Withdraw => judged!(judge_withdraw),
            Kind::Stop => judged!(judge_stop),
            Kind::Objection => judged!(judge_objection),
            Kind::Withhold => judged!(judge_withhold),
            Kind::Approve => judged!(judge_approve),
            Kind::Inquiry => judged!(judge_inquiry),
            Kind::Response => judged!(judge_response),
            Kind::Notice => judged!(judge_notice),
            Kind::Act => match message.decode() {
                Ok(crate::message::Act::CopyCompared(compared)) => {
                    self.judge_compared(act, &compared)
                }
                Ok(crate::message::Act::BegunAgain(_)) => Err(Refusal::NotAllowed),
                Err(_) => Err(Refusal::NotCanonical),
            },
            _ => return None,
        })
    }

    /// Whether a person had a part in a precinct's numbers: typed one of its reports, or decided about it.
    pub(in crate::results) fn had_a_part(
        &self,
        act: Act<'_>,
        person: u32,
        precinct: PrecinctNumber,
    ) -> bool {
        self.decisions(precinct).iter().any(|decided| decided.signed.person == person)
            || act.room.reports(precinct).iter().any(|report| act.typist(report) == Some(person))
    }

    fn judge_admit(&self, act: Act<'_>, admit: &Admit) -> Result<(), Refusal> {
        act.signer(&[Role::Reviewer])?;
        sound(admit.is_sound())?;
        allowed(!self.admitted.contains_key(&admit.message))
    }

    fn judge_decision(&self, act: Act<'_>, decision: &Decision) -> Result<(), Refusal> {
        let person = act.signer(&[Role::Reviewer])?;
        sound(decision.is_sound())?;
        let precinct = decision.precinct;
        act.contest.precinct(precinct.0).ok_or(Refusal::WrongPrecinct)?;
        let reports = act.room.reports(precinct);
        if let Some(report) = decision.report {
            known(reports.iter().any(|known| known.id == report))?;
        }
        if reports.iter().any(|report| act.typist(report) == Some(person)) {
            return Err(Refusal::OwnEntry);
        }
        let last = self.decision(precinct);
        if decision.after != last.map(|last| last.signed.id) {
            return Err(Refusal::ChangedSince);
        }
        let stronger = last.filter(|last| last.decision.evidence > decision.evidence);
        match (stronger.map(|last| last.signed.id), decision.overrides) {
            (Some(_), None) => Err(Refusal::WeakerEvidence),
            (stronger, named) if stronger == named => Ok(()),
            _ => Err(Refusal::UnknownSubject),
        }
    }

    fn judge_objection(&self, act: Act<'_>, objection: &Objection) -> Result<(), Refusal> {
        let person = act.signer(&[Role::Observer])?;
        sound(objection.is_sound())?;
        let previewed = self.preview(objection.preview).ok_or(Refusal::UnknownSubject)?;
        known(previewed.preview.of(objection.precinct).is_some())?;
        let again = self.objections.iter().any(|earlier| {
            earlier.signed.person == person
                && earlier.objection.preview == objection.preview
                && earlier.objection.precinct == objection.precinct
        });
        allowed(!again)
    }

    fn judge_answer(&self, act: Act<'_>, answer: &Answer) -> Result<(), Refusal> {
        act.signer(&[Role::Reviewer])?;
        sound(answer.is_sound())?;
        let objected = self
            .objections
            .iter()
            .find(|objected| objected.signed.id == answer.objection)
            .ok_or(Refusal::UnknownSubject)?;
        allowed(objected.answer.is_none())?;
        let left_out = answer.outcome == AnswerOutcome::LeftOut;
        if left_out && self.is_released_since(&objected.objection) {
            return Err(Refusal::ChangedSince);
        }
        Ok(())
    }

    /// Whether a release in effect has the precinct of an objection as the objection's preview or a later one shows it.
    fn is_released_since(&self, objection: &Objection) -> bool {
        let shown =
            self.previews.iter().position(|previewed| previewed.signed.id == objection.preview);
        self.in_effect().any(|release| {
            Some(release.preview) >= shown && self.named(release, objection.precinct).is_some()
        })
    }

    fn judge_preview(&self, act: Act<'_>, preview: &Preview) -> Result<(), Refusal> {
        act.signer(&[Role::ReleaseManager])?;
        sound(preview.is_sound())?;
        let next = self.previews.len() + 1;
        (preview.number as usize == next).then_some(()).ok_or(Refusal::ChangedSince)?;
        let released = self.released(preview.layer);
        for named in &preview.precincts {
            act.contest.precinct(named.precinct.0).ok_or(Refusal::WrongPrecinct)?;
            self.is_still_so(act, named)?;
            Self::is_answered(act, named.precinct)?;
            let before = released.get(&named.precinct);
            allowed(self.says_why(preview.layer, named, before))?;
            allowed(before.is_some() || named.report.is_some())?;
        }
        Ok(())
    }

    fn judge_release(&self, act: Act<'_>, release: &Release) -> Result<(), Refusal> {
        let person = act.signer(&[Role::ReleaseManager])?;
        let previewed = self.preview(release.preview).ok_or(Refusal::UnknownSubject)?;
        sound(release.is_part_of(&previewed.preview))?;
        self.may_release(act, person, release, previewed)
    }

    /// What has to hold when a release is proposed and, once more, when it is approved.
    fn may_release(
        &self,
        act: Act<'_>,
        person: u32,
        release: &Release,
        previewed: &Previewed,
    ) -> Result<(), Refusal> {
        let preview = &previewed.preview;
        let once = !self.effective().any(|earlier| earlier.release.preview == release.preview);
        allowed(once)?;
        let released = self.released(preview.layer);
        for named in release.precincts(preview) {
            self.is_still_so(act, named)?;
            Self::is_answered(act, named.precinct)?;
            if self.had_a_part(act, person, named.precinct) {
                return Err(Refusal::OwnEntry);
            }
            if self.is_left_out(previewed, named.precinct) {
                return Err(Refusal::ChangedSince);
            }
            // Another release may have come between.
            if !self.says_why(preview.layer, named, released.get(&named.precinct)) {
                return Err(Refusal::ChangedSince);
            }
        }
        Ok(())
    }

    /// Whether a cause stands where one belongs: a change says why, what is not released yet has nothing to change, and a later
    /// layer may name the report of an earlier one without a cause, because it changes nothing.
    fn says_why(
        &self,
        layer: Layer,
        named: &PreviewedPrecinct,
        before: Option<&(&ProposedRelease, &PreviewedPrecinct)>,
    ) -> bool {
        match (before, named.cause) {
            (None, cause) => cause.is_none(),
            (Some(_), Some(_)) => true,
            (Some((release, before)), None) => {
                before.report == named.report && self.layer(release) < layer
            }
        }
    }

    /// Whether what a preview names is what counts in the precinct now.
    fn is_still_so(&self, act: Act<'_>, named: &PreviewedPrecinct) -> Result<(), Refusal> {
        if act.room.is_unpublished(named.precinct) {
            return Ok(());
        }
        let decision = self.decision(named.precinct).map(|decided| decided.signed.id);
        let counts = match (named.report, act.room.candidate(named.precinct)) {
            (Some(named), Candidate::Report(report)) => report.id == named,
            // Numbers are taken out because a reviewer said that none counts.
            (None, Candidate::SetAside) => true,
            _ => false,
        };
        if counts && decision == named.decision { Ok(()) } else { Err(Refusal::ChangedSince) }
    }

    /// Whether a reviewer answered everything impossible that the checks find in the precinct's own reports. Those across
    /// precincts are not judged here: who reads the public log does not have every precinct.
    fn is_answered(act: Act<'_>, precinct: PrecinctNumber) -> Result<(), Refusal> {
        if act.room.is_unpublished(precinct) {
            return Ok(());
        }
        let open = act.room.own_flags(precinct).iter().any(Flag::is_open);
        if open { Err(Refusal::OpenFinding) } else { Ok(()) }
    }

    fn judge_withdraw(&self, act: Act<'_>, withdraw: &Withdraw) -> Result<(), Refusal> {
        act.signer(&[Role::ReleaseManager])?;
        sound(withdraw.is_sound())?;
        self.in_effect_index(withdraw.release).map(drop)
    }

    /// Index of a release that is in effect.
    pub(super) fn in_effect_index(&self, id: MessageId) -> Result<usize, Refusal> {
        let index = self.releases.iter().position(|release| release.signed.id == id);
        let index = index.ok_or(Refusal::UnknownSubject)?;
        let release = &self.releases[index];
        allowed(release.approval.is_some() && release.withdrawal.is_none())?;
        Ok(index)
    }

    fn judge_stop(&self, act: Act<'_>, stop: &Stop) -> Result<(), Refusal> {
        act.signer(&[Role::ReleaseManager])?;
        sound(stop.is_sound())?;
        (stop.number == self.stop_messages + 1).then_some(()).ok_or(Refusal::ChangedSince)?;
        match (stop.change, stop.stop) {
            (StopChange::End, Some(id)) => {
                let begun = self.stops.iter().find(|begun| begun.signed.id == id);
                let begun = begun.ok_or(Refusal::UnknownSubject)?;
                allowed(act.now_ms.is_none_or(|now_ms| begun.is_in_force(now_ms)))
            }
            _ => Ok(()),
        }
    }

    fn judge_withhold(&self, act: Act<'_>, withhold: &Withhold) -> Result<(), Refusal> {
        act.signer(&[Role::Admin])?;
        sound(withhold.is_sound())?;
        allowed(!self.withheld.contains_key(&withhold.message))
    }

    /// Anybody may hold a copy against what is public; that it was done, and what was decided, is for those who release.
    fn judge_compared(&self, act: Act<'_>, compared: &CopyCompared) -> Result<(), Refusal> {
        act.signer(&[Role::ReleaseManager, Role::Admin])?;
        sound(compared.is_sound())?;
        let is_known = |id| {
            self.preview(id).is_some() || self.effective().any(|release| release.signed.id == id)
        };
        known(compared.compared_with.is_none_or(is_known))
    }

    fn judge_approve(&self, act: Act<'_>, approve: &Approve) -> Result<(), Refusal> {
        let (signed, pending) =
            self.pending.get(&approve.approves).ok_or(Refusal::UnknownSubject)?;
        let person = match pending {
            Pending::Release(_) | Pending::Withdraw(..) => act.signer(&[Role::ReleaseManager])?,
            Pending::Stop(_) | Pending::EndOfStop(..) | Pending::Withhold(..) => {
                act.signer(&[Role::ReleaseManager, Role::Admin])?
            }
        };
        if person == signed.person {
            return Err(Refusal::SamePerson);
        }
        match *pending {
            Pending::Release(index) => self.judge_approved_release(act, person, index),
            Pending::Withdraw(index, _) => allowed(self.releases[index].withdrawal.is_none()),
            Pending::EndOfStop(index, _) => {
                allowed(act.now_ms.is_none_or(|now_ms| self.stops[index].is_in_force(now_ms)))
            }
            Pending::Withhold(message, _) => allowed(!self.withheld.contains_key(&message)),
            Pending::Stop(_) => Ok(()),
        }
    }

    fn judge_approved_release(
        &self,
        act: Act<'_>,
        person: u32,
        index: usize,
    ) -> Result<(), Refusal> {
        let proposed = &self.releases[index];
        let previewed = &self.previews[proposed.preview];
        if let Some(now_ms) = act.now_ms {
            if self.stop_in_force(now_ms).is_some() {
                return Err(Refusal::Stopped);
            }
            if now_ms < previewed.window_ends_ms {
                return Err(Refusal::WindowOpen);
            }
        }
        self.may_release(act, person, &proposed.release, previewed)
    }
}

pub(super) fn sound(sound: bool) -> Result<(), Refusal> {
    sound.then_some(()).ok_or(Refusal::OverLimit)
}

pub(super) fn known(known: bool) -> Result<(), Refusal> {
    known.then_some(()).ok_or(Refusal::UnknownSubject)
}

fn allowed(allowed: bool) -> Result<(), Refusal> {
    allowed.then_some(()).ok_or(Refusal::NotAllowed)
}
