//! `export`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Args, value_parser};
use countersign_core::id::MessageId;
use countersign_core::message::Message;
use countersign_core::receipt::Receipt;
use countersign_core::results::Audience;
use countersign_core::room::Room;

use super::serve::terminate;
use super::{Data, print};
use crate::clock::{Clock, SystemClock};
use crate::failure::Failure;
use crate::public_folder::Opened;
use crate::publish::Publisher;
use crate::publish::export::{Messages, export};
use crate::publish::occupied;
use crate::publish::pages::{Renewal, Witnesses};
use crate::room::Projection;
use crate::store::{LogStore, SqliteLog};

/// Write the results as a folder of static files, for any web host.
///
/// Pages in English and Spanish, the data of every release (CSV, JSON, NIST SP 1500-100), the feed, the receipts that pages lead to, and the
/// public log as `log export` writes it, so that `verify` needs nothing but this folder. Where the contest names witnesses, a release is
/// shown once as many as needed have cosigned it, or marked after half an hour, as on the server. Every document is read back and compared
/// with the log before it is written. A server may be using the data folder. Doing it again writes only what changed, and takes away what
/// earlier exports wrote and the results have no more. A folder that holds the results of another contest or room, or another log, is
/// refused and left as it is.
#[derive(Args)]
pub(super) struct Export {
    #[command(flatten)]
    data: Data,
    /// The folder to write; made if it is not there.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Which room.
    #[arg(long, default_value = "official")]
    room: Room,
    /// Write again and again, so that the folder is never older than so many minutes, until told to stop (Ctrl-C, SIGTERM). The status
    /// page says by when the next copy comes; without this it says that the copy does not renew itself. A later export that fails
    /// says so, leaves what was there, and the next one is tried.
    #[arg(long, value_name = "MINUTES", value_parser = value_parser!(u64).range(1..=1440))]
    every: Option<u64>,
}

pub(super) fn run(asked: &Export) -> Result<ExitCode, Failure> {
    let Some(minutes) = asked.every else {
        print(&write(asked, Renewal::Once)?)?;
        return Ok(ExitCode::SUCCESS);
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(Failure::internal)?;
    let mut terminate = runtime.block_on(async { terminate() })?;
    let write = || write(asked, Renewal::Every(minutes)).and_then(|said| print(&said));
    let wait = |time| {
        let stopped = async { tokio::time::timeout(time, terminate.wait()).await.is_ok() };
        if runtime.block_on(stopped) { Next::Stop } else { Next::GoOn }
    };
    again(Duration::from_secs(minutes * 60), &SystemClock, write, wait)?;
    Ok(ExitCode::SUCCESS)
}

/// What comes after a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    GoOn,
    Stop,
}

/// Least time between two exports, however long they take.
const REST: Duration = Duration::from_secs(1);

/// Exports again and again until a wait ends with [`Next::Stop`]. The next export begins so early that it is done `every` after this
/// one began, if it takes as long. The first one has to work, since what it trips over is in what was asked; a later one that fails
/// is said, and leaves what was there.
///
/// # Errors
/// What went wrong with the first.
fn again(
    every: Duration,
    clock: &dyn Clock,
    mut write: impl FnMut() -> Result<(), Failure>,
    mut wait: impl FnMut(Duration) -> Next,
) -> Result<(), Failure> {
    let mut is_first = true;
    loop {
        let begun_ms = clock.now_ms();
        match write() {
            Err(failure) if is_first => return Err(failure),
            Err(failure) => eprintln!(
                "countersign-server: nothing was written, what was there stays, and it is tried again: {failure}"
            ),
            Ok(()) => {}
        }
        is_first = false;
        // A clock that was set meanwhile makes the wait at most as long as asked for.
        let took = Duration::from_millis(clock.now_ms().saturating_sub(begun_ms));
        if wait(every.saturating_sub(took * 2).max(REST)) == Next::Stop {
            return Ok(());
        }
    }
}

