//! Messages that are judged side by side.

use std::collections::HashSet;

use crate::id::KeyId;
use crate::message::{Enrolment, Kind, Message};

/// Messages of which none changes how another is judged: whoever finds each of them good by one state may enter all of
/// them on top of it, in any order.
///
/// A report is judged by what its key enrolled, reported and lost; an enrolment by what became of its invitation and of
/// the key that it enrols. Everything else may change anything, and so stands alone.
#[derive(Debug, Default)]
pub struct SideBySide {
    keys: HashSet<KeyId>,
    alone: bool,
}

impl SideBySide {
    /// Whether a message may stand beside those that were added. Beside none, any may.
    #[must_use]
    pub fn admits(&self, message: &Message) -> bool {
        match touched(message) {
            Some(touched) => !self.alone && !touched.iter().any(|key| self.keys.contains(key)),
            None => !self.alone && self.keys.is_empty(),
        }
    }

    /// Adds a message.
    pub fn add(&mut self, message: &Message) {
        match touched(message) {
            Some(touched) => self.keys.extend(touched),
            None => self.alone = true,
        }
    }
}

/// The keys by which a message is judged and of which it changes something; `None` for one that may change anything.
fn touched(message: &Message) -> Option<Vec<KeyId>> {
    match message.kind() {
        Kind::Report => Some(vec![message.key()]),
        Kind::Enrolment => {
            let Enrolment { request, .. } = message.decode().ok()?;
            Some(vec![request.invitation.id(), request.device.id()])
        }
        _ => None,
    }
}
