//! What results cost: every check over a whole state, a release of all of it with its pages and data, verifying it, and
//! readers beside whom tablets report.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use countersign_core::checks::{Finding, Severity};
use countersign_core::contest::{Published, read_published};
use countersign_core::id::{MessageId, PrecinctNumber};
use countersign_core::invitation::InvitationCode;
use countersign_core::message::{
    Approve, Cause, Evidence, FindingName, Layer, Message, Preview, PreviewedPrecinct, Release,
    Scope,
};
use countersign_core::results::{RoomState, findings_of};
use countersign_server::publish::Publisher;
use countersign_server::publish::export::{Messages, export};
use countersign_server::publish::pages::Witnesses;
use countersign_server::review;
use countersign_tests::house::{House, without_window};
use countersign_tests::places;
use serde::Serialize;
use tokio::time::MissedTickBehavior;

use crate::client::Connection;
use crate::signing::{ROOM, Tablets};
use crate::{Outcome, Pace, ingest, layers, program};

/// Pages that readers ask for in a second while tablets report.
pub(crate) const READS: u64 = 5_000;
/// Their connections.
const READERS: u64 = 32;
/// Pairs of rounds in which reports are timed one after the other: once without readers, once beside them, in turn first.
const ROUNDS: u64 = 12;
/// How long readers ask as fast as they can.
const AS_FAST_AS_THEY_CAN: Duration = Duration::from_secs(5);

#[derive(Serialize)]
pub(crate) struct Figures {
    pub(crate) precincts: usize,
    /// Every check on every precinct, those across precincts and sources too.
    pub(crate) checks_ms: u128,
    /// Pages in both languages and data of a release of every precinct, read back.
    pub(crate) made_ms: u128,
    /// Writing them as a folder.
    pub(crate) exported_ms: u128,
    pub(crate) files: usize,
    /// Verifying it all from the public address.
    pub(crate) verified_ms: u128,
    /// Pages that readers get when they ask as fast as they can.
    pub(crate) pages: Pace,
    /// The same reports without readers and beside them.
    pub(crate) beside: Beside,
}

/// Reports of the whole state, one after the other, in rounds without readers and beside them by turns, so that what else the machine
/// does and how far the log has grown fall on both alike.
#[derive(Serialize)]
pub(crate) struct Beside {
    /// Pages that readers got while tablets reported.
    pub(crate) pages: Pace,
    /// From a report to its receipt, the middle one of all rounds without readers.
    pub(crate) without_p50_us: u64,
    /// The same beside readers.
    pub(crate) beside_p50_us: u64,
    /// The middle one of each round without readers and of the round beside them that follows or goes before.
    pub(crate) rounds: Vec<[u64; 2]>,
}

pub(crate) fn measure() -> Outcome<Figures> {
    eprintln!("releasing every precinct of Iowa 2020, and reading it");
    let folder = program::folder()?;
    let Night { mut house, tablets, reports } = Night::released(folder.path())?;
    let address = house.party.reporting().to_string();
    let state = house.state()?;
    let begun = Instant::now();
    let findings = check(&state);
    let checks_ms = begun.elapsed().as_millis();
    eprintln!("    {findings} findings");
    let begun = Instant::now();
    let site = Publisher::default().make(&state, state.now_ms(), Witnesses::default())?;
    let site = site.ok_or("there is no package")?;
    let made_ms = begun.elapsed().as_millis();
    let known = reports.iter().map(|bytes| (MessageId::of(bytes), bytes.as_slice())).collect();
    let begun = Instant::now();
    let exported = export(&site, &Known(known), &folder.path().join("results"))?;
    let exported_ms = begun.elapsed().as_millis();
    let verified_ms = layers::verified(&house)?;

    let public = house.party.public().and_then(|public| public.split_once("://"));
    let public = public.ok_or("the server does not run")?.1.to_owned();
    let (_, pages) = beside_readers(&public, None, || {
        std::thread::sleep(AS_FAST_AS_THEY_CAN);
        Ok(())
    })?;
    let beside = beside(&address, &public, &tablets)?;
    house.party.stop()?;
    Ok(Figures {
        precincts: reports.len(),
        checks_ms,
        made_ms,
        exported_ms,
        files: exported.files,
        verified_ms,
        pages,
        beside,
    })
}

