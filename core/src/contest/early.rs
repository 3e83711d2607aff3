//! Early votes: cast before the caucus, counted beside the people in the room (design section 4).
//!
//! They are a fact of the contest, not of a report: a file that its package carries. So the two stay apart wherever they are
//! kept, the rules work on their sum, and a file that comes late changes nothing until a package with a higher number
//! carries it.

use minicbor::{Decode, Encode};

use super::published::{read_published, total};
use super::{Contest, CountKind, Mistake, Published};
use crate::checks::Figures;

/// Early votes of a precinct. Lists are in ballot order.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct EarlyVotes {
    /// Number of the precinct.
    #[n(1)]
    pub precinct: u32,
    /// People who voted early.
    #[n(2)]
    pub attendees: u32,
    /// How many of them count for each group at first alignment: every one of them for one.
    #[n(3)]
    pub first: Vec<u32>,
    /// How many of them count for each group at final alignment, as the party worked it out: all or fewer.
    #[n(4)]
    pub last: Vec<u32>,
}

impl EarlyVotes {
    /// What is wrong with the numbers.
    pub(super) fn flaw(&self) -> Option<String> {
        let attendees = self.attendees;
        let (Some(first), Some(last)) = (total(&self.first), total(&self.last)) else {
            return Some("the votes are too many to add up".to_owned());
        };
        let (count, when) = if first != attendees {
            (first, "first")
        } else if last > attendees {
            (last, "final")
        } else {
            return None;
        };
        Some(format!("{attendees} people voted early, and {count} count at {when} alignment"))
    }

    /// How many of a group's votes belong to a count; none of the delegates, which the room elects.
    #[must_use]
    pub fn votes(&self, kind: CountKind, group: usize) -> u32 {
        let votes = match kind {
            CountKind::FirstAlignment => &self.first,
            CountKind::FinalAlignment => &self.last,
            CountKind::Delegates => return 0,
        };
        votes.get(group).copied().unwrap_or(0)
    }
}

impl Contest {
    /// Early votes of a precinct; `None` where the contest has none for it.
    #[must_use]
    pub fn early_votes_of(&self, precinct: u32) -> Option<&EarlyVotes> {
        let all = self.early_votes.as_ref()?;
        all.binary_search_by_key(&precinct, |early| early.precinct).ok().map(|at| &all[at])
    }

    /// What rules and checks work on: the figures of the room, and the precinct's early votes with them. An empty cell stays
    /// empty. Sums stop at what `u32` holds.
    #[must_use]
    pub fn with_early_votes(&self, precinct: u32, in_person: &Figures) -> Figures {
        let mut figures = in_person.clone();
        let Some(early) = self.early_votes_of(precinct) else { return figures };
        figures.attendees =
            figures.attendees.map(|attendees| attendees.saturating_add(early.attendees));
        for (&kind, cells) in self.counts.iter().zip(&mut figures.counts) {
            for (group, cell) in cells.iter_mut().enumerate() {
                *cell = cell.map(|people| people.saturating_add(early.votes(kind, group)));
            }
        }
        figures
    }
}

impl Published {
    /// The same with the precinct's early votes, which were published apart.
    #[must_use]
    pub fn with_early_votes(&self, contest: &Contest) -> Self {
        let mut sum = self.clone();
        let Some(early) = contest.early_votes_of(self.precinct) else { return sum };
        sum.attendees = sum.attendees.map(|attendees| attendees.saturating_add(early.attendees));
        for (kind, count) in [
            (CountKind::FirstAlignment, &mut sum.first),
            (CountKind::FinalAlignment, &mut sum.last),
        ] {
            for (group, people) in count.iter_mut().enumerate() {
                *people = people.saturating_add(early.votes(kind, group));
            }
        }
        sum
    }
}

/// Reads early votes in the columns of results by precinct (see [`read_published`]), in the order of the roster.
pub(super) fn read_early_votes(
    contest: &Contest,
    file: &str,
    text: &[u8],
    mistakes: &mut Vec<Mistake>,
) -> Vec<EarlyVotes> {
    let rows = match read_published(contest, file, text) {
        Ok(rows) => rows,
        Err(found) => {
            mistakes.extend(found);
            return Vec::new();
        }
    };
    let mut out = Vec::new();
    for row in rows {
        let id = contest.precinct(row.precinct).map_or("", |precinct| &precinct.id);
        let mut wrong = |line, what: String, remedy: &str| {
            mistakes.push(Mistake::new(file, line, what, remedy));
        };
        if row.sde.is_some() || row.delegates.is_some() {
            let remedy = "leave the columns sde and delegates out: the room elects delegates";
            wrong(row.line, format!("{id} has delegates among its early votes"), remedy);
        }
        for over in &row.over_limit {
            let what = format!("{} is more than a count may hold", over.number);
            wrong(over.line, what, "write at most 100000");
        }
        let Some(attendees) = row.attendees else {
            let remedy = "write in the column attendees how many people voted early";
            wrong(row.line, format!("{id} has no attendees"), remedy);
            continue;
        };
        let early =
            EarlyVotes { precinct: row.precinct, attendees, first: row.first, last: row.last };
        if let Some(flaw) = early.flaw() {
            let remedy = "count everybody once at first alignment, and at most once at final";
            wrong(row.line, format!("{id}: {flaw}"), remedy);
        }
        out.push(early);
    }
    out
}
