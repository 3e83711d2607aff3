//! What a release changes of numbers that were released before: cell by cell, with cause and evidence.

use std::collections::BTreeMap;

use super::Numbers;
use crate::contest::Contest;
use crate::id::{MessageId, PrecinctNumber};
use crate::message::{Cause, Layer};
use crate::results::review::ProposedRelease;
use crate::results::room_state::RoomState;

/// One released precinct whose numbers a later release changed, or took out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedPrecinct {
    /// The precinct.
    pub precinct: PrecinctNumber,
    /// The release that changed it.
    pub release: MessageId,
    /// The release whose numbers stood there before.
    pub before_release: MessageId,
    /// Why, as the preview said.
    pub cause: Option<Cause>,
    /// The decision that rests on evidence, where there was one.
    pub decision: Option<MessageId>,
    /// The report before, and its numbers.
    pub before: (MessageId, Numbers),
    /// The report after, and its numbers; absent where they were taken out.
    pub after: Option<(MessageId, Numbers)>,
}

impl ChangedPrecinct {
    /// The cells that differ: `None` for attendance, else count and group by their indices; each with the number before and
    /// after. Nothing where the numbers were taken out, or where another report says the same.
    #[must_use]
    pub fn cells(&self) -> Vec<ChangedCell> {
        let Some((_, after)) = &self.after else { return Vec::new() };
        let before = &self.before.1;
        let mut cells = Vec::new();
        if before.attendees != after.attendees {
            let (before, after) = (before.attendees, after.attendees);
            cells.push(ChangedCell { cell: None, before, after });
        }
        for (count, (old, new)) in before.counts.iter().zip(&after.counts).enumerate() {
            for (group, (&before, &after)) in old.iter().zip(new).enumerate() {
                if before != after {
                    cells.push(ChangedCell { cell: Some((count, group)), before, after });
                }
            }
        }
        cells
    }
}

/// A number that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangedCell {
    /// Count and group, by their indices; `None` for attendance.
    pub cell: Option<(usize, usize)>,
    /// The number before.
    pub before: u32,
    /// The number after.
    pub after: u32,
}

/// Every change of released numbers, in the order in which the releases took effect; of one release by precinct. Withdrawn
/// releases are part of the history.
#[must_use]
pub fn changes(state: &RoomState) -> Vec<ChangedPrecinct> {
    let Some(package) = state.package() else { return Vec::new() };
    let mut history = History { state, contest: &package.contest, changes: Vec::new() };
    let mut standing = Standing::new();
    for release in state.review().effective() {
        history.follow(&mut standing, release);
    }
    history.changes
}

/// What stood for a precinct in each layer, in the order in which it came.
type Standing<'a> = BTreeMap<PrecinctNumber, Vec<(Layer, &'a ProposedRelease, Option<MessageId>)>>;

struct History<'a> {
    state: &'a RoomState,
    contest: &'a Contest,
    changes: Vec<ChangedPrecinct>,
}

impl<'a> History<'a> {
    fn follow(&mut self, standing: &mut Standing<'a>, release: &'a ProposedRelease) {
        let review = self.state.review();
        let layer = review.layer(release);
        let at = release.approval.map_or(0, |approval| approval.signed.index);
        for named in review.precincts(release) {
            let earlier = standing.entry(named.precinct).or_default();
            let before = last(earlier, layer, at);
            earlier.push((layer, release, named.report));
            let Some((before_release, before)) = before else { continue };
            // A later layer may confirm what an earlier one said.
            if named.report == Some(before) {
                continue;
            }
            let Some(numbers) = self.numbers(named.precinct, before) else { continue };
            let after = named
                .report
                .and_then(|report| Some((report, self.numbers(named.precinct, report)?)));
            self.changes.push(ChangedPrecinct {
                precinct: named.precinct,
                release: release.signed.id,
                before_release,
                cause: named.cause,
                decision: named.decision,
                before: (before, numbers),
                after,
            });
        }
    }

    fn numbers(&self, precinct: PrecinctNumber, report: MessageId) -> Option<Numbers> {
        let received = self.state.reports(precinct).iter().find(|one| one.id == report)?;
        Some(Numbers::of(self.contest, &received.report()))
    }
}

/// What stood in a layer just before an entry: releases that had been withdrawn by then stood no longer.
fn last(
    earlier: &[(Layer, &ProposedRelease, Option<MessageId>)],
    layer: Layer,
    at: u64,
) -> Option<(MessageId, MessageId)> {
    let stood = |release: &ProposedRelease| {
        let withdrawal = release.withdrawal.as_ref();
        withdrawal.is_none_or(|withdrawal| withdrawal.approval.signed.index > at)
    };
    let mut found: Option<(Layer, &ProposedRelease, Option<MessageId>)> = None;
    for &(of, release, report) in earlier {
        if of <= layer && stood(release) && found.is_none_or(|(best, ..)| of >= best) {
            found = Some((of, release, report));
        }
    }
    let (_, release, report) = found?;
    Some((release.signed.id, report?))
}
