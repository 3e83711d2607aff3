//! Two layers side by side: every sum, every precinct that differs, cell by cell, and what explains it.

use std::collections::BTreeMap;

use super::{Region, Released, ReleasedPrecinct, Totals};
use crate::contest::{Contest, CountKind};
use crate::id::{MessageId, PrecinctNumber};
use crate::message::{Cause, Layer};
use crate::results::review::ProposedRelease;
use crate::results::room_state::RoomState;
use crate::rules::TenThousandths;

/// What a number is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Measure {
    /// Released precincts of a region.
    Released,
    /// People who attended.
    Attendees,
    /// A count as it was signed, by its kind.
    Count(CountKind),
    /// Delegates that count.
    Official,
    /// State delegate equivalents, in ten-thousandths.
    Sde,
    /// National delegates.
    National,
}

/// A number in both layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ComparedCell {
    /// What it is of.
    pub measure: Measure,
    /// Index of the group in ballot order; `None` for what belongs to no group.
    pub group: Option<usize>,
    /// In the earlier layer; `None` where the precinct is not released there.
    pub before: Option<u64>,
    /// In the later layer, likewise.
    pub after: Option<u64>,
}

impl ComparedCell {
    /// Whether the two are not the same.
    #[must_use]
    pub fn differs(&self) -> bool {
        self.before != self.after
    }

    /// The later less the earlier; `None` where one of them is missing.
    #[must_use]
    pub fn difference(&self) -> Option<i128> {
        Some(i128::from(self.after?) - i128::from(self.before?))
    }
}

/// Sums of a region in both layers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparedRegion {
    /// The region.
    pub region: Region,
    /// Every number, also those that are the same.
    pub cells: Vec<ComparedCell>,
}

/// A release after the earlier layer, up to the later one, that named a precinct.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The release.
    pub release: MessageId,
    /// Why it changed released numbers, where it did.
    pub cause: Option<Cause>,
    /// The decision that it rests on, where there was one.
    pub decision: Option<MessageId>,
}

/// A precinct that is not the same in both layers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparedPrecinct {
    /// The precinct.
    pub precinct: PrecinctNumber,
    /// The report that is released in the earlier layer; `None` where nothing is.
    pub before: Option<MessageId>,
    /// The report that is released in the later layer, likewise.
    pub after: Option<MessageId>,
    /// Numbers that differ. None where another report says the same.
    pub cells: Vec<ComparedCell>,
    /// What explains it, the earlier layers first. None where only the worth of a satellite site changed, because another site
    /// of its pool did.
    pub steps: Vec<Step>,
}

/// Two layers of a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// The earlier layer.
    pub before: Layer,
    /// The later layer.
    pub after: Layer,
    /// The whole contest, then each district and county of which a number differs.
    pub regions: Vec<ComparedRegion>,
    /// Precincts that differ, in rising order.
    pub precincts: Vec<ComparedPrecinct>,
}

impl Compared {
    /// Compares what is released in two layers of a room, the earlier one first. `wanted` are the releases that both were worked
    /// out with (see [`Released::by`]). National delegates are compared where both may publish them.
    #[must_use]
    pub fn of(
        state: &RoomState,
        before: &Released,
        after: &Released,
        wanted: impl Fn(&ProposedRelease) -> bool,
    ) -> Self {
        let steps = steps(state, before.layer, after.layer, wanted);
        let precincts = precincts(&after.package.contest, before, after, &steps);
        Self {
            before: before.layer,
            after: after.layer,
            regions: regions(before, after),
            precincts,
        }
    }

    /// The whole contest.
    #[must_use]
    pub fn statewide(&self) -> Option<&ComparedRegion> {
        self.regions.first()
    }

    /// How many numbers of precincts differ.
    #[must_use]
    pub fn cells(&self) -> usize {
        self.precincts.iter().map(|precinct| precinct.cells.len()).sum()
    }
}

type Steps = BTreeMap<PrecinctNumber, Vec<Step>>;

/// For each precinct the wanted releases of the layers after `before` up to `after` that named it, the earlier layers first.
fn steps(
    state: &RoomState,
    before: Layer,
    after: Layer,
    wanted: impl Fn(&ProposedRelease) -> bool,
) -> Steps {
    let review = state.review();
    let between = |release: &&ProposedRelease| {
        let layer = review.layer(release);
        before < layer && layer <= after && wanted(release)
    };
    let mut releases: Vec<_> = review.effective().filter(between).collect();
    releases.sort_by_key(|release| review.layer(release));
    let mut steps = Steps::new();
    for release in releases {
        for named in review.precincts(release) {
            let (cause, decision) = (named.cause, named.decision);
            let step = Step { release: release.signed.id, cause, decision };
            steps.entry(named.precinct).or_default().push(step);
        }
    }
    steps
}

impl ComparedRegion {
    /// The whole contest as it was at two moments, both of one package.
    #[must_use]
    pub fn statewide(before: &Released, after: &Released) -> Self {
        Self { region: Region::Statewide, cells: statewide(before, after) }
    }
}

