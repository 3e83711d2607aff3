//! A hall: a process in which some hundred tablets live, each with a database and a sync thread of its own, and one
//! secretary who serves them all in order of time. It may be killed at any instant; started again, it goes on.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};
use std::io::Write as _;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use countersign_device::api::{
    Answer, Command, LockView, Problem, ProblemCode, ReportView, RoomName, Standing, Step, View,
};
use countersign_device::{Argon2Params, Clock, Config, NetworkLimits, SyncStep, Tablet};
use countersign_tests::children;
use serde::{Deserialize, Serialize};

use crate::Outcome;
use crate::evening::{Evening, TabletClock, machine_ms};
use crate::plan::TabletPlan;
use crate::{secretary, weather};

/// The PIN of every tablet.
const PIN: &str = "482913";
/// What deriving a key from it costs here: two thousand tablets share one machine.
pub(crate) const ARGON2: Argon2Params = Argon2Params { memory_kib: 64, passes: 1, lanes: 1 };
/// How long a request may take on the machine's clock, which does not pass at the evening's speed.
const LIMITS: NetworkLimits = NetworkLimits { connect_ms: 3_000, answer_ms: 6_000 };
/// After a database let the sync down.
const AFTER_FAILURE: Duration = Duration::from_millis(500);
/// Stack of a sync thread.
const STACK: usize = 1 << 20;

/// What a hall is started with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Orders {
    /// Its tablets.
    pub(crate) tablets: Vec<TabletPlan>,
    /// Below this, each tablet has a folder.
    pub(crate) folder: PathBuf,
    /// The package that installers carry.
    pub(crate) package: PathBuf,
    /// How fast the evening passes.
    pub(crate) speed: u64,
}

/// What the night tells a hall, a line each.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Told {
    /// The evening begins, or has begun.
    Begin(Evening),
    /// It is over: say what every tablet holds, and end.
    End,
}

/// What a hall says, a line each.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Said {
    /// Another tablet is enrolled.
    Enrolled,
    /// A report was signed: its id, and the machine's time.
    Signed { id: String, at_ms: u64 },
    /// A tablet shows *countersigned*, after so many requests.
    Receipted { id: String, at_ms: u64, log_index: u64, requests: u32 },
    /// A report came to another end, which nothing here should lead to.
    Otherwise { id: String, standing: String },
    /// A tablet brought another one's report.
    Carried { id: String },
    /// A command was refused, which nothing here should lead to.
    Trouble { tablet: usize, what: String },
    /// What a tablet holds at the end.
    Holds(Held),
}

/// A signed report at the end of the night.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Held {
    pub(crate) id: String,
    pub(crate) precinct: u32,
    pub(crate) revision: u32,
    pub(crate) attendees: u32,
    pub(crate) counts: Vec<Vec<u32>>,
    pub(crate) receipt: Option<String>,
}

fn say(said: &Said) {
    let mut line = serde_json::to_vec(said).unwrap_or_default();
    line.push(b'\n');
    // Whoever listened is gone: then this process is about to go as well.
    let _ = std::io::stdout().lock().write_all(&line);
}

/// Runs a hall until it is told to end, or nobody is there to tell it.
pub(crate) fn run(orders: &Path) -> Outcome<()> {
    let orders: Orders = serde_json::from_slice(&std::fs::read(orders)?)?;
    let package = std::fs::read(&orders.package)?;
    let desks = orders
        .tablets
        .iter()
        .map(|plan| Desk::open(&orders, plan.clone(), &package))
        .collect::<Outcome<Vec<_>>>()?;
    let told = children::told();
    let Ok(Told::Begin(evening)) = told.recv() else { return Ok(()) };
    serve(&desks, evening, &told);
    for desk in &desks {
        desk.tell_all()?;
    }
    Ok(())
}

/// The secretary: serves whoever is due, until the night is over.
fn serve(desks: &[Desk], evening: Evening, told: &Receiver<Told>) {
    let mut due: BinaryHeap<Reverse<(u64, usize)>> =
        desks.iter().enumerate().map(|(at, desk)| Reverse((desk.plan.known[0], at))).collect();
    loop {
        let wait = match due.peek() {
            Some(Reverse((moment, _))) => evening.until(*moment),
            None => Duration::from_secs(3_600),
        };
        match told.recv_timeout(wait) {
            Ok(Told::End) | Err(RecvTimeoutError::Disconnected) => return,
            Ok(Told::Begin(_)) => continue,
            Err(RecvTimeoutError::Timeout) => {}
        }
        let Some(Reverse((_, at))) = due.pop() else { continue };
        match desks[at].act(evening.now(), desks) {
            Ok(Some(again)) => due.push(Reverse((again, at))),
            Ok(None) => {}
            Err(problem) => {
                let what = format!("{:?}", problem.code);
                say(&Said::Trouble { tablet: desks[at].plan.number, what });
            }
        }
    }
}

