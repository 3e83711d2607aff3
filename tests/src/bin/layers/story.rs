//! Layer after layer.

use std::collections::BTreeMap;
use std::path::Path;

use countersign_core::id::{MessageId, PrecinctNumber};
use countersign_core::message::{Cause, Channel, Evidence, Layer};
use countersign_core::results::{Compared, ProposedRelease, Released, changes};
use serde::Serialize;

use crate::desk::Desk;
use crate::sheet::{Road, Sheet};
use crate::{Outcome, place};

/// Precincts that correct their own report.
const CORRECTED: usize = 5;
/// Precincts of the recanvass, as many as in Iowa in 2020.
const RECANVASS: usize = 29;
/// Precincts of the recount, likewise.
const RECOUNT: usize = 23;
/// Precincts of the recount that the recanvass had changed before.
const BOTH: usize = 8;

/// What the layers came to.
#[derive(Serialize)]
pub(crate) struct Summary {
    made_up: bool,
    precincts: usize,
    changed_precincts: usize,
    pairs: Vec<Pair>,
}

#[derive(Serialize)]
struct Pair {
    before: &'static str,
    after: &'static str,
    precincts: usize,
    cells: usize,
}

struct Story {
    desk: Desk,
    /// What stands on each precinct's worksheet, as far as anybody knows.
    sheets: Vec<Sheet>,
    /// The last report of each precinct, by its tablet.
    reports: Vec<MessageId>,
    /// The last report that was typed of a precinct.
    typed: BTreeMap<usize, MessageId>,
}

/// Goes through the layers, and writes the results into `results` below the folder.
pub(crate) fn run(folder: &Path, precincts: u32) -> Outcome<Summary> {
    let files = folder.join("contest");
    std::fs::create_dir_all(&files)?;
    let rooms = place::make(&files, precincts)?;
    let sheets = (0..).zip(rooms);
    let sheets = sheets.map(|(number, first)| Sheet { precinct: PrecinctNumber(number), first });
    let mut story = Story {
        desk: Desk::open(folder, &files)?,
        sheets: sheets.collect(),
        reports: Vec::new(),
        typed: BTreeMap::new(),
    };
    story.night()?;
    story.corrections()?;
    // Spread over the contest: no precinct of the corrections, and some of the recanvass in the recount as well.
    let every = |step: usize, from: usize| (from..).step_by(step);
    let step = story.sheets.len() / (RECANVASS + RECOUNT - BOTH);
    let recanvass: Vec<usize> = every(step, 0).take(RECANVASS).collect();
    let recount: Vec<usize> = every(step, 0).skip(RECANVASS - BOTH).take(RECOUNT).collect();
    let moved = |number: usize| 1 + number as u32 % 3;
    let why = "the signed worksheet was read again (made up)";
    let of = (Layer::Recanvass, Cause::Recanvass, Evidence::Sheet);
    story.look_again("The recanvass", of, &recanvass, why, moved)?;
    let moved = |number: usize| 4 + number as u32 % 4;
    let why = "the preference cards were counted again (made up)";
    let of = (Layer::Recount, Cause::Recount, Evidence::Cards);
    story.look_again("The recount", of, &recount, why, moved)?;
    story.certify()?;
    let summary = story.summary()?;
    story.desk.close(&folder.join("results"))?;
    Ok(summary)
}

impl Story {
    /// Every precinct reports; two batches are released.
    fn night(&mut self) -> Outcome<()> {
        for sheet in &self.sheets {
            let (channel, sequence) = (Channel::Tablet, self.desk.next());
            let road = Road { channel, supersedes: None, sequence };
            let report = sheet.report(&self.desk.house.contest, self.desk.house.package, road)?;
            self.reports.push(self.desk.report(&report)?);
        }
        let all: Vec<_> = (0..).map(PrecinctNumber).zip(self.reports.clone()).collect();
        let (first, second) = all.split_at(all.len() * 3 / 5);
        self.desk.release("First batch", Layer::Night, first, None)?;
        self.desk.release("Second batch", Layer::Night, second, None)
    }

