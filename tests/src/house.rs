//! The party's server and the people who work there.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::Doing;
use crate::party::Party;
use crate::signer::{Signed, Signer};
use crate::wait::{self, Look};
use crate::{Error, Result};
use countersign_core::contest::Contest;
use countersign_core::crypto::SigningKey;
use countersign_core::id::{MessageId, sha256};
use countersign_core::message::{Message, Package, Payload, People, Person, Report, Role, Scope};
use countersign_core::results::RoomState;
use countersign_core::room::Room;
use countersign_server::clock::{Clock as _, SystemClock};
use countersign_server::keys::{KeyFolder, read_key};
use countersign_server::verify::{Order, Source, Verdict, verify};
use serde_json::Value;

/// How a contest without rules for its releases releases, but for the window.
const WITHOUT_WINDOW: &str =
    "[release]\nwindow_minutes = 0\ncoverage = \"50 %\"\nofficial_delegates = \"signed\"\n";

/// Making the pages of a whole state takes most of a minute in a debug build, and minutes on a machine that is busy with other things.
const PAGES: Duration = Duration::from_secs(600);

/// Everything happens in the official room.
pub const ROOM: Room = Room::Official;

/// Somebody at headquarters.
pub struct Worker(SigningKey);

/// The people whom a release takes.
pub struct Workers {
    /// Decides which report counts.
    pub reviewer: Worker,
    /// Types numbers from signed worksheets and cards.
    pub transcriber: Worker,
    /// Prepares releases.
    pub manager: Worker,
    /// Approves them.
    pub second: Worker,
}

/// A running server.
pub struct House {
    /// Keys, folders and the server's process.
    pub party: Party,
    /// Id of its package.
    pub package: MessageId,
    /// What the package says.
    pub contest: Contest,
    /// The people at headquarters.
    pub workers: Workers,
    agent: ureq::Agent,
    address: String,
}

impl House {
    /// Makes keys and package of a contest below `folder`, starts the server, and has the party name its people.
    ///
    /// # Errors
    /// When one of these does not work.
    pub fn open(folder: &Path, contest: &Path) -> Result<Self> {
        let mut party = Party::plain(folder, contest)?;
        let (message, package) =
            Package::read(&std::fs::read(party.package()).doing("reading the package")?)
                .map_err(other)?;
        party.start()?;
        let address = format!("http://{}/v1/{ROOM}/messages", party.reporting());
        let house = Self {
            package: message.id(),
            contest: package.contest,
            workers: Workers {
                reviewer: worker("reviewer"),
                transcriber: worker("transcriber"),
                manager: worker("manager"),
                second: worker("second manager"),
            },
            agent: ureq::Agent::config_builder().http_status_as_error(false).build().into(),
            address,
            party,
        };
        house.name_people()?;
        Ok(house)
    }

    fn name_people(&self) -> Result<()> {
        let Workers { reviewer, transcriber, manager, second } = &self.workers;
        let named = [
            (2, Role::Reviewer, reviewer),
            (3, Role::Reviewer, transcriber),
            (4, Role::ReleaseManager, manager),
            (5, Role::ReleaseManager, second),
        ];
        let person = |(number, role, worker): (u32, Role, &Worker)| Person {
            number,
            role,
            key: worker.0.public(),
        };
        let people = People { people: named.map(person).to_vec() };
        let key = read_key(&KeyFolder(self.party.keys()).party()).map_err(other)?;
        self.send(&Message::sign(&key, Scope::room(&self.contest.id, ROOM), &people)).map(drop)
    }

    /// Enrols a tablet for a precinct with its invitation.
    ///
    /// # Errors
    /// When the code is none, or the server refuses.
    pub fn tablet(&self, signed: &Signed, code: &str, precinct: &str) -> Result<Signer> {
        let signer = Signer::new(signed, code, ROOM, precinct)?;
        self.send(&signer.enrolment())?;
        Ok(signer)
    }

