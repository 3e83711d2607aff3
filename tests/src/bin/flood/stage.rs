//! Sets everything up, lets the flood come, and looks at what is left.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use countersign_core::contest::{Contest, read_published};
use countersign_core::room::Room;
use countersign_tests::children::Group;
use countersign_tests::paper::Paper;
use countersign_tests::party::Party;
use countersign_tests::port::free_port;
use countersign_tests::signer::{Signed, Signer};
use countersign_tests::{loopback, places, process};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt as _, SeedableRng as _};
use tempfile::TempDir;

use crate::capacity::{self, Capacity};
use crate::gate::Gate;
use crate::ledger::Ledger;
use crate::orders::{Attack, Hall, Kind, Said, TabletPlan, Tally, Told};
use crate::summary::{self, Happened};
use crate::watch::{Watch, counters};
use crate::{Arguments, Outcome, audit};

/// How long tablets may take to get ready, and to get their receipts once the flood is over.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long an attacker may take to end by itself.
const GRACE: Duration = Duration::from_secs(20);
/// Between two looks at what is said.
const TICK: Duration = Duration::from_millis(50);
/// Processes that the tablets live in, and how many tablets each may have before there is another.
const HALLS: usize = 6;
const SMALL_HALL: usize = 40;
/// The address that many tablets are behind, and how many at most.
const SHARED: Ipv4Addr = Ipv4Addr::new(127, 1, 0, 1);
const BEHIND_ONE: usize = 100;
/// Keys that the capacity is measured with, in a full flood.
const CAPACITY_KEYS: u64 = 256;
/// Distinct reports that the stolen key signs.
const STOLEN_REPORTS: u32 = 5_000;

/// Starts this program as something else, and hears what it says.
fn start<T: serde::de::DeserializeOwned + Send + 'static>(
    what: &str,
    orders: &Path,
    heard: Sender<T>,
) -> Outcome<Group> {
    let mut process = Group::start(
        what,
        Command::new(std::env::current_exe()?)
            .arg(format!("--{what}"))
            .arg(orders)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped()),
    )?;
    let out = process.child().stdout.take().ok_or("a process has no output")?;
    std::thread::spawn(move || {
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            if let Ok(said) = serde_json::from_str(&line) {
                let _ = heard.send(said);
            }
        }
    });
    Ok(process)
}

/// All that there is before the flood.
struct Stage {
    party: Party,
    halls: Vec<Group>,
    heard: Receiver<Said>,
    ledger: Ledger,
    _gate: Gate,
}

/// Lets the flood come; gives whether it was stood.
pub(crate) fn run(arguments: &Arguments) -> Outcome<bool> {
    let begun = Instant::now();
    let run = places::root().join("run");
    std::fs::create_dir_all(&run)?;
    let folder = TempDir::with_prefix_in("flood-", run)?;
    let at = folder.path();
    let disks = TempDir::with_prefix_in("countersign-flood-", &arguments.tablets_in)?;
    let files = places::contest(&arguments.contest);
    eprintln!("setting up the party's server");
    let told = free_port()?;
    let mut party = Party::prepare(&at.join("party"), &files, told, 0)?;
    let package = Signed::read(&party)?;
    let contest = &*package.contest;
    let papers = papers(arguments, contest, &files)?;
    let codes = codes(&party, contest, &papers)?;
    party.start()?;
    let server = party.reporting();

    eprintln!("measuring what it can do");
    let keys = usize::try_from((CAPACITY_KEYS * arguments.crowd).div_ceil(100))?.max(16);
    let own: Vec<String> = codes.iter().take(keys).map(|[_, other]| other.clone()).collect();
    let capacity = capacity::measure(server, &package, &own)?;

    eprintln!("{} tablets enrol and get ready to sign", papers.len());
    let plans = plans(arguments, &papers, &codes);
    let addresses = plans.iter().map(|plan| plan.address).collect();
    let gate = Gate::open(&addresses, told, server)?;
    let (speaks, heard) = channel();
    let mut stage =
        Stage { party, halls: Vec::new(), heard, ledger: Ledger::default(), _gate: gate };
    for (number, tablets) in halls(&plans).into_iter().enumerate() {
        let orders =
            Hall { tablets, folder: disks.path().to_path_buf(), package: stage.party.package() };
        let file = at.join(format!("hall-{number}.json"));
        std::fs::write(&file, serde_json::to_vec(&orders)?)?;
        stage.halls.push(start("hall", &file, speaks.clone())?);
    }
    drop(speaks);
    stage.get_ready(plans.len())?;

    let stolen = Signer::new(&package, &codes[0][1], Room::Official, "stolen")?;
    stage.party.post(Room::Official.as_str(), stolen.enrolment().bytes())?.receipt()?;
    let attacks = attacks(arguments, &stage.party, &package, &plans, &stolen, capacity, at)?;
    let set_up = begun.elapsed();

    let flood = stage.flood(&attacks, arguments.seconds)?;
    let after = stage.settle(plans.len())?;
    stage.party.kill()?;
    eprintln!("checking every entry and receipt");
    let fsck = stage.party.fsck()?;
    let log = stage.party.stored_log(Room::Official)?;
    let audit = audit::check(&log, &stage.ledger, contest, (stolen.key(), stolen.precinct()));
    let shared = plans.iter().filter(|plan| plan.address == SHARED).map(|plan| plan.number);
    summary::tell(
        arguments,
        &Happened {
            capacity,
            attacks: &attacks.iter().map(|(attack, _)| attack).collect::<Vec<_>>(),
            flood: &flood,
            after,
            shared: &shared.collect(),
            tablets: plans.len(),
            ledger: &stage.ledger,
            audit: &audit,
            fsck: fsck.trim(),
            set_up,
            took: begun.elapsed(),
        },
    )
}

