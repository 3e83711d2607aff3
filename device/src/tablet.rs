//! The tablet: commands in, answers out, and the thread that sends.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use countersign_core::id::MessageId;

use crate::api::{Answer, Command, NetworkState, Problem, ProblemCode};
use crate::config::Config;
use crate::db::{notice, outbox, setting};
use crate::enrol;
use crate::error::{Error, Result};
use crate::hand_off;
use crate::names;
use crate::package::{self, Source};
use crate::preflight;
use crate::question;
use crate::sign;
use crate::state::State;
use crate::sync::driver::{Network, Stop, is_allowed};
use crate::sync::{self, Begun, Met, Request, SyncStep, UnderWay};
use crate::view;
use crate::worksheet;
use crate::{caucus, host::SaveFile};

/// How long the sync rests when the database let it down.
const AFTER_FAILURE: Duration = Duration::from_secs(10);

/// What a host calls when something changed that no answer told it.
type Changed = Box<dyn Fn() + Send + Sync>;

/// An open tablet. Commands may come from any thread; they are done one after another. The sync thread stops when the
/// tablet is dropped; nothing is lost by dropping it at any moment.
pub struct Tablet {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    state: Mutex<State>,
    network: Mutex<Option<Network>>,
    changed: Mutex<Vec<Changed>>,
    wake: Wake,
    stop: Stop,
    save_file: Arc<dyn SaveFile>,
}

/// Wakes the sync thread.
#[derive(Default)]
struct Wake {
    flags: Mutex<Flags>,
    condvar: Condvar,
}

#[derive(Default, Clone, Copy)]
struct Flags {
    woken: bool,
    stopping: bool,
}

/// A panic elsewhere leaves no half-done change: those live in transactions.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Tablet {
    /// Opens the tablet of a folder, making one where there never was one.
    ///
    /// # Errors
    /// `readOnly`, `diskFull`, `databaseDamaged`, `databaseNewer`; `packageRefused` when the installer's package is
    /// another party's than the one this folder was used with. What is in the folder stays as it is then.
    pub fn open(config: Config) -> std::result::Result<Self, Problem> {
        let save_file = Arc::clone(&config.save_file);
        let state = State::open(config)?;
        Ok(Self {
            shared: Arc::new(Shared {
                state: Mutex::new(state),
                network: Mutex::new(None),
                changed: Mutex::new(Vec::new()),
                wake: Wake::default(),
                stop: Stop::default(),
                save_file,
            }),
            thread: Mutex::new(None),
        })
    }

    /// Does a command. Blocks: for the disk, for Argon2id where there is a PIN, for the person in `saveHandOff`, and for
    /// the network in `preflight` and where an invitation's link brings the first package.
    ///
    /// # Errors
    /// The [`Problem`] to show. Nothing was changed then, but the count of wrong PINs.
    pub fn call(&self, command: Command) -> std::result::Result<Answer, Problem> {
        Ok(self.shared.call(command)?)
    }

    /// Asks to be told of changes that no answer tells: what the network brought. A command's own changes are in its
    /// answer. Called on the thread that syncs; the callback may send commands.
    pub fn on_change(&self, changed: Box<dyn Fn() + Send + Sync>) {
        lock(&self.shared.changed).push(changed);
    }

    /// Starts the thread that sends what is in the outbox, for as long as the tablet lives. Once is enough.
    pub fn start_sync(&self) {
        let mut thread = lock(&self.thread);
        if thread.is_none() {
            let shared = Arc::clone(&self.shared);
            let started = std::thread::Builder::new()
                .name("countersign-sync".to_owned())
                .spawn(move || shared.run());
            match started {
                Ok(handle) => *thread = Some(handle),
                Err(error) => tracing::error!(%error, "the sync thread does not start"),
            }
        }
    }

    /// Does one step of the sync on the calling thread, for hosts that have no background thread, and for tests.
    ///
    /// # Errors
    /// What the database says.
    pub fn sync_step(&self) -> std::result::Result<SyncStep, Problem> {
        Ok(self.shared.step()?)
    }

    /// The first half of [`Tablet::sync_step`], for a host that carries requests and answers itself: chooses what to ask.
    /// One request at a time: the next one is chosen after [`Tablet::sync_finish`], or after the one before was dropped.
    ///
    /// # Errors
    /// What the database says.
    pub fn sync_begin(&self) -> std::result::Result<Begun, Problem> {
        Ok(self.shared.begin()?)
    }

    /// The second half: takes in what came of a request. Nothing of it is believed before it is verified; what is, is
    /// durable on return. What could not be kept (a full disk) is asked for again later.
    pub fn sync_finish(&self, under_way: &UnderWay, met: &Met) {
        self.shared.finish(under_way, met);
    }

    /// The verified receipt of a message, by its id in hexadecimal digits: a C2SP tlog-proof that any verifier reads.
    /// `None` while there is none.
    ///
    /// # Errors
    /// What the database says.
    pub fn receipt(&self, message: &str) -> std::result::Result<Option<String>, Problem> {
        let Some(id) = MessageId::from_hex(message) else { return Ok(None) };
        Ok(outbox::receipt(&lock(&self.shared.state).db, id)?)
    }

    /// Verified receipts of a message in logs whose place another one took, each after the origin of its log: they stay what
    /// they were, evidence that the message stood in that log.
    ///
    /// # Errors
    /// What the database says.
    pub fn earlier_receipts(
        &self,
        message: &str,
    ) -> std::result::Result<Vec<(String, String)>, Problem> {
        let Some(id) = MessageId::from_hex(message) else { return Ok(Vec::new()) };
        Ok(outbox::earlier_receipts(&lock(&self.shared.state).db, id)?)
    }
}