    /// Signs what a person does, and enters it.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn act<P: Payload>(&self, worker: &Worker, payload: &P) -> Result<MessageId> {
        self.send(&Message::sign(&worker.0, Scope::room(&self.contest.id, ROOM), payload))
    }

    /// Enters a report that a tablet signs.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn report(&self, tablet: &Signer, report: &Report) -> Result<MessageId> {
        self.send(&tablet.sign(report))
    }

    /// What the server answers to a report that it refuses: a problem document (RFC 9457).
    ///
    /// # Errors
    /// When it enters the report.
    pub fn refusal(&self, tablet: &Signer, report: &Report) -> Result<Value> {
        match self.post(&tablet.sign(report))? {
            (200, _) => Err(other("a report was entered that should have been refused")),
            (_, body) => serde_json::from_str(&body).map_err(other),
        }
    }

    fn send(&self, message: &Message) -> Result<MessageId> {
        match self.post(message)? {
            (200, _) => Ok(message.id()),
            (_, body) => Err(other(format!("a {} was refused: {body}", message.kind()))),
        }
    }

    /// Status and body of the server's answer.
    fn post(&self, message: &Message) -> Result<(u16, String)> {
        let mut answer = self.agent.post(&self.address).send(message.bytes()).map_err(other)?;
        let body = answer.body_mut().read_to_string().map_err(other)?;
        Ok((answer.status().as_u16(), body))
    }

    /// Waits until the pages show everything that was released and withdrawn by now.
    ///
    /// # Errors
    /// When they do not in time.
    pub fn wait_for_pages(&self, state: &RoomState) -> Result<()> {
        let address = self.party.public().ok_or_else(|| other("the server does not run"))?;
        let first = format!("{address}/results/index.html");
        let changed = state.review().effective().flat_map(|release| {
            let withdrawn = release.withdrawal.as_ref().map(|withdrawal| withdrawal.approval);
            release.approval.into_iter().chain(withdrawn)
        });
        let wanted = changed.map(|approval| approval.signed.index + 1).max().unwrap_or(0);
        wait::until("the results pages are made", PAGES, || {
            let mut answer = self.agent.get(&first).call().map_err(other)?;
            let page = answer.body_mut().read_to_string().map_err(other)?;
            let made = page.split_once("data-log-size=\"").and_then(|(_, size)| {
                size.split_once('"').and_then(|(size, _)| size.parse::<u64>().ok())
            });
            let seen = format!("they are of {made:?} entries, {wanted} are wanted");
            Ok(if made >= Some(wanted) { Look::Yes(()) } else { Look::NotYet(seen) })
        })
    }

    /// Verifies the room as a stranger does: from its public address, believing the party key and nothing else.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn verify(&self) -> Result<Verdict> {
        let address = self.party.public().ok_or_else(|| other("the server does not run"))?;
        let source = Source::open(address, &[]).map_err(other)?;
        let key = read_key(&KeyFolder(self.party.keys()).party()).map_err(other)?;
        let order = Order {
            now_ms: SystemClock.now_ms(),
            room: ROOM,
            party: key.public().id(),
            log_keys: Vec::new(),
            witnesses: Vec::new(),
            known: Vec::new(),
        };
        verify(&source, &order, &|_, _, _| ()).map_err(other)
    }

    /// The room as its stored log makes it, read with `core` alone.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn state(&self) -> Result<RoomState> {
        Ok(self.party.stored_log(ROOM)?.state)
    }
}

fn worker(name: &str) -> Worker {
    Worker(SigningKey::from_seed(&sha256(name.as_bytes())))
}

/// A copy of the contest in which observers have no window: the days between preview and release pass in no time here.
///
/// # Errors
/// When it cannot be copied.
pub fn without_window(files: &Path, copy: &Path) -> Result<PathBuf> {
    copy_folder(files, copy)?;
    let manifest = copy.join("contest.toml");
    let text = std::fs::read_to_string(&manifest).doing("reading contest.toml")?;
    let window = text.lines().find(|line| line.starts_with("window_minutes"));
    let text = match window {
        Some(line) => text.replace(line, "window_minutes = 0"),
        None => format!("{text}\n{WITHOUT_WINDOW}"),
    };
    std::fs::write(&manifest, text).doing("writing contest.toml")?;
    Ok(copy.to_path_buf())
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to).doing(format!("making {}", to.display()))?;
    let reading = || format!("reading {}", from.display());
    for entry in std::fs::read_dir(from).doing(reading())? {
        let entry = entry.doing(reading())?;
        let target = to.join(entry.file_name());
        if entry.file_type().doing(reading())?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target).doing(reading())?;
        }
    }
    Ok(())
}

fn other(error: impl std::fmt::Display) -> Error {
    Error::Unexpected(error.to_string())
}
