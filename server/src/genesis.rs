//! How a contest begins: its package, the people of each room, and the first entries of its logs.
//!
//! The party key signs at one desk, off the server: [`pack`] makes the package and, beside it, a *genesis* file with
//! what else only the party may sign. [`begin`] makes the server's data folder of both.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use countersign_core::contest::{Contest, ResultsKey, RoomLog, Server};
use countersign_core::crypto::SigningKey;
use countersign_core::id::PublicKey;
use countersign_core::message::{
    Message, Package, People, Person, Role, RoomAct, RoomChange, Scope,
};
use countersign_core::room::Room;
use data_encoding::BASE64;
use serde::{Deserialize, Serialize};

use crate::clock::SharedClock;
use crate::failure::Failure;
use crate::folder::{Folder, Identity, LogIdentity, rename, replace};
use crate::keys::{KeyFolder, make_folder, read_key, write_secret};
use crate::node::{Node, enter};
use crate::store::SqliteLog;

/// Number of the admin's key among the people.
const ADMIN: u32 = 1;

/// What a package is made of besides the contest's files.
#[derive(Debug, Clone)]
pub struct Packing {
    /// Number of the package, from 1.
    pub number: u32,
    /// Addresses of the server, `https://…` (or `http://` for loopback), without a path.
    pub servers: Vec<String>,
    /// Certificates (DER) that tablets shall trust besides the public ones.
    pub tls_roots: Vec<Vec<u8>>,
}

/// What the party signed beside the package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Genesis {
    /// People of each room: a message in base 64.
    people: BTreeMap<Room, String>,
}

/// A package, and what belongs to it.
pub struct Packed {
    /// The package's message.
    pub package: Message,
    /// What else the party signed.
    pub genesis: Genesis,
}

/// Makes a package and signs it.
///
/// # Errors
/// A mistake in addresses, keys, or in the contest as a whole.
pub fn pack(mut contest: Contest, packing: &Packing, keys: &KeyFolder) -> Result<Packed, Failure> {
    let party = read_key(&keys.party()).map_err(Failure::mistake)?;
    let admin = read_key(&keys.admin()).map_err(Failure::mistake)?;
    let spare = read_key(&keys.spare()).map_err(Failure::mistake)?;
    let Some(first) = packing.servers.first() else {
        return Err(Failure::mistake("name at least one --server"));
    };
    let host = host_of(first)?.to_owned();
    for server in &packing.servers {
        host_of(server)?;
    }
    contest.servers =
        packing.servers.iter().map(|address| Server { address: address.clone() }).collect();
    contest.tls_roots = packing.tls_roots.iter().map(|root| root.clone().into()).collect();
    contest.logs = Vec::new();
    for room in Room::ALL {
        let log = read_key(&keys.log(room)).map_err(Failure::mistake)?;
        contest.logs.push(RoomLog {
            room,
            origin: format!("{host}/{}/{room}/1", contest.id),
            keys: vec![log.public(), spare.public()],
        });
    }
    contest.results_keys = results_keys(&contest.id, &host, keys)?;
    contest.check_shape().map_err(|unsound| Failure::mistake(unsound.0))?;
    let id = contest.id.clone();
    let people =
        People { people: vec![Person { number: ADMIN, role: Role::Admin, key: admin.public() }] };
    let signed =
        |room| BASE64.encode(Message::sign(&party, Scope::room(&id, room), &people).bytes());
    let genesis = Genesis { people: Room::ALL.map(|room| (room, signed(room))).into() };
    let package = Package::sign(packing.number, contest, &party);
    if package.bytes().len() > package.kind().size_max() {
        return Err(Failure::mistake("the contest is too large for a package"));
    }
    Ok(Packed { package, genesis })
}