impl Drop for Tablet {
    fn drop(&mut self) {
        lock(&self.shared.wake.flags).stopping = true;
        self.shared.wake.condvar.notify_all();
        // `notify_one` keeps a permit, so a request that begins just now ends at once too.
        self.shared.stop.notify_one();
        if let Some(thread) = lock(&self.thread).take() {
            // The last handle may be dropped by a callback on the thread itself.
            if thread.thread().id() != std::thread::current().id() && thread.join().is_err() {
                tracing::error!("the sync thread had panicked");
            }
        }
    }
}

impl Shared {
    fn call(&self, command: Command) -> Result<Answer> {
        match command {
            Command::SaveHandOff { report } => self.save_hand_off(&report),
            Command::Preflight => {
                let question = preflight::question(&mut lock(&self.state))?;
                let server = preflight::ask(question)?;
                Ok(Answer::Preflight { items: preflight::items(&mut lock(&self.state), server)? })
            }
            Command::ImportHandOff { link, file } => {
                // Before there is a PIN a file may bring the first package, without which no code can be taken.
                lock(&self.state).need_unlocked_or_new()?;
                // Pictures take a while to read: not under the lock.
                let brought = hand_off::read(link.as_deref(), file.as_deref())?;
                let mut state = lock(&self.state);
                hand_off::take(&mut state, brought)?;
                self.wake();
                view_answer(&mut state)
            }
            Command::PreviewInvitation { code } => {
                let brought = enrol::read(code.expose())?;
                let wanted = enrol::want_package(&mut lock(&self.state), &brought)?;
                if wanted {
                    self.fetch_first_package()?;
                }
                let (precinct, already_here) = enrol::preview(&mut lock(&self.state), &brought)?;
                Ok(Answer::Invitation { precinct, already_here })
            }
            other => {
                let sends = matches!(
                    other,
                    Command::Enrol { .. }
                        | Command::Sign { .. }
                        | Command::Reply { .. }
                        | Command::SyncNow
                        | Command::Unlock { .. }
                );
                let mut state = lock(&self.state);
                let answer = run(&mut state, other)?;
                if sends {
                    self.wake();
                }
                Ok(answer)
            }
        }
    }

    /// The first package, from where an invitation's link says. What is wrong with the network shows in the view; the
    /// sync goes on trying.
    fn fetch_first_package(&self) -> Result<()> {
        let (config, addresses) = {
            let state = lock(&self.state);
            (state.config.clone(), sync::addresses(&state)?)
        };
        let Some(address) = addresses.into_iter().find(|address| is_allowed(address)) else {
            return Ok(());
        };
        let met =
            Network::new()?.ask(&config, None, &Request::Package { address, have: None }, None)?;
        if let Some(Ok(answered)) = met
            && answered.status == 200
        {
            package::offer(&mut lock(&self.state), &answered.body, Source::Network)?;
        } else {
            self.wake();
        }
        Ok(())
    }

