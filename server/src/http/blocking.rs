//! Stores are asked on threads of their own: a disk keeps nobody else waiting.

use std::fmt::Display;

use super::Problem;
use crate::store::StoreError;

/// Asks a store on a thread that nobody else waits for. `of` and `what` say in the program's log what it was about when that
/// does not work.
///
/// # Errors
/// [`Problem::FAILED`].
pub(crate) async fn blocking<T: Send + 'static>(
    of: impl Display,
    what: &'static str,
    ask: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, Problem> {
    match tokio::task::spawn_blocking(ask).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => {
            tracing::error!(%of, %error, "{what} cannot be read or written");
            Err(Problem::FAILED)
        }
        Err(_) => Err(Problem::FAILED),
    }
}
