//! A tablet: the real engine over its real database, a secretary who serves it, and the request that is under way.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use countersign_core::id::MessageId;
use countersign_core::message::Kind;
use countersign_core::room::Room;
use countersign_device::api::{
    Answer, Command, LockView, Problem, ProblemCode, RoomName, Standing, Step, View,
};
use countersign_device::{
    Argon2Params, Begun, Clock, Config, Met, Random, Request, Tablet, UnderWay,
};
use rusqlite::Connection;

use super::clock::{Seeded, TabletClock};
use super::party::PARTY;
use super::plan::TabletPlan;
use super::planted::Bug;
use crate::secretary;

/// The PIN of every tablet.
const PIN: &str = "482913";
/// What deriving a key from it costs here: hundreds of tablets are opened again and again.
const ARGON2: Argon2Params = Argon2Params { memory_kib: 64, passes: 1, lanes: 1 };
/// Nobody asks anything in these nights, and looking every half minute would be most of what happens in them.
const QUESTIONS_MS: u64 = 5 * 60_000;
/// After so many a tablet with that bug tries no more.
const TRIES: u32 = 3;

/// A report as a tablet shows it.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    pub(super) id: MessageId,
    pub(super) room: Room,
    pub(super) revision: u32,
    pub(super) standing: Standing,
    /// The receipt it gives out.
    pub(super) receipt: Option<String>,
}

/// What the secretary did.
pub(super) enum Did {
    /// This, which wakes the sync where the app itself would.
    Command { name: String, wakes: bool },
    /// The report can be carried by another tablet: as this link.
    HandedOff(String),
    /// Nothing is left to do.
    Nothing,
}

/// A tablet with its plan.
pub(super) struct Desk {
    pub(super) plan: TabletPlan,
    pub(super) clock: Arc<TabletClock>,
    folder: PathBuf,
    bug: Option<Bug>,
    tablet: Option<Tablet>,
    /// How often it was opened.
    pub(super) boots: u32,
    /// The request that is under way, by number.
    under_way: Option<(u64, Box<UnderWay>)>,
    /// When the sync was last told to look again.
    pub(super) round: u64,
    carried: bool,
    /// The secretary found nothing more to do.
    finished: bool,
    /// What a bug makes it show.
    believed: Vec<MessageId>,
    tries: HashMap<MessageId, u32>,
}

fn room_name(room: Room) -> RoomName {
    match room {
        Room::Official => RoomName::Official,
        Room::Rehearsal => RoomName::Rehearsal,
    }
}

fn internal() -> Problem {
    Problem { code: ProblemCode::Internal, retry: false, wait_ms: None }
}

impl Desk {
    pub(super) fn new(
        plan: TabletPlan,
        clock: TabletClock,
        folder: PathBuf,
        bug: Option<Bug>,
    ) -> Self {
        Self {
            plan,
            clock: Arc::new(clock),
            folder,
            bug,
            tablet: None,
            boots: 0,
            under_way: None,
            round: 0,
            carried: false,
            finished: false,
            believed: Vec::new(),
            tries: HashMap::new(),
        }
    }

    /// Opens the app.
    pub(super) fn open(&mut self, seed: u64) -> Result<(), Problem> {
        let mut config = Config::new(self.folder.clone(), "simulation");
        config.package = Some(PARTY.bytes.clone());
        config.argon2 = ARGON2;
        config.questions_ms = QUESTIONS_MS;
        config.clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
        config.random = Arc::new(Seeded::new(seed)) as Arc<dyn Random>;
        self.tablet = Some(Tablet::open(config)?);
        self.boots += 1;
        self.finished = false;
        Ok(())
    }

    /// Kills the app, whatever it is doing. Says whether a request was under way.
    pub(super) fn kill(&mut self) -> bool {
        self.tablet = None;
        self.finished = false;
        self.under_way.take().is_some()
    }

    pub(super) const fn is_open(&self) -> bool {
        self.tablet.is_some()
    }

    /// Whether its secretary has signed everything.
    pub(super) const fn is_finished(&self) -> bool {
        self.finished
    }

    fn tablet(&self) -> Result<&Tablet, Problem> {
        self.tablet.as_ref().ok_or_else(internal)
    }

    fn call(&self, command: Command) -> Result<Answer, Problem> {
        self.tablet()?.call(command)
    }

    pub(super) fn view(&self) -> Result<View, Problem> {
        match self.call(Command::View)? {
            Answer::View { view } => Ok(*view),
            _ => Err(internal()),
        }
    }

    /// Does the next thing that a secretary does who sees `view`, which becomes what is seen after it.
    pub(super) fn act(&mut self, view: &mut View) -> Result<Did, Problem> {
        let Some(command) = self.next(view) else {
            self.finished = true;
            return Ok(Did::Nothing);
        };
        let name = format!("{command:?}");
        // As in the app: these wake the sync.
        let wakes = matches!(
            command,
            Command::Enrol { .. } | Command::Unlock { .. } | Command::Sign { .. }
        );
        match self.call(command)? {
            Answer::HandOff { link, .. } => {
                self.carried = true;
                return Ok(Did::HandedOff(link));
            }
            Answer::View { view: next } => *view = *next,
            _ => return Err(internal()),
        }
        Ok(Did::Command { name: name.chars().take(60).collect(), wakes })
    }

