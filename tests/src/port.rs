//! Ports for servers and drivers that are started later.

use std::net::TcpListener;
use std::sync::atomic::{AtomicU16, Ordering};

use crate::{Error, Result};

/// The ports that are given. They lie below those that systems give to who asks for none in particular (from 32,768 on):
/// what is given here and used minutes later is taken by nobody in between.
const FIRST: u16 = 10_000;
const COUNT: u16 = 20_000;
/// From where one process begins to where the next one does.
const APART: u32 = 211;

/// How many this process looked at.
static LOOKED_AT: AtomicU16 = AtomicU16::new(0);

/// A free loopback port that this process gives nobody else. Packages name it before the server listens on it.
///
/// # Errors
///
/// When there is none.
pub fn free_port() -> Result<u16> {
    let begin = std::process::id().wrapping_mul(APART) % u32::from(COUNT);
    for _ in 0..COUNT {
        let looked_at = LOOKED_AT.fetch_add(1, Ordering::Relaxed);
        let place = (begin + u32::from(looked_at)) % u32::from(COUNT);
        let port = FIRST + u16::try_from(place).unwrap_or_default();
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    Err(Error::Unexpected("no port is free".to_owned()))
}
