//! What the secretary has on paper.

use countersign_core::contest::{Contest, CountKind, Published};
use rand::RngExt as _;
use rand::rngs::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// The figures of one precinct. Lists are in ballot order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    /// The precinct's number.
    pub precinct: u32,
    /// People who came.
    pub attendees: u32,
    /// People of each group at first alignment.
    pub first: Vec<u32>,
    /// People of each group at final alignment.
    pub last: Vec<u32>,
    /// Delegates of each group. `None` where nobody published them: the tablet's own are taken then.
    pub delegates: Option<Vec<u32>>,
}

impl Paper {
    /// What was published of a precinct.
    #[must_use]
    pub fn of(contest: &Contest, published: &Published) -> Self {
        let delegates =
            contest.count_index(CountKind::Delegates).and_then(|_| published.awarded(contest));
        // Where first alignment was not published either, as many came as stood somewhere in the end.
        let standing = |count: &[u32]| count.iter().sum::<u32>();
        let came = standing(&published.first).max(standing(&published.last));
        Self {
            precinct: published.precinct,
            attendees: published.attendees.unwrap_or(came),
            first: published.first.clone(),
            last: published.last.clone(),
            delegates,
        }
    }

    /// The figures of a count, where they are known.
    #[must_use]
    pub fn count(&self, kind: CountKind) -> Option<&Vec<u32>> {
        match kind {
            CountKind::FirstAlignment => Some(&self.first),
            CountKind::FinalAlignment => Some(&self.last),
            CountKind::Delegates => self.delegates.as_ref(),
        }
    }

    /// The same with one figure read wrongly, as tired people do.
    #[must_use]
    pub fn misread(&self, dice: &mut ChaCha8Rng) -> Self {
        let mut wrong = self.clone();
        let group = dice.random_range(0..wrong.last.len());
        wrong.last[group] += dice.random_range(1..10);
        wrong
    }
}
