//! A draft: what was typed so far for one precinct in one room.

pub(crate) mod press;

use countersign_core::checks::Figures;
use countersign_core::id::{MessageId, sha256};
use countersign_core::room::Room;
use countersign_core::rules::LotOutcome;
use data_encoding::HEXLOWER;

use crate::api::{Attester, Cell, LotDrawer, LotMethod, ReasonChoice, Step};
use crate::db::text::json;

/// A draft as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Draft {
    pub(crate) id: i64,
    pub(crate) precinct: u32,
    pub(crate) room: Room,
    /// The package whose groups and rules it was begun with; it stays with it.
    pub(crate) package: MessageId,
    pub(crate) step: Step,
    pub(crate) cell: Option<Cell>,
    pub(crate) correction: Option<Correction>,
    /// Attendance when first alignment was begun, or when a change of it was last explained.
    pub(crate) attendance_basis: Option<u32>,
    pub(crate) timer: Option<Timer>,
    pub(crate) attendees: Option<u32>,
    /// By count and group, as long as the contest's lists.
    pub(crate) counts: Vec<Vec<Option<u32>>>,
    pub(crate) lots: Vec<DrawnLot>,
    pub(crate) kept: Vec<Kept>,
    pub(crate) said: Vec<Said>,
}

/// What a correction replaces, and why.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Correction {
    pub(crate) revision: u32,
    pub(crate) supersedes: MessageId,
    pub(crate) reason: ReasonChoice,
}

/// The realignment timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Timer {
    pub(crate) length_ms: u32,
    /// Device time when it was started: what a restart has to go by.
    pub(crate) started_ms: u64,
}

/// A lot that was drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DrawnLot {
    pub(crate) tied: Vec<u8>,
    pub(crate) seats: u32,
    pub(crate) winners: Vec<u8>,
    pub(crate) method: LotMethod,
    pub(crate) drawn_by: LotDrawer,
}

/// A finding that was kept, for the numbers it had then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) finding: String,
    pub(crate) numbers: Vec<u32>,
    pub(crate) reason: ReasonChoice,
}

/// What somebody said of certain figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) who: Attester,
    /// [`Draft::figures_digest`] of what they saw.
    pub(crate) figures: String,
    pub(crate) objection: Option<ReasonChoice>,
}

impl DrawnLot {
    /// As the rules want it.
    pub(crate) fn outcome(&self) -> LotOutcome {
        let wide = |groups: &[u8]| groups.iter().copied().map(usize::from).collect();
        LotOutcome { groups: wide(&self.tied), seats: self.seats, winners: wide(&self.winners) }
    }
}

impl Draft {
    /// As the checks want it.
    pub(crate) fn figures(&self) -> Figures {
        Figures { attendees: self.attendees, counts: self.counts.clone() }
    }

    /// A cell's number.
    pub(crate) fn value(&self, cell: Cell) -> Option<u32> {
        match cell {
            Cell::Attendees => self.attendees,
            Cell::Count { count, group } => {
                self.counts.get(usize::from(count))?.get(usize::from(group)).copied()?
            }
        }
    }

    /// Whether there is such a cell.
    pub(crate) fn has(&self, cell: Cell) -> bool {
        match cell {
            Cell::Attendees => true,
            Cell::Count { count, group } => self
                .counts
                .get(usize::from(count))
                .is_some_and(|row| usize::from(group) < row.len()),
        }
    }

    /// Nobody attended, and nothing was counted that says otherwise.
    pub(crate) fn nobody_came(&self) -> bool {
        self.attendees == Some(0) && self.counts.iter().flatten().all(|cell| cell.unwrap_or(0) == 0)
    }

    /// Stands for the figures and lots that somebody attests; another as soon as one of them changes.
    pub(crate) fn figures_digest(&self) -> String {
        let lots: Vec<_> =
            self.lots.iter().map(|lot| (&lot.tied, lot.seats, &lot.winners)).collect();
        HEXLOWER.encode(&sha256(json(&(self.attendees, &self.counts, lots)).as_bytes())[..16])
    }
}

/// A cell's name in the history.
pub(crate) fn cell_name(cell: Cell) -> String {
    match cell {
        Cell::Attendees => "attendees".to_owned(),
        Cell::Count { count, group } => format!("count {count} group {group}"),
    }
}
