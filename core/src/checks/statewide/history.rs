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
//! which none is remarkable.

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
        let mut units: BTreeMap<Scope, Vec<u64>> = BTreeMap::new();
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
            let county =
                contest.precinct(sources.precinct).map(|place| Scope::County(place.county));
            for unit in [Some(scope), county, Some(Scope::Batch)].into_iter().flatten() {
                let people = units.entry(unit).or_insert_with(|| vec![0; contest.groups.len()]);
                add(people, Some(&sources.candidate.numbers), contest, kind);
            }
        }
        for (scope, now) in units {
            reference.check(scope, &now, out);
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

/// A count of people in the last release, statewide.
struct Reference {
    kind: CountKind,
    last: Vec<u64>,
    of: u64,
}

impl Reference {
    fn check(&self, scope: Scope, now: &[u64], out: &mut Vec<StatewideFinding>) {
        let (against, count) = (Against::LastShare, self.kind);
        let of = u128::from(self.of);
        if of == 0 {
            return;
        }
        let people: u64 = now.iter().sum();
        for (group, (&had, &has)) in self.last.iter().zip(now).enumerate() {
            let share = u128::from(had) * u128::from(people);
            let before = u64::try_from(share / of).unwrap_or(u64::MAX);
            let small = u128::from(had) * 100 < of;
            if small && has > u64::from(FEW) && u128::from(has) * of >= share * 10 {
                let found = Found::Grew { against, count, group, before, now: has };
                out.push(StatewideFinding { scope, found });
            }
            let first = count == CountKind::FirstAlignment;
            if first && !small && has == 0 && before >= EXPECTED {
                let found = Found::FellToZero { against, count, group, before };
                out.push(StatewideFinding { scope, found });
            }
        }
    }
}
