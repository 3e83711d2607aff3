//! What will happen in a night, all of it, from a seed.
//!
//! Moments are milliseconds of the simulated evening, counted from its begin.

use std::time::Duration;

use clap::ValueEnum;
use countersign_device::api::Step;
use rand::rngs::ChaCha8Rng;
use rand::seq::{IndexedRandom as _, SliceRandom as _};
use rand::{RngExt as _, SeedableRng as _};
use serde::{Deserialize, Serialize};

use crate::paper::Paper;
use crate::weather::Weather;

const MINUTE: u64 = 60_000;
/// Networks that tablets share: a school, a library, a telephone cell.
pub(crate) const ZONES: usize = 48;
/// Zones of them without a network for hours.
const ZONES_CUT_OFF: usize = 5;
/// Processes that the tablets live in.
pub(crate) const HALLS: usize = 6;

/// How much goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Faults {
    /// Nothing.
    None,
    /// What a night has: venues without a network, wrong clocks, corrections, two tablets, a server that is killed.
    Usual,
    /// Everything, all the time.
    Hell,
}

/// What a tablet and its secretary will do.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct TabletPlan {
    /// Its number; also the name of its folder.
    pub(crate) number: usize,
    /// Which network it is in.
    pub(crate) zone: usize,
    /// Its invitation.
    pub(crate) code: String,
    /// When the caucus begins, when first and final alignment are known, and when all is.
    pub(crate) known: [u64; 4],
    /// What is entered.
    pub(crate) paper: Paper,
    /// What turns out to be right later, and when.
    pub(crate) correction: Option<(u64, Paper)>,
    /// When another tablet of the same hall (by its place there) carries its report, if it is not countersigned by then.
    pub(crate) carried: Option<(u64, usize)>,
    /// How far its wall clock is off, milliseconds.
    pub(crate) skew_ms: i64,
}

impl TabletPlan {
    /// The furthest step that what is known allows.
    pub(crate) fn may(&self, now: u64) -> Step {
        let [_, first, last, done] = self.known;
        match now {
            _ if now >= done => Step::Sign,
            _ if now >= last => Step::FinalAlignment,
            _ if now >= first => Step::Realignment,
            _ => Step::Attendance,
        }
    }
}

/// Something that happens to the night as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blow {
    /// A zone's network changes.
    Weather { zone: usize, weather: Weather },
    /// The server is killed and started again.
    KillServer,
    /// A hall's process, with all tablets in it, is killed and started again.
    KillHall { hall: usize },
}

/// A night.
pub(crate) struct Plan {
    /// How long the evening is.
    pub(crate) length: Duration,
    /// Tablets by hall.
    pub(crate) halls: Vec<Vec<TabletPlan>>,
    /// What happens when, in order of time. It ends with fair weather everywhere.
    pub(crate) blows: Vec<(u64, Blow)>,
}

/// What a plan is made from.
pub(crate) struct Wish<'a> {
    pub(crate) seed: u64,
    pub(crate) faults: Faults,
    pub(crate) minutes: u64,
    /// What every precinct that reports has on paper.
    pub(crate) papers: &'a [Paper],
    /// Two codes for each precinct, in the same order.
    pub(crate) codes: &'a [[String; 2]],
}

struct Planner<'a> {
    wish: &'a Wish<'a>,
    dice: ChaCha8Rng,
    end: u64,
    /// Numbers given so far.
    numbered: usize,
    tablets: Vec<TabletPlan>,
}

impl Plan {
    /// Makes the plan. The same wish gives the same plan.
    pub(crate) fn make(wish: &Wish<'_>) -> Self {
        let dice = ChaCha8Rng::seed_from_u64(wish.seed);
        let end = wish.minutes * MINUTE;
        let mut planner = Planner { wish, dice, end, numbered: 0, tablets: Vec::new() };
        for (paper, codes) in wish.papers.iter().zip(wish.codes) {
            planner.precinct(paper.clone(), codes);
        }
        let blows = planner.blows();
        let mut halls = vec![Vec::new(); HALLS];
        for tablet in planner.tablets.drain(..) {
            halls[tablet.number % HALLS].push(tablet);
        }
        for hall in &mut halls {
            planner.find_carriers(hall);
        }
        Self { length: Duration::from_millis(end), halls, blows }
    }
}

