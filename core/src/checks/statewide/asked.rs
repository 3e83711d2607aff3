//! Which of H01 to H05 had anything to look at in a precinct. What could not be asked has not been passed either.

use super::{FEW, PrecinctSources, StatewideRule, people_counts, sum};
use crate::contest::{Contest, CountKind};

/// For each precinct, in the order given, the checks of [`check_statewide`](super::check_statewide) that had something to compare
/// its numbers with:
///
/// - H01: more than [`FEW`] people in it and in another precinct, and a count of people that both have;
/// - H02: another source;
/// - H03: another source, or numbers that are new or changed since a release that had people;
/// - H04: a `plausible_max` in the roster;
/// - H05: a correction, and delegates before and after.
#[must_use]
pub fn asked(contest: &Contest, precincts: &[PrecinctSources]) -> Vec<Vec<StatewideRule>> {
    let alike: Vec<CountKind> = people_counts(contest)
        .filter(|&kind| {
            precincts.iter().filter(|one| may_be_alike(contest, one, kind)).nth(1).is_some()
        })
        .collect();
    let released = precincts.iter().filter_map(|one| one.last_release.as_ref()).any(|last| {
        people_counts(contest)
            .any(|kind| last.count(contest, kind).is_some_and(|count| sum(count) > 0))
    });
    let of_precinct = |sources: &PrecinctSources| {
        let now = &sources.candidate.numbers;
        let is_new = sources.last_release.as_ref() != Some(now);
        let delegates = CountKind::Delegates;
        let was_asked = |rule: &StatewideRule| match rule {
            StatewideRule::H01 => alike.iter().any(|&kind| may_be_alike(contest, sources, kind)),
            StatewideRule::H02 => !sources.others.is_empty(),
            StatewideRule::H03 => !sources.others.is_empty() || (released && is_new),
            StatewideRule::H04 => contest
                .precinct(sources.precinct)
                .is_some_and(|precinct| precinct.plausible_max.is_some()),
            StatewideRule::H05 => {
                now.count(contest, delegates).is_some()
                    && sources
                        .corrects
                        .as_ref()
                        .is_some_and(|before| before.count(contest, delegates).is_some())
            }
        };
        StatewideRule::ALL.into_iter().filter(was_asked).collect()
    };
    precincts.iter().map(of_precinct).collect()
}

fn may_be_alike(contest: &Contest, sources: &PrecinctSources, kind: CountKind) -> bool {
    let numbers = &sources.candidate.numbers;
    numbers.attendees > FEW && numbers.count(contest, kind).is_some_and(|count| sum(count) > 0)
}
