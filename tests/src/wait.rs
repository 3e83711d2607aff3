//! Waiting for something to come true, with a bound, and a clear word when it does not.

use std::time::{Duration, Instant};

use crate::{Error, Result};

/// The bound of ordinary waits. Far above what anything here takes: reaching it is a failure, not slowness.
pub const LONG: Duration = Duration::from_secs(30);

/// From one look to the next, at first: most things come true at once.
const FIRST_PAUSE: Duration = Duration::from_millis(5);
/// From one look to the next, at most: a look costs a round trip, and a core what it would wait for.
const LONGEST_PAUSE: Duration = Duration::from_millis(150);

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
    let mut pause = FIRST_PAUSE;
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
        std::thread::park_timeout(pause);
        pause = LONGEST_PAUSE.min(pause * 3 / 2);
    }
}