impl Plan {
    /// Every tablet.
    pub(crate) fn tablets(&self) -> impl Iterator<Item = &TabletPlan> {
        self.halls.iter().flatten()
    }

    /// Whether a zone's weather changes at all.
    pub(crate) fn is_stormy(&self, zone: usize) -> bool {
        self.blows
            .iter()
            .any(|(_, blow)| matches!(blow, Blow::Weather { zone: other, .. } if *other == zone))
    }

    /// Reports that will have been signed in the end.
    pub(crate) fn reports(&self) -> usize {
        self.tablets().map(|tablet| 1 + usize::from(tablet.correction.is_some())).sum()
    }
}

impl Planner<'_> {
    fn chance(&mut self, per_cent: u32) -> bool {
        let times = match self.wish.faults {
            Faults::None => 0,
            Faults::Usual => 1,
            Faults::Hell => 4,
        };
        self.dice.random_ratio((per_cent * times).min(100), 100)
    }

    /// A share of the evening.
    fn at(&self, per_mille: u64) -> u64 {
        self.end * per_mille / 1_000
    }

    fn precinct(&mut self, paper: Paper, codes: &[String; 2]) {
        let first = self.tablet(codes[0].clone(), paper.clone());
        if self.chance(2) {
            // Two people of one precinct report; now and then they do not agree.
            let other = if self.chance(30) { paper.misread(&mut self.dice) } else { paper };
            let second = self.tablet(codes[1].clone(), other);
            self.tablets.push(second);
        } else if self.chance(4) {
            // What was typed first was misread; the correction says what the paper says.
            let later = self.dice.random_range(self.at(30)..self.at(90));
            let at = first.known[3] + later;
            let right = first.paper.clone();
            let wrong = right.misread(&mut self.dice);
            self.tablets.push(TabletPlan { paper: wrong, correction: Some((at, right)), ..first });
            return;
        }
        self.tablets.push(first);
    }

    fn tablet(&mut self, code: String, paper: Paper) -> TabletPlan {
        let number = self.numbered;
        self.numbered += 1;
        let zone = self.dice.random_range(0..ZONES);
        // Of an evening of four hours, most report in the second: the sum of two dice has its peak in the middle.
        let half_an_hour = self.at(125);
        let [one, two] = [half_an_hour; 2].map(|most| self.dice.random_range(0..most));
        let done = self.at(250) + one + two;
        let late = if self.dice.random_ratio(8, 100) {
            self.dice.random_range(0..self.at(300))
        } else {
            0
        };
        let begun = self.dice.random_range(self.at(40)..self.at(140));
        let done = done + late;
        let known = [begun, begun + (done - begun) / 3, begun + (done - begun) * 2 / 3, done];
        let skew_ms = if self.chance(5) {
            let day = 24 * 60 * MINUTE as i64;
            *[-3 * 365 * day, -day, -47 * MINUTE as i64, 61 * MINUTE as i64, day, 400 * day]
                .choose(&mut self.dice)
                .unwrap_or(&day)
        } else {
            0
        };
        // Where there is no network, one in three finds a telephone that has one.
        let carried = (self.cut_off(zone) && self.dice.random_ratio(1, 3)).then(|| {
            let wait = self.dice.random_range(self.at(20)..self.at(120));
            (done + wait, 0)
        });
        TabletPlan { number, zone, code, known, paper, correction: None, carried, skew_ms }
    }

    /// Who carries a report is the next tablet of the hall that has a network.
    fn find_carriers(&self, hall: &mut [TabletPlan]) {
        let connected: Vec<usize> =
            (0..hall.len()).filter(|&at| !self.cut_off(hall[at].zone)).collect();
        for (at, tablet) in hall.iter_mut().enumerate() {
            let carrier = connected.iter().find(|&&other| other > at).or(connected.first());
            tablet.carried =
                tablet.carried.and_then(|(when, _)| carrier.map(|&carrier| (when, carrier)));
        }
    }

    fn cut_off(&self, zone: usize) -> bool {
        self.wish.faults != Faults::None && zone < ZONES_CUT_OFF
    }

    fn blows(&mut self) -> Vec<(u64, Blow)> {
        let mut blows = Vec::new();
        let (storms, server_kills, hall_kills) = match self.wish.faults {
            Faults::None => return blows,
            Faults::Usual => (3, 2, 1),
            Faults::Hell => (12, 10, 4),
        };
        for zone in 0..ZONES {
            if self.cut_off(zone) {
                let silent = self.dice.random_bool(0.5);
                let weather = if silent { Weather::Silent } else { Weather::Refused };
                let over = self.dice.random_range(self.at(800)..self.at(960));
                blows.push((0, Blow::Weather { zone, weather }));
                blows.push((over, Blow::Weather { zone, weather: Weather::Fair }));
            } else if self.wish.faults == Faults::Hell || self.dice.random_bool(0.5) {
                self.storms(zone, storms, &mut blows);
            }
        }
        for _ in 0..server_kills {
            blows.push((self.dice.random_range(self.at(150)..self.at(700)), Blow::KillServer));
        }
        for hall in 0..HALLS {
            for _ in 0..hall_kills {
                let at = self.dice.random_range(self.at(60)..self.at(700));
                blows.push((at, Blow::KillHall { hall }));
            }
        }
        blows.sort_by_key(|(at, _)| *at);
        blows
    }

    /// Short disturbances, each of another kind, with fair weather between them.
    fn storms(&mut self, zone: usize, storms: usize, blows: &mut Vec<(u64, Blow)>) {
        let mut begins: Vec<u64> =
            (0..storms).map(|_| self.dice.random_range(self.at(100)..self.at(900))).collect();
        begins.sort_unstable();
        let mut kinds = Weather::BAD.to_vec();
        kinds.shuffle(&mut self.dice);
        for (at, weather) in begins.into_iter().zip(kinds.into_iter().cycle()) {
            let long = self.dice.random_range(self.at(4)..self.at(25));
            blows.push((at, Blow::Weather { zone, weather }));
            blows.push(((at + long).min(self.end), Blow::Weather { zone, weather: Weather::Fair }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn papers() -> Vec<Paper> {
        let paper = |precinct| Paper {
            precinct,
            attendees: 60,
            first: vec![20; 3],
            last: vec![30, 30, 0],
            delegates: Some(vec![2, 2, 0]),
        };
        (0..400).map(paper).collect()
    }

    fn plan(seed: u64, faults: Faults) -> Plan {
        let papers = papers();
        let codes = vec![["a".to_owned(), "b".to_owned()]; papers.len()];
        Plan::make(&Wish { seed, faults, minutes: 240, papers: &papers, codes: &codes })
    }

    #[test]
    fn a_seed_gives_the_same_night() {
        let written = |plan: &Plan| {
            (serde_json::to_string(&plan.halls).unwrap(), format!("{:?}", plan.blows))
        };
        let once = written(&plan(7, Faults::Usual));
        assert_eq!(once, written(&plan(7, Faults::Usual)));
        assert_ne!(once, written(&plan(8, Faults::Usual)));
    }

    #[test]
    fn t73_most_report_between_the_first_and_the_second_hour() {
        let plan = plan(7, Faults::Usual);
        let [before, within, after] = plan.tablets().fold([0, 0, 0], |mut when, tablet| {
            let minute = tablet.known[3] / MINUTE;
            when[usize::from(minute >= 60) + usize::from(minute >= 120)] += 1;
            when
        });
        assert!(before == 0 && within > 4 * after && after > 0, "{before} {within} {after}");
        assert!(plan.tablets().all(|tablet| tablet.known.is_sorted()));
    }

    #[test]
    fn a_quiet_night_is_quiet_and_every_night_ends_fair() {
        let quiet = plan(7, Faults::None);
        assert!(quiet.blows.is_empty() && quiet.reports() == 400);
        for faults in [Faults::Usual, Faults::Hell] {
            let plan = plan(7, faults);
            let mut last = [Weather::Fair; ZONES];
            for (_, blow) in &plan.blows {
                if let Blow::Weather { zone, weather } = blow {
                    last[*zone] = *weather;
                }
            }
            assert_eq!(last, [Weather::Fair; ZONES]);
            assert!(plan.tablets().any(|tablet| tablet.carried.is_some()));
            assert!(plan.tablets().any(|tablet| tablet.correction.is_some()));
            assert!(plan.tablets().count() > 400, "some precincts have two tablets");
        }
    }
}
