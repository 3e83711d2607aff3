//! The tablet without a window: vault, drafts, outbox, sync, hand-off, and the commands a screen may call.
//!
//! A host (the Tauri window, the HTTP host of the tests) keeps a [`Tablet`] in a [`Slot`] and carries
//! [`api::Command`]s to it. What a command changed is durable before it answers; what arrives over the network is
//! durable before it is shown. The clock, randomness and the place files go to are passed in with [`Config`].

pub mod api;
mod caucus;
mod caucus_view;
mod config;
mod db;
mod draft;
mod enrol;
mod error;
mod followed;
mod hand_off;
mod host;
mod names;
mod package;
mod picture;
mod pin;
mod preflight;
mod question;
mod reckoning;
mod released;
mod report;
mod sign;
mod slot;
mod state;
mod sync;
mod tablet;
mod typescript;
mod vault;
mod view;
mod worksheet;

pub use config::{Argon2Params, Config, NetworkLimits};
pub use host::{Clock, NoSaving, Random, SaveFile, SystemClock, SystemRandom};
pub use slot::Slot;
pub use sync::{Answered, Begun, Met, Request, SyncStep, UnderWay};
pub use tablet::Tablet;
pub use typescript::typescript;
