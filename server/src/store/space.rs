//! Whether a disk has room for what comes.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

/// Twice what one commit of the largest reports takes.
const BYTES: usize = 8 << 20;

/// Writes a file of a few megabytes, durably, and removes it. Only writing tells: what a system says of its free space
/// leaves out quotas, and what it keeps for others.
///
/// # Errors
/// What the system says when it did not work.
pub fn try_room(file: &Path) -> io::Result<()> {
    let written = File::create(file).and_then(|mut file| {
        file.write_all(&vec![0; BYTES])?;
        file.sync_all()
    });
    match std::fs::remove_file(file) {
        // It may never have been made.
        Err(error) if error.kind() != io::ErrorKind::NotFound => written.and(Err(error)),
        _ => written,
    }
}
