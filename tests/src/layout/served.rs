//! The program `tablet-host`: a tablet whose pages an ordinary browser can open.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::children::Group;
use crate::error::Doing;
use crate::{Error, Result, places};

/// A tablet on the HTTP host. It ends with this handle.
#[derive(Debug)]
pub struct Served {
    address: String,
    _host: Group,
}

impl Served {
    /// Starts the host of the tablet whose database is in `data`.
    ///
    /// # Errors
    ///
    /// When it is not built or does not come up.
    pub fn start(data: &Path, package: &Path) -> Result<Self> {
        std::fs::create_dir_all(data).doing(format!("making {}", data.display()))?;
        let mut host = Group::start(
            "tablet-host",
            Command::new(places::program("tablet-host")?)
                .arg("--data")
                .arg(data)
                .arg("--package")
                .arg(package)
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::null()),
        )?;
        let said = host
            .child()
            .stdout
            .take()
            .ok_or_else(|| Error::Unexpected("tablet-host has no output".to_owned()))?;
        let mut line = String::new();
        BufReader::new(said).read_line(&mut line).doing("waiting for tablet-host")?;
        let address = line.trim().to_owned();
        if address.is_empty() {
            return Err(Error::Unexpected("tablet-host did not come up".to_owned()));
        }
        Ok(Self { address, _host: host })
    }

    /// Where its pages are.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }
}
