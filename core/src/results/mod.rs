//! Results as a function of entries and messages: who may say what ([`RoomState`]), which report counts, and the
//! sums of what was received ([`Received`]). Anyone with the public log computes the same.

mod received;
mod room_state;

pub use received::{CountTotal, LogBegunAgain, PrecinctState, Received, ReceivedPrecinct};
pub use room_state::{Begun, Candidate, Device, ReceivedReport, RoomState};