    fn save_hand_off(&self, report: &str) -> Result<Answer> {
        let made = {
            let mut state = lock(&self.state);
            state.need_unlocked()?;
            hand_off::make(&mut state, report)?
        };
        match self.save_file.save(&made.file_name, &made.bytes) {
            Ok(path) => Ok(Answer::Saved { path: path.map(|path| path.display().to_string()) }),
            // The place is the person's choice, a full or locked stick for one: it says nothing about the tablet's own
            // storage.
            Err(error) => {
                tracing::warn!(%error, "a hand-off could not be written");
                Err(ProblemCode::NotWrittenThere.into())
            }
        }
    }

    fn wake(&self) {
        lock(&self.wake.flags).woken = true;
        self.wake.condvar.notify_all();
    }

    fn tell(&self) {
        for changed in &*lock(&self.changed) {
            changed();
        }
    }

    fn begin(&self) -> Result<Begun> {
        let begun = sync::begin(&mut lock(&self.state))?;
        if matches!(begun, Begun::UnderWay(_)) {
            self.tell();
        }
        Ok(begun)
    }

    fn finish(&self, under_way: &UnderWay, met: &Met) {
        sync::finish(&mut lock(&self.state), under_way, met);
        self.tell();
    }

    fn step(&self) -> Result<SyncStep> {
        let under_way = match self.begin()? {
            Begun::UnderWay(under_way) => under_way,
            Begun::Wait { until_ms } => return Ok(SyncStep::Wait { until_ms }),
        };
        // Without an answer the app is closing, and nothing is taken in any more.
        if let Some(met) = self.ask(&under_way)? {
            self.finish(&under_way, &met);
        }
        Ok(SyncStep::Tried)
    }

    /// Asks over HTTP; `None` when the app is closing.
    fn ask(&self, under_way: &UnderWay) -> Result<Option<Met>> {
        let mut network = lock(&self.network);
        if network.is_none() {
            *network = Some(Network::new()?);
        }
        let network = network.as_mut().ok_or_else(|| Error::Internal("no network".to_owned()))?;
        let UnderWay { package, config, .. } = under_way;
        let package = package.as_ref().map(|(id, package)| (*id, &package.contest));
        let met = network.ask(config, package, under_way.request(), Some(&*self.stop));
        Ok(met.unwrap_or_else(|error| {
            // A certificate in the package that cannot be read, for one: no address helps.
            tracing::error!(%error, "no request can be made");
            Some(Err(NetworkState::Refused))
        }))
    }

    /// The sync thread.
    fn run(&self) {
        while !lock(&self.wake.flags).stopping {
            let wait = match self.step() {
                Ok(SyncStep::Tried) => continue,
                Ok(SyncStep::Wait { until_ms }) => {
                    let now = lock(&self.state).monotonic_ms();
                    until_ms.map(|until| Duration::from_millis(until.saturating_sub(now).max(1)))
                }
                Err(error) => {
                    tracing::error!(%error, "the sync failed");
                    Some(AFTER_FAILURE)
                }
            };
            self.sleep(wait);
        }
    }

    /// Sleeps until it is woken, or so long. A wake-up that came before is not missed.
    fn sleep(&self, wait: Option<Duration>) {
        let asleep = |flags: &mut Flags| !flags.woken && !flags.stopping;
        let flags = lock(&self.wake.flags);
        let mut flags = match wait {
            Some(wait) => {
                let slept = self.wake.condvar.wait_timeout_while(flags, wait, asleep);
                slept.unwrap_or_else(PoisonError::into_inner).0
            }
            None => {
                self.wake.condvar.wait_while(flags, asleep).unwrap_or_else(PoisonError::into_inner)
            }
        };
        flags.woken = false;
    }
}

/// Whether a command is done without the PIN. What is not listed needs it.
const fn is_done_locked(command: &Command) -> bool {
    matches!(
        command,
        Command::View
            | Command::SetLanguage { .. }
            | Command::SetTextScale { .. }
            | Command::SetContrast { .. }
            | Command::Enrol { .. }
            | Command::Unlock { .. }
            | Command::Lock
            | Command::SyncNow
            | Command::Dismiss { .. }
    )
}

