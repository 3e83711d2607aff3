//! What an open tablet holds in memory: its database, the packages it read, and what is not worth a row.

use std::collections::HashMap;
use std::sync::Arc;

use countersign_core::contest::Contest;
use countersign_core::id::MessageId;
use countersign_core::message::Package;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::api::{Language, LockView, ProblemCode, TimerView};
use crate::config::Config;
use crate::db::{self, keys, setting};
use crate::draft::{Draft, Timer};
use crate::error::{Error, Result};
use crate::package::{self, Source};
use crate::pin::{self, Gate};
use crate::report::Facts;
use crate::sync::Machine;
use crate::vault::VaultKey;

/// Name of the setting that holds the open draft.
const OPEN_DRAFT: &str = "open-draft";

/// An open tablet.
pub(crate) struct State {
    pub(crate) db: Connection,
    pub(crate) config: Config,
    pub(crate) unlocked: bool,
    pub(crate) gate: Gate,
    pub(crate) machine: Machine,
    /// Id of the package in use.
    pub(crate) current: Option<MessageId>,
    packages: HashMap<MessageId, Arc<Package>>,
    /// Reports read so far: their bytes never change.
    pub(crate) reports: HashMap<MessageId, Arc<Facts>>,
    /// Whether a precinct has a worksheet, by package.
    pub(crate) worksheets: HashMap<(MessageId, u32), bool>,
    /// When a timer was started on the monotonic clock, by draft and stored start.
    timers: HashMap<(i64, u64), i128>,
}

impl State {
    /// Opens the folder's database and takes the installer's package.
    pub(crate) fn open(config: Config) -> Result<Self> {
        let db = db::open(&config.data_dir)?;
        let now = config.clock.monotonic_ms();
        let wrong = keys::wrong_tries(&db)?.unwrap_or(0);
        let mut state = Self {
            gate: Gate::after(wrong, now),
            machine: Machine::new(now),
            current: db::package::newest(&db)?,
            db,
            unlocked: false,
            packages: HashMap::new(),
            reports: HashMap::new(),
            worksheets: HashMap::new(),
            timers: HashMap::new(),
            config,
        };
        if let Some(bytes) = state.config.package.clone() {
            package::offer(&mut state, &bytes, Source::Installer)?;
        }
        if let Some(current) = state.current {
            state.package(current)?;
        }
        Ok(state)
    }

    /// Device time.
    pub(crate) fn wall_ms(&self) -> u64 {
        self.config.clock.wall_ms()
    }

    /// Time since some moment.
    pub(crate) fn monotonic_ms(&self) -> u64 {
        self.config.clock.monotonic_ms()
    }

