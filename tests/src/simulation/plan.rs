//! What a seed means: who reports what, and what goes wrong. Of the kinds of faults, each seed has some and not others, so
//! that none is always hidden behind another one.

use countersign_core::contest::Contest;
use countersign_core::room::Room;
use rand::rngs::ChaCha8Rng;
use rand::seq::{IndexedRandom as _, SliceRandom as _};
use rand::{RngExt as _, SeedableRng as _};

use crate::paper::Paper;

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// A tablet and what its secretary will do.
#[derive(Debug, Clone)]
pub(super) struct TabletPlan {
    pub(super) room: Room,
    /// What is typed and signed.
    pub(super) paper: Paper,
    /// What is typed and signed after that.
    pub(super) correction: Option<Paper>,
    /// Who carries the report as well.
    pub(super) carrier: Option<usize>,
    /// When it is first opened.
    pub(super) begins: u64,
    /// How far its wall clock may be off.
    pub(super) off_ms: i64,
}

/// What goes wrong between a tablet and the server: so many requests or answers of a thousand.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Weather {
    /// It never arrives.
    pub(super) lost: u32,
    /// It arrives, and once more.
    pub(super) doubled: u32,
    /// It does not arrive as it was sent.
    pub(super) damaged: u32,
    /// Somebody else answers.
    pub(super) stranger: u32,
    /// The answer to another request comes.
    pub(super) crossed: u32,
    /// It takes minutes.
    pub(super) stalled: u32,
}

/// Something that happens at a moment.
#[derive(Debug, Clone, Copy)]
pub(super) enum Blow {
    /// A tablet's app is killed, and opened again later.
    KillTablet { tablet: usize, away_ms: u64 },
    /// The server is killed, and started again later.
    KillServer { away_ms: u64 },
    /// Nothing passes between a tablet and the server: connections are refused, or nothing is heard.
    Cut { tablet: usize, refused: bool },
    /// It passes again.
    Mend { tablet: usize },
    /// The server's disk is full for a room's log, or has room again.
    Fill { room: Room, full: bool },
    /// The server's clock jumps.
    ServerClock { off_ms: i64 },
}

/// A simulation's plan.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) tablets: Vec<TabletPlan>,
    pub(super) weather: Weather,
    /// Commits that go wrong, of a thousand.
    pub(super) mishaps: [u32; 5],
    /// Messages that a key may send at once, and in a minute.
    pub(super) key_rate: u32,
    /// How long the server lets messages gather, at most.
    pub(super) gather_ms: u64,
    pub(super) blows: Vec<(u64, Blow)>,
    /// When the faults stop.
    pub(super) calm: u64,
}

struct Planner {
    dice: ChaCha8Rng,
    calm: u64,
}

impl Plan {
    /// The plan of a seed.
    pub(super) fn of(seed: u64, contest: &Contest) -> Self {
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        let calm = dice.random_range(3 * MINUTE..12 * MINUTE);
        let mut planner = Planner { dice, calm };
        let tablets = planner.tablets(contest);
        let weather = Weather {
            lost: planner.share(250),
            doubled: planner.share(300),
            damaged: planner.share(150),
            stranger: planner.share(200),
            crossed: planner.share(150),
            stalled: planner.share(150),
        };
        let mishaps = [(); 5].map(|()| planner.share(150));
        let blows = planner.blows(tablets.len());
        let tight = planner.dice.random_ratio(1, 4);
        let key_rate = if tight { planner.dice.random_range(1..=6) } else { 60 };
        let gather_ms = if planner.dice.random_ratio(1, 2) { 2 * SECOND } else { 20 };
        Self { tablets, weather, mishaps, key_rate, gather_ms, blows, calm }
    }
}

impl Planner {
    /// Up to so many of a thousand; none at all with every other seed.
    fn share(&mut self, most: u32) -> u32 {
        if self.dice.random_ratio(1, 2) { self.dice.random_range(1..=most) } else { 0 }
    }

