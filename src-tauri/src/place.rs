//! Where this installation keeps its data and what its installer brought along.

use std::path::PathBuf;

use tauri::{AppHandle, Manager, Runtime};

/// Names the folder of the tablet's database.
const DATA: &str = "COUNTERSIGN_DATA";
/// Names the package that an installer made for one caucus carries; it pins the party's key.
const PACKAGE: &str = "COUNTERSIGN_PACKAGE";
/// The same package, among the resources of such an installer.
const BUNDLED_PACKAGE: &str = "caucus.package";

/// The folder of the tablet's database.
pub(crate) fn data<R: Runtime>(app: &AppHandle<R>) -> tauri::Result<PathBuf> {
    match std::env::var_os(DATA) {
        Some(folder) => Ok(PathBuf::from(folder)),
        None => app.path().app_data_dir(),
    }
}

/// The package file this installation carries, if it does.
pub(crate) fn package<R: Runtime>(app: &AppHandle<R>) -> Option<PathBuf> {
    if let Some(file) = std::env::var_os(PACKAGE) {
        return Some(PathBuf::from(file));
    }
    let bundled = app.path().resource_dir().ok()?.join(BUNDLED_PACKAGE);
    bundled.exists().then_some(bundled)
}
