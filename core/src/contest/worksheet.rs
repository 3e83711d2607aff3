//! Worksheets to rehearse with: a volunteer's own precinct, with the counts of another real precinct that elects as many
//! delegates (design section 10).
//!
//! The package carries the counts of some precincts of an earlier caucus. Which of them a precinct rehearses with
//! follows from its id, so that headquarters prints the same worksheet that the tablet compares with.

use minicbor::{Decode, Encode};

use super::{Contest, CountKind, PrecinctKind};
use crate::checks::{self, Figures, Severity};
use crate::contest::published::Published;
use crate::id::sha256;
use crate::rules;

/// Counts of a real precinct.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Worksheet {
    /// Number of the precinct where this was counted.
    #[n(1)]
    pub source: u32,
    /// People who attended.
    #[n(2)]
    pub attendees: u32,
    /// One list for each count of the contest, each in ballot order.
    #[n(3)]
    pub counts: Vec<Vec<u32>>,
}

/// Worksheets kept for each kind of place and number of delegates.
const KEPT: usize = 6;

/// The worksheet of a precinct: one of another precinct of its kind that elects as many delegates. Where none does, one
/// with the nearest number of delegates, and the delegates that the rules give for the precinct's own number.
/// `None` where the contest brings no worksheet, or there is no such precinct.
#[must_use]
pub fn worksheet(contest: &Contest, precinct: u32) -> Option<Worksheet> {
    let own = contest.precinct(precinct)?;
    let target = contest.delegates_to_elect(precinct, None);
    // A satellite's number of delegates comes with the worksheet's attendance, so every one of them fits.
    let distance = |sheet: &Worksheet| {
        let elects = contest.delegates_to_elect(sheet.source, Some(sheet.attendees));
        target.zip(elects).map_or(0, |(target, elects)| target.abs_diff(elects))
    };
    let mut others: Vec<(u32, &Worksheet)> = contest
        .worksheets
        .iter()
        .filter(|sheet| sheet.source != precinct)
        .filter(|sheet| {
            contest.precinct(sheet.source).is_some_and(|source| source.kind == own.kind)
        })
        .map(|sheet| (distance(sheet), sheet))
        .collect();
    others.sort_by_key(|(distance, sheet)| (*distance, sheet.source));
    let exact: Vec<&Worksheet> =
        others.iter().take_while(|(distance, _)| *distance == 0).map(|(_, sheet)| *sheet).collect();
    if exact.is_empty() {
        let target = target?;
        return others.into_iter().find_map(|(_, sheet)| with_delegates(contest, sheet, target));
    }
    let digest = sha256(own.id.as_bytes());
    let mut start = [0; 8];
    start.copy_from_slice(&digest[..8]);
    let at = u64::from_be_bytes(start) % exact.len() as u64;
    exact.get(usize::try_from(at).ok()?).map(|sheet| (*sheet).clone())
}

/// The worksheet with what the rules give for another number of delegates, where that needs no lot.
fn with_delegates(contest: &Contest, sheet: &Worksheet, delegates: u32) -> Option<Worksheet> {
    let people = sheet.counts.get(contest.count_index(CountKind::FinalAlignment)?)?;
    let award = rules::award(&contest.rules, delegates, sheet.attendees, people, &[]).delegates?;
    let mut sheet = sheet.clone();
    *sheet.counts.get_mut(contest.count_index(CountKind::Delegates)?)? = award;
    Some(sheet)
}

/// Chooses the worksheets that a package carries from published results: precincts where everything adds up, a few for
/// each kind of place and number of delegates, spread over the roster.
#[must_use]
pub fn choose_worksheets(contest: &Contest, published: &[Published]) -> Vec<Worksheet> {
    let mut by_size: std::collections::BTreeMap<(bool, u32), Vec<Worksheet>> = Default::default();
    for row in published {
        let (Some(sheet), Some(precinct)) =
            (sheet_of(contest, row), contest.precinct(row.precinct))
        else {
            continue;
        };
        if let Some(elects) = contest.delegates_to_elect(row.precinct, Some(sheet.attendees)) {
            let satellite = precinct.kind == PrecinctKind::Satellite;
            by_size.entry((satellite, elects)).or_default().push(sheet);
        }
    }
    let mut chosen: Vec<Worksheet> = by_size
        .into_values()
        .flat_map(|sheets| {
            let step = sheets.len().div_ceil(KEPT).max(1);
            sheets.into_iter().step_by(step).take(KEPT)
        })
        .collect();
    chosen.sort_by_key(|sheet| sheet.source);
    chosen
}

/// The worksheet of a published row, if nothing in it would puzzle a volunteer.
fn sheet_of(contest: &Contest, row: &Published) -> Option<Worksheet> {
    let attendees = row.attendance()?;
    if attendees == 0 || !row.over_limit.is_empty() {
        return None;
    }
    let mut sheet = Worksheet {
        source: row.precinct,
        attendees,
        counts: vec![vec![0; contest.groups.len()]; contest.counts.len()],
    };
    let mut set = |kind, cells: &[u32]| {
        if let Some(index) = contest.count_index(kind) {
            sheet.counts[index] = cells.to_vec();
        }
    };
    set(CountKind::FirstAlignment, &row.first);
    set(CountKind::FinalAlignment, &row.last);
    let elects = contest.delegates_to_elect(row.precinct, Some(attendees))?;
    let awards = rules::all_awards(&contest.rules, elects, attendees, &row.last);
    let [only] = awards.as_slice() else { return None };
    if row.awarded(contest).is_some_and(|awarded| awarded != *only) {
        return None;
    }
    set(CountKind::Delegates, only);
    let figures = Figures {
        attendees: Some(attendees),
        counts: sheet
            .counts
            .iter()
            .map(|count| count.iter().copied().map(Some).collect())
            .collect(),
    };
    checks::check(contest, row.precinct, &figures, &[])
        .findings
        .iter()
        .all(|finding| finding.severity == Severity::Note)
        .then_some(sheet)
}
