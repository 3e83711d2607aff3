//! Sets the night up, lets it happen, and looks at what is left.

use std::collections::HashMap;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use countersign_core::contest::{Contest, read_published};
use countersign_core::message::Package;
use countersign_core::room::Room;
use countersign_tests::party::Party;
use countersign_tests::port::free_port;
use countersign_tests::{places, process};
use tempfile::TempDir;

use crate::evening::{Evening, machine_ms};
use crate::hall::{Orders, Told};
use crate::halls::{Hall, Heard};
use crate::ledger::Ledger;
use crate::paper::Paper;
use crate::plan::{Blow, Plan, Wish, ZONES};
use crate::progress::Progress;
use crate::summary::{self, Happened};
use crate::weather::{Networks, Weather};
use crate::{Arguments, Outcome, audit};

/// How long tablets may take to enrol, and to get their receipts once the evening is over and the weather is fair.
const PATIENCE: Duration = Duration::from_secs(120);
/// Between two looks at the clock.
const TICK: Duration = Duration::from_millis(50);

/// The night while it happens.
struct Night {
    party: Party,
    networks: Networks,
    halls: Vec<Hall>,
    heard: Receiver<Heard>,
    /// Processes whose output has not ended.
    speaking: usize,
    ledger: Ledger,
    progress: Progress,
    server_kills: usize,
    hall_kills: usize,
    memory: Memory,
}

/// The most memory that a process of the night ever held, KiB.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Memory {
    pub(crate) server_kib: u64,
    pub(crate) hall_kib: u64,
}

/// Lives through a night; gives whether all was well.
pub(crate) fn run(arguments: &Arguments) -> Outcome<bool> {
    let begun = Instant::now();
    let run = places::root().join("run");
    std::fs::create_dir_all(&run)?;
    let folder = TempDir::with_prefix_in("night-", run)?;
    let at = folder.path().to_path_buf();
    let disks = TempDir::with_prefix_in("countersign-night-", &arguments.tablets_in)?;
    let files = places::contest(&arguments.contest);
    let told = free_port()?;
    let mut progress = Progress::new();
    progress.say("setting up the party's server");
    let mut party = Party::prepare(&at.join("party"), &files, told, 0)?;
    let (_, package) = Package::read(&std::fs::read(party.package())?)?;
    let papers = papers(arguments, &package.contest, &files)?;
    let codes = codes(&party, &package.contest, &papers)?;
    party.start()?;
    let networks = Networks::open(ZONES, told, party.reporting())?;
    let plan = Plan::make(&Wish {
        seed: arguments.seed,
        faults: arguments.faults,
        minutes: arguments.minutes,
        papers: &papers,
        codes: &codes,
    });
    let speed = (arguments.minutes * 60).div_ceil(arguments.seconds);
    let (speaks, heard) = channel();
    let mut night = Night {
        halls: Vec::new(),
        speaking: 0,
        ledger: Ledger::default(),
        server_kills: 0,
        hall_kills: 0,
        memory: Memory::default(),
        party,
        networks,
        heard,
        progress,
    };
    for (number, tablets) in plan.halls.iter().enumerate() {
        let orders = Orders {
            tablets: tablets.clone(),
            folder: disks.path().to_path_buf(),
            package: night.party.package(),
            speed,
        };
        let file = at.join(format!("hall-{number}.json"));
        std::fs::write(&file, serde_json::to_vec(&orders)?)?;
        night.halls.push(Hall::start(file, speaks.clone())?);
        night.speaking += 1;
    }
    drop(speaks);
    let tablets = plan.tablets().count();
    night.enrol(tablets)?;
    let set_up = begun.elapsed();

    let evening = Evening { begun_ms: machine_ms(), speed };
    night.happen(&plan, evening)?;
    let lasted = machine_ms() - evening.begun_ms;
    night.weigh()?;
    night.end()?;

    night.progress.say("checking every entry, receipt and sum");
    let served = served(&night.party)?;
    night.party.kill()?;
    let fsck = night.party.fsck()?;
    let log = night.party.stored_log(Room::Official)?;
    let audit = audit::check(&log, &night.ledger, &package.contest, &papers, &served)?;
    let happened = Happened {
        plan: &plan,
        evening,
        set_up,
        lasted: Duration::from_millis(lasted),
        took: begun.elapsed(),
        connections: night.networks.connections(),
        server_kills: night.server_kills,
        memory: night.memory,
        hall_kills: night.hall_kills,
        fsck: fsck.trim().to_owned(),
        contest: &package.contest,
        papers: &papers,
        ledger: &night.ledger,
        log: &log,
        audit: &audit,
    };
    let good = summary::tell(arguments, &happened)?;
    if arguments.keep {
        println!("\nkept: {} and {}", folder.keep().display(), disks.keep().display());
    }
    Ok(good)
}

/// What the running server gives headquarters as received.
fn served(party: &Party) -> Outcome<serde_json::Value> {
    let private = party.private().ok_or("the server does not run")?;
    Ok(ureq::get(format!("{private}/v1/received.json")).call()?.body_mut().read_json()?)
}

