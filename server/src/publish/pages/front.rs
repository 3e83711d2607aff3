//! The first page.

use askama::Template;
use countersign_core::contest::CountyKind;
use countersign_core::language::Language;
use countersign_core::results::{Candidate, Released, Totals};

use super::national::{self, Given};
use super::said::{CAME_IN, STATE};
use super::tables::Table;
use super::untold;
use super::words::{Words as _, per_cent, per_mille, whole};
use super::{Frame, Night};
use crate::publish::cells::Cells;
use crate::publish::map::Map;

#[derive(Template)]
#[template(path = "results/index.html")]
pub(super) struct Front<'a> {
    f: Frame<'a>,
    released: String,
    all: String,
    part: String,
    received: String,
    in_review: String,
    /// Name, layer and time of the last release.
    last: Option<(String, &'static str, String)>,
    corrected: usize,
    withdrawn: usize,
    covered: bool,
    coverage: String,
    attendees: String,
    /// People who voted early; absent where the contest has no early votes.
    early: Option<String>,
    provisional: bool,
    table: Option<Table>,
    national: Option<Given>,
    maps: Option<Maps>,
    counties: Vec<County>,
    /// How many witnesses cosign the log: not in the log, so it stands in an element that is marked as untold.
    witnesses: String,
    /// The same of who has seen the last release.
    witnessed: Option<String>,
    /// Until when releases are stopped, where they are.
    stopped: Option<String>,
    inconsistent: bool,
    folder: Option<&'a str>,
}

/// The three maps.
struct Maps {
    width: u32,
    height: u32,
    outlines: Vec<Shape>,
    /// The groups that lead somewhere, with the letter that stands for each.
    leaders: Vec<(String, String, usize)>,
}

/// The step of completeness at which a county is complete.
const COMPLETE: u64 = 4;

/// A county on the maps.
struct Shape {
    id: String,
    path: String,
    x: i32,
    y: i32,
    title: String,
    /// Place of the leader among the leaders, and its letter.
    leader: Option<(usize, String)>,
    /// The leader's share, in five steps from 0, and in whole per cent.
    share: Option<(u64, u64)>,
    /// Completeness in five steps up to [`COMPLETE`].
    complete: u64,
}

/// A row of the counties' table.
struct County {
    id: String,
    name: String,
    released: String,
    attendees: String,
    leader: String,
}

impl Front<'_> {
    /// What it has to say beside the numbers that follow from what is released.
    pub(super) fn said(&self) -> Cells {
        let mut cells = Cells::default();
        cells.put(STATE, "released", &self.released);
        cells.put(STATE, "all", &self.all);
        cells.put(STATE, "part", &self.part);
        cells.put(CAME_IN, "received", &self.received);
        cells.put(CAME_IN, "inReview", &self.in_review);
        if let Some((name, layer, at)) = &self.last {
            let region = "lastRelease";
            cells.put(region, "name", name);
            cells.put(region, "layer", layer);
            cells.put(region, "at", at);
            cells.put(region, "corrected", self.corrected);
            cells.put(region, "withdrawn", self.withdrawn);
        } else {
            cells.put(STATE, "withdrawn", self.withdrawn);
        }
        if let Some(until) = &self.stopped {
            cells.put(STATE, "stoppedUntil", until);
        }
        for county in &self.counties {
            let region = format!("county:{}", county.id);
            cells.put(&region, "released", &county.released);
            if self.covered {
                cells.put(&region, "leader", &county.leader);
            }
        }
        if let Some(maps) = &self.maps {
            maps.said(self.covered, &mut cells);
        }
        cells
    }
}

impl Maps {
    fn said(&self, covered: bool, cells: &mut Cells) {
        for one in &self.outlines {
            let region = format!("map:{}", one.id);
            cells.put(&region, "title", &one.title);
            if one.complete == COMPLETE {
                cells.put(&region, "complete", "✓");
            }
            if let Some((_, letter)) = one.leader.as_ref().filter(|_| covered) {
                cells.put(&region, "leader", letter);
            }
            if let Some((_, percent)) = one.share.filter(|_| covered) {
                cells.put(&region, "share", percent);
            }
        }
        for (place, (letter, name, _)) in (1..).zip(&self.leaders).filter(|_| covered) {
            cells.put("map", format!("letter:{place}"), letter);
            cells.put("map", format!("name:{place}"), name);
        }
    }
}

