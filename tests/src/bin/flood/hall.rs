//! A hall: a process in which some hundred tablets live, each with a database and a sync thread of its own. Everything but
//! the signature is done before the flood; then each signs when it is time, and its sync does what it always does.

use std::collections::HashSet;
use std::io::Write as _;
use std::net::IpAddr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use countersign_device::api::{
    Answer, Command, Problem, ProblemCode, ReportView, RoomName, Standing, Step, View,
};
use countersign_device::{Argon2Params, Clock, Config, SyncStep, Tablet};
use countersign_tests::{children, secretary};

use crate::Outcome;
use crate::orders::{Hall, Said, TabletPlan, Told};

/// The PIN of every tablet.
const PIN: &str = "482913";
/// What deriving a key from it costs here: two thousand tablets share one machine.
const ARGON2: Argon2Params = Argon2Params { memory_kib: 64, passes: 1, lanes: 1 };
/// After a database let the sync down.
const AFTER_FAILURE: Duration = Duration::from_millis(500);
/// Stack of a sync thread.
const STACK: usize = 1 << 20;

fn say(said: &Said) {
    let mut line = serde_json::to_vec(said).unwrap_or_default();
    line.push(b'\n');
    // Whoever listened is gone: then this process is about to go as well.
    let _ = std::io::stdout().lock().write_all(&line);
}

/// The machine's time, milliseconds since the Unix epoch.
fn machine_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Runs a hall until it is told to end, or nobody is there to tell it.
pub(crate) fn run(orders: &Path) -> Outcome<()> {
    let mut orders: Hall = serde_json::from_slice(&std::fs::read(orders)?)?;
    let package = std::fs::read(&orders.package)?;
    orders.tablets.sort_by_key(|plan| plan.signs_ms);
    let mut desks = Vec::new();
    for plan in &orders.tablets {
        let desk = Desk::open(&orders, plan.clone(), &package);
        desks.push(desk.map_err(|problem| format!("tablet {}: {:?}", plan.number, problem))?);
    }
    for desk in &desks {
        desk.type_all().map_err(|problem| format!("tablet {}: {problem:?}", desk.plan.number))?;
    }
    say(&Said::Typed);
    let told = children::told();
    if let Ok(Told::Begin) = told.recv() {
        sign(&desks, &told);
        for desk in &desks {
            desk.tell_all().map_err(|problem| format!("{:?}", problem.code))?;
        }
    }
    Ok(())
}

/// Signs on every tablet when it is time, and waits for the end.
fn sign(desks: &[Desk], told: &Receiver<Told>) {
    let begun = Instant::now();
    for desk in desks {
        let due = begun + Duration::from_millis(desk.plan.signs_ms);
        match told.recv_timeout(due.saturating_duration_since(Instant::now())) {
            Ok(_) | Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {}
        }
        if let Err(problem) = desk.sign() {
            let what = format!("{:?}", problem.code);
            say(&Said::Trouble { number: desk.plan.number, what });
        }
    }
    // The end; or nobody is there any more.
    let _ = told.recv();
}

/// One tablet with its plan.
struct Desk {
    plan: TabletPlan,
    tablet: Arc<Tablet>,
    noted: Arc<Noted>,
    sync: JoinHandle<()>,
}

impl Desk {
    /// Opens the tablet and enrols it.
    fn open(orders: &Hall, plan: TabletPlan, package: &[u8]) -> Result<Self, Problem> {
        let folder = orders.folder.join(format!("{:05}", plan.number));
        let mut config = Config::new(folder, concat!("flood ", env!("CARGO_PKG_VERSION")));
        config.package = Some(package.to_vec());
        config.argon2 = ARGON2;
        config.route = Some(IpAddr::V4(plan.address));
        let clock = Arc::clone(&config.clock);
        let tablet = Arc::new(Tablet::open(config)?);
        tablet.call(Command::Enrol { code: plan.code.as_str().into(), pin: PIN.into() })?;
        let noted = Arc::new(Noted { number: plan.number, ..Noted::default() });
        let sync = start_sync(Arc::clone(&tablet), clock, Arc::clone(&noted))
            .map_err(|_| Problem { code: ProblemCode::Internal, retry: false, wait_ms: None })?;
        Ok(Self { plan, tablet, noted, sync })
    }