/// One tablet with its plan.
struct Desk {
    plan: TabletPlan,
    tablet: Arc<Tablet>,
    noted: Arc<Noted>,
    sync: SyncThread,
    carried: AtomicBool,
}

/// What the secretary does next.
enum Next {
    Do(Command),
    /// Shows the report to another tablet, which takes it along.
    Carry {
        report: String,
        carrier: usize,
    },
    /// Nothing before this moment.
    At(u64),
    Finished,
}

impl Desk {
    /// Opens the tablet and enrols or unlocks it.
    fn open(orders: &Orders, plan: TabletPlan, package: &[u8]) -> Outcome<Self> {
        let failed = |problem: Problem| format!("tablet {}: {:?}", plan.number, problem.code);
        let folder = orders.folder.join(format!("{:05}", plan.number));
        let clock = Arc::new(TabletClock::new(orders.speed, plan.skew_ms));
        let mut config = Config::new(folder, concat!("night ", env!("CARGO_PKG_VERSION")));
        config.package = Some(package.to_vec());
        config.argon2 = ARGON2;
        config.clock = Arc::clone(&clock) as Arc<dyn Clock>;
        config.network = LIMITS;
        config.route = Some(IpAddr::V4(weather::address(plan.zone)));
        let tablet = Arc::new(Tablet::open(config).map_err(failed)?);
        let pin = PIN.into();
        match look(&tablet).map_err(failed)?.lock {
            LockView::NoPin => {
                let code = plan.code.as_str().into();
                tablet.call(Command::Enrol { code, pin }).map_err(failed)?;
            }
            LockView::Locked { .. } | LockView::Unlocked { .. } => {
                tablet.call(Command::Unlock { pin }).map_err(failed)?;
            }
        }
        let noted = Arc::new(Noted { skew_ms: plan.skew_ms, ..Noted::default() });
        let sync = SyncThread::start(Arc::clone(&tablet), clock, orders.speed, Arc::clone(&noted))?;
        Ok(Self { plan, tablet, noted, sync, carried: AtomicBool::new(false) })
    }

    /// Does everything that can be done by now; gives the next moment.
    fn act(&self, now: u64, hall: &[Self]) -> Result<Option<u64>, Problem> {
        let mut view = look(&self.tablet)?;
        loop {
            match self.next(&view, now) {
                Next::Do(command) => {
                    let signs = matches!(command, Command::Sign { .. });
                    if let Answer::View { view: next } = self.tablet.call(command)? {
                        view = *next;
                    }
                    if signs {
                        self.noted.requests.store(0, Ordering::Relaxed);
                        self.noted.note(&view);
                        self.sync.wake();
                    }
                }
                Next::Carry { report, carrier } => {
                    let hand_off = self.tablet.call(Command::HandOff { report: report.clone() })?;
                    if let Answer::HandOff { link, .. } = hand_off {
                        let import = Command::ImportHandOff { link: Some(link), file: None };
                        hall[carrier].tablet.call(import)?;
                        hall[carrier].sync.wake();
                        say(&Said::Carried { id: report });
                    }
                    self.carried.store(true, Ordering::Relaxed);
                }
                Next::At(moment) => return Ok(Some(moment)),
                Next::Finished => return Ok(None),
            }
        }
    }

    fn next(&self, view: &View, now: u64) -> Next {
        let plan = &self.plan;
        if let Some(caucus) = &view.caucus {
            let (paper, may) = match (&plan.correction, &caucus.correction) {
                (Some((_, right)), Some(_)) => (right, Step::Sign),
                _ => (&plan.paper, plan.may(now)),
            };
            let later = || plan.known.into_iter().find(|&moment| moment > now);
            return match secretary::next(caucus, paper, may, PIN) {
                Some(command) => Next::Do(command),
                None => later().map_or(Next::Finished, Next::At),
            };
        }
        let open = Command::OpenCaucus { precinct: plan.paper.precinct, room: RoomName::Official };
        if view
            .caucuses
            .iter()
            .any(|one| one.room == RoomName::Official && one.draft_step.is_some())
        {
            return Next::Do(open);
        }
        let Some(newest) = own(view).max_by_key(|report| report.revision) else {
            return if now < plan.known[0] { Next::At(plan.known[0]) } else { Next::Do(open) };
        };
        let correct = plan.correction.as_ref().filter(|_| newest.revision == 1);
        let correct = correct.map(|(at, _)| (*at, Next::Do(secretary::correct(&newest.id))));
        let waits = matches!(newest.standing, Standing::SavedHere);
        let carry = plan.carried.filter(|_| waits && !self.carried.load(Ordering::Relaxed));
        let carry =
            carry.map(|(at, carrier)| (at, Next::Carry { report: newest.id.clone(), carrier }));
        match correct.into_iter().chain(carry).min_by_key(|(at, _)| *at) {
            Some((at, next)) if at <= now => next,
            Some((at, _)) => Next::At(at),
            None => Next::Finished,
        }
    }

