//! What the matrix found, and where its pictures are.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use super::window::Kind;
use crate::error::Doing;
use crate::{Result, places};

/// One fault in one place of the matrix.
#[derive(Debug, Clone)]
pub struct Fault {
    /// Screen, size, text size and language.
    pub place: String,
    /// What is wrong.
    pub what: String,
}

/// Everything that was measured and everything that is wrong.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// The screens that were seen, and in how many sizes each.
    pub screens: BTreeMap<String, usize>,
    /// Places of the matrix that were measured: screen, size, text size and language.
    pub places: usize,
    /// Keys that were measured.
    pub keys: usize,
    /// Keys that were pressed one by one in the smallest window.
    pub pressed: usize,
    /// Labels that were measured.
    pub labels: usize,
    /// What is wrong with keys.
    pub key_faults: Vec<Fault>,
    /// What is wrong with labels.
    pub label_faults: Vec<Fault>,
    /// Lanes that could not be walked to their end.
    pub broken: Vec<String>,
    /// How long it took.
    pub took: Duration,
}

impl Report {
    /// How many places one lane has.
    #[must_use]
    pub fn places_of_a_lane(&self) -> usize {
        self.screens.values().sum()
    }

    /// Takes another lane's findings in.
    pub fn add(&mut self, other: Self) {
        self.screens.extend(other.screens);
        self.places += other.places;
        self.keys += other.keys;
        self.pressed += other.pressed;
        self.labels += other.labels;
        self.key_faults.extend(other.key_faults);
        self.label_faults.extend(other.label_faults);
        self.broken.extend(other.broken);
        self.took = self.took.max(other.took);
    }

    /// One line that says what was measured.
    #[must_use]
    pub fn summary(&self, kind: Kind) -> String {
        format!(
            "layout in {}: {} screens, {} places measured, {} keys measured, {} pressed, {} labels measured; \
             {} faults of keys, {} of labels; {} s",
            kind.name(),
            self.screens.len(),
            self.places,
            self.keys,
            self.pressed,
            self.labels,
            self.key_faults.len(),
            self.label_faults.len(),
            self.took.as_secs()
        )
    }
}

/// Lists faults for a person, one a line.
#[must_use]
pub fn list(faults: &[Fault]) -> String {
    faults.iter().fold(String::new(), |mut text, Fault { place, what }| {
        let _ = writeln!(text, "  {place}: {what}");
        text
    })
}

/// The folder of the pictures of one kind of window, emptied of an earlier run's.
///
/// # Errors
///
/// When it cannot be made.
pub fn fresh_folder(kind: Kind) -> Result<PathBuf> {
    let folder = places::root().join("run/layout").join(kind.name());
    if folder.exists() {
        std::fs::remove_dir_all(&folder).doing(format!("emptying {}", folder.display()))?;
    }
    std::fs::create_dir_all(&folder).doing(format!("making {}", folder.display()))?;
    Ok(folder)
}
