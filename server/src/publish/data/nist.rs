//! NIST SP 1500-100 version 2, in JSON: the common data format of election results reporting.
//!
//! A caucus has no ballots. Its counts are vote counts of one candidate contest: first alignment is round 1, final alignment
//! round 2; delegates are of type `seats`, state delegate equivalents of type `other`. Groups without candidates (uncommitted)
//! stand as candidates with that ballot name. A count of nought is left out; whether a precinct is counted at all says its
//! count status. Where a contest has early votes, what was counted in the rooms is of type `election-day` and they are of type
//! `early`; the total is the sum of both and stands nowhere.

use countersign_core::contest::{Contest, CountKind, CountyKind, PrecinctKind};
use countersign_core::message::Layer;
use countersign_core::results::{Region, Released, Totals};
use countersign_core::room::Room;
use countersign_core::rules::TenThousandths;
use serde_json::{Value, json};

use super::{Named, Unreadable};
use crate::clock::rfc_3339;
use crate::publish::cells::{Cells, region_name};

const FORM: &str = "NIST SP 1500-100";
const SDE: &str = "state-delegate-equivalents";
const OFFICIAL: &str = "official-delegates";
const NATIONAL: &str = "national-delegates";

fn kind(name: &str) -> String {
    format!("ElectionResults.{name}")
}

fn text(content: &str) -> Value {
    json!({ "@type": kind("InternationalizedText"), "Text": [
        { "@type": kind("LanguageString"), "Language": "en", "Content": content }
    ] })
}

/// Ids may not hold the colon of a region's name.
fn unit_id(region: &str) -> String {
    format!("unit-{}", region.replace(':', "-"))
}

fn status(released: &Released, named: &Named) -> &'static str {
    let all = released.statewide.precincts_released == released.statewide.precincts_total;
    match released.layer {
        Layer::Certified => "certified",
        Layer::Recount => "recount",
        _ if named.corrects => "correction",
        _ if all => "unofficial-complete",
        _ => "unofficial-partial",
    }
}

/// A reporting unit.
struct Unit {
    region: String,
    name: String,
    /// Its type, and what it is where the format has no word for it.
    of: (&'static str, Option<&'static str>),
    attendees: u64,
    released: u32,
    total: u32,
}

impl Unit {
    fn totals(contest: &Contest, totals: &Totals) -> Self {
        let county = |index: usize| contest.counties.get(index);
        let (name, of) = match totals.region {
            Region::Statewide => (contest.title.clone(), ("state", None)),
            Region::District(number) => {
                (format!("Congressional district {number}"), ("congressional", None))
            }
            Region::County(index) => (
                county(index).map_or_else(String::new, |county| county.name.clone()),
                match county(index).map(|county| county.kind) {
                    Some(CountyKind::SatellitePool) => ("other", Some("satellite-pool")),
                    Some(CountyKind::City) => ("city", None),
                    _ => ("county", None),
                },
            ),
        };
        Self {
            region: region_name(contest, totals.region),
            name,
            of,
            attendees: totals.attendees,
            released: totals.precincts_released,
            total: totals.precincts_total,
        }
    }

    fn json(&self) -> Value {
        let status = match self.released {
            0 => "not-processed",
            released if released < self.total => "in-process",
            _ => "completed",
        };
        let mut unit = json!({
            "@type": kind("ReportingUnit"),
            "@id": unit_id(&self.region),
            "Name": text(&self.name),
            "Type": self.of.0,
            "SubUnitsReported": self.released,
            "TotalSubUnits": self.total,
            "VotersParticipated": self.attendees,
            "ExternalIdentifier": [{
                "@type": kind("ExternalIdentifier"), "Type": "other", "OtherType": "countersign",
                "Value": self.region,
            }],
            "CountStatus": [{ "@type": kind("CountStatus"), "Type": "total", "Status": status }],
        });
        if let Some(other) = self.of.1 {
            unit["OtherType"] = json!(other);
        }
        unit
    }
}

/// One count of one group.
fn count(region: &str, of: (&str, Option<&str>), round: Option<u8>, number: Value) -> Value {
    let mut count = json!({
        "@type": kind("VoteCounts"), "GpUnitId": unit_id(region), "Type": of.0, "Count": number,
    });
    if let Some(other) = of.1 {
        count["OtherType"] = json!(other);
    }
    if let Some(round) = round {
        count["Round"] = json!(round);
    }
    count
}

