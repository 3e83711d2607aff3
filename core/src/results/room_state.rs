//! The state of one room: a projection of its log. [`RoomState::authority`] and [`RoomState::judge`] say whether a
//! message may be entered, [`RoomState::apply`] enters it. Applying the same log gives the same state.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::change::{Change, What};
use super::persons::Persons;
use super::questions::Questions;
use super::received::Tally;
use super::reports::{ReceivedReport, Reports};
use super::review::{self, Review, Signed};
use crate::contest::Contest;
use crate::id::{KeyId, MessageId, PrecinctNumber, PublicKey};
use crate::log::Entry;
use crate::message::{
    Act, BegunAgain, Channel, Enrolment, Invitation, Invitations, Kind, Message, Package, People,
    Person, Report, Revoke, Role, RoomAct, RoomChange, Scope, ShapeError,
};
use crate::refusal::Refusal;
use crate::room::Room;

/// Tablets that one invitation may enrol.
pub(super) const DEVICES_PER_INVITATION: u32 = 3;

/// An enrolled device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Its key.
    pub key: PublicKey,
    /// The precinct it may report for.
    pub precinct: PrecinctNumber,
    /// The invitation that enrolled it. Devices of one invitation are one source.
    pub invitation: KeyId,
    /// Index of the enrolment's entry.
    pub enrolled_at: u64,
    /// Index of the entry that revoked it.
    pub revoked_at: Option<u64>,
}

/// What the first entry of a log says that was begun again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// Id of its message.
    pub message: MessageId,
    /// Server time of its entry.
    pub entered_ms: u64,
    /// What it says.
    pub begun_again: BegunAgain,
}

/// Which report of a precinct counts (design section 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Candidate<'a> {
    /// Nothing was received.
    Missing,
    /// This one.
    Report(&'a ReceivedReport),
    /// Sources disagree: the precinct adds nothing until a person decides.
    InConflict,
    /// A person decided that none of its reports counts.
    SetAside,
}

/// The rules of the newest package, by the package that brought them: later ones changed something else.
///
/// They are in force from that package's entry on. A release keeps the rules that were in force at its approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RulesInForce {
    /// Number of the package that brought them.
    pub package: u32,
    /// Index of its entry.
    pub index: u64,
    /// Server time of its entry, in milliseconds since the Unix epoch. In a log that was begun again: of the entry there.
    pub since_ms: u64,
}

/// One room, as its log makes it.
#[derive(Debug, Clone)]
pub struct RoomState {
    contest: String,
    room: Room,
    party: PublicKey,
    begun: Option<Arc<Begun>>,
    packages: HashMap<MessageId, Arc<Package>>,
    /// Packages in log order, each with the index and the time of its entry.
    entered: Vec<(u64, u64, MessageId)>,
    persons: Persons,
    invitations: HashMap<KeyId, Invitation>,
    /// Revoked keys of invitations, and of devices that were not enrolled then.
    revoked_keys: HashMap<KeyId, u64>,
    devices: HashMap<KeyId, Device>,
    /// How many devices an invitation enrolled.
    enrolled: HashMap<KeyId, u32>,
    reports: Reports,
    review: Review,
    pub(super) questions: Questions,
    /// Precincts of which messages are missing here; see [`RoomState::of_public_messages`].
    unpublished: Arc<BTreeSet<PrecinctNumber>>,
    round: u32,
    size: u64,
    now_ms: u64,
}

impl RoomState {
    /// A room before its first entry. The party key is the one thing that is believed from outside.
    #[must_use]
    pub fn new(contest: &str, room: Room, party: PublicKey) -> Self {
        Self {
            contest: contest.to_owned(),
            room,
            party,
            begun: None,
            packages: HashMap::new(),
            entered: Vec::new(),
            persons: Persons::default(),
            invitations: HashMap::new(),
            revoked_keys: HashMap::new(),
            devices: HashMap::new(),
            enrolled: HashMap::new(),
            reports: Reports::new(room),
            review: Review::default(),
            questions: Questions::default(),
            unpublished: Arc::default(),
            round: 0,
            size: 0,
            now_ms: 0,
        }
    }