/// Does a command that needs nothing but the state.
fn run(state: &mut State, command: Command) -> Result<Answer> {
    if !is_done_locked(&command) {
        state.need_unlocked()?;
    }
    match command {
        Command::View => {}
        Command::SetLanguage { language } => {
            setting::write(&state.db, "language", names::language_code(language))?;
        }
        Command::SetTextScale { percent } => {
            if ![100, 150, 200].contains(&percent) {
                return Err(Error::NOT_NOW);
            }
            setting::write(&state.db, "text-scale", &percent.to_string())?;
        }
        Command::SetContrast { high } => {
            setting::write(&state.db, "contrast", if high { "high" } else { "normal" })?;
        }
        Command::Enrol { code, pin } => {
            enrol::enrol(state, &enrol::read(code.expose())?, pin.expose())?
        }
        Command::Unlock { pin } => {
            let vault = state.open_vault(pin.expose())?;
            state.unlocked = true;
            enrol::take_over(state, &vault)?;
            // Somebody is there: what headquarters asks, and what waits, is not left for later.
            let now = state.monotonic_ms();
            state.machine.poke(now);
        }
        Command::Lock => state.unlocked = false,
        Command::SyncNow => {
            let now = state.monotonic_ms();
            state.machine.poke(now);
        }
        Command::Dismiss { notice } => {
            if !notice::dismiss(&state.db, &notice)? {
                return Err(Error::NOT_NOW);
            }
        }
        Command::OpenCaucus { precinct, room } => caucus::open(state, precinct, names::room(room))?,
        Command::CloseCaucus => caucus::close(state)?,
        Command::Press { cell, key } => caucus::press(state, cell, key)?,
        Command::ChooseCell { cell } => caucus::choose(state, cell)?,
        Command::NobodyInTheRest { count } => caucus::nobody_in_the_rest(state, count)?,
        Command::TakeComputedDelegates => caucus::take_computed(state)?,
        Command::GoTo { step } => caucus::go_to(state, step)?,
        Command::StartTimer { seconds } => caucus::start_timer(state, seconds)?,
        Command::StopTimer => caucus::stop_timer(state)?,
        Command::ExplainAttendance { reason } => caucus::explain_attendance(state, &reason)?,
        Command::DrawLot { tie, winners, method, drawn_by } => {
            caucus::draw_lot(state, tie, &winners, method, drawn_by)?;
        }
        Command::UndrawLot { tie } => caucus::undraw_lot(state, tie)?,
        Command::Acknowledge { finding, reason } => caucus::acknowledge(state, &finding, &reason)?,
        Command::Unacknowledge { finding } => caucus::unacknowledge(state, &finding)?,
        Command::Attest { who, objection } => caucus::attest(state, who, objection.as_ref())?,
        Command::Unattest { who } => caucus::unattest(state, who)?,
        Command::Sign { pin } => sign::sign(state, pin.expose())?,
        Command::Reply { question, reason, pin } => {
            question::reply(state, &question, &reason, pin.expose())?;
        }
        Command::BeginCorrection { report, reason } => {
            caucus::begin_correction(state, &report, &reason)?
        }
        Command::DropCorrection => caucus::drop_correction(state)?,
        Command::RehearseAgain { precinct } => caucus::rehearse_again(state, precinct)?,
        Command::CompareWorksheet { report } => {
            let (cells, differing) = worksheet::compare(state, &report)?;
            return Ok(Answer::Worksheet { cells, differing });
        }
        Command::HandOff { report } => {
            let made = hand_off::make(state, &report)?;
            return Ok(Answer::HandOff { link: made.link, qr: made.qr, file_name: made.file_name });
        }
        // Every command is named, so that the compiler finds one that nobody does.
        Command::SaveHandOff { .. }
        | Command::ImportHandOff { .. }
        | Command::Preflight
        | Command::PreviewInvitation { .. } => {
            return Err(Error::Internal("Shared::call does this one without the lock".to_owned()));
        }
    }
    view_answer(state)
}

fn view_answer(state: &mut State) -> Result<Answer> {
    Ok(Answer::View { view: Box::new(view::view(state)?) })
}
