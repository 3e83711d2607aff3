//! Results: what releases name, added up. A pure function of the log, so that anyone with the published messages gets the
//! same numbers (design section 9).

mod changes;
mod compared;
mod readings;
mod totals;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use changes::{ChangedCell, ChangedPrecinct, changes};
pub use compared::{Compared, ComparedCell, ComparedPrecinct, ComparedRegion, Measure, Step};
pub use readings::{AnotherContest, ReadingsCompared, TwoReadings};
pub use totals::{Region, Totals};

use super::reports::ReceivedReport;
use super::review::ProposedRelease;
use super::room_state::{Candidate, RoomState};
use crate::contest::{Contest, CountKind, OfficialDelegates, PrecinctKind};
use crate::id::{MessageId, PrecinctNumber};
use crate::message::{Layer, Lot, Package, PreviewedPrecinct, Report};
use crate::room::Room;
use crate::rules::{
    Award, National, Regions, TenThousandths, award, national_worth, satellite_sde, sde,
};

/// A precinct's results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleasedPrecinct {
    /// The precinct.
    pub precinct: PrecinctNumber,
    /// The release that its numbers come from.
    pub release: MessageId,
    /// The report that was released.
    pub report: MessageId,
    /// The decision that named it, where there was one.
    pub decision: Option<MessageId>,
    /// The numbers.
    pub numbers: Numbers,
    /// State delegate equivalents of each group in ballot order.
    pub sde: Vec<TenThousandths>,
    /// What they count for national delegates: the same, or whatever else the contest counts.
    pub worth: Vec<TenThousandths>,
    /// A satellite site whose pool is not complete: its SDE will change.
    pub provisional: bool,
}

/// The numbers of one report, with the reading of its delegates that the contest calls official.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbers {
    /// People who attended.
    pub attendees: u32,
    /// Its counts as they were signed: one list for each count of the contest, each in ballot order.
    pub counts: Vec<Vec<u32>>,
    /// Delegates as the rules give them for these counts and lots; absent where they do not give exactly one outcome.
    pub by_the_rules: Option<Vec<u32>>,
    /// Delegates that count, in ballot order; empty where the contest elects none.
    pub official: Vec<u32>,
}

impl Numbers {
    /// What a report of a precinct says. The rules work on the people in the room and the precinct's early votes together.
    #[must_use]
    pub fn of(contest: &Contest, report: &Report) -> Self {
        let delegates = contest.count_index(CountKind::Delegates);
        let signed =
            delegates.and_then(|index| report.counts.get(index)).cloned().unwrap_or_default();
        let by_the_rules = delegates.and_then(|_| award_of(contest, report)?.delegates);
        let official = match (contest.release_rules().official, &by_the_rules) {
            (OfficialDelegates::Rules, Some(delegates)) => delegates.clone(),
            _ => signed,
        };
        Self { attendees: report.attendees, counts: report.counts.clone(), by_the_rules, official }
    }
}

/// What the rules give for a report whose lengths fit the contest: for its counts with the precinct's early votes, and its
/// lots. `None` where it is not known how many delegates the precinct elects.
#[must_use]
pub fn award_of(contest: &Contest, report: &Report) -> Option<Award> {
    let figures = contest.with_early_votes(report.precinct.0, &report.figures());
    let people = figures
        .complete(contest, CountKind::FinalAlignment)
        .or_else(|| figures.complete(contest, CountKind::FirstAlignment))?;
    let attendees = figures.attendees?;
    let elects = contest.delegates_to_elect(report.precinct.0, Some(attendees))?;
    let lots: Vec<_> = report.lots.iter().map(Lot::outcome).collect();
    Some(award(&contest.rules, elects, attendees, &people, &lots))
}

/// The results of a room in one layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Released {
    /// The package by which they are worked out.
    pub package: Arc<Package>,
    /// The room.
    pub room: Room,
    /// The layer.
    pub layer: Layer,
    /// Entries of the log that this is a function of.
    pub log_size: u64,
    /// Server time of the last of them.
    pub now_ms: u64,
    /// Released precincts by number.
    pub precincts: Vec<ReleasedPrecinct>,
    /// Sums over the whole contest.
    pub statewide: Totals,
    /// Sums for each county and pool, in the contest's order.
    pub counties: Vec<Totals>,
    /// Sums for each congressional district that a county lies in, in rising order.
    pub districts: Vec<(u8, Totals)>,
    /// The national delegates that these numbers give; absent where the contest elects none. What is published of them:
    /// [`Released::published_national`].
    pub national: Option<National>,
}