/// What stands on the papers of the precincts that report.
fn papers(arguments: &Arguments, contest: &Contest, files: &Path) -> Outcome<Vec<Paper>> {
    let own = ["results/final.csv", "results.csv"].map(|name| files.join(name));
    let file = match &arguments.reports {
        Some(file) => file,
        None => own
            .iter()
            .find(|file| file.is_file())
            .ok_or("the contest has no results: give --reports")?,
    };
    let bytes = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let read = read_published(contest, &file.to_string_lossy(), &bytes);
    let mut published = read.map_err(|mistakes| {
        mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    })?;
    if let Some(tablets) = arguments.tablets {
        // From all over the roster.
        let every = published.len().div_ceil(tablets.max(1)).max(1);
        published = published.into_iter().step_by(every).collect();
    }
    if published.is_empty() {
        return Err("nobody reports".into());
    }
    Ok(published.iter().map(|published| Paper::of(contest, published)).collect())
}

/// Two invitations for each precinct: of people who do not share one.
fn codes(party: &Party, contest: &Contest, papers: &[Paper]) -> Outcome<Vec<[String; 2]>> {
    let (mut first, mut second) = (party.invite_all()?, party.invite_all()?);
    let code = |codes: &mut HashMap<String, String>, number: u32| -> Outcome<String> {
        let precinct = contest.precinct(number).ok_or("a paper of no precinct")?;
        Ok(codes
            .remove(&precinct.id)
            .ok_or_else(|| format!("no invitation for {}", precinct.id))?)
    };
    papers
        .iter()
        .map(|paper| Ok([code(&mut first, paper.precinct)?, code(&mut second, paper.precinct)?]))
        .collect()
}

impl Night {
    /// Hears what is said until `until`, at least what has been said.
    fn hear(&mut self, until: Instant) {
        loop {
            match self.heard.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(Heard::Said(said)) => self.ledger.hear(said),
                Ok(Heard::Silence) => self.speaking -= 1,
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn enrol(&mut self, tablets: usize) -> Outcome<()> {
        let begun = Instant::now();
        while self.ledger.enrolled < tablets {
            self.hear(Instant::now() + TICK);
            self.progress.enrolling(self.ledger.enrolled, tablets);
            if begun.elapsed() > PATIENCE || self.speaking < self.halls.len() {
                let enrolled = self.ledger.enrolled;
                return Err(format!("only {enrolled} of {tablets} tablets enrolled").into());
            }
        }
        Ok(())
    }

    /// The evening, from its begin until every report has a receipt.
    fn happen(&mut self, plan: &Plan, evening: Evening) -> Outcome<()> {
        for hall in &mut self.halls {
            hall.tell(Told::Begin(evening))?;
        }
        let length = u64::try_from(plan.length.as_millis())?;
        let expected = plan.reports();
        let mut blows = plan.blows.iter().peekable();
        let mut over: Option<Instant> = None;
        loop {
            self.hear(Instant::now() + TICK);
            let now = evening.now();
            while let Some((_, blow)) = blows.next_if(|(at, _)| *at <= now) {
                self.strike(*blow, evening)?;
            }
            self.progress.evening(now, &self.ledger, expected);
            if now < length {
                continue;
            }
            let over = *over.get_or_insert_with(Instant::now);
            let settled = self.ledger.receipted.len() + self.ledger.otherwise.len();
            if settled >= expected || over.elapsed() > PATIENCE {
                return Ok(());
            }
        }
    }

    /// Notes how large the processes became: before one of them is killed, and in the end.
    fn weigh(&mut self) -> Outcome<()> {
        if let Some(server) = self.party.server_id() {
            let most = process::peak_memory_kib(server)?;
            self.memory.server_kib = self.memory.server_kib.max(most);
        }
        for hall in &self.halls {
            let most = process::peak_memory_kib(hall.id())?;
            self.memory.hall_kib = self.memory.hall_kib.max(most);
        }
        Ok(())
    }

    fn strike(&mut self, blow: Blow, evening: Evening) -> Outcome<()> {
        self.weigh()?;
        match blow {
            Blow::Weather { zone, weather } => self.networks.turn(zone, weather),
            Blow::KillServer => {
                self.server_kills += 1;
                self.party.kill()?;
                self.party.start()?;
            }
            Blow::KillHall { hall } => {
                self.hall_kills += 1;
                let struck = self.halls.remove(hall).kill_and_start(Told::Begin(evening))?;
                self.halls.insert(hall, struck);
                self.speaking += 1;
            }
        }
        Ok(())
    }

    /// Has every tablet say what it holds.
    fn end(&mut self) -> Outcome<()> {
        for zone in 0..ZONES {
            self.networks.turn(zone, Weather::Fair);
        }
        for hall in &mut self.halls {
            hall.tell(Told::End)?;
        }
        let begun = Instant::now();
        while self.speaking > 0 {
            self.hear(Instant::now() + TICK);
            if begun.elapsed() > PATIENCE {
                return Err("the tablets do not say what they hold".into());
            }
        }
        Ok(())
    }
}