    /// The same for somebody who has no more than the public messages: of the `unpublished` precincts it cannot know what
    /// was reported and decided. So it is not judged whether a preview or a release names what counts there; nothing that was
    /// released rests on it, for what was released is public. All other judgements are those of a state that has everything.
    #[must_use]
    pub fn of_public_messages(
        contest: &str,
        room: Room,
        party: PublicKey,
        unpublished: BTreeSet<PrecinctNumber>,
    ) -> Self {
        Self { unpublished: Arc::new(unpublished), ..Self::new(contest, room, party) }
    }

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
            Ok(report) if !self.packages.contains_key(&report.package) => {
                Err(Refusal::WrongContest)
            }
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

    /// Enters a message that [`RoomState::judge`] accepted (or that stands in a verified log).
    ///
    /// # Errors
    /// [`Refusal::NotCanonical`] when the message cannot be decoded: the log is damaged.
    pub fn apply(&mut self, index: u64, entry: &Entry, message: &Message) -> Result<(), Refusal> {
        let change = Change::of(index, *entry, message).map_err(|_| Refusal::NotCanonical)?;
        self.change(change);
        Ok(())
    }

    /// The same, worked out before.
    pub fn change(&mut self, change: Change) {
        let Change { index, entry, what } = change;
        match what {
            What::Package(package) => {
                self.packages.insert(entry.message, package);
                self.entered.push((index, entry.time_ms, entry.message));
            }
            What::People(people) => self.persons.extend(people),
            What::Invitations(new) => {
                self.invitations.reserve(new.len());
                for (key, invitation) in new {
                    self.invitations.entry(key).or_insert(invitation);
                }
            }
            What::Revoke(key) => self.revoke(key, index),
            What::Round(round) => {
                self.round = round;
                self.reports.clear();
                self.review = std::mem::take(&mut self.review).next_round();
                self.questions = Questions::default();
            }
            What::Device(key, device) => {
                *self.enrolled.entry(device.invitation).or_default() += 1;
                // In a log that was begun again the revocation may come first.
                let revoked_at = self.revoked_keys.get(&key).copied();
                self.devices.insert(key, Device { revoked_at, ..device });
            }
            What::Report(precinct, report) => self.reports.add(precinct, report),
            What::Begun(begun) => self.begun = Some(begun),
            What::Deed(key, deed) => self.enter_deed(index, &entry, key, deed),
            What::Question(key, question) => {
                if let Some(signed) = self.signed(index, &entry, key) {
                    self.questions.ask(signed, question);
                }
            }
            What::Reply(reply) => self.questions.reply(index, &entry, reply),
            What::Nothing => {}
        }
        self.size = index + 1;
        self.now_ms = entry.time_ms;
    }

    /// Counts an entry whose message is not public.
    pub const fn pass(&mut self, index: u64, entry: &Entry) {
        self.size = index + 1;
        self.now_ms = entry.time_ms;
    }

