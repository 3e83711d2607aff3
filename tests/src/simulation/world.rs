//! One simulation: a loop that takes the next event and lets it happen. Everything runs on the thread that calls it, in the
//! order that the seed's dice give.

mod server;
mod tablets;

use std::path::Path;
use std::sync::Arc;

use countersign_core::room::Room;
use countersign_device::api::Problem;
use countersign_device::{Met, Request};
use countersign_server::clock::SharedClock;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt as _, SeedableRng as _};
use tokio::runtime::Builder;

use super::check::{Broken, Finding, Witness, broken};
use super::clock::{ServerClock, TabletClock, Time};
use super::network::Network;
use super::party::PARTY;
use super::plan::{Blow, Plan};
use super::planted::{BadBook, Bug};
use super::scheduler::Scheduler;
use super::server::{Server, Setting};
use super::tablet::Desk;
use super::trace::{Trace, short};
use super::{BOUND_MS, Counts};

/// How often a lazy disk is written out by the system.
const FLUSH_MS: u64 = 5_000;
/// Between two attempts of the sequencer to read its log again.
const RECOVERY_MS: u64 = 1_000;
/// How often it is looked whether everything has its receipt, once it is calm.
const LOOK_MS: u64 = 1_000;

/// A request on its way, and where its answer goes.
#[derive(Debug, Clone)]
struct Ticket {
    number: u64,
    tablet: usize,
    request: Request,
    /// Nobody hears the answer: what arrived was damaged.
    deaf: bool,
}

enum Event {
    /// A secretary looks at a tablet, unless it was opened anew since.
    Secretary {
        tablet: usize,
        boot: u32,
    },
    /// A tablet's sync looks again, unless it was told to look at another moment since.
    Sync {
        tablet: usize,
        round: u64,
    },
    /// A request arrives at the server.
    Arrive {
        ticket: Box<Ticket>,
    },
    /// The sequencer of a room takes what has gathered.
    Sequence {
        room: Room,
    },
    /// Something comes back to a tablet, or it waits no longer.
    Back {
        tablet: usize,
        number: u64,
        met: Box<Met>,
    },
    /// A report on a hand-off reaches another tablet.
    Carry {
        tablet: usize,
        link: String,
    },
    Blow(Blow),
    OpenTablet {
        tablet: usize,
    },
    StartServer,
    Flush,
    /// The faults stop.
    Calm,
    /// Is everything receipted?
    Look,
}

/// A simulation under way.
pub(super) struct World<'a> {
    folder: &'a Path,
    pub(super) trace: Trace,
    pub(super) counts: Counts,
    time: Time,
    dice: ChaCha8Rng,
    scheduler: Scheduler<Event>,
    network: Network,
    desks: Vec<Desk>,
    /// `None` while it is down.
    server: Option<Server<Ticket>>,
    setting: Setting,
    server_clock: Arc<ServerClock>,
    bad_book: Option<BadBook>,
    witness: Witness,
    plan: Plan,
    /// Rooms whose sequencer is going to look.
    sequencing: [bool; 2],
    requests: u64,
    calm: bool,
    /// The later of the calm's begin and the last signature.
    since: u64,
}

fn trouble<T>(who: impl ToString, problem: &Problem) -> Result<T, Finding> {
    broken(Broken::Trouble, format!("{}: {problem:?}", who.to_string()))
}

impl<'a> World<'a> {
    pub(super) fn new(seed: u64, bug: Option<Bug>, folder: &'a Path) -> Self {
        let plan = Plan::of(seed, &PARTY.package.contest);
        // Another stream than the plan's, so that what happens does not repeat what was planned.
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        dice.set_stream(1);
        let time = Time::default();
        let disks = [0, 1].map(|room| Arc::new(PARTY.logs[room].copy()));
        for disk in &disks {
            disk.trouble(plan.mishaps, dice.random());
            if bug == Some(Bug::AcknowledgesBeforeDurable) {
                disk.be_lazy();
            }
        }
        let server_clock = Arc::new(ServerClock::new(&time));
        let desks = (0..).zip(&plan.tablets).map(|(number, tablet): (usize, _)| {
            let clock = TabletClock::new(&time);
            Desk::new(tablet.clone(), clock, folder.join(format!("tablet-{number}")), bug)
        });
        let desks: Vec<Desk> = desks.collect();
        let bad_book = bug.filter(|bug| bug.is_of_the_log()).map(BadBook::new);
        let kept = bad_book.as_ref().map_or(&disks, |book| &book.disks).clone();
        let runtime = Builder::new_current_thread().enable_time().build();
        Self {
            folder,
            trace: Trace::default(),
            counts: Counts::default(),
            time,
            dice,
            scheduler: Scheduler::new(),
            network: Network::new(plan.weather, desks.len()),
            desks,
            server: None,
            setting: Setting {
                disks,
                clock: Arc::clone(&server_clock) as SharedClock,
                key_rate: plan.key_rate,
                runtime: runtime.expect("the system gives timers"),
            },
            server_clock,
            bad_book,
            witness: Witness::new(kept),
            plan,
            sequencing: [false; 2],
            requests: 0,
            calm: false,
            since: 0,
        }
    }

