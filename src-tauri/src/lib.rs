//! The window around the tablet.
//!
//! Nothing is decided here: one command carries the pages' JSON to [`countersign_device`] and its
//! answer back, one event says that something changed, and [`files`] asks the person where a file
//! goes. What the tablet knows is durable before it answers, so closing the window, or losing the
//! process at any instruction, loses nothing.

mod bridge;
#[cfg(target_os = "linux")]
mod drawing;
mod files;
mod place;

use std::sync::Arc;

use countersign_device::api::HostView;
use countersign_device::{Config, Slot};
use tauri::{Emitter, Manager};

/// The event that tells the pages to ask for the view again. It carries nothing.
const CHANGED: &str = "changed";

/// Opens the window and stays until it is closed.
///
/// # Panics
///
/// Only when the system cannot show a window at all (no display, no web view).
#[cfg_attr(mobile, tauri::mobile_entry_point)]
pub fn run() {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("COUNTERSIGN_LOG")
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn")),
        )
        .with_writer(std::io::stderr)
        .init();
    #[cfg(target_os = "linux")]
    drawing::settle();

    tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .setup(|app| {
            let handle = app.handle().clone();
            let data = place::data(&handle)?;
            let package = place::package(&handle);
            let files = Arc::new(files::Files::new(handle.clone()));
            let config = move || {
                let mut config = Config::new(data.clone(), env!("CARGO_PKG_VERSION"));
                config.host = HostView { save_file: true };
                config.save_file = files.clone();
                config.package = bridge::read_package(package.as_deref())?;
                Ok(config)
            };
            app.manage(Arc::new(Slot::new(config, move || {
                // No window is listening while the app is closing; there is nobody to tell then.
                if let Err(error) = handle.emit(CHANGED, ()) {
                    tracing::debug!(%error, "nobody heard that something changed");
                }
            })));
            Ok(())
        })
        .invoke_handler(tauri::generate_handler![bridge::rpc])
        .run(tauri::generate_context!())
        .expect("a window can be opened");
}
