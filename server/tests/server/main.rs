//! The party server as its callers meet it: real SQLite files, real HTTP on ports of the machine's choice.

// Tests may take things apart without saying what to do otherwise.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod support;

mod audit;
mod backup;
mod begin_again;
mod checks_page;
mod commands;
mod compared;
mod copy;
mod coverage;
mod crash;
mod early;
mod export;
mod find;
mod flood;
mod forms;
mod hand_off;
mod headquarters;
mod log;
mod named_witnesses;
mod national;
mod official;
mod operations;
mod publish;
mod readings;
mod rebuild;
mod recovery;
mod refusals;
mod released;
mod replay;
mod revocation;
mod verify;
mod withhold;
mod witness;
mod witness_program;
