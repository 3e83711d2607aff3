//! What crosses crates: the real app in a real window, the real server, and the faults between them.
//!
//! The pieces here start processes and press keys as a person would. They never call a command of
//! the tablet, never set a field by script and never touch a database; scripts in the page only
//! look (`elementFromPoint`, sizes). Every process that is started is ended when its handle is
//! dropped, and everything listens on the loopback interface, on ports the system picks.
//!
//! Only the [`simulation`] starts nothing: it has tablets and server in its own process and moves them on step by step.

pub mod app;
pub mod axe;
pub mod caucus;
pub mod children;
pub mod chromium;
pub mod desk;
pub mod disk;
pub mod display;
pub mod error;
pub mod faulty_disk;
pub mod host;
pub mod house;
pub mod independent;
pub mod layout;
pub mod log;
pub mod loopback;
pub mod network;
pub mod night;
pub mod paper;
pub mod party;
pub mod person;
pub mod picture;
pub mod places;
pub mod port;
pub mod process;
pub mod reader;
pub mod secretary;
pub mod signer;
pub mod simulation;
pub mod spread;
pub mod tls;
pub mod wait;
pub mod webdriver;

pub use error::{Error, Result};
