//! What happened, line by line, and its hash: two runs of a seed have the same.

use countersign_core::id::sha256;
use data_encoding::HEXLOWER;

/// Everything that happened.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    lines: Vec<String>,
}

impl Trace {
    pub(super) fn note(&mut self, now: u64, what: &str) {
        self.lines.push(format!("{now:>8} {what}"));
    }

    /// The lines, in order: the simulated millisecond, then what happened.
    #[must_use]
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// SHA-256 of all lines, hexadecimal.
    #[must_use]
    pub fn hash(&self) -> String {
        HEXLOWER.encode(&sha256(self.lines.join("\n").as_bytes()))
    }
}

/// The begin of a hash, for a line.
pub(super) fn short(bytes: &[u8]) -> String {
    HEXLOWER.encode(&bytes[..bytes.len().min(6)])
}