const fn round(kind: CountKind) -> (&'static str, Option<u8>) {
    match kind {
        CountKind::FirstAlignment => ("total", Some(1)),
        CountKind::FinalAlignment => ("total", Some(2)),
        CountKind::Delegates => ("seats", None),
    }
}

/// A number with four decimals. The format wants a JSON number; the text of one with so few digits comes back as it went in.
fn decimal(value: TenThousandths) -> Value {
    let number = value.to_string().parse::<f64>().ok().and_then(serde_json::Number::from_f64);
    number.map_or(Value::Null, Value::Number)
}

/// Counts of a group in a region.
fn counts_of<N: Copy + Into<u64>>(
    contest: &Contest,
    region: &str,
    counts: &[Vec<N>],
    official: Option<&N>,
    sde: Option<&TenThousandths>,
    early: &dyn Fn(CountKind) -> u64,
    index: usize,
) -> Vec<Value> {
    let mut all = Vec::new();
    for kind in contest.counts.iter().copied().filter(|kind| kind.is_of_people()) {
        let votes = early(kind);
        if votes > 0 {
            all.push(count(region, ("early", None), round(kind).1, json!(votes)));
        }
    }
    let in_room = if contest.early_votes.is_some() { "election-day" } else { "total" };
    for (&kind, numbers) in contest.counts.iter().zip(counts) {
        let number: u64 = numbers[index].into();
        if number > 0 {
            let (of, round) = round(kind);
            let of = if kind.is_of_people() { in_room } else { of };
            all.push(count(region, (of, None), round, json!(number)));
        }
    }
    let official: u64 = official.map_or(0, |&number| number.into());
    if official > 0 {
        all.push(count(region, ("other", Some(OFFICIAL)), None, json!(official)));
    }
    if let Some(&sde) = sde.filter(|sde| sde.0 > 0) {
        all.push(count(region, ("other", Some(SDE)), None, decimal(sde)));
    }
    all
}

/// Writes the document.
#[must_use]
pub fn write(released: &Released, named: &Named) -> String {
    let contest = &released.package.contest;
    let districts = released.districts.iter().map(|(_, totals)| totals);
    let sums: Vec<&Totals> =
        [&released.statewide].into_iter().chain(districts).chain(&released.counties).collect();
    let mut units: Vec<Unit> = sums.iter().map(|totals| Unit::totals(contest, totals)).collect();
    for (number, precinct) in (0..).zip(&contest.precincts) {
        let results = released.precinct(countersign_core::id::PrecinctNumber(number));
        units.push(Unit {
            region: format!("precinct:{}", precinct.id),
            name: precinct.name.clone(),
            of: match precinct.kind {
                PrecinctKind::Precinct => ("precinct", None),
                PrecinctKind::Satellite => ("other", Some("satellite-caucus")),
            },
            attendees: results.map_or(0, |results| results.numbers.attendees.into()),
            released: u32::from(results.is_some()),
            total: 1,
        });
    }
    let national = released.published_national().map(|national| national.totals());
    let selections = (0..contest.groups.len()).map(|index| {
        let mut counts = Vec::new();
        for totals in &sums {
            let region = region_name(contest, totals.region);
            counts.extend(counts_of(
                contest,
                &region,
                &totals.counts,
                totals.delegates.get(index),
                totals.sde.get(index),
                &|kind| contest.count_index(kind).map_or(0, |count| totals.early[count][index]),
                index,
            ));
        }
        if let Some(&seats) = national.as_ref().and_then(|seats| seats.get(index))
            && seats > 0
        {
            counts.push(count("state", ("other", Some(NATIONAL)), None, json!(seats)));
        }
        for precinct in &released.precincts {
            let Some(place) = contest.precinct(precinct.precinct.0) else { continue };
            let early = contest.early_votes_of(precinct.precinct.0);
            counts.extend(counts_of(
                contest,
                &format!("precinct:{}", place.id),
                &precinct.numbers.counts,
                precinct.numbers.official.get(index),
                precinct.sde.get(index),
                &|kind| early.map_or(0, |early| early.votes(kind, index).into()),
                index,
            ));
        }
        json!({
            "@type": kind("CandidateSelection"),
            "@id": format!("selection-{}", contest.groups[index].key),
            "CandidateIds": [format!("candidate-{}", contest.groups[index].key)],
            "SequenceOrder": index + 1,
            "VoteCounts": counts,
        })
    });
    let candidates = contest.groups.iter().map(|group| {
        json!({
            "@type": kind("Candidate"),
            "@id": format!("candidate-{}", group.key),
            "BallotName": text(&group.full_name),
        })
    });
    let made_up = if contest.is_made_up() { "Made-up data. " } else { "" };
    let later = match &released.national {
        Some(_) if !released.is_covered() => {
            ". National delegates are left out until enough precincts are released."
        }
        _ => "",
    };
    let document = json!({
        "@type": kind("ElectionReport"),
        "Format": "precinct-level",
        "GeneratedDate": rfc_3339(released.now_ms),
        "Issuer": contest.party,
        "IssuerAbbreviation": contest.id,
        "IsTest": released.room != Room::Official || contest.is_made_up(),
        "SequenceStart": named.sequence,
        "SequenceEnd": named.sequence,
        "Status": status(released, named),
        "VendorApplicationId": concat!("countersign/", env!("CARGO_PKG_VERSION")),
        "Notes": format!("{made_up}{} ({}){later}", named.name, named.id),
        "GpUnit": units.iter().map(Unit::json).collect::<Vec<_>>(),
        "Election": [{
            "@type": kind("Election"),
            "ElectionScopeId": unit_id("state"),
            "Name": text(&contest.title),
            "StartDate": contest.date,
            "EndDate": contest.date,
            "Type": "other",
            "OtherType": "caucus",
            "Candidate": candidates.collect::<Vec<_>>(),
            "Contest": [{
                "@type": kind("CandidateContest"),
                "@id": "contest-caucus",
                "ElectionDistrictId": unit_id("state"),
                "Name": contest.title,
                "VotesAllowed": 1,
                "VoteVariation": "proportional",
                "SubUnitsReported": released.statewide.precincts_released,
                "TotalSubUnits": released.statewide.precincts_total,
                "ContestSelection": selections.collect::<Vec<_>>(),
            }],
        }],
    });
    let mut text = document.to_string();
    text.push('\n');
    text
}

