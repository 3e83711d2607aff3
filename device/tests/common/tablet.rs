//! A tablet in a temporary folder, with clocks and randomness that a test sets.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use countersign_core::id::sha256;
use countersign_device::api::*;
use countersign_device::{Argon2Params, Clock, Config, NetworkLimits, Random, SyncStep, Tablet};

use super::hall::CAUCUS_MS;
use super::server::Server;

/// Clocks that stand still until a test moves them.
#[derive(Debug)]
pub struct TestClock {
    pub wall: AtomicU64,
    pub monotonic: AtomicU64,
}

impl Clock for TestClock {
    fn wall_ms(&self) -> u64 {
        self.wall.load(Ordering::SeqCst)
    }

    fn monotonic_ms(&self) -> u64 {
        self.monotonic.load(Ordering::SeqCst)
    }
}

impl TestClock {
    pub fn advance(&self, ms: u64) {
        self.wall.fetch_add(ms, Ordering::SeqCst);
        self.monotonic.fetch_add(ms, Ordering::SeqCst);
    }
}

/// The same bytes in every run, never the same twice in one.
#[derive(Debug)]
pub struct TestRandom(AtomicU64);

impl TestRandom {
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed << 32))
    }
}

impl Random for TestRandom {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let next = self.0.fetch_add(1, Ordering::SeqCst);
            chunk.copy_from_slice(&sha256(&next.to_le_bytes())[..chunk.len()]);
        }
    }
}

/// Tablets made so far: no two of them make the same keys.
static TABLETS: AtomicU64 = AtomicU64::new(1);

pub const PIN: &str = "246810";

/// A tablet with its folder.
pub struct Device {
    pub tablet: Option<Tablet>,
    pub clock: Arc<TestClock>,
    pub config: Config,
    pub folder: tempfile::TempDir,
}

pub fn config(folder: &Path, package: Option<Vec<u8>>) -> (Config, Arc<TestClock>) {
    let clock =
        Arc::new(TestClock { wall: AtomicU64::new(CAUCUS_MS), monotonic: AtomicU64::new(5_000) });
    let mut config = Config::new(folder.to_path_buf(), "0.1.0");
    config.package = package;
    config.argon2 = Argon2Params { memory_kib: 64, passes: 1, lanes: 1 };
    config.clock = clock.clone();
    config.random = Arc::new(TestRandom::new(TABLETS.fetch_add(1, Ordering::SeqCst)));
    config.network = NetworkLimits { connect_ms: 2_000, answer_ms: 2_000 };
    (config, clock)
}

impl Device {
    pub fn new(package: Option<Vec<u8>>) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (config, clock) = config(folder.path(), package);
        let tablet = Some(Tablet::open(config.clone()).expect("a new folder opens"));
        Self { tablet, clock, config, folder }
    }

    /// Enrolled for a precinct and unlocked.
    pub fn enrolled(package: Vec<u8>, code: &str) -> Self {
        let device = Self::new(Some(package));
        device.view_of(Command::Enrol { code: code.into(), pin: PIN.into() });
        device
    }

    pub fn tablet(&self) -> &Tablet {
        self.tablet.as_ref().expect("it is open")
    }

    pub fn call(&self, command: Command) -> Result<Answer, Problem> {
        self.tablet().call(command)
    }

    pub fn view_of(&self, command: Command) -> View {
        match self.call(command) {
            Ok(Answer::View { view }) => *view,
            other => panic!("a view was expected: {other:?}"),
        }
    }

    pub fn view(&self) -> View {
        self.view_of(Command::View)
    }

    pub fn caucus(&self) -> CaucusView {
        self.view().caucus.expect("a draft is open")
    }

    /// The app ends; opened again it asks for the PIN. The monotonic clock starts elsewhere, as it does.
    pub fn restart(&mut self) {
        self.tablet = None;
        self.clock.monotonic.store(77, Ordering::SeqCst);
        self.tablet = Some(Tablet::open(self.config.clone()).expect("it opens again"));
    }

    /// Opens it again with short limits, so that silence is met without waiting for it.
    pub fn impatient(&mut self) {
        self.tablet = None;
        self.config.network = NetworkLimits { connect_ms: 150, answer_ms: 150 };
        self.tablet = Some(Tablet::open(self.config.clone()).expect("it opens again"));
    }

    pub fn unlock(&self) -> View {
        self.view_of(Command::Unlock { pin: PIN.into() })
    }

    /// What is on the disk at this very moment, in a folder of its own: what a kill would leave.
    pub fn copy_of_disk(&self) -> tempfile::TempDir {
        let copy = tempfile::tempdir().expect("a temporary folder");
        for entry in std::fs::read_dir(self.folder.path()).expect("it can be listed") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name");
            // The shared-memory index is rebuilt; a kill does not keep it in step.
            if name != "tablet.db-shm" {
                std::fs::copy(&path, copy.path().join(name)).expect("it can be copied");
            }
        }
        copy
    }

    /// A tablet on that copy.
    pub fn killed(&self) -> Device {
        let folder = self.copy_of_disk();
        let mut config = self.config.clone();
        config.data_dir = PathBuf::from(folder.path());
        let tablet = Some(Tablet::open(config.clone()).expect("what a kill leaves opens"));
        Device { tablet, clock: self.clock.clone(), config, folder }
    }

    pub fn type_number(&self, cell: Cell, number: u32) {
        for digit in number.to_string().bytes() {
            self.view_of(Command::Press { cell, key: digit_key(digit) });
        }
    }

    /// Steps the sync until it would wait; gives how many requests it made.
    pub fn sync(&self) -> usize {
        let mut tried = 0;
        while self.tablet().sync_step().expect("the database is good") == SyncStep::Tried {
            tried += 1;
            assert!(tried < 200, "the sync does not come to rest");
        }
        tried
    }

    /// Steps the sync, moving the clock to whenever it wants to try again, until nothing is queued.
    pub fn sync_until_settled(&self, tries: usize) {
        for _ in 0..tries {
            if self.view().network.waiting == 0 {
                return;
            }
            if let SyncStep::Wait { until_ms } =
                self.tablet().sync_step().expect("the database is good")
            {
                let until = until_ms.expect("something is waiting");
                self.clock.advance(until.saturating_sub(self.clock.monotonic_ms()).max(1));
            }
        }
        panic!("still waiting after {tries} steps: {:?}", self.view().network);
    }
}

