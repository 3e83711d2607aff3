//! Release after release.

use std::collections::{BTreeMap, HashMap};
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use chrono::{Days, NaiveDate};
use countersign_core::contest::Published;
use countersign_core::id::{MessageId, PrecinctNumber};
use countersign_core::message::{Cause, Channel, Layer, PreviewedPrecinct, Report};
use countersign_core::results::Released;
use countersign_server::review;
use countersign_tests::house::{self, House};
use countersign_tests::places;
use countersign_tests::signer::{Signed, Signer};

use crate::Outcome;
use crate::compare::Compare;
use crate::desk::{TAKEN_OUT, evidence};
use crate::incident::{Slip, Stopped};
use crate::recorded::{self, Kept, Recorded};
use crate::sheet::{self, Road};
use crate::summary::Figure;

/// A caucus under way.
pub(crate) struct Story {
    pub(crate) house: House,
    pub(crate) recorded: Recorded,
    pub(crate) tablets: HashMap<u32, Signer>,
    /// What counts in a precinct.
    pub(crate) standing: BTreeMap<u32, Counted>,
    /// What counted in precincts that were taken out of the results since.
    taken_out: BTreeMap<u32, Counted>,
    /// The last decision about a precinct.
    pub(crate) decided: BTreeMap<u32, MessageId>,
    /// The last report of a precinct's tablet, and of who types from paper, with its revision.
    tablets_last: BTreeMap<u32, (MessageId, u32)>,
    typed_last: BTreeMap<u32, (MessageId, u32)>,
    /// Midnight after the caucus, in UTC: an evening in America.
    evening_ms: u64,
    sequence: u64,
    pub(crate) previews: u32,
    pub(crate) stopped: Option<Stopped>,
    pub(crate) slips: Vec<Slip>,
    /// What was found in the batches of the release under way as a whole. They were published all the same, so here they are too.
    pub(crate) of_the_batch: Vec<String>,
}

/// A report that was entered, and the published numbers that it was made of.
#[derive(Clone)]
pub(crate) struct Counted {
    pub(crate) published: Published,
    pub(crate) report: Report,
    pub(crate) id: MessageId,
}

/// Goes through the releases of a contest; gives whether every total is as published, or explained. Its server runs on until
/// standard input ends, where it is to `hold`.
pub(crate) fn run(contest: &str, folder: &Path, hold: bool) -> Outcome<bool> {
    let begun = Instant::now();
    let files = places::contest(contest);
    let own = folder.join(contest);
    if own.exists() {
        std::fs::remove_dir_all(&own)?;
    }
    std::fs::create_dir_all(&own)?;
    let copy = house::without_window(&files, &own.join("contest"))?;
    say(&format!("{contest}: setting up the party's server and inviting every precinct"));
    let house = House::open(&own.join("party"), &copy)?;
    let recorded = Recorded::read(&files, &house.contest)?;
    let mut story = Story::new(house, recorded)?;
    story.enrol()?;
    let mut figures = Vec::new();
    // Taken out while they are gone through: each is looked at together with the story.
    let releases = std::mem::take(&mut story.recorded.releases);
    for (at, release) in releases.iter().enumerate() {
        match &release.kept {
            Kept::Nothing => {}
            Kept::ColumnsShifted => match releases.get(at + 1).map(|next| &next.kept) {
                Some(Kept::Numbers(next)) => story.shifted_batch(release, next)?,
                _ => return Err("nothing came in the place of the shifted batch".into()),
            },
            Kept::Numbers(numbers) => figures.push(story.release(release, numbers)?),
        }
    }
    let good = story.finish(&folder.join(format!("{contest}.json")), &figures, begun)?;
    if hold && good {
        println!("{}", story.house.party.public().ok_or("the server does not run")?);
        std::io::copy(&mut std::io::stdin(), &mut std::io::sink())?;
    }
    story.house.party.stop()?;
    Ok(good)
}

pub(crate) fn say(what: &str) {
    eprintln!("{what}");
    let _ = std::io::stderr().flush();
}

impl Story {
    fn new(house: House, recorded: Recorded) -> Outcome<Self> {
        let date: NaiveDate = house.contest.date.parse()?;
        let evening = date.checked_add_days(Days::new(1)).ok_or("the last day of all")?;
        let evening_ms = evening.and_hms_opt(0, 0, 0).ok_or("no midnight")?.and_utc();
        Ok(Self {
            evening_ms: u64::try_from(evening_ms.timestamp_millis())?,
            house,
            recorded,
            tablets: HashMap::new(),
            standing: BTreeMap::new(),
            taken_out: BTreeMap::new(),
            decided: BTreeMap::new(),
            tablets_last: BTreeMap::new(),
            typed_last: BTreeMap::new(),
            sequence: 0,
            previews: 0,
            stopped: None,
            slips: Vec::new(),
            of_the_batch: Vec::new(),
        })
    }

    fn enrol(&mut self) -> Outcome<()> {
        let codes = self.house.party.invite_all()?;
        let signed = Signed::read(&self.house.party)?;
        for (number, precinct) in (0..).zip(&self.house.contest.precincts) {
            let code = codes.get(&precinct.id).ok_or("a precinct has no invitation")?;
            self.tablets.insert(number, self.house.tablet(&signed, code, &precinct.id)?);
        }
        Ok(())
    }

    /// What is to be sent of a precinct by a road.
    pub(crate) fn report(&mut self, published: &Published, channel: Channel) -> Report {
        self.sequence += 1;
        let last = match channel {
            Channel::Tablet => &self.tablets_last,
            _ => &self.typed_last,
        };
        let road = Road {
            channel,
            corrects: last.get(&published.precinct).copied(),
            sequence: self.sequence,
            time_ms: self.evening_ms + self.sequence * 1_000,
        };
        sheet::report(&self.house.contest, self.house.package, published, road)
    }

