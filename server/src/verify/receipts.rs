//! The published receipts: whoever keeps one has to hold the proof of the right message's entry in this log.

use std::collections::HashMap;

use countersign_core::id::MessageId;
use countersign_core::log::Entry;
use countersign_core::receipt::Receipt;

use super::difference::Difference;
use super::public_log::PublicLog;
use super::published::on_every_processor;
use super::source::{Source, Wanted};
use super::verdict::Verdict;
use super::{Step, Stop, Watch};
use crate::public_folder;
use crate::publish::pages::Night;
use crate::publish::{led_to, receipt_name};

/// Most bytes of a receipt that are read; none is so long.
const RECEIPT_MAX: usize = 64 << 10;

/// Verifies the receipt of every message that pages lead to. A copy may do without receipts: how many are missing is counted.
pub(super) fn verify(
    source: &Source,
    place: &str,
    log: &PublicLog,
    night: &Night<'_>,
    verdict: &mut Verdict,
    watch: Watch<'_>,
) -> Result<(), Stop> {
    let entries: HashMap<MessageId, (u64, Entry)> =
        (0..).zip(&log.entries).map(|(index, entry)| (entry.message, (index, *entry))).collect();
    let ids = led_to(night);
    let expected: Vec<(String, u64, Entry)> = ids
        .iter()
        .filter_map(|id| {
            let (index, entry) = entries.get(id)?;
            Some((format!("{place}{}", receipt_name(*id)), *index, *entry))
        })
        .collect();
    let wanted = expected.iter().map(|(name, ..)| name.clone());
    let wanted = wanted.map(|name| Wanted { name, size_max: RECEIPT_MAX }).collect();
    let all = expected.len();
    let found = source.read(wanted, &mut |read| watch(Step::Receipts, read, all))?;
    let jobs: Vec<_> = expected.iter().zip(&found).collect();
    for sound in on_every_processor(&jobs, |((name, index, entry), receipt)| {
        let Some(receipt) = receipt else { return Ok(0) };
        is_sound(log, name, *index, *entry, &String::from_utf8_lossy(receipt)).map(|()| 1)
    }) {
        verdict.receipts.files += sound?;
    }
    verdict.receipts.missing = all - verdict.receipts.files;
    match source {
        // A folder has them once, and they were read.
        Source::Folder(_) => Ok(()),
        Source::Address(_) => messages(source, place, &expected, verdict),
    }
}

/// Compares the messages that lie beside pages at an address: those of the log may lie elsewhere.
fn messages(
    source: &Source,
    place: &str,
    expected: &[(String, u64, Entry)],
    verdict: &mut Verdict,
) -> Result<(), Stop> {
    let name = |id| format!("{place}{}", public_folder::message(id));
    let wanted = expected
        .iter()
        .map(|(.., entry)| Wanted { name: name(entry.message), size_max: entry.kind.size_max() });
    let found = source.read(wanted.collect(), &mut |_| ())?;
    for (&(_, index, Entry { kind, message: id, .. }), bytes) in expected.iter().zip(found) {
        match bytes {
            None => verdict.not_published.push(name(id)),
            Some(bytes) if MessageId::of(&bytes) != id => {
                return Err(Difference::OtherBytes { index, kind, id }.into());
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// Whether a receipt proves an entry of this log.
fn is_sound(
    log: &PublicLog,
    name: &str,
    index: u64,
    entry: Entry,
    text: &str,
) -> Result<(), Difference> {
    let (kind, id) = (entry.kind, entry.message);
    let unsound =
        |what: String| Difference::Receipt { file: name.to_owned(), index, kind, id, what };
    let receipt = Receipt::verify(text, id, kind, &log.checkpoint.origin, &log.keys)
        .map_err(|error| unsound(error.to_string()))?;
    if receipt.index != index || receipt.entry != entry {
        return Err(unsound(format!("it proves another entry, {}", receipt.index)));
    }
    log.has_head(name, &receipt.checkpoint)
}