/// What came, and what was seen meanwhile.
pub(crate) struct Flood {
    pub(crate) began_ms: u64,
    pub(crate) ended_ms: u64,
    pub(crate) tallies: BTreeMap<Kind, Tally>,
    pub(crate) pages: Vec<crate::watch::Page>,
    /// What the server's counters gained.
    pub(crate) counted: BTreeMap<String, u64>,
    /// KiB, before and at the highest.
    pub(crate) memory_before: u64,
    pub(crate) memory_peak: u64,
}

impl Stage {
    /// Hears what is said until `until`, at least what has been said.
    fn hear(&mut self, until: Instant) -> bool {
        loop {
            match self.heard.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(said) => self.ledger.hear(said),
                Err(RecvTimeoutError::Timeout) => return true,
                Err(RecvTimeoutError::Disconnected) => return false,
            }
        }
    }

    fn tell(&mut self, told: Told) -> Outcome<()> {
        let mut line = serde_json::to_vec(&told)?;
        line.push(b'\n');
        for hall in &mut self.halls {
            hall.child().stdin.as_mut().ok_or("a hall has no input")?.write_all(&line)?;
        }
        Ok(())
    }

    fn get_ready(&mut self, tablets: usize) -> Outcome<()> {
        let begun = Instant::now();
        while self.ledger.enrolled < tablets || self.ledger.typed < self.halls.len() {
            let speaking = self.hear(Instant::now() + TICK);
            if !speaking || begun.elapsed() > PATIENCE {
                let (enrolled, typed) = (self.ledger.enrolled, self.ledger.typed);
                return Err(format!(
                    "only {enrolled} of {tablets} tablets enrolled, {typed} halls are ready"
                )
                .into());
            }
        }
        Ok(())
    }

    fn flood(&mut self, attacks: &[(Attack, PathBuf)], seconds: u64) -> Outcome<Flood> {
        let server = self.party.server_id().ok_or("the server does not run")?;
        let private = self.party.private().ok_or("the server does not run")?.to_owned();
        let public = self.party.public().ok_or("the server does not run")?.to_owned();
        let before = counters(&private)?;
        let memory_before = process::peak_memory_kib(server)?;
        eprintln!("the flood comes, and lasts {seconds} s");
        let watch = Watch::begin(&private, &public);
        let (began, began_ms) = (Instant::now(), machine_ms());
        let mut attackers = Vec::new();
        for (attack, orders) in attacks {
            let (speaks, said) = channel();
            attackers.push((attack.kind, start("attack", orders, speaks)?, said));
        }
        self.tell(Told::Begin)?;
        let end = began + Duration::from_secs(seconds);
        while Instant::now() < end {
            self.hear((Instant::now() + TICK).min(end));
        }
        let mut tallies = BTreeMap::new();
        for (kind, attacker, said) in attackers {
            let tally: Tally =
                said.recv_timeout(GRACE).map_err(|_| format!("{kind:?}: it does not end"))?;
            tallies.insert(kind, tally);
            // Whatever it still holds is gone with it.
            drop(attacker);
        }
        let (ended_ms, pages) = (machine_ms(), watch.end());
        let memory_peak = process::peak_memory_kib(server)?;
        let mut counted = counters(&private)?;
        for (name, count) in &mut counted {
            *count = count.saturating_sub(before.get(name).copied().unwrap_or(0));
        }
        let gained = |_: &String, count: &mut u64| *count > 0;
        counted.retain(gained);
        Ok(Flood { began_ms, ended_ms, tallies, pages, counted, memory_before, memory_peak })
    }

    /// Waits until every report has its receipt, and has every tablet say what it holds. Gives how long receipts took.
    fn settle(&mut self, tablets: usize) -> Outcome<Duration> {
        let begun = Instant::now();
        while self.ledger.receipted.len() < tablets && begun.elapsed() < PATIENCE {
            self.hear(Instant::now() + TICK);
        }
        let after = begun.elapsed();
        self.tell(Told::End)?;
        let begun = Instant::now();
        while self.hear(Instant::now() + TICK) {
            if begun.elapsed() > PATIENCE {
                return Err("the tablets do not say what they hold".into());
            }
        }
        Ok(after)
    }
}

