//! The party server: what it admits, in which order it enters it in the log, and how it proves that it did.
//!
//! The road of a message: [`http`] takes the bytes, [`admission`] looks at them, cheapest first, the room's sequencer
//! ([`room`]) enters them in one durable commit of its [`store`], and the receipt goes back. Everything the server
//! knows of precincts, keys and numbers is a projection of entries and messages and is made anew at each start.

pub mod admission;
pub mod backup;
pub mod begin_again;
pub mod begun;
pub mod cli;
pub mod client;
pub mod clock;
pub mod cosigning;
pub mod failure;
pub mod folder;
pub mod fsck;
pub mod genesis;
pub mod headquarters;
pub mod held;
pub mod http;
pub mod inquiries;
pub mod keys;
pub mod metrics;
pub mod node;
pub mod practice;
pub mod public_folder;
pub mod publish;
pub mod rebuild;
pub mod review;
pub mod room;
pub mod store;
pub mod titles;
pub mod tls;
pub mod verify;
pub mod witness;