/// How many precincts have something that counts, and of those how many are not released.
pub(super) fn received(night: &Night<'_>) -> (usize, usize) {
    let mut counts = (0, 0);
    for number in night.contest.precinct_numbers() {
        if matches!(night.state.candidate(number), Candidate::Missing) {
            continue;
        }
        counts.0 += 1;
        let released = night.released.as_ref().and_then(|released| released.precinct(number));
        counts.1 += usize::from(released.is_none());
    }
    counts
}

/// The group that has most, by SDE and else by the last count; none where two have as many or nobody has any.
fn leader(totals: &Totals) -> Option<(usize, u64, u64)> {
    let by_sde: Vec<u64> = totals.sde.iter().map(|sde| sde.0).collect();
    let values = if by_sde.iter().any(|&sde| sde > 0) { &by_sde } else { totals.counts.last()? };
    let most = values.iter().max().copied().filter(|&most| most > 0)?;
    let mut leaders = (0..values.len()).filter(|&index| values[index] == most);
    let first = leaders.next()?;
    leaders.next().is_none().then(|| (first, most, values.iter().sum()))
}

pub(super) fn page<'a>(night: &'a Night<'_>, language: Language) -> Front<'a> {
    let contest = night.contest;
    let released = night.released.as_ref();
    let (received, in_review) = received(night);
    let count = released.map_or(0, |released| released.precincts.len());
    let covered = released.is_some_and(Released::is_covered);
    let coverage = contest.release_rules().coverage;
    let last = night.last();
    let national = released.and_then(Released::published_national);
    let stop = night.state.review().stop_in_force(night.made_ms);
    Front {
        f: Frame::of(
            night,
            language,
            "index.html",
            language.say("Results", "Resultados").to_owned(),
        ),
        released: whole(count),
        all: whole(contest.precincts.len()),
        part: per_cent(count as u64, contest.precincts.len() as u64),
        received: whole(received),
        in_review: whole(in_review),
        last: last.map(|last| {
            let time = night.time(language, last.at_ms);
            (last.named.name.clone(), language.layer(last.layer), time)
        }),
        corrected: night.changes.len(),
        withdrawn: night.releases.iter().filter(|one| one.release.withdrawal.is_some()).count(),
        covered,
        coverage: per_cent(coverage.numerator.into(), coverage.denominator.into()),
        attendees: released.map_or_else(String::new, |one| whole(one.statewide.attendees)),
        early: released
            .filter(|_| contest.early_votes.is_some())
            .map(|released| whole(released.statewide.early_attendees)),
        provisional: released.is_some_and(|released| released.statewide.provisional),
        table: released
            .filter(|released| !released.precincts.is_empty())
            .map(|released| Table::of(contest, &released.statewide, language, covered)),
        national: national.map(|national| national::given(contest, national, language)),
        maps: released.and_then(|released| maps(night, released, language, covered)),
        counties: released
            .map_or_else(Vec::new, |released| counties(night, released, language, covered)),
        witnesses: witnesses(night, language),
        witnessed: last.and_then(|last| night.witnessed(last, language)),
        inconsistent: night.witnesses.inconsistent,
        stopped: stop.map(|stop| {
            let until = stop.until_ms().map(|until| night.time(language, until));
            until.unwrap_or_default()
        }),
        folder: last.map(|last| last.folder.as_str()),
    }
}

fn witnesses(night: &Night<'_>, language: Language) -> String {
    let (all, _) = night.witnesses.now(night.contest.witnesses.as_ref());
    let cosigning = all.iter().filter(|one| !one.is_silent && one.size > 0).count();
    match (all.len(), cosigning) {
        (0, _) => untold::NOBODY_COSIGNS.say(language, &[]),
        (all, cosigning) => untold::COSIGN.say(language, &[cosigning, all].map(whole)),
    }
}