    /// A transaction that nothing else can come between. What it did is durable when `commit` returns.
    pub(crate) fn begin(&mut self) -> Result<Transaction<'_>> {
        Ok(self.db.transaction_with_behavior(TransactionBehavior::Immediate)?)
    }

    /// A package by its id.
    pub(crate) fn package(&mut self, id: MessageId) -> Result<Arc<Package>> {
        if let Some(found) = self.packages.get(&id) {
            return Ok(Arc::clone(found));
        }
        let bytes = db::package::bytes(&self.db, id)?;
        let (_, package) = Package::read(&bytes)
            .map_err(|error| Error::Internal(format!("package {id}: {error}")))?;
        let package = Arc::new(package);
        self.packages.insert(id, Arc::clone(&package));
        Ok(package)
    }

    /// The package in use, with its id.
    ///
    /// # Errors
    /// `NoPackage`.
    pub(crate) fn current_package(&mut self) -> Result<(MessageId, Arc<Package>)> {
        let id = self.current.ok_or(ProblemCode::NoPackage)?;
        Ok((id, self.package(id)?))
    }

    /// The contest, for what has no error to give.
    pub(crate) fn contest(&self) -> Option<&Contest> {
        Some(&self.packages.get(&self.current?)?.contest)
    }

    /// Keeps a package that was adopted.
    pub(crate) fn adopted(&mut self, id: MessageId, package: Package) {
        self.packages.insert(id, Arc::new(package));
        self.current = Some(id);
    }

    /// The chosen language; the contest's first one until one was chosen.
    pub(crate) fn language(&self) -> Result<Language> {
        let chosen = setting::read(&self.db, "language")?;
        let first = || self.contest().and_then(|contest| contest.languages.first().cloned());
        Ok(match chosen.or_else(first).as_deref() {
            Some("es") => Language::Es,
            _ => Language::En,
        })
    }

    /// The open draft's id.
    pub(crate) fn open_draft(&self) -> Result<Option<i64>> {
        Ok(setting::read(&self.db, OPEN_DRAFT)?.and_then(|id| id.parse().ok()))
    }

    /// Opens a draft, or none.
    pub(crate) fn set_open_draft(db: &Connection, draft: Option<i64>) -> Result<()> {
        match draft {
            Some(draft) => setting::write(db, OPEN_DRAFT, &draft.to_string()),
            None => setting::remove(db, OPEN_DRAFT),
        }
    }

    /// The open draft with its package; `None` when none is open.
    pub(crate) fn draft_if_open(&mut self) -> Result<Option<(Draft, Arc<Package>)>> {
        let Some(id) = self.open_draft()? else { return Ok(None) };
        let Some(package) = db::draft::package(&self.db, id)? else { return Ok(None) };
        let package = self.package(package)?;
        let contest = &package.contest;
        let draft = db::draft::load(&self.db, id, contest.counts.len(), contest.groups.len())?;
        Ok(Some((draft, package)))
    }

    /// The open draft with its package.
    ///
    /// # Errors
    /// `NoDraft`.
    pub(crate) fn draft(&mut self) -> Result<(Draft, Arc<Package>)> {
        self.draft_if_open()?.ok_or_else(|| ProblemCode::NoDraft.into())
    }

    /// Opens the vault. A wrong PIN is counted durably before it is tried, so that a kill gives no free try.
    ///
    /// # Errors
    /// `PinFormat`, `PinWait`, `PinWrong`.
    pub(crate) fn open_vault(&mut self, pin: &str) -> Result<VaultKey> {
        pin::check_format(pin)?;
        let vault = keys::vault(&self.db)?.ok_or(Error::NOT_NOW)?;
        self.gate.pass(self.monotonic_ms())?;
        let tries = keys::wrong_tries(&self.db)?.unwrap_or(0).saturating_add(1);
        keys::set_wrong_tries(&self.db, tries)?;
        self.gate = Gate::after(tries, self.monotonic_ms());
        if let Some(key) = vault.open(pin)? {
            keys::set_wrong_tries(&self.db, 0)?;
            self.gate = Gate::default();
            return Ok(key);
        }
        // The wait is counted from the answer, not from the try.
        self.gate = Gate::after(tries, self.monotonic_ms());
        Err(Error::PinWrong { wait_ms: self.gate.wait_ms(self.monotonic_ms()) })
    }

    /// The PIN's state.
    pub(crate) fn lock_view(&self) -> Result<LockView> {
        let wait_ms = self.gate.wait_ms(self.monotonic_ms());
        Ok(match keys::wrong_tries(&self.db)? {
            None => LockView::NoPin,
            Some(wrong_tries) if self.unlocked => LockView::Unlocked { wrong_tries, wait_ms },
            Some(wrong_tries) => LockView::Locked { wrong_tries, wait_ms },
        })
    }

    /// # Errors
    /// `Locked`.
    pub(crate) fn need_unlocked(&self) -> Result<()> {
        if self.unlocked { Ok(()) } else { Err(ProblemCode::Locked.into()) }
    }

    /// # Errors
    /// `Locked`: there is a PIN, and it was not given.
    pub(crate) fn need_unlocked_or_new(&self) -> Result<()> {
        match keys::vault(&self.db)? {
            None => Ok(()),
            Some(_) => self.need_unlocked(),
        }
    }

    /// A timer as it stands. It counts on the monotonic clock; only a restart has to believe the device's time.
    pub(crate) fn timer_view(&mut self, draft: i64, timer: Timer) -> TimerView {
        let now = i128::from(self.monotonic_ms());
        let by_wall = self.wall_ms().saturating_sub(timer.started_ms).min(timer.length_ms.into());
        let started =
            *self.timers.entry((draft, timer.started_ms)).or_insert(now - i128::from(by_wall));
        let elapsed = u32::try_from(now - started).unwrap_or(u32::MAX);
        let left_ms = timer.length_ms.saturating_sub(elapsed);
        TimerView { left_ms, length_ms: timer.length_ms, running: left_ms > 0 }
    }

    /// A timer starts now.
    pub(crate) fn timer_started(&mut self, draft: i64, timer: Timer) {
        let now = i128::from(self.monotonic_ms());
        self.timers.insert((draft, timer.started_ms), now);
    }
}
