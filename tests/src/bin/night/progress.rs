//! How far the night is, on the terminal.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use crate::ledger::Ledger;

/// Between two lines on a terminal, and elsewhere.
const EVERY: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(10)];

/// One line that changes in place; where there is no terminal, a line now and then.
pub(crate) struct Progress {
    terminal: bool,
    last: Option<Instant>,
}

impl Progress {
    pub(crate) fn new() -> Self {
        Self { terminal: std::io::stderr().is_terminal(), last: None }
    }

    /// Something else begins.
    pub(crate) fn say(&mut self, what: &str) {
        self.last = None;
        self.line(what);
        self.last = None;
    }

    pub(crate) fn enrolling(&mut self, enrolled: usize, tablets: usize) {
        if self.due() {
            self.line(&format!("enrolled {enrolled} of {tablets} tablets"));
        }
    }

    pub(crate) fn evening(&mut self, now: u64, ledger: &Ledger, expected: usize) {
        if self.due() {
            let minutes = now / 60_000;
            let (signed, receipted) = (ledger.signed.len(), ledger.receipted.len());
            self.line(&format!(
                "{:>2}:{:02} into the evening   signed {signed} of {expected}   countersigned {receipted}   waiting {}",
                minutes / 60,
                minutes % 60,
                signed.saturating_sub(receipted)
            ));
        }
    }

    fn due(&self) -> bool {
        let every = EVERY[usize::from(!self.terminal)];
        self.last.is_none_or(|last| last.elapsed() >= every)
    }

    fn line(&mut self, text: &str) {
        let mut out = std::io::stderr().lock();
        // Nobody has to see it.
        let _ = if self.terminal {
            write!(out, "\r\x1b[K{text}").and_then(|()| out.flush())
        } else {
            writeln!(out, "{text}")
        };
        self.last = Some(Instant::now());
    }
}
