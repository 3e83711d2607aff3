//! A server with nothing set up: the practice contest with throw-away keys in a folder of its own.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use countersign_core::contest::{self, Files};
use countersign_core::room::Room;
use rust_embed::RustEmbed;

use crate::clock::{SharedClock, SystemClock};
use crate::failure::Failure;
use crate::folder::{Folder, replace};
use crate::genesis::{Beginning, Packing, begin, pack};
use crate::keys::KeyFolder;

/// The practice contest's files, inside the program.
#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../contests/practice"]
#[include = "*.toml"]
#[include = "*.csv"]
struct PracticeFiles;

/// Folder of a server with nothing set up, below the folder it was started in.
const FOLDER: &str = "countersign-practice";

/// The practice folder, made if it is not there. Port 0 becomes a number, since the package has to name it.
///
/// # Errors
/// When files cannot be written.
pub fn folder(reporting: &mut SocketAddr) -> Result<Folder, Failure> {
    folder_in(Path::new(FOLDER), reporting)
}

/// The same below a given folder.
///
/// # Errors
/// When files cannot be written.
pub fn folder_in(root: &Path, reporting: &mut SocketAddr) -> Result<Folder, Failure> {
    let folder = Folder(root.join("data"));
    if folder.file("server.json").exists() {
        tracing::info!(folder = %root.display(), "the practice contest goes on");
        return Ok(folder);
    }
    if reporting.port() == 0 {
        let free = TcpListener::bind(*reporting).map_err(Failure::internal)?;
        *reporting = free.local_addr().map_err(Failure::internal)?;
    }
    let keys = KeyFolder(root.join("keys"));
    keys.init(&["localhost".to_owned()]).map_err(Failure::mistake)?;
    let packing =
        Packing { number: 1, servers: vec![format!("http://{reporting}")], tls_roots: Vec::new() };
    let packed = pack(contest()?, &packing, &keys)?;
    let package: PathBuf = root.join("practice.countersign");
    replace(&package, packed.package.bytes()).map_err(Failure::internal)?;
    let beginning = Beginning {
        package: packed.package.bytes(),
        genesis: &packed.genesis,
        keys: &keys,
        open: &Room::ALL,
    };
    let clock: SharedClock = Arc::new(SystemClock);
    begin(&folder, &beginning, &clock)?;
    eprintln!(
        "The practice contest is in {root}, with throw-away keys. Nothing of it is real.\n\
         Invite a precinct:   countersign-server invitations --data {data} --keys {keys} --all\n\
         A tablet takes its contest from {package} or from this server.",
        root = root.display(),
        data = folder.0.display(),
        keys = keys.0.display(),
        package = package.display(),
    );
    Ok(folder)
}

/// The practice contest.
///
/// # Errors
/// When the program was built with a contest that has mistakes.
pub fn contest() -> Result<contest::Contest, Failure> {
    let files: Files = PracticeFiles::iter()
        .filter_map(|name| Some((name.to_string(), PracticeFiles::get(&name)?.data.into_owned())))
        .collect();
    contest::read(&files).map_err(|mistakes| {
        let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        Failure::internal(lines.join("\n"))
    })
}
