//! Two layers side by side: what lies between them, the sums of both, and every precinct that differs.

use std::collections::HashMap;

use askama::Template;
use countersign_core::id::{MessageId, PrecinctNumber};
use countersign_core::language::Language;
use countersign_core::results::{
    ComparedCell, ComparedPrecinct, ComparedRegion, Measure, Region, Released, Step,
};

use super::words::{Words as _, grouped, whole};
use super::{Effective, Frame, Night};
use crate::publish::cells::{self, number, region_name};
use crate::publish::compared::{Pair, name};

#[derive(Template)]
#[template(path = "results/compare.html")]
pub(super) struct ComparePage<'a> {
    f: Frame<'a>,
    before: Side,
    after: Side,
    between: Vec<Between<'a>>,
    precincts_differ: String,
    cells_differ: String,
    state: Vec<Block>,
    regions: Vec<Block>,
    precincts: Vec<Differs<'a>>,
    /// How many more there are than are shown; empty for none.
    more: String,
    /// Name of the CSV, beside this page.
    csv: String,
}

/// A layer, or another moment.
pub(super) struct Side {
    pub(super) layer: &'static str,
    precincts: String,
}

impl Side {
    /// A moment of which only the title is shown.
    pub(super) const fn titled(layer: &'static str) -> Self {
        Self { layer, precincts: String::new() }
    }
}

/// A release of the later layer, or of one between.
struct Between<'a> {
    name: &'a str,
    sequence: usize,
    layer: &'static str,
    at: String,
}

/// A table of numbers.
pub(super) struct Block {
    pub(super) region: String,
    pub(super) title: String,
    /// Page of the region; empty for none.
    pub(super) page: String,
    pub(super) rows: Vec<Row>,
}

pub(super) struct Row {
    pub(super) label: String,
    /// The measure and the group.
    pub(super) of: String,
    /// Before, after and the difference: the word for each, and the number where there is one.
    pub(super) cells: [(&'static str, Option<String>); 3],
}

/// A precinct.
struct Differs<'a> {
    id: &'a str,
    county: String,
    steps: Vec<Explained<'a>>,
    /// Ids of the reports that can be read.
    reports: (Option<String>, Option<String>),
    /// In which of the two nothing is released: the earlier, the later.
    missing: (bool, bool),
    block: Block,
}

struct Explained<'a> {
    release: &'a str,
    cause: Option<&'static str>,
    evidence: Option<&'static str>,
    why: Option<String>,
}

/// What numbers are of, in words.
pub(super) struct Said<'a> {
    pub(super) night: &'a Night<'a>,
    pub(super) language: Language,
}

/// The page of a pair, and its name.
pub(super) fn page<'a>(
    night: &'a Night<'_>,
    pair: &Pair<'_>,
    language: Language,
) -> (String, ComparePage<'a>) {
    let stem = name(pair.compared.before, pair.compared.after);
    let name = format!("{stem}.html");
    let said = Said { night, language };
    let (shown, more) = pair.precincts();
    let side = |released: &Released| Side {
        layer: language.layer(released.layer),
        precincts: whole(released.precincts.len()),
    };
    let (before, after) = (side(pair.before), side(pair.after));
    let title = super::pair_title(language, pair.compared.before, pair.compared.after);
    let regions = pair.compared.regions.iter();
    let f = Frame::of(night, language, &name, title);
    let csv = format!("{}{stem}.csv", f.root);
    let releases: HashMap<MessageId, &Effective<'_>> =
        night.releases.iter().map(|one| (one.release.signed.id, one)).collect();
    let page = ComparePage {
        f,
        before,
        after,
        between: between(night, pair, language),
        precincts_differ: whole(pair.compared.precincts.len()),
        cells_differ: whole(pair.compared.cells()),
        state: pair.compared.statewide().map_or_else(Vec::new, |state| said.state(pair, state)),
        regions: regions.skip(1).map(|region| said.region(pair, region)).collect(),
        precincts: shown.iter().filter_map(|one| said.precinct(pair, one, &releases)).collect(),
        more: if more > 0 { whole(more) } else { String::new() },
        csv,
    };
    (name, page)
}

fn between<'a>(night: &'a Night<'_>, pair: &Pair<'_>, language: Language) -> Vec<Between<'a>> {
    let (before, after) = (pair.compared.before, pair.compared.after);
    let lies = |one: &&Effective<'_>| {
        before < one.layer && one.layer <= after && one.release.withdrawal.is_none()
    };
    let mut releases: Vec<&Effective<'_>> = night.releases.iter().filter(lies).collect();
    releases.sort_by_key(|one| one.layer);
    let one = |one: &&'a Effective<'_>| Between {
        name: &one.named.name,
        sequence: one.named.sequence,
        layer: language.layer(one.layer),
        at: night.time(language, one.at_ms),
    };
    releases.iter().map(one).collect()
}

