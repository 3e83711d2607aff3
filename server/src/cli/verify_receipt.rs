//! `verify-receipt`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use countersign_core::id::MessageId;
use countersign_core::log::{Checkpoint, Origin};
use countersign_core::message::{Message, Package};
use countersign_core::receipt::Receipt;
use countersign_core::room::Room;
use serde::Serialize;

use super::{print, read_file};
use crate::failure::Failure;

/// Verify a receipt with nothing but the package.
///
/// Verifies that a receipt proves the entry of a message in a log of the package, and prints JSON. Needs no server and no
/// data folder. Exit code 0 when it does, 1 when it does not.
///
/// A receipt of a log that was begun again after a disaster is signed by the same keys; its number is then above the
/// package's, and its first entry, at /v1/ROOM/log of the server, says why.
#[derive(Args)]
pub(super) struct VerifyReceipt {
    /// The receipt, as the server answered it.
    #[arg(long, value_name = "FILE")]
    receipt: PathBuf,
    /// The package, whose log keys are believed.
    #[arg(long, value_name = "FILE")]
    package: PathBuf,
    /// The message that the receipt should be for. Left out: whatever message the receipt names.
    #[arg(long, value_name = "FILE")]
    message: Option<PathBuf>,
    /// The party key's id that the package must be signed by, 32 hexadecimal digits.
    #[arg(long, value_name = "KEY")]
    party: Option<String>,
}

#[derive(Serialize, Default)]
struct Found {
    receipt_verified: bool,
    room: Option<Room>,
    origin: Option<String>,
    /// Above the number in the package's origin: the log was begun again.
    log_number: Option<u32>,
    log_index: Option<u64>,
    log_size: Option<u64>,
    entered_ms: Option<u64>,
    kind: Option<&'static str>,
    message: Option<String>,
    why_not: Option<String>,
}

pub(super) fn run(command: &VerifyReceipt) -> Result<ExitCode, Failure> {
    let receipt = read_file(&command.receipt)?;
    let message = command.message.as_ref().map(|path| read_file(path)).transpose()?;
    let package = read_file(&command.package)?;
    let found = verify(&receipt, &package, message.as_deref(), command.party.as_deref())
        .unwrap_or_else(|why_not| Found { why_not: Some(why_not), ..Found::default() });
    let mut text = serde_json::to_string(&found).map_err(Failure::internal)?;
    text.push('\n');
    print(&text)?;
    Ok(if found.receipt_verified { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn verify(
    receipt: &[u8],
    package: &[u8],
    message: Option<&[u8]>,
    party: Option<&str>,
) -> Result<Found, String> {
    let text = std::str::from_utf8(receipt).map_err(|_| "this is not a receipt".to_owned())?;
    let (_, package) = Package::read(package).map_err(|error| error.to_string())?;
    if party.is_some_and(|party| party != package.party_key.id().to_string()) {
        return Err("the package is signed by another party key".to_owned());
    }
    let (id, kind) = match message {
        Some(bytes) => {
            let message = Message::parse(bytes).map_err(|error| error.to_string())?;
            (MessageId::of(bytes), message.kind())
        }
        None => {
            let (_, entry) = Receipt::claim(text).ok_or("this is not a receipt")?;
            (entry.message, entry.kind)
        }
    };
    let mut why_not = "the package names no log".to_owned();
    let named = Receipt::checkpoint_note(text).and_then(Checkpoint::claim).map(|head| head.origin);
    for log in &package.contest.logs {
        let is_later = |named: &&String| {
            Origin::parse(named)
                .zip(Origin::parse(&log.origin))
                .is_some_and(|(named, packed)| named.is_after(&packed))
        };
        let origin = named.as_ref().filter(is_later).unwrap_or(&log.origin);
        match Receipt::verify(text, id, kind, origin, &log.keys) {
            Ok(receipt) => {
                return Ok(Found {
                    receipt_verified: true,
                    room: Some(log.room),
                    origin: Some(origin.clone()),
                    log_number: Origin::parse(origin).map(|origin| origin.number()),
                    log_index: Some(receipt.index),
                    log_size: Some(receipt.checkpoint.size),
                    entered_ms: Some(receipt.entry.time_ms),
                    kind: Some(kind.as_str()),
                    message: Some(id.to_string()),
                    why_not: None,
                });
            }
            Err(error) => why_not = error.to_string(),
        }
    }
    Err(why_not)
}