/// Every precinct of Iowa 2020 has reported what was published of it, and all of that is released.
pub(crate) struct Night {
    pub(crate) house: House,
    pub(crate) tablets: Tablets,
    pub(crate) reports: Vec<Vec<u8>>,
}

impl Night {
    /// Lets it happen below a folder.
    pub(crate) fn released(folder: &Path) -> Outcome<Self> {
        let contest = without_window(&places::contest("iowa-2020"), &folder.join("contest"))?;
        let house = House::open(&folder.join("party"), &contest)?;
        let tablets = Tablets::of(&std::fs::read(house.party.package())?)?;
        let codes = codes(&house, &tablets)?;
        let address = house.party.reporting().to_string();
        ingest::send(&address, &Arc::new(tablets.enrolments(&codes)), 1)?;
        let reports = reports(&tablets, 1)?;
        ingest::send(&address, &Arc::new(reports.clone()), 8)?;
        release(&house, Layer::Night, reviewed(&house, &reports, None)?)?;
        Ok(Self { house, tablets, reports })
    }
}

/// An invitation of every precinct, in the order of the roster.
fn codes(house: &House, tablets: &Tablets) -> Outcome<Vec<InvitationCode>> {
    let codes = house.party.invite_all()?;
    let code = |id: &String| -> Outcome<InvitationCode> {
        Ok(InvitationCode::parse(codes.get(id).ok_or("a precinct has no invitation")?)?)
    };
    tablets.contest.precincts.iter().map(|precinct| code(&precinct.id)).collect()
}

/// What was published of each precinct, as its tablet's report. Another sequence makes other reports.
fn reports(tablets: &Tablets, sequence: u64) -> Outcome<Vec<Vec<u8>>> {
    let contest = &tablets.contest;
    let results = std::fs::read(places::contest("iowa-2020").join("results/final.csv"))?;
    let published = read_published(contest, "results/final.csv", &results)
        .map_err(|mistakes| format!("{} mistakes", mistakes.len()))?;
    let scope = Scope::room(&contest.id, ROOM);
    let report = |published: &Published| {
        let report = tablets.published(published, sequence);
        Message::sign(&Tablets::key(published.precinct as usize), scope, &report).into_bytes()
    };
    Ok(published.iter().map(report).collect())
}

/// Two people release precincts in a layer that nothing was released in.
pub(crate) fn release(
    house: &House,
    layer: Layer,
    precincts: Vec<PreviewedPrecinct>,
) -> Outcome<()> {
    let before = Layer::ALL.into_iter().take_while(|&other| other != layer).count();
    let (number, name) = (u32::try_from(before)? + 1, layer.code().to_owned());
    let preview = Preview { number, name, layer, precincts, despite: None };
    let managers = &house.workers;
    let preview = house.act(&managers.manager, &preview)?;
    let release = house.act(&managers.manager, &Release { preview, left_out: Vec::new() })?;
    house.act(&managers.second, &Approve { approves: release })?;
    Ok(())
}

/// The first precincts with their reports. What is impossible in what was published was published all the same: a reviewer says so,
/// and says it anew when a later report takes the place of one that was decided about.
pub(crate) fn reviewed(
    house: &House,
    reports: &[Vec<u8>],
    cause: Option<Cause>,
) -> Outcome<Vec<PreviewedPrecinct>> {
    let state = house.state()?;
    let named = |(number, bytes): (u32, &Vec<u8>)| -> Outcome<PreviewedPrecinct> {
        let (precinct, report) = (PrecinctNumber(number), Some(MessageId::of(bytes)));
        let impossible = impossible(house, bytes)?;
        let last = state.review().decision(precinct);
        let stands = last.map_or(impossible.is_empty(), |last| {
            last.decision.report == report
                && impossible.iter().all(|name| last.decision.answers.contains(name))
        });
        let decision = if stands {
            last.map(|last| last.signed.id)
        } else {
            let (evidence, why) = (Evidence::Sheet, "as it was published");
            let decision =
                review::decide(&state, precinct, report, evidence, why, impossible, false);
            Some(house.act(&house.workers.reviewer, &decision)?)
        };
        Ok(PreviewedPrecinct { precinct, report, decision, cause })
    };
    (0..).zip(reports).map(named).collect()
}

/// What the checks find impossible in a signed report.
fn impossible(house: &House, report: &[u8]) -> Outcome<Vec<FindingName>> {
    let findings = findings_of(&house.contest, &Message::parse(report)?.decode()?);
    let impossible = findings.iter().filter(|one| one.severity == Severity::Impossible);
    Ok(impossible.map(Finding::name).collect())
}