impl Released {
    /// The results of a layer. `None` without a package.
    #[must_use]
    pub fn of(state: &RoomState, layer: Layer) -> Option<Self> {
        Self::by(state, layer, |release| release.withdrawal.is_none())
    }

    /// The results of a layer as they would be with the wanted releases alone, of those that ever took effect.
    #[must_use]
    pub fn by(
        state: &RoomState,
        layer: Layer,
        wanted: impl Fn(&ProposedRelease) -> bool,
    ) -> Option<Self> {
        Self::by_package(state, state.package()?, layer, wanted)
    }

    fn by_package(
        state: &RoomState,
        package: &Arc<Package>,
        layer: Layer,
        wanted: impl Fn(&ProposedRelease) -> bool,
    ) -> Option<Self> {
        let released = state.review().released_by(layer, wanted);
        let precincts = released.into_iter().filter_map(|(precinct, (release, named))| {
            released_precinct(state, &package.contest, precinct, release, named)
        });
        Some(Self::add_up(state, package, layer, precincts.collect()))
    }

    /// The results of a layer as they were when a release took effect, by the package of then: they never change. `None` where
    /// it never did.
    #[must_use]
    pub fn when(state: &RoomState, release: &ProposedRelease) -> Option<Self> {
        Self::around(state, release, 1)
    }

    /// The results of a release's layer as they were just before it took effect, by the same package. `None` where it never did.
    #[must_use]
    pub fn just_before(state: &RoomState, release: &ProposedRelease) -> Option<Self> {
        Self::around(state, release, 0)
    }

    /// With so many of the log's entries from a release's approval on.
    fn around(state: &RoomState, release: &ProposedRelease, entries: u64) -> Option<Self> {
        let signed = release.approval?.signed;
        let log_size = signed.index + entries;
        let layer = state.review().layer(release);
        let package = state.package_by(signed.index + 1)?;
        let in_effect = |release: &ProposedRelease| release.is_in_effect(log_size);
        let released = Self::by_package(state, package, layer, in_effect)?;
        Some(Self { log_size, now_ms: signed.entered_ms, ..released })
    }

    /// The results of a layer as they would be with a preview's precincts released as well.
    #[must_use]
    pub fn with_preview(state: &RoomState, preview: usize) -> Option<Self> {
        let previewed = state.review().previews().get(preview)?;
        let layer = previewed.preview.layer;
        let mut precincts = Self::of(state, layer)?.precincts;
        precincts.retain(|released| previewed.preview.of(released.precinct).is_none());
        let package = state.package()?;
        let contest = &package.contest;
        for named in &previewed.preview.precincts {
            let Some(received) = received(state, named) else { continue };
            let id = previewed.signed.id;
            precincts.push(not_worked_out(contest, named.precinct, id, received, named.decision));
        }
        precincts.sort_by_key(|released| released.precinct);
        Some(Self::add_up(state, package, layer, precincts))
    }

    /// The results as they would be if what counts in each precinct now were released. Precincts in conflict and those of which
    /// nothing counts are not in them. As nothing released them, each names its own report as the release. `None` without a
    /// package.
    #[must_use]
    pub fn of_candidates(state: &RoomState) -> Option<Self> {
        let package = state.package()?;
        let contest = &package.contest;
        let counts = contest.precinct_numbers().filter_map(|precinct| {
            let Candidate::Report(report) = state.candidate(precinct) else { return None };
            let decision = state.review().decision(precinct).map(|decided| decided.signed.id);
            Some(not_worked_out(contest, precinct, report.id, report, decision))
        });
        let layer = state.review().last_layer().unwrap_or(Layer::Night);
        Some(Self::add_up(state, package, layer, counts.collect()))
    }

