//! Ties, and the lots that settle them.

/// Groups with an equal claim of which the rules can favour only some: a lot decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tie {
    /// The groups, in ballot order.
    pub groups: Vec<usize>,
    /// How many of them the lot favours: at least one, fewer than there are groups.
    pub seats: u32,
    /// Favoured groups gain a delegate; where `false`, those *not* favoured lose one.
    pub gains: bool,
    /// A lot that was brought settles it.
    pub settled: bool,
}

impl Tie {
    /// The groups whose delegates change if the lot favours `favoured`: those that gain, or the others, which lose.
    pub(crate) fn moved_by(&self, favoured: &[usize]) -> impl Iterator<Item = usize> {
        self.groups.iter().copied().filter(|group| favoured.contains(group) == self.gains)
    }
}

/// What a lot decided, as the report records it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LotOutcome {
    /// The groups that drew.
    pub groups: Vec<usize>,
    /// How many of them the lot favours.
    pub seats: u32,
    /// Those it favoured.
    pub winners: Vec<usize>,
}

impl LotOutcome {
    /// Whether this lot settles that tie: the same groups, as many seats, and as many different winners among them.
    #[must_use]
    pub fn settles(&self, tie: &Tie) -> bool {
        let mut groups = self.groups.clone();
        groups.sort_unstable();
        let mut winners = self.winners.clone();
        winners.sort_unstable();
        winners.dedup();
        groups == tie.groups
            && self.seats == tie.seats
            && self.winners.len() == winners.len()
            && u32::try_from(winners.len()).is_ok_and(|count| count == tie.seats)
            && winners.iter().all(|winner| tie.groups.contains(winner))
    }
}

/// The ways to choose `seats` of `groups`, in order, the first `most` of them.
pub(crate) fn choices(groups: &[usize], seats: usize, most: usize) -> Vec<Vec<usize>> {
    let mut out = Vec::new();
    // Places in `groups`, ascending; the last place that can still move up moves, those after it follow closely.
    let mut places: Vec<usize> = (0..seats).collect();
    if seats > groups.len() {
        return out;
    }
    while out.len() < most {
        out.push(places.iter().map(|&place| groups[place]).collect());
        let room = |&at: &usize| places[at] < groups.len() - seats + at;
        let Some(at) = (0..seats).rev().find(room) else { break };
        places[at] += 1;
        for next in at + 1..seats {
            places[next] = places[next - 1] + 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_appears_once() {
        assert_eq!(choices(&[1, 4, 7], 2, 10), [[1, 4], [1, 7], [4, 7]]);
        assert_eq!(choices(&[1, 4, 7], 2, 2), [[1, 4], [1, 7]]);
        assert_eq!(choices(&(0..14).collect::<Vec<_>>(), 7, 10_000).len(), 3_432);
        assert_eq!(choices(&[1, 4], 3, 10), Vec::<Vec<usize>>::new());
    }

    #[test]
    fn t16_a_lot_settles_only_its_own_tie() {
        let tie = Tie { groups: vec![1, 4, 7], seats: 2, gains: true, settled: false };
        let lot = |groups: &[usize], seats, winners: &[usize]| LotOutcome {
            groups: groups.to_vec(),
            seats,
            winners: winners.to_vec(),
        };
        assert!(lot(&[7, 4, 1], 2, &[7, 1]).settles(&tie));
        assert!(!lot(&[1, 4], 2, &[1, 4]).settles(&tie), "another set of groups");
        assert!(!lot(&[1, 4, 7], 1, &[4]).settles(&tie), "another number of seats");
        assert!(!lot(&[1, 4, 7], 2, &[4, 4]).settles(&tie), "one winner twice");
        assert!(!lot(&[1, 4, 7], 2, &[4, 5]).settles(&tie), "a winner who did not draw");
    }
}