/// The machine's time, milliseconds since the Unix epoch.
fn machine_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// What stands on the papers of the precincts that report.
fn papers(arguments: &Arguments, contest: &Contest, files: &Path) -> Outcome<Vec<Paper>> {
    let own = ["results/final.csv", "results.csv"].map(|name| files.join(name));
    let file = own.iter().find(|file| file.is_file()).ok_or("the contest has no results")?;
    let bytes = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let read = read_published(contest, &file.to_string_lossy(), &bytes);
    let mut published = read.map_err(|mistakes| {
        mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    })?;
    if let Some(tablets) = arguments.tablets {
        // From all over the roster.
        let tablets = usize::try_from(tablets)?;
        let every = (published.len() / tablets).max(1);
        published = published.into_iter().step_by(every).take(tablets).collect();
    }
    Ok(published.iter().map(|published| Paper::of(contest, published)).collect())
}

/// Two invitations for each precinct: the tablet's, and another one.
fn codes(party: &Party, contest: &Contest, papers: &[Paper]) -> Outcome<Vec<[String; 2]>> {
    let (mut first, mut second) = (party.invite_all()?, party.invite_all()?);
    let code = |codes: &mut HashMap<String, String>, number: u32| -> Outcome<String> {
        let precinct = contest.precinct(number).ok_or("a paper of no precinct")?;
        let code = codes.remove(&precinct.id);
        Ok(code.ok_or_else(|| format!("no invitation for {}", precinct.id))?)
    };
    papers
        .iter()
        .map(|paper| Ok([code(&mut first, paper.precinct)?, code(&mut second, paper.precinct)?]))
        .collect()
}

/// Who signs when and comes from where: a hundred from one address, everyone else from one of their own.
fn plans(arguments: &Arguments, papers: &[Paper], codes: &[[String; 2]]) -> Vec<TabletPlan> {
    let mut dice = ChaCha8Rng::seed_from_u64(arguments.seed);
    // From when the flood has risen until a little before its end.
    let (from, until) = (arguments.seconds * 100, arguments.seconds * 900);
    let shared = BEHIND_ONE.min(papers.len() / 4).max(1);
    let every = papers.len() / shared;
    let plan = |(number, (paper, [code, _])): (usize, (&Paper, &[String; 2]))| {
        let is_shared = number.is_multiple_of(every) && number / every < shared;
        TabletPlan {
            number,
            address: if is_shared { SHARED } else { loopback::of_tablet(number) },
            code: code.clone(),
            paper: paper.clone(),
            signs_ms: dice.random_range(from..until),
        }
    };
    papers.iter().zip(codes).enumerate().map(plan).collect()
}

fn numbered(first: Ipv4Addr, number: usize) -> Ipv4Addr {
    Ipv4Addr::from_bits(first.to_bits() + u32::try_from(number).unwrap_or(0))
}

fn halls(plans: &[TabletPlan]) -> Vec<Vec<TabletPlan>> {
    let halls = plans.len().div_ceil(SMALL_HALL).min(HALLS);
    let mut tablets = vec![Vec::new(); halls];
    for plan in plans {
        tablets[plan.number % halls].push(plan.clone());
    }
    tablets
}

