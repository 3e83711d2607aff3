//! Waiting for something to come true, with a bound, and a clear word when it does not.

use std::time::{Duration, Instant};

use crate::{Error, Result};

/// The bound of ordinary waits. Far above what anything here takes: reaching it is a failure, not slowness.
pub const LONG: Duration = Duration::from_secs(30);

/// How often a condition is looked at. Looking costs a round trip, so this only keeps a core free.
const BETWEEN_LOOKS: Duration = Duration::from_millis(15);

/// What one look found.
pub enum Look<T> {
    /// It came true.
    Yes(T),
    /// Not yet; what was there instead.
    NotYet(String),
}

/// Looks until `look` says yes, at most for `bound`. Errors of `look` that are transient count as "not yet".
///
/// # Errors
///
/// [`Error::TimedOut`] with the last thing seen, or the first lasting error of `look`.
pub fn until<T>(
    what: &str,
    bound: Duration,
    mut look: impl FnMut() -> Result<Look<T>>,
) -> Result<T> {
    let begun = Instant::now();
    loop {
        let last = match look() {
            Ok(Look::Yes(found)) => return Ok(found),
            Ok(Look::NotYet(seen)) => seen,
            Err(error) if error.is_transient() => error.to_string(),
            Err(error) => return Err(error),
        };
        if begun.elapsed() >= bound {
            return Err(Error::TimedOut { what: what.to_owned(), seconds: bound.as_secs(), last });
        }
        std::thread::park_timeout(BETWEEN_LOOKS);
    }
}
