//! Where a file goes: asked of the person.

use std::path::{Path, PathBuf};

use countersign_device::SaveFile;
use tauri::{AppHandle, Runtime};
use tauri_plugin_dialog::DialogExt;

/// Names a folder that files are written to without asking: for kiosks and tests.
const SAVE_DIR: &str = "COUNTERSIGN_SAVE_DIR";

/// Writes files where the person says.
pub(crate) struct Files<R: Runtime> {
    app: AppHandle<R>,
}

impl<R: Runtime> Files<R> {
    /// Asks through the system's own dialog.
    pub(crate) fn new(app: AppHandle<R>) -> Self {
        Self { app }
    }

    fn ask(&self, name: &str) -> std::io::Result<Option<PathBuf>> {
        self.app
            .dialog()
            .file()
            .set_file_name(name)
            .add_filter("Countersign", &["countersign"])
            .blocking_save_file()
            .map(|chosen| chosen.into_path().map_err(std::io::Error::other))
            .transpose()
    }
}

impl<R: Runtime> SaveFile for Files<R> {
    fn save(&self, name: &str, bytes: &[u8]) -> std::io::Result<Option<PathBuf>> {
        let target = match std::env::var_os(SAVE_DIR) {
            Some(folder) => Some(Path::new(&folder).join(name)),
            None => self.ask(name)?,
        };
        if let Some(path) = &target {
            std::fs::write(path, bytes)?;
        }
        Ok(target)
    }
}
