//! One look at the page in one size: how many keys and labels there are, and what is wrong with them.

use serde::Deserialize;
use serde_json::json;

use super::Size;
use super::pad::{KEY_LEAST, Pad};
use crate::webdriver::Session;
use crate::{Error, Result};

/// What is looked at, and what counts as a fault, is written in the page's own language.
const SCRIPT: &str = include_str!("measure.js");

/// What one look found.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Measured {
    /// Keys that were measured.
    pub keys: usize,
    /// Labels that were measured.
    pub labels: usize,
    /// A key that is missing, unexpected, not wholly inside the window, covered, too small, or moved by scrolling;
    /// an element that would raise a system keyboard.
    pub key_faults: Vec<String>,
    /// A label that its box cuts off, that is outside the window, or that something covers.
    pub label_faults: Vec<String>,
}

/// Waits until the page is this large and drawn, and measures it. Without a `pad` no key may be there.
///
/// # Errors
///
/// When the page cannot be looked at.
pub fn measure(session: &Session, size: Size, pad: Option<Pad>) -> Result<Measured> {
    let expected = pad.map(Pad::keys).unwrap_or_default();
    let found = session.watch(
        SCRIPT,
        &[json!(size.width), json!(size.height), json!(expected), json!(KEY_LEAST)],
    )?;
    serde_json::from_value(found.clone())
        .map_err(|_| Error::Unexpected(format!("a look at the page gave {found}")))
}
