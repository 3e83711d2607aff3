//! The one command of the window: JSON in, JSON out.

use std::path::PathBuf;
use std::sync::Arc;

use countersign_device::api::{Answer, Command, Problem, ProblemCode};
use countersign_device::{Config, Tablet};
use tauri::State;

/// The tablet behind the window, or the reason why it could not be opened. The window opens in either case: a damaged
/// database is something to tell a person, and never a reason to begin an empty one over it.
pub(crate) struct Slot {
    tablet: Result<Arc<Tablet>, Problem>,
}

impl Slot {
    /// Opens the tablet and starts its sync. `package` is the file of the package that the installer carried, if it did.
    pub(crate) fn open(
        mut config: Config,
        package: Option<PathBuf>,
        changed: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        let tablet = read_package(package).and_then(|package| {
            config.package = package;
            Tablet::open(config).map(Arc::new)
        });
        match &tablet {
            Ok(tablet) => {
                tablet.on_change(Box::new(changed));
                tablet.start_sync();
            }
            Err(problem) => tracing::error!(code = ?problem.code, "the tablet could not be opened"),
        }
        Self { tablet }
    }
}

/// An installer's package that cannot be read must not turn the app into one without a pinned party.
fn read_package(file: Option<PathBuf>) -> Result<Option<Vec<u8>>, Problem> {
    let Some(file) = file else { return Ok(None) };
    std::fs::read(&file).map(Some).map_err(|error| {
        tracing::error!(%error, "the installer's package cannot be read");
        Problem { code: ProblemCode::PackageRefused, retry: false, wait_ms: None }
    })
}

/// Carries a command to the tablet. What it changed is durable when this answers.
#[tauri::command]
pub(crate) async fn rpc(slot: State<'_, Slot>, command: Command) -> Result<Answer, Problem> {
    let tablet = slot.tablet.clone()?;
    // A command may wait for the disk, for Argon2id, or for a person who chooses where a file goes.
    tauri::async_runtime::spawn_blocking(move || tablet.call(command)).await.unwrap_or_else(
        |error| {
            tracing::error!(%error, "a command ended without an answer");
            Err(Problem { code: ProblemCode::Internal, retry: false, wait_ms: None })
        },
    )
}
