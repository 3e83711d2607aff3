//! What the system lets this process have.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::Result;
use crate::error::Doing;

/// Lets this process, and those that it starts, have as many open files as the system allows at all; systems start programs
/// with room for few.
///
/// # Errors
///
/// When the limit stays as it was.
pub fn raise_open_files() -> Result<()> {
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })
        .map_err(Into::into)
        .doing("raising the limit of open files")
}
