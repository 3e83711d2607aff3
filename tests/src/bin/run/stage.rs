//! The folder of a run, and its steps as they happen.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use countersign_tests::app::App;
use countersign_tests::{Error, Result, places};

/// The folder `run/`.
pub(crate) struct Stage {
    folder: PathBuf,
    begun: Instant,
    phase: Option<(&'static str, Instant)>,
    seconds: BTreeMap<&'static str, f64>,
    screenshots: Vec<String>,
}

impl Stage {
    /// Makes `run/` with an empty `run/data`; an earlier one is kept as `run/data.old`.
    pub(crate) fn set() -> Result<Self> {
        let folder = places::root().join("run");
        let (data, old) = (folder.join("data"), folder.join("data.old"));
        let shots = folder.join("screenshots");
        let moved = || -> std::io::Result<()> {
            if data.exists() {
                if old.exists() {
                    std::fs::remove_dir_all(&old)?;
                }
                std::fs::rename(&data, &old)?;
            }
            if shots.exists() {
                std::fs::remove_dir_all(&shots)?;
            }
            std::fs::create_dir_all(&data)?;
            std::fs::create_dir_all(&shots)
        };
        moved().map_err(|source| Error::Io { doing: "setting up run/".to_owned(), source })?;
        Ok(Self {
            folder,
            begun: Instant::now(),
            phase: None,
            seconds: BTreeMap::new(),
            screenshots: Vec::new(),
        })
    }

    /// `run/data`.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// A file of `run/`.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Says what happens.
    pub(crate) fn say(&self, what: &str) {
        println!("{:7.1} s  {what}", self.begun.elapsed().as_secs_f64());
    }

    /// Begins a phase; the one before ends.
    pub(crate) fn phase(&mut self, name: &'static str) {
        self.end_phase();
        self.phase = Some((name, Instant::now()));
    }

    fn end_phase(&mut self) {
        if let Some((name, since)) = self.phase.take() {
            self.seconds.insert(name, since.elapsed().as_secs_f64());
        }
    }

    /// Takes a picture of the window as `run/screenshots/<number>-<name>.png`.
    pub(crate) fn picture(&mut self, app: &App, name: &str) -> Result<()> {
        let file = format!("screenshots/{:02}-{name}.png", self.screenshots.len() + 1);
        app.screenshot(&self.folder.join(&file))?;
        self.screenshots.push(format!("run/{file}"));
        Ok(())
    }

    /// Ends the last phase; gives seconds per phase and the pictures.
    pub(crate) fn end(&mut self) -> (BTreeMap<&'static str, f64>, Vec<String>) {
        self.end_phase();
        (self.seconds.clone(), std::mem::take(&mut self.screenshots))
    }
}
