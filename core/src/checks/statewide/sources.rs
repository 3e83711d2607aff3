//! H02, H04, H05, and swapped or shifted groups (H03): a precinct by itself.
//!
//! Others are compared with the candidate only: where two others disagree, one of them disagrees with the candidate.

use super::{Against, Change, Found, Numbers, PrecinctSources, Scope, Source, StatewideFinding};
use crate::checks::Cells;
use crate::contest::{Contest, CountKind};

pub(super) fn check(contest: &Contest, sources: &PrecinctSources, out: &mut Vec<StatewideFinding>) {
    let scope = Scope::Precinct(sources.precinct);
    let candidate = &sources.candidate;
    let mut add = |found| out.push(StatewideFinding { scope, found });
    for other in &sources.others {
        against_other(contest, candidate, other).into_iter().for_each(&mut add);
    }
    if let Some(last) = &sources.last_release {
        let cells = differences(contest, &candidate.numbers, last);
        if let Some(found) = moved(contest, &candidate.numbers, last, &cells, Against::LastRelease)
        {
            add(found);
        }
    }
    let roster = contest.precinct(sources.precinct);
    if let Some(plausible_max) = roster.and_then(|precinct| precinct.plausible_max)
        && candidate.numbers.attendees > plausible_max
    {
        add(Found::ManyAttendees { attendees: candidate.numbers.attendees, plausible_max });
    }
    let delegates =
        |numbers: &Numbers| numbers.count(contest, CountKind::Delegates).map(<[u32]>::to_vec);
    if let (Some(before), Some(now)) =
        (sources.corrects.as_ref().and_then(delegates), delegates(&candidate.numbers))
        && before != now
    {
        add(Found::OutcomeChanged { before, now });
    }
}

/// What another source says otherwise (H02), and whether it is the same numbers under other groups (H03).
pub(super) fn against_other(contest: &Contest, candidate: &Source, other: &Source) -> Vec<Found> {
    let cells = differences(contest, &candidate.numbers, &other.numbers);
    if cells.is_empty() {
        return Vec::new();
    }
    let against = Against::Source(other.name);
    let moved = moved(contest, &candidate.numbers, &other.numbers, &cells, against);
    let disagree = Found::SourcesDisagree { candidate: candidate.name, other: other.name, cells };
    std::iter::once(disagree).chain(moved).collect()
}

/// Every cell in which two sources differ: attendance first, then count by count in ballot order.
fn differences(contest: &Contest, candidate: &Numbers, other: &Numbers) -> Vec<Change> {
    let mut out = Vec::new();
    if candidate.attendees != other.attendees {
        out.push(Change {
            cells: Cells::Attendees,
            group: None,
            candidate: candidate.attendees,
            other: other.attendees,
        });
    }
    for &kind in &contest.counts {
        let (Some(ours), Some(theirs)) =
            (candidate.count(contest, kind), other.count(contest, kind))
        else {
            continue;
        };
        for (group, (&candidate, &other)) in ours.iter().zip(theirs).enumerate() {
            if candidate != other {
                let cells = Cells::Count(kind);
                out.push(Change { cells, group: Some(group), candidate, other });
            }
        }
    }
    out
}

/// The same numbers under other groups. Two neighbours of which one had nobody are said to have changed places.
fn moved(
    contest: &Contest,
    candidate: &Numbers,
    other: &Numbers,
    cells: &[Change],
    against: Against,
) -> Option<Found> {
    swapped(cells, against).or_else(|| shifted(contest, candidate, other, cells, against))
}

/// In every count that differs the numbers of neighbouring groups moved by one group, all the same way.
fn shifted(
    contest: &Contest,
    candidate: &Numbers,
    other: &Numbers,
    cells: &[Change],
    against: Against,
) -> Option<Found> {
    // Attendance is of no group.
    let groups = cells.iter().map(|cell| cell.group).collect::<Option<Vec<usize>>>()?;
    let (&first, &last) = (groups.iter().min()?, groups.iter().max()?);
    let differs = |kind: &CountKind| cells.iter().any(|cell| cell.cells == Cells::Count(*kind));
    let counts: Vec<CountKind> = contest.counts.iter().copied().filter(differs).collect();
    // From one side to the other: who left their place empty, and everybody else a place further.
    let is_moved = |from: &Numbers, to: &Numbers| {
        counts.iter().all(|&kind| match (from.count(contest, kind), to.count(contest, kind)) {
            (Some(from), Some(to)) => {
                from[last] == 0 && to[first] == 0 && from[first..last] == to[first + 1..=last]
            }
            _ => false,
        })
    };
    let shifted = is_moved(other, candidate) || is_moved(candidate, other);
    shifted.then_some(Found::Shifted { against, groups: [first, last], counts })
}

/// Two groups that changed places in every count that differs.
fn swapped(cells: &[Change], against: Against) -> Option<Found> {
    let mut groups = None;
    let mut counts = Vec::new();
    if cells.is_empty() || !cells.len().is_multiple_of(2) {
        return None;
    }
    // The cells of a count stand together, so a swap is a pair of neighbours.
    for pair in cells.chunks_exact(2) {
        let (one, two) = (pair[0], pair[1]);
        let (Cells::Count(count), Some(low), Some(high)) = (one.cells, one.group, two.group) else {
            return None;
        };
        let crossed = one.cells == two.cells
            && (one.candidate, two.candidate) == (two.other, one.other)
            && *groups.get_or_insert([low, high]) == [low, high];
        if !crossed {
            return None;
        }
        counts.push(count);
    }
    Some(Found::Swapped { against, groups: groups?, counts })
}