pub fn digit_key(digit: u8) -> Key {
    const KEYS: [Key; 10] =
        [Key::D0, Key::D1, Key::D2, Key::D3, Key::D4, Key::D5, Key::D6, Key::D7, Key::D8, Key::D9];
    KEYS[usize::from(digit - b'0')]
}

pub fn count(count: u8, group: u8) -> Cell {
    Cell::Count { count, group }
}

pub fn recount() -> ReasonChoice {
    ReasonChoice { code: "recount".to_owned(), text: None }
}

/// Attendance and the three counts of Maple 1 (Des Moines 55), without zeroes.
pub const MAPLE_1: (u32, [&[(u8, u32)]; 3]) = (
    704,
    [
        &[(1, 47), (3, 166), (5, 3), (6, 53), (8, 191), (10, 171), (11, 65), (13, 8)],
        &[(3, 245), (8, 218), (10, 208), (13, 31)],
        &[(3, 5), (8, 5), (10, 4)],
    ],
);

impl Device {
    /// Types figures, fills the rest with zeroes, lets everybody stand by them: ready to be signed.
    pub fn fill(&self, precinct: u32, room: RoomName, figures: (u32, [&[(u8, u32)]; 3])) {
        self.view_of(Command::OpenCaucus { precinct, room });
        self.type_number(Cell::Attendees, figures.0);
        for (at, cells) in figures.1.iter().enumerate() {
            for &(group, number) in *cells {
                self.type_number(count(at as u8, group), number);
            }
            self.view_of(Command::NobodyInTheRest { count: at as u8 });
        }
        for finding in self.caucus().findings {
            if finding.severity != Severity::Note {
                self.view_of(Command::Acknowledge { finding: finding.key, reason: recount() });
            }
        }
        for who in [Attester::Chair, Attester::Secretary] {
            self.view_of(Command::Attest { who, objection: None });
        }
    }

    pub fn sign(&self) -> ReportView {
        let view = self.view_of(Command::Sign { pin: PIN.into() });
        view.reports.into_iter().next().expect("a report was signed")
    }

    pub fn standing(&self, report: &str) -> Standing {
        let view = self.view();
        view.reports.into_iter().find(|one| one.id == report).expect("the report is kept").standing
    }
}

/// A tablet whose report on Maple 1 is countersigned.
pub fn countersigned(server: &Server) -> (Device, ReportView) {
    let code = server.hall().party.code(0).to_string();
    let device = Device::enrolled(server.package(), &code);
    device.fill(0, RoomName::Official, MAPLE_1);
    let report = device.sign();
    device.sync_until_settled(20);
    (device, report)
}