    fn add_up(
        state: &RoomState,
        package: &Arc<Package>,
        layer: Layer,
        mut precincts: Vec<ReleasedPrecinct>,
    ) -> Self {
        let package = Arc::clone(package);
        let contest = &package.contest;
        work_out_sde(contest, &mut precincts);
        let mut statewide = Totals::none(contest, Region::Statewide);
        let mut counties: Vec<Totals> = (0..contest.counties.len())
            .map(|county| Totals::none(contest, Region::County(county)))
            .collect();
        let mut districts: BTreeMap<u8, Totals> = BTreeMap::new();
        for (index, precinct) in (0..).zip(&contest.precincts) {
            let at = precincts.binary_search_by_key(&PrecinctNumber(index), |one| one.precinct);
            let released = at.ok().map(|at| &precincts[at]);
            statewide.add(contest, released);
            counties[usize::from(precinct.county)].add(contest, released);
            if let Some(district) = contest.district_of(precinct) {
                let region = Region::District(district);
                let totals = districts.entry(district);
                totals.or_insert_with(|| Totals::none(contest, region)).add(contest, released);
            }
        }
        let worth = precincts.iter().map(|one| (one.precinct.0, one.worth.as_slice()));
        let national = Regions::sum(contest, worth).national_delegates(contest);
        let (room, log_size, now_ms) = (state.room(), state.size(), state.now_ms());
        Self {
            room,
            layer,
            log_size,
            now_ms,
            precincts,
            statewide,
            counties,
            districts: districts.into_iter().collect(),
            national,
            package,
        }
    }

    /// The results of a precinct.
    #[must_use]
    pub fn precinct(&self, precinct: PrecinctNumber) -> Option<&ReleasedPrecinct> {
        let at = self.precincts.binary_search_by_key(&precinct, |one| one.precinct).ok()?;
        Some(&self.precincts[at])
    }

    /// The national delegates that may be published: none before enough is released, because a share-out of seats says who leads.
    #[must_use]
    pub fn published_national(&self) -> Option<&National> {
        self.national.as_ref().filter(|_| self.is_covered())
    }

    /// Whether enough is released for shares, leaders and national delegates to be shown.
    #[must_use]
    pub fn is_covered(&self) -> bool {
        let (released, all) = (self.precincts.len() as u64, self.package.contest.precincts.len());
        let coverage = self.package.contest.release_rules().coverage;
        released > 0 && !coverage.is_more_than(released, all as u64)
    }
}

/// The report that a release or preview names.
pub(super) fn received<'a>(
    state: &'a RoomState,
    named: &PreviewedPrecinct,
) -> Option<&'a ReceivedReport> {
    let id = named.report?;
    state.reports(named.precinct).iter().find(|report| report.id == id)
}

fn released_precinct(
    state: &RoomState,
    contest: &Contest,
    precinct: PrecinctNumber,
    release: &ProposedRelease,
    named: &PreviewedPrecinct,
) -> Option<ReleasedPrecinct> {
    let report = received(state, named)?;
    Some(not_worked_out(contest, precinct, release.signed.id, report, named.decision))
}

/// A precinct's numbers before anything that rests on other precincts is worked out.
fn not_worked_out(
    contest: &Contest,
    precinct: PrecinctNumber,
    release: MessageId,
    report: &ReceivedReport,
    decision: Option<MessageId>,
) -> ReleasedPrecinct {
    ReleasedPrecinct {
        precinct,
        release,
        report: report.id,
        decision,
        numbers: Numbers::of(contest, &report.report()),
        sde: Vec::new(),
        worth: Vec::new(),
        provisional: false,
    }
}

/// Gives every precinct its SDE: those of a county by themselves, those of a pool by what all its sites say.
fn work_out_sde(contest: &Contest, precincts: &mut [ReleasedPrecinct]) {
    let mut attendees = vec![0_u64; contest.counties.len()];
    let mut missing = vec![0_u32; contest.counties.len()];
    for (index, precinct) in (0..).zip(&contest.precincts) {
        let county = usize::from(precinct.county);
        match precincts.binary_search_by_key(&PrecinctNumber(index), |one| one.precinct) {
            Ok(at) => attendees[county] += u64::from(precincts[at].numbers.attendees),
            Err(_) => missing[county] += 1,
        }
    }
    for released in precincts {
        let Some(precinct) = contest.precinct(released.precinct.0) else { continue };
        let county = usize::from(precinct.county);
        let Some(region) = contest.counties.get(county) else { continue };
        let numbers = &released.numbers;
        if precinct.kind == PrecinctKind::Satellite {
            released.sde =
                satellite_sde(region, numbers.attendees, attendees[county], &numbers.official);
            released.worth.clone_from(&released.sde);
            released.provisional = missing[county] > 0;
        } else {
            let one = |&delegates: &u32| sde(region, delegates).unwrap_or_default();
            released.sde = numbers.official.iter().map(one).collect();
            let worth = |&delegates: &u32| {
                national_worth(contest, released.precinct.0, delegates).unwrap_or_default()
            };
            released.worth = numbers.official.iter().map(worth).collect();
        }
    }
}
