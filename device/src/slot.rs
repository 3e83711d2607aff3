//! Where a host keeps its tablet.

use std::sync::{Arc, Mutex, PoisonError};

use crate::api::{Answer, Command, Problem};
use crate::{Config, Tablet};

/// A host's tablet, open or not. A folder that could not be opened (a full disk, a damaged database) is something to
/// tell a person and never a reason to begin an empty one over it; each command tries again, so that *try again* works
/// once the person made room.
pub struct Slot {
    config: Box<dyn Fn() -> Result<Config, Problem> + Send + Sync>,
    changed: Arc<dyn Fn() + Send + Sync>,
    tablet: Mutex<Option<Arc<Tablet>>>,
}

impl Slot {
    /// Tries to open the tablet that `config` describes. `config` is asked again with every try; `changed` hears of what
    /// the network brought ([`Tablet::on_change`]).
    pub fn new(
        config: impl Fn() -> Result<Config, Problem> + Send + Sync + 'static,
        changed: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        let slot =
            Self { config: Box::new(config), changed: Arc::new(changed), tablet: Mutex::new(None) };
        // Why it did not open is told with the first command.
        let _ = slot.tablet();
        slot
    }

    /// Carries a command to the tablet ([`Tablet::call`]). Blocks.
    ///
    /// # Errors
    /// The command's [`Problem`], or why the tablet cannot be opened ([`Tablet::open`]).
    pub fn call(&self, command: Command) -> Result<Answer, Problem> {
        self.tablet()?.call(command)
    }

    fn tablet(&self) -> Result<Arc<Tablet>, Problem> {
        let mut place = self.tablet.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tablet) = &*place {
            return Ok(Arc::clone(tablet));
        }
        let opened = (self.config)().and_then(Tablet::open);
        let tablet = Arc::new(opened.inspect_err(|problem| {
            tracing::error!(code = ?problem.code, "the tablet could not be opened");
        })?);
        let changed = Arc::clone(&self.changed);
        tablet.on_change(Box::new(move || changed()));
        tablet.start_sync();
        *place = Some(Arc::clone(&tablet));
        Ok(tablet)
    }
}

impl std::fmt::Debug for Slot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Slot").finish_non_exhaustive()
    }
}
