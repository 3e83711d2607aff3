//! The wait after a wrong PIN. It counts on the monotonic clock, so setting the device's clock changes nothing; after a
//! restart it starts over in full.

use crate::api::ProblemCode;
use crate::error::{Error, Result};

/// Milliseconds to wait after so many wrong PINs in a row.
pub(crate) const fn delay_ms(wrong_tries: u32) -> u32 {
    match wrong_tries {
        0 => 0,
        1 | 2 => 1_000,
        3 | 4 => 5_000,
        5 => 30_000,
        _ => 300_000,
    }
}

/// When the next PIN is taken.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Gate {
    open_at: u64,
}

impl Gate {
    /// The gate after so many wrong PINs, the last of them now.
    pub(crate) fn after(wrong_tries: u32, monotonic_ms: u64) -> Self {
        Self { open_at: monotonic_ms.saturating_add(delay_ms(wrong_tries).into()) }
    }

    /// Milliseconds still to wait.
    pub(crate) fn wait_ms(self, monotonic_ms: u64) -> u32 {
        u32::try_from(self.open_at.saturating_sub(monotonic_ms)).unwrap_or(u32::MAX)
    }

    /// # Errors
    /// [`Error::PinWait`] while it is closed.
    pub(crate) fn pass(self, monotonic_ms: u64) -> Result<()> {
        match self.wait_ms(monotonic_ms) {
            0 => Ok(()),
            wait_ms => Err(Error::PinWait { wait_ms }),
        }
    }
}

/// # Errors
/// `PinFormat` unless it is six ASCII digits.
pub(crate) fn check_format(pin: &str) -> Result<()> {
    if pin.len() == 6 && pin.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(())
    } else {
        Err(ProblemCode::PinFormat.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t02_delays_grow_and_a_gate_opens_exactly_on_time() {
        let delays: Vec<u32> = (0..8).map(delay_ms).collect();
        assert_eq!(delays, [0, 1_000, 1_000, 5_000, 5_000, 30_000, 300_000, 300_000]);
        let gate = Gate::after(5, 100);
        assert_eq!(gate.wait_ms(100), 30_000);
        assert!(gate.pass(30_099).is_err());
        assert!(gate.pass(30_100).is_ok());
    }

    #[test]
    fn only_six_digits_are_a_pin() {
        for bad in ["", "12345", "1234567", "12345a", "１２３４５６", "12 456"] {
            assert!(check_format(bad).is_err(), "{bad}");
        }
        assert!(check_format("000000").is_ok());
    }
}
