//! A caucus night: a party server, the network between it and the tablets, and a display for their windows.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::app::{App, Tablet};
use crate::display::Display;
use crate::error::Doing;
use crate::network::{Network, Weather};
use crate::party::Party;
use crate::port::free_port;
use crate::{Result, places};

/// Everything one story needs. It ends, and is forgotten, with this handle.
#[derive(Debug)]
pub struct Night {
    /// The party and its server, which runs.
    pub party: Party,
    /// The network, which carries everything to the server at first.
    pub network: Network,
    display: Display,
    folder: TempDir,
}

impl Night {
    /// Begins a night of a contest of this repository.
    ///
    /// # Errors
    ///
    /// When server, network or display cannot be started.
    pub fn begin(contest: &str) -> Result<Self> {
        let folder = tempfile::tempdir().doing("making a folder")?;
        let mut network = Network::new()?;
        let mut party = Party::prepare(
            &folder.path().join("party"),
            &places::contest(contest),
            network.port(),
            free_port()?,
        )?;
        party.start()?;
        network.lead_to(party.reporting());
        network.turn(Weather::Through)?;
        Ok(Self { party, network, display: Display::start()?, folder })
    }

    /// Where things of this night may be put.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A tablet by name; the same name is the same tablet.
    #[must_use]
    pub fn tablet(&self, name: &str) -> Tablet {
        Tablet {
            data: self.folder.path().join(name),
            saves: self.saves(name),
            package: Some(self.party.package()),
            display: self.display.name().to_owned(),
            disk: None,
        }
    }

    /// The folder that a tablet saves files to.
    #[must_use]
    pub fn saves(&self, name: &str) -> PathBuf {
        self.folder.path().join(format!("{name}-saved"))
    }

    /// Opens the app of a tablet.
    ///
    /// # Errors
    ///
    /// When it does not come up.
    pub fn open(&self, name: &str) -> Result<App> {
        App::start(self.tablet(name))
    }
}
