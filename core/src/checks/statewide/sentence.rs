//! A finding across sources and precincts in plain English for headquarters: what, and what would settle it.

use super::{Against, Found, Scope, StatewideFinding};
use crate::checks::Cells;
use crate::contest::{Contest, CountKind};

/// So many precincts or cells are named, the others counted.
const NAMED: usize = 5;

impl StatewideFinding {
    /// What headquarters reads: the check, the cells with both numbers, and the evidence that would settle it. Nobody is
    /// blamed.
    #[must_use]
    pub fn headquarters_sentence(&self, contest: &Contest) -> String {
        let (what, settles) = self.said(contest);
        format!("{}: {what}. {settles} would settle it.", self.rule())
    }

    /// The same in two parts: what was found, as a sentence, and the evidence that would settle it.
    #[must_use]
    pub fn headquarters_parts(&self, contest: &Contest) -> (String, &'static str) {
        let (what, settles) = self.said(contest);
        (format!("{what}."), settles.trim_end_matches(','))
    }

    fn said(&self, contest: &Contest) -> (String, &'static str) {
        let group = |group: usize| {
            contest
                .groups
                .get(group)
                .map_or_else(|| "a group".to_owned(), |it| it.full_name.clone())
        };
        match &self.found {
            Found::SameNumbers { count, people, .. } => {
                let others = self.other_precincts().map(|other| precinct(contest, other)).collect();
                (
                    format!(
                        "{} ({people} people) has the same numbers as {}",
                        title(*count),
                        list(others)
                    ),
                    "Photos of the signed worksheets of both precincts, or a call to the numbers on file",
                )
            }
            Found::SourcesDisagree { candidate, other, cells } => {
                let cells = cells
                    .iter()
                    .map(|cell| {
                        let whose =
                            cell.group.map_or_else(String::new, |at| format!(" of {}", group(at)));
                        format!("{}{whose} {} and {}", of(cell.cells), cell.candidate, cell.other)
                    })
                    .collect();
                (
                    format!("Sources {candidate} and {other} differ: {}", list(cells)),
                    "The photo of the signed worksheet, or the preference cards",
                )
            }
            Found::Swapped { against, groups: [one, two], counts } => {
                let counts = counts.iter().map(|count| title(*count).to_lowercase()).collect();
                (
                    format!(
                        "With {} and {} swapped in {} the numbers are {}",
                        group(*one),
                        group(*two),
                        list(counts),
                        whose(*against)
                    ),
                    "The photo of the signed worksheet, or the preference cards of the two groups",
                )
            }
            Found::FellToZero { against, count, group: at, before } => (
                format!(
                    "{} has nobody in {}{}; {} {before}",
                    group(*at),
                    title(*count).to_lowercase(),
                    self.place(contest),
                    had(*against),
                ),
                self.settles(),
            ),
            Found::Grew { against, count, group: at, before, now } => (
                format!(
                    "{} has {now} in {}{}; {} {before}",
                    group(*at),
                    title(*count).to_lowercase(),
                    self.place(contest),
                    had(*against),
                ),
                self.settles(),
            ),
            Found::ManyAttendees { attendees, plausible_max } => (
                format!(
                    "{attendees} attendees are more than the {plausible_max} that are plausible"
                ),
                "The photo of the sign-in sheets, or a call to the number on file",
            ),
            Found::OutcomeChanged { before, now } => {
                let changed = (0..now.len())
                    .filter(|&at| before.get(at) != now.get(at))
                    .map(|at| {
                        let before = before.get(at).copied().unwrap_or(0);
                        format!("{} from {before} to {}", group(at), now[at])
                    })
                    .collect();
                (
                    format!("The correction changes delegates: {}", list(changed)),
                    "The photo of the signed worksheet, or a call to the number on file",
                )
            }
        }
    }

    fn settles(&self) -> &'static str {
        match self.scope {
            Scope::Precinct(_) => {
                "The photo of the signed worksheet, or the preference cards of the group"
            }
            Scope::County(_) | Scope::Batch => {
                "Photos of a few of the signed worksheets, held beside the columns as they were read,"
            }
        }
    }

    fn place(&self, contest: &Contest) -> String {
        match self.scope {
            Scope::Precinct(_) => String::new(),
            Scope::County(county) => {
                contest.counties.get(usize::from(county)).map_or_else(String::new, |county| {
                    format!(" of the new numbers of {}", county.name)
                })
            }
            Scope::Batch => " of all new numbers".to_owned(),
        }
    }
}

fn precinct(contest: &Contest, number: u32) -> String {
    contest
        .precinct(number)
        .map_or_else(|| "another precinct".to_owned(), |it| format!("{} ({})", it.name, it.id))
}

const fn title(count: CountKind) -> &'static str {
    match count {
        CountKind::FirstAlignment => "First alignment",
        CountKind::FinalAlignment => "Final alignment",
        CountKind::Delegates => "Delegates",
    }
}

fn of(cells: Cells) -> String {
    match cells {
        Cells::Attendees => "attendees".to_owned(),
        Cells::Count(count) => title(count).to_lowercase(),
    }
}

fn whose(against: Against) -> String {
    match against {
        Against::Source(number) => format!("those of source {number}"),
        Against::LastRelease | Against::LastShare => "those of the last release".to_owned(),
    }
}

const fn had(against: Against) -> &'static str {
    match against {
        Against::LastShare => "its share in the last release would give",
        Against::LastRelease | Against::Source(_) => "the last release had",
    }
}

fn list(mut parts: Vec<String>) -> String {
    let more = parts.len().saturating_sub(NAMED);
    parts.truncate(NAMED);
    let named = parts.join(", ");
    if more == 0 { named } else { format!("{named} and {more} more") }
}
