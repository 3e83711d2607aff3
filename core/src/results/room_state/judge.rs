//! Whether a message may be entered: who must have signed it, whether it is signed, and whether the room takes it now.

use super::RoomState;
use crate::contest::Contest;
use crate::id::{KeyId, PublicKey};
use crate::message::{
    Act, Channel, Enrolment, Invitation, Invitations, Kind, Message, Package, People, Person,
    Report, Revoke, Role, RoomAct, RoomChange, Scope, ShapeError,
};
use crate::refusal::Refusal;
use crate::results::review;
use crate::room::Room;

impl RoomState {
    /// The key that must have signed the message, found from the key id it names. Cheap: no signature is checked.
    /// The room is looked at first, so that nobody learns more than "not open" from a closed room.
    ///
    /// # Errors
    /// The [`Refusal`] to answer with.
    pub fn authority(&self, message: &Message) -> Result<PublicKey, Refusal> {
        let key = message.key();
        let person = || self.persons.key(key);
        match message.kind() {
            Kind::Package => self.party_key(key),
            Kind::People => self.party_key(key).or_else(|refusal| person().ok_or(refusal)),
            Kind::Invitations | Kind::Revoke | Kind::Room => person().ok_or(Refusal::UnknownKey),
            Kind::Enrolment => {
                let enrolment: Enrolment = message.decode().map_err(|_| Refusal::NotCanonical)?;
                Ok(enrolment.request.device)
            }
            Kind::Report => {
                if !self.is_open() {
                    return Err(Refusal::NotOpenYet);
                }
                let device = self.devices.get(&key).map(|device| device.key);
                device.or_else(person).ok_or(Refusal::UnknownKey)
            }
            // What begins a log comes before everything by which a room knows its people, and brings what names its signer.
            Kind::Act => match message.decode().map_err(|_| Refusal::NotCanonical)? {
                Act::BegunAgain(begun_again) => {
                    let party = &self.party;
                    let named = begun_again.authority(key, &self.contest, self.room, party);
                    named.map_err(|_| Refusal::UnknownKey)
                }
                Act::CopyCompared(_) => person().ok_or(Refusal::NotAllowed),
            },
            Kind::Admit
            | Kind::Decision
            | Kind::Answer
            | Kind::Preview
            | Kind::Release
            | Kind::Withdraw
            | Kind::Stop
            | Kind::Objection
            | Kind::Withhold
            | Kind::Approve
            | Kind::Question
            | Kind::Inquiry
            | Kind::Response
            | Kind::Notice => person().ok_or(Refusal::NotAllowed),
            Kind::Reply => {
                self.devices.get(&key).map(|device| device.key).ok_or(Refusal::UnknownKey)
            }
            Kind::Addition | Kind::Update => Err(Refusal::UnsupportedKind),
        }
    }

