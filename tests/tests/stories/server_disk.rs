//! The party's server on a disk that is full, or that may not be written. No window: what counts is each answer.

use std::path::Path;
use std::sync::Arc;

use countersign_core::message::Message;
use countersign_tests::disk::SmallDisk;
use countersign_tests::party::{Party, Reply};
use countersign_tests::signer::Signer;
use countersign_tests::wait::{self, Look};
use countersign_tests::{Error, Result, places};
use serde_json::json;

use crate::{folder, same};

/// Room for the logs, and for the megabytes that the server wants to see free before it takes anything.
const KIBIBYTES: u32 = 24 << 10;

const ROOM: &str = "official";

/// Messages that fit where the database had room set apart already.
const SLACK: u32 = 40;

/// A party whose server has a small disk of its own.
fn party_on_disk(folder: &Path) -> Result<(Party, Arc<SmallDisk>)> {
    let disk = Arc::new(SmallDisk::over(&folder.join("disk"), KIBIBYTES)?);
    let contest = places::contest("practice");
    let mut party = Party::on_disk(&folder.join("party"), &contest, Arc::clone(&disk))?;
    party.start()?;
    Ok((party, disk))
}

/// Reports that were acknowledged, each with its receipt.
#[derive(Default)]
struct Acknowledged(Vec<(Message, String)>);

impl Acknowledged {
    /// Sends a report that has to be taken.
    fn send(&mut self, party: &Party, report: Message) -> Result<()> {
        let receipt = party.post(ROOM, report.bytes())?.receipt()?;
        self.0.push((report, receipt));
        Ok(())
    }

    /// Every receipt verifies by the package alone, names its own message and a place that no other has, and is what
    /// the server gives for that message now.
    fn check(&self, party: &Party, folder: &Path) -> Result<()> {
        let mut places = Vec::new();
        for (report, receipt) in &self.0 {
            let file = folder.join("receipt");
            let mut of_both = Vec::new();
            for receipt in [receipt, &party.receipt(ROOM, &report.id().to_string())?] {
                std::fs::write(&file, receipt).map_err(|source| Error::Io {
                    doing: "writing a receipt".to_owned(),
                    source,
                })?;
                let verified = party.verify(&file)?;
                same("why not", None, verified.why_not)?;
                same("the message", Some(report.id().to_string()), verified.message)?;
                of_both.push(verified.log_index);
            }
            same("the place", of_both[0], of_both[1])?;
            places.extend(of_both[0]);
        }
        places.sort_unstable();
        places.dedup();
        same("places", self.0.len(), places.len())
    }
}

/// Sends ever new reports until one is not taken; that one, and the answer to it.
fn first_refused(
    party: &Party,
    acknowledged: &mut Acknowledged,
    report: impl Fn(u32) -> Message,
) -> Result<(Message, Reply)> {
    for n in 0..SLACK {
        let report = report(n);
        let reply = party.post(ROOM, report.bytes())?;
        if reply.status != 200 {
            return Ok((report, reply));
        }
        acknowledged.0.push((report, reply.receipt()?));
    }
    Err(Error::Unexpected(format!("{SLACK} reports were taken on a full disk")))
}

/// The answer says to come again, with the code for it, and brings no receipt.
fn come_again(reply: &Reply) -> Result<()> {
    same("the status", 503, reply.status)?;
    same("the code", &json!("busy"), &reply.body["code"])?;
    same("a receipt", &json!(null), &reply.body["receipt"])?;
    same("Retry-After", true, reply.retry_after.is_some_and(|seconds| seconds > 0))
}

fn not_entered(party: &Party, report: &Message) -> Result<()> {
    let asked = party.receipt(ROOM, &report.id().to_string());
    let words = asked.map_err(|error| error.to_string());
    same("no receipt", true, words.is_err_and(|words| words.contains("not-found")))
}