/// The keys that sign lists of hashes; `None` where the folder is from before there were any.
fn results_keys(
    contest: &str,
    host: &str,
    keys: &KeyFolder,
) -> Result<Option<Vec<ResultsKey>>, Failure> {
    if !Room::ALL.iter().any(|&room| keys.results(room).exists()) {
        return Ok(None);
    }
    let key = |room| {
        let key = read_key(&keys.results(room)).map_err(Failure::mistake)?.public();
        Ok(ResultsKey { room, name: format!("{host}/{contest}/{room}/results"), key })
    };
    Room::ALL.into_iter().map(key).collect::<Result<_, _>>().map(Some)
}

/// Host of an address, after a look at its form.
fn host_of(address: &str) -> Result<&str, Failure> {
    let wrong = |why: &str| {
        Failure::mistake(format!(
            "--server {address}: {why}; write https://host or https://host:port"
        ))
    };
    let (scheme, rest) = address.split_once("://").ok_or_else(|| wrong("no scheme"))?;
    if rest.contains(['/', '?', '#', '@']) {
        return Err(wrong("only host and port are allowed"));
    }
    let host = match rest.rsplit_once(':') {
        Some((host, port)) if port.parse::<u16>().is_ok() => host,
        Some(_) if !rest.ends_with(']') => return Err(wrong("the port is not a number")),
        _ => rest,
    };
    if host.is_empty() {
        return Err(wrong("no host"));
    }
    match scheme {
        "https" => Ok(host),
        "http" if is_loopback(host) => Ok(host),
        "http" => Err(wrong("plain http is for this machine only")),
        _ => Err(wrong("another scheme")),
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || address.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl Genesis {
    /// The people of a room, as the party signed them.
    ///
    /// # Errors
    /// A mistake when the file holds none for that room.
    pub fn people(&self, room: Room) -> Result<Message, Failure> {
        self.people
            .get(&room)
            .and_then(|text| BASE64.decode(text.as_bytes()).ok())
            .and_then(|bytes| Message::parse(&bytes).ok())
            .ok_or_else(|| {
                Failure::mistake(format!("the genesis file has no people for the {room} room"))
            })
    }
}

/// What a data folder begins with.
pub struct Beginning<'a> {
    /// The package's bytes.
    pub package: &'a [u8],
    /// What the party signed beside it.
    pub genesis: &'a Genesis,
    /// Folder of `keys init`; only its `server` part is read.
    pub keys: &'a KeyFolder,
    /// Rooms that open at once.
    pub open: &'a [Room],
}

/// Makes a data folder: both logs, with package and people entered and rooms opened. It appears whole or not at all.
///
/// # Errors
/// A mistake in what is given, or a failure of the file system.
pub fn begin(
    folder: &Folder,
    beginning: &Beginning<'_>,
    clock: &SharedClock,
) -> Result<(), Failure> {
    let (package, content) = Package::read(beginning.package).map_err(Failure::mistake)?;
    check_empty(folder)?;
    let name = folder.0.file_name().ok_or_else(|| Failure::mistake("--data names no folder"))?;
    // A name that nobody else uses, since what a failed try left there is removed.
    let mut new_name = std::ffi::OsString::from(".");
    new_name.push(name);
    new_name.push(".countersign-init");
    let making = Folder(folder.0.with_file_name(new_name));
    if making.0.exists() {
        std::fs::remove_dir_all(&making.0)
            .map_err(|error| Failure::internal(format!("{}: {error}", making.0.display())))?;
    }
    let made = fill(&making, package, &content, beginning, clock);
    if let Err(failure) = made {
        // It holds copies of keys; what cannot be removed now is removed by the next try.
        let _ = std::fs::remove_dir_all(&making.0);
        return Err(failure);
    }
    if folder.0.exists() {
        std::fs::remove_dir(&folder.0)
            .map_err(|error| Failure::mistake(format!("{}: {error}", folder.0.display())))?;
    }
    rename(&making.0, &folder.0).map_err(Failure::internal)
}

/// Everything that the new folder holds.
fn fill(
    making: &Folder,
    package: Message,
    content: &Package,
    beginning: &Beginning<'_>,
    clock: &SharedClock,
) -> Result<(), Failure> {
    let contest = &content.contest;
    make_folder(&making.file("keys")).map_err(Failure::internal)?;
    let mut logs = Vec::new();
    for room in Room::ALL {
        let log = contest.log(room).ok_or_else(|| {
            Failure::mistake(format!("the package has no log for the {room} room"))
        })?;
        copy_key(&beginning.keys.log(room), &making.log_key(room), &log.keys)?;
        if let Some(named) = contest.results_key(room) {
            let (from, to) = (beginning.keys.results(room), making.results_key(room));
            copy_key(&from, &to, &[named.key])?;
        }
        SqliteLog::create(&making.log(room)).map_err(Failure::internal)?;
        logs.push(LogIdentity {
            room,
            origin: log.origin.clone(),
            keys: log.keys.iter().map(ToString::to_string).collect(),
        });
    }
    let identity = Identity {
        version: 1,
        contest: contest.id.clone(),
        party: content.party_key.to_string(),
        logs,
    };
    let text = serde_json::to_vec_pretty(&identity).expect("texts always encode");
    replace(&making.file("server.json"), &text).map_err(Failure::internal)?;
    first_entries(making, package, beginning, &contest.id, clock)
}

fn check_empty(folder: &Folder) -> Result<(), Failure> {
    let used = std::fs::read_dir(&folder.0).is_ok_and(|mut files| files.next().is_some());
    if used || folder.0.is_file() {
        return Err(Failure::mistake(crate::folder::FolderError::NotEmpty(folder.0.clone())));
    }
    if let Some(parent) = folder.0.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        std::fs::create_dir_all(parent)
            .map_err(|error| Failure::mistake(format!("{}: {error}", parent.display())))?;
    }
    Ok(())
}

