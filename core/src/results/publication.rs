//! Who may read the messages of a log, and from when on (design section 6, "The log").

use std::collections::{BTreeSet, HashMap};

use super::review::Signed;
use super::room_state::RoomState;
use crate::contest::Publish;
use crate::id::{MessageId, PrecinctNumber};
use crate::message::{Decision, Enrolment, Invitation, Kind, Message, Question, Reply, Report};
use crate::room::Room;

/// Who may read a message now. An entry and its place in the tree are everyone's at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Audience {
    /// Headquarters alone.
    Headquarters,
    /// Observers of the campaigns as well.
    Observers,
    /// Everyone.
    Everyone,
}

/// Why a message may be one that not everyone can read. Told by kind and id alone, for whoever does not have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unpublished<'a> {
    /// Two people withheld it.
    Withheld(&'a Signed),
    /// It may be of a precinct that no release has named yet.
    Unreleased,
}

/// What of a room is public by now: for whoever has the log's entries and no more than the public messages.
#[derive(Debug, Clone)]
pub struct Publication<'a> {
    state: &'a RoomState,
    unreleased: BTreeSet<PrecinctNumber>,
    named: HashMap<MessageId, PrecinctNumber>,
}

impl Publication<'_> {
    /// Precincts of the contest that no release has named yet: not everyone can read what was reported, enrolled and decided
    /// there. None where everything is public at once.
    #[must_use]
    pub const fn unreleased(&self) -> &BTreeSet<PrecinctNumber> {
        &self.unreleased
    }

    /// The precinct whose numbers a release that took effect took from this report, or by this decision.
    #[must_use]
    pub fn released_with(&self, id: MessageId) -> Option<PrecinctNumber> {
        self.named.get(&id).copied()
    }

    /// Why not everyone may be able to read a message of this kind and id; `None` when everyone ought to. Kind and id do not
    /// say of which precinct a message is: while some precinct is unreleased, it may be that one's, unless a release names it.
    #[must_use]
    pub fn unpublished(&self, kind: Kind, id: MessageId) -> Option<Unpublished<'_>> {
        if let Some(signed) = self.state.review().withheld(id) {
            return Some(Unpublished::Withheld(signed));
        }
        let by_precinct = matches!(
            kind,
            Kind::Enrolment
                | Kind::Report
                | Kind::Decision
                | Kind::Question
                | Kind::Reply
                | Kind::Addition
        );
        let unreleased =
            by_precinct && !self.unreleased.is_empty() && !self.named.contains_key(&id);
        unreleased.then_some(Unpublished::Unreleased)
    }

    /// The id of a precinct in the contest.
    #[must_use]
    pub fn place(&self, precinct: PrecinctNumber) -> Option<&str> {
        let package = self.state.package()?;
        package.contest.precinct(precinct.0).map(|precinct| precinct.id.as_str())
    }

    /// The most enrolments that can be of unreleased precincts, by the packages that were in force.
    #[must_use]
    pub fn unreleased_enrolments_max(&self) -> u64 {
        let unreleased = |invitation: &&Invitation| self.unreleased.contains(&invitation.precinct);
        let invitations = self.state.invitations().filter(unreleased).count() as u64;
        invitations * u64::from(self.state.tablets_per_invitation_max())
    }
}

impl RoomState {
    /// What is public by now, worked out once.
    #[must_use]
    pub fn publication(&self) -> Publication<'_> {
        let review = self.review();
        let mut released = BTreeSet::new();
        let mut named = HashMap::new();
        for one in review.effective().flat_map(|release| review.precincts(release)) {
            released.insert(one.precinct);
            named.extend(one.report.into_iter().chain(one.decision).map(|id| (id, one.precinct)));
        }
        let package = self.package().filter(|_| !self.is_live());
        let numbers = package.into_iter().flat_map(|package| package.contest.precinct_numbers());
        let unreleased = numbers.filter(|precinct| !released.contains(precinct)).collect();
        Publication { state: self, unreleased, named }
    }

    /// Who may read a message of this room's log now.
    ///
    /// What says who may do what, and what people do in public (previews, releases, stops, objections, inquiries, notices and
    /// all that answers them), is everyone's at once. What holds a precinct's numbers, or stands for those who sent them, is the observers'
    /// from the first preview that names the precinct, and everyone's from the first release; a contest may publish all of it
    /// live, as rehearsals do. What was withheld is nobody's any more.
    #[must_use]
    pub fn audience(&self, message: &Message) -> Audience {
        if self.review().withheld(message.id()).is_some() {
            return Audience::Headquarters;
        }
        if self.is_live() {
            return Audience::Everyone;
        }
        let precinct = match message.kind() {
            Kind::Enrolment => {
                message.decode().map(|message: Enrolment| message.request.precinct).ok()
            }
            Kind::Report => message.decode().map(|message: Report| message.precinct).ok(),
            Kind::Decision => message.decode().map(|message: Decision| message.precinct).ok(),
            Kind::Question => message.decode().map(|message: Question| message.precinct).ok(),
            Kind::Reply => {
                let reply: Option<Reply> = message.decode().ok();
                reply.and_then(|reply| self.precinct_asked(reply.question))
            }
            Kind::Addition => return Audience::Headquarters,
            _ => return Audience::Everyone,
        };
        precinct.map_or(Audience::Headquarters, |precinct| self.precinct_audience(precinct))
    }

    /// Whether everything is published as soon as it is entered, not reviewed.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.room() == Room::Rehearsal
            || self.package().is_some_and(|package| package.contest.publish == Publish::Live)
    }

    /// Who may read what holds a precinct's numbers.
    #[must_use]
    pub fn precinct_audience(&self, precinct: PrecinctNumber) -> Audience {
        if self.review().was_released(precinct) {
            Audience::Everyone
        } else if self.review().was_previewed(precinct) {
            Audience::Observers
        } else {
            Audience::Headquarters
        }
    }
}
