//! H01: the same numbers in two precincts.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{FEW, Found, PrecinctSources, Scope, StatewideFinding, people_counts, sum};
use crate::contest::Contest;

/// Finds every class of precincts with the same count of people.
pub(super) fn same_numbers(
    contest: &Contest,
    ordered: &[&PrecinctSources],
    out: &mut Vec<StatewideFinding>,
) {
    for count in people_counts(contest) {
        let mut classes: BTreeMap<&[u32], Vec<u32>> = BTreeMap::new();
        for sources in ordered {
            let numbers = &sources.candidate.numbers;
            if let Some(cells) = numbers.count(contest, count)
                && numbers.attendees > FEW
                && sum(cells) > 0
            {
                classes.entry(cells).or_default().push(sources.precinct);
            }
        }
        for (cells, precincts) in classes.into_iter().filter(|(_, class)| class.len() > 1) {
            let precincts: Arc<[u32]> = precincts.into();
            let people = sum(cells);
            out.extend(precincts.iter().map(|&precinct| StatewideFinding {
                scope: Scope::Precinct(precinct),
                found: Found::SameNumbers { count, people, precincts: Arc::clone(&precincts) },
            }));
        }
    }
}