    fn next(&self, view: &View) -> Option<Command> {
        let paper = &self.plan.paper;
        match view.lock {
            LockView::NoPin => {
                let code = PARTY.codes[paper.precinct as usize].as_str().into();
                return Some(Command::Enrol { code, pin: PIN.into() });
            }
            LockView::Locked { .. } => return Some(Command::Unlock { pin: PIN.into() }),
            LockView::Unlocked { .. } => {}
        }
        if let Some(caucus) = &view.caucus {
            let paper = match (&self.plan.correction, &caucus.correction) {
                (Some(right), Some(_)) => right,
                _ => paper,
            };
            return secretary::next(caucus, paper, Step::Sign, PIN);
        }
        let room = room_name(self.plan.room);
        let open = Command::OpenCaucus { precinct: paper.precinct, room };
        if view.caucuses.iter().any(|one| one.room == room && one.draft_step.is_some()) {
            return Some(open);
        }
        let own = view.reports.iter().filter(|report| report.room == room);
        let Some(newest) = own.max_by_key(|report| report.revision) else { return Some(open) };
        if self.plan.carrier.is_some() && !self.carried {
            return Some(Command::HandOff { report: newest.id.clone() });
        }
        let correct = self.plan.correction.is_some() && newest.revision == 1;
        correct.then(|| secretary::correct(&newest.id))
    }

    /// Takes along another tablet's report; `false` where nobody has opened this one for that yet.
    pub(super) fn carry(&self, link: &str) -> Result<bool, Problem> {
        if !matches!(self.view()?.lock, LockView::Unlocked { .. }) {
            return Ok(false);
        }
        self.call(Command::ImportHandOff { link: Some(link.to_owned()), file: None })?;
        Ok(true)
    }

    /// Whether a request is under way.
    pub(super) const fn is_asking(&self) -> bool {
        self.under_way.is_some()
    }

    /// Chooses what to ask, as request `number`; else until which simulated moment to wait.
    pub(super) fn begin(&mut self, number: u64) -> Result<Result<Request, Option<u64>>, Problem> {
        if self.bug == Some(Bug::GivesUp) && self.tries.values().any(|tries| *tries > TRIES) {
            return Ok(Err(None));
        }
        let under_way = match self.tablet()?.sync_begin()? {
            Begun::Wait { until_ms } => {
                return Ok(Err(until_ms.map(|until| self.clock.moment(until))));
            }
            Begun::UnderWay(under_way) => under_way,
        };
        let request = under_way.request().clone();
        self.under_way = Some((number, under_way));
        if let Request::Send { bytes, .. } = &request {
            self.misbehave(MessageId::of(bytes));
        }
        Ok(Ok(request))
    }

    /// Takes in what came of a request; `false` when nobody waits for it any more.
    pub(super) fn finish(&mut self, number: u64, met: &Met) -> Result<bool, Problem> {
        let Some((_, under_way)) = self.under_way.take_if(|(waiting, _)| *waiting == number) else {
            return Ok(false);
        };
        if let (Ok(answered), Request::Send { bytes, .. }) = (met, under_way.request())
            && self.bug == Some(Bug::BelievesStatus)
            && answered.status == 200
        {
            self.believed.push(MessageId::of(bytes));
        }
        self.tablet()?.sync_finish(&under_way, met);
        Ok(true)
    }

    /// What a bug makes of a message that is being sent.
    fn misbehave(&mut self, id: MessageId) {
        let tries = self.tries.entry(id).or_default();
        *tries += 1;
        let report = Kind::Report.number();
        match self.bug {
            Some(Bug::MarksOnSending) => self.believed.push(id),
            // The database itself defends its outbox.
            Some(Bug::DropsOutbox) => self.reach_in(&format!(
                "DROP TRIGGER IF EXISTS outbox_keeps;
                 DELETE FROM outbox WHERE id = x'{id}' AND kind = {report}"
            )),
            _ => {}
        }
    }

    fn reach_in(&self, sql: &str) {
        let database = Connection::open(self.folder.join("tablet.db"));
        let done = database.and_then(|database| database.execute_batch(sql));
        done.expect("a bug can always be planted");
    }

    /// The reports that it shows.
    pub(super) fn shown(&self) -> Result<Vec<Shown>, Problem> {
        let tablet = self.tablet()?;
        let rooms = |name| Room::ALL.into_iter().find(|&room| room_name(room) == name);
        let mut shown = Vec::new();
        for report in self.view()?.reports {
            let id = MessageId::from_hex(&report.id).ok_or_else(internal)?;
            let room = rooms(report.room).ok_or_else(internal)?;
            let mut standing = report.standing;
            if self.believed.contains(&id) && matches!(standing, Standing::SavedHere) {
                standing = Standing::Countersigned { log_index: 0, entered_ms: 0 };
            }
            let receipt = tablet.receipt(&report.id)?;
            shown.push(Shown { id, room, revision: report.revision, standing, receipt });
        }
        Ok(shown)
    }

    /// Messages that wait to be sent.
    pub(super) fn waiting(&self) -> Result<u32, Problem> {
        Ok(self.view()?.network.waiting)
    }
}
