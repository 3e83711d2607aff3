//! H03 against the last release: a group falls to zero, or one under one per cent grows tenfold.
//!
//! *The precinct's own history*, in each count of people. A group that had at least five people has none; or a group
//! that had under 1 % of the count has more than [`FEW`] people and at least ten times as many as before. A precinct's
//! numbers change by corrections only, so nothing smaller has to be let through for the sake of growth; a handful is,
//! because corrections move handfuls.
//!
//! *The statewide share*, for what is new or changed: in each precinct, and in all of them in a county and together. A
//! group that had under 1 % of the people in the last release has more than [`FEW`], and at least ten times its share.
//! Or a group that had at least 1 % has nobody at first alignment where its share would give fifty or more. This
//! is all there is for a precinct that reports for the first time. Final alignment has no such rule for zeros: a group that
//! is not viable leaves, so zeros are ordinary there. A county's findings catch many small precincts shifted alike, of
//! which none is remarkable. What one precinct alone makes remarkable is said of that precinct only: a finding about many
//! also holds without the one that weighs most in it. And a report that is impossible by itself is not counted among many.

use std::collections::BTreeMap;

use super::{
    Against, FEW, Found, Numbers, PrecinctSources, Scope, StatewideFinding, people_counts, sum,
};
use crate::contest::{Contest, CountKind};

/// A group with fewer people than this in the last release may be gone after a correction.
const HAD: u32 = 5;
/// A group's share has to give so many people before nobody at all is remarkable. Of the 666 precincts that Iowa's party
/// added after its first release, one had such a zero.
const EXPECTED: u64 = 50;

pub(super) fn check(
    contest: &Contest,
    ordered: &[&PrecinctSources],
    out: &mut Vec<StatewideFinding>,
) {
    for kind in people_counts(contest) {
        let mut last = vec![0_u64; contest.groups.len()];
        for sources in ordered {
            add(&mut last, sources.last_release.as_ref(), contest, kind);
        }
        let reference = Reference { kind, of: last.iter().sum(), last };
        let mut units: BTreeMap<Scope, Unit<'_>> = BTreeMap::new();
        for sources in ordered {
            let now = sources.candidate.numbers.count(contest, kind);
            let before = sources.last_release.as_ref().and_then(|last| last.count(contest, kind));
            if now == before {
                continue;
            }
            let scope = Scope::Precinct(sources.precinct);
            if let (Some(now), Some(before)) = (now, before) {
                own(kind, scope, before, now, out);
            }
            let Some(now) = now else { continue };
            reference.check(scope, &Unit::of(now), out);
            if !sources.in_batch {
                continue;
            }
            let county =
                contest.precinct(sources.precinct).map(|place| Scope::County(place.county));
            for unit in [county, Some(Scope::Batch)].into_iter().flatten() {
                units.entry(unit).or_insert_with(|| Unit::none(now.len())).join(now);
            }
        }
        for (scope, unit) in units {
            reference.check(scope, &unit, out);
        }
    }
}

fn add(to: &mut [u64], numbers: Option<&Numbers>, contest: &Contest, kind: CountKind) {
    let count = numbers.and_then(|numbers| numbers.count(contest, kind)).unwrap_or_default();
    for (sum, &people) in to.iter_mut().zip(count) {
        *sum += u64::from(people);
    }
}

/// A precinct against its own numbers in the last release.
fn own(
    count: CountKind,
    scope: Scope,
    before: &[u32],
    now: &[u32],
    out: &mut Vec<StatewideFinding>,
) {
    let against = Against::LastRelease;
    let of = sum(before);
    for (group, (&had, &has)) in before.iter().zip(now).enumerate() {
        let (before, now) = (u64::from(had), u64::from(has));
        if had >= HAD && has == 0 {
            let found = Found::FellToZero { against, count, group, before };
            out.push(StatewideFinding { scope, found });
        } else if before * 100 < of && has > FEW && now >= before * 10 {
            let found = Found::Grew { against, count, group, before, now };
            out.push(StatewideFinding { scope, found });
        }
    }
}

/// A count of people, of one precinct or of many together.
struct Unit<'a> {
    now: Vec<u64>,
    people: u64,
    /// Of each group the precinct that has the most of it.
    most: Vec<&'a [u32]>,
    /// The precinct with the most people.
    largest: &'a [u32],
    /// Whether it is of many: then nothing is said that one of them alone makes so.
    many: bool,
}

impl<'a> Unit<'a> {
    /// Many precincts, none so far.
    fn none(groups: usize) -> Self {
        Self { now: vec![0; groups], people: 0, most: vec![&[]; groups], largest: &[], many: true }
    }

    /// One precinct.
    fn of(now: &'a [u32]) -> Self {
        let mut unit = Self { many: false, ..Self::none(now.len()) };
        unit.join(now);
        unit
    }

    fn join(&mut self, now: &'a [u32]) {
        for (group, &people) in now.iter().enumerate() {
            self.now[group] += u64::from(people);
            if self.most[group].get(group).is_none_or(|&most| people > most) {
                self.most[group] = now;
            }
        }
        let people = sum(now);
        self.people += people;
        if people > sum(self.largest) {
            self.largest = now;
        }
    }
}

/// A count of people in the last release, statewide.
struct Reference {
    kind: CountKind,
    last: Vec<u64>,
    of: u64,
}

impl Reference {
    fn check(&self, scope: Scope, unit: &Unit<'_>, out: &mut Vec<StatewideFinding>) {
        let (against, count) = (Against::LastShare, self.kind);
        if self.of == 0 {
            return;
        }
        for (group, &has) in unit.now.iter().enumerate() {
            let before = u64::try_from(self.share(group, unit.people)).unwrap_or(u64::MAX);
            let without = |one: &[u32]| {
                let its_own = one.get(group).copied().map_or(0, u64::from);
                (has - its_own, unit.people - sum(one))
            };
            let grew = |(has, people)| self.grew(group, has, people);
            if grew((has, unit.people)) && (!unit.many || grew(without(unit.most[group]))) {
                let found = Found::Grew { against, count, group, before, now: has };
                out.push(StatewideFinding { scope, found });
            }
            let fell = |(has, people)| self.fell_to_zero(group, has, people);
            if fell((has, unit.people)) && (!unit.many || fell(without(unit.largest))) {
                let found = Found::FellToZero { against, count, group, before };
                out.push(StatewideFinding { scope, found });
            }
        }
    }

    /// People whom a group's share of the last release would give of so many, rounded down.
    fn share(&self, group: usize, people: u64) -> u128 {
        u128::from(self.last[group]) * u128::from(people) / u128::from(self.of)
    }

    /// Whether a group had under 1 % of the people.
    fn was_small(&self, group: usize) -> bool {
        u128::from(self.last[group]) * 100 < u128::from(self.of)
    }

    fn grew(&self, group: usize, has: u64, people: u64) -> bool {
        let tenfold = u128::from(self.last[group]) * u128::from(people) * 10;
        self.was_small(group)
            && has > u64::from(FEW)
            && u128::from(has) * u128::from(self.of) >= tenfold
    }

    fn fell_to_zero(&self, group: usize, has: u64, people: u64) -> bool {
        self.kind == CountKind::FirstAlignment
            && !self.was_small(group)
            && has == 0
            && self.share(group, people) >= u128::from(EXPECTED)
    }
}
