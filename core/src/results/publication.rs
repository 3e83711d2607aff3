//! Who may read the messages of a log, and from when on (design section 6, "The log").

use super::room_state::RoomState;
use crate::contest::Publish;
use crate::id::PrecinctNumber;
use crate::message::{Decision, Enrolment, Kind, Message, Report};
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

impl RoomState {
    /// Who may read a message of this room's log now.
    ///
    /// What says who may do what, and what people do in public (previews, releases, stops, objections and all that answers
    /// them), is everyone's at once. What holds a precinct's numbers, or stands for those who sent them, is the observers'
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