    /// Does everything that comes before the signature.
    fn type_all(&self) -> Result<(), Problem> {
        let precinct = self.plan.paper.precinct;
        let mut next = Command::OpenCaucus { precinct, room: RoomName::Official };
        loop {
            let Answer::View { view } = self.tablet.call(next)? else { return Err(strange()) };
            let caucus = view.caucus.as_ref().ok_or_else(strange)?;
            match secretary::next(caucus, &self.plan.paper, Step::Sign, PIN) {
                Some(Command::Sign { .. }) | None => return Ok(()),
                Some(command) => next = command,
            }
        }
    }

    fn sign(&self) -> Result<(), Problem> {
        let view = look(&self.tablet)?;
        let caucus = view.caucus.as_ref().ok_or_else(strange)?;
        let command = secretary::next(caucus, &self.plan.paper, Step::Sign, PIN);
        self.tablet.call(command.ok_or_else(strange)?)?;
        self.noted.met.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.noted.note(&look(&self.tablet)?);
        self.sync.thread().unpark();
        Ok(())
    }

    /// Says what the tablet holds.
    fn tell_all(&self) -> Result<(), Problem> {
        for report in own(&look(&self.tablet)?) {
            say(&Said::Holds {
                id: report.id.clone(),
                precinct: report.precinct.number,
                receipt: self.tablet.receipt(&report.id)?,
            });
        }
        Ok(())
    }
}

fn strange() -> Problem {
    Problem { code: ProblemCode::Internal, retry: false, wait_ms: None }
}

fn look(tablet: &Tablet) -> Result<View, Problem> {
    match tablet.call(Command::View)? {
        Answer::View { view } => Ok(*view),
        _ => Err(strange()),
    }
}

fn own(view: &View) -> impl Iterator<Item = &ReportView> {
    view.reports.iter().filter(|report| report.room == RoomName::Official)
}

/// What has been said of a tablet.
#[derive(Default)]
struct Noted {
    number: usize,
    enrolled: AtomicBool,
    /// What requests met since the signature.
    met: Mutex<Vec<String>>,
    said: Mutex<HashSet<(String, &'static str)>>,
}

impl Noted {
    /// Says what is new.
    fn note(&self, view: &View) {
        let mut told = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        for report in own(view) {
            let id = &report.id;
            if told.insert((id.clone(), "signed")) {
                let (id, number) = (id.clone(), self.number);
                say(&Said::Signed { id, number, at_ms: report.signed_ms });
            }
            match &report.standing {
                Standing::SavedHere => {}
                Standing::Countersigned { .. } => {
                    if told.insert((id.clone(), "receipted")) {
                        let mut met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
                        let (id, met) = (id.clone(), std::mem::take(&mut *met));
                        say(&Said::Receipted { id, at_ms: machine_ms(), met });
                    }
                }
                Standing::Held { .. } | Standing::Refused { .. } => {
                    if told.insert((id.clone(), "otherwise")) {
                        let what = format!("{:?}", report.standing);
                        say(&Said::Trouble { number: self.number, what });
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

/// A tablet's sync, as its own thread would do it, and a word of what came.
fn start_sync(
    tablet: Arc<Tablet>,
    clock: Arc<dyn Clock>,
    noted: Arc<Noted>,
) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().stack_size(STACK).spawn(move || {
        // It ends with the process: nothing is lost by that at any moment.
        loop {
            match tablet.sync_step() {
                Ok(SyncStep::Tried) => {
                    if let Ok(view) = look(&tablet) {
                        let state = format!("{:?}", view.network.state);
                        noted.met.lock().unwrap_or_else(PoisonError::into_inner).push(state);
                        noted.note(&view);
                    }
                }
                Ok(SyncStep::Wait { until_ms: Some(until) }) => {
                    let wait = until.saturating_sub(clock.monotonic_ms());
                    std::thread::park_timeout(Duration::from_millis(wait));
                }
                Ok(SyncStep::Wait { until_ms: None }) => std::thread::park(),
                Err(_) => std::thread::park_timeout(AFTER_FAILURE),
            }
        }
    })
}
