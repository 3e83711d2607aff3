//! The one command of the window: JSON in, JSON out.

use std::path::Path;
use std::sync::Arc;

use countersign_device::Slot;
use countersign_device::api::{Answer, Command, Problem, ProblemCode};
use tauri::State;

/// The installer's package, if it carried one. One that cannot be read must not turn the app into one without a pinned
/// party.
pub(crate) fn read_package(file: Option<&Path>) -> Result<Option<Vec<u8>>, Problem> {
    let Some(file) = file else { return Ok(None) };
    std::fs::read(file).map(Some).map_err(|error| {
        tracing::error!(%error, "the installer's package cannot be read");
        Problem { code: ProblemCode::PackageRefused, retry: false, wait_ms: None }
    })
}

/// Carries a command to the tablet. What it changed is durable when this answers.
#[tauri::command]
pub(crate) async fn rpc(slot: State<'_, Arc<Slot>>, command: Command) -> Result<Answer, Problem> {
    let slot = Arc::clone(&slot);
    // A command may wait for the disk, for Argon2id, or for a person who chooses where a file goes.
    tauri::async_runtime::spawn_blocking(move || slot.call(command)).await.unwrap_or_else(|error| {
        tracing::error!(%error, "a command ended without an answer");
        Err(Problem { code: ProblemCode::Internal, retry: false, wait_ms: None })
    })
}
