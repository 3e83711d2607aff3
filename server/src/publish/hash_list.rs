//! The list of hashes of a release's documents, and the same signed. Documents are made by the server, so a key of the server signs
//! them, one for each room that the party's package names; a log's key signs checkpoints and nothing else.

use countersign_core::contest::Contest;
use countersign_core::crypto::SigningKey;
use countersign_core::id::{MessageId, sha256};
use countersign_core::log::{HashList, LogKey};
use countersign_core::room::Room;
use data_encoding::HEXLOWER;

use super::files::{File, Files, put};

/// Name of the list in a release's folder: what `sha256sum -c` reads.
pub(crate) const SUMS: &str = "SHA256SUMS";
/// Name of the same, signed.
pub(crate) const NOTE: &str = "SHA256SUMS.note";

/// A line of the list.
#[must_use]
pub(crate) fn line(name: &str, document: &[u8]) -> String {
    format!("{}  {name}\n", HEXLOWER.encode(&sha256(document)))
}

/// The key that signs a room's lists, as far as the package names the one that is here.
#[must_use]
pub(super) fn named(contest: &Contest, room: Room, key: Option<&SigningKey>) -> Option<LogKey> {
    let named = contest.results_key(room)?;
    let here = key?.public() == named.key;
    here.then(|| LogKey { origin: named.name.clone(), key: named.key })
}

/// Puts the list into a release's folder, and the same signed where there is a key and its name.
pub(super) fn put_both(
    files: &mut Files,
    folder: &str,
    release: MessageId,
    hashes: &str,
    signer: Option<(&SigningKey, &str)>,
) {
    let text = |text: &str, immutable| File::text(text, "text/plain; charset=utf-8", immutable);
    put(files, format!("{folder}/{SUMS}"), text(hashes, true));
    if let Some((key, name)) = signer {
        let note = HashList { name, release, hashes }.sign(key);
        // A later package may name another key, which then signs every list anew.
        put(files, format!("{folder}/{NOTE}"), text(&note, false));
    }
}