fn check(state: &RoomState) -> usize {
    let across = state.across(Layer::Night);
    let numbers = state.package().into_iter().flat_map(|one| one.contest.precinct_numbers());
    numbers.map(|precinct| state.flags(precinct, across.of(precinct)).len()).sum()
}

/// Reports by their ids; what else pages lead to is left empty here, since it is the writing that is timed.
struct Known<'a>(HashMap<MessageId, &'a [u8]>);

impl Messages for Known<'_> {
    fn message(&self, id: MessageId) -> Option<Vec<u8>> {
        Some(self.0.get(&id).map_or_else(Vec::new, |bytes| bytes.to_vec()))
    }

    fn receipt(&self, _: MessageId) -> Option<String> {
        Some(String::new())
    }
}

fn beside(address: &str, public: &str, tablets: &Tablets) -> Outcome<Beside> {
    let (mut all, mut rounds) = ([Vec::new(), Vec::new()], Vec::new());
    let (mut pages, mut took) = (0, Duration::ZERO);
    for round in 0..ROUNDS {
        let mut middle = [0, 0];
        for turn in 0..2 {
            let reports = Arc::new(reports(tablets, 2 + 2 * round + turn)?);
            let with_readers = (round + turn) % 2 == 1;
            let sent = if with_readers {
                let (sent, pace) =
                    beside_readers(public, Some(READS), || ingest::send(address, &reports, 1))?;
                pages += pace.times;
                took += Duration::from_micros(pace.microseconds);
                sent
            } else {
                ingest::send(address, &reports, 1)?
            };
            let times = sent.times();
            middle[usize::from(with_readers)] = middle_of(&times);
            all[usize::from(with_readers)].extend(times);
        }
        rounds.push(middle);
    }
    let [without_p50_us, beside_p50_us] = all.map(|mut times| {
        times.sort_unstable();
        middle_of(&times)
    });
    Ok(Beside { pages: Pace::new(pages, took), without_p50_us, beside_p50_us, rounds })
}

/// The middle one of times in rising order.
fn middle_of(times: &[u64]) -> u64 {
    times.get(times.len() / 2).copied().unwrap_or(0)
}

/// Does something while readers ask for the first page: so many times a second, or as fast as they can. Gives the pages they got.
fn beside_readers<T>(
    public: &str,
    a_second: Option<u64>,
    work: impl FnOnce() -> Outcome<T>,
) -> Outcome<(T, Pace)> {
    let stop = Arc::new(AtomicBool::new(false));
    let got = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let readers = {
        let (public, stop, got) = (public.to_owned(), Arc::clone(&stop), Arc::clone(&got));
        std::thread::spawn(move || read(&public, a_second, &stop, &got))
    };
    let done = work();
    stop.store(true, Ordering::Relaxed);
    let times = usize::try_from(got.load(Ordering::Relaxed))?;
    let pace = Pace::new(times, begun.elapsed());
    readers.join().map_err(|_| "a reader panicked")??;
    Ok((done?, pace))
}

fn read(
    public: &str,
    a_second: Option<u64>,
    stop: &Arc<AtomicBool>,
    got: &Arc<AtomicU64>,
) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let mut readers = tokio::task::JoinSet::new();
        for _ in 0..READERS {
            let (public, stop, got) = (public.to_owned(), Arc::clone(stop), Arc::clone(got));
            readers.spawn(async move {
                let mut connection = Connection::open(&public).await.map_err(|e| e.to_string())?;
                let every = a_second.map(|pages| Duration::from_secs(READERS) / pages as u32);
                let mut ticks = every.map(|every| {
                    let mut ticks = tokio::time::interval(every);
                    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
                    ticks
                });
                while !stop.load(Ordering::Relaxed) {
                    if let Some(ticks) = &mut ticks {
                        ticks.tick().await;
                    }
                    let answer = connection.get("/results/").await.map_err(|e| e.to_string())?;
                    if answer.status != 200 {
                        return Err(format!("a reader was answered {}", answer.status));
                    }
                    got.fetch_add(1, Ordering::Relaxed);
                }
                Ok(())
            });
        }
        while let Some(reader) = readers.join_next().await {
            reader.map_err(|error| error.to_string())??;
        }
        Ok(())
    })
}