    fn tablets(&mut self, contest: &Contest) -> Vec<TabletPlan> {
        // Without satellite sites: how many delegates those have depends on who comes.
        let mut precincts: Vec<u32> = (0..)
            .zip(&contest.precincts)
            .filter(|(_, precinct)| precinct.delegates.is_some())
            .map(|(number, _)| number)
            .collect();
        precincts.shuffle(&mut self.dice);
        let count = self.dice.random_range(3..=5);
        let mut plans = Vec::new();
        while plans.len() < count {
            let precinct = precincts[plans.len()];
            let paper = self.paper(precinct, contest.groups.len());
            let again = self.dice.random_ratio(1, 3);
            let correction = again.then(|| paper.misread(&mut self.dice)).map(raise);
            let carrier = self.dice.random_ratio(1, 16).then(|| self.dice.random_range(0..count));
            plans.push(TabletPlan {
                room: if self.dice.random_ratio(1, 4) { Room::Rehearsal } else { Room::Official },
                paper,
                correction,
                carrier: carrier.filter(|&carrier| carrier != plans.len()),
                begins: self.dice.random_range(0..self.calm / 2),
                off_ms: self.off_ms(),
            });
        }
        plans
    }

    fn off_ms(&mut self) -> i64 {
        let off = [0, 0, 0, -3 * 365 * DAY_MS, -DAY_MS, -47 * 60_000, 61 * 60_000, 400 * DAY_MS];
        *off.choose(&mut self.dice).unwrap_or(&0)
    }

    /// A small caucus: nothing here depends on large figures, and every digit is a key press.
    fn paper(&mut self, precinct: u32, groups: usize) -> Paper {
        let mut first = vec![0; groups];
        for _ in 0..2 {
            first[self.dice.random_range(0..groups)] = self.dice.random_range(1..10);
        }
        let attendees = first.iter().sum();
        Paper { precinct, attendees, last: first.clone(), first, delegates: None }
    }

    /// Minutes of the storm at which something happens.
    fn moments(&mut self, most: usize) -> Vec<u64> {
        let count = if self.dice.random_ratio(1, 2) { self.dice.random_range(1..=most) } else { 0 };
        (0..count).map(|_| self.dice.random_range(0..self.calm)).collect()
    }

    fn blows(&mut self, tablets: usize) -> Vec<(u64, Blow)> {
        let mut blows = Vec::new();
        for at in self.moments(8) {
            let tablet = self.dice.random_range(0..tablets);
            let away_ms = self.dice.random_range(1..2 * MINUTE);
            blows.push((at, Blow::KillTablet { tablet, away_ms }));
        }
        for at in self.moments(5) {
            blows.push((at, Blow::KillServer { away_ms: self.dice.random_range(SECOND..MINUTE) }));
        }
        for at in self.moments(8) {
            let tablet = self.dice.random_range(0..tablets);
            let over = at + self.dice.random_range(SECOND..4 * MINUTE);
            let refused = self.dice.random_bool(0.5);
            blows.push((at, Blow::Cut { tablet, refused }));
            blows.push((over.min(self.calm), Blow::Mend { tablet }));
        }
        for at in self.moments(2) {
            let room = if self.dice.random_bool(0.5) { Room::Official } else { Room::Rehearsal };
            let over = at + self.dice.random_range(SECOND..2 * MINUTE);
            blows.push((at, Blow::Fill { room, full: true }));
            blows.push((over.min(self.calm), Blow::Fill { room, full: false }));
        }
        for at in self.moments(3) {
            blows.push((at, Blow::ServerClock { off_ms: self.off_ms() }));
        }
        blows
    }
}

/// As many came as stood somewhere: without it, the correction would want its own reasons.
fn raise(mut paper: Paper) -> Paper {
    paper.first.clone_from(&paper.last);
    paper.attendees = paper.first.iter().sum();
    paper
}