    /// What the signature covers besides the bytes.
    #[must_use]
    pub fn scope(&self, kind: Kind) -> Scope<'_> {
        match kind {
            Kind::Package => Scope::any(&self.contest),
            _ => Scope::room(&self.contest, self.room),
        }
    }

    /// Whether the signatures of a message are good: the outer one by `authority`, and of an enrolment the grant by
    /// the invitation key. The only costly step; it needs nothing that later entries could change.
    ///
    /// # Errors
    /// [`Refusal::BadSignature`], or [`Refusal::WrongContest`] for a report that also names an unknown package.
    pub fn verify(&self, message: &Message, authority: &PublicKey) -> Result<(), Refusal> {
        let mut good = message.verify(authority, self.scope(message.kind()));
        if good && message.kind() == Kind::Enrolment {
            let enrolment: Enrolment = message.decode().map_err(|_| Refusal::NotCanonical)?;
            good = enrolment.is_granted(&self.contest, self.room);
        }
        if good {
            return Ok(());
        }
        match message.decode::<Report>() {
            Ok(report) if !self.knows_package(report.package) => Err(Refusal::WrongContest),
            _ => Err(Refusal::BadSignature),
        }
    }

    /// Whether a message whose signatures are good may be entered at `now_ms`, the server time that its entry would have.
    /// Asked again inside the commit, since earlier entries of the same batch may have changed the answer.
    ///
    /// # Errors
    /// The [`Refusal`] to answer with.
    pub fn judge(&self, message: &Message, now_ms: u64) -> Result<(), Refusal> {
        let canonical = |_| Refusal::NotCanonical;
        match message.kind() {
            Kind::Package => {
                let package: Package = message.decode().map_err(canonical)?;
                if package.contest.id != self.contest || package.party_key != self.party {
                    return Err(Refusal::WrongContest);
                }
                let newer = self.package().is_none_or(|newest| package.number > newest.number);
                newer.then_some(()).ok_or(Refusal::NotAllowed)
            }
            Kind::People => {
                let people: People = message.decode().map_err(canonical)?;
                let by_admin =
                    |person: &Person| !matches!(person.role, Role::Admin | Role::ReleaseManager);
                let allowed = message.key() == self.party.id()
                    || (self.is_admin(message.key()) && people.people.iter().all(by_admin));
                allowed.then_some(()).ok_or(Refusal::NotAllowed)
            }
            Kind::Invitations => {
                let new: Invitations = message.decode().map_err(canonical)?;
                self.admin(message.key())?;
                let package = self.package().ok_or(Refusal::UnknownPackage)?;
                let known = |invitation: &Invitation| {
                    package.contest.precinct(invitation.precinct.0).is_some()
                };
                new.invitations.iter().all(known).then_some(()).ok_or(Refusal::WrongPrecinct)
            }
            Kind::Revoke => {
                let _: Revoke = message.decode().map_err(canonical)?;
                self.admin(message.key())
            }
            Kind::Room => {
                let act: RoomAct = message.decode().map_err(canonical)?;
                self.admin(message.key())?;
                let allowed = match act.change {
                    RoomChange::Open => self.round == 0 && act.round == 1,
                    RoomChange::Round => {
                        self.room == Room::Rehearsal
                            && self.is_open()
                            && act.round == self.round + 1
                    }
                };
                allowed.then_some(()).ok_or(Refusal::NotAllowed)
            }
            Kind::Enrolment => self.judge_enrolment(&message.decode().map_err(canonical)?),
            Kind::Report => self.judge_report(message, &message.decode().map_err(canonical)?),
            Kind::Question => self.judge_question(message),
            Kind::Reply => self.judge_reply(message),
            Kind::Act => match message.decode().map_err(canonical)? {
                Act::BegunAgain(begun_again) => {
                    begun_again.check_shape().map_err(|_| Refusal::OverLimit)?;
                    (self.size == 0).then_some(()).ok_or(Refusal::NotAllowed)
                }
                Act::CopyCompared(_) => self.judge_act(message, now_ms),
            },
            _ => self.judge_act(message, now_ms),
        }
    }

    fn party_key(&self, key: KeyId) -> Result<PublicKey, Refusal> {
        if key == self.party.id() { Ok(self.party) } else { Err(Refusal::UnknownKey) }
    }

    fn is_admin(&self, key: KeyId) -> bool {
        self.persons.has_role(key, Role::Admin)
    }

    fn admin(&self, key: KeyId) -> Result<(), Refusal> {
        self.is_admin(key).then_some(()).ok_or(Refusal::NotAllowed)
    }

    fn judge_enrolment(&self, enrolment: &Enrolment) -> Result<(), Refusal> {
        let request = &enrolment.request;
        let invitation_key = request.invitation.id();
        let Some(invitation) = self.invitations.get(&invitation_key) else {
            return Err(Refusal::InvitationNotValid);
        };
        if invitation.precinct != request.precinct {
            return Err(Refusal::WrongPrecinct);
        }
        if request.app_version.len() > 32 {
            return Err(Refusal::OverLimit);
        }
        let enrolled = self.enrolled.get(&invitation_key).copied().unwrap_or(0);
        if self.revoked_keys.contains_key(&invitation_key)
            || enrolled
                >= self.package().map_or(0, |package| package.contest.limits.tablets_per_invitation)
            || self.devices.contains_key(&request.device.id())
        {
            return Err(Refusal::InvitationNotValid);
        }
        Ok(())
    }

    fn judge_act(&self, message: &Message, now_ms: u64) -> Result<(), Refusal> {
        let package = self.package().ok_or(Refusal::UnknownPackage)?;
        let act = self.act_of(message.key(), &package.contest, now_ms);
        self.review.judge(act, message).unwrap_or(Err(Refusal::UnsupportedKind))
    }

    fn act_of<'a>(&'a self, key: KeyId, contest: &'a Contest, now_ms: u64) -> review::Act<'a> {
        let carried = self.begun.as_ref().map_or(0, |begun| begun.begun_again.entries_carried());
        let now_ms = (self.size > carried).then_some(now_ms);
        review::Act { key, room: self, contest, now_ms }
    }

    fn judge_report(&self, message: &Message, report: &Report) -> Result<(), Refusal> {
        if !self.is_open() {
            return Err(Refusal::NotOpenYet);
        }
        let key = message.key();
        let package = self.packages.get(report.package).ok_or(Refusal::UnknownPackage);
        let device = self.devices.get(&key);
        let package = match device {
            Some(device) => {
                let package = package?;
                let own = device.precinct == report.precinct;
                own.then_some(package).ok_or(Refusal::WrongPrecinct)?
            }
            None => self.judge_typed(key, report).and(package)?,
        };
        report.check_shape(&package.contest).map_err(|error| match error {
            ShapeError::Precinct => Refusal::WrongPrecinct,
            ShapeError::Revision => Refusal::WrongSupersedes,
            ShapeError::Length | ShapeError::Limit | ShapeError::Reason => Refusal::OverLimit,
        })?;
        // Before what it replaces is looked for: that may be held as well, and both wait for the same person.
        let revoked = device.is_some_and(|device| device.revoked_at.is_some());
        if revoked && self.review.admitted(message.id()).is_none() {
            return Err(Refusal::RevokedKey);
        }
        if let Some(supersedes) = report.supersedes {
            let own = self
                .reports(report.precinct)
                .iter()
                .any(|earlier| earlier.id == supersedes && earlier.key == key);
            own.then_some(()).ok_or(Refusal::WrongSupersedes)?;
        }
        Ok(())
    }

    /// Whether a person at headquarters may type a report that came by its channel.
    fn judge_typed(&self, key: KeyId, report: &Report) -> Result<(), Refusal> {
        let person = self.persons.get(key).ok_or(Refusal::UnknownKey)?;
        let role = match report.channel {
            Channel::Hotline | Channel::Paper => Role::Operator,
            Channel::Transcription => Role::Reviewer,
            Channel::Tablet => return Err(Refusal::NotAllowed),
        };
        (person.role == role).then_some(()).ok_or(Refusal::NotAllowed)?;
        let decided = self.review.decisions(report.precinct);
        let own = decided.iter().any(|decided| decided.signed.person == person.number);
        (!own).then_some(()).ok_or(Refusal::OwnEntry)
    }
}
