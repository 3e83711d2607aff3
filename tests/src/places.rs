//! Where the programs and folders of this repository are.

use std::path::{Path, PathBuf};

use crate::{Error, Result};

/// The repository's root.
#[must_use]
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// The folder that cargo builds into, with the profile of the running program: `target/debug` or
/// `target/release`.
#[must_use]
pub fn built() -> PathBuf {
    let fallback = root().join("target/debug");
    let Ok(program) = std::env::current_exe() else { return fallback };
    program
        .ancestors()
        .skip(1)
        .find(|folder| folder.join(".fingerprint").is_dir())
        .map_or(fallback, Path::to_path_buf)
}

/// A program of this workspace, such as `countersign-server`.
///
/// # Errors
///
/// [`Error::NotBuilt`] when it has not been built with the profile of the running program.
pub fn program(name: &str) -> Result<PathBuf> {
    existing(built().join(name))
}

/// The `tauri-driver` that `scripts/setup.sh` built.
///
/// # Errors
///
/// [`Error::NotBuilt`] when it is not there.
pub fn tauri_driver() -> Result<PathBuf> {
    existing(root().join("target/tools/bin/tauri-driver"))
}

/// A contest folder of this repository.
#[must_use]
pub fn contest(id: &str) -> PathBuf {
    root().join("contests").join(id)
}

fn existing(path: PathBuf) -> Result<PathBuf> {
    if path.exists() { Ok(path) } else { Err(Error::NotBuilt(path)) }
}