fn counties(
    night: &Night<'_>,
    released: &Released,
    language: Language,
    covered: bool,
) -> Vec<County> {
    let row = |(county, totals): (&countersign_core::contest::County, &Totals)| County {
        id: county.id.clone(),
        name: county.name.clone(),
        released: format!(
            "{} {} {}",
            whole(totals.precincts_released),
            language.say("of", "de"),
            whole(totals.precincts_total)
        ),
        attendees: whole(totals.attendees),
        leader: leader(totals).filter(|_| covered).map_or_else(
            || "–".to_owned(),
            |(index, most, all)| {
                let name = night.contest.groups[index].name_in(language.code());
                format!("{name}, {}", per_cent(most, all))
            },
        ),
    };
    night.contest.counties.iter().zip(&released.counties).map(row).collect()
}

fn maps(night: &Night<'_>, released: &Released, language: Language, covered: bool) -> Option<Maps> {
    let contest = night.contest;
    let on_the_map: Vec<_> = contest
        .counties
        .iter()
        .zip(&released.counties)
        .filter(|(county, _)| county.kind != CountyKind::SatellitePool)
        .collect();
    let names: Vec<&str> = on_the_map.iter().map(|(county, _)| county.name.as_str()).collect();
    let map = Map::of(&names)?;
    let leads = |totals: &Totals| leader(totals).filter(|_| covered);
    // The groups that lead somewhere, those that lead in most counties first, so that their patterns differ most.
    let mut led = vec![0_usize; contest.groups.len()];
    for (_, totals) in &on_the_map {
        if let Some((index, ..)) = leads(totals) {
            led[index] += 1;
        }
    }
    let mut leaders: Vec<usize> = (0..led.len()).filter(|&index| led[index] > 0).collect();
    leaders.sort_by_key(|&index| std::cmp::Reverse(led[index]));
    let letters =
        letters(&leaders.iter().map(|&i| contest.groups[i].name.as_str()).collect::<Vec<_>>());
    let mut outlines = Vec::new();
    for outline in map.counties {
        let found = on_the_map.iter().find(|(county, _)| county.name == outline.county);
        let Some((county, totals)) = found else { continue };
        let leader = leads(totals);
        let place = leader.and_then(|(index, ..)| leaders.iter().position(|one| *one == index));
        let complete = u64::from(totals.precincts_released) * COMPLETE
            / u64::from(totals.precincts_total.max(1));
        let mut title = format!(
            "{}: {} {} {} {}",
            county.name,
            totals.precincts_released,
            language.say("of", "de"),
            totals.precincts_total,
            language.say("precincts released", "precintos publicados")
        );
        let share = leader.map(|(index, most, all)| {
            let name = contest.groups[index].name_in(language.code());
            title.push_str(&format!("; {name} {}", per_cent(most, all)));
            let tenths = per_mille(most, all);
            (tenths.saturating_sub(200).min(499) / 100, tenths / 10)
        });
        outlines.push(Shape {
            id: county.id.clone(),
            path: outline.path,
            x: outline.x,
            y: outline.y,
            title,
            leader: place.map(|place| (place.min(7), letters[place].clone())),
            share,
            complete,
        });
    }
    let leaders = leaders.iter().enumerate().map(|(place, &index)| {
        let name = contest.groups[index].full_name_in(language.code()).to_owned();
        (letters[place].clone(), name, place.min(7))
    });
    Some(Maps { width: map.width, height: map.height, outlines, leaders: leaders.collect() })
}

/// The fewest first letters of each name by which it differs from those before it.
fn letters(names: &[&str]) -> Vec<String> {
    let mut taken: Vec<String> = Vec::new();
    for name in names {
        let starts = (1..=name.chars().count()).map(|length| name.chars().take(length).collect());
        let own = starts.into_iter().find(|start: &String| !taken.contains(start));
        taken.push(own.unwrap_or_else(|| (*name).to_owned()));
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaders_are_told_apart_by_as_few_letters_as_possible() {
        assert_eq!(letters(&["Buttigieg", "Sanders", "Biden", "Bennet"]), ["B", "S", "Bi", "Be"]);
    }
}