fn statewide(before: &Released, after: &Released) -> Vec<ComparedCell> {
    let contest = &after.package.contest;
    let seats =
        |released: &Released| released.published_national().map(|national| national.totals());
    let national = seats(before).zip(seats(after));
    let mut statewide =
        both(of_totals(contest, &before.statewide), of_totals(contest, &after.statewide));
    if let Some((old, new)) = national {
        let cells = old.iter().zip(&new).enumerate().map(|(group, (&old, &new))| ComparedCell {
            measure: Measure::National,
            group: Some(group),
            before: Some(old.into()),
            after: Some(new.into()),
        });
        statewide.extend(cells);
    }
    statewide
}

fn regions(before: &Released, after: &Released) -> Vec<ComparedRegion> {
    let contest = &after.package.contest;
    let mut regions = vec![ComparedRegion::statewide(before, after)];
    // Both are of one package, so the regions are the same.
    for (old, new) in parts(before).zip(parts(after)) {
        let cells = both(of_totals(contest, old), of_totals(contest, new));
        if cells.iter().any(ComparedCell::differs) {
            regions.push(ComparedRegion { region: new.region, cells });
        }
    }
    regions
}

/// Sums of each district, then of each county.
fn parts(released: &Released) -> impl Iterator<Item = &Totals> {
    released.districts.iter().map(|(_, totals)| totals).chain(&released.counties)
}

fn precincts(
    contest: &Contest,
    before: &Released,
    after: &Released,
    steps: &Steps,
) -> Vec<ComparedPrecinct> {
    let mut compared = Vec::new();
    for precinct in contest.precinct_numbers() {
        let (old, new) = (before.precinct(precinct), after.precinct(precinct));
        if same(old, new) {
            continue;
        }
        let cells = match (old, new) {
            (Some(old), Some(new)) => both(of_precinct(contest, old), of_precinct(contest, new)),
            (Some(old), None) => one(of_precinct(contest, old), |cell| (cell, None)),
            (None, Some(new)) => one(of_precinct(contest, new), |cell| (None, cell)),
            (None, None) => Vec::new(),
        };
        compared.push(ComparedPrecinct {
            precinct,
            before: old.map(|old| old.report),
            after: new.map(|new| new.report),
            cells: cells.into_iter().filter(ComparedCell::differs).collect(),
            steps: steps.get(&precinct).cloned().unwrap_or_default(),
        });
    }
    compared
}

/// Whether a precinct's report and all that follows from it are the same, whichever release names it.
fn same(old: Option<&ReleasedPrecinct>, new: Option<&ReleasedPrecinct>) -> bool {
    match (old, new) {
        (Some(old), Some(new)) => {
            old.report == new.report && old.numbers == new.numbers && old.sde == new.sde
        }
        (old, new) => old.is_none() && new.is_none(),
    }
}

type Figure = (Measure, Option<usize>, u64);

fn of_totals(contest: &Contest, totals: &Totals) -> Vec<Figure> {
    let mut figures = vec![
        (Measure::Released, None, totals.precincts_released.into()),
        (Measure::Attendees, None, totals.attendees),
    ];
    for (&kind, count) in contest.counts.iter().zip(&totals.counts) {
        figures.extend(by_group(Measure::Count(kind), count.iter().copied()));
    }
    delegates(contest, &mut figures, totals.delegates.iter().copied(), &totals.sde);
    figures
}

fn of_precinct(contest: &Contest, precinct: &ReleasedPrecinct) -> Vec<Figure> {
    let numbers = &precinct.numbers;
    let mut figures = vec![(Measure::Attendees, None, numbers.attendees.into())];
    for (&kind, count) in contest.counts.iter().zip(&numbers.counts) {
        figures.extend(by_group(Measure::Count(kind), count.iter().map(|&n| n.into())));
    }
    let official = numbers.official.iter().map(|&delegates| delegates.into());
    delegates(contest, &mut figures, official, &precinct.sde);
    figures
}

/// What follows from delegates, in contests that elect any.
fn delegates(
    contest: &Contest,
    figures: &mut Vec<Figure>,
    official: impl Iterator<Item = u64>,
    sde: &[TenThousandths],
) {
    if contest.count_index(CountKind::Delegates).is_some() {
        figures.extend(by_group(Measure::Official, official));
    }
    if contest.has_sde() {
        figures.extend(by_group(Measure::Sde, sde.iter().map(|sde| sde.0)));
    }
}

fn by_group(measure: Measure, numbers: impl Iterator<Item = u64>) -> impl Iterator<Item = Figure> {
    numbers.enumerate().map(move |(group, number)| (measure, Some(group), number))
}

fn both(old: Vec<Figure>, new: Vec<Figure>) -> Vec<ComparedCell> {
    let cell = |((measure, group, before), (_, _, after)): (Figure, Figure)| ComparedCell {
        measure,
        group,
        before: Some(before),
        after: Some(after),
    };
    old.into_iter().zip(new).map(cell).collect()
}

/// The numbers of a precinct that is released in one layer only; noughts are left out.
fn one(
    figures: Vec<Figure>,
    place: impl Fn(Option<u64>) -> (Option<u64>, Option<u64>),
) -> Vec<ComparedCell> {
    let there = figures.into_iter().filter(|&(_, _, number)| number > 0);
    let cell = |(measure, group, number)| {
        let (before, after) = place(Some(number));
        ComparedCell { measure, group, before, after }
    };
    there.map(cell).collect()
}