    /// Says what the tablet holds.
    fn tell_all(&self) -> Outcome<()> {
        let failed = |problem: Problem| format!("{:?}", problem.code);
        for report in own(&look(&self.tablet).map_err(failed)?) {
            say(&Said::Holds(Held {
                id: report.id.clone(),
                precinct: report.precinct.number,
                revision: report.revision,
                attendees: report.attendees,
                counts: report.counts.clone(),
                receipt: self.tablet.receipt(&report.id).map_err(failed)?,
            }));
        }
        Ok(())
    }
}

fn look(tablet: &Tablet) -> Result<View, Problem> {
    match tablet.call(Command::View)? {
        Answer::View { view } => Ok(*view),
        _ => Err(Problem { code: ProblemCode::Internal, retry: false, wait_ms: None }),
    }
}

fn own(view: &View) -> impl Iterator<Item = &ReportView> {
    view.reports.iter().filter(|report| report.room == RoomName::Official)
}

/// What has been said of a tablet. After a kill all of it is said again; the night counts each thing once.
#[derive(Default)]
struct Noted {
    skew_ms: i64,
    enrolled: AtomicBool,
    /// Requests since the last receipt.
    requests: AtomicU32,
    said: Mutex<HashSet<(String, &'static str)>>,
}

impl Noted {
    /// Says what is new.
    fn note(&self, view: &View) {
        let mut told = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        for report in own(view) {
            let id = &report.id;
            if told.insert((id.clone(), "signed")) {
                let at_ms = report.signed_ms.saturating_add_signed(-self.skew_ms);
                say(&Said::Signed { id: id.clone(), at_ms });
            }
            match report.standing {
                Standing::SavedHere => {}
                Standing::Countersigned { log_index, .. } => {
                    if told.insert((id.clone(), "receipted")) {
                        let (id, at_ms) = (id.clone(), machine_ms());
                        let requests = self.requests.swap(0, Ordering::Relaxed);
                        say(&Said::Receipted { id, at_ms, log_index, requests });
                    }
                }
                Standing::Held { .. } | Standing::Refused { .. } => {
                    if told.insert((id.clone(), "otherwise")) {
                        let standing = format!("{:?}", report.standing);
                        say(&Said::Otherwise { id: id.clone(), standing });
                    }
                }
            }
        }
        if !view.precincts.is_empty()
            && view.network.waiting == 0
            && !self.enrolled.swap(true, Ordering::Relaxed)
        {
            say(&Said::Enrolled);
        }
    }
}

/// A tablet's sync, as its own thread would do it, but with the evening's time.
struct SyncThread(JoinHandle<()>);

impl SyncThread {
    fn start(
        tablet: Arc<Tablet>,
        clock: Arc<TabletClock>,
        speed: u64,
        noted: Arc<Noted>,
    ) -> Outcome<Self> {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn(move || {
            // It ends with the process: nothing is lost by that at any moment.
            loop {
                match tablet.sync_step() {
                    Ok(SyncStep::Tried) => {
                        noted.requests.fetch_add(1, Ordering::Relaxed);
                        if let Ok(view) = look(&tablet) {
                            noted.note(&view);
                        }
                    }
                    Ok(SyncStep::Wait { until_ms: Some(until) }) => {
                        let wait = until.saturating_sub(clock.monotonic_ms()).div_ceil(speed);
                        std::thread::park_timeout(Duration::from_millis(wait));
                    }
                    Ok(SyncStep::Wait { until_ms: None }) => std::thread::park(),
                    Err(_) => std::thread::park_timeout(AFTER_FAILURE),
                }
            }
        })?;
        Ok(Self(thread))
    }

    /// Something was signed, or brought.
    fn wake(&self) {
        self.0.thread().unpark();
    }
}
