//! `log`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Subcommand, ValueEnum};
use countersign_core::log::Checkpoint;
use countersign_core::message::BeginReason;
use countersign_core::receipt::Receipt;
use countersign_core::room::Room;
use data_encoding::BASE64;

use super::{Data, print, read_file};
use crate::begin_again::{Done, Order, begin_again};
use crate::clock::{SharedClock, SystemClock};
use crate::failure::Failure;
use crate::folder::Folder;
use crate::keys::{KeyFolder, read_key};
use crate::public_folder::{self, Exported};

#[derive(Subcommand)]
pub(super) enum Command {
    /// Write the public log as a folder of files, for any web host, and for `verify`.
    ///
    /// Checkpoint with the cosignatures that the server has, tiles, entries, and every message that everyone may read by now; a server may be running. Each file is written
    /// whole or not at all, and its checkpoint last. Run it again into the same folder after each release: what is there already
    /// stays, and what was withheld since is taken away.
    Export {
        #[command(flatten)]
        data: Data,
        /// The folder. Made where it is not there.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Which room; both where it is left out.
        #[arg(long)]
        room: Option<Room>,
    },
    /// Begin a room's log again after a disaster: log n+1, to which tablets send by themselves what is missing.
    ///
    /// For a folder that was restored from an older copy, or made anew by `init` after everything but the keys was lost. What
    /// the folder's log still holds is entered again in its old order; the old log's file stays. The first entry, signed by the
    /// admin, names the old log, the largest checkpoint known of it, and why; every page says so from then on, and every
    /// tablet is shown it. No server may be running. `docs/operations.md`, "To restore", says when to use it and what to do after.
    BeginAgain {
        #[command(flatten)]
        data: Data,
        /// The folder that `keys init` made; only server/admin.key is read.
        #[arg(long, value_name = "DIR", env = "COUNTERSIGN_KEYS")]
        keys: PathBuf,
        /// Which room.
        #[arg(long)]
        room: Room,
        /// Why. It is checked, and stands in the log for everyone to read.
        #[arg(long, value_enum)]
        reason: Reason,
        /// Why in words, at most 200 characters, with --reason other. Everyone will be able to read them.
        #[arg(long, value_name = "TEXT", required_if_eq("reason", "other"))]
        why: Option<String>,
        /// A checkpoint or a receipt of the old log that somebody holds.
        #[arg(long, value_name = "FILE")]
        known: Option<PathBuf>,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Reason {
    /// An older copy had to be used: somebody holds a checkpoint that it does not lead to.
    Restored,
    /// Nothing was left but the keys: the folder was made anew by `init`.
    Lost,
    /// The log is there and damaged; what comes before the damage is carried over.
    Damaged,
    /// Another reason, with --why.
    Other,
}

pub(super) fn run(command: Command) -> Result<ExitCode, Failure> {
    let (data, keys, room, reason, why, known) = match command {
        Command::Export { data, out, room } => return export(&data.folder(), &out, room),
        Command::BeginAgain { data, keys, room, reason, why, known } => {
            (data, keys, room, reason, why, known)
        }
    };
    if reason != Reason::Other && why.is_some() {
        return Err(Failure::mistake(
            "--why goes with --reason other only: the other reasons say it already",
        ));
    }
    let admin = read_key(&KeyFolder(keys).admin()).map_err(Failure::mistake)?;
    let order = Order {
        room,
        reason: match reason {
            Reason::Restored => BeginReason::Restored,
            Reason::Lost => BeginReason::Lost,
            Reason::Damaged => BeginReason::Damaged,
            Reason::Other => BeginReason::Other,
        },
        why,
        known: known.as_deref().map(note).transpose()?,
        admin: &admin,
    };
    let clock: SharedClock = Arc::new(SystemClock);
    let done = begin_again(&data.folder(), &order, &clock).map_err(Failure::mistake)?;
    print(&text(room, &done))?;
    super::fsck::report(&data.folder())
}

fn export(folder: &Folder, out: &Path, room: Option<Room>) -> Result<ExitCode, Failure> {
    for room in room.map_or(Room::ALL.to_vec(), |room| vec![room]) {
        let exported = public_folder::export(folder, room, out).map_err(Failure::mistake)?;
        let Exported { entries, messages, left_out, cosigned, witnessed } = exported;
        print(&format!(
            "{room} room: {entries} entries, {messages} messages written, {left_out} not public\n"
        ))?;
        if let Some(size) = witnessed {
            print(&format!(
                "{room} room: {cosigned} witnesses cosigned all of them; as many as needed the first {size}\n"
            ))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The signed checkpoint in a file: the file itself, or what a receipt in it leads to.
fn note(path: &Path) -> Result<String, Failure> {
    let bytes = read_file(path)?;
    let text = String::from_utf8_lossy(&bytes);
    let note = Receipt::checkpoint_note(&text).unwrap_or(&text);
    Checkpoint::claim(note).map(|_| note.to_owned()).ok_or_else(|| {
        Failure::mistake(format!("{} is neither a checkpoint nor a receipt", path.display()))
    })
}

fn text(room: Room, done: &Done) -> String {
    let known = match &done.known {
        Some(known) => format!(
            "{} entries of {}, root {}",
            known.size,
            known.origin,
            BASE64.encode(&known.root)
        ),
        None => "none".to_owned(),
    };
    let closed = if done.open { "" } else { ", open the room (`room open`)" };
    format!(
        "{room} room: {} begins\n  takes the place of   {}, which stays in {}\n  entered again        {} entries, {} of them reports\n  largest checkpoint known before   {known}\nBefore you start the server, enter again what was entered after the copy and is not in it: newer packages \
         (`package enter`), revocations (`devices revoke`), invitations{closed}. Tablets send their reports by themselves.\n",
        done.origin,
        done.from,
        done.old_file.display(),
        done.carried,
        done.reports,
    )
}