    /// Lets everything happen, until every report has its receipt or a rule is broken.
    pub(super) fn run(&mut self) -> Result<(), Finding> {
        self.start_server()?;
        for (tablet, begins) in self.plan.tablets.iter().map(|plan| plan.begins).enumerate() {
            self.scheduler.at(begins, Event::OpenTablet { tablet }, &mut self.dice);
        }
        for (moment, blow) in std::mem::take(&mut self.plan.blows) {
            self.scheduler.at(moment, Event::Blow(blow), &mut self.dice);
        }
        self.scheduler.at(self.plan.calm, Event::Calm, &mut self.dice);
        self.scheduler.at(FLUSH_MS, Event::Flush, &mut self.dice);
        while let Some((moment, event)) = self.scheduler.next() {
            self.time.set(moment);
            if self.happen(event)? {
                return self.end();
            }
        }
        broken(Broken::Trouble, "nothing happens any more")
    }

    fn end(&mut self) -> Result<(), Finding> {
        // Once more from the disk, as after a power cut, and the tablets from theirs.
        self.kill_server();
        self.start_server()?;
        for tablet in 0..self.desks.len() {
            self.desks[tablet].kill();
            self.open_tablet(tablet)?;
        }
        for root in self.witness.end(&self.desks)? {
            self.note(&format!("root {}", short(&root)));
        }
        self.counts.reports = self.witness.signed();
        self.counts.simulated_ms = self.time.now();
        Ok(())
    }

    fn note(&mut self, what: &str) {
        self.trace.note(self.time.now(), what);
    }

    fn after(&mut self, in_ms: u64, event: Event) {
        self.scheduler.at(self.time.now() + in_ms, event, &mut self.dice);
    }

    /// Lets an event happen; `true` when everything is done.
    fn happen(&mut self, event: Event) -> Result<bool, Finding> {
        match event {
            Event::Secretary { tablet, boot } if self.desks[tablet].boots == boot => {
                self.secretary(tablet)?;
            }
            Event::Sync { tablet, round } if self.desks[tablet].round == round => {
                self.sync(tablet)?;
            }
            Event::Secretary { .. } | Event::Sync { .. } => {}
            Event::Arrive { ticket } => self.arrive(*ticket)?,
            Event::Sequence { room } => self.sequence(room)?,
            Event::Back { tablet, number, met } => self.back(tablet, number, &met)?,
            Event::Carry { tablet, link } => self.carry(tablet, link)?,
            Event::Blow(blow) => self.blow(blow),
            Event::OpenTablet { tablet } => self.open_tablet(tablet)?,
            Event::StartServer => self.start_server()?,
            Event::Flush => {
                self.setting.disks.iter().for_each(|disk| disk.flush());
                self.after(FLUSH_MS, Event::Flush);
            }
            Event::Calm => {
                self.note("calm");
                self.calm = true;
                self.since = self.since.max(self.time.now());
                self.network.calm();
                for disk in &self.setting.disks {
                    disk.fill(false);
                    disk.trouble([0; 5], 0);
                }
                self.after(LOOK_MS, Event::Look);
            }
            Event::Look => return self.is_done(),
        }
        Ok(false)
    }

    fn is_done(&mut self) -> Result<bool, Finding> {
        if self.is_idle()? {
            self.counts.calm_ms = self.time.now() - self.since;
            return Ok(true);
        }
        if self.time.now() > self.since + BOUND_MS {
            let without = self.witness.without_receipt();
            let what = without.map_or_else(|| "something waits".to_owned(), |id| id.to_string());
            return broken(Broken::Late, what);
        }
        self.after(LOOK_MS, Event::Look);
        Ok(false)
    }

    /// Whether everything is signed, has its receipt, and nothing waits to be sent.
    fn is_idle(&self) -> Result<bool, Finding> {
        if self.witness.without_receipt().is_some() || !self.desks.iter().all(Desk::is_finished) {
            return Ok(false);
        }
        for (number, desk) in self.desks.iter().enumerate() {
            if desk.waiting().or_else(|problem| trouble(number, &problem))? > 0 {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