    /// A few precincts correct their own report.
    fn corrections(&mut self) -> Outcome<()> {
        let mut corrected = Vec::new();
        for number in (1..).step_by(self.sheets.len() / CORRECTED).take(CORRECTED) {
            self.sheets[number] = self.sheets[number].with_moved(2);
            let (channel, sequence) = (Channel::Tablet, self.desk.next());
            let road = Road { channel, supersedes: Some(self.reports[number]), sequence };
            let (house, sheet) = (&self.desk.house, &self.sheets[number]);
            let report = sheet.report(&house.contest, house.package, road)?;
            self.reports[number] = self.desk.report(&report)?;
            corrected.push((sheet.precinct, self.reports[number]));
        }
        let cause = Some(Cause::Precinct);
        self.desk.release("Corrections", Layer::Corrected, &corrected, cause)
    }

    /// Worksheets or cards of some precincts are looked at again, and say something else.
    fn look_again(
        &mut self,
        name: &str,
        (layer, cause, evidence): (Layer, Cause, Evidence),
        precincts: &[usize],
        why: &str,
        moved: impl Fn(usize) -> u32,
    ) -> Outcome<()> {
        let mut changed = Vec::new();
        for &number in precincts {
            self.sheets[number] = self.sheets[number].with_moved(moved(number));
            let (channel, sequence) = (Channel::Transcription, self.desk.next());
            let supersedes = self.typed.get(&number).copied();
            let (house, sheet) = (&self.desk.house, &self.sheets[number]);
            let road = Road { channel, supersedes, sequence };
            let report = sheet.report(&house.contest, house.package, road)?;
            let id = self.desk.transcribe(&report, evidence, why)?;
            self.typed.insert(number, id);
            changed.push((sheet.precinct, id));
        }
        self.desk.release(name, layer, &changed, Some(cause))
    }

    /// Every precinct is certified as it stands.
    fn certify(&self) -> Outcome<()> {
        let all: Vec<_> = (0..)
            .zip(&self.reports)
            .map(|(number, report)| {
                let typed = usize::try_from(number).ok().and_then(|number| self.typed.get(&number));
                (PrecinctNumber(number), *typed.unwrap_or(report))
            })
            .collect();
        self.desk.release("Certified results", Layer::Certified, &all, None)
    }

    /// Compares every two layers, and holds the precincts that differ against those that were changed.
    fn summary(&self) -> Outcome<Summary> {
        let state = self.desk.house.state()?;
        let stands = |release: &ProposedRelease| release.withdrawal.is_none();
        let released = |layer| Released::by(&state, layer, stands).ok_or("no package");
        let released: Vec<Released> =
            Layer::ALL.into_iter().map(released).collect::<Result<_, _>>()?;
        let mut pairs = Vec::new();
        for (later, after) in released.iter().enumerate() {
            for before in &released[..later] {
                let compared = Compared::of(&state, before, after, stands);
                pairs.push(Pair {
                    before: before.layer.code(),
                    after: after.layer.code(),
                    precincts: compared.precincts.len(),
                    cells: compared.cells(),
                });
            }
        }
        let of = |before: &str, after: &str| {
            let pair = pairs.iter().find(|pair| (pair.before, pair.after) == (before, after));
            pair.map_or(0, |pair| pair.precincts)
        };
        let found = [
            of("night", "corrected"),
            of("corrected", "recanvass"),
            of("recanvass", "recount"),
            of("recount", "certified"),
            of("corrected", "certified"),
        ];
        let expected = [CORRECTED, RECANVASS, RECOUNT, 0, RECANVASS + RECOUNT - BOTH];
        if found != expected {
            return Err(format!("precincts differ: {found:?}, not {expected:?}").into());
        }
        Ok(Summary {
            made_up: self.desk.house.contest.is_made_up(),
            precincts: self.sheets.len(),
            changed_precincts: changes(&state).len(),
            pairs,
        })
    }
}
