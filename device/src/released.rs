//! The secretary's own check: what headquarters released of a precinct beside what was signed here (design section 9).
//!
//! Nothing of it is believed beyond what it is, the server's own word: it says whether to call the hotline, and changes
//! nothing here.

use countersign_core::contest::Contest;
use countersign_core::message::Report;
use countersign_core::room::Room;
use serde::{Deserialize, Serialize};

use crate::api::{ReleasedCell, ReleasedView};
use crate::db::released;
use crate::error::Result;
use crate::names;
use crate::state::State;

/// Longest name of a release that is shown, in characters.
const NAME_MAX: usize = 60;

/// What is released of a precinct, as the server says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReleasedNumbers {
    precinct: u32,
    name: String,
    released_ms: u64,
    attendees: u32,
    counts: Vec<Vec<u32>>,
}

impl ReleasedNumbers {
    fn fits(&self, contest: &Contest) -> bool {
        let groups = contest.groups.len();
        self.name.chars().count() <= NAME_MAX
            && self.counts.len() == contest.counts.len()
            && self.counts.iter().all(|count| count.len() == groups)
    }
}

/// Keeps what is released of the precincts that were asked for, and forgets what no longer is. Durable on return.
pub(crate) fn keep(
    state: &mut State,
    room: Room,
    asked: &[u32],
    said: &[ReleasedNumbers],
) -> Result<()> {
    let contest = &state.current_package()?.1.contest;
    let mut changes = Vec::new();
    for &precinct in asked {
        let new = said
            .iter()
            .find(|released| released.precinct == precinct && released.fits(contest))
            .and_then(|released| serde_json::to_string(released).ok());
        if released::read(&state.db, room, precinct)? != new {
            changes.push((precinct, new));
        }
    }
    if changes.is_empty() {
        return Ok(());
    }
    let tx = state.begin()?;
    for (precinct, new) in changes {
        match new {
            Some(document) => released::set(&tx, room, precinct, &document)?,
            None => released::clear(&tx, room, precinct)?,
        }
    }
    Ok(tx.commit()?)
}

/// What is released of a report's precinct, beside the report; `None` while nothing is.
pub(crate) fn beside(state: &State, room: Room, report: &Report) -> Result<Option<ReleasedView>> {
    let Some(document) = released::read(&state.db, room, report.precinct.0)? else {
        return Ok(None);
    };
    let Ok(numbers) = serde_json::from_str::<ReleasedNumbers>(&document) else { return Ok(None) };
    let signed = (report.attendees, report.counts.as_slice());
    let released = (numbers.attendees, numbers.counts.as_slice());
    let differs = names::side_by_side(signed, released)
        .into_iter()
        .filter(|(_, signed, released)| signed != released)
        .map(|(cell, signed, released)| ReleasedCell { cell, signed, released })
        .collect();
    Ok(Some(ReleasedView { name: numbers.name, at_ms: numbers.released_ms, differs }))
}
