//! JSON, with everything that was worked out (docs/formats.md, "Results").

use countersign_core::contest::{Contest, EarlyVotes};
use countersign_core::results::{Released, ReleasedPrecinct, Totals};
use countersign_core::rules::{Split, TenThousandths};
use serde::{Deserialize, Serialize};

use super::{Named, Unreadable};
use crate::publish::cells::{COVERED, Cells, EARLY, EARLY_ATTENDEES, region_name};

/// The document.
#[derive(Serialize, Deserialize)]
struct Document {
    /// Version of this form.
    format: u32,
    contest: String,
    /// Whether the contest says that its numbers are made up.
    #[serde(default)]
    made_up: bool,
    room: String,
    layer: String,
    release: Release,
    /// Entries of the log that this is a function of.
    log_size: u64,
    groups: Vec<Group>,
    counts: Vec<String>,
    precincts_total: u32,
    precincts_released: u32,
    /// Whether enough is released for shares, leaders and national delegates.
    covered: bool,
    totals: Vec<Sum>,
    /// Absent before that, and where the contest elects none.
    national_delegates: Option<Seats>,
    precincts: Vec<Precinct>,
}

#[derive(Serialize, Deserialize)]
struct Release {
    number: usize,
    name: String,
    message: String,
    effective_ms: u64,
    corrects: bool,
}

#[derive(Serialize, Deserialize)]
struct Group {
    key: String,
    name: String,
}

#[derive(Serialize, Deserialize)]
struct Sum {
    region: String,
    precincts_total: u32,
    precincts_released: u32,
    attendees: u64,
    counts: Vec<Vec<u64>>,
    early_attendees: u64,
    early: Vec<Vec<u64>>,
    official_delegates: Vec<u64>,
    sde: Vec<String>,
    provisional: bool,
}

#[derive(Serialize, Deserialize)]
struct Seats {
    districts: Vec<(u8, Vec<u32>)>,
    at_large: Vec<u32>,
    pleo: Vec<u32>,
    /// Whether a tie leaves a seat open.
    tie: bool,
}

#[derive(Serialize, Deserialize)]
struct Precinct {
    id: String,
    county: String,
    release: String,
    report: String,
    decision: Option<String>,
    attendees: u32,
    counts: Vec<Vec<u32>>,
    /// Only where the contest has early votes of the precinct; in the form of `attendees` and `counts`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    early_attendees: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    early: Option<Vec<Vec<u32>>>,
    by_the_rules: Option<Vec<u32>>,
    official_delegates: Vec<u32>,
    sde: Vec<String>,
    provisional: bool,
}

/// State delegate equivalents; none where the contest does not know them.
fn sde(contest: &Contest, values: &[TenThousandths]) -> Vec<String> {
    values.iter().filter(|_| contest.has_sde()).map(ToString::to_string).collect()
}

fn sum(contest: &Contest, totals: &Totals) -> Sum {
    Sum {
        region: region_name(contest, totals.region),
        precincts_total: totals.precincts_total,
        precincts_released: totals.precincts_released,
        attendees: totals.attendees,
        counts: totals.counts.clone(),
        early_attendees: totals.early_attendees,
        early: totals.early.clone(),
        official_delegates: totals.delegates.clone(),
        sde: sde(contest, &totals.sde),
        provisional: totals.provisional,
    }
}

fn precinct(contest: &Contest, released: &ReleasedPrecinct) -> Option<Precinct> {
    let named = contest.precinct(released.precinct.0)?;
    let numbers = &released.numbers;
    let early = contest.early_votes_of(released.precinct.0);
    let votes = |early: &EarlyVotes| {
        let of = |&kind| (0..contest.groups.len()).map(|group| early.votes(kind, group)).collect();
        contest.counts.iter().map(of).collect()
    };
    Some(Precinct {
        id: named.id.clone(),
        county: contest.county_of(named).map_or_else(String::new, |county| county.id.clone()),
        release: released.release.to_string(),
        report: released.report.to_string(),
        decision: released.decision.map(|decision| decision.to_string()),
        attendees: numbers.attendees,
        counts: numbers.counts.clone(),
        early_attendees: early.map(|early| early.attendees),
        early: early.map(votes),
        by_the_rules: numbers.by_the_rules.clone(),
        official_delegates: numbers.official.clone(),
        sde: sde(contest, &released.sde),
        provisional: released.provisional,
    })
}

