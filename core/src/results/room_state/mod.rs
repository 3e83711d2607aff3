//! The state of one room: a projection of its log. [`RoomState::authority`] and [`RoomState::judge`] say whether a
//! message may be entered, [`RoomState::apply`] enters it. Applying the same log gives the same state.

mod judge;
mod packages;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

pub use packages::RulesInForce;

use packages::Packages;

use super::change::{Change, What};
use super::persons::Persons;
use super::questions::Questions;
use super::received::Tally;
use super::reports::{ReceivedReport, Reports};
use super::review::{self, Review, Signed};
use crate::id::{KeyId, MessageId, PrecinctNumber, PublicKey};
use crate::log::Entry;
use crate::message::{BegunAgain, Invitation, Message};
use crate::refusal::Refusal;
use crate::room::Room;

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

/// One room, as its log makes it.
#[derive(Debug, Clone)]
pub struct RoomState {
    contest: String,
    room: Room,
    party: PublicKey,
    begun: Option<Arc<Begun>>,
    packages: Packages,
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
            packages: Packages::default(),
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
            What::Package(package) => self.packages.enter(index, &entry, package),
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

    /// Whether messages of a precinct may be missing here; see [`RoomState::of_public_messages`].
    pub(super) fn is_unpublished(&self, precinct: PrecinctNumber) -> bool {
        self.unpublished.contains(&precinct)
    }

    /// When and by whom an entry's message was signed; `None` where the key is no person's.
    fn signed(&self, index: u64, entry: &Entry, key: KeyId) -> Option<Signed> {
        let person = self.persons.ever(key)?.number;
        Some(Signed { id: entry.message, index, entered_ms: entry.time_ms, person })
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

    /// An invitation by its key id, also when it was revoked.
    #[must_use]
    pub fn invitation(&self, key: KeyId) -> Option<&Invitation> {
        self.invitations.get(&key)
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