    fn revoke(&mut self, key: KeyId, index: u64) {
        if self.persons.revoke(key, index) {
            return;
        }
        if let Some(device) = self.devices.get_mut(&key) {
            device.revoked_at.get_or_insert(index);
        } else {
            self.revoked_keys.entry(key).or_insert(index);
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
            || enrolled >= DEVICES_PER_INVITATION
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
        let (persons, reports, unpublished) = (&self.persons, &self.reports, &self.unpublished);
        review::Act { key, persons, reports, unpublished, contest, now_ms }
    }

    fn enter_deed(&mut self, index: u64, entry: &Entry, key: KeyId, deed: review::Deed) {
        let (Some(signed), Some(package)) = (self.signed(index, entry, key), self.package()) else {
            return;
        };
        let package = Arc::clone(package);
        if let review::Deed::Decision(decision) = &deed {
            self.reports.decide(decision.precinct, decision.report);
        }
        self.review.apply(&package.contest, signed, deed);
    }

    /// When and by whom an entry's message was signed; `None` where the key is no person's.
    fn signed(&self, index: u64, entry: &Entry, key: KeyId) -> Option<Signed> {
        let person = self.persons.ever(key)?.number;
        Some(Signed { id: entry.message, index, entered_ms: entry.time_ms, person })
    }

    fn judge_report(&self, message: &Message, report: &Report) -> Result<(), Refusal> {
        if !self.is_open() {
            return Err(Refusal::NotOpenYet);
        }
        let key = message.key();
        let package = self.packages.get(&report.package).ok_or(Refusal::UnknownPackage);
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

    /// What people did about reports and releases.
    #[must_use]
    pub const fn review(&self) -> &Review {
        &self.review
    }

    /// The people of the room.
    #[must_use]
    pub const fn persons(&self) -> &Persons {
        &self.persons
    }

    /// Id of the contest.
    #[must_use]
    pub fn contest(&self) -> &str {
        &self.contest
    }

    /// The room.
    #[must_use]
    pub const fn room(&self) -> Room {
        self.room
    }

    /// The party key, believed from outside.
    #[must_use]
    pub const fn party(&self) -> PublicKey {
        self.party
    }

    /// How this log took another one's place; `None` for a room's first log.
    #[must_use]
    pub const fn begun(&self) -> Option<&Arc<Begun>> {
        self.begun.as_ref()
    }

    /// Whether a package was ever entered.
    #[must_use]
    pub fn knows_package(&self, id: MessageId) -> bool {
        self.packages.contains_key(&id)
    }

    /// An invitation by its key id, also when it was revoked.
    #[must_use]
    pub fn invitation(&self, key: KeyId) -> Option<&Invitation> {
        self.invitations.get(&key)
    }

    /// The newest package.
    #[must_use]
    pub fn package(&self) -> Option<&Arc<Package>> {
        self.packages.get(&self.package_id()?)
    }

    /// The package that was the newest when the log had so many entries.
    #[must_use]
    pub fn package_by(&self, size: u64) -> Option<&Arc<Package>> {
        let entered = self.entered.partition_point(|(index, ..)| *index < size);
        let (.., id) = self.entered.get(entered.checked_sub(1)?)?;
        self.packages.get(id)
    }

    /// Id of the newest package.
    #[must_use]
    pub fn package_id(&self) -> Option<MessageId> {
        self.entered.last().map(|(.., id)| *id)
    }

    /// Since when the rules of the newest package have been in force. `None` without a package.
    #[must_use]
    pub fn rules_in_force(&self) -> Option<RulesInForce> {
        let rules = &self.package()?.contest.rules;
        let packages = self.entered.iter().rev().map_while(|(index, since_ms, id)| {
            let package = self.packages.get(id)?;
            let same = package.contest.rules == *rules;
            same.then_some(RulesInForce {
                package: package.number,
                index: *index,
                since_ms: *since_ms,
            })
        });
        packages.last()
    }

    /// Whether reports are taken.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.round > 0
    }

    /// Number of the round; 0 before the room opens.
    #[must_use]
    pub const fn round(&self) -> u32 {
        self.round
    }

    /// Entries applied.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// "Now" for every rule: the time of the last entry.
    #[must_use]
    pub const fn now_ms(&self) -> u64 {
        self.now_ms
    }

    /// A device by its key id.
    #[must_use]
    pub fn device(&self, key: KeyId) -> Option<&Device> {
        self.devices.get(&key)
    }

    /// Every device, in no particular order.
    pub fn devices(&self) -> impl Iterator<Item = &Device> {
        self.devices.values()
    }

    /// Every invitation, in no particular order.
    pub fn invitations(&self) -> impl Iterator<Item = &Invitation> {
        self.invitations.values()
    }

    /// Reports of a precinct, in log order.
    #[must_use]
    pub fn reports(&self, precinct: PrecinctNumber) -> &[ReceivedReport] {
        self.reports.of(precinct)
    }

    /// The heads of a precinct; see [`Reports::heads`].
    pub fn heads(&self, precinct: PrecinctNumber) -> impl Iterator<Item = &ReceivedReport> {
        self.reports.heads(precinct)
    }

    /// What the heads of a precinct were; see [`Reports::heads_in`].
    pub(super) fn heads_in(
        &self,
        precinct: PrecinctNumber,
        size: u64,
    ) -> impl Iterator<Item = &ReceivedReport> {
        self.reports.heads_in(precinct, size)
    }

    /// Which report counts; see [`Reports::candidate`].
    #[must_use]
    pub fn candidate(&self, precinct: PrecinctNumber) -> Candidate<'_> {
        self.reports.candidate(precinct)
    }

    /// What was received, before it is summed up; `None` without a package.
    #[must_use]
    pub fn tally(&self) -> Option<Tally> {
        Some(Tally {
            contest: self.contest.clone(),
            room: self.room,
            package: Arc::clone(self.package()?),
            reports: self.reports.clone(),
            log_size: self.size,
            now_ms: self.now_ms,
            begun: self.begun.clone(),
        })
    }
}