    /// Sends a report: the precinct's tablet does, or who types from paper.
    pub(crate) fn enter(&mut self, published: &Published, report: Report) -> Outcome<Counted> {
        let number = published.precinct;
        let (id, last) = match report.channel {
            Channel::Tablet => {
                (self.house.report(&self.tablets[&number], &report)?, &mut self.tablets_last)
            }
            _ => (self.house.act(&self.house.workers.transcriber, &report)?, &mut self.typed_last),
        };
        last.insert(number, (id, report.revision));
        Ok(Counted { published: published.clone(), report, id })
    }

    /// A release as it was: precincts that appear in it are reported, reviewed and released; those whose published numbers
    /// changed are typed again from paper, decided and released with their cause; those that are gone are taken out.
    fn release(
        &mut self,
        release: &recorded::Release,
        numbers: &BTreeMap<u32, Published>,
    ) -> Outcome<Figure> {
        let (possible, left_out): (Vec<&Published>, Vec<&Published>) =
            numbers.values().partition(|one| one.over_limit.is_empty());
        for &published in &left_out {
            self.slip(release, published)?;
        }
        let is_new = |one: &&Published| !self.standing.contains_key(&one.precinct);
        let (new, known): (Vec<&Published>, Vec<_>) = possible.into_iter().partition(is_new);
        let changed: Vec<&Published> = known
            .into_iter()
            .filter(|one| self.standing[&one.precinct].published != **one)
            .collect();
        let gone: Vec<u32> =
            self.standing.keys().filter(|number| !numbers.contains_key(number)).copied().collect();
        // The part before a semicolon: a release's name is short.
        let name = release.label.split(';').next().unwrap_or_default().trim();
        let corrected = !changed.is_empty() || !gone.is_empty();
        let mut decisions = 0;
        if !new.is_empty() {
            let named = self.batch(&new)?;
            decisions += self.publish(name, Layer::Night, named)?;
        }
        if corrected {
            let named = self.correct(release.layer, &changed, &gone)?;
            let corrections = format!("{name}, corrections");
            let name = if new.is_empty() { name } else { &corrections };
            decisions += self.publish(name, release.layer, named)?;
        }
        let released = Released::of(&self.house.state()?, release.layer).ok_or("no package")?;
        let left_out: Vec<Published> = left_out.into_iter().cloned().collect();
        let standing = self.standing.iter();
        let standing = standing.map(|(number, counted)| (*number, counted.published.clone()));
        let compare =
            Compare { released: &released, standing: &standing.collect(), left_out: &left_out };
        let figure = Figure {
            release: release.key.clone(),
            label: release.label.clone(),
            layer: release.layer.code(),
            precincts: released.statewide.precincts_released,
            of_precincts: released.statewide.precincts_total,
            decisions,
            corrected: changed.len(),
            taken_out: gone.len(),
            left_out: left_out.len(),
            of_the_batch: std::mem::take(&mut self.of_the_batch),
            compared: compare.with(&release.totals),
        };
        say(&figure.to_string());
        Ok(figure)
    }

    /// Precincts report, for the first time or after they were taken out, and are reviewed.
    fn batch(&mut self, new: &[&Published]) -> Outcome<Vec<PreviewedPrecinct>> {
        let mut sent = Vec::new();
        for &published in new {
            let number = published.precinct;
            let before = self.taken_out.remove(&number);
            let decide =
                self.decided.contains_key(&number) || self.typed_last.contains_key(&number);
            let counted = match before {
                Some(before) if before.published == *published => before,
                before => {
                    let again = before.map_or(Channel::Tablet, |_| Channel::Transcription);
                    let report = self.report(published, again);
                    self.enter(published, report)?
                }
            };
            sent.push((counted, decide));
        }
        // Where a reviewer said that none counts, or somebody had typed other numbers, a reviewer says which do.
        for (counted, _) in sent.iter().filter(|(_, decide)| *decide) {
            let answers = self.impossible(&counted.report);
            self.decide(counted, evidence(Layer::Night), answers)?;
        }
        self.settle(Layer::Night, sent.into_iter().map(|(counted, _)| counted).collect(), None)
    }

    fn correct(
        &mut self,
        layer: Layer,
        changed: &[&Published],
        gone: &[u32],
    ) -> Outcome<Vec<PreviewedPrecinct>> {
        let cause = if layer == Layer::Recount { Cause::Recount } else { Cause::Sheet };
        let mut sent = Vec::new();
        for &published in changed {
            let report = self.report(published, Channel::Transcription);
            let counted = self.enter(published, report)?;
            let answers = self.impossible(&counted.report);
            self.decide(&counted, evidence(layer), answers)?;
            sent.push(counted);
        }
        let mut named = self.settle(layer, sent, Some(cause))?;
        for number in gone {
            let none = self.decision(PrecinctNumber(*number), None, evidence(layer), TAKEN_OUT);
            self.enter_decision(&none)?;
        }
        let state = self.house.state()?;
        for number in gone {
            let precinct = PrecinctNumber(*number);
            // By the same function as the command and headquarters' page.
            let ready = review::ready(&state, precinct, layer, Some(cause), &[]);
            named.push(ready.map_err(|why| format!("precinct {number}: {why}"))?);
            let counted = self.standing.remove(number).ok_or("taken out twice")?;
            self.taken_out.insert(*number, counted);
        }
        named.sort_by_key(|named| named.precinct);
        Ok(named)
    }
}