/// The cells of a document that [`write()`] made.
///
/// # Errors
/// [`Unreadable`].
pub fn read(text: &str) -> Result<Cells, Unreadable> {
    let wrong = |what: &str| Unreadable::form(FORM, what);
    let document: Value =
        serde_json::from_str(text).map_err(|error| Unreadable::form(FORM, error))?;
    let mut regions = std::collections::HashMap::new();
    let mut cells = Cells::default();
    for unit in document["GpUnit"].as_array().into_iter().flatten() {
        let (id, region) = (&unit["@id"], &unit["ExternalIdentifier"][0]["Value"]);
        let (Some(id), Some(region)) = (id.as_str(), region.as_str()) else {
            return Err(wrong("a unit without a name"));
        };
        cells.put(region, "attendees", &unit["VotersParticipated"]);
        if !region.starts_with("precinct:") {
            cells.put(region, "released", &unit["SubUnitsReported"]);
        }
        regions.insert(id, region);
    }
    let contest = &document["Election"][0]["Contest"][0];
    for selection in contest["ContestSelection"].as_array().into_iter().flatten() {
        let key = selection["@id"].as_str().and_then(|id| id.strip_prefix("selection-"));
        let key = key.ok_or_else(|| wrong("a selection without a name"))?;
        for count in selection["VoteCounts"].as_array().into_iter().flatten() {
            let region = count["GpUnitId"].as_str().and_then(|id| regions.get(id));
            let region = region.ok_or_else(|| wrong("a count of no unit"))?;
            let of = (count["Type"].as_str(), count["OtherType"].as_str(), count["Round"].as_u64());
            let mut number = count["Count"].to_string();
            let measure = match of {
                (Some("total" | "election-day"), None, Some(1)) => {
                    CountKind::FirstAlignment.as_str()
                }
                (Some("total" | "election-day"), None, Some(2)) => {
                    CountKind::FinalAlignment.as_str()
                }
                (Some("early"), None, Some(1)) => "early:firstAlignment",
                (Some("early"), None, Some(2)) => "early:finalAlignment",
                (Some("seats"), None, None) => CountKind::Delegates.as_str(),
                (Some("other"), Some(OFFICIAL), None) => "official",
                (Some("other"), Some(NATIONAL), None) => "national",
                (Some("other"), Some(SDE), None) => {
                    let value = TenThousandths::parse(&number);
                    number = value.ok_or_else(|| wrong("an unreadable decimal"))?.to_string();
                    "sde"
                }
                _ => return Err(wrong("a count of no kind")),
            };
            cells.put(region, format!("{measure}:{key}"), number);
        }
    }
    Ok(cells)
}