fn wait_well(party: &Party) -> Result<()> {
    wait::until("a server that is well again", wait::LONG, || {
        let status = party.health()?;
        Ok(if status == 200 { Look::Yes(()) } else { Look::NotYet(status.to_string()) })
    })
}

/// While there is no room nothing is acknowledged, and the server says that it is not well, goes on reading and never ends
/// by itself, though its own log lies on the same disk. Once there is room, the same report gets the one receipt; the
/// same after a kill on the full disk.
#[test]
fn a_server_without_room_acknowledges_nothing_and_loses_nothing() -> Result<()> {
    let folder = folder()?;
    let (mut party, disk) = party_on_disk(folder.path())?;
    let mut acknowledged = Acknowledged::default();
    let signer = Signer::enrol(&party, "aspen")?;
    let lost = Signer::enrol(&party, "birch")?;
    for people in 1..6 {
        acknowledged.send(&party, signer.report(people))?;
    }
    acknowledged.send(&party, lost.report(1))?;
    party.revoke(&lost.key().to_string())?;
    same("health", 200, party.health()?)?;

    disk.fill()?;
    let (waiting, reply) = first_refused(&party, &mut acknowledged, |n| signer.report(100 + n))?;
    come_again(&reply)?;
    same("health", 503, party.health()?)?;
    come_again(&party.post(ROOM, waiting.bytes())?)?;
    not_entered(&party, &waiting)?;
    acknowledged.check(&party, folder.path())?;
    disk.clear()?;
    wait_well(&party)?;
    acknowledged.send(&party, waiting)?;

    disk.fill()?;
    let (waiting, reply) = first_refused(&party, &mut acknowledged, |n| signer.report(200 + n))?;
    come_again(&reply)?;
    // Nobody is told that a person will judge a report which could not be kept for one.
    let mut told = Vec::new();
    for n in 0..SLACK {
        let reply = party.post(ROOM, lost.report(300 + n).bytes())?;
        told.push(reply.body["code"].clone());
        if reply.status == 503 {
            come_again(&reply)?;
            break;
        }
    }
    same("the last answer to a held report", Some(&json!("busy")), told.last())?;
    party.kill()?;
    let (code, said) = party.refused_start()?;
    same("the exit code", Some(2), code)?;
    let named = format!("no room left on the disk of {}.", party.data().display());
    same(&said, true, said.contains(&named) && said.contains("Make room"))?;
    disk.clear()?;
    party.start()?;
    same("health", 200, party.health()?)?;
    not_entered(&party, &waiting)?;
    acknowledged.send(&party, waiting)?;
    let reply = party.post(ROOM, lost.report(399).bytes())?;
    same("the answer to a held report", &json!("revoked-key"), &reply.body["code"])?;

    acknowledged.check(&party, folder.path())?;
    let results = party.results(ROOM)?;
    let entered = results["precincts"]
        .as_array()
        .map_or(0, |rows| rows.iter().filter_map(|row| row["reports"].as_u64()).sum());
    same("reports in the log", acknowledged.0.len() as u64, entered)?;
    party.stop()?;
    party.fsck().map(drop)
}

/// A data folder that may only be read: the server says which, and what to do, and leaves it as it was.
#[test]
fn a_server_whose_folder_may_only_be_read_says_what_to_do() -> Result<()> {
    let folder = folder()?;
    let (mut party, disk) = party_on_disk(folder.path())?;
    let mut acknowledged = Acknowledged::default();
    acknowledged.send(&party, Signer::enrol(&party, "aspen")?.report(20))?;
    party.stop()?;

    disk.protect(true)?;
    let (code, said) = party.refused_start()?;
    same("the exit code", Some(2), code)?;
    let begins = format!("{} cannot be written (", party.data().display());
    same(&said, true, said.starts_with(&begins) && said.contains("Mount its disk for writing"))?;
    same("lines", 1, said.lines().count())?;
    disk.protect(false)?;
    party.start()?;
    acknowledged.check(&party, folder.path())?;
    party.stop()?;
    party.fsck().map(drop)
}
