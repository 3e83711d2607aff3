//! One simulation: a loop that takes the next event and lets it happen. Everything runs on the thread that calls it, in the
//! order that the seed's dice give.

use std::path::Path;
use std::sync::Arc;

use countersign_core::id::MessageId;
use countersign_core::room::Room;
use countersign_device::api::{NetworkState, Problem};
use countersign_device::{Answered, Met, NetworkLimits, Request};
use countersign_server::clock::SharedClock;
use countersign_server::room::Step;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt as _, SeedableRng as _};
use tokio::runtime::Builder;

use super::check::{Broken, Finding, Witness, broken};
use super::clock::{ServerClock, TabletClock, Time};
use super::network::{Fate, Line, Network, damage};
use super::party::{PARTY, at};
use super::plan::{Blow, Plan};
use super::planted::{BadBook, Bug};
use super::scheduler::Scheduler;
use super::server::{Server, Setting};
use super::tablet::{Desk, Did};
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

// Tablets.
impl World<'_> {
    fn open_tablet(&mut self, tablet: usize) -> Result<(), Finding> {
        if self.desks[tablet].is_open() {
            return Ok(());
        }
        let (base_ms, seed) = (self.dice.random_range(0..1 << 40), self.dice.random());
        let desk = &mut self.desks[tablet];
        let off_ms = if self.calm { 0 } else { desk.plan.off_ms };
        desk.clock.boot(base_ms, off_ms);
        desk.open(seed).or_else(|problem| trouble(tablet, &problem))?;
        self.note(&format!("tablet {tablet} opens"));
        self.look(tablet)?;
        self.wake(tablet, 0);
        let boot = self.desks[tablet].boots;
        self.after(500, Event::Secretary { tablet, boot });
        Ok(())
    }

    /// The sync looks again at that moment, and not at the one it was told before.
    fn wake(&mut self, tablet: usize, in_ms: u64) {
        let desk = &mut self.desks[tablet];
        desk.round += 1;
        let round = desk.round;
        self.after(in_ms, Event::Sync { tablet, round });
    }

    fn look(&mut self, tablet: usize) -> Result<(), Finding> {
        for id in self.witness.look(tablet, &self.desks[tablet])? {
            self.since = self.since.max(self.time.now());
            self.note(&format!("tablet {tablet} signed {}", short(&id.0)));
        }
        Ok(())
    }

    fn secretary(&mut self, tablet: usize) -> Result<(), Finding> {
        if !self.desks[tablet].is_open() {
            return Ok(());
        }
        let failed = |problem: Problem| trouble(tablet, &problem);
        let mut view = self.desks[tablet].view().or_else(failed)?;
        // Several things in one go, and a kill between any two of them now and then.
        for _ in 0..self.dice.random_range(1..12) {
            match self.desks[tablet].act(&mut view).or_else(|problem| trouble(tablet, &problem))? {
                Did::Nothing => return Ok(()),
                Did::HandedOff(link) => {
                    self.note(&format!("tablet {tablet} hands off"));
                    if let Some(carrier) = self.desks[tablet].plan.carrier {
                        self.after(2_000, Event::Carry { tablet: carrier, link });
                    }
                }
                Did::Command { name, wakes } => {
                    self.note(&format!("tablet {tablet}: {name}"));
                    if name.starts_with("Sign") {
                        self.look(tablet)?;
                    }
                    if wakes && !self.desks[tablet].is_asking() {
                        self.wake(tablet, 0);
                    }
                }
            }
        }
        let in_ms = self.dice.random_range(200..20_000);
        let boot = self.desks[tablet].boots;
        self.after(in_ms, Event::Secretary { tablet, boot });
        Ok(())
    }

    fn carry(&mut self, tablet: usize, link: String) -> Result<(), Finding> {
        let desk = &self.desks[tablet];
        let carried = match desk.is_open() {
            true => desk.carry(&link).or_else(|problem| trouble(tablet, &problem))?,
            false => false,
        };
        if carried {
            self.note(&format!("tablet {tablet} carries"));
            self.counts.carried += 1;
            if !self.desks[tablet].is_asking() {
                self.wake(tablet, 0);
            }
        } else {
            self.after(5_000, Event::Carry { tablet, link });
        }
        Ok(())
    }

    fn sync(&mut self, tablet: usize) -> Result<(), Finding> {
        let desk = &mut self.desks[tablet];
        if !desk.is_open() || desk.is_asking() {
            return Ok(());
        }
        let number = self.requests;
        let request = match desk.begin(number).or_else(|problem| trouble(tablet, &problem))? {
            Ok(request) => request,
            Err(None) => return Ok(()),
            Err(Some(moment)) => {
                // As the app's own thread: at least a millisecond.
                self.wake(tablet, moment.saturating_sub(self.time.now()).max(1));
                return Ok(());
            }
        };
        self.requests += 1;
        self.counts.requests += 1;
        let what = match &request {
            Request::Send { room, bytes, seen, .. } => {
                format!("{room} {} seen {seen}", short(&MessageId::of(bytes).0))
            }
            other => format!("{other:?}"),
        };
        let ticket = Ticket { number, tablet, request, deaf: false };
        let fate = self.network.request(tablet, &mut self.dice);
        self.note(&format!("tablet {tablet} asks {number}: {what}; {}", fate.name()));
        let back = |met| Event::Back { tablet, number, met: Box::new(met) };
        match fate {
            Fate::Lost => self.counts.lost += 1,
            Fate::Refused { in_ms } => self.after(in_ms, back(Err(NetworkState::Refused))),
            Fate::Answered { in_ms, answered } => {
                self.counts.strange += 1;
                self.after(in_ms, back(Ok(answered)));
            }
            Fate::Damaged { in_ms } => {
                self.counts.damaged += 1;
                let damaged = Box::new(self.damaged(ticket));
                self.after(in_ms, Event::Arrive { ticket: damaged });
            }
            Fate::Arrives { in_ms } => {
                self.counts.doubled += usize::from(in_ms.len() > 1);
                for in_ms in in_ms {
                    self.after(in_ms, Event::Arrive { ticket: Box::new(ticket.clone()) });
                }
            }
        }
        self.after(NetworkLimits::default().answer_ms, back(Err(NetworkState::Silent)));
        Ok(())
    }

    fn damaged(&mut self, mut ticket: Ticket) -> Ticket {
        if let Request::Send { bytes, .. } = &mut ticket.request {
            damage(bytes, &mut self.dice);
        }
        ticket.deaf = true;
        ticket
    }

    fn back(&mut self, tablet: usize, number: u64, met: &Met) -> Result<(), Finding> {
        let desk = &mut self.desks[tablet];
        if !desk.is_open() {
            return Ok(());
        }
        if desk.finish(number, met).or_else(|problem| trouble(tablet, &problem))? {
            let what = match met {
                Ok(answered) => format!("{} {}", answered.status, hash(&answered.body)),
                Err(network) => format!("{network:?}"),
            };
            self.note(&format!("tablet {tablet} gets {number}: {what}"));
            self.look(tablet)?;
            self.wake(tablet, 0);
        } else if met.is_ok() {
            self.counts.late += 1;
        }
        Ok(())
    }
}

