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
use tokio::time::MissedTickBehavior;

use super::serve::terminate;
use super::{Data, print};
use crate::clock::{Clock, SystemClock};
use crate::failure::Failure;
use crate::node;
use crate::publish::Publisher;
use crate::publish::export::{Messages, export};
use crate::publish::pages::{Renewal, Witnesses};
use crate::room::Projection;
use crate::store::{LogStore, SqliteLog, kept_cosignatures};

/// Write the results as a folder of static files, for any web host.
///
/// Pages in English and Spanish, the data of every release (CSV, JSON, NIST SP 1500-100), the feed, and the signed messages and
/// receipts that pages lead to. Where the contest names witnesses, a release is shown once as many as needed have cosigned it, or marked
/// after half an hour, as on the server. Every document is read back and compared with the log before it is written. A server may be using
/// the data folder. Doing it again writes only what changed.
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
    /// Write again after so many minutes, and again, until told to stop (Ctrl-C, SIGTERM). The status page says by when the next
    /// copy comes; without this it says that the copy does not renew itself. A later time that does not work is said and changes
    /// nothing.
    #[arg(long, value_name = "MINUTES", value_parser = value_parser!(u64).range(1..=1440))]
    every: Option<u64>,
}

pub(super) fn run(asked: &Export) -> Result<ExitCode, Failure> {
    match asked.every {
        None => print(&write(asked, Renewal::Once)?)?,
        Some(minutes) => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.map_err(Failure::internal)?.block_on(write_every(asked, minutes))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes again and again. The first time has to work: what does not then is a mistake in what was asked.
async fn write_every(asked: &Export, minutes: u64) -> Result<(), Failure> {
    let mut ending = terminate()?;
    let mut times = tokio::time::interval(Duration::from_secs(minutes * 60));
    times.set_missed_tick_behavior(MissedTickBehavior::Delay);
    times.tick().await;
    print(&write(asked, Renewal::Every(minutes))?)?;
    loop {
        tokio::select! {
            () = ending.wait() => return Ok(()),
            _ = times.tick() => {}
        }
        match write(asked, Renewal::Every(minutes)) {
            Ok(said) => print(&said)?,
            Err(failure) => eprintln!(
                "not written: {failure}. What was written before is whole and stays; the next time is in {minutes} minutes."
            ),
        }
    }
}

/// Writes the folder, and says what was written.
fn write(asked: &Export, renewal: Renewal) -> Result<String, Failure> {
    let begun = Instant::now();
    let folder = asked.data.folder();
    let node::Closed { store, keys, empty } =
        node::open_read_only(&folder, asked.room).map_err(Failure::mistake)?;
    // Before the log, which then leads to all that was cosigned.
    let kept = kept_cosignatures(&folder.private(), asked.room, empty.origin());
    let kept = kept.map_err(Failure::mistake)?;
    let projection = Projection::load(empty, &store, &keys).map_err(Failure::mistake)?;
    let read = begun.elapsed();
    let now_ms = SystemClock.now_ms();
    let witnesses = Witnesses::kept(&kept, &projection, now_ms);
    let key = folder.read_results_key(asked.room).map_err(Failure::mistake)?;
    let made = Publisher::signing(key).renewed(renewal).make(&projection.state, now_ms, witnesses);
    let site = made.map_err(Failure::internal)?.ok_or_else(super::no_package)?;
    let built = begun.elapsed();
    let from = FromLog { projection: &projection, store: &store };
    let exported = export(&site, &from, &asked.out).map_err(Failure::mistake)?;
    Ok(format!(
        "{} files ({} written, {} kB in all) in {}\nreading the log took {} ms, making pages and data {} ms, writing {} ms\n",
        exported.files,
        exported.written,
        exported.bytes / 1000,
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
