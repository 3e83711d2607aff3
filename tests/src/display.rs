//! A display: the one there is, or a virtual one.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::children::Group;
use crate::error::Doing;
use crate::{Error, Result};

/// Large enough for the largest window of the layout matrix, with room to spare.
const SCREEN: &str = "2800x2800x24";

/// An X display of our own, without a window manager. It ends with this handle.
#[derive(Debug)]
pub struct Display {
    name: String,
    _server: Group,
}

impl Display {
    /// Starts a virtual display under a number that the X server picks.
    ///
    /// # Errors
    ///
    /// When `Xvfb` is not there or does not come up.
    pub fn start() -> Result<Self> {
        let mut server = Group::start(
            "Xvfb",
            Command::new("Xvfb")
                .args(["-displayfd", "1", "-screen", "0", SCREEN, "-nolisten", "tcp"])
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::null()),
        )?;
        let said = server
            .child()
            .stdout
            .take()
            .ok_or_else(|| Error::Unexpected("Xvfb has no output".to_owned()))?;
        let mut number = String::new();
        // Xvfb says its number once it takes connections; it closes the pipe when it fails.
        BufReader::new(said).read_line(&mut number).doing("waiting for Xvfb")?;
        if number.trim().is_empty() {
            return Err(Error::Unexpected("Xvfb did not come up".to_owned()));
        }
        Ok(Self { name: format!(":{}", number.trim()), _server: server })
    }

    /// What goes into `DISPLAY`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}