fn hash(bytes: &[u8]) -> String {
    short(&countersign_core::id::sha256(bytes))
}

// The server.
impl World<'_> {
    fn start_server(&mut self) -> Result<(), Finding> {
        if self.server.is_some() {
            return Ok(());
        }
        self.note("the server starts");
        self.witness.started()?;
        match Server::start(&self.setting, self.folder) {
            Ok(server) => self.server = Some(server),
            Err(error) => return broken(Broken::Trouble, format!("the server: {error}")),
        }
        Ok(())
    }

    /// Power is gone: memory, and what was not durable.
    fn kill_server(&mut self) {
        self.server = None;
        self.sequencing = [false; 2];
        for disk in &self.setting.disks {
            disk.crash();
        }
    }

    fn arrive(&mut self, ticket: Ticket) -> Result<(), Finding> {
        let (tablet, number) = (ticket.tablet, ticket.number);
        let Some(server) = &mut self.server else {
            self.note(&format!("{number} finds no server"));
            let met = Box::new(Err(NetworkState::Refused));
            self.after(5, Event::Back { tablet, number, met });
            return Ok(());
        };
        self.trace.note(self.time.now(), &format!("{number} arrives"));
        let request = ticket.request.clone();
        server.take(ticket, &request, tablet, &self.setting.runtime);
        self.answer()?;
        if let Request::Send { room, .. } = request
            && !std::mem::replace(&mut self.sequencing[at(room)], true)
        {
            let in_ms = self.dice.random_range(1..=self.plan.gather_ms);
            self.after(in_ms, Event::Sequence { room });
        }
        Ok(())
    }

    fn sequence(&mut self, room: Room) -> Result<(), Finding> {
        let Some(server) = &mut self.server else { return Ok(()) };
        let step = server.step(room);
        self.sequencing[at(room)] = step == Step::Recovering;
        let disk = Arc::clone(&self.setting.disks[at(room)]);
        for (entries, mishap) in disk.take_happened() {
            self.counts.commits += 1;
            self.counts.batches += usize::from(entries > 1);
            if let Some(mishap) = mishap {
                self.counts.mishaps[mishap as usize] += 1;
            }
            self.note(&format!("{room} commits {entries}: {mishap:?}"));
        }
        if disk.take_crash() {
            let away_ms = self.dice.random_range(1_000..30_000);
            self.blow(Blow::KillServer { away_ms });
            return Ok(());
        }
        if step == Step::Recovering {
            self.counts.recoveries += 1;
            self.after(RECOVERY_MS, Event::Sequence { room });
        }
        self.answer()
    }

    /// Sends off what the server has answered.
    fn answer(&mut self) -> Result<(), Finding> {
        let Some(server) = &mut self.server else { return Ok(()) };
        for (ticket, answered) in server.answers(&self.setting.runtime) {
            let answered = self.seen(&ticket, answered)?;
            if ticket.deaf {
                continue;
            }
            let Ticket { tablet, number, .. } = ticket;
            if let Some((in_ms, answered)) = self.network.answer(tablet, answered, &mut self.dice) {
                self.after(in_ms, Event::Back { tablet, number, met: Box::new(Ok(answered)) });
            }
        }
        Ok(())
    }

    /// What the server answers, seen by the witness.
    fn seen(&mut self, ticket: &Ticket, answered: Answered) -> Result<Answered, Finding> {
        let Request::Send { room, bytes, seen, .. } = &ticket.request else {
            return Ok(answered);
        };
        let answered = match &self.bad_book {
            Some(book) => book.instead(*room, bytes, *seen, answered),
            None => answered,
        };
        let index = self.witness.answered(*room, bytes, &answered)?;
        self.note(&format!("{} is answered {} {index:?}", ticket.number, answered.status));
        Ok(answered)
    }

    fn blow(&mut self, blow: Blow) {
        self.note(&format!("{blow:?}"));
        match blow {
            Blow::KillTablet { tablet, away_ms } => {
                if self.desks[tablet].is_open() {
                    let asking = self.desks[tablet].kill();
                    self.counts.killed_asking += usize::from(asking);
                    self.counts.tablets_killed += 1;
                    self.after(away_ms, Event::OpenTablet { tablet });
                }
            }
            Blow::KillServer { away_ms } => {
                if self.server.is_some() {
                    self.kill_server();
                    self.counts.server_killed += 1;
                    self.after(away_ms, Event::StartServer);
                }
            }
            Blow::Cut { tablet, refused } => {
                let line = if refused { Line::Refused } else { Line::Silent };
                self.network.set(tablet, line);
                self.counts.cuts += 1;
            }
            Blow::Mend { tablet } => self.network.set(tablet, Line::Open),
            Blow::Fill { room, full } => {
                self.setting.disks[at(room)].fill(full);
                self.counts.full += usize::from(full);
            }
            Blow::ServerClock { off_ms } => {
                self.server_clock.jump(off_ms);
                self.counts.jumps += 1;
            }
        }
    }
}
