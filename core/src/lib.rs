//! What a caucus report *means*: contest, rules, checks, messages, the log and its proofs, and results as a
//! function of entries and messages.
//!
//! No I/O, no clock, no randomness: bytes, times and seeds come in as arguments. Tablet, server and an outside
//! verifier all judge by this one crate.

pub mod audit;
pub mod begun_log;
pub mod checks;
pub mod contest;
pub mod crypto;
pub mod hand_off;
pub mod id;
pub mod invitation;
pub mod language;
pub mod log;
pub mod message;
pub mod phrase;
pub mod receipt;
pub mod refusal;
pub mod results;
pub mod room;
pub mod rules;
pub mod seal;
pub mod witness;
