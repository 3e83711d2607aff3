//! Sending what is in the outbox, whenever the app runs (design section 7).
//!
//! [`machine`] decides and does nothing: it is told the time and what the network answered. [`driver`] does one request
//! and says what came. [`apply`] makes an answer durable. [`step`] is one turn of the three.

mod answer;
mod apply;
pub(crate) mod driver;
mod machine;
mod step;
mod tls;

pub use driver::{Answered, Met, Request};
pub(crate) use machine::Machine;
pub use step::{Begun, UnderWay};
pub(crate) use step::{addresses, begin, finish};

/// What one step of the sync did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyncStep {
    /// One request was made, and what came of it is durable.
    Tried,
    /// There is nothing to do before this moment of the monotonic clock; `None`: before something changes.
    Wait {
        /// Milliseconds of the monotonic clock.
        until_ms: Option<u64>,
    },
}