/// Writes the folder, and says what was written.
fn write(asked: &Export, renewal: Renewal) -> Result<String, Failure> {
    let begun = Instant::now();
    let folder = asked.data.folder();
    let opened = Opened::read(&folder, asked.room).map_err(Failure::mistake)?;
    let read = begun.elapsed();
    let package = opened.log.state.package().ok_or_else(super::no_package)?;
    occupied::check(&asked.out, &package.contest, asked.room).map_err(Failure::mistake)?;
    let now_ms = SystemClock.now_ms();
    let witnesses = Witnesses::kept(&opened.kept, &opened.log, now_ms);
    let key = folder.read_results_key(asked.room).map_err(Failure::mistake)?;
    let made = Publisher::signing(key).renewed(renewal).make(&opened.log.state, now_ms, witnesses);
    let site = made.map_err(Failure::internal)?.ok_or_else(super::no_package)?;
    let built = begun.elapsed();
    // The log goes before the results that were made from it: whoever verifies meanwhile finds no page that is newer than the log.
    let log = opened.write(&asked.out).map_err(Failure::mistake)?;
    let from = FromLog { projection: &opened.log, store: &opened.store };
    let exported = export(&site, &from, &asked.out).map_err(Failure::mistake)?;
    Ok(format!(
        "{} files ({} written, {} taken away, {} kB in all) and the log of {} entries in {}\nreading the log took {} ms, making pages and data {} ms, writing {} ms\n",
        exported.files,
        exported.written,
        exported.taken_away,
        exported.bytes / 1000,
        log.entries,
        asked.out.display(),
        read.as_millis(),
        (built - read).as_millis(),
        (begun.elapsed() - built).as_millis(),
    ))
}

/// Messages as they lie in a data folder.
struct FromLog<'a> {
    projection: &'a Projection,
    store: &'a SqliteLog,
}

impl Messages for FromLog<'_> {
    fn message(&self, id: MessageId) -> Option<Vec<u8>> {
        let bytes = self.store.message(self.projection.find(id)?, id).ok()??;
        let message = Message::parse(&bytes).ok()?;
        (self.projection.state.audience(&message) == Audience::Everyone).then_some(bytes)
    }

    fn receipt(&self, id: MessageId) -> Option<String> {
        let index = self.projection.find(id)?;
        let head = self.projection.head();
        let proof = self.projection.tree.inclusion(index, head.size)?;
        let entry = *self.projection.entry(index)?;
        Some(Receipt::write(entry, index, &proof, &head.checkpoint))
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    struct Set(AtomicU64);

    impl Clock for Set {
        fn now_ms(&self) -> u64 {
            self.0.load(Ordering::Relaxed)
        }
    }

    #[test]
    fn exports_follow_each_other_so_that_each_is_done_in_time_and_a_failed_one_ends_nothing() {
        let clock = Set(AtomicU64::new(1_000_000));
        let (exports, mut waits) = (Cell::new(0), Vec::new());
        // Milliseconds that each takes; the clock is set back during the fourth.
        let takes = [0, 20_000, 200_000, -5_000];
        let write = || {
            let export = exports.replace(exports.get() + 1);
            let now = clock.now_ms().checked_add_signed(takes[export]).unwrap();
            clock.0.store(now, Ordering::Relaxed);
            if export == 1 { Err(Failure::internal("the disk is full")) } else { Ok(()) }
        };
        let wait = |time: Duration| {
            waits.push(time.as_secs());
            if exports.get() == takes.len() { Next::Stop } else { Next::GoOn }
        };
        again(Duration::from_secs(300), &clock, write, wait).unwrap();
        assert_eq!((exports.get(), waits), (4, vec![300, 260, 1, 300]));
    }
    #[test]
    fn what_does_not_work_at_first_is_a_mistake() {
        let clock = Set(AtomicU64::new(0));
        let write = || Err(Failure::mistake("there is no such folder"));
        let failed = again(REST, &clock, write, |_| unreachable!("nothing is waited for"));
        assert_eq!(failed.unwrap_err().to_string(), "there is no such folder");
    }
}