/// Copies a key, if it is one of those that the package names for it.
fn copy_key(from: &Path, to: &Path, named: &[PublicKey]) -> Result<(), Failure> {
    let key = read_key(from).map_err(Failure::mistake)?;
    if !named.contains(&key.public()) {
        return Err(Failure::mistake(format!(
            "{} is not a key that the package names for it: package and keys belong to different contests",
            from.display()
        )));
    }
    let bytes = std::fs::read(from).map_err(Failure::internal)?;
    write_secret(to, &bytes).map_err(Failure::internal)
}

fn first_entries(
    folder: &Folder,
    package: Message,
    beginning: &Beginning<'_>,
    contest: &str,
    clock: &SharedClock,
) -> Result<(), Failure> {
    let node = Node::open(folder, &crate::node::Options::default(), Arc::clone(clock))
        .map_err(Failure::internal)?;
    let admin = if beginning.open.is_empty() {
        None
    } else {
        Some(read_key(&beginning.keys.admin()).map_err(Failure::mistake)?)
    };
    let package = Arc::new(package);
    for room in Room::ALL {
        let desk = node.admission.room(room);
        let mut first = vec![Arc::clone(&package), Arc::new(beginning.genesis.people(room)?)];
        if let Some(admin) = admin.as_ref().filter(|_| beginning.open.contains(&room)) {
            first.push(Arc::new(room_act(admin, contest, room, RoomChange::Open, 1)));
        }
        for message in first {
            enter(desk, &message).map_err(|refusal| {
                Failure::mistake(format!(
                    "the {} cannot begin the {room} log ({refusal}): package, genesis file and keys do not belong together",
                    message.kind()
                ))
            })?;
        }
    }
    node.close().map_err(Failure::internal)
}

/// A signed act on a room.
#[must_use]
pub fn room_act(
    admin: &SigningKey,
    contest: &str,
    room: Room,
    change: RoomChange,
    round: u32,
) -> Message {
    Message::sign(admin, Scope::room(contest, room), &RoomAct { change, round })
}

/// Fingerprint of a party key as people compare it: its key id, in fours.
#[must_use]
pub fn fingerprint(party: &PublicKey) -> String {
    let id = party.id().to_string();
    id.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ")
}

/// Where the genesis file of a package lies if nothing else is said.
#[must_use]
pub fn beside(package: &Path) -> std::path::PathBuf {
    package.with_extension("genesis")
}