impl<'a> Said<'a> {
    /// A table of the state for each measure; groups that have nothing in either layer are left out.
    fn state(&self, pair: &Pair<'_>, state: &ComparedRegion) -> Vec<Block> {
        let mut blocks: Vec<Block> = Vec::new();
        let there = |cell: &&ComparedCell| {
            pair.shows(cell) && (cell.before, cell.after) != (Some(0), Some(0))
        };
        for cell in state.cells.iter().filter(there) {
            let title = match cell.group {
                None => self.language.say("Precincts and people", "Precintos y personas"),
                Some(_) => self.measure(cell.measure),
            };
            if blocks.last().is_none_or(|block| block.title != title) {
                let region = region_name(self.night.contest, state.region);
                let (title, page, rows) = (title.to_owned(), String::new(), Vec::new());
                blocks.push(Block { region, title, page, rows });
            }
            let label = cell.group.map(|group| self.group(group));
            let label = label.unwrap_or_else(|| self.measure(cell.measure)).to_owned();
            if let Some(block) = blocks.last_mut() {
                block.rows.push(self.row(label, cell));
            }
        }
        blocks
    }

    fn region(&self, pair: &Pair<'_>, region: &ComparedRegion) -> Block {
        let contest = self.night.contest;
        let (title, page) = match region.region {
            Region::Statewide => (String::new(), String::new()),
            Region::County(index) => contest.counties.get(index).map_or_else(
                || (String::new(), String::new()),
                |county| (county.name.clone(), format!("counties/{}.html", county.id)),
            ),
            Region::District(number) => {
                let district = self.language.say("Congressional district", "Distrito congresual");
                (format!("{district} {number}"), String::new())
            }
        };
        let differs = region.cells.iter().filter(|cell| cell.differs());
        Block {
            region: region_name(contest, region.region),
            title,
            page,
            rows: self.rows(pair, differs),
        }
    }

    fn precinct(
        &self,
        pair: &Pair<'_>,
        compared: &ComparedPrecinct,
        releases: &HashMap<MessageId, &'a Effective<'a>>,
    ) -> Option<Differs<'a>> {
        let place = self.night.contest.precinct(compared.precinct.0)?;
        let readable = |report: Option<MessageId>| {
            let report = report.filter(|&report| !self.night.is_withheld(report));
            report.map(|report| report.to_string())
        };
        let steps = compared.steps.iter();
        Some(Differs {
            id: &place.id,
            county: self.night.contest.county_display(place),
            steps: steps
                .filter_map(|step| self.explained(compared.precinct, step, releases))
                .collect(),
            reports: (readable(compared.before), readable(compared.after)),
            missing: (compared.before.is_none(), compared.after.is_none()),
            block: Block {
                region: format!("precinct:{}", place.id),
                title: place.name.clone(),
                page: String::new(),
                rows: self.rows(pair, compared.cells.iter()),
            },
        })
    }

    fn explained(
        &self,
        precinct: PrecinctNumber,
        step: &Step,
        releases: &HashMap<MessageId, &'a Effective<'a>>,
    ) -> Option<Explained<'a>> {
        let decisions = self.night.state.review().decisions(precinct);
        let decided = decisions.iter().find(|one| Some(one.signed.id) == step.decision);
        Some(Explained {
            release: &releases.get(&step.release)?.named.name,
            cause: step.cause.map(|cause| self.language.cause(cause)),
            evidence: decided.map(|one| self.language.evidence(one.decision.evidence)),
            why: decided
                .map(|one| self.night.written(self.language, one.signed.id, &one.decision.why)),
        })
    }

    fn rows<'c>(&self, pair: &Pair<'_>, cells: impl Iterator<Item = &'c ComparedCell>) -> Vec<Row> {
        self.every(cells.filter(|cell| pair.shows(cell)))
    }

    /// A row for each number.
    pub(super) fn every<'c>(&self, cells: impl Iterator<Item = &'c ComparedCell>) -> Vec<Row> {
        cells
            .map(|cell| {
                let measure = self.measure(cell.measure);
                let label = match cell.group {
                    Some(group) => format!("{measure}, {}", self.group(group)),
                    None => measure.to_owned(),
                };
                self.row(label, cell)
            })
            .collect()
    }

    fn row(&self, label: String, cell: &ComparedCell) -> Row {
        let group = cell.group.and_then(|group| self.night.contest.groups.get(group));
        let measure = cells::measure(cell.measure);
        let said = |value: u64| grouped(&number(cell.measure, value.into()));
        let difference = |value: i128| {
            let size = number(cell.measure, value);
            let size = grouped(size.trim_start_matches('-'));
            match value {
                0 => size,
                1.. => format!("+{size}"),
                _ => format!("\u{2212}{size}"),
            }
        };
        Row {
            label,
            of: group.map_or_else(|| measure.to_owned(), |one| format!("{measure}:{}", one.key)),
            cells: [
                ("before", cell.before.map(said)),
                ("after", cell.after.map(said)),
                ("difference", cell.difference().map(difference)),
            ],
        }
    }

    fn group(&self, group: usize) -> &'a str {
        let group = self.night.contest.groups.get(group);
        group.map_or("", |group| group.full_name_in(self.language.code()))
    }

    fn measure(&self, measure: Measure) -> &'static str {
        let language = self.language;
        match measure {
            Measure::Released => language.say("Precincts released", "Precintos publicados"),
            Measure::Attendees => language.say("Attendance", "Asistencia"),
            Measure::Count(kind) => language.count(kind),
            Measure::Official => language.say("Delegates that count", "Delegados que cuentan"),
            Measure::Sde => {
                language.say("State delegate equivalents", "Delegados estatales equivalentes")
            }
            Measure::National => {
                language.say("Pledged national delegates", "Delegados nacionales comprometidos")
            }
        }
    }
}
