//! A server for Iowa 2020 with an enrolled tablet in every precinct, and what those tablets signed.

use std::sync::Arc;

use countersign_core::contest::{Published, RoomLog, read_published};
use countersign_core::crypto::SigningKey;
use countersign_core::message::{Message, Scope};
use countersign_tests::places;
use tempfile::TempDir;

use crate::program::{self, Server, command};
use crate::signing::{ROOM, Tablets};
use crate::{Outcome, ingest};

/// A night that is about to begin.
pub(crate) struct Night {
    pub(crate) tablets: Tablets,
    pub(crate) published: Vec<Published>,
    pub(crate) devices: Vec<SigningKey>,
    pub(crate) reports: Vec<Signed>,
    /// On the same disk as everything else here.
    pub(crate) folder: TempDir,
    pub(crate) server: Server,
}

/// A report and the key that signed it.
pub(crate) struct Signed {
    pub(crate) message: Message,
    pub(crate) device: usize,
}

impl Night {
    /// Starts the server, enrols a tablet in every precinct and signs `reports` distinct reports.
    pub(crate) fn begin(reports: usize) -> Outcome<Self> {
        let folder = program::folder()?;
        let at = folder.path();
        let codes = program::set_up(at, &places::contest("iowa-2020"), ROOM.as_str())?;
        let tablets = Tablets::of(&std::fs::read(at.join("package"))?)?;
        let results = std::fs::read(places::contest("iowa-2020").join("results/final.csv"))?;
        let published = read_published(&tablets.contest, "results/final.csv", &results).map_err(
            |mistakes| mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
        )?;
        let server = Server::start(at, &[])?;
        ingest::send(&server.reporting, &Arc::new(tablets.enrolments(&codes)), 1)?;
        let devices: Vec<SigningKey> = (0..codes.len()).map(Tablets::key).collect();
        let mut night = Self { tablets, published, devices, reports: Vec::new(), folder, server };
        night.reports = night.sign(reports);
        Ok(night)
    }

    /// Distinct reports of all precincts in turn: the published counts, each a little later than the one before.
    fn sign(&self, reports: usize) -> Vec<Signed> {
        let scope = Scope::room(&self.tablets.contest.id, ROOM);
        (0..reports)
            .map(|number| {
                let published = &self.published[number % self.published.len()];
                let device = published.precinct as usize;
                let report = self.tablets.published(published, number as u64);
                Signed { message: Message::sign(&self.devices[device], scope, &report), device }
            })
            .collect()
    }

    /// The log that everything is entered in.
    pub(crate) fn log(&self) -> Outcome<&RoomLog> {
        Ok(self.tablets.contest.log(ROOM).ok_or("the package names no log")?)
    }

    /// Ends the server and has its log checked from the first entry.
    pub(crate) fn end(self) -> Outcome<()> {
        self.server.kill()?;
        eprint!("{}", command(self.folder.path(), &["fsck", "--data", "data"])?);
        Ok(())
    }
}

/// Where messages go.
pub(crate) fn path() -> String {
    format!("/v1/{ROOM}/messages")
}