/// What comes: each kind's part of so many times the server's capacity, with everything it needs written down.
fn attacks(
    arguments: &Arguments,
    party: &Party,
    package: &Signed,
    plans: &[TabletPlan],
    stolen: &Signer,
    capacity: Capacity,
    folder: &Path,
) -> Outcome<Vec<(Attack, PathBuf)>> {
    let public = party.public().ok_or("the server does not run")?;
    let public: SocketAddr = public.trim_start_matches("http://").parse()?;
    let mut first = Ipv4Addr::new(127, 64, 0, 1);
    let mut all = Vec::new();
    for kind in Kind::ALL {
        let messages = match kind {
            Kind::Forged => forgeries(party, package, plans)?,
            Kind::Stolen => {
                (1..=STOLEN_REPORTS).map(|people| stolen.report(people).into_bytes()).collect()
            }
            _ => Vec::new(),
        };
        let count = usize::try_from(kind.addresses())?;
        let mut addresses: Vec<Ipv4Addr> = (0..count).map(|at| numbered(first, at)).collect();
        first = numbered(first, count);
        if kind.is_among_tablets() {
            // Every fourth comes from where the hundred tablets are.
            addresses = addresses.chunks(3).flat_map(|three| [three, &[SHARED]].concat()).collect();
        }
        let written = folder.join(format!("{kind:?}-messages"));
        let lines = messages.iter().map(|message| data_encoding::HEXLOWER.encode(message));
        std::fs::write(&written, lines.collect::<Vec<_>>().join("\n"))?;
        let attack = Attack {
            kind,
            reporting: party.reporting(),
            public,
            per_second: capacity.per_second * arguments.times * kind.share() / 1_000,
            seconds: arguments.seconds,
            connections: usize::try_from((kind.connections() * arguments.crowd).div_ceil(100))?,
            addresses,
            messages: written,
            seed: arguments.seed,
        };
        let orders = folder.join(format!("{kind:?}.json"));
        std::fs::write(&orders, serde_json::to_vec(&attack)?)?;
        all.push((attack, orders));
    }
    Ok(all)
}

/// Reports of every tablet's precinct, under its key's name and signed by another key.
fn forgeries(party: &Party, package: &Signed, plans: &[TabletPlan]) -> Outcome<Vec<Vec<u8>>> {
    let mut keys = HashMap::new();
    for device in party.devices()? {
        if device["room"] == Room::Official.as_str() {
            keys.insert(device["precinct"].clone(), device["key"].clone());
        }
    }
    let mut forgeries = Vec::new();
    for plan in plans {
        let precinct = package.contest.precinct(plan.paper.precinct);
        let key = precinct.and_then(|precinct| keys.get(&precinct.id));
        let victim = countersign_core::id::KeyId::from_hex(key.ok_or("a tablet has no key")?)
            .ok_or("a key has no name")?;
        let forger = Signer::new(package, &plan.code, Room::Official, "forger")?;
        let (mut bytes, name) = (forger.report(plan.paper.attendees).into_bytes(), forger.key().0);
        let at = bytes.windows(name.len()).position(|part| part == name);
        let at = at.ok_or("a message does not name its key")?;
        bytes[at..at + name.len()].copy_from_slice(&victim.0);
        forgeries.push(bytes);
    }
    Ok(forgeries)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_hundred_of_the_tablets_share_an_address_and_nobody_else_does() {
        let paper = |precinct| Paper {
            precinct,
            attendees: 60,
            first: vec![60],
            last: vec![60],
            delegates: None,
        };
        let papers: Vec<Paper> = (0..1_765).map(paper).collect();
        let codes = vec![["a".to_owned(), "b".to_owned()]; papers.len()];
        let arguments = <Arguments as clap::Parser>::parse_from(["flood"]);
        let plans = plans(&arguments, &papers, &codes);
        let shared = plans.iter().filter(|plan| plan.address == SHARED).count();
        let addresses: BTreeSet<_> = plans.iter().map(|plan| plan.address).collect();
        assert_eq!((shared, addresses.len()), (100, 1 + 1_665));
        assert_eq!(halls(&plans).iter().map(Vec::len).sum::<usize>(), 1_765);
    }
}