/// Writes the document.
#[must_use]
pub fn write(released: &Released, named: &Named) -> String {
    let contest = &released.package.contest;
    let districts = released.districts.iter().map(|(_, totals)| totals);
    let all = [&released.statewide].into_iter().chain(districts).chain(&released.counties);
    let group = |group: &countersign_core::contest::Group| Group {
        key: group.key.clone(),
        name: group.full_name.clone(),
    };
    let document = Document {
        format: 1,
        contest: contest.id.clone(),
        made_up: contest.is_made_up(),
        room: released.room.to_string(),
        layer: released.layer.code().to_owned(),
        release: Release {
            number: named.sequence,
            name: named.name.clone(),
            message: named.id.clone(),
            effective_ms: released.now_ms,
            corrects: named.corrects,
        },
        log_size: released.log_size,
        groups: contest.groups.iter().map(group).collect(),
        counts: contest.counts.iter().map(|kind| kind.as_str().to_owned()).collect(),
        precincts_total: released.statewide.precincts_total,
        precincts_released: released.statewide.precincts_released,
        covered: released.is_covered(),
        totals: all.map(|totals| sum(contest, totals)).collect(),
        national_delegates: released.published_national().map(|national| {
            let seats = |split: &Split| split.seats.clone();
            let districts = &national.districts;
            let ties = districts.iter().map(|(_, split)| split);
            Seats {
                districts: districts
                    .iter()
                    .map(|(number, split)| (*number, seats(split)))
                    .collect(),
                at_large: seats(&national.at_large),
                pleo: seats(&national.pleo),
                tie: ties.chain([&national.at_large, &national.pleo]).any(|one| one.tie.is_some()),
            }
        }),
        precincts: released.precincts.iter().filter_map(|one| precinct(contest, one)).collect(),
    };
    let mut text = serde_json::to_string(&document).expect("numbers and text always encode");
    text.push('\n');
    text
}

/// The cells of a document.
///
/// # Errors
/// [`Unreadable`].
pub fn read(text: &str) -> Result<Cells, Unreadable> {
    let document: Document =
        serde_json::from_str(text).map_err(|error| Unreadable::form("JSON", error))?;
    let keys: Vec<&str> = document.groups.iter().map(|group| group.key.as_str()).collect();
    let mut cells = Cells::default();
    cells.put("state", COVERED, u8::from(document.covered));
    for totals in &document.totals {
        let region = &totals.region;
        cells.put(region, "released", totals.precincts_released);
        cells.put(region, "attendees", totals.attendees);
        for (kind, count) in document.counts.iter().zip(&totals.counts) {
            lists(&mut cells, region, kind, &keys, count);
        }
        cells.put(region, EARLY_ATTENDEES, totals.early_attendees);
        for (kind, count) in document.counts.iter().zip(&totals.early) {
            lists(&mut cells, region, &format!("{EARLY}{kind}"), &keys, count);
        }
        lists(&mut cells, region, "official", &keys, &totals.official_delegates);
        lists(&mut cells, region, "sde", &keys, &totals.sde);
    }
    if let Some(national) = &document.national_delegates {
        let mut seats = vec![0; keys.len()];
        let districts = national.districts.iter().map(|(_, seats)| seats);
        for part in districts.chain([&national.at_large, &national.pleo]) {
            for (sum, won) in seats.iter_mut().zip(part) {
                *sum += won;
            }
        }
        lists(&mut cells, "state", "national", &keys, &seats);
    }
    for precinct in &document.precincts {
        let region = format!("precinct:{}", precinct.id);
        cells.put(&region, "attendees", precinct.attendees);
        for (kind, count) in document.counts.iter().zip(&precinct.counts) {
            lists(&mut cells, &region, kind, &keys, count);
        }
        cells.put(&region, EARLY_ATTENDEES, precinct.early_attendees.unwrap_or(0));
        for (kind, count) in document.counts.iter().zip(precinct.early.iter().flatten()) {
            lists(&mut cells, &region, &format!("{EARLY}{kind}"), &keys, count);
        }
        lists(&mut cells, &region, "official", &keys, &precinct.official_delegates);
        lists(&mut cells, &region, "sde", &keys, &precinct.sde);
    }
    Ok(cells)
}

fn lists<N: std::fmt::Display>(
    cells: &mut Cells,
    region: &str,
    measure: &str,
    keys: &[&str],
    numbers: &[N],
) {
    for (key, number) in keys.iter().zip(numbers) {
        cells.put(region, format!("{measure}:{key}"), number);
    }
}
